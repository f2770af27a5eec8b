"""A schema node by node: what its keywords make together, and where its references lead.

Keywords of one type stand for themselves (`json_objects.py`, `json_arrays.py`, `json_scalars.py`). Those that combine
schemas, and the conditions that can be said by them, become `allOf` and `anyOf`, which a grammar knows.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator

from openk2.chat.json_arrays import array_schema
from openk2.chat.json_keywords import COMBINING, KINDS, REFUSED, VALIDATING, is_any
from openk2.chat.json_logic import References, Schema, listed
from openk2.chat.json_numbers import writable
from openk2.chat.json_objects import closing, object_schema
from openk2.chat.json_place import Place
from openk2.chat.json_scalars import number_schema, string_schema
from openk2.errors import RequestError

MOST_CONDITIONS = 4
"""Each doubles the ways an object can be written."""


class Rewriter:
    """Rewrites the nodes of one schema."""

    def __init__(self, root: Mapping[str, Any], where: str) -> None:
        """`where`: what the caller calls the schema."""
        self.definitions: dict[str, Schema] = {}
        """What references lead to, rewritten, by the names it has in the result's `$defs`."""
        self._whole = Place(where)
        self._validator = Draft202012Validator(dict(root))
        self._references = References(root)
        self._names: dict[tuple[str, bool], str] = {}
        """Targets of references, and in which context, → their names."""

    def node(self, node: Schema, place: Place, *, merged: bool = False) -> Schema:
        """The rewritten node; `merged`: other schemas describe the same value, which may declare further keys. Raises
        RequestError for what cannot be enforced."""
        if isinstance(node, bool):
            return node
        own = {key: value for key, value in node.items() if key in VALIDATING}
        for keyword in REFUSED:
            if keyword in node:
                raise place.refused(keyword, "$ref")
        if "$id" in node and place.path and "$ref" in json.dumps(node, default=str):
            raise place.refused("$id", "references below one $id, at the top")
        own = _without_conditions(own, place)
        if own.pop("_never", False):
            return False
        combining = [key for key in COMBINING if key in own]
        beside = [key for key in own if key not in COMBINING]
        if len(combining) == 1 and not beside and combining[0] != "allOf":
            return self._combined(own, place, merged)
        if not combining:
            return self._plain(own, place, merged)
        parts = [self._combined({key: own[key]}, place, merged=True) for key in combining]
        if beside:
            parts.append(self._plain({key: own[key] for key in beside}, place, merged=True))
        if not merged:
            parts.append(closing(node, self._whole, self._references))
        return _all_of(parts)

    def _combined(self, own: Mapping[str, Any], place: Place, merged: bool) -> Schema:
        """A schema of one combining keyword."""
        (keyword,) = own
        if keyword == "$ref":
            return self._reference(own["$ref"], place, merged)
        branches = [self.node(branch, place.at(keyword, i), merged=merged) for i, branch in enumerate(own[keyword])]
        if keyword == "allOf":
            return _all_of(branches)
        if keyword == "oneOf":
            branches = self._exclusive(own["oneOf"], branches, place)
        return _any_of(branches)

    def _reference(self, reference: object, place: Place, merged: bool) -> Schema:
        try:
            target = self._references.target(reference)
        except ValueError as error:
            raise RequestError(f"{place.at('$ref')} {error}") from None
        key = (str(reference), merged)
        if key not in self._names:
            name = self._names[key] = f"d{len(self._names)}"
            self.definitions[name] = True
            self.definitions[name] = self.node(target, place.at("$ref"), merged=merged)
        return {"$ref": f"#/$defs/{self._names[key]}"}

    def _exclusive(self, given: Sequence[Schema], made: list[Schema], place: Place) -> list[Schema]:
        """Alternatives of which at most one can hold. Raises RequestError where that cannot be told."""
        required = [set(one.get("required", ())) for one in given if isinstance(one, Mapping)]
        bare = all(isinstance(one, Mapping) and not (VALIDATING & one.keys()) - {"required"} for one in given)
        if bare and all(len(names) == 1 for names in required) and len(required) == len(set.union(*required)):
            names = sorted(set.union(*required))
            return [{"required": [name], "properties": dict.fromkeys(names, False) | {name: True}} for name in names]
        for (i, one), (j, other) in itertools.combinations(enumerate(given), 2):
            try:
                apart = self._references.exclude(one, other)
            except ValueError as error:
                raise RequestError(f"{place.at('oneOf')}: $ref {error}") from None
            if not apart:
                raise place.refused("oneOf", f"anyOf, or alternatives that exclude each other (not so: {i} and {j})")
        return made

    def _plain(self, own: dict[str, Any], place: Place, merged: bool) -> Schema:
        """A schema without combining keywords."""
        if (values := listed(own)) is not None:
            return self._constants(values, own, place)
        made: dict[str, Any] = {}
        kinds = own.get("type")
        if kinds is None and not merged:
            touched = [kind for kind, keywords in KINDS.items() if any(keyword in own for keyword in keywords)]
            kinds = touched[0] if len(touched) == 1 else None
        if kinds is not None:
            made["type"] = kinds
        present = {kinds} if isinstance(kinds, str) else set(kinds or ("object", "array", "string", "number"))
        if "object" in present:
            made |= object_schema(own, place, self.node, self._references, merged=merged)
        if "array" in present:
            made |= array_schema(own, place, self.node, self._references, only=present == {"array"})
        if "string" in present:
            made |= string_schema(own, place)
        if present & {"number", "integer"}:
            only = present <= {"number", "integer"}
            made |= number_schema(own, place, integer="number" not in present, only=only)
        return made

    def _constants(self, values: Sequence[Any], own: Mapping[str, Any], place: Place) -> Schema:
        """Those of the values that the other keywords leave."""
        if not all(map(writable, values)):
            keyword = "const" if "const" in own else "enum"
            raise place.refused(keyword, "texts, and numbers that a double holds exactly to 15 digits")
        beside = {key: value for key, value in own.items() if key not in ("const", "enum")}
        try:
            fitting = [value for value in values if self._validator.evolve(schema=beside).is_valid(value)]
        except re.error:
            raise place.refused("pattern", "a regular expression of Python's too, beside an enum") from None
        return {"enum": fitting} if fitting else False


