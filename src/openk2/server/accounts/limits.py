"""How fast one caller may go: requests per minute, tokens per minute, answers in progress at one time.

A token bucket each (https://en.wikipedia.org/wiki/Token_bucket): a full minute's worth may be used at once, and what is
used comes back evenly. What an answer will be is not known before, so a request takes its prompt and the most it may
generate out of the bucket, and gives back at its end what it did not use. An answer without a stated end takes
`UNSTATED_TOKENS`; where it uses more, the bucket goes below zero and the caller waits the longer.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

UNSTATED_TOKENS = 1024
MINUTE = 60.0
_KEPT_BUCKETS = 10_000


@dataclass(frozen=True)
class Limits:
    """Of one caller; None: no limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    streams: int | None = None
    """Answers in progress at one time, streamed or not."""

    def __bool__(self) -> bool:
        return self != NO_LIMITS


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Left:
    """What remains of one bucket."""

    limit: int
    remaining: int
    reset_seconds: float
    """Until it is full again."""


@dataclass(frozen=True)
class Verdict:
    """Whether a request may go on, and what is left after it."""

    refused: str | None
    """Which limit is reached: `requests`, `tokens` or `streams`; None: it may."""
    wait_seconds: float | None
    """After which it might; None with a refusal: never, it is larger than a minute's worth."""
    left: Mapping[str, Left]
    """Of `requests` and `tokens`, where they are limited."""


class Limiter(Protocol):
    """Keeps the buckets; here, or for several servers together (`shared_limits.py`)."""

    async def take(self, owner: str, limits: Limits, tokens: int, lease: str) -> Verdict:
        """Take one request, its tokens and one place at once, or nothing. `lease` names the request."""
        ...

    async def give_back(self, owner: str, limits: Limits, tokens: int, lease: str) -> None:
        """The request is over: give its place back, and `tokens` it took and did not use (negative: used beyond)."""
        ...

    async def close(self) -> None:
        """Let go of what it holds."""
        ...


class LocalLimiter:
    """The buckets of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, servers: int = 1) -> None:
        """`servers`: among how many the limits are divided."""
        self._clock, self._servers = clock, servers
        self._callers: dict[str, _Caller] = {}

    async def take(self, owner: str, limits: Limits, tokens: int, lease: str) -> Verdict:
        """See `Limiter`."""
        return self.take_now(owner, self._share(limits), tokens)

    async def give_back(self, owner: str, limits: Limits, tokens: int, lease: str) -> None:
        """See `Limiter`."""
        self.give_back_now(owner, self._share(limits), tokens)

    async def close(self) -> None:
        """Nothing is held."""

    def take_now(self, owner: str, limits: Limits, tokens: int) -> Verdict:
        """`take`, without waiting for anything."""
        caller = self._callers.pop(owner, None) or _Caller()
        self._callers[owner] = caller
        self._forget()
        now = self._clock()
        caller.refill(limits, now)
        refused, wait = caller.check(limits, tokens)
        if refused is None:
            caller.streams += 1
            caller.requests -= 1
            caller.tokens -= tokens
        return Verdict(refused, wait, caller.left(limits))

    def give_back_now(self, owner: str, limits: Limits, tokens: int) -> None:
        """`give_back`, without waiting for anything."""
        caller = self._callers.get(owner)
        if caller is not None:
            caller.refill(limits, self._clock())
            caller.streams = max(0, caller.streams - 1)
            caller.tokens = min(caller.tokens + tokens, limits.tokens_per_minute or math.inf)

    def _share(self, limits: Limits) -> Limits:
        if self._servers == 1:
            return limits
        share = (None if of is None else max(1, of // self._servers) for of in _numbers(limits))
        return Limits(*share)

    def _forget(self) -> None:
        """A caller idle for a minute has full buckets and need not be remembered."""
        while len(self._callers) > _KEPT_BUCKETS:
            oldest = next(iter(self._callers))
            if self._callers[oldest].streams or self._clock() - self._callers[oldest].at < MINUTE:
                return
            del self._callers[oldest]


def _numbers(limits: Limits) -> tuple[int | None, int | None, int | None]:
    return limits.requests_per_minute, limits.tokens_per_minute, limits.streams


class _Caller:
    """One caller's buckets; those without a limit are not looked at."""

    def __init__(self) -> None:
        self.requests = self.tokens = math.inf
        self.streams = 0
        self.at = -math.inf

    def refill(self, limits: Limits, now: float) -> None:
        passed = max(0.0, now - self.at)
        self.at = now
        for name, limit in (("requests", limits.requests_per_minute), ("tokens", limits.tokens_per_minute)):
            if limit is not None:
                before = getattr(self, name)
                setattr(self, name, limit if before == math.inf else min(limit, before + limit * passed / MINUTE))

    def check(self, limits: Limits, tokens: int) -> tuple[str | None, float | None]:
        if limits.streams is not None and self.streams >= limits.streams:
            return "streams", 1.0
        if limits.requests_per_minute is not None and self.requests < 1:
            return "requests", (1 - self.requests) * MINUTE / limits.requests_per_minute
        if limits.tokens_per_minute is not None and self.tokens < tokens:
            if tokens > limits.tokens_per_minute:
                return "tokens", None
            return "tokens", (tokens - self.tokens) * MINUTE / limits.tokens_per_minute
        return None, None

    def left(self, limits: Limits) -> dict[str, Left]:
        named = (("requests", limits.requests_per_minute), ("tokens", limits.tokens_per_minute))
        return {name: left_of(limit, getattr(self, name)) for name, limit in named if limit is not None}


def left_of(limit: int, filled: float) -> Left:
    """What remains of a bucket that holds `filled`."""
    return Left(limit, max(0, int(filled)), (limit - filled) * MINUTE / limit)


def headers(left: Mapping[str, Left]) -> dict[str, str]:
    """The `x-ratelimit-*` headers of OpenAI's API, times as it writes them (`1m30s`, `250ms`)."""
    lines: dict[str, str] = {}
    for name, of in left.items():
        lines[f"x-ratelimit-limit-{name}"] = str(of.limit)
        lines[f"x-ratelimit-remaining-{name}"] = str(of.remaining)
        lines[f"x-ratelimit-reset-{name}"] = duration(of.reset_seconds)
    return lines


def duration(seconds: float) -> str:
    """`1m30s`, `2.5s`, `250ms`, `0s`."""
    milliseconds = max(0, round(seconds * 1000))
    if milliseconds == 0:
        return "0s"
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    part = f"{rest / 1000:g}s" if rest else ""
    return (f"{minutes}m" if minutes else "") + part
