"""The keywords of JSON Schema that validate (draft 2020-12, with those of earlier drafts that tools still write)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

KINDS: Mapping[str, Sequence[str]] = {
    "object": (
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "minProperties",
        "maxProperties",
        "propertyNames",
        "dependentRequired",
        "dependentSchemas",
        "dependencies",
        "unevaluatedProperties",
    ),
    "array": (
        "items",
        "prefixItems",
        "additionalItems",
        "minItems",
        "maxItems",
        "uniqueItems",
        "contains",
        "minContains",
        "maxContains",
        "unevaluatedItems",
    ),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
"""What each type's own keywords are."""
COMBINING = ("allOf", "anyOf", "oneOf", "$ref")
VALIDATING = {*itertools.chain(*KINDS.values()), *COMBINING, "type", "enum", "const", "not", "if", "then", "else"}
REFUSED = ("$dynamicRef", "$recursiveRef")
FORMATS: Mapping[str, str | None] = {
    "date-time": ("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$"),
    "time": "^[0-9]{2}:[0-9]{2}:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
    **dict.fromkeys(("date", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid")),
}
"""Formats that are enforced, and what of them is left out: leap seconds and lower-case letters."""


def is_any(schema: object) -> bool:
    """Whether a schema leaves every value."""
    return schema is True or (isinstance(schema, Mapping) and not VALIDATING & schema.keys())
