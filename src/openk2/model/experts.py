"""Feed-forward halves of a block: the SwiGLU, the router without auxiliary loss (DeepSeek-V3, arXiv 2412.19437, section
2.1.2), and the mixture of routed and shared experts.

The router's bias takes part in choosing experts, never in weighing them; it is no parameter but a buffer that training
nudges towards balanced loads.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from openk2.config import K2Config
from openk2.kernels.choice import AUTO
from openk2.model.linear import Linear
from openk2.quantization.stored import StoredWeight


class SwiGLU(nn.Module):
    """down(silu(gate(x)) · up(x))."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.gate_proj = Linear(width, hidden)
        self.up_proj = Linear(width, hidden)
        self.down_proj = Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape as `x`."""
        y: Tensor = self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
        return y


class Router(nn.Module):
    """Chooses K experts per token by score (sigmoid or softmax of a logit) plus bias and weighs them by score alone."""

    def __init__(self, config: K2Config) -> None:
        super().__init__()
        self.config = config
        self.weight = nn.Parameter(torch.empty(config.n_routed_experts, config.hidden_size))
        self.e_score_correction_bias: Tensor
        self.register_buffer("e_score_correction_bias", torch.zeros(config.n_routed_experts, dtype=torch.float32))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Router:
        """`.to(dtype)` leaves the bias in float32: its training steps are smaller than bfloat16 resolves."""
        bias_E = self.e_score_correction_bias
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        moved_E = self.e_score_correction_bias
        if moved_E.dtype != torch.float32:
            self.e_score_correction_bias = bias_E.to(moved_E.device)
        return self

    def forward(self, x_ND: Tensor) -> tuple[Tensor, Tensor]:
        """Chosen experts `[N, K]` and their weights `[N, K]` float32."""
        return self.choose(F.linear(x_ND.float(), self.weight.float()))

    def choose(self, logits_NE: Tensor) -> tuple[Tensor, Tensor]:
        """The same of logits."""
        c = self.config
        scores_NE = logits_NE.sigmoid() if c.scoring_func == "sigmoid" else logits_NE.softmax(-1)
        with torch.no_grad():
            choice_NE = scores_NE + self.e_score_correction_bias
            if c.n_group > 1:
                choice_NGe = choice_NE.unflatten(-1, (c.n_group, -1))
                group_NG = choice_NGe.topk(min(2, choice_NGe.shape[-1]), -1).values.sum(-1)
                groups_Ng = group_NG.topk(c.topk_group, -1).indices
                kept_NG = torch.zeros_like(group_NG, dtype=torch.bool).scatter_(-1, groups_Ng, True)
                choice_NE = choice_NGe.masked_fill(~kept_NG[..., None], float("-inf")).flatten(-2)
            experts_NK = choice_NE.topk(c.num_experts_per_tok, -1, sorted=False).indices
        weights_NK = scores_NE.gather(-1, experts_NK)
        if c.norm_topk_prob:
            weights_NK = weights_NK / (weights_NK.sum(-1, keepdim=True) + 1e-20)
        return experts_NK, weights_NK * c.routed_scaling_factor


class Experts(nn.Module):
    """All routed experts of a layer in two tensors, float or stored in a number format; per expert the F gate rows
    precede the F up rows.
    """

    def __init__(self, config: K2Config) -> None:
        super().__init__()
        E, F_, D = config.n_routed_experts, config.moe_intermediate_size, config.hidden_size
        self.gate_up_EFD: nn.Parameter | StoredWeight = nn.Parameter(torch.empty(E, 2 * F_, D))
        self.down_EDF: nn.Parameter | StoredWeight = nn.Parameter(torch.empty(E, D, F_))


class MixtureOfExperts(nn.Module):
    """Σ weight · routed expert + shared experts."""

    def __init__(self, config: K2Config) -> None:
        super().__init__()
        self.kernels = AUTO
        self.gate = Router(config)
        self.experts = Experts(config)
        self.shared_experts = SwiGLU(config.hidden_size, config.moe_intermediate_size * config.n_shared_experts)
        self.load_E: Tensor | None = None
        """Tokens routed to each expert since it was last cleared, counted while training; balancing reads it."""

    def forward(self, x_BTD: Tensor) -> Tensor:
        """Same shape as `x_BTD`."""
        x_ND = x_BTD.flatten(0, 1)
        experts_NK, weights_NK = self.gate(x_ND)
        if self.training:
            load_E = torch.bincount(experts_NK.view(-1), minlength=self.gate.weight.shape[0])
            self.load_E = load_E if self.load_E is None else self.load_E + load_E
        gate_up_EFD, down_EDF = self.experts.gate_up_EFD, self.experts.down_EDF
        y_ND = self.kernels.routed_experts(x_ND, gate_up_EFD, down_EDF, experts_NK, weights_NK)
        out: Tensor = y_ND.view_as(x_BTD) + self.shared_experts(x_BTD)
        return out
