"""A circuit breaker: what failed again and again is left alone for a while, then tried with one request.

The states are those of Nygard's *Release It!* (chapter 5): closed (requests pass), open (none does), half-open (one
does, and its outcome decides). Each time the probe fails the pause doubles, up to a limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

BreakerState = Literal["closed", "open", "half-open"]


@dataclass(frozen=True)
class BreakerSettings:
    """When a breaker opens and for how long."""

    failures: int = 3
    """Failures in a row that open it."""
    pause_seconds: float = 5.0
    """How long it stays open the first time."""
    longest_pause_seconds: float = 60.0
    """What the pause doubles up to."""


DEFAULT_BREAKER = BreakerSettings()


class Breaker:
    """Whether one replica is asked. Every `allow` that returned True is followed by one of `succeeded`, `failed` or
    `undecided`."""

    def __init__(
        self, settings: BreakerSettings = DEFAULT_BREAKER, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock`: seconds; for tests."""
        self._settings, self._clock = settings, clock
        self._failures = 0
        self._opened: float | None = None
        self._pause = settings.pause_seconds
        self._probing = False

    @property
    def state(self) -> BreakerState:
        """Closed, open, or half-open once the pause is over."""
        if self._opened is None:
            return "closed"
        return "half-open" if self._clock() >= self._opened + self._pause else "open"

    @property
    def seconds_left(self) -> float:
        """Until a probe may pass; 0 where requests pass."""
        return 0.0 if self._opened is None else max(0.0, self._opened + self._pause - self._clock())

    @property
    def would_allow(self) -> bool:
        """What `allow` would say, without taking the probe."""
        state = self.state
        return state == "closed" or (state == "half-open" and not self._probing)

    def allow(self) -> bool:
        """Whether a request may pass; in the half-open state one takes the probe and the others wait for its
        outcome."""
        if not self.would_allow:
            return False
        self._probing = self._opened is not None
        return True

    def succeeded(self) -> None:
        """The request that passed was answered: closed again."""
        self._failures, self._opened, self._probing = 0, None, False
        self._pause = self._settings.pause_seconds

    def failed(self) -> None:
        """The request that passed failed by the replica's fault."""
        self._failures += 1
        if self._opened is not None and self._probing:
            self._pause = min(self._pause * 2, self._settings.longest_pause_seconds)
        if self._failures >= self._settings.failures or self._opened is not None:
            self._opened = self._clock()
        self._probing = False

    def undecided(self) -> None:
        """The request that passed says nothing about the replica: it was wrong itself, or its client left."""
        self._probing = False
