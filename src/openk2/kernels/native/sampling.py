"""Tokens and log-probabilities by the kernels in C++ (`cpp/sampler.h`): a step's rows, shared out to the threads.

What is done to a row, and in which order, is said in `engine/sampler.py`, whose PyTorch form computes the same. Weights
and their sums are doubles here and there, summed in another order: tokens are equal unless the random number, or the
sum that top-p waits for, is within the last bits of a double of the border between two of them. All levels and any
number of threads give the same tokens.

Shapes: N rows, V vocabulary.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from openk2.kernels.native.interface import NO_NUMBERS, Choice
from openk2.kernels.native.library import Level
from openk2.kernels.native.packed import check, operations

NOT_NUMBERS = "its logits are not numbers"
WORD = 32
"""Ids told by a word of a mask."""


@dataclass(frozen=True)
class Wanted:
    """What one row's token depends on besides its logits."""

    temperature: float
    """0: the largest logit."""
    number: float = 0.0
    """In [0, 1)."""
    top_k: int = 0
    """0: all."""
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    counts: Mapping[int, int] = field(default_factory=dict)
    """Ids the penalties are for, with how often the answer has each."""
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    held_back: Sequence[int] = ()
    """Ids that may not come unless nothing else may."""
    allowed_V: Tensor | None = None
    """What may come, bool; None: everything."""


def ban_(level: Level, logits_NV: Tensor, ids: Tensor) -> Tensor:
    """Give `ids` (int32) no probability, in place. Raises ArithmeticError where a logit is not a number."""
    assert logits_NV.dtype == torch.float32
    assert logits_NV.is_contiguous()
    status = operations(level).ban(logits_NV.data_ptr(), *logits_NV.shape, ids.data_ptr(), len(ids))
    if status == NO_NUMBERS:
        raise ArithmeticError(NOT_NUMBERS)
    check(status)
    return logits_NV


def sample(level: Level, logits_NV: Tensor, rows: Sequence[int], wanted: Sequence[Wanted]) -> list[int]:
    """One token for each wish, from its row of float32 logits; these stay as they are."""
    logits_NV = _rows(logits_NV)
    V = logits_NV.shape[1]
    choices = (Choice * len(rows))()
    kept = []  # what the choices point at
    for choice, row, want in zip(choices, rows, wanted, strict=True):
        choice.logits = logits_NV.data_ptr() + 4 * V * row
        choice.number, choice.temperature = want.number, want.temperature
        choice.top_k, choice.top_p, choice.min_p = want.top_k, want.top_p, want.min_p
        choice.repetition = want.repetition_penalty
        choice.frequency, choice.presence = want.frequency_penalty, want.presence_penalty
        if want.logit_bias:
            ids, biases = array("i", want.logit_bias), array("f", want.logit_bias.values())
            choice.biased, choice.bias_ids, choice.biases = len(ids), _address(ids), _address(biases)
            kept += [ids, biases]
        if want.counts:
            ids, counts = array("i", want.counts), array("i", want.counts.values())
            choice.counted, choice.counted_ids, choice.counts = len(ids), _address(ids), _address(counts)
            kept += [ids, counts]
        if want.held_back:
            ids = array("i", want.held_back)
            choice.held, choice.held_ids = len(ids), _address(ids)
            kept.append(ids)
        if want.allowed_V is not None:
            bits = bits_of(want.allowed_V)
            choice.allowed = bits.ctypes.data
            kept.append(bits)
    check(operations(level).sample(choices, len(rows), V))
    return [choice.id for choice in choices]


def report(
    level: Level, logits_NV: Tensor, rows: Sequence[int], ids: Sequence[int], alternatives: int
) -> list[tuple[float, tuple[tuple[int, float], ...]]]:
    """Of each of some rows the log-probability of its id, and its most probable ids with theirs.

    Of equal ones the smaller id comes first. There are fewer where fewer ids have a probability.
    """
    logits_NV = _rows(logits_NV)
    n = len(rows)
    own, top = array("f", bytes(4 * n)), array("f", bytes(4 * n * alternatives))
    top_ids, places, asked = array("i", bytes(4 * n * alternatives)), array("i", rows), array("i", ids)
    given = (logits_NV.data_ptr(), _address(places), n, logits_NV.shape[1], _address(asked), alternatives)
    check(operations(level).report(*given, _address(own), _address(top_ids), _address(top)))
    reports = []
    for i, logprob in enumerate(own):
        part = slice(i * alternatives, (i + 1) * alternatives)
        pairs = zip(top_ids[part], top[part], strict=True)
        reports.append((logprob, tuple((id, value) for id, value in pairs if id >= 0)))
    return reports


def _rows(logits_NV: Tensor) -> Tensor:
    return logits_NV.detach().to(dtype=torch.float32).contiguous()


def _address(numbers: array[int] | array[float]) -> int:
    return numbers.buffer_info()[0]


def bits_of(allowed_V: Tensor) -> np.ndarray:
    """A bit per id in whole words, as llguidance has them."""
    bits = np.packbits(allowed_V.numpy(), bitorder="little")
    words = -(-len(allowed_V) // WORD)
    return np.pad(bits, (0, words * WORD // 8 - len(bits)))
