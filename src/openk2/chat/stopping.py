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
        self.stopped = False
        """Whether a stop string was met; nothing comes out after it."""

    def push(self, text: str) -> str:
        """The text that is certain not to belong to a stop string."""
        if not self._stops:
            return text
        if self.stopped:
            return ""
        text = self._held + text
        found = [at for at in (text.find(stop) for stop in self._stops) if at >= 0]
        waiting = self._waiting(text)
        if found and min(found) <= len(text) - waiting:
            self.stopped, self._held = True, ""
            return text[: min(found)]
        self._held = text[len(text) - waiting :]
        return text[: len(text) - waiting]

    def flush(self) -> str:
        """What is left when the stream ends: text that only looked like the beginning of a stop string."""
        text, self._held = self._held, ""
        found = [at for at in (text.find(stop) for stop in self._stops) if at >= 0]
        if not found:
            return text
        self.stopped = True
        return text[: min(found)]

    def _waiting(self, text: str) -> int:
        """Length of the longest end of `text` that begins a stop string without being all of it."""
        longest = max(len(stop) for stop in self._stops) - 1
        for length in range(min(longest, len(text)), 0, -1):
            if any(len(stop) > length and stop.startswith(text[-length:]) for stop in self._stops):
                return length
        return 0
