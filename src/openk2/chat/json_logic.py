"""What can be told of JSON schemas without values: where references lead, and whether two schemas exclude each other.

`oneOf` means that exactly one alternative holds. Where the alternatives exclude each other it is `anyOf`, which a
grammar can say; so this decides whether a `oneOf` can be enforced.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

Schema = Mapping[str, Any] | bool

_DEEPEST = 24
TYPES = ("null", "boolean", "object", "array", "number", "string", "integer")


class References:
    """The schema as a whole, in which references are looked up."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._anchors: dict[str, Any] = {}
        self._find_anchors(root)

    def target(self, reference: object) -> Schema:
        """What a `$ref` points to. Raises ValueError for one that leads nowhere or out of the schema."""
        if not isinstance(reference, str):
            raise ValueError("is no text")
        own = self._root.get("$id", self._root.get("id"))
        if isinstance(own, str) and reference.startswith(own.rstrip("#") + "#"):
            reference = reference[len(own.rstrip("#")) :]
        if not reference.startswith("#"):
            raise ValueError(f"is {reference!r}, which is not in the schema; accepted: #, #/… and #anchor")
        pointer = unquote(reference[1:])
        if pointer and not pointer.startswith("/"):
            if pointer not in self._anchors:
                raise ValueError(f"is {reference!r}, and no part of the schema has that $anchor")
            found: Any = self._anchors[pointer]
        else:
            found = self._root
            for part in pointer.split("/")[1:]:
                key = part.replace("~1", "/").replace("~0", "~")
                if isinstance(found, Mapping) and key in found:
                    found = found[key]
                elif isinstance(found, list) and key.isdigit() and int(key) < len(found):
                    found = found[int(key)]
                else:
                    raise ValueError(f"is {reference!r}, which leads nowhere")
        if not isinstance(found, Mapping | bool):
            raise ValueError(f"is {reference!r}, which is no schema")
        return found

    def _find_anchors(self, node: object) -> None:
        if isinstance(node, Mapping):
            if isinstance(node.get("$anchor"), str):
                self._anchors[node["$anchor"]] = node
            for value in node.values():
                self._find_anchors(value)
        elif isinstance(node, list):
            for value in node:
                self._find_anchors(value)

    def exclude(self, one: Schema, other: Schema, depth: int = 0) -> bool:
        """Whether no value can satisfy both; False where that cannot be told."""
        if depth > _DEEPEST:
            return False
        if one is False or other is False:
            return True
        if isinstance(one, bool) or isinstance(other, bool):
            return False
        for first, second in ((one, other), (other, one)):
            if "$ref" in first and self.exclude(self.target(first["$ref"]), second, depth + 1):
                return True
            if any(self.exclude(part, second, depth + 1) for part in first.get("allOf", ())):
                return True
            for keyword in ("anyOf", "oneOf"):
                if keyword in first and all(self.exclude(part, second, depth + 1) for part in first[keyword]):
                    return True
        if types(one).isdisjoint(types(other)):
            return True
        ours, theirs = constants(one), constants(other)
        if ours is not None and theirs is not None:
            return ours.isdisjoint(theirs)
        return self._ranges_exclude(one, other) or self._objects_exclude(one, other, depth)

    def _ranges_exclude(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        common = types(one) & types(other)
        for kinds, low, high in (
            ({"number", "integer"}, "minimum", "maximum"),
            ({"string"}, "minLength", "maxLength"),
            ({"array"}, "minItems", "maxItems"),
        ):
            if common <= kinds:
                for first, second in ((one, other), (other, one)):
                    if low in first and high in second and first[low] > second[high]:
                        return True
        return False

    def _objects_exclude(self, one: Mapping[str, Any], other: Mapping[str, Any], depth: int) -> bool:
        if types(one) & types(other) != {"object"}:
            return False
        for first, second in ((one, other), (other, one)):
            declared = second.get("properties", {})
            for key in first.get("required", ()):
                if declared.get(key) is False:
                    return True
                if key not in declared and second.get("additionalProperties") is False:
                    if not second.get("patternProperties"):
                        return True
                elif key in second.get("required", ()) and self.exclude(
                    first.get("properties", {}).get(key, True), declared.get(key, True), depth + 1
                ):
                    return True
        return False


def types(schema: Mapping[str, Any]) -> set[str]:
    """The types that a value of this schema can have, as far as `type`, `enum` and `const` tell; `number` where whole
    numbers are among them too."""
    given = schema.get("type", TYPES)
    found = {given} if isinstance(given, str) else set(given)
    if "number" in found:
        found.add("integer")
    values = listed(schema)
    if values is not None:
        found &= {kind for value in values for kind in _types_of(value)}
    return found


def listed(schema: Mapping[str, Any]) -> Sequence[Any] | None:
    """The values that `const` or `enum` leave; None where neither is given."""
    if "const" in schema:
        return [schema["const"]]
    enum = schema.get("enum")
    return enum if isinstance(enum, list) else None


def constants(schema: Mapping[str, Any]) -> set[str] | None:
    """The same values, each spelled so that equal ones are equal."""
    values = listed(schema)
    return None if values is None else {spelled(value) for value in values}


def spelled(value: Any) -> str:
    """A value as text; JSON's 1 and 1.0 are one number."""
    return json.dumps(_whole(value), sort_keys=True)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return value


def _types_of(value: object) -> tuple[str, ...]:
    match value:
        case None:
            return ("null",)
        case bool():
            return ("boolean",)
        case int():
            return ("integer", "number")
        case float():
            return ("integer", "number") if value.is_integer() else ("number",)
        case str():
            return ("string",)
        case list():
            return ("array",)
    return ("object",)
