"""Schemas of objects, as a grammar enforces them: which keys there are, how many, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openk2.chat.json_keywords import VALIDATING, is_any
from openk2.chat.json_logic import References, Schema, listed
from openk2.chat.json_pattern import others
from openk2.chat.json_place import Place, Rewrite, beyond
from openk2.chat.json_scalars import pattern_of
from openk2.errors import RequestError


def object_schema(
    own: Mapping[str, Any], place: Place, rewrite: Rewrite, references: References, *, merged: bool
) -> dict[str, Any]:
    """The keywords of an object; `merged`: other schemas describe the same one, which may declare further keys. Raises
    RequestError for what cannot be enforced."""
    properties = {key: rewrite(value, place.at("properties", key)) for key, value in own.get("properties", {}).items()}
    required = list(dict.fromkeys(own.get("required", ())))
    patterns = {
        pattern_of(pattern, place.at("patternProperties")): rewrite(value, place.at("patternProperties", pattern))
        for pattern, value in own.get("patternProperties", {}).items()
    }
    rest = beyond(own, own.get("additionalProperties"), place, "unevaluatedProperties", "additionalProperties")
    if rest is not None:
        rest = rewrite(rest, place.at("additionalProperties"))
    if "propertyNames" in own:
        properties, patterns, rest = _named_keys(own["propertyNames"], properties, patterns, rest, place, references)
    declares = "properties" in own or bool(properties)
    if len(patterns) > 1:
        raise place.refused("patternProperties", "one pattern")
    if patterns and rest is not None and rest is not False and not is_any(rest):
        raise place.refused("additionalProperties", "false beside patternProperties")
    made: dict[str, Any] = {}
    if not merged and (declares or patterns) and (rest is None or (patterns and rest is not False)):
        for key in required:
            if key not in properties and not patterns:
                properties[key] = True
        rest = False
    elif properties and not patterns and rest is not None and rest is not False:
        patterns, rest = {others(properties): rest}, False
    if properties:
        made["properties"] = properties
    if patterns:
        made["patternProperties"] = patterns
    if rest is not None:
        made["additionalProperties"] = rest
    if required:
        made["required"] = required
    return made | _sizes(own, made, place)


def _named_keys(
    names: Schema,
    properties: dict[str, Schema],
    patterns: dict[str, Schema],
    rest: Schema | None,
    place: Place,
    references: References,
) -> tuple[dict[str, Schema], dict[str, Schema], Schema | None]:
    """Properties, patterns and others of an object whose keys follow a schema."""
    if isinstance(names, Mapping) and "$ref" in names:
        try:
            names = references.target(names["$ref"])
        except ValueError as error:
            raise RequestError(f"{place.at('propertyNames', '$ref')} {error}") from None
    kept = {} if isinstance(names, bool) else {key: names[key] for key in names if key in VALIDATING}
    if kept.get("type") == "string":
        del kept["type"]
    if names is not False and not kept:
        return properties, patterns, rest
    if not patterns:
        every = True if rest is None else rest
        allowed = [value for value in listed(kept) or () if isinstance(value, str)]
        if listed(kept) is not None and all(key in ("const", "enum") for key in kept):
            return {key: properties.get(key, every) for key in allowed}, {}, False
        if set(kept) == {"pattern"} and not properties:
            return {}, {pattern_of(kept["pattern"], place.at("propertyNames")): every}, False
    raise place.refused("propertyNames", "an enum, or a pattern where no properties are declared")


def _sizes(own: Mapping[str, Any], made: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """How many keys an object has."""
    low, high = int(own.get("minProperties", 0)), own.get("maxProperties")
    properties, required = made.get("properties", {}), made.get("required", ())
    closed = made.get("additionalProperties") is False and not made.get("patternProperties")
    possible = [key for key, value in properties.items() if value is not False]
    sizes: dict[str, Any] = {}
    if high is not None and not (closed and len(possible) <= high):
        if any(key not in required for key in properties):
            raise place.refused("maxProperties", "it where every declared property is required")
        sizes["maxProperties"] = int(high)
    if low <= len(required):
        return sizes
    if closed and low == len(possible):
        return {**sizes, "required": possible}
    if low == 1 and not properties:
        return {**sizes, "minProperties": 1}
    if low == 1 and closed:
        return {**sizes, "anyOf": [{"required": [key]} for key in possible]}
    raise place.refused("minProperties", "1, or as many as are required")


def closing(node: Mapping[str, Any], place: Place, references: References) -> Schema:
    """What keeps an object that several schemas describe together to the keys that one of them declares. `place`: of
    the whole."""
    names: dict[str, None] = {}
    patterns: dict[str, None] = {}
    is_open = _declared(node, names, patterns, set(), place, references)
    if not names and not patterns:
        return True
    allowed: dict[str, Schema] = dict.fromkeys(patterns, True)
    if is_open:
        allowed = {others(names): True}
    closed: dict[str, Any] = {"properties": dict.fromkeys(names, True), "additionalProperties": False}
    return closed | ({"patternProperties": allowed} if allowed else {})


def _declared(
    node: Schema,
    names: dict[str, None],
    patterns: dict[str, None],
    seen: set[int],
    place: Place,
    references: References,
) -> bool:
    """Collect the keys that a schema declares of one object; whether it allows others expressly."""
    if isinstance(node, bool) or id(node) in seen:
        return False
    seen.add(id(node))
    names |= dict.fromkeys((*node.get("properties", {}), *node.get("required", ())))
    for pattern in node.get("patternProperties", {}):
        patterns[pattern_of(pattern, place)] = None
    found = node.get("additionalProperties", False) is not False
    parts = [branch for keyword in ("allOf", "anyOf", "oneOf") for branch in node.get(keyword, ())]
    for keyword in ("dependentSchemas", "dependencies"):
        parts += [part for part in node.get(keyword, {}).values() if isinstance(part, Mapping)]
    for needed in node.get("dependentRequired", {}).values():
        names |= dict.fromkeys(needed)
    if "$ref" in node:
        parts.append(references.target(node["$ref"]))
    for part in parts:
        found = _declared(part, names, patterns, seen, place, references) or found
    return found
