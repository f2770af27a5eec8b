"""The scripted backend: replies arrive as a model's would, ids and all."""

import asyncio

import pytest
from dialogues import dialogues
from hypothesis import given

from openk2.chat.backend import complete
from openk2.chat.call_ids import canonical, count_calls
from openk2.chat.events import Event, Finished, Fold, PromptTokens, TextDelta, Tokens, Usage
from openk2.chat.messages import ChatRequest, Message, ToolCall, ToolSpec
from openk2.chat.parser import parse
from openk2.chat.sampling import SamplingParams
from openk2.chat.scripted import ScriptedBackend
from openk2.chat.template import render
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import RequestError

BYTES = Tokenizer.bytes_only()
ASK = ChatRequest((Message("user", "What is 2+2?"),), (ToolSpec("python"),))
CALL = Message("assistant", "Let me see.", tool_calls=(ToolCall("any", "python", '{"code": "2+2"}'),))


def ask(backend: ScriptedBackend, request: ChatRequest = ASK) -> Fold:
    return asyncio.run(complete(backend, request))


def test_replies_come_in_turn_and_then_the_script_is_over() -> None:
    backend = ScriptedBackend([Message("assistant", "one"), Message("assistant", "two")])
    assert [ask(backend).message.content for _ in range(2)] == ["one", "two"]
    with pytest.raises(RequestError, match="the script of scripted is over: no reply for request 3"):
        ask(backend)
    assert backend.requests == [ASK] * 3


def test_a_function_answers_each_request() -> None:
    backend = ScriptedBackend(lambda request: Message("assistant", request.messages[-1].content.upper()))
    assert ask(backend).message.content == "WHAT IS 2+2?"


@given(dialogues(max_turns=3))
def test_a_dialogue_is_replayed_exactly(messages: list[Message]) -> None:
    script = [message for message in messages if message.role == "assistant"]
    backend = ScriptedBackend(script)
    for i, message in enumerate(messages):
        if message.role == "assistant":
            answer = ask(backend, ChatRequest(tuple(messages[:i])))
            assert answer.message == message
            assert list(answer.prompt_ids) == render(messages[:i], tokenizer=BYTES)
            assert parse(answer.token_ids, BYTES) == message
            assert answer.reason == ("tool_calls" if message.tool_calls else "stop")
            assert answer.usage == Usage(len(answer.prompt_ids), 0, len(answer.token_ids))


def test_calls_are_named_by_their_place_in_the_dialogue() -> None:
    backend = ScriptedBackend([CALL, CALL])
    first = ask(backend).message
    result = Message("tool", "4", tool_call_id=first.tool_calls[0].id)
    second = ask(backend, ChatRequest((*ASK.messages, first, result))).message
    assert [call.id for message in (first, second) for call in message.tool_calls] == [
        "functions.python:0",
        "functions.python:1",
    ]
    assert count_calls(canonical([first, result, second])) == 2


def test_the_answer_is_streamed_in_small_pieces_and_ends_in_usage_and_finished() -> None:
    async def collect() -> list[Event]:
        return [event async for event in ScriptedBackend([CALL], piece=3).stream(ASK)]

    events = asyncio.run(collect())
    assert isinstance(events[0], PromptTokens)
    assert [type(event) for event in events[-2:]] == [Usage, Finished]
    assert all(len(event.ids) <= 3 for event in events if isinstance(event, Tokens))
    assert sum(isinstance(event, TextDelta) for event in events) > 3


def test_max_tokens_and_the_context_cut_the_answer_off() -> None:
    request = ChatRequest(ASK.messages, sampling=SamplingParams(max_tokens=5, logprobs=True))
    answer = ask(ScriptedBackend([CALL]), request)
    assert (answer.message.content, answer.reason, answer.logprobs) == ("Let m", "length", [0.0] * 5)
    prompt = len(render(ASK.messages, tokenizer=BYTES))
    answer = ask(ScriptedBackend([CALL], context_length=prompt + 3), request)
    assert (answer.message.content, answer.reason) == ("Let", "length")
    with pytest.raises(RequestError, match=f"the prompt has {prompt} tokens; accepted: fewer than {prompt}"):
        ask(ScriptedBackend([CALL], context_length=prompt), request)
    whole = ask(ScriptedBackend([Message("assistant", "ok")], context_length=prompt + 3), request)
    assert (whole.message.content, whole.reason) == ("ok", "stop")
