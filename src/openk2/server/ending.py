"""What became of a request: for its account and for whoever watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openk2.chat.events import Fold, Usage

CLIENT_LEFT = "client left"
"""The outcome of an answer whose client went away."""


@dataclass(frozen=True)
class Ending:
    """What became of a request."""

    status: int
    """The HTTP status that was or would have been sent; 499 where the client left."""
    outcome: str
    """The finish reason, `CLIENT_LEFT`, or the error's line."""
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
