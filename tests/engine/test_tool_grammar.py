"""Answers of a random model under the grammar of their request: the envelope of calls, in every mode and style."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from conftest import EngineMaker
from test_engine import idle

from openk2.chat.backend import complete
from openk2.chat.events import Finished, Fold, fold
from openk2.chat.messages import ChatRequest, Message, ToolCall, ToolChoice, ToolSpec
from openk2.chat.pieces import Pieces, TokenPiece
from openk2.chat.rendered import RenderedBackend
from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.chat.template import render_answer
from openk2.chat.tokenizer import SPECIAL_NAMES, Tokenizer
from openk2.chat.tool_grammar import FEWEST, MOST_CALLS, grammar_of
from openk2.engine.backend import EngineBackend
from openk2.engine.engine import Engine
from openk2.engine.grammar import Grammars
from openk2.engine.sampler import Sampler
from openk2.errors import RequestError

BYTES = Tokenizer.bytes_only()
QUESTION = (Message("user", "2 + 2?"),)
ADD = ToolSpec(
    "add",
    "Adds.",
    {"type": "object", "properties": {"a": {"type": "integer", "minimum": 0, "maximum": 9}}, "required": ["a"]},
)
SAY = ToolSpec("说.it", "", {"type": "object", "properties": {"s": {"type": "string", "maxLength": 4}}})
TOOLS = (ADD, SAY)
ANSWER: dict[str, Any] = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}


def request(choice: ToolChoice = ToolChoice(), seed: int = 0, **more: Any) -> ChatRequest:  # noqa: B008
    sampling = SamplingParams(temperature=1.0, seed=seed, max_tokens=300, **more.pop("sampling", {}))
    return ChatRequest(more.pop("messages", QUESTION), more.pop("tools", TOOLS), sampling, tool_choice=choice, **more)


def answers(engine: Engine, asked: ChatRequest, style: str = "instruct", count: int = 4) -> list[Fold]:
    """Several answers at once, of different seeds, those that were not cut off."""
    backend = EngineBackend(engine, "random", style)

    async def all_of_them() -> list[Fold]:
        seeds = (replace(asked, sampling=replace(asked.sampling, seed=seed)) for seed in range(count))
        return await asyncio.gather(*(complete(backend, one) for one in seeds))

    return [answer for answer in asyncio.run(all_of_them()) if answer.reason != "length"]


def check_calls(calls: Sequence[ToolCall], tools: Sequence[ToolSpec] = TOOLS, first: int = 0) -> None:
    schemas = {tool.name: tool.parameters for tool in tools}
    for number, call in enumerate(calls, first):
        assert call.id == f"functions.{call.name}:{number}"
        jsonschema.validate(json.loads(call.arguments), schemas[call.name])


def can_write(asked: ChatRequest, said: Message | Sequence[int], style: str = "instruct") -> bool:
    """Whether the grammar of a request lets a model say this."""
    spec = grammar_of(asked, BYTES, style)
    assert spec is not None
    ids = render_answer(said, tokenizer=BYTES, style=style) if isinstance(said, Message) else list(said)
    return Grammars(BYTES, Sampler(BYTES, BYTES.vocab_size).banned_V).open(spec).allowed_of(ids) == len(ids)


def call(number: int = 0, name: str = "add", arguments: str = '{"a": 1}') -> ToolCall:
    return ToolCall(f"functions.{name}:{number}", name, arguments)


def test_a_required_call_is_made_and_valid(make_engine: EngineMaker) -> None:
    engine = make_engine()
    told = answers(engine, request(ToolChoice("required")))
    assert told
    for answer in told:
        assert answer.reason == "tool_calls"
        assert answer.message.content == ""
        assert answer.message.tool_calls
        check_calls(answer.message.tool_calls)
    assert idle(engine)


def test_a_named_tool_is_the_one_that_is_called(make_engine: EngineMaker) -> None:
    for answer in answers(make_engine(), request(ToolChoice("required", ("说.it",)))):
        assert {call.name for call in answer.message.tool_calls} == {"说.it"}


def test_one_call_at_a_time_where_calls_are_not_parallel(make_engine: EngineMaker) -> None:
    for answer in answers(make_engine(), request(ToolChoice("required", parallel=False))):
        assert len(answer.message.tool_calls) == 1


def test_calls_are_numbered_on_from_the_history(make_engine: EngineMaker) -> None:
    history = (*QUESTION, Message("assistant", tool_calls=(call(), call(1))), Message("tool", "2", tool_call_id="x"))
    history = (*history[:2], replace(history[2], tool_call_id="functions.add:0"))
    for answer in answers(make_engine(), request(ToolChoice("required"), messages=history)):
        check_calls(answer.message.tool_calls, first=2)


def test_of_itself_a_model_says_text_or_calls_or_both() -> None:
    asked = request()
    assert can_write(asked, Message("assistant", "4, and { so <on>"))
    assert can_write(
        asked, Message("assistant", "Let me see.", tool_calls=(call(), call(1, "说.it", '{\n  "s": "ü"\n}')))
    )
    assert can_write(asked, Message("assistant", tool_calls=(call(),)))
    assert not can_write(asked, Message("assistant", tool_calls=(call(name="subtract"),)))
    assert not can_write(asked, Message("assistant", tool_calls=(call(1),)))
    assert not can_write(asked, Message("assistant", tool_calls=(call(arguments='{"a": 12}'),)))
    assert not can_write(asked, Message("assistant", tool_calls=(call(arguments='{"a": 1, "b": 1}'),)))


def test_with_none_no_call_is_made_and_the_tools_stay_declared(make_engine: EngineMaker) -> None:
    asked = request(ToolChoice("none"))
    assert not can_write(asked, Message("assistant", tool_calls=(call(),)))
    assert can_write(asked, Message("assistant", "4"))
    for answer in answers(make_engine(), asked):
        assert not answer.message.tool_calls


def test_only_the_allowed_tools_are_called() -> None:
    asked = request(ToolChoice("auto", ("add",)))
    assert can_write(asked, Message("assistant", tool_calls=(call(),)))
    assert not can_write(asked, Message("assistant", tool_calls=(call(0, "说.it", "{}"),)))


def test_a_tool_that_is_not_strict_takes_any_object() -> None:
    loose = replace(ADD, strict=False)
    odd = Message("assistant", tool_calls=(call(arguments='{"b": [1]}'),))
    assert can_write(request(tools=(loose, SAY)), odd)
    assert not can_write(request(tools=(loose, SAY)), Message("assistant", tool_calls=(call(arguments="[1]"),)))
    assert not can_write(request(tools=(loose, SAY)), Message("assistant", tool_calls=(call(name="subtract"),)))
    assert can_write(request(ToolChoice("required", strict=False)), odd)


def test_without_strictness_and_without_tools_there_is_no_grammar() -> None:
    assert grammar_of(request(ToolChoice(strict=False)), BYTES, "instruct") is None
    assert grammar_of(request(tools=()), BYTES, "instruct") is None


def test_reasoning_comes_first_where_the_style_has_it() -> None:
    for choice in (ToolChoice(), ToolChoice("required")):
        asked = request(choice)
        reasoned = Message("assistant", "", "Add them.", (call(),))
        assert can_write(asked, reasoned, "thinking")
        ids = render_answer(reasoned, tokenizer=BYTES, style="thinking")
        ids.remove(BYTES.id("</think>"))
        assert can_write(asked, ids, "thinking"), "models go from reasoning to calls without its end"
        assert can_write(asked, Message("assistant", tool_calls=(call(),)), "thinking")
        assert not can_write(replace(asked, thinking=False), reasoned, "thinking")
        assert not can_write(asked, render_answer(reasoned, tokenizer=BYTES, style="thinking"), "instruct")


def test_reasoning_is_spelled_where_the_tokenizer_has_no_token_for_it() -> None:
    spelled = Tokenizer(BYTES.ranks, digits=1, names={s: n for s, n in SPECIAL_NAMES.items() if "think" not in n})
    spec = grammar_of(request(ToolChoice("required")), spelled, "thinking")
    assert spec is not None
    ids = render_answer(Message("assistant", "", "So.", (call(),)), tokenizer=spelled, style="thinking")
    matcher = Grammars(spelled, Sampler(spelled, spelled.vocab_size).banned_V).open(spec)
    assert matcher.allowed_of(ids) == len(ids)


def test_an_answer_follows_its_schema_behind_reasoning(make_engine: EngineMaker) -> None:
    asked = request(tools=(), answer_schema=ANSWER)
    assert can_write(asked, Message("assistant", '{"ok": true}', "Yes."), "thinking")
    assert not can_write(asked, Message("assistant", "Yes."))
    told = answers(make_engine(), asked)
    assert told
    for answer in told:
        jsonschema.validate(json.loads(answer.message.content), ANSWER)


def test_with_tools_an_answer_with_a_schema_is_json_or_calls() -> None:
    asked = request(answer_schema=ANSWER)
    assert can_write(asked, Message("assistant", '{"ok":false}'))
    assert can_write(asked, Message("assistant", tool_calls=(call(),)))
    assert not can_write(asked, Message("assistant", "Well.", tool_calls=(call(),)))
    assert not can_write(replace(asked, tool_choice=ToolChoice("required")), Message("assistant", '{"ok":false}'))
    assert not can_write(replace(asked, tool_choice=ToolChoice("none")), Message("assistant", tool_calls=(call(),)))


def test_a_partial_answer_is_gone_on_with() -> None:
    begun = (*QUESTION, Message("assistant", "It is ", partial=True))
    assert can_write(request(messages=begun), Message("assistant", "4"))
    thinking = (*QUESTION, Message("assistant", reasoning="First, ", partial=True))
    rest = [*BYTES.encode("add."), BYTES.id("</think>"), *BYTES.encode("4")]
    assert can_write(request(messages=thinking), rest, "thinking")


def test_a_call_that_the_limit_cuts_says_so(make_engine: EngineMaker) -> None:
    backend = EngineBackend(make_engine(), "random")
    long = ToolSpec("write", "", {"type": "object", "properties": {"s": {"minLength": 50}}, "required": ["s"]})
    asked = request(ToolChoice("required"), tools=(long,))

    async def events() -> list[Any]:
        cut = replace(asked, sampling=replace(asked.sampling, max_tokens=40))
        return [event async for event in backend.stream(cut)]

    told = asyncio.run(events())
    assert told[-1] == Finished("length")
    assert [call.name for call in fold(told).tool_calls] == ["write"]


def test_many_tools_leave_fewer_calls_to_one_answer() -> None:
    def calls_of(count: int) -> int:
        spec = grammar_of(request(tools=tuple(ToolSpec(f"t{i}") for i in range(count))), BYTES, "instruct")
        assert spec is not None
        return sum(line.startswith("call_") for line in spec.text.splitlines())

    assert (calls_of(1), calls_of(32), calls_of(500)) == (MOST_CALLS, 32, FEWEST)


def test_company_and_guesses_change_nothing(make_engine: EngineMaker) -> None:
    """The grammars of calls, too, give alone what they give together, however much is guessed."""
    asked = [request(ToolChoice("required"), seed) for seed in range(4)]
    alone = EngineBackend(make_engine(speculation="off"), "random")
    single = [asyncio.run(complete(alone, one)).token_ids for one in asked]
    engine = make_engine(step_tokens=64)
    engine._cost.hurdle = lambda running: 0.2  # type: ignore[method-assign]

    async def together() -> list[Fold]:
        backend = EngineBackend(engine, "random")
        return await asyncio.gather(*(complete(backend, one) for one in asked))

    assert [answer.token_ids for answer in asyncio.run(together())] == single
    assert engine.load.counters.accepted_tokens > 0


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (request(ToolChoice("required"), tools=()), "asks for a call, and no tools are declared"),
        (request(ToolChoice("auto", ("sub",))), "names 'sub', which is not declared; declared: add, 说.it"),
        (
            request(tools=(ToolSpec("f", "", {"properties": {"x": {"not": {"const": 1}}}}),)),
            r"tool f: parameters.properties.x.not cannot be enforced .* with strict false any object is taken",
        ),
        (
            request(
                tools=(
                    ToolSpec(
                        "f",
                        "",
                        {"properties": {"x": {"type": "string", "minLength": 3, "maxLength": 1}}, "required": ["x"]},
                    ),
                )
            ),
            r"tool f: parameters.properties.x cannot be enforced by a grammar: .*[Uu]nsatisfiable",
        ),
        (request(tools=(), answer_schema={"if": {"type": "null"}, "then": False}), "the answer's schema.if"),
        (
            request(answer_schema=ANSWER, sampling={"grammar": GrammarSpec("regex", "a")}),
            "a grammar is given beside a schema",
        ),
        (
            request(tools=(), answer_schema=ANSWER, messages=(*QUESTION, Message("assistant", "{", partial=True))),
            "beside a partial message",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_before_the_answer(
    make_engine: EngineMaker, asked: ChatRequest, complaint: str
) -> None:
    with pytest.raises(RequestError, match=complaint):
        asyncio.run(complete(EngineBackend(make_engine(), "random"), asked))


class Loose:
    """Tokens of a server that follows no grammars."""

    name, tokenizer, grammars = "loose", BYTES, False
    context_length: int | None = 4096

    def __init__(self) -> None:
        self.biases: dict[int, float] = {}

    def check(self, prompt_ids: Sequence[int]) -> None:
        pass

    async def generate(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[Pieces, None]:
        assert sampling.grammar is None
        self.biases = dict(sampling.logit_bias)
        yield [TokenPiece(0, BYTES.id("<|im_end|>"), finish="stop")]


def test_a_backend_without_grammars_is_asked_where_nothing_is_required() -> None:
    backend = RenderedBackend(Loose())
    assert asyncio.run(complete(backend, request())).reason == "stop"
    for asked, what in (
        (request(ToolChoice("required")), "a required call"),
        (request(answer_schema=ANSWER), "a schema of the answer"),
        (request(sampling={"grammar": GrammarSpec("regex", "a")}), "a grammar"),
    ):
        with pytest.raises(RequestError, match=f"{what} is asked for, which loose cannot be held to"):
            asyncio.run(complete(backend, asked))


def test_the_tokens_that_begin_a_call_are_not_drawn_where_none_may_be_made() -> None:
    loose = Loose()
    section, call = BYTES.id("<|tool_calls_section_begin|>"), BYTES.id("<|tool_call_begin|>")

    def biases(asked: ChatRequest) -> dict[int, float]:
        asyncio.run(complete(RenderedBackend(loose), asked))
        return loose.biases

    assert biases(request()) == {}
    assert biases(request(ToolChoice("none"))) == {section: -100, call: -100}
    assert biases(request(tools=())) == {section: -100, call: -100}
    assert biases(request(tools=(), sampling={"logit_bias": {65: 1.0, call: 2.0}})) == {section: -100, call: 2, 65: 1}
