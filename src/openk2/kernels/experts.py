"""Routed experts as grouped matrix products: pairs of (token, expert) sorted by expert, one product over all groups.

Forward and backward are written out so that dispatch and combine are gathers in both directions (no scatter, no atomic
add) and the router's weight multiplies the F-wide activation instead of the D-wide output.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from openk2.kernels import reference
from openk2.kernels.reference import ExpertMatrices


class _GroupedExperts(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x_ND: Tensor, gate_up_EFD: Tensor, down_EDF: Tensor, experts_NK: Tensor, weights_NK: Tensor
    ) -> Tensor:
        N, K = experts_NK.shape
        order_P = experts_NK.view(-1).argsort(stable=True)  # pair → position when sorted by expert; P = N·K
        place_P = torch.empty_like(order_P)
        place_P[order_P] = torch.arange(order_P.numel(), device=order_P.device)
        ends_E = torch.bincount(experts_NK.view(-1), minlength=gate_up_EFD.shape[0]).cumsum(0).to(torch.int32)
        x_PD = x_ND.index_select(0, order_P // K)
        weight_P1 = weights_NK.reshape(-1)[order_P, None].to(x_ND.dtype)
        gate_PF, up_PF = F.grouped_mm(x_PD, gate_up_EFD.mT, offs=ends_E).chunk(2, -1)
        silu_PF = F.silu(gate_PF)
        hidden_PF = silu_PF * up_PF
        y_PD = F.grouped_mm(hidden_PF * weight_P1, down_EDF.mT, offs=ends_E)
        ctx.save_for_backward(
            x_PD, gate_up_EFD, down_EDF, order_P, place_P, ends_E, weight_P1, gate_PF, up_PF, silu_PF, hidden_PF
        )
        ctx.shape = (N, K)
        return y_PD.index_select(0, place_P).view(N, K, -1).sum(1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_ND: Tensor) -> tuple[Tensor, Tensor, Tensor, None, Tensor]:
        x_PD, gate_up_EFD, down_EDF, order_P, place_P, ends_E, weight_P1, gate_PF, up_PF, silu_PF, hidden_PF = (
            ctx.saved_tensors
        )
        N, K = ctx.shape
        dy_PD = grad_ND.index_select(0, order_P // K)
        dweighted_PF = F.grouped_mm(dy_PD, down_EDF, offs=ends_E)
        ddown_EDF = F.grouped_mm(dy_PD.mT, hidden_PF * weight_P1, offs=ends_E)
        dweight_P = (dweighted_PF * hidden_PF).sum(-1, dtype=torch.float32)
        dhidden_PF = dweighted_PF.mul_(weight_P1)
        dgate_up_PF = torch.empty(x_PD.shape[0], gate_up_EFD.shape[1], dtype=x_PD.dtype, device=x_PD.device)
        dgate_PF, dup_PF = dgate_up_PF.chunk(2, -1)
        torch.mul(dhidden_PF, silu_PF, out=dup_PF)
        dgate_PF.copy_(torch.ops.aten.silu_backward(dhidden_PF.mul_(up_PF), gate_PF))
        dx_PD = F.grouped_mm(dgate_up_PF, gate_up_EFD, offs=ends_E)
        dgate_up_EFD = F.grouped_mm(dgate_up_PF.mT, x_PD, offs=ends_E)
        dx_ND = dx_PD.index_select(0, place_P).view(N, K, -1).sum(1)
        return dx_ND, dgate_up_EFD, ddown_EDF, None, dweight_P.index_select(0, place_P).view(N, K)


def _grouped_product_takes(dtype: torch.dtype, *widths: int) -> bool:
    fills = all(width * dtype.itemsize % 16 == 0 for width in widths)
    return fills and dtype in (torch.float32, torch.bfloat16, torch.float16)


def routed_experts(
    x_ND: Tensor, gate_up_EFD: ExpertMatrices, down_EDF: ExpertMatrices, experts_NK: Tensor, weights_NK: Tensor
) -> Tensor:
    """Fast form of `reference.routed_experts`: same arguments and result.

    What torch's grouped product does not take (weights in a number format, float64, rows that do not fill multiples of
    16 bytes) goes to the reference.
    """
    floats = isinstance(gate_up_EFD, Tensor) and isinstance(down_EDF, Tensor)
    if not floats or not _grouped_product_takes(x_ND.dtype, down_EDF.shape[1], down_EDF.shape[2]):
        return reference.routed_experts(x_ND, gate_up_EFD, down_EDF, experts_NK, weights_NK)
    out_ND: Tensor = _GroupedExperts.apply(x_ND, gate_up_EFD, down_EDF, experts_NK, weights_NK)  # type: ignore[no-untyped-call]
    return out_ND
