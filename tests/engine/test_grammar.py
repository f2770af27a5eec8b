"""Grammars: a model of random weights cannot but write what was asked for."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
import torch
from conftest import EngineMaker, random_prompts
from test_engine import collect, idle, results, scripted

from openk2.chat.public import parse
from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.engine.grammar import Grammars
from openk2.engine.sampler import Sampler
from openk2.errors import EngineError, RequestError

NESTED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 6},
        "place": {
            "type": "object",
            "properties": {"x": {"type": "integer", "minimum": 0, "maximum": 99}, "deep": {"type": "boolean"}},
            "required": ["x", "deep"],
            "additionalProperties": False,
        },
    },
    "required": ["name", "place"],
    "additionalProperties": False,
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "nested": NESTED,
    "enum": {"enum": ["red", "grün", 7, None, True]},
    "any of": {"anyOf": [{"const": "none"}, {"type": "array", "items": {"type": "null"}, "maxItems": 2}]},
    "array": {"type": "array", "items": {"enum": [1, 22, 333]}, "minItems": 2, "maxItems": 4},
    "pattern": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3,5}$"},
    "unicode": {"type": "string", "pattern": "^[世界é]{3,4}$"},
    "reference": {
        "$defs": {
            "leaf": {
                "type": "object",
                "properties": {"v": {"type": "null"}},
                "required": ["v"],
                "additionalProperties": False,
            }
        },
        "type": "array",
        "items": {"$ref": "#/$defs/leaf"},
        "minItems": 1,
        "maxItems": 2,
    },
}


def asked(spec: GrammarSpec, seed: int = 0, **options: Any) -> SamplingParams:
    return SamplingParams(**{"temperature": 1.0, "seed": seed, "max_tokens": 300, "grammar": spec, **options})


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS.keys())
def test_json_of_a_schema_always_parses_and_is_valid(make_engine: EngineMaker, schema: dict[str, Any]) -> None:
    spec = GrammarSpec.json_schema(schema)
    wishes = [*(asked(spec, seed) for seed in range(5)), asked(spec, temperature=0.0)]
    for done in make_engine(page_tokens=8).generate([[1, 2, 3]] * len(wishes), wishes):
        assert done.finish == "stop"
        jsonschema.validate(json.loads(done.text), schema)


def test_a_regular_expression_is_matched_as_a_whole(make_engine: EngineMaker) -> None:
    spec = GrammarSpec("regex", r"(red|green|blue)(, (red|green|blue)){0,3}\.")
    for done in make_engine().generate([[5]] * 6, [asked(spec, seed) for seed in range(6)]):
        assert re.fullmatch(spec.text, done.text)


ENVELOPE = r"""
start: <|tool_calls_section_begin|> call{1,2} <|tool_calls_section_end|>
call: <|tool_call_begin|> "functions.add:" /[0-9]/ <|tool_call_argument_begin|> arguments <|tool_call_end|>
arguments: %json {
  "type": "object",
  "properties": {"a": {"type": "integer", "minimum": 0, "maximum": 999}},
  "required": ["a"],
  "additionalProperties": false
}
"""


def test_a_lark_grammar_names_special_tokens(make_engine: EngineMaker, tokenizer: Tokenizer) -> None:
    spec = GrammarSpec("lark", ENVELOPE)
    for done in make_engine().generate([[5]] * 6, [asked(spec, seed) for seed in range(6)]):
        assert done.finish == "stop"
        message = parse(done.ids, tokenizer)
        assert message.content == ""
        assert 1 <= len(message.tool_calls) <= 2
        for call in message.tool_calls:
            assert call.name == "add"
            assert 0 <= json.loads(call.arguments)["a"] <= 999


def test_text_of_a_grammar_holds_no_special_token(make_engine: EngineMaker, tokenizer: Tokenizer) -> None:
    done = make_engine().generate([[5]], asked(GrammarSpec("regex", r"(?s:.){40}")))[0]
    assert len(done.text) == 40
    assert all(id < tokenizer.base_size for id in done.ids[:-1])
    assert done.ids[-1] in tokenizer.stop_ids


def mixed_wishes() -> list[SamplingParams]:
    specs = [*(GrammarSpec.json_schema(schema) for schema in SCHEMAS.values()), GrammarSpec("lark", ENVELOPE), None]
    return [
        SamplingParams(temperature=(0.0, 0.8, 1.2)[number % 3], seed=number, max_tokens=60, grammar=spec, logprobs=True)
        for number, spec in enumerate(specs)
    ]


def test_requests_with_masks_give_in_company_what_they_give_alone(make_engine: EngineMaker) -> None:
    wishes = mixed_wishes()
    prompts = random_prompts(len(wishes), 30, seed=4)
    alone = [make_engine(speculation="off").generate([p], w)[0] for p, w in zip(prompts, wishes, strict=True)]
    together = make_engine(step_tokens=64)
    assert results(together.generate(prompts, wishes)) == results(alone)
    assert idle(together)


def test_preempted_requests_keep_to_their_grammar(make_engine: EngineMaker) -> None:
    wishes = mixed_wishes()
    prompts = random_prompts(len(wishes), 50, seed=5)
    options = {"page_tokens": 8, "max_context": 112}
    small = make_engine(cache_tokens=112, step_tokens=40, **options)
    assert results(small.generate(prompts, wishes)) == results(make_engine(**options).generate(prompts, wishes))
    assert small.load.counters.preemptions > 0
    assert idle(small)


def test_each_of_n_answers_follows_the_grammar_on_its_own(make_engine: EngineMaker) -> None:
    schema = SCHEMAS["array"]
    done = make_engine().generate([[1, 2]], asked(GrammarSpec.json_schema(schema), n=6))[0]
    assert len({choice.text for choice in done.choices}) > 1
    for choice in done.choices:
        jsonschema.validate(json.loads(choice.text), schema)


def test_leaving_in_the_middle_of_a_grammar_frees_everything(make_engine: EngineMaker) -> None:
    engine = make_engine()

    async def leave() -> None:
        stream = engine.stream([1], asked(GrammarSpec("regex", "a{200}")))
        await anext(stream)
        await stream.aclose()

    asyncio.run(leave())
    assert idle(engine)


def test_a_stream_with_a_grammar_gives_what_generate_gives(make_engine: EngineMaker) -> None:
    wish = asked(GrammarSpec.json_schema(NESTED), 3)
    engine = make_engine()
    pieces = asyncio.run(collect(engine.stream([1], wish)))
    assert "".join(piece.text for piece in pieces) == engine.generate([[1]], wish)[0].text


def test_what_a_grammar_forces_is_guessed_and_saves_steps(make_engine: EngineMaker) -> None:
    spec = GrammarSpec("regex", "the quick brown fox jumps over the lazy dog")
    engine = make_engine()
    engine._cost.hurdle = lambda running: 0.2  # type: ignore[method-assign]
    assert engine.generate([[1]], asked(spec))[0].text == spec.text
    assert engine.load.counters.accepted_tokens == engine.load.counters.proposed_tokens > len(spec.text) / 2


def test_a_grammar_changes_what_is_drawn_and_not_the_reported_logprobs(make_engine: EngineMaker) -> None:
    wish = asked(GrammarSpec("regex", "ab"), logprobs=True)
    done = make_engine().generate([[1]], wish)[0]
    assert done.text == "ab"
    assert done.logprobs[0] < -1, "a random model does not expect it"


def test_min_tokens_holds_the_end_back_until_the_grammar_leaves_nothing_else(make_engine: EngineMaker) -> None:
    engine = make_engine()
    wish = asked(GrammarSpec("regex", "a{0,9}"), min_tokens=8)
    assert len(engine.generate([[1]], wish)[0].text) >= 8
    assert engine.generate([[1]], replace(wish, grammar=GrammarSpec("regex", "aaa")))[0].text == "aaa"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (GrammarSpec.json_schema({"type": "array", "uniqueItems": True}), r"JSON schema .* \[\"uniqueItems\"\]"),
        (GrammarSpec.json_schema({"not": {"type": "string"}}), r"Unimplemented keys: \[\"not\"\]"),
        (
            GrammarSpec.json_schema({"oneOf": [{"type": "integer"}, {"type": "number"}]}),
            "oneOf constraints .* supported.$",
        ),
        (GrammarSpec.json_schema({"type": "strin"}), "Invalid type: strin"),
        (GrammarSpec.json_schema({"type": "string", "maxLength": 0, "pattern": "a"}), "Unsatisfiable schema"),
        (GrammarSpec("json_schema", '{"type"'), "JSON schema cannot be enforced: "),
        (GrammarSpec("regex", "(ab"), "regular expression cannot be enforced: .*unclosed group"),
        (GrammarSpec("lark", "start: foo"), 'Lark grammar cannot be enforced: .*unknown name: "foo"'),
        (GrammarSpec("lark", "start: <|nope|>"), "unknown special token"),
    ],
)
def test_what_cannot_be_enforced_is_refused_in_one_line(
    make_engine: EngineMaker, spec: GrammarSpec, message: str
) -> None:
    with pytest.raises(RequestError, match=message) as caught:
        make_engine().generate([[1]], asked(spec))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_grammar_that_runs_into_nothing_fails_its_own_request_alone(
    make_engine: EngineMaker, tokenizer: Tokenizer
) -> None:
    engine = make_engine()
    dead_end = asked(GrammarSpec("lark", 'start: "ab" <|reserved_token_300|>'))

    async def both() -> list[object]:
        streams = [
            collect(engine.stream([1], dead_end)),
            collect(engine.stream([1], asked(GrammarSpec("regex", "abcd")))),
        ]
        return await asyncio.gather(*streams, return_exceptions=True)

    failed, fine = asyncio.run(both())
    assert isinstance(failed, EngineError)
    assert "the grammar wants a token that cannot come" in str(failed)
    assert isinstance(fine, list)
    assert "".join(piece.text for piece in fine) == "abcd"
    assert idle(engine)


def test_several_answers_that_run_into_nothing_fail_their_request_once(make_engine: EngineMaker) -> None:
    engine = make_engine()
    with pytest.raises(EngineError, match="the grammar wants a token that cannot come"):
        engine.generate([[1]], asked(GrammarSpec("lark", 'start: ("ab" | "a") <|reserved_token_300|>'), n=4))
    assert engine.generate([[1]], asked(GrammarSpec("regex", "ab")))[0].text == "ab"
    assert idle(engine)


def test_padding_of_the_vocabulary_and_ids_without_meaning_are_masked(tokenizer: Tokenizer) -> None:
    sampler = Sampler(tokenizer, 600)
    matcher = Grammars(tokenizer, sampler.banned_V).open(GrammarSpec("regex", r"(?s:.)*"))
    allowed_V = matcher.masks([])[0]
    assert allowed_V.shape == (600,)
    assert not (allowed_V & sampler.banned_V).any()
    assert set(allowed_V.nonzero()[:, 0].tolist()) <= {*range(256), *tokenizer.stop_ids}


def test_masks_of_a_draft_are_those_after_each_of_its_tokens(tokenizer: Tokenizer) -> None:
    grammars = Grammars(tokenizer, Sampler(tokenizer, 512).banned_V)
    spec = GrammarSpec("regex", "(abc|abd)e*")
    matcher = grammars.open(spec)
    assert matcher.allowed_of(list(b"abx")) == 2
    together_NV = matcher.masks(list(b"abd"))
    for row, token in enumerate(b"abd"):
        assert torch.equal(matcher.masks([])[0], together_NV[row])
        twin = matcher.fork()
        matcher.push(token)
        assert torch.equal(twin.masks([])[0], together_NV[row]), "a fork goes on by itself"
    assert torch.equal(matcher.masks([])[0], together_NV[3])


def test_tokens_of_several_characters_may_come_where_the_text_may_go_on_like_them() -> None:
    merged = {b"ab": 256, b"abc": 257, b'{"': 258, b"bx": 259}
    tokenizer = Tokenizer({**{bytes([byte]): byte for byte in range(256)}, **merged}, digits=1)
    grammars = Grammars(tokenizer, Sampler(tokenizer, tokenizer.vocab_size).banned_V)
    matcher = grammars.open(GrammarSpec("regex", "(abcd|abx|a*y)"))
    assert matcher.masks([])[0].nonzero()[:, 0].tolist() == [ord("a"), ord("y"), 256, 257]
    matcher.push(256)
    assert matcher.masks([])[0].nonzero()[:, 0].tolist() == [ord("c"), ord("x")]
    assert grammars.open(GrammarSpec.json_schema(NESTED)).masks([])[0].nonzero()[:, 0].tolist() == [ord("{"), 258]


def test_an_answer_can_go_on_after_its_grammar_ended_only_with_ends(
    make_engine: EngineMaker, tokenizer: Tokenizer
) -> None:
    engine = scripted(make_engine(), b"abcdef")
    done = engine.generate([[0]], asked(GrammarSpec("regex", "ab"), temperature=0, ignore_eos=True, max_tokens=5))[0]
    assert done.text == "ab"
    assert set(done.ids[2:]) <= tokenizer.stop_ids
