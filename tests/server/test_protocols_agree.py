"""Whatever ids a model samples, a stream says what the whole answer says: in every protocol, through the whole server.

The ids are played to the renderer, the grammar apart: text, halves of characters, control tokens in any order, cut off
anywhere. Each protocol is a pair of readers, one for its stream and one for its whole answer, as a client has them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp

from openk2.chat.backend import check_prompt
from openk2.chat.events import FinishReason
from openk2.chat.pieces import Pieces, TokenPiece
from openk2.chat.rendered import RenderedBackend
from openk2.chat.sampling import SamplingParams
from openk2.chat.template import (
    ARGUMENTS_BEGIN,
    CALL_BEGIN,
    CALL_END,
    END_THINK,
    IM_END,
    SECTION_BEGIN,
    SECTION_END,
    THINK,
)
from openk2.chat.tokenizer import Tokenizer
from openk2.server import create_app

Json = dict[str, Any]

TOKENIZER = Tokenizer.bytes_only()
MARKERS = [
    TOKENIZER.id(name)
    for name in (THINK, END_THINK, SECTION_BEGIN, CALL_BEGIN, ARGUMENTS_BEGIN, CALL_END, SECTION_END, IM_END)
    if name in TOKENIZER.special
]
SPELLED = [
    "Hello ",
    "functions.f:0",
    "functions.g:1",
    '{"a": [1, 2]}',
    "<|tool_call_section_begin|>",
    "北京",
    "é\n",
    "7",
]
PIECES = st.one_of(
    st.sampled_from(SPELLED).map(TOKENIZER.encode),
    st.sampled_from(MARKERS).map(lambda id: [id]),
    st.lists(st.integers(0, 255), min_size=1, max_size=4),
)
SAMPLED = st.lists(PIECES, max_size=14).map(lambda parts: [id for part in parts for id in part])
"""Ids as a model might sample them: mostly sense, sometimes none."""


class Played:
    """A token backend that samples what it is told to, for every request alike."""

    name = "played"
    context_length: int | None = 100_000
    tokenizer = TOKENIZER
    grammars = False

    def __init__(self) -> None:
        self.ids: list[int] = []

    def check(self, prompt_ids: Sequence[int]) -> None:
        check_prompt(prompt_ids, 100_000, self.tokenizer.vocab_size)

    async def generate(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[Pieces, None]:
        ids = [*self.ids, TOKENIZER.id(IM_END)]
        end = next(place for place, id in enumerate(ids) if id in TOKENIZER.stop_ids)
        most = sampling.max_tokens or len(ids)
        logprob = -0.5 if sampling.logprobs else None
        for place, id in enumerate(ids[: min(end + 1, most)]):
            finish: FinishReason | None = "stop" if place == end else "length" if place + 1 == most else None
            yield [TokenPiece(0, id, logprob, finish=finish, cached_tokens=len(prompt_ids) // 2)]


PLAYED = Played()
APPS: dict[str, ASGIApp] = {style: create_app(RenderedBackend(PLAYED, style)) for style in ("instruct", "thinking")}


def post(style: str, path: str, body: Json) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(APPS[style])
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post(path, json=body)

    response = asyncio.run(send())
    assert response.status_code == 200, response.text
    return response


@dataclass(frozen=True)
class Protocol:
    """One way to ask and to read."""

    path: str
    body: Json
    limit: str
    """The field that bounds the answer."""
    read_stream: Callable[[list[Json]], Json]
    """The records of a stream → what a client makes of them."""
    read_whole: Callable[[Json], Json]
    """The whole answer → the same."""


def records(text: str) -> list[Json]:
    found = []
    for record in text.split("\n\n")[:-1]:
        data = record.split("data: ", 1)[1]
        if data != "[DONE]":
            found.append(json.loads(data))
    return found


def chat_stream(chunks: list[Json]) -> Json:
    message: Json = {"content": None}
    end: Json = {}
    for chunk in chunks:
        for choice in chunk["choices"]:
            delta = dict(choice["delta"])
            for piece in delta.pop("tool_calls", []):
                calls = message.setdefault("tool_calls", [])
                if piece["index"] == len(calls):
                    calls.append({"id": piece["id"], "type": piece["type"], "function": dict(piece["function"])})
                else:
                    calls[piece["index"]]["function"]["arguments"] += piece["function"]["arguments"]
            message |= {"role": delta.pop("role")} if "role" in delta else {}
            for key, text in delta.items():
                message[key] = (message.get(key) or "") + text
            end |= {"reason": choice["finish_reason"], "usage": choice.get("usage")}
    return {"message": message, **end}


def chat_whole(answer: Json) -> Json:
    choice = answer["choices"][0]
    return {"message": choice["message"], "reason": choice["finish_reason"], "usage": answer["usage"]}


def text_stream(chunks: list[Json]) -> Json:
    parts = [part for chunk in chunks for part in chunk["choices"]]
    logprobs = [one for part in parts for one in part["logprobs"]["token_logprobs"]]
    text = "".join(part["text"] for part in parts)
    return {"text": text, "reason": parts[-1]["finish_reason"], "logprobs": logprobs}


def text_whole(answer: Json) -> Json:
    choice = answer["choices"][0]
    return {
        "text": choice["text"],
        "reason": choice["finish_reason"],
        "logprobs": choice["logprobs"]["token_logprobs"],
    }


def messages_stream(events: list[Json]) -> Json:
    assert [events[0]["type"], events[-1]["type"]] == ["message_start", "message_stop"]
    blocks: list[Json] = []
    end: Json = {}
    for event in events:
        match event["type"]:
            case "content_block_start":
                blocks.append(dict(event["content_block"]))
            case "content_block_delta":
                delta, block = event["delta"], blocks[event["index"]]
                match delta["type"]:
                    case "text_delta":
                        block["text"] += delta["text"]
                    case "thinking_delta":
                        block["thinking"] += delta["thinking"]
                    case "input_json_delta":
                        block["json"] = block.get("json", "") + delta["partial_json"]
            case "message_delta":
                end = {"reason": event["delta"]["stop_reason"], "usage": event["usage"]}
    for block in blocks:
        if block["type"] == "tool_use":
            block["input"] = json.loads(block.pop("json", "") or "{}")
    return {"content": [without(block, "signature") for block in blocks], **end}


def messages_whole(answer: Json) -> Json:
    content = [without(block, "signature") for block in answer["content"]]
    return {"content": content, "reason": answer["stop_reason"], "usage": answer["usage"]}


def responses_stream(events: list[Json]) -> Json:
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    last = events[-1]
    assert last["type"] in ("response.completed", "response.incomplete")
    items: dict[int, str] = {}
    for event in events:
        if event["type"] in (
            "response.output_text.delta",
            "response.function_call_arguments.delta",
            "response.reasoning_text.delta",
        ):
            items[event["output_index"]] = items.get(event["output_index"], "") + event["delta"]
    read = responses_whole(last["response"])
    for place, item in enumerate(last["response"]["output"]):
        said = item.get("arguments", "".join(part["text"] for part in item.get("content") or []))
        assert items.get(place, "") == said, "the pieces add up to the item"
    return read


def responses_whole(answer: Json) -> Json:
    output = [without(item, "id", "encrypted_content") for item in answer["output"]]
    return {"output": output, "status": answer["status"], "usage": answer["usage"]}


def without(data: Json, *names: str) -> Json:
    return {name: value for name, value in data.items() if name not in names}


ASK: list[Json] = [{"role": "user", "content": "hi"}]
FLAT = [{"name": "f", "parameters": {"type": "object"}}, {"name": "g", "parameters": {"type": "object"}}]
PROTOCOLS = {
    "chat": Protocol(
        "/v1/chat/completions",
        {"messages": ASK, "tools": [{"type": "function", "function": tool} for tool in FLAT]},
        "max_tokens",
        chat_stream,
        chat_whole,
    ),
    "chat without tools": Protocol("/v1/chat/completions", {"messages": ASK}, "max_tokens", chat_stream, chat_whole),
    "completions": Protocol(
        "/v1/completions", {"prompt": "hi", "logprobs": 0, "max_tokens": 500}, "max_tokens", text_stream, text_whole
    ),
    "messages": Protocol(
        "/v1/messages",
        {
            "messages": ASK,
            "max_tokens": 500,
            "tools": [{"name": tool["name"], "input_schema": tool["parameters"]} for tool in FLAT],
        },
        "max_tokens",
        messages_stream,
        messages_whole,
    ),
    "responses": Protocol(
        "/v1/responses",
        {"input": "hi", "tools": [{"type": "function", **tool} for tool in FLAT]},
        "max_output_tokens",
        responses_stream,
        responses_whole,
    ),
}


@pytest.mark.parametrize("name", PROTOCOLS)
@settings(max_examples=60, deadline=None)
@given(ids=SAMPLED, limit=st.none() | st.integers(1, 40), style=st.sampled_from(["instruct", "thinking"]))
def test_a_stream_says_what_the_whole_answer_says(name: str, ids: list[int], limit: int | None, style: str) -> None:
    PLAYED.ids = ids
    protocol = PROTOCOLS[name]
    body = {"model": "played", **protocol.body} | ({} if limit is None else {protocol.limit: limit})
    whole = protocol.read_whole(post(style, protocol.path, body).json())
    streamed = protocol.read_stream(records(post(style, protocol.path, {**body, "stream": True}).text))
    assert streamed == whole
