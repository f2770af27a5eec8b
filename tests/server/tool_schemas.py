"""JSON schemas of tools as people and programs write them: a list by hand, and as many more as are wanted from a seed.

Texts and lists are bounded where a model of random weights would go on for long; recursion ends with even chance.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

Schema = dict[str, Any]


def closed(properties: Schema, required: Sequence[str] | None = None, **more: Any) -> Schema:
    """An object of these properties alone, all required unless said otherwise."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties if required is None else required),
        "additionalProperties": False,
        **more,
    }


SHORT: Schema = {"type": "string", "maxLength": 5}
DIGIT: Schema = {"type": "integer", "minimum": 0, "maximum": 9}
FLAG: Schema = {"type": "boolean"}

BY_HAND: list[Schema] = [
    {},
    {"type": "object"},
    {"type": "object", "properties": {}},
    closed({}),
    closed({"city": SHORT}),
    closed({"a": SHORT, "b": DIGIT}, ["b"]),
    {"type": "object", "properties": {"unit": {"enum": ["°C", "°F", "K"]}}},
    closed({"x": {"const": "fixed"}, "y": {"const": 7}, "z": {"const": None}}),
    closed({"x": {"const": {"deep": [1, {"er": 'ü"\\\n'}]}}}),
    closed({"mixed": {"enum": [1, "one", None, True, [1, 2], {"k": 0.5}]}}),
    closed({"typed": {"type": "integer", "enum": ["a", 1, 2.0, 3.5, None]}}),
    # Numbers.
    closed({"n": {"type": "integer", "minimum": -5, "maximum": 5}}),
    closed({"n": {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 3}}),
    closed({"n": {"type": "integer", "multipleOf": 7, "minimum": 1, "maximum": 100}}),
    closed({"n": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}}),
    closed({"n": {"type": "integer", "minimum": 0, "maximum": 9007199254740991}}),
    closed({"n": {"type": "number"}}),
    closed({"n": {"type": "number", "minimum": 0, "maximum": 1}}),
    closed({"n": {"type": "number", "exclusiveMinimum": 0.1, "exclusiveMaximum": 0.3}}),
    closed({"n": {"type": "number", "exclusiveMaximum": 0}}),
    closed({"n": {"type": "number", "multipleOf": 0.01, "minimum": 0, "maximum": 2}}),
    closed({"n": {"type": "number", "multipleOf": 0.5, "minimum": -3, "maximum": 3}}),
    closed({"n": {"type": "number", "minimum": 1.5, "maximum": 1e300}}),
    # Texts.
    closed({"s": {"type": "string", "minLength": 2, "maxLength": 4}}),
    closed({"s": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3,5}$"}}),
    closed({"s": {"type": "string", "pattern": r"^\w+([.-]\w+)*@[a-z]{1,5}\.(com|org)$", "maxLength": 30}}),
    closed({"s": {"type": "string", "pattern": "^[世界é]{3,4}$"}}),
    closed({"s": {"type": "string", "pattern": r"^\d{3}\s\W$"}}),
    closed({"s": {"type": "string", "pattern": r"^[^\w\s]{2}$"}}),
    closed({"s": {"type": "string", "pattern": "^(?:a|b)*c{2,}$", "maxLength": 9}}),
    closed({"s": {"type": "string", "pattern": r"^\/api\/v\d$"}}),
    *(closed({"s": {"type": "string", "format": name}}) for name in ("date", "date-time", "time", "uuid", "ipv4")),
    closed({"s": {"type": "string", "format": "uri-reference", "maxLength": 8}}),
    # Lists.
    closed({"l": {"type": "array", "items": DIGIT, "minItems": 2, "maxItems": 4}}),
    closed({"l": {"type": "array", "prefixItems": [SHORT, DIGIT], "items": False, "minItems": 2}}),
    closed({"l": {"type": "array", "prefixItems": [FLAG], "items": {"type": "null"}, "maxItems": 3}}),
    closed({"l": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "minItems": 1}}),
    closed({"l": {"type": "array", "items": SHORT, "uniqueItems": True, "maxItems": 1}}),
    closed({"l": {"type": "array", "items": {"type": "array", "items": FLAG, "maxItems": 2}, "maxItems": 2}}),
    {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **closed({"l": {"type": "array", "items": [FLAG, DIGIT], "additionalItems": False, "minItems": 1}}),
    },
    # Keys.
    closed({"世界": FLAG, 'é"\\': {"type": "null"}, "a b": DIGIT, "": FLAG, "$ref": FLAG}),
    {"type": "object", "properties": {"a": DIGIT}, "required": ["a"], "additionalProperties": FLAG},
    {"type": "object", "properties": {"a": DIGIT, "ab": DIGIT}, "additionalProperties": True},
    {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 99}, "maxProperties": 3},
    {"type": "object", "properties": {"a": DIGIT}, "required": ["a", "undeclared"]},
    {"type": "object", "patternProperties": {"^x-[a-z]$": FLAG}, "additionalProperties": False},
    {"type": "object", "propertyNames": {"type": "string"}, "additionalProperties": DIGIT},
    {"type": "object", "propertyNames": {"enum": ["n", "s"]}, "additionalProperties": DIGIT},
    closed({"a": FLAG, "b": FLAG, "c": FLAG}, [], minProperties=1),
    closed({"card": DIGIT, "address": SHORT}, [], dependentRequired={"card": ["address"]}),
    {"type": "object", "properties": {"a": FLAG}, "unevaluatedProperties": False},
    # Combinations.
    closed({"v": {"anyOf": [SHORT, DIGIT, {"type": "null"}]}}),
    closed({"v": {"type": ["string", "null", "integer"], "maxLength": 2, "minimum": 1, "maximum": 4}}),
    closed({"v": {"oneOf": [{"const": "a"}, {"const": "b"}, {"type": "integer", "minimum": 1, "maximum": 2}]}}),
    closed(
        {
            "shape": {
                "oneOf": [
                    {"type": "object", "properties": {"kind": {"const": "dot"}}, "required": ["kind"]},
                    {
                        "type": "object",
                        "properties": {"kind": {"const": "disc"}, "r": DIGIT},
                        "required": ["kind", "r"],
                    },
                ]
            }
        }
    ),
    {"type": "object", "properties": {"a": DIGIT, "b": DIGIT}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
    {
        "type": "object",
        "properties": {"k": FLAG, "a": DIGIT, "b": DIGIT},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        "additionalProperties": False,
    },
    {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"a": {"minimum": 3, "maximum": 9}, "b": FLAG}},
        ]
    },
    closed({"a": True, "b": {"not": {}}, "c": {"type": "null"}}, ["c"]),
    # References.
    {**closed({"p": {"$ref": "#/$defs/point"}}), "$defs": {"point": closed({"x": DIGIT, "y": DIGIT})}},
    {**closed({"a": {"type": "null"}, "b": {"$ref": "#/properties/a"}})},
    {**closed({"n": {"$ref": "#/definitions/a~1b%20c"}}), "definitions": {"a/b c": DIGIT}},
    {
        **closed({"list": {"$ref": "#/$defs/node"}}),
        "$defs": {"node": closed({"v": DIGIT, "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}})},
    },
    closed({"child": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}),
    {
        **closed({"tree": {"$ref": "#/$defs/tree"}}),
        "$defs": {"tree": {"type": "array", "items": {"$ref": "#/$defs/tree"}, "maxItems": 1}},
    },
    {
        **closed({"x": {"$ref": "#/$defs/a", "description": "beside"}, "y": {"$ref": "#/$defs/b"}}),
        "$defs": {"a": {"anyOf": [FLAG, {"$ref": "#/$defs/b"}]}, "b": {"type": ["integer", "null"], "maximum": 9}},
    },
    # As generators write them.
    {
        "title": "SearchArguments",
        "description": "Arguments of search.",
        "type": "object",
        "properties": {
            "query": {"type": "string", "maxLength": 12, "title": "Query", "examples": ["kimi"]},
            "limit": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 50}, {"type": "null"}], "default": None},
            "order": {"default": "new", "enum": ["new", "old"], "type": "string", "x-order": 3, "nullable": True},
        },
        "required": ["query"],
    },
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/arguments",
        "type": "object",
        "properties": {"path": {"$ref": "#/$defs/path"}, "options": {"$ref": "https://example.com/arguments#/$defs/o"}},
        "required": ["path"],
        "additionalProperties": False,
        "$defs": {"path": {"type": "string", "pattern": "^/[a-z]{1,6}$"}, "o": closed({"force": FLAG}, [])},
    },
]


