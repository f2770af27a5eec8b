"""Whole answers kept and given again: for requests that leave nothing to chance (temperature 0), word for word the
same.

Off unless asked for. An answer is kept when it came to its end, under a hash of the model and of everything in the
request that can change the answer, and for its caller alone unless `shared`. The header `x-openk2-cache` says `hit` or
`miss`. Of a hit all prompt tokens count as cached, since none was computed. A store that fails is a miss.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Literal, Protocol

import orjson

from openk2.chat.backend import closing
from openk2.chat.events import Event, Finished, OfChoice, PromptTokens, Usage
from openk2.chat.messages import ChatRequest
from openk2.errors import ServerError
from openk2.server.backends.event_codec import events_from_json, events_to_json
from openk2.server.metering import Caller
from openk2.server.protocol import Call

_log = logging.getLogger("openk2.server")

HEADER = "x-openk2-cache"
KEEP_SECONDS = 3600
MEMORY_BYTES = 64 * 2**20
LARGEST_BYTES = 2**20
"""A longer answer is not kept."""
_REDIS_SECONDS = 0.5

_IRRELEVANT = ("request_id", "cache_key")
"""Fields of a request that do not change its answer."""


class AnswerStore(Protocol):
    """Bytes by name, for a while."""

    async def get(self, name: str) -> bytes | None:
        """None where there is nothing, or no longer."""
        ...

    async def put(self, name: str, value: bytes) -> None:
        """Keep it."""
        ...


class MemoryStore:
    """In this process; what was used longest ago goes first."""

    def __init__(
        self,
        most_bytes: int = MEMORY_BYTES,
        seconds: float = KEEP_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._seconds, self._clock = most_bytes, seconds, clock
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0

    async def get(self, name: str) -> bytes | None:
        """See `AnswerStore`."""
        found = self._kept.get(name)
        if found is None:
            return None
        until, value = found
        if self._clock() >= until:
            self._drop(name)
            return None
        self._kept.move_to_end(name)
        return value

    async def put(self, name: str, value: bytes) -> None:
        """See `AnswerStore`."""
        if name in self._kept:
            self._drop(name)
        self._kept[name] = (self._clock() + self._seconds, value)
        self._bytes += len(value)
        while self._bytes > self._most:
            self._drop(next(iter(self._kept)))

    def _drop(self, name: str) -> None:
        self._bytes -= len(self._kept.pop(name)[1])


class RedisClient(Protocol):
    """What is used of `redis.asyncio.Redis`."""

    def get(self, name: str) -> Awaitable[Any]:
        """The value of a key."""
        ...

    def set(self, name: str, value: bytes, *, ex: int) -> Awaitable[Any]:
        """Set a key that expires after so many seconds."""
        ...


class RedisStore:
    """In Redis, for several servers together."""

    def __init__(self, client: RedisClient, seconds: int = KEEP_SECONDS) -> None:
        self._client, self._seconds = client, seconds

    @classmethod
    def at(cls, url: str) -> RedisStore:
        """Raises ServerError where the client library is missing or the URL is none."""
        try:
            from redis.asyncio import Redis
        except ImportError:
            raise ServerError(
                "the response cache in Redis needs the package redis: pip install openk2[server]"
            ) from None
        try:
            client = Redis.from_url(url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)
        except ValueError:
            raise ServerError("response_cache is no Redis URL; accepted: memory, or redis://HOST:PORT/NUMBER") from None
        return cls(client)

    async def get(self, name: str) -> bytes | None:
        """See `AnswerStore`."""
        kept: bytes | None = await self._client.get(f"openk2:answer:{name}")
        return kept

    async def put(self, name: str, value: bytes) -> None:
        """See `AnswerStore`."""
        await self._client.set(f"openk2:answer:{name}", value, ex=self._seconds)


@dataclass(frozen=True)
class Lookup:
    """What a look into the cache said."""

    outcome: Literal["hit", "miss"] | None
    """None: the request is not one whose answer is kept."""
    events: AsyncIterator[Event]
    """The answer, from the cache or from the model."""

    @property
    def headers(self) -> dict[str, str]:
        """For the answer's head."""
        return {} if self.outcome is None else {HEADER: self.outcome}


class ResponseCache:
    """Answers by what was asked."""

    def __init__(self, store: AnswerStore, *, shared: bool = False) -> None:
        """`shared`: callers get each other's answers."""
        self._store, self._shared = store, shared

    async def look(self, call: Call, request: ChatRequest, caller: Caller) -> Lookup:
        """The answer to a request, and whether it was kept."""
        if request.sampling.temperature > 0:
            return Lookup(None, call.events(request))
        name = self._name(call, request, caller)
        try:
            kept = await self._store.get(name)
            if kept is not None:
                return Lookup("hit", _replayed(events_from_json(kept)))
        except Exception as error:
            _log.warning("the response cache cannot be read: %s", error)
        return Lookup("miss", self._recorded(name, call.events(request)))

    def _name(self, call: Call, request: ChatRequest, caller: Caller) -> str:
        asked = {
            field.name: getattr(request, field.name)
            for field in dataclasses.fields(request)
            if field.name not in _IRRELEVANT
        }
        asked["sampling"] = replace(request.sampling, priority=0)
        whose = None if self._shared else caller.key_id or caller.user_id
        text = orjson.dumps([call.served.name, whose, asked], option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        return sha256(text).hexdigest()

    async def _recorded(self, name: str, events: AsyncIterator[Event]) -> AsyncGenerator[Event, None]:
        """The events as they come; kept when the last one is there."""
        seen: list[Event] = []
        async with closing(events):
            async for event in events:
                seen.append(event)
                yield event
        if not seen or not isinstance(seen[-1], Finished) or seen[-1].reason == "cancelled":
            return
        value = events_to_json(seen)
        if len(value) > LARGEST_BYTES:
            return
        try:
            await self._store.put(name, value)
        except Exception as error:
            _log.warning("the response cache cannot be written: %s", error)


async def look(cache: ResponseCache | None, call: Call, request: ChatRequest, caller: Caller) -> Lookup:
    """As `ResponseCache.look`; without a cache it is the model that answers."""
    return Lookup(None, call.events(request)) if cache is None else await cache.look(call, request, caller)


def response_cache(place: str | None, *, shared: bool = False) -> ResponseCache | None:
    """The cache a setting names: `memory`, a Redis URL, or none. Raises ServerError."""
    if place is None:
        return None
    return ResponseCache(MemoryStore() if place == "memory" else RedisStore.at(place), shared=shared)


async def _replayed(events: list[Event]) -> AsyncGenerator[Event, None]:
    for event in events:
        yield _of_hit(event)


def _of_hit(event: Event) -> Event:
    """What a kept event says of an answer for which nothing was computed."""
    match event:
        case PromptTokens(ids):
            return replace(event, cached_tokens=len(ids))
        case Usage():
            return replace(event, cached_tokens=event.prompt_tokens, cache_write_tokens=0)
        case OfChoice(choice, inner):
            return OfChoice(choice, _of_hit(inner))
        case _:
            return event
