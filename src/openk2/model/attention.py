"""Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1): all heads' keys and values in one latent.

Two equal ways to compute it. Expanded: the latent is projected up to per-head keys and values, as in training and
prefill. Absorbed: the up-projections move over to the query and the output, so decode reads each cached latent once for
all heads.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from openk2.config import K2Config
from openk2.kernels.choice import AUTO
from openk2.model.cache import LatentCache
from openk2.model.linear import Linear
from openk2.model.norm import RMSNorm
from openk2.model.rotary import rotate

ABSORB_UP_TO = 8
"""With a cache, steps of at most this many tokens per row use the absorbed form."""


class Attention(nn.Module):
    """One attention block; parameter names are those of the released checkpoints."""

    def __init__(self, config: K2Config, layer: int) -> None:
        super().__init__()
        self.config, self.layer = config, layer
        D, H, R = config.hidden_size, config.num_attention_heads, config.kv_lora_rank
        eps = config.rms_norm_eps if config.latent_norm_eps is None else config.latent_norm_eps
        if config.q_lora_rank is None:
            self.q_proj = Linear(D, H * config.qk_head_dim)
        else:
            self.q_a_proj = Linear(D, config.q_lora_rank)
            self.q_a_layernorm = RMSNorm(config.q_lora_rank, eps)
            self.q_b_proj = Linear(config.q_lora_rank, H * config.qk_head_dim)
        self.kv_a_proj_with_mqa = Linear(D, config.cache_width)
        self.kv_a_layernorm = RMSNorm(R, eps)
        self.kv_b_proj = Linear(R, H * (config.qk_nope_head_dim + config.v_head_dim))
        self.o_proj = Linear(H * config.v_head_dim, D)
        self.kernels = AUTO
        self.absorb_up_to = ABSORB_UP_TO
        self.max_logit_H: Tensor | None = None
        """Largest softmax input per head since it was last cleared, seen while training; QK-Clip reads it."""

    def queries(self, x_BTD: Tensor, table: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Per-head queries: without position `[B, T, H, nope]`, rotated `[B, T, H, rope]`."""
        c = self.config
        q_BTQ = self.q_proj(x_BTD) if c.q_lora_rank is None else self.q_b_proj(self.q_a_layernorm(self.q_a_proj(x_BTD)))
        q_BTHd = q_BTQ.unflatten(-1, (c.num_attention_heads, c.qk_head_dim))
        q_nope, q_rope = q_BTHd.split((c.qk_nope_head_dim, c.qk_rope_head_dim), -1)
        cos, sin = table
        return q_nope, rotate(q_rope, cos[:, :, None], sin[:, :, None])

    def latents(self, x_BTD: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
        """What the cache holds: `[B, T, C]`, the normalised latent and the rotated shared key."""
        c = self.config
        latent, k_rope = self.kv_a_proj_with_mqa(x_BTD).split((c.kv_lora_rank, c.qk_rope_head_dim), -1)
        return torch.cat((self.kv_a_layernorm(latent), rotate(k_rope, *table)), -1)

    def expand(self, latents_BSC: Tensor) -> tuple[Tensor, Tensor]:
        """Keys `[B, H, S, nope + rope]` and values `[B, H, S, v]` of all heads."""
        c = self.config
        latent, k_rope = latents_BSC.split((c.kv_lora_rank, c.qk_rope_head_dim), -1)
        kv = self.kv_b_proj(latent).unflatten(-1, (c.num_attention_heads, -1))
        k_nope, v = kv.split((c.qk_nope_head_dim, c.v_head_dim), -1)
        k_rope = k_rope[:, :, None].expand(-1, -1, c.num_attention_heads, -1)
        return torch.cat((k_nope, k_rope), -1).transpose(1, 2), v.transpose(1, 2)

    def forward(
        self,
        x_BTD: Tensor,
        table: tuple[Tensor, Tensor],
        cache: LatentCache | None = None,
        positions_BT: Tensor | None = None,
        starts_BT: Tensor | None = None,
    ) -> Tensor:
        """Attend within the step (no cache) or over everything the cache knows up to each token's position."""
        q_nope, q_rope = self.queries(x_BTD, table)
        latents = self.latents(x_BTD, table)
        if cache is None:
            k_BHTd, v_BHTv = self.expand(latents)
            q_BHTd = torch.cat((q_nope, q_rope), -1).transpose(1, 2)
            scale = self.config.softmax_scale
            out_BHTv, max_H = self.kernels.causal_attention(q_BHTd, k_BHTd, v_BHTv, scale, starts_BT)
            if self.training:
                self.max_logit_H = max_H if self.max_logit_H is None else torch.maximum(self.max_logit_H, max_H)
        else:
            assert positions_BT is not None
            known_BSC = cache.extend(self.layer, latents)
            attend = self._absorbed if x_BTD.shape[1] <= self.absorb_up_to else self._expanded
            out_BHTv = attend(q_nope, q_rope, known_BSC, positions_BT)
        out_BTD: Tensor = self.o_proj(out_BHTv.transpose(1, 2).flatten(2))
        return out_BTD

    def _expanded(self, q_nope: Tensor, q_rope: Tensor, known_BSC: Tensor, positions_BT: Tensor) -> Tensor:
        k_BHSd, v_BHSv = self.expand(known_BSC)
        q_BHTd = torch.cat((q_nope, q_rope), -1).transpose(1, 2)
        return self._weights(q_BHTd @ k_BHSd.mT, positions_BT) @ v_BHSv

    def _absorbed(self, q_nope: Tensor, q_rope: Tensor, known_BSC: Tensor, positions_BT: Tensor) -> Tensor:
        c = self.config
        up_HdR = self.kv_b_proj.matrix().unflatten(0, (c.num_attention_heads, -1))
        key_up_HdR, value_up_HvR = up_HdR.split((c.qk_nope_head_dim, c.v_head_dim), 1)
        q_latent = torch.einsum("bthd,hdr->bthr", q_nope, key_up_HdR)
        q_BHTC = torch.cat((q_latent, q_rope), -1).transpose(1, 2)
        B, H, T, C = q_BHTC.shape
        scores_BHTS = (q_BHTC.reshape(B, H * T, C) @ known_BSC.mT).view(B, H, T, -1)
        weights_BHTS = self._weights(scores_BHTS, positions_BT)
        mixed_BNR = weights_BHTS.reshape(B, H * T, -1) @ known_BSC[..., : c.kv_lora_rank]
        return torch.einsum("bhtr,hvr->bhtv", mixed_BNR.view(B, H, T, -1), value_up_HvR)

    def _weights(self, scores_BHTS: Tensor, positions_BT: Tensor) -> Tensor:
        """Softmax in float32 over the keys at or before each token's position; ignored tokens (−1) see key 0."""
        keys_S = torch.arange(scores_BHTS.shape[-1], device=scores_BHTS.device)
        hidden_BTS = keys_S > positions_BT.clamp(min=0)[..., None]
        scores_BHTS = (scores_BHTS.float() * self.config.softmax_scale).masked_fill(hidden_BTS[:, None], float("-inf"))
        return scores_BHTS.softmax(-1).to(self.o_proj.weight.dtype)