def generated(count: int, seed: int = 0) -> list[Schema]:
    """So many schemas of objects, each from a random number generator of its own."""
    return [_Generator(random.Random(f"{seed}/{number}")).arguments() for number in range(count)]


def tool_schemas(count: int, seed: int = 0) -> list[Schema]:
    """Those by hand first, then generated ones."""
    return [*BY_HAND[:count], *generated(max(0, count - len(BY_HAND)), seed)]


def open_ended(schema: Schema) -> bool:
    """Whether keys are free text somewhere, so that chance alone makes many and long ones."""
    text = json.dumps(schema)
    return schema in ({}, {"type": "object"}) or any(f'"additionalProperties": {what}' in text for what in "t{")


KEYS = ("id", "name", "größe", "数量", "a-b", "x.y", "with space", "quote'd", "Ключ", "emoji🙂", "to", "n")


class _Generator:
    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.definitions: Schema = {}

    def arguments(self) -> Schema:
        schema = self.object(3)
        if self.definitions:
            schema["$defs"] = self.definitions
        return schema

    def any(self, depth: int) -> Schema:
        simple: list[Callable[[], Schema]] = [self.string, self.enum, self.integer, self.number, self.flag]
        nested: list[Callable[[int], Schema]] = [self.object, self.array, self.any_of, self.one_of, self.reference]
        if depth <= 0 or self.draw.random() < 0.5:
            return self.draw.choice(simple)()
        return self.draw.choice(nested)(depth - 1)

    def flag(self) -> Schema:
        return self.draw.choice([FLAG, {"type": "null"}, {"type": ["boolean", "null"]}, {"const": True}])

    def string(self) -> Schema:
        low = self.draw.randrange(4)
        return self.draw.choice(
            [
                {"type": "string", "minLength": low, "maxLength": low + self.draw.randrange(6)},
                {
                    "type": "string",
                    "pattern": self.draw.choice([r"^[a-f0-9]{4}$", "^(yes|no|maybe)$", r"^\w{1,5}-\d+$"]),
                },
                {"type": "string", "pattern": "^[äöü世]+$", "maxLength": 4},
                {"type": "string", "format": self.draw.choice(["date", "time", "uuid", "ipv4"])},
                {"type": ["string", "null"], "maxLength": 3},
            ]
        )

    def enum(self) -> Schema:
        values: list[Any] = ["red", "grün", "蓝", "", 1, 2.5, -3, None, True, {"a": [1]}, [], "a\tb"]
        chosen = self.draw.sample(values, self.draw.randint(1, 5))
        return {"const": chosen[0]} if self.draw.random() < 0.2 else {"enum": chosen}

    def integer(self) -> Schema:
        low = self.draw.randint(-50, 50)
        high = low + self.draw.randint(4, 1000)
        bounds = self.draw.choice(
            [{"minimum": low, "maximum": high}, {"exclusiveMinimum": low, "exclusiveMaximum": high}, {"minimum": low}]
        )
        step = {"multipleOf": self.draw.choice([2, 3, 5])} if self.draw.random() < 0.3 else {}
        return {"type": "integer", **bounds, **step}

    def number(self) -> Schema:
        low = round(self.draw.uniform(-10, 10), self.draw.randrange(4))
        high = round(low + self.draw.uniform(0.1, 20), 3)
        return self.draw.choice(
            [
                {"type": "number", "minimum": low, "maximum": high},
                {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": high},
                {"type": "number", "maximum": high},
                {"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.05},
            ]
        )

    def object(self, depth: int) -> Schema:
        keys = self.draw.sample(KEYS, self.draw.randint(1, 4))
        properties = {key: self.any(depth) for key in keys}
        required = [key for key in keys if self.draw.random() < 0.6]
        more: Schema = self.draw.choice(
            [
                *[{}, {"additionalProperties": False}] * 4,
                {"additionalProperties": DIGIT},
                {"additionalProperties": False, "dependentRequired": {keys[0]: [keys[-1]]}},
                {"anyOf": [{"required": [keys[0]]}, {"properties": {keys[0]: True, "other": FLAG}}]},
            ]
        )
        return {"type": "object", "properties": properties, "required": required, **more}

    def array(self, depth: int) -> Schema:
        low = self.draw.randrange(3)
        return self.draw.choice(
            [
                {"type": "array", "items": self.any(depth), "minItems": low, "maxItems": low + self.draw.randrange(3)},
                {"type": "array", "prefixItems": [self.any(0), self.any(0)], "items": False, "minItems": low},
                {"type": "array", "items": {"enum": ["a", "b", "c", 1]}, "uniqueItems": True, "maxItems": 3},
            ]
        )

    def any_of(self, depth: int) -> Schema:
        return {"anyOf": [self.any(depth) for _ in range(self.draw.randint(2, 3))]}

    def one_of(self, depth: int) -> Schema:
        kinds = self.draw.sample(["a", "b", "c", "d"], self.draw.randint(2, 3))
        tagged = [
            {"type": "object", "properties": {"kind": {"const": kind}, "v": self.any(depth)}, "required": ["kind"]}
            for kind in kinds
        ]
        return {"oneOf": [*tagged, {"type": "string", "maxLength": 3}, {"type": "null"}]}

    def reference(self, depth: int) -> Schema:
        name = f"d{self.draw.randrange(3)}"
        if name not in self.definitions:
            # Within it, it can be referred to only where there is another way out.
            self.definitions[name] = FLAG
            inner = self.object(depth)
            if self.draw.random() < 0.5:
                inner["properties"]["next"] = {"anyOf": [{"$ref": f"#/$defs/{name}"}, {"type": "null"}]}
            self.definitions[name] = inner
        elif self.definitions[name] is FLAG:
            return self.flag()
        return {"$ref": f"#/$defs/{name}"}
