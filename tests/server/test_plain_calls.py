"""Where no tool may be called, no call comes out: what a model writes as one is text, in both forms of the answer."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_streaming import CALLS, TEXT, TOOLS, chunks_of, joined, post

from openk2.chat.messages import Message, ToolCall
from openk2.chat.remote import RemoteBackend
from openk2.chat.scripted import ScriptedBackend

ASK: dict[str, Any] = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}
WITHOUT = [{}, {"tools": []}, {"tools": None}, {"tool_choice": "none"}, {"tools": TOOLS, "tool_choice": "none"}]
TWO = Message(
    "assistant",
    "Let me see.",
    tool_calls=(ToolCall("a", "f", '{"city": "北京"}'), ToolCall("b", "g", "{}")),
)
SPELLED = (
    "Let me see.<|tool_calls_section_begin|>"
    '<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"city": "北京"}<|tool_call_end|>'
    "<|tool_call_begin|>functions.g:1<|tool_call_argument_begin|>{}<|tool_call_end|>"
    "<|tool_calls_section_end|>"
)


def both(backend: Any, body: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The message and why it ended, after a check that the stream adds up to the whole answer."""
    choice = post(backend, body).json()["choices"][0]
    chunks = chunks_of(post(backend, {**body, "stream": True}).text)
    assert joined(chunks) == choice["message"]
    assert chunks[-1]["choices"][0]["finish_reason"] == choice["finish_reason"]
    return choice["message"], choice["finish_reason"]


@pytest.mark.parametrize("without", WITHOUT)
def test_calls_that_may_not_be_made_are_content(without: dict[str, Any]) -> None:
    backend = ScriptedBackend(lambda request: TWO)
    assert both(backend, {**ASK, **without}) == ({"role": "assistant", "content": SPELLED}, "stop")
    assert [request.may_call for request in backend.requests] == [False, False]


@pytest.mark.parametrize("choice", [{}, {"tool_choice": None}, {"tool_choice": "auto"}])
def test_calls_that_may_be_made_are_calls(choice: dict[str, Any]) -> None:
    message, reason = both(ScriptedBackend(lambda request: TWO), {**ASK, "tools": TOOLS, **choice})
    assert (message["content"], reason) == ("Let me see.", "tool_calls")
    assert [call["function"]["name"] for call in message["tool_calls"]] == ["f", "g"]


@pytest.mark.parametrize(
    ("tokens", "end"),
    [(1, "<|tool_call_argument_begin|>{"), (19, "}<|tool_call_end|><|tool_calls_section_end|>")],
)
def test_a_call_that_is_cut_off_is_not_closed(tokens: int, end: str) -> None:
    """The script is one id per byte and one per marker: section, call, thirteen bytes of its id, arguments."""
    reply = Message("assistant", tool_calls=(ToolCall("a", "f", '{"a": 1}'), ToolCall("b", "f", "{}")))
    content, reason = both(ScriptedBackend(lambda request: reply), {**ASK, "max_tokens": 16 + tokens})
    assert reason == "length"
    assert content["content"].endswith(end)


def test_calls_of_a_remote_model_are_spelled_in_the_same_way() -> None:
    def upstream(request: httpx.Request) -> httpx.Response:
        message = {"role": "assistant", "content": None, "tool_calls": [TWO.to_openai()["tool_calls"][0]]}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        return httpx.Response(200, json={"choices": [choice]})

    backend = RemoteBackend("scripted", "http://models.example/v1", "", transport=httpx.MockTransport(upstream))
    message, reason = both(backend, {**ASK, "tools": TOOLS, "tool_choice": "none"})
    call = '<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"city": "北京"}<|tool_call_end|>'
    assert message["content"] == f"<|tool_calls_section_begin|>{call}<|tool_calls_section_end|>"
    assert reason == "stop"


@settings(max_examples=50, deadline=None)
@given(content=TEXT, reasoning=TEXT, calls=CALLS, piece=st.integers(1, 9))
def test_whatever_the_model_writes_no_call_comes_out(
    content: str, reasoning: str, calls: list[tuple[str, str]], piece: int
) -> None:
    made = tuple(ToolCall(str(i), name, text) for i, (name, text) in enumerate(calls))
    reply = Message("assistant", content, reasoning or None, made)
    message, reason = both(ScriptedBackend(lambda request: reply, piece=piece), {**ASK, "tool_choice": "none"})
    assert reason == "stop"
    assert set(message) <= {"role", "content", "reasoning_content"}
