"""The seam between answering a request and telling about it: metrics, logs and traces each watch every answer.

A watch sees the events as the client gets them and, at the end, what became of the request. It must be quick: it is
called for every token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from openk2.chat.events import Event, Fold, Usage
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

    def event(self, event: Event) -> None:
        """The next event of the answer."""
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

    def event(self, event: Event) -> None:
        """See `Watch`."""
        for watch in self._watches:
            watch.event(event)

    def ended(self, ending: Ending) -> None:
        """See `Watch`."""
        for watch in self._watches:
            watch.ended(ending)


class Observers:
    """Several observers as one; none at all is one that sees nothing."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def arrived(self, call: Call, caller: Caller, headers: Mapping[str, str]) -> Watch:
        """See `Observer`."""
        return Watches([observer.arrived(call, caller, headers) for observer in self._observers])
