"""The engine behind the chat seam: streamed events fold to the whole message."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from conftest import EngineMaker
from test_engine import Scripted, idle

from openk2.chat.backend import ChatBackend, complete
from openk2.chat.events import (
    Event,
    Finished,
    OfChoice,
    PromptTokens,
    ReasoningDelta,
    TextDelta,
    Tokens,
    ToolCallArguments,
    Usage,
    fold,
)
from openk2.chat.messages import ChatRequest, Message, ToolCall, ToolSpec
from openk2.chat.public import parse
from openk2.chat.sampling import SamplingParams
from openk2.chat.template import render, render_answer
from openk2.chat.tokenizer import Tokenizer
from openk2.engine.backend import EngineBackend
from openk2.engine.cache import PAGE_TOKENS
from openk2.errors import ChatError, RequestError

QUESTION = (Message("user", "Which files?"),)
TOOLS = (ToolSpec("list_files"),)


def request(messages: Sequence[Message] = QUESTION, tools: Sequence[ToolSpec] = (), **sampling: object) -> ChatRequest:
    return ChatRequest(tuple(messages), tuple(tools), SamplingParams(**{"temperature": 0.0, **sampling}))  # type: ignore[arg-type]


async def collect(backend: ChatBackend, asked: ChatRequest) -> list[Event]:
    return [event async for event in backend.stream(asked)]


def saying(make_engine: EngineMaker, asked: ChatRequest, answer: Message) -> EngineBackend:
    """A backend that answers `asked` with `answer`, in the style that has reasoning where there is some."""
    engine = make_engine(speculation="off")
    style = "thinking" if answer.reasoning else "instruct"
    prompt = render(asked.messages, asked.tools, tokenizer=engine.tokenizer, style=style)
    ids = render_answer(answer, tokenizer=engine.tokenizer, style=style)
    engine._forward = Scripted(engine, {len(prompt) + i: id for i, id in enumerate(ids)})  # type: ignore[assignment]
    return EngineBackend(engine, "scripted", style)


CALLS = Message(
    "assistant",
    "Let me look: 世界",
    reasoning="Two directories.",
    tool_calls=(
        ToolCall("functions.list_files:0", "list_files", '{"path": "a"}'),
        ToolCall("functions.list_files:1", "list_files", '{"path": "ü"}'),
    ),
)


def test_a_message_comes_back_as_it_was_said(make_engine: EngineMaker) -> None:
    asked = request(tools=TOOLS)
    events = asyncio.run(collect(saying(make_engine, asked, CALLS), asked))
    assert fold(events) == CALLS
    assert events[-1] == Finished("tool_calls")
    assert {type(event) for event in events} >= {ReasoningDelta, TextDelta, ToolCallArguments}


def test_events_carry_prompt_ids_sampled_ids_and_usage(make_engine: EngineMaker, tokenizer: Tokenizer) -> None:
    asked = request(logprobs=True)
    answer = Message("assistant", "hi")
    backend = saying(make_engine, asked, answer)
    events = asyncio.run(collect(backend, asked))
    prompt, ids = render(QUESTION, tokenizer=tokenizer), render_answer(answer, tokenizer=tokenizer)
    assert events[0] == PromptTokens(tuple(prompt))
    tokens = [event for event in events if isinstance(event, Tokens)]
    assert [id for event in tokens for id in event.ids] == ids
    assert all(len(event.logprobs) == len(event.ids) and max(event.logprobs) < 0 for event in tokens)
    in_whole_pages = len(prompt) // PAGE_TOKENS * PAGE_TOKENS
    assert events[-2:] == [Usage(len(prompt), 0, len(ids), cache_write_tokens=in_whole_pages), Finished("stop")]


def test_the_prompt_s_cached_tokens_are_known_with_the_first_token(make_engine: EngineMaker) -> None:
    backend = EngineBackend(make_engine(page_tokens=16), "random")
    asyncio.run(complete(backend, request(max_tokens=1)))
    events = asyncio.run(collect(backend, request(max_tokens=1)))
    prompt, usage = events[0], events[-2]
    assert isinstance(prompt, PromptTokens)
    assert isinstance(usage, Usage)
    assert prompt.cached_tokens == usage.cached_tokens >= (len(prompt.ids) - 1) // 16 * 16 > 0
    assert isinstance(events[1], Tokens)


def test_rendering_and_counting_need_no_answer(make_engine: EngineMaker) -> None:
    backend = EngineBackend(make_engine(), "random")
    asked = request(tools=TOOLS)
    assert backend.render(asked) == render(QUESTION, TOOLS, tokenizer=backend.tokenizer)
    assert backend.count(asked) == len(backend.render(asked))


def test_the_next_turn_is_taken_from_the_cache(make_engine: EngineMaker) -> None:
    backend = EngineBackend(make_engine(page_tokens=16), "random")

    async def two_turns() -> tuple[Usage | None, Usage | None]:
        first = await complete(backend, request(max_tokens=20))
        second = await complete(backend, request((*QUESTION, first.message, Message("user", "And?")), max_tokens=2))
        return first.usage, second.usage

    first, second = asyncio.run(two_turns())
    assert first is not None
    assert second is not None
    assert first.cached_tokens == 0
    assert second.cached_tokens >= first.prompt_tokens // 16 * 16


def test_call_indices_go_on_from_the_history(make_engine: EngineMaker) -> None:
    history = (*QUESTION, CALLS, Message("tool", "x", tool_call_id="functions.list_files:0"))
    asked = request(history, TOOLS)
    answer = Message("assistant", tool_calls=(ToolCall("functions.list_files:2", "list_files", "{}"),))
    assert fold(asyncio.run(collect(saying(make_engine, asked, answer), asked))) == answer


@pytest.mark.parametrize("cut", range(1, 9))
def test_stop_strings_cut_the_text_wherever_they_begin(make_engine: EngineMaker, cut: int) -> None:
    said = "abcdefghi"
    stop = said[cut : cut + 2]
    asked = request(stop=(stop,))
    events = asyncio.run(collect(saying(make_engine, asked, Message("assistant", said)), asked))
    assert fold(events) == Message("assistant", said[:cut])
    assert events[-1] == Finished("stop", stop)
    sampled = sum(isinstance(event, Tokens) for event in events)
    assert sampled == cut + len(stop)
    assert isinstance(events[-2], Usage)
    assert events[-2].completion_tokens == sampled


def test_stop_strings_are_looked_for_behind_min_tokens(make_engine: EngineMaker) -> None:
    asked = request(stop=("ab",), min_tokens=3)
    events = asyncio.run(collect(saying(make_engine, asked, Message("assistant", "ab, ab, ab")), asked))
    assert fold(events) == Message("assistant", "ab, ")


def test_several_answers_come_side_by_side_and_the_first_as_if_alone(make_engine: EngineMaker) -> None:
    backend = EngineBackend(make_engine(), "random")
    options = {"temperature": 1.0, "seed": 2, "max_tokens": 15, "stop": ("e",), "logprobs": True, "top_logprobs": 1}
    events = asyncio.run(collect(backend, request(n=3, **options)))
    alone = asyncio.run(collect(backend, request(**options)))
    first = [event for event in events if not isinstance(event, OfChoice)]
    counts = (PromptTokens, Usage)
    assert [event for event in first if not isinstance(event, counts)] == [
        event for event in alone if not isinstance(event, counts)
    ]
    assert all(len(event.top_logprobs) == 1 for event in first if isinstance(event, Tokens))
    assert isinstance(events[-1], Finished)
    assert isinstance(events[-2], Usage)
    others = [
        [event.event for event in events if isinstance(event, OfChoice) and event.choice == number] for number in (1, 2)
    ]
    assert all(isinstance(one[-1], Finished) for one in others)
    assert fold(others[0]) != fold(others[1])
    assert events[-2].completion_tokens == sum(isinstance(event, Tokens) for event in [*first, *others[0], *others[1]])


def test_stop_strings_are_not_looked_for_in_reasoning_and_calls(make_engine: EngineMaker) -> None:
    asked = request(tools=TOOLS, stop=("path", "directories", "functions"))
    events = asyncio.run(collect(saying(make_engine, asked, CALLS), asked))
    assert fold(events) == CALLS


def test_text_that_began_like_a_stop_string_comes_before_the_call(make_engine: EngineMaker) -> None:
    asked = request(tools=TOOLS, stop=("世界!",))
    events = asyncio.run(collect(saying(make_engine, asked, CALLS), asked))
    assert fold(events) == CALLS


def test_an_answer_cut_by_the_limit_says_so_also_inside_a_call(make_engine: EngineMaker, tokenizer: Tokenizer) -> None:
    ids = render_answer(CALLS, tokenizer=tokenizer, style="thinking")
    asked = request(tools=TOOLS, max_tokens=len(ids) - 8)
    events = asyncio.run(collect(saying(make_engine, asked, CALLS), asked))
    assert events[-1] == Finished("length")
    assert len(fold(events).tool_calls) == 2


def test_streams_of_a_random_model_fold_to_the_parse_of_all_ids(make_engine: EngineMaker, tokenizer: Tokenizer) -> None:
    backend = EngineBackend(make_engine(), "random")
    for seed in range(8):
        asked = request(temperature=1.0, seed=seed, max_tokens=40)
        folded = asyncio.run(complete(backend, asked))
        assert folded.message == parse(folded.token_ids, tokenizer)


def test_closing_the_stream_cancels_the_answer(make_engine: EngineMaker) -> None:
    backend = EngineBackend(make_engine(), "random")

    async def leave() -> None:
        async with aclosing(backend.stream(request())) as stream:
            async for event in stream:
                if isinstance(event, Tokens):
                    break

    asyncio.run(leave())
    assert idle(backend.engine)


def test_what_cannot_be_rendered_or_does_not_fit_is_refused_before_the_first_event(make_engine: EngineMaker) -> None:
    backend = EngineBackend(make_engine(max_context=40), "random")
    assert backend.context_length == 40
    with pytest.raises(ChatError, match="messages is empty"):
        asyncio.run(collect(backend, request(())))

    async def first() -> Event:
        return await anext(backend.stream(request()))

    with pytest.raises(RequestError, match="the context of 40"):
        asyncio.run(first())


def test_tokens_of_reasoning_are_counted_its_markers_included(make_engine: EngineMaker) -> None:
    asked = request()
    answer = Message("assistant", "yes", reasoning="why not")
    events = asyncio.run(collect(saying(make_engine, asked, answer), asked))
    assert isinstance(events[-2], Usage)
    assert events[-2].reasoning_tokens == len("why not") + 2
