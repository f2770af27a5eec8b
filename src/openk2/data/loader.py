"""The loader: sample `i` of a run is a pure function of (seed, i), so a run resumes exactly, on any number of
machines, by its next index.

Two choices are made per index. Which source: every block of 1,024 samples holds each source in exact proportion to
its weight, spread evenly, so that a step of few rows is already a fair mixture. Which row of it: the source's rows are
permuted by (seed, source, epoch). Nothing is drawn, nothing is remembered. Text rows are contiguous slices of the token
stream; trajectory rows are whole trajectories packed first-fit, padded, never split.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from openk2.data.permutation import key_of, permute
from openk2.data.shards import TokenShards, TrajectoryShards
from openk2.errors import DataError

BLOCK = 1024
"""Samples in which every source has its exact share."""
OPEN_ROWS = 64
"""Rows first-fit packing looks back on."""


@dataclass(frozen=True)
class Sample:
    """One training row of T predictions."""

    tokens: npt.NDArray[np.int64]
    """[T + 1] token ids."""
    weights: npt.NDArray[np.float32]
    """[T] loss weight of each prediction: 0 for padding and for what the assistant did not emit, except the loader's
    `prompt_share` of it; else 1. Then times the source's weight in the loss.
    """
    starts: npt.NDArray[np.int64]
    """[T] place in the row where each input's trajectory begins; all 0 for text, which is read as one stream."""

    @property
    def inputs(self) -> npt.NDArray[np.int64]:
        """[T] what the model sees."""
        return self.tokens[:-1]

    @property
    def targets(self) -> npt.NDArray[np.int64]:
        """[T] what it should say next."""
        return self.tokens[1:]


@dataclass(frozen=True)
class Batch:
    """Samples stacked to rows."""

    inputs: npt.NDArray[np.int64]
    """[B, T]."""
    targets: npt.NDArray[np.int64]
    """[B, T]."""
    weights: npt.NDArray[np.float32]
    """[B, T] loss weight of each prediction."""
    starts: npt.NDArray[np.int64]
    """[B, T] as in `Sample`."""


class Rows(Protocol):
    """Rows of one source at one length."""

    def __len__(self) -> int: ...

    def row(self, number: int) -> Sample:
        """Row `number`."""
        ...


class TextRows:
    """Contiguous slices of a token stream; neighbours share one token, so every token but the first is predicted once
    per epoch.
    """

    def __init__(self, shards: TokenShards, sequence: int) -> None:
        self._shards, self._sequence = shards, sequence
        self._count = (len(shards) - 1) // sequence
        if self._count < 1:
            raise DataError(
                f"{shards.directory}: {len(shards)} tokens make no row of {sequence}; use a shorter sequence or "
                "more text"
            )

    def __len__(self) -> int:
        return self._count

    def row(self, number: int) -> Sample:
        """Tokens [number * T, number * T + T], every prediction with weight 1."""
        start = number * self._sequence
        tokens = self._shards.read(start, start + self._sequence + 1).astype(np.int64)
        return Sample(tokens, np.ones(self._sequence, np.float32), np.zeros(self._sequence, np.int64))


class PackedRows:
    """Whole trajectories in rows, first-fit in their stored order; those longer than a row are left out and counted
    in `left_out`.
    """

    def __init__(self, shards: TrajectoryShards, sequence: int, prompt_share: float = 0.0) -> None:
        self._shards, self._sequence, self._prompt_share = shards, sequence, prompt_share
        self._rows = pack(shards.lengths.tolist(), sequence + 1)
        self.left_out = len(shards.lengths) - sum(map(len, self._rows))
        if not self._rows:
            raise DataError(
                f"{shards.directory}: none of {len(shards.lengths)} trajectories fits a row of {sequence}; the "
                f"shortest has {int(shards.lengths.min())} tokens"
            )

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, number: int) -> Sample:
        """The trajectories of one row, one after another, padded at the end; a trajectory's first token is never a
        target.
        """
        tokens = np.full(self._sequence + 1, self._shards.manifest.pad_id, np.int64)
        weights = np.zeros(self._sequence + 1, np.float32)
        starts = np.zeros(self._sequence + 1, np.int64)
        at = 0
        for member in self._rows[number]:
            ids, mask = self._shards.trajectory(member)
            tokens[at : at + len(ids)] = ids
            weights[at : at + len(ids)] = mask | self._learnt_of_the_prompt(member, len(ids))
            weights[at] = 0.0
            starts[at:] = at
            at += len(ids)
        return Sample(tokens, weights[1:], starts[:-1])

    def _learnt_of_the_prompt(self, member: int, length: int) -> npt.NDArray[np.bool_]:
        """Which places of a trajectory count whoever wrote them, the same in every epoch."""
        if self._prompt_share == 0:
            return np.zeros(length, bool)
        return np.random.default_rng(member).random(length) < self._prompt_share


