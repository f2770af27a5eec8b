"""The operations of the network written to be read: the yardstick every fast form in this room is tested against."""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor


class ExpertMatrices(Protocol):
    """The matrices of all experts of a layer, float or in a number format: `[expert]` gives the float matrix of one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Experts, rows, columns."""
        ...

    def __getitem__(self, expert: int, /) -> Tensor: ...


def causal_attention(
    q_BHTD: Tensor, k_BHTD: Tensor, v_BHTV: Tensor, scale: float, starts_BT: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Softmax attention in which a token sees itself and what came before it in its own document.

    `starts_BT[b, t]` is the index of the first token of t's document (None: one document per row).
    Returns the mixed values `[B, H, T, V]` and the largest softmax input of each head `[H]`, which QK-Clip watches.
    """
    T = q_BHTD.shape[2]
    index_T = torch.arange(T, device=q_BHTD.device)
    visible_BTT = (index_T[None, :] <= index_T[:, None])[None]
    if starts_BT is not None:
        visible_BTT = visible_BTT & (index_T[None, None, :] >= starts_BT[:, :, None])
    scores_BHTT = (q_BHTD.float() @ k_BHTD.float().mT) * scale
    scores_BHTT = scores_BHTT.masked_fill(~visible_BTT[:, None], float("-inf"))
    out_BHTV = scores_BHTT.softmax(-1) @ v_BHTV.float()
    return out_BHTV.to(v_BHTV.dtype), scores_BHTT.detach().amax((0, 2, 3))


def delta_rule(
    q_BHTd: Tensor, k_BHTd: Tensor, v_BHTd: Tensor, decay_BHTd: Tensor, rate_BHT: Tensor, state_BHdd: Tensor
) -> tuple[Tensor, Tensor]:
    """The gated delta rule of Kimi Delta Attention (arXiv 2510.26692, equation 1), token after token.

    The state maps keys to values. A token first lets each key channel fade by exp(`decay`) (0: stays, −inf: forgets
    all), then moves what its key maps to towards its value by `rate`, then reads with its query. All is float32.
    Returns what was read `[B, H, T, d]` and the last state.
    """
    read = []
    for t in range(q_BHTd.shape[2]):
        k_BHd1 = k_BHTd[:, :, t, :, None]
        state_BHdd = state_BHdd * decay_BHTd[:, :, t, :, None].exp()
        wrong_BH1d = v_BHTd[:, :, t, None] - (state_BHdd * k_BHd1).sum(2, keepdim=True)
        state_BHdd = state_BHdd + k_BHd1 * (rate_BHT[:, :, t, None, None] * wrong_BH1d)
        read.append((state_BHdd * q_BHTd[:, :, t, :, None]).sum(2))
    return torch.stack(read, 2), state_BHdd


def routed_experts(
    x_ND: Tensor, gate_up_EFD: ExpertMatrices, down_EDF: ExpertMatrices, experts_NK: Tensor, weights_NK: Tensor
) -> Tensor:
    """Weighted sum of each token's chosen SwiGLU experts.

    Per expert `gate_up_EFD` holds F gate rows, then F up rows. Only the matrices of chosen experts are asked for, one
    expert after the other.
    """
    out_ND = torch.zeros_like(x_ND)
    for expert in experts_NK.unique().tolist():
        token_n, choice_n = torch.nonzero(experts_NK == expert, as_tuple=True)
        gate_nF, up_nF = (x_ND[token_n] @ gate_up_EFD[expert].mT).chunk(2, -1)
        y_nD = (F.silu(gate_nF) * up_nF) @ down_EDF[expert].mT
        out_ND = out_ND.index_add(0, token_n, y_nD * weights_NK[token_n, choice_n, None].to(y_nD.dtype))
    return out_ND


def linear_cross_entropy(x_ND: Tensor, head_VD: Tensor, targets_N: Tensor, weights_N: Tensor) -> Tensor:
    """Σ weight · cross entropy (nats) of `x @ headᵀ` against the targets; a weight of 0 leaves a token out."""
    losses_N = F.cross_entropy((x_ND @ head_VD.mT).float(), targets_N, reduction="none")
    return (losses_N * weights_N).sum()
