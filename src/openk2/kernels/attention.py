"""Causal attention for training: query blocks against the keys before them, as batched matrix products with their own
backward.

The score matrix is never formed above the diagonal nor before the earliest document a block of queries belongs to,
values need not be padded to the key width (torch's CPU flash attention asks for equal widths), and the largest softmax
input per head, which QK-Clip needs, falls out of the forward pass.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

QUERY_BLOCK = 128


class _BlockCausalAttention(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, q_BHTD: Tensor, k_BHTD: Tensor, v_BHTV: Tensor, scale: float, starts_BT: Tensor | None, keep: bool
    ) -> tuple[Tensor, Tensor]:
        B, H, T, D = q_BHTD.shape
        q_GTD = (q_BHTD * scale).reshape(B * H, T, D)
        k_GTD = k_BHTD.reshape(B * H, T, D)
        v_GTV = v_BHTV.reshape(B * H, T, -1)
        out_GTV = torch.empty_like(v_GTV)
        max_H = torch.full((H,), float("-inf"), device=q_BHTD.device)
        index_T = torch.arange(T, device=q_BHTD.device)
        probabilities = []
        for begin in range(0, T, QUERY_BLOCK):
            end = min(begin + QUERY_BLOCK, T)
            first = 0 if starts_BT is None else int(starts_BT[:, begin].min())
            scores_Gtk = torch.bmm(q_GTD[:, begin:end], k_GTD[:, first:end].mT)
            if starts_BT is None:
                hidden_tt = index_T[None, begin:end] > index_T[begin:end, None]
                scores_Gtk[:, :, begin:].masked_fill_(hidden_tt, float("-inf"))
            else:
                later_tk = index_T[first:end] > index_T[begin:end, None]
                hidden_Btk = later_tk | (index_T[first:end] < starts_BT[:, begin:end, None])
                scores_Gtk.view(B, H, end - begin, end - first).masked_fill_(hidden_Btk[:, None], float("-inf"))
            max_H = torch.maximum(max_H, scores_Gtk.view(B, H, -1).amax((0, 2)).float())
            p_Gtk = scores_Gtk.softmax(-1)
            torch.bmm(p_Gtk, v_GTV[:, first:end], out=out_GTV[:, begin:end])
            if keep:  # without a backward pass only one block of scores is alive at a time
                probabilities.append(p_Gtk)
        ctx.save_for_backward(q_GTD, k_GTD, v_GTV, out_GTV, *probabilities)
        ctx.shape, ctx.scale = (B, H, T), scale
        ctx.mark_non_differentiable(max_H)
        return out_GTV.view(B, H, T, -1), max_H

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_BHTV: Tensor, _max: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None, None]:
        q_GTD, k_GTD, v_GTV, out_GTV, *probabilities = ctx.saved_tensors
        B, H, T = ctx.shape
        grad_GTV = grad_BHTV.reshape(B * H, T, -1)
        dot_GT1 = (grad_GTV * out_GTV).sum(-1, keepdim=True)
        dq_GTD, dk_GTD, dv_GTV = torch.empty_like(q_GTD), torch.zeros_like(k_GTD), torch.zeros_like(v_GTV)
        for p_Gtk, begin in zip(probabilities, range(0, T, QUERY_BLOCK), strict=True):
            end = begin + p_Gtk.shape[1]
            first = end - p_Gtk.shape[2]
            grad_GtV = grad_GTV[:, begin:end]
            dv_GTV[:, first:end].baddbmm_(p_Gtk.mT, grad_GtV)
            ds_Gtk = torch.bmm(grad_GtV, v_GTV[:, first:end].mT).sub_(dot_GT1[:, begin:end]).mul_(p_Gtk)
            torch.bmm(ds_Gtk, k_GTD[:, first:end], out=dq_GTD[:, begin:end])
            dk_GTD[:, first:end].baddbmm_(ds_Gtk.mT, q_GTD[:, begin:end])
        shape = (B, H, T, -1)
        return dq_GTD.mul_(ctx.scale).view(shape), dk_GTD.view(shape), dv_GTV.view(shape), None, None, None


def causal_attention(
    q_BHTD: Tensor, k_BHTD: Tensor, v_BHTV: Tensor, scale: float, starts_BT: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Fast form of `reference.causal_attention`: same arguments, same two results."""
    keep = torch.is_grad_enabled() and (q_BHTD.requires_grad or k_BHTD.requires_grad or v_BHTV.requires_grad)
    out_BHTV, max_H = _BlockCausalAttention.apply(q_BHTD, k_BHTD, v_BHTV, scale, starts_BT, keep)  # type: ignore[no-untyped-call]
    return out_BHTV, max_H
