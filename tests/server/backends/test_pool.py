"""Several replicas behind one name: who is asked, what is tried again, what is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from openk2.chat.backend import complete
from openk2.chat.events import Event, Finished, TextDelta, Usage
from openk2.chat.messages import ChatRequest, Message
from openk2.errors import ChatError, EngineError, OpenK2Error, RequestError, UpstreamError
from openk2.server.backends.breaker import Breaker, BreakerSettings
from openk2.server.backends.pool import ChatPool, PoolSettings
from openk2.server.backends.replica import Replica
from openk2.server.errors import ApiError

ASK = ChatRequest((Message("user", "hi"),))
ENDING: list[Event] = [Usage(1, 0, 1), Finished("stop")]


class Played:
    """Plays one list of events and errors per request; functions are awaited in between."""

    context_length: int | None = 100

    def __init__(self, name: str, *steps: object) -> None:
        self.name, self.steps = name, steps
        self.asked = self.left = 0

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        self.asked += 1
        over = False
        try:
            for step in self.steps or (TextDelta(self.name), *ENDING):
                if isinstance(step, Exception):
                    over = True
                    raise step
                if callable(step):
                    await step()
                else:
                    yield step  # type: ignore[misc]
            over = True
        finally:
            self.left += not over


def pool(*backends: Played, tiers: Sequence[int] = (), **settings: object) -> ChatPool:
    replicas = [
        Replica[object](
            backend.name,
            backend,
            tier=tiers[place] if tiers else 0,
            breaker=Breaker(BreakerSettings(failures=2, pause_seconds=60)),
        )
        for place, backend in enumerate(backends)
    ]
    return ChatPool("k2", replicas, PoolSettings(**{"route": "least", **settings}))  # type: ignore[arg-type]


def state(subject: ChatPool) -> str:
    return subject.replicas[0].breaker.state


def ask(subject: ChatPool) -> str:
    return asyncio.run(complete(subject, ASK)).message.content


FAULTS = [UpstreamError("down"), EngineError("a step failed"), ApiError(503, "loading"), UpstreamError("busy", 429)]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_replica_that_fails_before_its_first_event_is_followed_by_the_next(fault: OpenK2Error) -> None:
    broken, sound = Played("broken", fault), Played("sound")
    subject = pool(broken, sound)
    assert [ask(subject) for _ in range(4)] == ["sound"] * 4
    assert [replica.in_progress for replica in subject.replicas] == [0, 0]


@pytest.mark.parametrize("fault", [ChatError("no role"), RequestError("too long"), ApiError(400, "wrong")])
def test_what_is_wrong_with_the_request_is_told_at_once(fault: OpenK2Error) -> None:
    first, second = Played("a", fault), Played("b", fault)
    with pytest.raises(type(fault), match=str(fault)):
        ask(pool(first, second))
    assert first.asked + second.asked == 1


def test_nothing_is_repeated_once_an_event_was_passed_on() -> None:
    fault = UpstreamError("the connection broke")
    subject = pool(Played("a", TextDelta("half"), fault), Played("b", TextDelta("half"), fault))
    with pytest.raises(UpstreamError, match="the connection broke"):
        ask(subject)
    assert sum(replica.answered for replica in subject.replicas) == 1
    assert [replica.in_progress for replica in subject.replicas] == [0, 0]


def test_a_replica_that_failed_twice_is_left_alone_and_closes_after_its_probe() -> None:
    now = [0.0]
    broken, sound = Played("broken", UpstreamError("down")), Played("sound")
    subject = pool(broken, sound)
    subject.replicas[0].breaker = Breaker(BreakerSettings(failures=2, pause_seconds=5), lambda: now[0])
    for _ in range(10):
        ask(subject)
    assert broken.asked == 2
    assert state(subject) == "open"
    now[0], broken.steps = 5.0, ()
    said = [ask(subject) for _ in range(4)]
    assert "broken" in said
    assert state(subject) == "closed"


def test_too_many_requests_is_no_failure_of_the_replica() -> None:
    subject = pool(Played("busy", UpstreamError("slow down", 429, retry_after=7)))
    for _ in range(5):
        with pytest.raises(UpstreamError) as refused:
            ask(subject)
        assert (refused.value.status, refused.value.retry_after) == (429, 7)
    assert state(subject) == "closed"


def test_with_every_replica_left_alone_it_is_503_and_when_to_ask_again() -> None:
    subject = pool(Played("a", UpstreamError("down")))
    for _ in range(2):
        with pytest.raises(UpstreamError):
            ask(subject)
    with pytest.raises(ApiError, match="none of the 1 replicas of k2") as refused:
        ask(subject)
    assert refused.value.status == 503
    assert 50 < (refused.value.retry_after or 0) <= 60


def test_a_fallback_is_asked_only_when_no_other_answers() -> None:
    own, remote = Played("own"), Played("remote")
    subject = pool(own, remote, tiers=(0, 1))
    assert [ask(subject) for _ in range(3)] == ["own"] * 3
    own.steps = (UpstreamError("down"),)
    assert [ask(subject) for _ in range(3)] == ["remote"] * 3


def test_a_replica_that_is_silent_too_long_has_failed() -> None:
    silent, sound = Played("silent", asyncio.Event().wait), Played("sound")
    subject = pool(silent, sound, first_event_seconds=0.02)
    assert [ask(subject) for _ in range(2)] == ["sound"] * 2
    assert silent.left == silent.asked
    halting = pool(Played("halting", TextDelta("a"), asyncio.Event().wait), silence_seconds=0.02)
    with pytest.raises(UpstreamError, match=r"halting: silent for 0\.02 s") as broken:
        ask(halting)
    assert broken.value.status == 504


def test_hedging_asks_a_second_replica_and_cancels_the_slower_one() -> None:
    slow, quick = Played("slow", asyncio.Event().wait), Played("quick")
    subject = pool(slow, quick, tiers=(0, 1), hedge_seconds=0.01)
    assert ask(subject) == "quick"
    assert (slow.asked, slow.left) == (1, 1)
    assert [replica.in_progress for replica in subject.replicas] == [0, 0]


def test_hedging_leaves_a_quick_replica_alone() -> None:
    quick, other = Played("quick"), Played("other")
    assert ask(pool(quick, other, tiers=(0, 1), hedge_seconds=5)) == "quick"
    assert other.asked == 0


def test_hedging_reports_the_failure_when_both_fail() -> None:
    subject = pool(Played("a", UpstreamError("down")), Played("b", UpstreamError("down")), hedge_seconds=5)
    with pytest.raises(UpstreamError, match="down"):
        ask(subject)


def test_leaving_the_answer_leaves_the_replica() -> None:
    steps: list[object] = [TextDelta("a"), TextDelta("b"), *ENDING]
    backend = Played("a", *steps)
    subject = pool(backend)

    async def leave() -> None:
        stream = subject.stream(ASK)
        await anext(stream)
        await stream.aclose()

    asyncio.run(leave())
    assert backend.left == 1
    assert subject.replicas[0].in_progress == 0


def test_probes_open_and_close_breakers_without_a_request() -> None:
    alive = [False]

    async def probe() -> None:
        if not alive[0]:
            raise UpstreamError("nobody there")

    now = [0.0]
    subject = pool(Played("a"))
    replica = subject.replicas[0]
    replica.probe = probe
    replica.breaker = Breaker(BreakerSettings(failures=2, pause_seconds=5), lambda: now[0])

    async def look(until: Callable[[], bool]) -> None:
        watching = asyncio.ensure_future(subject.watch())
        while not until():
            await asyncio.sleep(0)
        watching.cancel()

    subject._settings = PoolSettings(probe_seconds=0)
    asyncio.run(look(lambda: replica.breaker.state == "open"))
    alive[0], now[0] = True, 5.0
    asyncio.run(look(lambda: replica.breaker.state == "closed"))


def test_the_context_is_the_shortest_of_all() -> None:
    short, unknown = Played("short"), Played("unknown")
    unknown.context_length = None
    assert pool(short, unknown).context_length == 100
    assert pool(unknown).context_length is None
