"""From a column of numbers to a curve worth drawing: smoothing, thinning that keeps extremes, scales, ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


def smoothing_window(count: int) -> int:
    """Steps the smoothed curve averages over: a fiftieth of the run, at least 21."""
    return max(21, count // 50)


def smooth(values: Array) -> Array:
    """Centred moving mean [N]. At the beginning, where losses fall fast, the window shrinks on both sides.

    At the end it does not, so that the last value is the mean of the last half window. NaNs are left out.
    """
    count = len(values)
    half = smoothing_window(count) // 2
    finite = np.isfinite(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(finite, values, 0.0))])
    number = np.concatenate([[0], np.cumsum(finite)])
    index = np.arange(count)
    low = index - np.minimum(index, half)
    high = np.minimum(index + np.minimum(index, half), count - 1) + 1
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((total[high] - total[low]) / (number[high] - number[low]))


def extremes(values: Array, limit: int) -> Indices:
    """At most `limit` indices, rising, among them the first, the last, and each stretch's lowest and highest value."""
    count = len(values)
    if count <= limit:
        return np.arange(count)
    edges = np.linspace(1, count - 1, max(1, (limit - 2) // 2) + 1).astype(np.int64)
    chosen = {0, count - 1}
    for low, high in pairwise(edges.tolist()):
        stretch = values[low:high]
        if np.isfinite(stretch).any():
            chosen.update((low + int(np.nanargmin(stretch)), low + int(np.nanargmax(stretch))))
    return np.array(sorted(chosen), dtype=np.int64)


def peaks(values_NL: Array, limit: int) -> tuple[Indices, Array]:
    """At most `limit` stretches of records: index of the last record of each, and each column's largest value in it."""
    count = len(values_NL)
    edges = np.linspace(0, count, min(count, limit) + 1).astype(np.int64)
    return edges[1:] - 1, np.fmax.reduceat(values_NL, edges[:-1], axis=0)


def largest(values: Array) -> float:
    """The largest finite value of an array of any shape; NaN where there is none."""
    kept = values[np.isfinite(values)]
    return float(kept.max()) if kept.size else math.nan


@dataclass(frozen=True)
class Scale:
    """A range of values mapped on 0 … 1, linearly or by logarithm."""

    low: float
    high: float
    log: bool = False

    def place(self, values: Array) -> Array:
        """Where the values lie; outside 0 … 1 for values outside the range."""
        if self.log:
            floor = np.maximum(values, self.low * 1e-3)
            return np.asarray((np.log(floor) - math.log(self.low)) / (math.log(self.high) - math.log(self.low)))
        return np.asarray((values - self.low) / (self.high - self.low))

    def ticks(self, about: int) -> list[float]:
        """Round values within the range, roughly so many."""
        if self.log:
            return self._log_ticks(about)
        rough = (self.high - self.low) / max(1, about)
        unit = 10.0 ** math.floor(math.log10(rough))
        step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(number * step, 12) for number in range(first, last + 1)]

    def _log_ticks(self, about: int) -> list[float]:
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        choices = [(1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)]
        best: list[float] = []
        for factors in choices:
            ticks = [factor * 10.0**decade for decade in decades for factor in factors]
            inside = [tick for tick in ticks if self.low * 0.999 <= tick <= self.high * 1.001]
            if best and len(inside) > about + 2:
                break
            best = inside
        return best if len(best) > 1 else Scale(self.low, self.high).ticks(about)


def scale_for(values: Array, *, log: bool = False, from_zero: bool = False) -> Scale:
    """A scale that holds all finite values with a little air; log scales leave out what is not positive."""
    kept = values[np.isfinite(values)]
    if log:
        kept = kept[kept > 0]
    if not len(kept):
        return Scale(0.1, 1.0, log) if log else Scale(0.0, 1.0)
    low, high = float(kept.min()), float(kept.max())
    if log:
        air = max(1.02, (high / low) ** 0.06)
        return Scale(low / air, high * air, True)
    if from_zero and low >= 0:
        return Scale(0.0, high * 1.08 if high else 1.0)
    air = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    return Scale(low - air, high + air)
