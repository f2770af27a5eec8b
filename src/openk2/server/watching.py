"""The seam between answering a request and telling about it: metrics, logs and traces each watch every answer.

A watch that wants to hears of tokens as they come, and every one what became of the request. It must be quick: it is
called for every token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from openk2.chat.events import Fold, Usage
from openk2.server.metering import Caller
from openk2.server.protocol import Call


@dataclass(frozen=True)
class Ending:
    """What became of a request."""

    status: int
    """The HTTP status that was or would have been sent; 499 where the client left."""
    outcome: str
    """The finish reason, `client left`, or the error's line."""
    first_seconds: float | None
    """From arrival to the first event."""
    seconds: float
    """From arrival to the end."""
    folds: Sequence[Fold]
    """The answers as far as they came."""
    backend: str | None = None
    """Which replica answered, where there are several."""
    cost: float = 0.0
    """What was charged."""
    cache: str | None = None
    """`hit` or `miss` where the cache of whole answers was asked."""

    @property
    def usage(self) -> Usage | None:
        """What the request cost; None where it broke off before that was known."""
        return self.folds[0].usage


class Watch(Protocol):
    """Sees one request."""

    @property
    def tokens(self) -> Callable[[int], None] | None:
        """Called with the number of an answer when its next tokens are there; None: does not want to know."""
        ...

    def ended(self, ending: Ending) -> None:
        """Nothing more comes."""
        ...


class Observer(Protocol):
    """Begins to watch requests."""

    def arrived(self, call: Call, caller: Caller, headers: Mapping[str, str]) -> Watch:
        """A request was read and is about to be admitted; `headers`: as they came."""
        ...


class Watches:
    """Several watches as one."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self._watches = watches
        self._timing = [watch.tokens for watch in watches if watch.tokens is not None]

    def tokens(self, choice: int) -> None:
        """The next tokens of an answer are there."""
        for told in self._timing:
            told(choice)

    def ended(self, ending: Ending) -> None:
        """See `Watch`."""
        for watch in self._watches:
            watch.ended(ending)


class Observers:
    """Several observers as one; none at all is one that sees nothing."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def arrived(self, call: Call, caller: Caller, headers: Mapping[str, str]) -> Watches:
        """See `Observer`."""
        return Watches([observer.arrived(call, caller, headers) for observer in self._observers])