def _without_conditions(own: dict[str, Any], place: Place) -> dict[str, Any]:
    """Without `not`, `if` and the dependent keywords, where they can be said otherwise. `_never`: nothing holds."""
    if "not" in own:
        denied = own.pop("not")
        if denied is True or (isinstance(denied, Mapping) and not VALIDATING & denied.keys()):
            own["_never"] = True
        elif denied is not False:
            raise place.refused("not", "what the value is instead of what it is not")
    condition = own.pop("if", None)
    then, otherwise = own.pop("then", True), own.pop("else", True)
    if condition is not None and not (is_any(then) and is_any(otherwise)):
        raise place.refused("if", "anyOf with an alternative for each case")
    conditions: list[Any] = []
    for keyword in ("dependentRequired", "dependentSchemas", "dependencies"):
        for key, needed in own.pop(keyword, {}).items():
            needed = {"required": needed} if isinstance(needed, list) else needed
            present = {"required": [key]}
            conditions.append({"anyOf": [{"properties": {key: False}}, {"allOf": [present, needed]}]})
    if len(conditions) > MOST_CONDITIONS:
        raise place.refused("dependentRequired", f"conditions on at most {MOST_CONDITIONS} keys")
    if conditions:
        own["allOf"] = [*own.get("allOf", ()), *conditions]
    return own


def _all_of(parts: Sequence[Schema]) -> Schema:
    parts = [part for part in parts if not is_any(part)]
    if any(part is False for part in parts):
        return False
    return True if not parts else parts[0] if len(parts) == 1 else {"allOf": parts}


def _any_of(parts: Sequence[Schema]) -> Schema:
    parts = [part for part in parts if part is not False]
    return False if not parts else parts[0] if len(parts) == 1 else {"anyOf": parts}
