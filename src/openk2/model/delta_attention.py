"""Kimi Delta Attention (Kimi Linear, arXiv 2510.26692, section 4): attention with a memory of fixed size.

Each head keeps a matrix from keys to values. A token lets every key channel of it fade by a learned amount, corrects
what its key maps to, and reads with its query. Queries, keys and values first pass a short causal convolution. Order is
in the memory itself, so nothing is rotated.

W is the width of all heads together, X = 3W that of queries, keys and values side by side, J + 1 the convolution's
length, d the width of a head.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from openk2.config import K2Config
from openk2.kernels.choice import AUTO
from openk2.model.cache import DeltaState, ModelCache, fresh_states
from openk2.model.linear import Linear
from openk2.model.norm import RMSNorm

NORM_EPS = 1e-6
"""Added to the squared length of a query or key before it is made a unit vector, as the release does."""


class ShortConvolution(nn.Module):
    """Weights of one causal convolution per channel, the newest token's last."""

    def __init__(self, width: int, length: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width, 1, length))


class DeltaAttention(nn.Module):
    """One block of Kimi Delta Attention; parameter names are those of the released checkpoint."""

    def __init__(self, config: K2Config, layer: int) -> None:
        super().__init__()
        assert config.linear_attn_config is not None
        self.config, self.layer = config, layer
        c, D = config.linear_attn_config, config.hidden_size
        self.heads, self.length = c.num_heads, c.short_conv_kernel_size
        self.q_proj, self.k_proj, self.v_proj = (Linear(D, c.width) for _ in range(3))
        self.q_conv1d, self.k_conv1d, self.v_conv1d = (ShortConvolution(c.width, self.length) for _ in range(3))
        self.f_a_proj, self.f_b_proj = Linear(D, c.head_dim), Linear(c.head_dim, c.width)
        self.A_log = nn.Parameter(torch.empty(1, 1, c.num_heads, 1))
        self.dt_bias = nn.Parameter(torch.empty(c.width))
        self.b_proj = Linear(D, c.num_heads)
        self.g_a_proj, self.g_b_proj = Linear(D, c.head_dim), Linear(c.head_dim, c.width)
        self.o_norm = RMSNorm(c.head_dim, config.rms_norm_eps)
        self.o_proj = Linear(c.width, D)
        self.kernels = AUTO

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> DeltaAttention:
        """`.to(dtype)` leaves the two vectors of the decay in float32, as the release stores them."""
        exact = self.A_log.data, self.dt_bias.data
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        for name, was in zip(("A_log", "dt_bias"), exact, strict=True):
            moved = getattr(self, name)
            if moved.dtype != torch.float32:
                moved.data = was.to(moved.device)
        return self

    def forward(
        self,
        x_BTD: Tensor,
        table: tuple[Tensor, Tensor],
        cache: ModelCache | None = None,
        positions_BT: Tensor | None = None,
        starts_BT: Tensor | None = None,
    ) -> Tensor:
        """Same arguments as `Attention`; the rotary table is not used.

        With a cache, tokens at position −1 leave the state as it is.
        """
        if cache is None:
            state = fresh_states(self.config, x_BTD.shape[0], x_BTD.dtype, x_BTD.device)[self.layer]
            return self._step(x_BTD, state, starts_BT=starts_BT)[0]
        assert positions_BT is not None
        state = cache.recall(self.layer)
        seen_BT = positions_BT >= 0
        if bool(seen_BT.all()):
            out_BTD, state = self._step(x_BTD, state)
        else:
            # each row's ignored tokens to its end, where nothing comes after them
            order_BTD = (~seen_BT).int().argsort(dim=1, stable=True)[..., None].expand_as(x_BTD)
            y_BTD, state = self._step(x_BTD.gather(1, order_BTD), state, lengths_B=seen_BT.sum(1))
            out_BTD = torch.empty_like(y_BTD).scatter(1, order_BTD, y_BTD)
        cache.remember(self.layer, state)
        return out_BTD

    def _step(
        self,
        x_BTD: Tensor,
        state: DeltaState,
        *,
        lengths_B: Tensor | None = None,
        starts_BT: Tensor | None = None,
    ) -> tuple[Tensor, DeltaState]:
        """One step from `state`, of which only the first `lengths_B` tokens of each row count (None: all)."""
        q_BHTd, k_BHTd, v_BHTd, tail_BJX = self._convolved(x_BTD, state.tail_BJX, lengths_B, starts_BT)
        decay_BHTd = self._decay(x_BTD)
        rate_BHT = self.b_proj(x_BTD).sigmoid().float().transpose(1, 2)
        index_T = torch.arange(x_BTD.shape[1], device=x_BTD.device)
        if lengths_B is not None:
            ignored_B1T = (index_T >= lengths_B[:, None])[:, None]
            decay_BHTd = decay_BHTd.masked_fill(ignored_B1T[..., None], 0)
            rate_BHT = rate_BHT.masked_fill(ignored_B1T, 0)
        if starts_BT is not None:
            decay_BHTd = decay_BHTd.masked_fill((starts_BT == index_T)[:, None, :, None], float("-inf"))
        q_BHTd = _unit(q_BHTd) * q_BHTd.shape[-1] ** -0.5
        read_BHTd, memory_BHdd = self.kernels.delta_rule(
            q_BHTd, _unit(k_BHTd), v_BHTd, decay_BHTd, rate_BHT, state.memory_BHdd
        )
        gate_BTHd = self.g_b_proj(self.g_a_proj(x_BTD)).unflatten(-1, (self.heads, -1))
        out_BTHd = self.o_norm(read_BHTd.transpose(1, 2)) * gate_BTHd.float().sigmoid()
        out_BTD: Tensor = self.o_proj(out_BTHd.flatten(2).to(x_BTD.dtype))
        return out_BTD, DeltaState(memory_BHdd, tail_BJX)

    def _decay(self, x_BTD: Tensor) -> Tensor:
        """Logarithm of what stays of each key channel, `[B, H, T, d]` float32: −exp(A)·softplus(f(x) + dt)."""
        f_BTHd = (self.f_b_proj(self.f_a_proj(x_BTD)).float() + self.dt_bias).unflatten(-1, (self.heads, -1))
        return (-self.A_log.exp() * F.softplus(f_BTHd)).transpose(1, 2)

    def _convolved(
        self, x_BTD: Tensor, tail_BJX: Tensor, lengths_B: Tensor | None, starts_BT: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Queries, keys and values `[B, H, T, d]` float32 after convolution and SiLU, and the new tail."""
        J, T = self.length - 1, x_BTD.shape[1]
        new_BTX = torch.cat((self.q_proj(x_BTD), self.k_proj(x_BTD), self.v_proj(x_BTD)), -1)
        inputs_BSX = torch.cat((tail_BJX.to(new_BTX.dtype), new_BTX), 1)
        if lengths_B is None:
            tail_BJX = inputs_BSX[:, T:]
        else:
            last_BJ = lengths_B[:, None] + torch.arange(J, device=x_BTD.device)
            tail_BJX = inputs_BSX.gather(1, last_BJ[..., None].expand(-1, -1, inputs_BSX.shape[-1]))
        convolutions = (self.q_conv1d, self.k_conv1d, self.v_conv1d)
        taps_XJ = torch.cat([convolution.weight[:, 0] for convolution in convolutions]).float()
        index_T = torch.arange(T, device=x_BTD.device)
        out_BTX = torch.zeros_like(new_BTX, dtype=torch.float32)
        for tap in range(self.length):
            seen_BTX = inputs_BSX[:, tap : tap + T].float()
            if starts_BT is not None:
                seen_BTX = seen_BTX.masked_fill((index_T - J + tap < starts_BT)[..., None], 0)
            out_BTX = out_BTX + seen_BTX * taps_XJ[:, tap]
        q, k, v = F.silu(out_BTX).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return q, k, v, tail_BJX


def _unit(x: Tensor) -> Tensor:
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + NORM_EPS)
