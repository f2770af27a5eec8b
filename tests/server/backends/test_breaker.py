"""A breaker under a clock that the test turns."""

from __future__ import annotations

from openk2.server.backends.breaker import Breaker, BreakerSettings


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def breaker(clock: Clock) -> Breaker:
    return Breaker(BreakerSettings(failures=2, pause_seconds=5, longest_pause_seconds=15), clock)


def state(subject: Breaker) -> str:
    return subject.state


def fail(subject: Breaker, times: int) -> None:
    for _ in range(times):
        assert subject.allow()
        subject.failed()


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    subject = breaker(Clock())
    fail(subject, 1)
    assert subject.allow()
    subject.succeeded()
    fail(subject, 1)
    assert state(subject) == "closed"
    fail(subject, 1)
    assert state(subject) == "open"
    assert not subject.allow()


def test_after_the_pause_one_request_passes_and_closes_it_again() -> None:
    clock = Clock()
    subject = breaker(clock)
    fail(subject, 2)
    clock.now = 4.9
    assert not subject.allow()
    assert 0 < subject.seconds_left < 0.2
    clock.now = 5.0
    assert state(subject) == "half-open"
    assert subject.allow()
    assert not subject.allow(), "the others wait for the probe's outcome"
    subject.succeeded()
    assert state(subject) == "closed"
    assert subject.allow()


def test_a_failed_probe_doubles_the_pause_up_to_a_limit() -> None:
    clock = Clock()
    subject = breaker(clock)
    fail(subject, 2)
    for pause in (5, 10, 15, 15):
        assert subject.seconds_left == pause
        clock.now += pause
        fail(subject, 1)
    clock.now += 15
    assert subject.allow()
    subject.succeeded()
    fail(subject, 2)
    assert subject.seconds_left == 5, "a success forgets the doubling"


def test_a_probe_that_says_nothing_leaves_the_place_to_the_next() -> None:
    clock = Clock()
    subject = breaker(clock)
    fail(subject, 2)
    clock.now = 5
    assert subject.allow()
    subject.undecided()
    assert state(subject) == "half-open"
    assert subject.allow()
