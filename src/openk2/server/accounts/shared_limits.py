"""The same limits over several servers: the buckets of `limits.py` in Redis, one Lua script per step.

A script is one step for Redis, so two servers cannot both take the last token. It reads Redis's own clock: the servers'
need not agree. Where Redis is away, each server goes on alone with its share of every limit.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from openk2.errors import ServerError
from openk2.server.accounts.limits import Left, Limits, LocalLimiter, Verdict, left_of

_log = logging.getLogger("openk2.server")

LEASE_SECONDS = 900
"""A place is taken back after this: its server may have died. An answer that takes longer is counted no more."""
_AWAY_SECONDS = 5.0
"""How long a Redis that did not answer is left alone."""


def connect(url: str, servers: int) -> SharedLimiter:
    """A limiter over the Redis server at `redis://host:port/db`, not yet connected. Raises ServerError for another
    URL."""
    try:
        redis: Any = Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
    except ValueError as error:
        raise ServerError(f"the Redis URL cannot be read: {error}; accepted: redis://HOST:PORT/DB") from None
    return SharedLimiter(redis, servers=servers)


class SharedLimiter:
    """Buckets in Redis (a `Limiter`)."""

    def __init__(self, redis: Any, *, servers: int = 1, clock: Callable[[], float] | None = None) -> None:
        """`servers`: how many share the limits, for when Redis is away; `clock`: instead of Redis's own, seconds."""
        self._redis = redis
        self._clock = clock
        self._alone = LocalLimiter(servers=servers)
        self._taken_alone: set[str] = set()
        self._away_until = 0.0
        script = (files("openk2.server.accounts") / "shared_limits.lua").read_text(encoding="utf-8")
        self._script = redis.register_script(script)

    async def take(self, owner: str, limits: Limits, tokens: int, lease: str) -> Verdict:
        """See `Limiter`."""
        answer = await self._step("take", owner, limits, tokens, lease)
        if answer is None:
            verdict = await self._alone.take(owner, limits, tokens, lease)
            if verdict.refused is None:
                self._taken_alone.add(lease)
            return verdict
        refused, wait, *filled = answer
        left: dict[str, Left] = {}
        named = (("requests", limits.requests_per_minute), ("tokens", limits.tokens_per_minute))
        for (name, limit), rest in zip(named, filled, strict=True):
            if limit is not None:
                left[name] = left_of(limit, float(rest))
        return Verdict(refused or None, float(wait) if wait else None, left)

    async def give_back(self, owner: str, limits: Limits, tokens: int, lease: str) -> None:
        """See `Limiter`."""
        if lease in self._taken_alone:
            self._taken_alone.discard(lease)
            await self._alone.give_back(owner, limits, tokens, lease)
        else:
            await self._step("give_back", owner, limits, tokens, lease)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._redis.aclose()

    async def _step(self, operation: str, owner: str, limits: Limits, tokens: int, lease: str) -> list[str] | None:
        """The script's answer; None where Redis is away."""
        if time.monotonic() < self._away_until:
            return None
        numbers = (limits.requests_per_minute, limits.tokens_per_minute, limits.streams)
        now = "" if self._clock is None else repr(self._clock())
        arguments = [operation, now, *(-1 if of is None else of for of in numbers), tokens, lease, LEASE_SECONDS]
        try:
            # In braces: a cluster keeps both keys of one owner together.
            answer = await self._script(
                keys=[f"openk2:{{{owner}}}:buckets", f"openk2:{{{owner}}}:leases"], args=arguments
            )
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            _log.warning("Redis is away (%s): limits are kept by each server alone", type(error).__name__)
            return None
        return [part.decode() if isinstance(part, bytes) else str(part) for part in answer]
