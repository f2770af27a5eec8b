"""JSON schemas in a form that a grammar enforces without a gap, or a refusal that names the keyword.

The grammar compiler (llguidance) takes much of JSON Schema, but not all, and some of it not as validators read it. Here
a schema is rewritten to what means the same to both, and only where that is impossible to something narrower: every
value that is written satisfies the schema it came from (docs/decisions.md says what is narrower).

- Objects hold the keys that their schema declares, and others only where it says so by `additionalProperties`,
  `patternProperties` or no `properties` at all. A key that is spelled with escapes cannot pass for another one.
- `oneOf` needs alternatives that exclude each other; `uniqueItems`, `minProperties`, `propertyNames` and the dependent
  keywords are enforced where they come down to what a grammar can say; `not`, `if` and `contains` hardly ever do.
- References are resolved within the schema; what can never be finished (an endless `$ref`) is left out.
- Keywords that describe and do not validate are dropped, `format` among them where it is not one the compiler knows.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jsonschema import Draft4Validator, Draft7Validator, Draft202012Validator
from jsonschema.exceptions import SchemaError
from jsonschema.validators import validator_for

from openk2.chat.json_finite import finite_definitions, is_finite, pruned
from openk2.chat.json_keywords import COMBINING, FORMATS, KINDS, REFUSED, VALIDATING
from openk2.chat.json_logic import References, Schema, listed, spelled
from openk2.chat.json_numbers import bounds_of, multiples, step_is_exact, writable
from openk2.chat.json_pattern import others, translated
from openk2.errors import RequestError

Path = tuple[str | int, ...]

LONGEST_TEXT = 30_000
"""Larger bounds of a text's length are beyond what a grammar can count."""
MOST_LISTED = 2000
"""Most values that a keyword is spelled out to."""
_ANY_OBJECT = {"type": "object"}


def enforceable(schema: object, where: str, *, arguments: bool = False) -> dict[str, Any]:
    """The schema as the grammar compiler shall read it. `where`: what the caller calls it, for errors. With `arguments`
    a value that satisfies it is an object, as a tool's arguments are. Raises RequestError naming the keyword."""
    if isinstance(schema, bool):
        schema = {} if schema else {"enum": []}
    if not isinstance(schema, Mapping):
        raise RequestError(f"{where} is {json.dumps(schema)[:60]}; accepted: a JSON schema, which is an object")
    try:
        try:
            _check_form(schema, where)
            rewriter = _Rewriter(schema, where)
        except (AttributeError, TypeError):
            # The validators trip over a $schema or $id that is no text.
            raise RequestError(f"{where}: accepted: a valid JSON schema, $schema and $id being texts") from None
        return rewriter.whole(arguments)
    except RecursionError:
        raise RequestError(f"{where} is nested too deeply; accepted: a JSON schema of some hundred levels") from None


def _check_form(schema: Mapping[str, Any], where: str) -> None:
    """Raise RequestError unless the schema is one, by its own draft, the latest, or the last that many tools write."""
    declared = validator_for(schema, default=Draft202012Validator)
    problem: SchemaError | None = None
    drafts: list[Any] = [declared, Draft202012Validator, Draft7Validator, Draft4Validator]
    for draft in dict.fromkeys(drafts):
        try:
            draft.check_schema(dict(schema), format_checker=None)
        except SchemaError as error:
            problem = problem or error
        except RecursionError:
            raise RequestError(
                f"{where} is nested too deeply; accepted: a JSON schema of some hundred levels"
            ) from None
        else:
            return
    assert problem is not None
    message = " ".join(problem.message.split())[:200]
    raise RequestError(f"{_named(where, tuple(problem.absolute_path))}: {message}; accepted: a valid JSON schema")


def _named(where: str, path: Iterable[str | int]) -> str:
    return ".".join([where, *map(str, path)])


