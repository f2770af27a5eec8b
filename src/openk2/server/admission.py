"""How much may be in progress and waiting at once, and whether anything new may begin.

The backend orders and batches answers; this bounds their number and the prompt tokens that no answer has come of yet,
so that a full server says so at once (503 with `Retry-After`, as vLLM's `max_num_queued_requests` and
`max_num_queued_tokens` do) instead of letting clients wait for their time-outs. A limit of one caller's is another
matter and status (429). What runs beside a person's work, such as the title of a conversation, is refused first: at
half of either limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from openk2.server.errors import ApiError

_LONGEST_WAIT = 30
_WEIGHT_OF_LAST = 0.1


class Place:
    """One answer's place."""

    def __init__(self, admission: Admission, tokens: int) -> None:
        self._admission, self._tokens = admission, tokens

    def begun(self) -> None:
        """The prompt was computed: its tokens wait no more. May be called again."""
        self._admission.waiting_tokens -= self._tokens
        self._tokens = 0


class Admission:
    """Counts the answers in progress and the prompt tokens that wait."""

    def __init__(self, limit: int, waiting_tokens: int | None = None) -> None:
        """`limit`: most answers; `waiting_tokens`: most prompt tokens of answers that have not begun, beside those of a
        single request, however long; None: no limit."""
        self._limit, self._most_tokens = limit, waiting_tokens
        self.running = 0
        """Answers in progress and waiting."""
        self.waiting_tokens = 0
        self.refused = 0
        """Requests turned away so far."""
        self.closed = False
        self._mean_seconds: float | None = None

    @property
    def full(self) -> bool:
        """Whether the next request would be turned away."""
        return self._why_full(0, 1.0) is not None

    def close(self) -> None:
        """Let nothing new begin: the server is about to end."""
        self.closed = True

    @contextmanager
    def admit(self, tokens: int = 0, *, background: bool = False) -> Iterator[Place]:
        """Hold one place with `tokens` of prompt; raises ApiError (503) when there is none. `background`: see above."""
        if self.closed:
            self.refused += 1
            raise ApiError(503, "the server is shutting down; try again soon", code="shutting_down")
        why = self._why_full(tokens, 0.5 if background else 1.0)
        if why is not None:
            self.refused += 1
            raise ApiError(
                503, f"{why}, which is this server's limit; try again soon", code="overloaded", retry_after=self._wait()
            )
        self.running += 1
        self.waiting_tokens += tokens
        place = Place(self, tokens)
        try:
            yield place
        finally:
            place.begun()
            self.running -= 1

    def took(self, seconds: float) -> None:
        """Learn how long an answer takes, for `Retry-After`."""
        before = seconds if self._mean_seconds is None else self._mean_seconds
        self._mean_seconds = before + _WEIGHT_OF_LAST * (seconds - before)

    def _why_full(self, tokens: int, share: float) -> str | None:
        if self.running >= max(1.0, self._limit * share):
            return f"{self.running} requests are running or waiting"
        most = self._most_tokens
        if most is not None and self.waiting_tokens and self.waiting_tokens + tokens > most * share:
            return f"{self.waiting_tokens} prompt tokens are waiting"
        return None

    def _wait(self) -> int:
        """Seconds until a place is likely to be free: so long an answer takes, divided among those running."""
        mean = self._mean_seconds or 1.0
        return min(max(1, math.ceil(mean / max(1, self.running))), _LONGEST_WAIT)
