"""How fast a caller may go: here, and over several servers through Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import fakeredis
import pytest
from fakeredis import FakeServer
from hypothesis import given, settings
from hypothesis import strategies as st

from openk2.server.accounts.limits import MINUTE, NO_LIMITS, Limits, LocalLimiter, Verdict, duration, headers
from openk2.server.accounts.shared_limits import LEASE_SECONDS, SharedLimiter


class Ticks:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minute_s_worth_may_be_used_at_once_and_comes_back_evenly() -> None:
    clock = Ticks()
    limiter = LocalLimiter(clock)
    limits = Limits(requests_per_minute=3)
    verdicts = [limiter.take_now("key", limits, 1) for _ in range(4)]
    assert [verdict.refused for verdict in verdicts] == [None, None, None, "requests"]
    assert verdicts[-1].wait_seconds == pytest.approx(20)
    clock.now += 19
    assert limiter.take_now("key", limits, 1).refused == "requests"
    clock.now += 1.001
    assert limiter.take_now("key", limits, 1).refused is None


def test_reserved_tokens_that_were_not_used_come_back() -> None:
    limiter = LocalLimiter(Ticks())
    limits = Limits(tokens_per_minute=1000)
    assert limiter.take_now("key", limits, 900).refused is None
    assert limiter.take_now("key", limits, 200).refused == "tokens"
    limiter.give_back_now("key", limits, 850)
    assert limiter.take_now("key", limits, 200).refused is None


def test_an_answer_longer_than_it_reserved_is_waited_for() -> None:
    clock = Ticks()
    limiter = LocalLimiter(clock)
    limits = Limits(tokens_per_minute=600)
    limiter.take_now("key", limits, 100)
    limiter.give_back_now("key", limits, -800)
    verdict = limiter.take_now("key", limits, 1)
    assert verdict.refused == "tokens"
    assert verdict.wait_seconds == pytest.approx(30.1)
    assert verdict.left["tokens"].remaining == 0
    clock.now += 30.2
    assert limiter.take_now("key", limits, 1).refused is None


def test_a_request_larger_than_a_minute_s_worth_is_told_not_to_wait() -> None:
    verdict = LocalLimiter(Ticks()).take_now("key", Limits(tokens_per_minute=10), 11)
    assert (verdict.refused, verdict.wait_seconds) == ("tokens", None)


def test_callers_do_not_take_from_each_other() -> None:
    limiter = LocalLimiter(Ticks())
    limits = Limits(requests_per_minute=1, streams=1)
    assert limiter.take_now("a", limits, 1).refused is None
    assert limiter.take_now("b", limits, 1).refused is None
    assert limiter.take_now("a", limits, 1).refused == "streams"


def test_without_limits_nothing_is_refused() -> None:
    limiter = LocalLimiter(Ticks())
    assert not NO_LIMITS
    assert all(limiter.take_now("key", NO_LIMITS, 10**9) == Verdict(None, None, {}) for _ in range(1000))


def test_headers_are_those_of_openai_s_api() -> None:
    limiter = LocalLimiter(Ticks())
    verdict = limiter.take_now("key", Limits(60, 6000, 5), 150)
    assert headers(verdict.left) == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "6000",
        "x-ratelimit-remaining-tokens": "5850",
        "x-ratelimit-reset-tokens": "1.5s",
    }


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (0.0001, "0s"), (0.25, "250ms"), (2.5, "2.5s"), (60, "1m"), (90, "1m30s")]
)
def test_times_are_written_as_openai_s_api_does(seconds: float, text: str) -> None:
    assert duration(seconds) == text


Step = tuple[str, float, int, int]
"""take or give_back; seconds passed before it; tokens; which running request."""

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "take", "give_back"]),
        st.sampled_from([0.0, 0.0, 0.5, 7.0, 61.0]),
        st.integers(0, 400),
        st.integers(0, 9),
    ),
    max_size=60,
)
LIMITS = st.builds(
    Limits,
    st.none() | st.integers(1, 20),
    st.none() | st.integers(1, 1000),
    st.none() | st.integers(1, 4),
)


@given(LIMITS, STEPS)
def test_in_no_span_of_time_is_more_taken_than_a_full_bucket_and_its_refill(
    limits: Limits, steps: Sequence[Step]
) -> None:
    clock = Ticks()
    limiter = LocalLimiter(clock)
    running: list[int] = []
    taken: list[tuple[float, int]] = []
    for operation, passed, tokens, which in steps:
        clock.now += passed
        if operation == "take" and limiter.take_now("key", limits, tokens).refused is None:
            running.append(tokens)
            taken.append((clock.now, tokens))
        elif operation == "give_back" and running:
            running.pop(which % len(running))
            limiter.give_back_now("key", limits, 0)
        assert limits.streams is None or len(running) <= limits.streams
    for first, (begin, _) in enumerate(taken):
        for last in range(first, len(taken)):
            share = 1 + (taken[last][0] - begin) / MINUTE
            within = taken[first : last + 1]
            assert limits.requests_per_minute is None or len(within) <= limits.requests_per_minute * share + 1e-6
            used = sum(tokens for _, tokens in within)
            assert limits.tokens_per_minute is None or used <= limits.tokens_per_minute * share + 1e-6


@settings(max_examples=60)
@given(LIMITS, STEPS)
def test_through_redis_the_verdicts_are_the_same(limits: Limits, steps: Sequence[Step]) -> None:
    clock = Ticks()

    async def run() -> None:
        redis = fakeredis.FakeAsyncRedis(server=FakeServer())
        local, shared = LocalLimiter(clock), SharedLimiter(redis, clock=clock)
        running: list[str] = []
        for number, (operation, passed, tokens, which) in enumerate(steps):
            clock.now += passed
            if operation == "take":
                one = await local.take("key", limits, tokens, str(number))
                other = await shared.take("key", limits, tokens, str(number))
                assert one.refused == other.refused
                assert one.wait_seconds == pytest.approx(other.wait_seconds)
                assert one.left.keys() == other.left.keys()
                for name, left in one.left.items():
                    assert left.reset_seconds == pytest.approx(other.left[name].reset_seconds, abs=1e-3)
                if one.refused is None:
                    running.append(str(number))
            elif running:
                lease = running.pop(which % len(running))
                await local.give_back("key", limits, tokens - 200, lease)
                await shared.give_back("key", limits, tokens - 200, lease)

    asyncio.run(run())


def test_two_servers_share_one_limit_through_redis() -> None:
    async def run() -> list[str | None]:
        server = FakeServer()
        servers = [SharedLimiter(fakeredis.FakeAsyncRedis(server=server)) for _ in range(2)]
        limits = Limits(requests_per_minute=10, streams=100)
        takes = [servers[i % 2].take("key", limits, 1, str(i)) for i in range(30)]
        return [verdict.refused for verdict in await asyncio.gather(*takes)]

    assert sorted(asyncio.run(run()), key=str) == [None] * 10 + ["requests"] * 20


def test_the_places_of_a_server_that_died_come_back() -> None:
    clock = Ticks()

    async def run() -> tuple[str | None, str | None]:
        limiter = SharedLimiter(fakeredis.FakeAsyncRedis(server=FakeServer()), clock=clock)
        limits = Limits(streams=1)
        await limiter.take("key", limits, 1, "of the dead server")
        during = await limiter.take("key", limits, 1, "a")
        clock.now += LEASE_SECONDS + 1
        return during.refused, (await limiter.take("key", limits, 1, "b")).refused

    assert asyncio.run(run()) == ("streams", None)


def test_where_redis_is_away_each_server_keeps_its_share_of_the_limits() -> None:
    server = FakeServer()

    async def run() -> list[str | None]:
        limiter = SharedLimiter(fakeredis.FakeAsyncRedis(server=server), servers=2)
        limits = Limits(requests_per_minute=10, streams=100)
        server.connected = False
        verdicts = [await limiter.take("key", limits, 1, str(i)) for i in range(6)]
        for i in range(5):
            await limiter.give_back("key", limits, 0, str(i))
        return [verdict.refused for verdict in verdicts]

    assert asyncio.run(run()) == [None] * 5 + ["requests"]
