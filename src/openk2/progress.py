"""How far a long reading or writing of bytes is: one line rewritten on a terminal, or a line every half minute."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONG = 2 * 2**30
"""Bytes from which on loading a model is shown."""


class ByteProgress:
    """Shows bytes done, speed and time left on standard error."""

    def __init__(self, label: str, after: float = 0.2) -> None:
        """`after`: seconds until it first shows on a terminal."""
        self._label = label
        self._terminal = sys.stderr.isatty()
        self._begin = time.monotonic()
        self._next = self._begin + (after if self._terminal else 30.0)
        self._shown = False

    def show(self, done: int, total: int, before: int = 0) -> None:
        """`before`: bytes of `done` that were there at the beginning, which the speed does not count."""
        now = time.monotonic()
        if now < self._next and not (self._shown and done == total):
            return
        self._next = now + (0.2 if self._terminal else 30.0)
        self._shown = True
        speed = max(done - before, 1) / max(now - self._begin, 1e-9)
        line = (
            f"{self._label}: {done / 1e9:.2f}/{total / 1e9:.2f} GB  {done / max(total, 1):.0%}  "
            f"{speed / 1e6:,.0f} MB/s  {clock((total - done) / speed)} left"
        )
        start, end = ("\r", "\x1b[K") if self._terminal else ("", "\n")
        print(f"{start}{line}", end=end, file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the line."""
        if self._terminal and self._shown:
            print(file=sys.stderr)


@contextmanager
def shown_if_long(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Gives a function to call with the bytes just done of `total`; silent off a terminal and for few bytes."""
    if total < LONG or not sys.stderr.isatty():
        yield lambda more: None
        return
    progress, done = ByteProgress(label, after=0), 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        progress.show(done, total)

    try:
        yield advance
    finally:
        progress.close()


def clock(seconds: float) -> str:
    """`1:02:03`."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}"