class _Rewriter:
    """Rewrites one schema."""

    def __init__(self, root: Mapping[str, Any], where: str) -> None:
        self._root, self._where = root, where
        self._validator = Draft202012Validator(dict(root))
        self._references = References(root)
        self._names: dict[tuple[str, bool], str] = {}
        """Targets of references, and in which context, → their names in the result's `$defs`."""
        self._definitions: dict[str, Schema] = {}

    def whole(self, arguments: bool) -> dict[str, Any]:
        """The rewritten schema with its definitions."""
        root: Mapping[str, Any] = self._root
        if arguments:
            kinds = root.get("type", "object")
            if kinds != "object" and not (isinstance(kinds, list) and "object" in kinds):
                raise self._refused((), "type", "object")
            root = {**root, "type": "object"}
        made = self._node(root, (), merged=False)
        finite = finite_definitions(self._definitions)
        for name in self._definitions:
            self._definitions[name] = pruned(self._definitions[name], finite) if name in finite else False
        made = pruned(made, finite)
        if made is False or not is_finite(made, finite):
            raise RequestError(f"no finite value satisfies {self._where}; accepted: a schema that some value satisfies")
        result = {} if made is True else dict(made)
        used = {name: schema for name, schema in self._definitions.items() if name in finite}
        return {**result, "$defs": used} if used else result

    def _refused(self, path: Path, keyword: str, accepted: str) -> RequestError:
        named = _named(self._where, (*path, keyword))
        return RequestError(f"{named} cannot be enforced by a grammar; accepted: {accepted}")

    def _node(self, node: Schema, path: Path, merged: bool) -> Schema:
        """`merged`: other schemas describe the same value, which may declare further keys."""
        if isinstance(node, bool):
            return node
        own = {key: value for key, value in node.items() if key in VALIDATING}
        for keyword in REFUSED:
            if keyword in node:
                raise self._refused(path, keyword, "$ref")
        if "$id" in node and path and "$ref" in json.dumps(node, default=str):
            raise self._refused(path, "$id", "references below one $id, at the top")
        own = self._without_conditions(own, path)
        if own.pop("_never", False):
            return False
        combining = [key for key in COMBINING if key in own]
        beside = [key for key in own if key not in COMBINING]
        alone = len(combining) == 1 and not beside and (combining[0] == "$ref" or combining[0] in ("anyOf", "oneOf"))
        if alone:
            return self._combined(own, path, merged)
        if not combining:
            return self._plain(own, path, merged)
        parts = [self._combined({key: own[key]}, (*path,), merged=True) for key in combining]
        if beside:
            parts.append(self._plain({key: own[key] for key in beside}, path, merged=True))
        if not merged:
            parts.append(self._closing(node))
        return _all_of(parts)

    def _combined(self, own: Mapping[str, Any], path: Path, merged: bool) -> Schema:
        """A schema of one combining keyword."""
        (keyword,) = own
        if keyword == "$ref":
            return self._reference(own["$ref"], path, merged)
        branches = [self._node(branch, (*path, keyword, i), merged) for i, branch in enumerate(own[keyword])]
        if keyword == "allOf":
            return _all_of(branches)
        if keyword == "oneOf":
            branches = self._exclusive(own["oneOf"], branches, path)
        return _any_of(branches)

    def _reference(self, reference: object, path: Path, merged: bool) -> Schema:
        try:
            target = self._references.target(reference)
        except ValueError as error:
            raise RequestError(f"{_named(self._where, (*path, '$ref'))} {error}") from None
        key = (str(reference), merged)
        if key not in self._names:
            name = self._names[key] = f"d{len(self._names)}"
            self._definitions[name] = True
            self._definitions[name] = self._node(target, (*path, "$ref"), merged)
        return {"$ref": f"#/$defs/{self._names[key]}"}

    def _exclusive(self, given: Sequence[Schema], made: list[Schema], path: Path) -> list[Schema]:
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
                raise RequestError(f"{_named(self._where, (*path, 'oneOf'))}: $ref {error}") from None
            if not apart:
                raise self._refused(
                    path, "oneOf", f"anyOf, or alternatives that exclude each other (not so: {i} and {j})"
                )
        return made

    def _without_conditions(self, own: dict[str, Any], path: Path) -> dict[str, Any]:
        """Without `not`, `if` and the dependent keywords, where they can be said otherwise. `_never`: nothing holds."""
        if "not" in own:
            denied = own.pop("not")
            if denied is True or (isinstance(denied, Mapping) and not VALIDATING & denied.keys()):
                own["_never"] = True
            elif denied is not False:
                raise self._refused(path, "not", "what the value is instead of what it is not")
        condition = own.pop("if", None)
        then, otherwise = own.pop("then", True), own.pop("else", True)
        if condition is not None and not (_is_any(then) and _is_any(otherwise)):
            raise self._refused(path, "if", "anyOf with an alternative for each case")
        conditions: list[Any] = []
        for keyword in ("dependentRequired", "dependentSchemas", "dependencies"):
            for key, needed in own.pop(keyword, {}).items():
                needed = {"required": needed} if isinstance(needed, list) else needed
                present = {"required": [key]}
                conditions.append({"anyOf": [{"properties": {key: False}}, {"allOf": [present, needed]}]})
        if len(conditions) > 4:
            raise self._refused(path, "dependentRequired", "conditions on at most 4 keys")
        if conditions:
            own["allOf"] = [*own.get("allOf", ()), *conditions]
        return own

    def _plain(self, own: dict[str, Any], path: Path, merged: bool) -> Schema:
        """A schema without combining keywords."""
        made: dict[str, Any] = {}
        values = listed(own)
        if values is not None:
            keyword = "const" if "const" in own else "enum"
            if not all(map(writable, values)):
                raise self._refused(path, keyword, "texts, and numbers that a double holds exactly to 15 digits")
            others = {key: value for key, value in own.items() if key not in ("const", "enum")}
            try:
                fitting = [value for value in values if self._validator.evolve(schema=others).is_valid(value)]
            except re.error:
                raise self._refused(path, "pattern", "a regular expression of Python's too, beside an enum") from None
            return {"enum": fitting} if fitting else False
        kinds = own.get("type")
        if kinds is None and not merged:
            touched = [kind for kind, keywords in KINDS.items() if any(keyword in own for keyword in keywords)]
            kinds = touched[0] if len(touched) == 1 else None
        if kinds is not None:
            made["type"] = kinds
        present = {kinds} if isinstance(kinds, str) else set(kinds or ("object", "array", "string", "number"))
        if "object" in present:
            made |= self._object(own, path, merged)
        if "array" in present:
            made |= self._array(own, path, present == {"array"})
        if "string" in present:
            made |= self._string(own, path)
        if present & {"number", "integer"}:
            made |= self._number(own, path, integer="number" not in present, only=present <= {"number", "integer"})
        return made

    def _object(self, own: Mapping[str, Any], path: Path, merged: bool) -> dict[str, Any]:
        properties = {
            key: self._node(value, (*path, "properties", key), merged=False)
            for key, value in own.get("properties", {}).items()
        }
        required = list(dict.fromkeys(own.get("required", ())))
        patterns = {
            self._pattern(pattern, (*path, "patternProperties")): self._node(
                value, (*path, "patternProperties", pattern), merged=False
            )
            for pattern, value in own.get("patternProperties", {}).items()
        }
        rest = own.get("additionalProperties")
        beyond = own.get("unevaluatedProperties")
        if beyond is not None and not _is_any(beyond):
            if beyond is not False or rest is not None:
                raise self._refused(path, "unevaluatedProperties", "additionalProperties")
            rest = False
        if rest is not None:
            rest = self._node(rest, (*path, "additionalProperties"), merged=False)
        if "propertyNames" in own:
            properties, patterns, rest = self._named_keys(own["propertyNames"], properties, patterns, rest, path)
        declares = "properties" in own or bool(properties)
        if len(patterns) > 1:
            raise self._refused(path, "patternProperties", "one pattern")
        if patterns and rest is not None and rest is not False and not _is_any(rest):
            raise self._refused(path, "additionalProperties", "false beside patternProperties")
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
        return made | self._sizes(own, made, path)

    def _named_keys(
        self, names: Schema, properties: dict[str, Schema], patterns: dict[str, Schema], rest: Schema | None, path: Path
    ) -> tuple[dict[str, Schema], dict[str, Schema], Schema | None]:
        """Properties, patterns and others of an object whose keys follow a schema."""
        if isinstance(names, Mapping) and "$ref" in names:
            names = self._references.target(names["$ref"])
        kept = {} if isinstance(names, bool) else {key: names[key] for key in names if key in VALIDATING}
        if kept.get("type") == "string":
            del kept["type"]
        if names is not False and not kept:
            return properties, patterns, rest
        if not patterns:
            allowed = [value for value in listed(kept) or () if isinstance(value, str)]
            if listed(kept) is not None and all(key in ("const", "enum") for key in kept):
                others = True if rest is None else rest
                return {key: properties.get(key, others) for key in allowed}, {}, False
            if set(kept) == {"pattern"} and not properties:
                others = True if rest is None else rest
                return {}, {self._pattern(kept["pattern"], (*path, "propertyNames")): others}, False
        raise self._refused(path, "propertyNames", "an enum, or a pattern where no properties are declared")

    def _sizes(self, own: Mapping[str, Any], made: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """How many keys an object has."""
        low, high = int(own.get("minProperties", 0)), own.get("maxProperties")
        properties, required = made.get("properties", {}), made.get("required", ())
        closed = made.get("additionalProperties") is False and not made.get("patternProperties")
        possible = [key for key, value in properties.items() if value is not False]
        sizes: dict[str, Any] = {}
        if high is not None and not (closed and len(possible) <= high):
            if any(key not in required for key in properties):
                raise self._refused(path, "maxProperties", "it where every declared property is required")
            sizes["maxProperties"] = int(high)
        if low <= len(required):
            return sizes
        if closed and low == len(possible):
            return {**sizes, "required": possible}
        if low == 1 and not properties:
            return {**sizes, "minProperties": 1}
        if low == 1 and closed:
            return {**sizes, "anyOf": [{"required": [key]} for key in possible]}
        raise self._refused(path, "minProperties", "1, or as many as are required")

    def _array(self, own: Mapping[str, Any], path: Path, only: bool) -> dict[str, Any]:
        made: dict[str, Any] = {key: int(own[key]) for key in ("minItems", "maxItems") if key in own}
        first, rest = own.get("prefixItems"), own.get("items")
        if isinstance(rest, list):
            first, rest = rest, own.get("additionalItems")
        beyond = own.get("unevaluatedItems")
        if beyond is not None and not _is_any(beyond):
            if beyond is not False or rest is not None:
                raise self._refused(path, "unevaluatedItems", "items")
            rest = False
        if first is not None:
            made["prefixItems"] = [
                self._node(item, (*path, "prefixItems", i), merged=False) for i, item in enumerate(first)
            ]
        if rest is not None:
            made["items"] = self._node(rest, (*path, "items"), merged=False)
        if "contains" in own and own.get("minContains", 1) != 0:
            if not _is_any(own["contains"]) or "maxContains" in own or "minContains" in own:
                raise self._refused(path, "contains", "items")
            made["minItems"] = max(made.get("minItems", 0), 1)
        if own.get("uniqueItems") and made.get("maxItems", 2) > 1:
            made = self._different(rest, made, path, only)
        return made

    def _different(self, item: object, made: Mapping[str, Any], path: Path, only: bool) -> dict[str, Any]:
        """An array of different items: every such array, where the items are few constants."""
        values: Sequence[Any] | None = None
        if isinstance(item, Mapping):
            target = self._references.target(item["$ref"]) if "$ref" in item else item
            values = listed(target) if isinstance(target, Mapping) else None
            if values is None and isinstance(target, Mapping) and target.get("type") == "boolean":
                values = [True, False]
        if values is None or not only or "prefixItems" in made or not all(map(writable, values)):
            raise self._refused(path, "uniqueItems", "it where items is an enum, or none")
        assert values is not None
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
        raise self._refused(path, "uniqueItems", f"items that make at most {MOST_LISTED} arrays")

    def _string(self, own: Mapping[str, Any], path: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if own.get("minLength", 0) > LONGEST_TEXT:
            raise self._refused(path, "minLength", f"at most {LONGEST_TEXT}")
        for keyword in ("minLength", "maxLength"):
            if own.get(keyword) is not None and own[keyword] <= LONGEST_TEXT:
                made[keyword] = int(own[keyword])
        patterns = [self._pattern(own["pattern"], path)] if "pattern" in own else []
        if own.get("format") in FORMATS:
            made["format"] = own["format"]
            narrowed = FORMATS[own["format"]]
            patterns += [narrowed] if narrowed else []
        if patterns:
            made["pattern"] = patterns[0]
        if len(patterns) > 1:
            made["allOf"] = [{"pattern": pattern} for pattern in patterns[1:]]
        return made

    def _pattern(self, pattern: object, path: Path) -> str:
        try:
            return translated(str(pattern))
        except ValueError as error:
            named = _named(self._where, (*path, "pattern"))
            raise RequestError(f"{named} {json.dumps(pattern)} cannot be enforced by a grammar: {error}") from None

    def _number(self, own: Mapping[str, Any], path: Path, *, integer: bool, only: bool) -> dict[str, Any]:
        try:
            made = bounds_of(own, integer)
        except (ValueError, ArithmeticError) as error:
            raise RequestError(f"{_named(self._where, path)}: {error or 'a bound is no number'}") from None
        step = own.get("multipleOf")
        if step is None or (integer and step == 1):
            return made
        if integer and isinstance(step, float) and step.is_integer():
            step = int(step)
        if step_is_exact(step):
            return {**made, "multipleOf": step}
        values = multiples(step, made, integer) if only else None
        if values is None:
            raise self._refused(
                path, "multipleOf", "a whole number up to 1000, or bounds with few multiples between them"
            )
        return {"enum": values}

    def _closing(self, node: Mapping[str, Any]) -> Schema:
        """What keeps an object that several schemas describe together to the keys that one of them declares."""
        names: dict[str, None] = {}
        patterns: dict[str, None] = {}
        open_ = self._declared(node, names, patterns, set())
        if not names and not patterns:
            return True
        allowed: dict[str, Schema] = dict.fromkeys(patterns, True)
        if open_:
            allowed = {others(names): True}
        closing: dict[str, Any] = {"properties": dict.fromkeys(names, True), "additionalProperties": False}
        return closing | ({"patternProperties": allowed} if allowed else {})

    def _declared(self, node: Schema, names: dict[str, None], patterns: dict[str, None], seen: set[int]) -> bool:
        """Collect the keys that a schema declares of one object; whether it allows others expressly."""
        if isinstance(node, bool) or id(node) in seen:
            return False
        seen.add(id(node))
        names |= dict.fromkeys((*node.get("properties", {}), *node.get("required", ())))
        for pattern in node.get("patternProperties", {}):
            patterns[self._pattern(pattern, ())] = None
        found = node.get("additionalProperties", False) is not False
        parts = [branch for keyword in ("allOf", "anyOf", "oneOf") for branch in node.get(keyword, ())]
        for keyword in ("dependentSchemas", "dependencies"):
            parts += [part for part in node.get(keyword, {}).values() if isinstance(part, Mapping)]
        for needed in node.get("dependentRequired", {}).values():
            names |= dict.fromkeys(needed)
        if "$ref" in node:
            parts.append(self._references.target(node["$ref"]))
        for part in parts:
            found = self._declared(part, names, patterns, seen) or found
        return found


def _is_any(schema: object) -> bool:
    """Whether a schema leaves every value."""
    return schema is True or (isinstance(schema, Mapping) and not VALIDATING & schema.keys())


def _all_of(parts: Sequence[Schema]) -> Schema:
    parts = [part for part in parts if not _is_any(part)]
    if any(part is False for part in parts):
        return False
    return True if not parts else parts[0] if len(parts) == 1 else {"allOf": parts}


def _any_of(parts: Sequence[Schema]) -> Schema:
    parts = [part for part in parts if part is not False]
    return False if not parts else parts[0] if len(parts) == 1 else {"anyOf": parts}
