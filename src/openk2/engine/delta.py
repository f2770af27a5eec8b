"""Kimi Delta Attention over one step's tokens, from and to the states of their sequences (`states.py`).

The rule is applied token after token (`kernels/reference.py`), all sequences of the step side by side: a token's result
and the state after it then have the same bits however a prompt was cut and whatever runs beside it. The chunked form of
`kernels/delta_rule.py` is faster on long prompts and sums in an order that depends on the cut.

Shapes: N tokens of the step and filler behind them, n sequences, W the width of all heads, X = 3W, J + 1 the length of
the convolutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from openk2.engine.cache import PageTable
from openk2.engine.products import blockwise, project, silu_
from openk2.engine.states import StatePool
from openk2.model.delta_attention import NORM_EPS, DeltaAttention


class DeltaStep:
    """Which rows of a step belong to which state; the same for every layer."""

    def __init__(self, states: StatePool, chunks: Sequence[tuple[PageTable, int]]) -> None:
        """The chunks of the step, one behind the other: whose, and how many tokens."""
        self._states = states
        device, J = states.memory_LSHdd.device, states.tails_LSJX.shape[2]
        lengths = [tokens for _, tokens in chunks]
        begins = [0, *accumulate(lengths)]
        order = sorted(range(len(chunks)), key=lambda chunk: -lengths[chunk])
        self._rows_of = [
            torch.tensor([begins[chunk] + t for chunk in order if lengths[chunk] > t], device=device)
            for t in range(max(lengths))
        ]
        """For each t the rows that are the t-th of their chunk, those of longer chunks first."""
        slots = [_slot(table) for table, _ in chunks]
        self._slots_n = torch.tensor([slots[chunk] for chunk in order], device=device)
        """The chunks' slots in the order of `_rows_of`."""
        self._pieces = [(slot, slice(*rows)) for slot, rows in zip(slots, pairwise(begins), strict=True)]
        """The chunks' slots and rows in their own order."""
        oldest = [torch.arange(rows.start, rows.stop) + J * chunk for chunk, (_, rows) in enumerate(self._pieces)]
        self._oldest_N = torch.cat(oldest).to(device)
        """Where each row's oldest input of the convolutions lies when every chunk has its tail before it."""

    def attend(self, place: int, attention: DeltaAttention, x_ND: Tensor) -> Tensor:
        """The layer's output; `place` counts the layers with Kimi Delta Attention."""
        heads = (attention.heads, -1)
        q_NHd, k_NHd, v_NHd = self._convolved(place, attention, x_ND)
        f_NW = project(attention.f_b_proj, project(attention.f_a_proj, x_ND)).float() + attention.dt_bias
        fade_NHd = -attention.A_log[0].exp() * blockwise(F.softplus, f_NW).unflatten(-1, heads)
        stays_NHd = blockwise(torch.exp, fade_NHd.flatten(1)).unflatten(-1, heads)
        rate_NH = blockwise(torch.sigmoid, project(attention.b_proj, x_ND).float())
        q_NHd = _unit(q_NHd) * q_NHd.shape[-1] ** -0.5
        read_NHd = self._recur(place, q_NHd, _unit(k_NHd), v_NHd, stays_NHd, rate_NH)
        gate_NW = blockwise(torch.sigmoid, project(attention.g_b_proj, project(attention.g_a_proj, x_ND)).float())
        out_NW = attention.o_norm(read_NHd).flatten(1) * gate_NW
        return project(attention.o_proj, out_NW.to(x_ND.dtype))

    def _convolved(self, place: int, attention: DeltaAttention, x_ND: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values `[N, H, d]` float32 after convolution and SiLU; the tails are moved on."""
        new_NX = torch.cat([project(p, x_ND) for p in (attention.q_proj, attention.k_proj, attention.v_proj)], -1)
        tails_SJX = self._states.tails_LSJX[place]
        J = tails_SJX.shape[1]
        inputs_MX = torch.cat([part for slot, rows in self._pieces for part in (tails_SJX[slot], new_NX[rows])])
        convolutions = (attention.q_conv1d, attention.k_conv1d, attention.v_conv1d)
        taps_XJ = torch.cat([convolution.weight[:, 0] for convolution in convolutions]).float()
        out_NX = torch.zeros_like(new_NX, dtype=torch.float32)
        out_nX = out_NX[: len(self._oldest_N)]
        for tap in range(J + 1):
            out_nX += inputs_MX[self._oldest_N + tap].float() * taps_XJ[:, tap]
        for chunk, (slot, rows) in enumerate(self._pieces):
            end = rows.stop + J * (chunk + 1)
            tails_SJX[slot] = inputs_MX[end - J : end]
        q, k, v = silu_(out_NX).unflatten(-1, (3, attention.heads, -1)).unbind(1)
        return q, k, v

    def _recur(
        self, place: int, q_NHd: Tensor, k_NHd: Tensor, v_NHd: Tensor, stays_NHd: Tensor, rate_NH: Tensor
    ) -> Tensor:
        """What each token reads of its sequence's memory, as `reference.delta_rule`; the memories are moved on."""
        memory_nHdd = self._states.memory_LSHdd[place, self._slots_n]
        read_NHd = torch.zeros_like(v_NHd, memory_format=torch.contiguous_format)
        for rows in self._rows_of:
            now_nHdd = memory_nHdd[: len(rows)]
            k_nHd1 = k_NHd[rows, :, :, None]
            now_nHdd *= stays_NHd[rows, :, :, None]
            wrong_nH1d = v_NHd[rows, :, None] - (now_nHdd * k_nHd1).sum(2, keepdim=True)
            now_nHdd += k_nHd1 * (rate_NH[rows, :, None, None] * wrong_nH1d)
            read_NHd[rows] = (now_nHdd * q_NHd[rows, :, :, None]).sum(2)
        self._states.memory_LSHdd[place, self._slots_n] = memory_nHdd
        return read_NHd


def _slot(table: PageTable) -> int:
    assert table.state is not None
    return table.state


def _unit(x: Tensor) -> Tensor:
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + NORM_EPS)
