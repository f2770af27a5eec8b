"""Several replicas behind one model name: `route → try → stream`.

A request that fails before its first event is tried on the next replica; once an event was passed on, nothing is
repeated, since the client has seen the beginning of another answer. Each replica has a breaker (`breaker.py`), so that
one that is down costs a request now and then and not every request a timeout. A fallback (a remote API behind our own
engines) is a replica of a higher tier. With hedging a request that has no first event after a while is asked of a
second replica too, and the first to begin answers (Dean and Barroso, *The Tail at Scale*, 2013); the other is
cancelled.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from openk2.chat.backend import ChatBackend, TokenBackend
from openk2.chat.events import Event
from openk2.chat.messages import ChatRequest
from openk2.chat.pieces import Pieces
from openk2.chat.rendered import RenderedBackend
from openk2.chat.sampling import SamplingParams
from openk2.errors import OpenK2Error, UpstreamError
from openk2.server.backends.answered_by import note_replica
from openk2.server.backends.fingerprint import Chain, chain_of, chain_of_ids
from openk2.server.backends.replica import Replica, is_replicas_fault, is_worth_another
from openk2.server.backends.routing import RouteName, route
from openk2.server.errors import ApiError

_log = logging.getLogger("openk2.server")

B = TypeVar("B")
E = TypeVar("E")


@dataclass(frozen=True)
class PoolSettings:
    """How a pool tries its replicas."""

    route: RouteName = "cache"
    first_event_seconds: float | None = None
    """A replica that has not begun to answer by then has failed; None: waits as long as the replica does."""
    silence_seconds: float | None = None
    """An answer in which nothing came for so long is broken off; None: waits as long as the replica does."""
    hedge_seconds: float | None = None
    """After which a second replica is asked too; None: never."""
    probe_seconds: float = 10.0
    """Between two looks at whether replicas are alive."""


DEFAULT_POOL = PoolSettings()


@dataclass
class _Begun(Generic[B, E]):
    """An answer whose first event is there."""

    replica: Replica[B]
    events: AsyncIterator[E]
    first: E


class _Pool(Generic[B]):
    """What pools of chat backends and of token backends have in common."""

    def __init__(self, name: str, replicas: Sequence[Replica[B]], settings: PoolSettings) -> None:
        self.name = name
        self.replicas = tuple(replicas)
        """For metrics and health."""
        self._settings = settings
        self._route = route(settings.route)

    async def _ask(
        self, ask: Callable[[B], AsyncIterator[E]], chain: Chain, key: str | None
    ) -> AsyncGenerator[E, None]:
        """The answer of the replica that begins first."""
        begun = await self._begin(ask, chain, key)
        replica = begun.replica
        self._route.served(replica, chain, key)
        note_replica(replica.name)
        try:
            yield begun.first
            if self._settings.silence_seconds is None:
                async for event in begun.events:
                    yield event
            else:
                async for event in _watched(begun.events, self._settings.silence_seconds, replica.name):
                    yield event
        except Exception as error:
            if is_replicas_fault(error):
                self._failed(replica, error)
            raise
        finally:
            replica.in_progress -= 1
            await _close(begun.events)

    async def _begin(self, ask: Callable[[B], AsyncIterator[E]], chain: Chain, key: str | None) -> _Begun[B, E]:
        candidates = iter(self._order(chain, key))
        if self._settings.hedge_seconds is None:
            return await self._attempt(ask, candidates)
        return await self._hedged(ask, candidates, self._settings.hedge_seconds)

    def _order(self, chain: Chain, key: str | None) -> Iterator[Replica[B]]:
        """Tier by tier, each in the order of the route."""
        for tier in sorted({replica.tier for replica in self.replicas}):
            peers = [replica for replica in self.replicas if replica.tier == tier]
            usable = [replica for replica in peers if replica.breaker.would_allow]
            for place in self._route.order(usable, chain, key) if usable else ():
                yield usable[place]

    async def _attempt(self, ask: Callable[[B], AsyncIterator[E]], candidates: Iterator[Replica[B]]) -> _Begun[B, E]:
        """The first candidate that begins to answer; raises what the last one said when none does."""
        problem: Exception | None = None
        for replica in candidates:
            if not replica.breaker.allow():
                continue
            events = ask(replica.backend)
            replica.in_progress += 1
            try:
                async with asyncio.timeout(self._settings.first_event_seconds):
                    first = await anext(events)
            except BaseException as error:
                replica.in_progress -= 1
                problem = self._judge(replica, error)
                await _close(events)
                if problem is None:
                    raise
                continue
            replica.breaker.succeeded()
            replica.answered += 1
            return _Begun(replica, events, first)
        raise problem or self._nobody()

    def _judge(self, replica: Replica[B], error: BaseException) -> Exception | None:
        """What another replica may do better; None where the request itself is at fault, or nobody waits any more."""
        if isinstance(error, StopAsyncIteration):
            error = UpstreamError(f"{replica.name}: the answer ended before it began")
        elif isinstance(error, TimeoutError):
            error = UpstreamError(f"{replica.name}: no answer in time", 504)
        if not isinstance(error, Exception) or not is_replicas_fault(error):
            replica.breaker.undecided()
        else:
            self._failed(replica, error)
        return error if isinstance(error, Exception) and is_worth_another(error) else None

    async def _hedged(
        self, ask: Callable[[B], AsyncIterator[E]], candidates: Iterator[Replica[B]], seconds: float
    ) -> _Begun[B, E]:
        """Two attempts that share the candidates, the second begun a while after the first."""
        attempts = [asyncio.ensure_future(self._attempt(ask, candidates))]
        won: asyncio.Future[_Begun[B, E]] | None = None
        try:
            await asyncio.wait(attempts, timeout=seconds)
            if not attempts[0].done():
                attempts.append(asyncio.ensure_future(self._attempt(ask, candidates)))
            waiting = set(attempts)
            while waiting and won is None:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                won = next((one for one in attempts if one in done and one.exception() is None), None)
            return (won or attempts[0]).result()
        finally:
            for attempt in attempts:
                if attempt is not won:
                    await self._let_go(attempt)

    async def _let_go(self, attempt: asyncio.Future[_Begun[B, E]]) -> None:
        """End an attempt that nobody needs; it may just have begun."""
        attempt.cancel()
        with suppress(asyncio.CancelledError, Exception):
            begun = await attempt
            begun.replica.in_progress -= 1
            await _close(begun.events)

    def _failed(self, replica: Replica[B], error: Exception) -> None:
        replica.failures += 1
        before = replica.breaker.state
        replica.breaker.failed()
        if before != "open" and replica.breaker.state == "open":
            pause = replica.breaker.seconds_left
            _log.warning("%s of %s is left alone for %.0f s: %s", replica.name, self.name, pause, error)

    def _nobody(self) -> ApiError:
        seconds = min((replica.breaker.seconds_left for replica in self.replicas), default=1.0)
        return ApiError(
            503,
            f"none of the {len(self.replicas)} replicas of {self.name} can be reached; try again soon",
            retry_after=max(1, math.ceil(seconds)),
        )

    async def watch(self) -> None:
        """Look after the replicas until cancelled: one that does not answer its probe is left alone before a request
        finds out, one that answers again is asked again."""
        while True:
            await asyncio.gather(*(self._look_at(replica) for replica in self.replicas))
            await asyncio.sleep(self._settings.probe_seconds)

    async def _look_at(self, replica: Replica[B]) -> None:
        if replica.probe is None or not replica.breaker.allow():
            return
        try:
            await replica.probe()
        except OpenK2Error as error:
            self._failed(replica, error)
        except BaseException:
            replica.breaker.undecided()
            raise
        else:
            replica.breaker.succeeded()


class ChatPool(_Pool[ChatBackend]):
    """Chat backends behind one name (a `ChatBackend` itself)."""

    def __init__(
        self, name: str, replicas: Sequence[Replica[ChatBackend]], settings: PoolSettings = DEFAULT_POOL
    ) -> None:
        super().__init__(name, replicas, settings)
        self.context_length = _shortest([replica.backend.context_length for replica in replicas])

    def stream(self, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """See `ChatBackend.stream`; raises ApiError (503) when no replica can be asked."""
        return self._ask(lambda backend: backend.stream(request), chain_of(request), request.cache_key)


class TokenPool(_Pool[TokenBackend]):
    """Token backends of one model behind one name (a `TokenBackend` itself): rendered once, wherever it goes."""

    def __init__(
        self, name: str, replicas: Sequence[Replica[TokenBackend]], settings: PoolSettings = DEFAULT_POOL
    ) -> None:
        super().__init__(name, replicas, settings)
        self.tokenizer = replicas[0].backend.tokenizer
        self.grammars = all(replica.backend.grammars for replica in replicas)
        self.context_length = _shortest([replica.backend.context_length for replica in replicas])

    def check(self, prompt_ids: Sequence[int]) -> None:
        """See `TokenBackend.check`."""
        for replica in self.replicas:
            replica.backend.check(prompt_ids)

    def generate(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[Pieces, None]:
        """See `TokenBackend.generate`; raises ApiError (503) when no replica can be asked."""
        return self._ask(lambda backend: backend.generate(prompt_ids, sampling), chain_of_ids(prompt_ids), None)


def pooled(
    name: str, replicas: Sequence[Replica[ChatBackend]], settings: PoolSettings = DEFAULT_POOL
) -> RenderedBackend | ChatPool:
    """The pool that fits: of token backends where all replicas are rendered here in one style, else of chat
    backends."""
    rendered = [replica.backend for replica in replicas if isinstance(replica.backend, RenderedBackend)]
    if len(rendered) < len(replicas) or len({(one.style, one.tokenizer.vocab_size) for one in rendered}) > 1:
        return ChatPool(name, replicas, settings)
    inner = [
        Replica(one.name, backend.tokens, one.weight, one.tier, one.breaker, one.probe)
        for one, backend in zip(replicas, rendered, strict=True)
    ]
    return RenderedBackend(TokenPool(name, inner, settings), rendered[0].style)


def _shortest(lengths: Sequence[int | None]) -> int | None:
    return min((length for length in lengths if length is not None), default=None)


async def _watched(events: AsyncIterator[E], seconds: float, name: str) -> AsyncGenerator[E, None]:
    while True:
        try:
            async with asyncio.timeout(seconds):
                event = await anext(events)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise UpstreamError(f"{name}: silent for {seconds:g} s within an answer", 504) from None
        yield event


async def _close(events: AsyncIterator[E]) -> None:
    if isinstance(events, AsyncGenerator):
        await events.aclose()
