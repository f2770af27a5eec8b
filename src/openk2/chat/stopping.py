"""Stop strings in a stream: text that may be the beginning of one waits until it is certain what it is."""

from __future__ import annotations

from collections.abc import Sequence


class StopText:
    """Passes text on, piece by piece, up to the first stop string, which is swallowed.

    However the text is cut into pieces, what comes out adds up to the same.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""
        self.met: str | None = None
        """The stop string that was met; nothing comes out after it."""

    @property
    def stopped(self) -> bool:
        """Whether a stop string was met."""
        return self.met is not None

    def push(self, text: str) -> str:
        """The text that is certain not to belong to a stop string."""
        if not self._stops:
            return text
        if self.stopped:
            return ""
        text = self._held + text
        found = self._find(text)
        waiting = self._waiting(text)
        if found is not None and found[0] <= len(text) - waiting:
            at, self.met = found
            self._held = ""
            return text[:at]
        self._held = text[len(text) - waiting :]
        return text[: len(text) - waiting]

    def flush(self) -> str:
        """What is left when the stream ends: text that only looked like the beginning of a stop string."""
        text, self._held = self._held, ""
        found = self._find(text)
        if found is None:
            return text
        at, self.met = found
        return text[:at]

    def _find(self, text: str) -> tuple[int, str] | None:
        """Where the first stop string begins, and which it is: the shortest where several begin there."""
        found = [(at, len(stop), stop) for stop in self._stops if (at := text.find(stop)) >= 0]
        if not found:
            return None
        at, _, met = min(found)
        return at, met

    def _waiting(self, text: str) -> int:
        """Length of the longest end of `text` that begins a stop string without being all of it."""
        longest = max(len(stop) for stop in self._stops) - 1
        for length in range(min(longest, len(text)), 0, -1):
            if any(len(stop) > length and stop.startswith(text[-length:]) for stop in self._stops):
                return length
        return 0
