"""An interpolated Kneser-Ney n-gram model over ids (Chen and Goodman 1998, equation 26), by sorting.

Contexts are numbers instead of tuples: the context of length k before a place is the n-gram of order k that ends there,
and that n-gram's number is its rank among all of its order. So an n-gram of the next order is again one integer, and
counting is one sort per order: seconds for tens of millions of ids. The stream is counted as a ring, its last id before
its first: so every n-gram has a whole context, each context's own suffix is a context too, and the probabilities after
any context sum to one. The lowest order is interpolated with the uniform distribution, so every id has a probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Level:
    """One order."""

    keys: Ints
    """[grams] sorted: number of the context × vocabulary + id; the place is the n-gram's number."""
    counts: Ints
    """[grams] how often it occurs; for lower orders, after how many different ids."""
    totals: Ints
    """[contexts] sum of the counts of its n-grams."""
    kinds: Ints
    """[contexts] how many different ids follow."""
    discount: float


class KneserNey:
    """A trained model."""

    def __init__(self, ids: npt.NDArray[Any], vocab_size: int, order: int = 5) -> None:
        """Train on one stream of ids below `vocab_size`."""
        self.vocab_size = vocab_size
        self._levels: list[_Level] = []
        contexts, grams = np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)
        held_back: tuple[Ints, int] | None = None
        for _ in range(order):
            keys, numbers, places, counts = _rank(contexts * vocab_size + ids)
            if held_back is not None:
                continuations = np.bincount(grams[places], minlength=len(held_back[0]))
                self._levels.append(self._level(held_back[0], continuations, held_back[1]))
            held_back = keys, 1 if held_back is None else len(held_back[0])
            grams = numbers
            contexts = np.roll(numbers, 1)
        if held_back is not None:
            self._levels.append(self._level(held_back[0], counts, held_back[1]))

    def _level(self, keys: Ints, counts: Ints, contexts: int) -> _Level:
        of = keys // self.vocab_size
        totals = np.bincount(of, weights=counts, minlength=contexts).astype(np.int64)
        once, twice = int((counts == 1).sum()), int((counts == 2).sum())
        discount = once / (once + 2 * twice) if once and twice else 0.5
        return _Level(keys, counts, totals, np.bincount(of, minlength=contexts), discount)

    def log2_probabilities(self, ids: npt.NDArray[Any]) -> Floats:
        """[n] base-2 logarithm of each id's probability given those before it in the stream."""
        probability = np.full(len(ids), 1.0 / self.vocab_size)
        contexts = np.zeros(len(ids), np.int64)
        for level in self._levels:
            known = contexts >= 0
            grams = _find(level.keys, np.where(known, contexts * self.vocab_size + ids, -1))
            counts = np.where(grams >= 0, level.counts[grams], 0)
            totals = np.where(known, level.totals[contexts], 0)
            kept = np.maximum(counts - level.discount, 0.0)
            spread = level.discount * level.kinds[contexts]
            mixed = (kept + spread * probability) / np.maximum(totals, 1)
            probability = np.where(totals > 0, mixed, probability)
            contexts = np.concatenate([np.full(1, -1), grams[:-1]])
        return np.asarray(np.log2(probability))


def _rank(keys: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """(sorted distinct keys, [n] each key's rank, a place where each distinct key stands, its count)."""
    order = np.argsort(keys)
    ordered = keys[order]
    new = np.concatenate([np.ones(1, bool), ordered[1:] != ordered[:-1]])
    numbers = np.empty(len(keys), np.int64)
    numbers[order] = np.cumsum(new) - 1
    starts = np.flatnonzero(new)
    return ordered[starts], numbers, order[starts], np.diff(np.append(starts, len(keys)))


def _find(keys: Ints, wanted: Ints) -> Ints:
    """Where each wanted number stands in sorted keys, −1 where it does not."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
