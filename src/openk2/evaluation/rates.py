"""A success rate with its interval: Wilson's score interval at 95 %, which is honest for few tries and for 0 or 1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

_Z = 1.959964


@dataclass(frozen=True)
class Rate:
    """So many of so many."""

    hits: int
    tries: int

    @property
    def value(self) -> float:
        """The share; 0 without tries."""
        return self.hits / self.tries if self.tries else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound of the 95 % interval; (0, 1) without tries."""
        if not self.tries:
            return 0.0, 1.0
        n, p = self.tries, self.value
        centre = p + _Z**2 / (2 * n)
        spread = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        scale = 1 + _Z**2 / n
        return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.hits + other.hits, self.tries + other.tries)

    def record(self) -> dict[str, Any]:
        """For JSON."""
        low, high = self.interval
        return {
            "n": self.tries,
            "hits": self.hits,
            "rate": round(self.value, 4),
            "interval": [round(low, 4), round(high, 4)],
        }

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:6.1%} of {self.tries:>4} ({low:.0%}-{high:.0%})"


def rate(outcomes: list[bool]) -> Rate:
    """The rate of a list of outcomes."""
    return Rate(sum(outcomes), len(outcomes))
