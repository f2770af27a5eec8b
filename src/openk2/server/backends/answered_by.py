"""Which replica answers a request, told to whoever asked without being part of the answer.

Pools note it; a context variable holds the note, so that nothing between pool and log has to know of it.
"""

from __future__ import annotations

from contextvars import ContextVar


class Note:
    """Written by a pool, read when the answer has ended."""

    def __init__(self) -> None:
        self.replica: str | None = None


_current: ContextVar[Note | None] = ContextVar("answered_by", default=None)


def begin_note() -> Note:
    """A note for the request of the running task and of those it starts."""
    note = Note()
    _current.set(note)
    return note


def note_replica(name: str) -> None:
    """Write down who answers the request of the running task."""
    if (note := _current.get()) is not None:
        note.replica = name
