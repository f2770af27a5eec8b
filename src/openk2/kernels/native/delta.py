"""Kimi Delta Attention on the kernels in C++ (`cpp/delta.h`): the rule alone, and the attention half of a layer.

Shapes: B batch, H heads, T tokens, d head width, W width of all heads, J + 1 the convolutions' length, S state slots, N
rows, D model width.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from openk2.kernels.native.interface import Chunk, Delta
from openk2.kernels.native.library import Level
from openk2.kernels.native.packed import Packed, check, operations


def delta_rule(
    level: Level,
    q_BHTd: Tensor,
    k_BHTd: Tensor,
    v_BHTd: Tensor,
    decay_BHTd: Tensor,
    rate_BHT: Tensor,
    state_BHdd: Tensor,
) -> tuple[Tensor, Tensor]:
    """As `kernels.reference.delta_rule`."""
    given = [x.detach().float().contiguous() for x in (q_BHTd, k_BHTd, v_BHTd, decay_BHTd, rate_BHT)]
    state_BHdd = state_BHdd.detach().float().clone(memory_format=torch.contiguous_format)
    read_BHTd = torch.empty_like(given[2])
    B, H, T, d = read_BHTd.shape
    pointers = [x.data_ptr() for x in (*given, state_BHdd)]
    check(operations(level).delta_rule(*pointers, B * H, T, d, read_BHTd.data_ptr()))
    return read_BHTd, state_BHdd


@dataclass(frozen=True)
class DeltaWeights:
    """One layer's weights."""

    query: Packed
    key: Packed
    value: Packed
    decay_down: Packed
    decay_up: Packed
    rate: Packed
    gate_down: Packed
    gate_up: Packed
    output: Packed
    taps_LX: Tensor
    """`[J + 1, 3W]`, of the convolutions over queries, keys and values; the newest token's last."""
    decay_rate_H: Tensor
    """exp(A)."""
    decay_bias_W: Tensor
    norm_d: Tensor
    eps: float
    """Of the norm."""

    def struct(self, memory_SHdd: Tensor, tails_SJX: Tensor) -> Delta:
        """For the kernels, with where the states of this layer are; valid while all of it lives."""
        matrices = (self.query, self.key, self.value, self.decay_down, self.decay_up, self.rate)
        more = (self.gate_down, self.gate_up, self.output)
        tensors = (self.taps_LX, self.decay_rate_H, self.decay_bias_W, self.norm_d, memory_SHdd, tails_SJX)
        assert all(tensor.dtype == torch.float32 and tensor.is_contiguous() for tensor in tensors)
        return Delta(
            *(packed.matrix for packed in (*matrices, *more)),
            *(tensor.data_ptr() for tensor in tensors),
            len(self.decay_rate_H),
            len(self.norm_d),
            len(self.taps_LX),
            self.eps,
        )


def delta_attention(
    level: Level,
    weights: DeltaWeights,
    memory_SHdd: Tensor,
    tails_SJX: Tensor,
    lengths: Sequence[int],
    slots: Sequence[int],
    x_ND: Tensor,
) -> Tensor:
    """`[N, D]` of normalised rows: those of the sequences one after the other, `lengths` rows each.

    Each goes on from the state in its slot, which is overwritten.
    """
    x_ND = x_ND.detach().float().contiguous()
    chunks = (Chunk * len(lengths))()
    row = 0
    for chunk, length, slot in zip(chunks, lengths, slots, strict=True):
        chunk.row, chunk.tokens, chunk.state = row, length, slot
        row += length
    layer = weights.struct(memory_SHdd, tails_SJX)
    y_ND = torch.empty_like(x_ND)
    N, D = x_ND.shape
    call = operations(level).delta_attention
    check(call(ctypes.byref(layer), chunks, len(chunks), x_ND.data_ptr(), N, D, y_ND.data_ptr()))
    return y_ND
