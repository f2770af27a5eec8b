"""Head and cross entropy in one: logits live one chunk of rows at a time; their gradient is made in the forward pass.

At a vocabulary of 163,840 the logits of a batch outweigh everything else in memory; here they never exist as a whole.
Rows of weight 0 (padding, most of a prompt) never reach the head.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

ROWS = 1024


class _LinearCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x_ND: Tensor, head_VD: Tensor, targets_N: Tensor, weights_N: Tensor, with_gradient: bool
    ) -> Tensor:
        dx_ND = torch.empty_like(x_ND) if with_gradient else None
        dhead_VD = torch.zeros_like(head_VD) if with_gradient else None
        total = torch.zeros((), dtype=torch.float32, device=x_ND.device)
        for begin in range(0, x_ND.shape[0], ROWS):
            rows = slice(begin, begin + ROWS)
            logits_nV = x_ND[rows] @ head_VD.mT
            log_p_nV = logits_nV.log_softmax(-1, dtype=torch.float32)
            target_n1 = targets_N[rows, None]
            total -= (log_p_nV.gather(1, target_n1).squeeze(1) * weights_N[rows]).sum()
            if dx_ND is not None and dhead_VD is not None:
                grad_nV = log_p_nV.exp_()
                grad_nV.scatter_add_(1, target_n1, -torch.ones_like(target_n1, dtype=grad_nV.dtype))
                grad_nV = grad_nV.mul_(weights_N[rows, None]).to(x_ND.dtype)
                torch.mm(grad_nV, head_VD, out=dx_ND[rows])
                dhead_VD.addmm_(grad_nV.mT, x_ND[rows])
        ctx.save_for_backward(dx_ND, dhead_VD)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        dx_ND, dhead_VD = ctx.saved_tensors
        return dx_ND * grad.to(dx_ND.dtype), dhead_VD * grad.to(dhead_VD.dtype), None, None, None


def linear_cross_entropy(x_ND: Tensor, head_VD: Tensor, targets_N: Tensor, weights_N: Tensor) -> Tensor:
    """Fast form of `reference.linear_cross_entropy`: same arguments and result (nats, float32 scalar)."""
    counted_n = weights_N.nonzero().squeeze(1)
    if counted_n.numel() < weights_N.numel():
        x_ND, targets_N, weights_N = (x.index_select(0, counted_n) for x in (x_ND, targets_N, weights_N))
    with_gradient = torch.is_grad_enabled() and (x_ND.requires_grad or head_VD.requires_grad)
    loss: Tensor = _LinearCrossEntropy.apply(x_ND, head_VD, targets_N, weights_N, with_gradient)  # type: ignore[no-untyped-call]
    return loss
