"""A stream and a whole answer are one thing in two forms."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import Gate, StagedBackend, ending, running

from openk2.chat.events import Event, Finished, TextDelta, Tokens, ToolCallArguments, ToolCallStart, Usage
from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.chat.tokenizer import Tokenizer
from openk2.server import ServerSettings, create_app

TOOLS = [{"type": "function", "function": {"name": "f"}}]
ASK: dict[str, Any] = {"model": "staged", "messages": [{"role": "user", "content": "hi"}], "tools": TOOLS}

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
CALLS = st.lists(st.tuples(st.sampled_from(["f", "read_file", "a-b.c"]), TEXT), max_size=3)


def post(backend: Any, body: dict[str, Any]) -> httpx.Response:
    return ask_app(create_app(backend), body)


def ask_app(app: Any, body: dict[str, Any]) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post("/v1/chat/completions", json=body)

    return asyncio.run(ask())


def chunks_of(stream: str) -> list[dict[str, Any]]:
    records = stream.split("\n\n")
    assert records[-2:] == ["data: [DONE]", ""]
    return [json.loads(record.removeprefix("data: ")) for record in records[:-2]]


def joined(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """The message that a client puts together: texts concatenated, calls by index."""
    message: dict[str, Any] = {"role": None, "content": None}
    for chunk in chunks:
        for choice in chunk["choices"]:
            delta = dict(choice["delta"])
            message["role"] = delta.pop("role", message["role"])
            for piece in delta.pop("tool_calls", []):
                calls = message.setdefault("tool_calls", [])
                if piece["index"] == len(calls):
                    calls.append({"id": piece["id"], "type": piece["type"], "function": dict(piece["function"])})
                else:
                    calls[piece["index"]]["function"]["arguments"] += piece["function"]["arguments"]
            for key, text in delta.items():
                message[key] = (message.get(key) or "") + text
    return message


# One application for all examples: each would read and compress the chat page again.
PLAYED: dict[str, Any] = {}
PLAYER = create_app(StagedBackend(lambda request: PLAYED["message"], lambda text: PLAYED["cut"](text)))


@settings(max_examples=200, deadline=None)
@given(content=TEXT, reasoning=TEXT, calls=CALLS, seed=st.integers(0, 2**32))
def test_the_pieces_of_a_stream_are_exactly_the_whole_message_however_it_is_cut(
    content: str, reasoning: str, calls: list[tuple[str, str]], seed: int
) -> None:
    made = tuple(ToolCall(f"functions.{name}:{i}", name, text) for i, (name, text) in enumerate(calls))
    message = Message("assistant", content, reasoning or None, made)
    draw = random.Random(seed)

    def cut(text: str) -> list[str]:
        places = sorted(draw.choices(range(len(text) + 1), k=draw.randint(0, 6)))
        return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]

    PLAYED.update(message=message, cut=cut)
    whole = ask_app(PLAYER, ASK).json()
    chunks = chunks_of(ask_app(PLAYER, {**ASK, "stream": True}).text)
    assert joined(chunks) == whole["choices"][0]["message"] == message.to_openai()
    reasons = [chunk["choices"][0]["finish_reason"] for chunk in chunks]
    assert reasons == [None] * (len(chunks) - 1) + [whole["choices"][0]["finish_reason"]]


def test_calls_whose_pieces_interleave_keep_apart() -> None:
    steps = [
        ToolCallStart(0, "functions.f:0", "f"),
        ToolCallStart(1, "functions.g:1", "g"),
        ToolCallArguments(1, '{"b"'),
        ToolCallArguments(0, '{"a"'),
        ToolCallArguments(1, ": 2}"),
        ToolCallArguments(0, ": 1}"),
        *ending("tool_calls"),
    ]
    backend = StagedBackend(lambda request: steps)
    message = joined(chunks_of(post(backend, {**ASK, "stream": True}).text))
    assert message == post(backend, ASK).json()["choices"][0]["message"]
    assert [call["function"]["arguments"] for call in message["tool_calls"]] == ['{"a": 1}', '{"b": 2}']


def test_usage_is_null_until_the_last_chunk_and_absent_unless_asked_for() -> None:
    backend = StagedBackend(lambda request: Message("assistant", "two words"))
    plain = chunks_of(post(backend, {**ASK, "stream": True}).text)
    assert not [chunk for chunk in plain if "usage" in chunk]
    counted = chunks_of(post(backend, {**ASK, "stream": True, "stream_options": {"include_usage": True}}).text)
    assert [chunk["usage"] for chunk in counted[:-1]] == [None] * (len(counted) - 1)
    assert counted[-1]["choices"] == []
    assert counted[-1]["usage"] == post(backend, ASK).json()["usage"]


class SpellingBackend:
    """Reports ids and log-probabilities, with the tokenizer that spells them."""

    name = "staged"
    context_length = None
    tokenizer = Tokenizer.bytes_only()

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        ids = self.tokenizer.encode("é!")
        for id in ids[:-1]:
            yield Tokens((id,), (-0.5,))
        yield TextDelta("é")
        yield Tokens((ids[-1],), (-0.25,))
        yield TextDelta("!")
        yield Usage(1, 0, len(ids))
        yield Finished("stop")


def test_logprobs_have_exact_bytes_and_are_the_same_in_both_forms() -> None:
    body = {**ASK, "logprobs": True}
    whole = post(SpellingBackend(), body).json()["choices"][0]["logprobs"]["content"]
    chunks = chunks_of(post(SpellingBackend(), {**body, "stream": True}).text)
    pieces = [choice["logprobs"] for chunk in chunks for choice in chunk["choices"]]
    assert [entry for piece in pieces if piece for entry in piece["content"]] == whole
    assert bytes(byte for entry in whole for byte in entry["bytes"]).decode() == "é!"
    assert [entry["logprob"] for entry in whole] == [-0.5, -0.5, -0.25]


def test_a_silent_stream_sends_comments_that_end_no_event() -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [gate, TextDelta("late"), *ending()])
    with (
        running(backend, ServerSettings(heartbeat_seconds=0.01)) as address,
        httpx.stream("POST", f"{address}/v1/chat/completions", json={**ASK, "stream": True}) as response,
    ):
        text = ""
        for piece in response.iter_text():
            text += piece
            if text.count(": still here\n") >= 2 and not gate.opened:
                gate.open()
    comments = text.count(": still here\n")
    assert comments >= 2
    assert joined(chunks_of(text.replace(": still here\n", "")))["content"] == "late"
