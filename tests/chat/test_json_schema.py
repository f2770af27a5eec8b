"""Schemas as a grammar enforces them: what is written satisfies the schema, and what cannot be enforced is named."""

from __future__ import annotations

import json
import random
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llguidance import LLMatcher, LLTokenizer
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask
from llguidance.tiktoken import lltokenizer_from_encoding

from openk2.chat.json_schema import enforceable
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import RequestError

BYTES = Tokenizer.bytes_only()
SIZE = 512


@pytest.fixture(scope="module")
def vocabulary() -> LLTokenizer:
    return lltokenizer_from_encoding(BYTES.encoding, n_vocab=SIZE, eos_token=sorted(BYTES.stop_ids))


def grammar(schema: object, vocabulary: LLTokenizer) -> LLMatcher:
    matcher = LLMatcher(
        vocabulary, LLMatcher.grammar_from_json_schema(json.dumps(enforceable(schema, "it"))), log_level=0
    )
    assert not matcher.get_error(), matcher.get_error()
    return matcher


def accepts(schema: object, text: str, vocabulary: LLTokenizer) -> bool:
    """Whether the grammar writes this text."""
    matcher, data = grammar(schema, vocabulary), list(text.encode())
    return matcher.validate_tokens(data) == len(data) and matcher.consume_tokens(data) and matcher.is_accepting()


def written(schema: object, vocabulary: LLTokenizer, seed: int, most: int = 3000) -> list[Any]:
    """Values that chance writes byte by byte; those that take too long are left out."""
    matcher, draw, values = grammar(schema, vocabulary), random.Random(seed), []
    for _ in range(12):
        one, data = matcher.deep_copy(), bytearray()
        words = allocate_token_bitmask(1, SIZE)
        while len(data) < most:
            fill_next_token_bitmask(one, words, 0)
            bits = np.unpackbits(words.view(np.uint8), axis=1, count=SIZE, bitorder="little")[0]
            byte = draw.choice(np.nonzero(bits)[0].tolist())
            if byte in BYTES.stop_ids:
                values.append(json.loads(data))
                break
            data.append(byte)
            one.consume_token(byte)
    return values


SCALARS = st.sampled_from([0, 1, -3, 2.5, "a", "ü", "", None, True, [1], {"a": 1}])
BOUND = st.integers(-20, 20) | st.decimals(-9, 9, places=2).map(float)
LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.booleans(),
    st.just({}),
    st.builds(lambda values: {"enum": values}, st.lists(SCALARS, min_size=1, max_size=4)),
    st.builds(
        lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more}, *[st.integers(0, 3)] * 2
    ),
    st.builds(
        lambda pattern: {"type": "string", "pattern": pattern}, st.sampled_from(["^[a-c]{2}$", r"^\w\W$", "^é?$"])
    ),
    st.builds(
        lambda kind, low, high, step: {"type": kind, **low, **high, **step},
        st.sampled_from(["integer", "number"]),
        st.just({}) | st.builds(dict, minimum=BOUND) | st.builds(dict, exclusiveMinimum=BOUND),
        st.just({}) | st.builds(dict, maximum=BOUND) | st.builds(dict, exclusiveMaximum=BOUND),
        st.just({}) | st.builds(dict, multipleOf=st.sampled_from([2, 3, 0.5, 0.1])),
    ),
    st.builds(
        lambda kinds: {"type": kinds}, st.sets(st.sampled_from(["null", "boolean", "integer"]), min_size=1).map(list)
    ),
)
KEY = st.sampled_from(["a", "b", "ä", 'q"', "x-1", ""])


def larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas made of schemas."""
    objects = st.builds(
        lambda properties, required, rest, pattern: {
            "type": "object",
            "properties": properties,
            "required": required,
            **rest,
            **pattern,
        },
        st.dictionaries(KEY, inner, max_size=3),
        st.lists(KEY, max_size=2, unique=True),
        st.just({}) | st.builds(dict, additionalProperties=st.booleans() | inner) | st.just({"minProperties": 1}),
        st.just({}) | st.just({}) | st.builds(lambda value: {"patternProperties": {"^x-": value}}, inner),
    )
    arrays = st.builds(
        lambda items, low, more, first: {
            "type": "array",
            "items": items,
            "minItems": low,
            "maxItems": low + more,
            **first,
        },
        inner,
        st.integers(0, 2),
        st.integers(0, 2),
        st.just({})
        | st.builds(dict, prefixItems=st.lists(inner, min_size=1, max_size=2))
        | st.just({"uniqueItems": True}),
    )
    several = st.lists(inner | objects, min_size=1, max_size=3)
    combined = st.builds(
        lambda base, keyword, parts: {**(base if isinstance(base, dict) else {}), keyword: parts},
        st.just({}) | objects,
        st.sampled_from(["anyOf", "oneOf", "allOf"]),
        several,
    )
    return objects | arrays | combined


SCHEMAS = st.recursive(LEAVES, larger, max_leaves=6)


@settings(max_examples=150)
@given(schema=SCHEMAS, seed=st.integers(0, 10**6))
def test_whatever_is_written_satisfies_the_schema_it_came_from(vocabulary: LLTokenizer, schema: Any, seed: int) -> None:
    try:
        enforceable(schema, "it")
        values = written(schema, vocabulary, seed, most=600)
    except (RequestError, AssertionError):
        return
    for value in values:
        jsonschema.Draft202012Validator(schema).validate(value)


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"properties": {"a": {"not": {"type": "string"}}}}, "it.properties.a.not"),
        ({"if": {"type": "string"}, "then": {"maxLength": 1}}, "it.if"),
        ({"type": "array", "contains": {"const": 1}}, "it.contains"),
        ({"properties": {"l": {"items": {"type": "string"}, "uniqueItems": True}}}, "it.properties.l.uniqueItems"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, "it.oneOf .*: 0 and 1"),
        ({"type": "object", "minProperties": 2}, "it.minProperties"),
        ({"type": "object", "properties": {"a": {}}, "maxProperties": 0}, "it.maxProperties"),
        ({"propertyNames": {"maxLength": 3}}, "it.propertyNames"),
        ({"patternProperties": {"a": {}, "b": {}}}, "it.patternProperties"),
        ({"type": "number", "multipleOf": 0.1}, "it.multipleOf"),
        ({"const": 2**60}, "it.const"),
        ({"enum": [1e300]}, "it.enum"),
        ({"type": "integer", "minimum": 2**70}, "it: .* out of reach"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "no number lies between 5 and 4"),
        ({"properties": {"s": {"pattern": "(?=a)"}}}, r"it.properties.s.pattern \"\(\?=a\)\" .* looks around"),
        ({"type": "string", "minLength": 10**6}, "it.minLength"),
        ({"enum": ["a"], "pattern": r"\p{L}"}, "it.pattern"),
        ({"$ref": "#/$defs/x"}, "it.\\$ref is '#/\\$defs/x', which leads nowhere"),
        ({"$ref": "https://example.com/schema"}, "is not in the schema"),
        ({"propertyNames": {"$ref": "#/$defs/x"}}, r"it.propertyNames.\$ref is '#/\$defs/x', which leads nowhere"),
        ({"items": {"$dynamicRef": "#x"}}, r"it.items.\$dynamicRef"),
        ({"allOf": [{}], "unevaluatedProperties": {"type": "string"}}, "it.unevaluatedProperties"),
        ({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "no finite value satisfies it"),
        ({"not": {}}, "no finite value satisfies it"),
        ({"type": "strin"}, "it.type: 'strin' is not valid"),
        ({"properties": []}, "it.properties: "),
        ({"$schema": 5}, "it: accepted: a valid JSON schema"),
        ({"$id": 5}, "it: accepted: a valid JSON schema"),
        ({"type": "number", "minimum": float("nan")}, "it: "),
        ([], "it is \\[\\]; accepted: a JSON schema"),
    ],
)
def test_what_cannot_be_enforced_is_named_with_its_place(schema: Any, named: str) -> None:
    with pytest.raises(RequestError, match=named) as caught:
        enforceable(schema, "it")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        # Keys.
        ({"properties": {"a": {"type": "null"}}}, ['{"a":null}', "{}"], ['{"b":1}', "[]"]),
        ({"type": "object"}, ['{"b":1}'], ["1"]),
        (
            {"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "boolean"}},
            ['{"a":1,"b":true}', '{"aa":true}', '{"":true}'],
            ['{"a":true}', '{"\\u0061":true}', '{"b":1}'],
        ),
        (
            {"allOf": [{"properties": {"a": {"type": "null"}}}, {"properties": {"b": {"type": "null"}}}]},
            ['{"a":null,"b":null}'],
            ['{"c":null}', '{"\\u0061":1}'],
        ),
        ({"type": "object", "required": ["z"], "properties": {"a": {}}}, ['{"a":1,"z":2}', '{"z":[]}'], ['{"a":1}']),
        (
            {"properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"]}},
            ['{"a":1,"b":2}', '{"b":2}', "{}"],
            ['{"a":1}'],
        ),
        (
            {"properties": {"a": {}, "b": {}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
            ['{"a":1}', '{"b":1}'],
            ["{}", '{"a":1,"b":1}'],
        ),
        ({"propertyNames": {"enum": ["n"]}, "additionalProperties": {"type": "null"}}, ['{"n":null}'], ['{"m":null}']),
        ({"properties": {"a": {}, "b": {}}, "minProperties": 1}, ['{"a":1}', '{"b":1}'], ["{}"]),
        # Numbers.
        ({"type": "number", "exclusiveMinimum": 0.1}, ["0.11", "5"], ["0.1", "0.10", "0.1000000000000000000001"]),
        ({"type": "number", "exclusiveMaximum": 0}, ["-0.1", "-3"], ["0", "-0.0", "-0"]),
        ({"type": "integer", "minimum": -(2**63), "maximum": 2**63}, ["0", "-9000000000000000000"], ["1e3", "0.5"]),
        ({"type": "number", "multipleOf": 0.01, "minimum": 0, "maximum": 1}, ["0.5", "0.06", "1"], ["0.005", "0.07"]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, ["2"], ["1"]),
        # Texts.
        ({"type": "string", "format": "date-time"}, ['"2026-01-02T03:04:05Z"'], ['"2026-01-02T03:04:60Z"', '"now"']),
        ({"type": "string", "format": "colour"}, ['"red"'], ["1"]),
        ({"type": "string", "pattern": r"^\w$"}, ['"a"', '"_"'], ['"é"', '"ab"']),
        ({"type": "string", "pattern": "^[[&]$"}, ['"["', '"&"'], ['"a"']),
        # Lists.
        ({"items": {"enum": [1, 2]}, "uniqueItems": True}, ["[]", "[2,1]", "[1]"], ["[1,1]", "[3]"]),
        ({"items": [{"const": 1}, {"const": 2}], "additionalItems": False}, ["[1,2]", "[1]"], ["[2]", "[1,2,3]"]),
        ({"type": "array", "contains": {}}, ["[1]"], ["[]"]),
        # Combinations.
        ({"oneOf": [{"const": 1}, {"const": 2}, {"type": "string"}]}, ["1", "2", '"a"'], ["3"]),
        ({"oneOf": [{"maximum": 1, "type": "integer"}, {"minimum": 2, "type": "integer"}]}, ["1", "2"], ['"a"']),
        ({"enum": [1, "a", 7], "minimum": 5}, ['"a"', "7"], ["1"]),
        ({"properties": {"a": {"not": {}}, "b": {}}}, ['{"b":1}'], ['{"a":1}']),
        # References.
        ({"$defs": {"a/b": {"const": 1}}, "$ref": "#/$defs/a~1b"}, ["1"], ["2"]),
        ({"$defs": {"x": {"$anchor": "here", "const": 1}}, "items": {"$ref": "#here"}}, ["[1]"], ["[2]"]),
        ({"properties": {"c": {"anyOf": [{"$ref": "#"}, {"const": 0}]}}}, ['{"c":{"c":0}}', "{}"], ['{"c":{"d":0}}']),
        ({"anyOf": [{"$ref": "#"}, {"const": 0}]}, ["0"], ["1"]),
    ],
)
def test_a_grammar_says_what_the_schema_says(
    vocabulary: LLTokenizer, schema: dict[str, Any], right: list[str], wrong: list[str]
) -> None:
    for text in right:
        assert accepts(schema, text, vocabulary), text
    for text in wrong:
        assert not accepts(schema, text, vocabulary), text


def test_what_describes_and_does_not_validate_is_dropped() -> None:
    schema = {"title": "T", "x-guidance": {"lenient": True}, "nullable": True, "type": "string", "default": 1}
    assert enforceable(schema, "it") == {"type": "string"}


def test_arguments_are_an_object_whatever_else_the_schema_allows() -> None:
    assert enforceable({}, "it", arguments=True) == {"type": "object"}
    assert enforceable({"type": ["object", "null"]}, "it", arguments=True) == {"type": "object"}
    with pytest.raises(RequestError, match=r"it\.type"):
        enforceable({"type": "array"}, "it", arguments=True)


def test_a_schema_nested_without_end_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(3000):
        schema = {"items": schema}
    with pytest.raises(RequestError, match="nested too deeply"):
        enforceable(schema, "it")
