"""The seam between answering a request and telling about it: metrics, logs and traces each watch every answer.

A watch that wants to hears of tokens as they come, and every one what became of the request. It must be quick: it is
called for every token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from openk2.server.ending import Ending
from openk2.server.metering import Caller
from openk2.server.protocol import Call


class Watch(Protocol):
    """Sees one request."""

    @property
    def tokens(self) -> Callable[[int, int], None] | None:
        """Called with the number of an answer when its next tokens are there, and how many; None: does not want to
        know."""
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

    def tokens(self, choice: int, count: int) -> None:
        """The next tokens of an answer are there."""
        for told in self._timing:
            told(choice, count)

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