def pack(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """Rows of item numbers, each row's lengths adding up to at most `capacity`: first fit over the newest rows, items
    too long left out.
    """
    rows: list[list[int]] = []
    free: list[int] = []
    for number, length in enumerate(lengths):
        if length > capacity:
            continue
        for place in range(max(0, len(rows) - OPEN_ROWS), len(rows)):
            if free[place] >= length:
                rows[place].append(number)
                free[place] -= length
                break
        else:
            rows.append([number])
            free.append(capacity - length)
    return rows


def shares(weights: Sequence[float], block: int = BLOCK) -> list[int]:
    """How many of `block` samples each source gets: proportional, at least one, largest remainders first."""
    total = sum(weights)
    exact = [weight / total * block for weight in weights]
    counts = [max(1, int(share)) for share in exact]
    order = sorted(range(len(weights)), key=lambda number: exact[number] - counts[number], reverse=True)
    for number in order[: max(0, block - sum(counts))]:
        counts[number] += 1
    while sum(counts) > block:
        counts[counts.index(max(counts))] -= 1
    return counts


def spread(counts: Sequence[int]) -> list[tuple[int, int]]:
    """(item, how many of it came before) for sum(counts) slots: each slot goes to the item that is furthest behind its
    part, so the mixture holds at every place, not only at the end.
    """
    total, taken, slots = sum(counts), [0] * len(counts), []
    for slot in range(total):
        behind = [(slot + 1) * count - total * had for count, had in zip(counts, taken, strict=True)]
        item = behind.index(max(behind))
        slots.append((item, taken[item]))
        taken[item] += 1
    return slots


class MixtureLoader:
    """Samples from several shard directories in fixed proportions.

    `sources` are (shards, weight) pairs; weights are shares of samples, and a source that is smaller than its share
    is repeated in a new order each epoch. Raises DataError for no source, a weight that is not positive, or shards of
    different tokenizers.
    """

    def __init__(
        self,
        sources: Sequence[tuple[TokenShards, float]],
        sequence: int,
        seed: int = 0,
        *,
        prompt_share: float = 0.0,
        losses: Sequence[float] | None = None,
    ) -> None:
        if not sources:
            raise DataError("a loader needs at least one source of shards")
        if sequence < 1:
            raise DataError(f"sequence must be at least 1, not {sequence}")
        if len(sources) > BLOCK:
            raise DataError(f"a mixture holds at most {BLOCK} sources, not {len(sources)}")
        first = sources[0][0]
        for shards, weight in sources:
            if not 0 < weight < math.inf:
                raise DataError(
                    f"{shards.directory}: weight must be positive, not {weight}; leave the source out instead"
                )
            if shards.manifest.tokenizer_sha256 != first.manifest.tokenizer_sha256:
                raise DataError(
                    f"{shards.directory} and {first.directory} were made with different tokenizers; build both "
                    "with the same one"
                )
        self.sequence, self.seed = sequence, seed
        self.rows: list[TextRows | PackedRows] = [
            PackedRows(shards, sequence, prompt_share)
            if isinstance(shards, TrajectoryShards)
            else TextRows(shards, sequence)
            for shards, _ in sources
        ]
        self.losses = [1.0] * len(sources) if losses is None else losses
        """Weight of each source's predictions in the loss."""
        self.counts = shares([weight for _, weight in sources])
        """Samples of each source in a block of 1,024."""
        self._slots = spread(self.counts)

    def locate(self, index: int) -> tuple[int, int, int]:
        """(source, epoch, row) of sample `index`; raises IndexError below 0."""
        if index < 0:
            raise IndexError(f"sample {index}: samples are counted from 0")
        block, slot = divmod(index, BLOCK)
        source, number = self._slots[slot]
        drawn = block * self.counts[source] + number
        epoch, within = divmod(drawn, len(self.rows[source]))
        return source, epoch, permute(within, len(self.rows[source]), _key(self.seed, f"source {source}", epoch))

    def sample(self, index: int) -> Sample:
        """Sample `index` of the run, counted from 0 without end."""
        source, _, row = self.locate(index)
        sample = self.rows[source].row(row)
        return replace(sample, weights=sample.weights * np.float32(self.losses[source]))

    def batch(self, indices: Sequence[int]) -> Batch:
        """The samples of these indices, in this order."""
        samples = [self.sample(index) for index in indices]
        return Batch(
            np.stack([item.inputs for item in samples]),
            np.stack([item.targets for item in samples]),
            np.stack([item.weights for item in samples]),
            np.stack([item.starts for item in samples]),
        )

    def epochs(self, samples: int) -> list[float]:
        """How often each source is read through in a run of so many samples."""
        return [samples / BLOCK * count / len(rows) for count, rows in zip(self.counts, self.rows, strict=True)]


@lru_cache(maxsize=4096)
def _key(seed: int, name: str, number: int) -> int:
    return key_of(seed, name, number)


def describe(loader: MixtureLoader, samples: int) -> list[dict[str, Any]]:
    """A table of the mixture for a run's record: rows, share and epochs of each source."""
    return [
        {
            "rows": len(rows),
            "share": count / BLOCK,
            "epochs": round(epochs, 3),
            "left_out": getattr(rows, "left_out", 0),
        }
        for rows, count, epochs in zip(loader.rows, loader.counts, loader.epochs(samples), strict=True)
    ]
