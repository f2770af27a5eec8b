"""Schemas of arrays, as a grammar enforces them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from openk2.chat.json_keywords import is_any
from openk2.chat.json_logic import References, listed, spelled
from openk2.chat.json_numbers import writable
from openk2.chat.json_place import Place, Rewrite, beyond

MOST_LISTED = 2000
"""Most arrays of different items that are spelled out."""


def array_schema(
    own: Mapping[str, Any], place: Place, rewrite: Rewrite, references: References, *, only: bool
) -> dict[str, Any]:
    """The keywords of an array; `only`: the value can be nothing else. Raises RequestError for what cannot be
    enforced."""
    made: dict[str, Any] = {key: int(own[key]) for key in ("minItems", "maxItems") if key in own}
    first, rest = own.get("prefixItems"), own.get("items")
    if isinstance(rest, list):
        first, rest = rest, own.get("additionalItems")
    rest = beyond(own, rest, place, "unevaluatedItems", "items")
    if first is not None:
        made["prefixItems"] = [rewrite(item, place.at("prefixItems", i)) for i, item in enumerate(first)]
    if rest is not None:
        made["items"] = rewrite(rest, place.at("items"))
    if "contains" in own and own.get("minContains", 1) != 0:
        if not is_any(own["contains"]) or "maxContains" in own or "minContains" in own:
            raise place.refused("contains", "items")
        made["minItems"] = max(made.get("minItems", 0), 1)
    if own.get("uniqueItems") and made.get("maxItems", 2) > 1:
        return _different(rest, made, place, references, only)
    return made


def _different(
    item: object, made: Mapping[str, Any], place: Place, references: References, only: bool
) -> dict[str, Any]:
    """An array of different items: every such array, where the items are few constants."""
    values: Sequence[Any] | None = None
    if isinstance(item, Mapping):
        target = references.target(item["$ref"]) if "$ref" in item else item
        values = listed(target) if isinstance(target, Mapping) else None
        if values is None and isinstance(target, Mapping) and target.get("type") == "boolean":
            values = [True, False]
    if values is None or not only or "prefixItems" in made or not all(map(writable, values)):
        raise place.refused("uniqueItems", "it where items is an enum, or none")
    distinct = list({spelled(value): value for value in values}.values())
    least, most = made.get("minItems", 0), min(made.get("maxItems", len(distinct)), len(distinct))
    arrays: list[list[Any]] = []
    for ordered in (itertools.permutations, itertools.combinations):
        arrays = []
        for array in itertools.chain.from_iterable(ordered(distinct, n) for n in range(least, most + 1)):
            arrays.append(list(array))
            if len(arrays) > MOST_LISTED:
                break
        else:
            return {"enum": arrays}
    raise place.refused("uniqueItems", f"items that make at most {MOST_LISTED} arrays")
