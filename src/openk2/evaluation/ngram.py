"""An interpolated Kneser-Ney n-gram model over token ids (Chen and Goodman 1998, equation 26), by sorting.

Contexts get numbers instead of tuples: the context of length k at a place is numbered by its k-1 last tokens' number
and the token before them. An n-gram is then one integer, and counting is `np.unique`: tens of millions of tokens take
seconds per order. The order-1 distribution is interpolated with the uniform one, so every token has a probability.
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
    """One order: counts of n-grams and of their contexts."""

    keys: Ints
    """Sorted n-grams, context number × vocabulary + token."""
    counts: Ints
    totals: Ints
    """[contexts] sum of the counts of its n-grams."""
    kinds: Ints
    """[contexts] number of different tokens that follow."""
    discount: float
    context_keys: Ints
    """Sorted, shorter context's number × vocabulary + the token before it; the place is the context's number."""


class KneserNey:
    """A trained model."""

    def __init__(self, tokens: npt.NDArray[Any], vocab_size: int, order: int = 5) -> None:
        """Train on one stream of ids below `vocab_size`."""
        self.vocab_size = vocab_size
        ids = tokens.astype(np.int64)
        contexts = np.zeros(len(ids), np.int64)
        numbered: list[tuple[Ints, Ints, Ints]] = []
        for length in range(order):
            context_keys = np.zeros(1, np.int64)
            if length:
                context_keys, contexts = np.unique(contexts * vocab_size + _shifted(ids, length), return_inverse=True)
            keys, firsts, counts = np.unique(contexts * vocab_size + ids, return_index=True, return_counts=True)
            numbered.append((keys, counts, context_keys))
            if length:
                numbered[-2] = self._continuations(numbered[-2], previous[firsts])
            previous = contexts * vocab_size + ids
        self._levels = [self._level(*item) for item in numbered]

    @staticmethod
    def _continuations(lower: tuple[Ints, Ints, Ints], one_per_longer: Ints) -> tuple[Ints, Ints, Ints]:
        """A lower order counts in how many longer n-grams it occurs, not how often."""
        keys, counts = np.unique(one_per_longer, return_counts=True)
        return keys, counts, lower[2]

    def _level(self, keys: Ints, counts: Ints, context_keys: Ints) -> _Level:
        contexts = keys // self.vocab_size
        totals = np.bincount(contexts, weights=counts, minlength=len(context_keys)).astype(np.int64)
        kinds = np.bincount(contexts, minlength=len(context_keys))
        once, twice = int((counts == 1).sum()), int((counts == 2).sum())
        return _Level(keys, counts, totals, kinds, once / (once + 2 * twice) if once and twice else 0.5, context_keys)

    def log2_probabilities(self, tokens: npt.NDArray[Any]) -> Floats:
        """[n] base-2 logarithm of each token's probability given those before it in the stream."""
        ids = tokens.astype(np.int64)
        probability = np.full(len(ids), 1.0 / self.vocab_size)
        contexts = np.zeros(len(ids), np.int64)
        for length, level in enumerate(self._levels):
            if length:
                wanted = np.where(contexts < 0, -1, contexts * self.vocab_size + _shifted(ids, length))
                contexts = _find(level.context_keys, wanted)
            known = contexts >= 0
            count = np.zeros(len(ids))
            place = _find(level.keys, np.where(known, contexts * self.vocab_size + ids, -1))
            count[place >= 0] = level.counts[place[place >= 0]]
            total = np.where(known, level.totals[contexts], 0)
            seen = total > 0
            kept = np.maximum(count - level.discount, 0.0)
            spread = level.discount * level.kinds[contexts]
            mixed = (kept + spread * probability) / np.maximum(total, 1)
            probability = np.where(seen, mixed, probability)
        return np.asarray(np.log2(probability))


def _shifted(ids: Ints, length: int) -> Ints:
    """The token `length` places before each; 0 before the beginning."""
    return np.concatenate([np.zeros(min(length, len(ids)), np.int64), ids[:-length]])[: len(ids)]


def _find(keys: Ints, wanted: Ints) -> Ints:
    """Where each wanted number stands in sorted keys, −1 where it does not."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
