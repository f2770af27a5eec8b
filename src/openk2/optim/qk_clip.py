"""QK-Clip (Kimi K2, arXiv 2507.20534, section 2.1): after the step, shrink the query and key weights of any head whose
largest attention logit exceeded τ.

With γ = τ / S_max the part without position is shared between query and key (√γ each); the rotary part shrinks in the
query alone (γ), since the rotary key belongs to all heads. Value rows and the shared key are never touched.
"""

from __future__ import annotations

import torch
from torch import Tensor

from openk2.model.attention import Attention

TAU = 100.0
"""K2's threshold."""


@torch.no_grad()
def clip_heads(attention: Attention, max_logit_H: Tensor, tau: float = TAU) -> int:
    """Rescale the heads of one attention block whose `max_logit_H` exceeds `tau`; returns how many."""
    c = attention.config
    heads = torch.nonzero(max_logit_H > tau).flatten()
    if heads.numel() == 0:
        return 0
    gamma_h11 = (tau / max_logit_H[heads])[:, None, None]
    query = attention.q_proj if c.q_lora_rank is None else attention.q_b_proj
    query_HdX = query.weight.unflatten(0, (c.num_attention_heads, c.qk_head_dim))
    key_HdR = attention.kv_b_proj.weight.unflatten(0, (c.num_attention_heads, -1))
    nope = c.qk_nope_head_dim
    query_HdX[heads, :nope] = (query_HdX[heads, :nope] * gamma_h11.sqrt()).to(query_HdX.dtype)
    query_HdX[heads, nope:] = (query_HdX[heads, nope:] * gamma_h11).to(query_HdX.dtype)
    key_HdR[heads, :nope] = (key_HdR[heads, :nope] * gamma_h11.sqrt()).to(key_HdR.dtype)
    return int(heads.numel())
