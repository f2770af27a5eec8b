"""Whole answers given again: to whom, for what, and what the client is told."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import fakeredis
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving import StagedBackend, running, says

from openk2.chat.events import (
    Event,
    Finished,
    OfChoice,
    PromptTokens,
    ReasoningDelta,
    TextDelta,
    Tokens,
    ToolCallArguments,
    ToolCallEnd,
    ToolCallStart,
    Usage,
)
from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.chat.sampling import SamplingParams
from openk2.errors import ServerError, UpstreamError
from openk2.server import ServerSettings
from openk2.server.backends.event_codec import events_from_json, events_to_json
from openk2.server.backends.response_cache import AnswerStore, MemoryStore, RedisStore, ResponseCache, response_cache
from openk2.server.metering import NOBODY, Caller
from openk2.server.protocol import Call
from openk2.server.served import ServedModel

KEPT = ServerSettings(response_cache="memory")


def post(address: str, **changes: Any) -> httpx.Response:
    body = {"model": "staged", "messages": [{"role": "user", "content": "hi"}], "temperature": 0, **changes}
    return httpx.post(f"{address}/v1/chat/completions", json=body)


def test_it_is_off_unless_asked_for() -> None:
    backend = says("yes")
    with running(backend) as address:
        assert [post(address).headers.get("x-openk2-cache") for _ in range(2)] == [None, None]
    assert len(backend.requests) == 2


def test_the_second_request_is_a_hit_streamed_or_whole() -> None:
    backend = StagedBackend(
        lambda request: Message("assistant", "well, yes", "let me see", (ToolCall("a", "f", "{}"),))
    )
    tools = [{"type": "function", "function": {"name": "f"}}]
    with running(backend, KEPT) as address:
        first, second = post(address, tools=tools), post(address, tools=tools)
        streamed = post(address, tools=tools, stream=True)
    assert [one.headers["x-openk2-cache"] for one in (first, second, streamed)] == ["miss", "hit", "hit"]
    assert len(backend.requests) == 1
    assert second.json()["choices"] == first.json()["choices"]
    assert "well," in streamed.text
    usage = second.json()["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] == usage["prompt_tokens"]


@pytest.mark.parametrize(
    "change",
    [
        {"messages": [{"role": "user", "content": "hi!"}]},
        {"max_tokens": 3},
        {"stop": ["x"]},
        {"seed": 2},
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
    ],
)
def test_whatever_changes_the_answer_is_another_request(change: dict[str, Any]) -> None:
    backend = says("yes")
    with running(backend, KEPT) as address:
        post(address)
        assert post(address, **change).headers["x-openk2-cache"] == "miss"
    assert len(backend.requests) == 2


def test_what_is_left_to_chance_is_not_kept() -> None:
    with running(says("yes"), KEPT) as address:
        answers = [post(address, temperature=0.6) for _ in range(2)]
    assert ["x-openk2-cache" in answer.headers for answer in answers] == [False, False]


def call(backend: StagedBackend) -> tuple[Call, ChatRequest]:
    request = ChatRequest((Message("user", "hi"),), sampling=SamplingParams(temperature=0))
    return Call(
        "staged", ServedModel("staged", backend), request, False, lambda head: pytest.fail("not written")
    ), request


async def outcome(cache: ResponseCache, backend: StagedBackend, caller: Caller, *, leave: bool = False) -> str | None:
    asked, request = call(backend)
    found = await cache.look(asked, request, caller)
    async for _ in found.events:
        if leave:
            break
    await found.events.aclose()  # type: ignore[attr-defined]
    return found.outcome


@pytest.mark.parametrize("shared", [False, True])
def test_callers_get_each_others_answers_only_where_that_is_allowed(shared: bool) -> None:
    async def ask() -> list[str | None]:
        cache, backend = ResponseCache(MemoryStore(), shared=shared), says("yes")
        return [await outcome(cache, backend, Caller(key_id=key)) for key in ("1", "1", "2", "1")]

    assert asyncio.run(ask()) == ["miss", "hit", "hit" if shared else "miss", "hit"]


@pytest.mark.parametrize("reply", [[TextDelta("half")], [TextDelta("half"), UpstreamError("gone")]])
def test_an_answer_that_did_not_come_to_its_end_is_not_kept(reply: list[Any]) -> None:
    async def ask() -> str | None:
        cache, backend = ResponseCache(MemoryStore()), StagedBackend(lambda request: reply)
        with contextlib.suppress(UpstreamError):
            await outcome(cache, backend, NOBODY)
        return await outcome(cache, says("yes"), NOBODY)

    assert asyncio.run(ask()) == "miss"


def test_leaving_an_answer_leaves_nothing_and_stops_the_model() -> None:
    async def ask() -> tuple[bool, str | None]:
        cache, backend = ResponseCache(MemoryStore()), says("a long answer")
        await outcome(cache, backend, NOBODY, leave=True)
        return backend.cancelled.is_set(), await outcome(cache, backend, NOBODY)

    assert asyncio.run(ask()) == (True, "miss")


def test_memory_forgets_what_was_used_longest_ago_and_what_is_old() -> None:
    now = [0.0]

    async def use() -> list[bytes | None]:
        store = MemoryStore(most_bytes=10, seconds=60, clock=lambda: now[0])
        for name in "abc":
            await store.put(name, b"1234")
            await store.get("a")
        seen = [await store.get(name) for name in "abc"]
        now[0] = 60.0
        return [*seen, await store.get("a")]

    assert asyncio.run(use()) == [b"1234", None, b"1234", None]


def test_redis_keeps_answers_for_several_servers_and_lets_them_expire() -> None:
    async def ask() -> tuple[list[str | None], int]:
        client = fakeredis.FakeAsyncRedis()
        one, other = ResponseCache(RedisStore(client)), ResponseCache(RedisStore(client))
        backend = says("yes")
        outcomes = [await outcome(cache, backend, NOBODY) for cache in (one, other)]
        (key,) = await client.keys()
        return outcomes, await client.ttl(key)

    outcomes, seconds = asyncio.run(ask())
    assert outcomes == ["miss", "hit"]
    assert 0 < seconds <= 3600


class Broken:
    """A store that fails, or holds what nobody wrote."""

    def __init__(self, value: bytes | None = None) -> None:
        self.value = value

    async def get(self, name: str) -> bytes | None:
        if self.value is None:
            raise ConnectionError("Redis is away")
        return self.value

    async def put(self, name: str, value: bytes) -> None:
        raise ConnectionError("Redis is away")


@pytest.mark.parametrize("store", [Broken(), Broken(b"{"), Broken(b'[["Nothing"]]')])
def test_a_store_that_fails_is_a_miss(store: AnswerStore) -> None:
    assert asyncio.run(outcome(ResponseCache(store), says("yes"), NOBODY)) == "miss"


def test_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(ServerError, match="accepted: memory, or redis://"):
        response_cache("disk")
    assert response_cache(None) is None


NUMBERS = st.integers(0, 2**31)
LOGPROBS = st.lists(st.floats(-50, 0), max_size=3).map(tuple)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(TextDelta, st.text()),
    st.builds(ReasoningDelta, st.text()),
    st.builds(ToolCallStart, NUMBERS, st.text(), st.text()),
    st.builds(ToolCallArguments, NUMBERS, st.text()),
    st.builds(ToolCallEnd, NUMBERS),
    st.builds(PromptTokens, st.lists(NUMBERS).map(tuple), NUMBERS, LOGPROBS),
    st.builds(Tokens, st.lists(NUMBERS).map(tuple), LOGPROBS, st.just((((1, -0.5), (2, -1.5)),))),
    st.builds(Usage, NUMBERS, NUMBERS, NUMBERS),
    st.builds(Finished, st.sampled_from(["stop", "length", "tool_calls"])),
)


@given(st.lists(st.one_of(EVENTS, st.builds(OfChoice, NUMBERS, EVENTS))))
def test_events_come_back_as_they_were(events: list[Event]) -> None:
    assert events_from_json(events_to_json(events)) == events
