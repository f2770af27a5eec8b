"""Rotary positions with YaRN (arXiv 2309.00071) on interleaved pairs: dimensions (0,1), (2,3), … share a frequency.

With K2's beta_fast = beta_slow = 1 the ramp is a hard step: the first 20 of 32 pairs keep their frequency, the others
turn `factor` times slower. Tables do not depend on the current length. Where MLA rotates nothing (NoPE, Kimi Linear) no
pair turns at all.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from openk2.config import K2Config


def inverse_frequencies(config: K2Config) -> Tensor:
    """Radians per position of each pair, `[rope / 2]` float32.

    Rounded step by step as transformers and vLLM do it: at position 131,071 one unit in the last place is 0.01 radians.
    """
    dim, base = config.qk_rope_head_dim, config.rope_theta
    if config.mla_use_nope:
        return torch.zeros(dim // 2)
    periods = base ** (torch.arange(0, dim, 2, dtype=torch.float32) / dim)
    plain = 1.0 / periods
    scaling = config.rope_scaling
    if scaling is None:
        return plain

    def pair_turning(times: float) -> float:
        return dim * math.log(scaling.original_max_position_embeddings / (times * 2 * math.pi)) / (2 * math.log(base))

    low = max(math.floor(pair_turning(scaling.beta_fast)), 0)
    high = min(math.ceil(pair_turning(scaling.beta_slow)), dim - 1)
    ramp = ((torch.arange(dim // 2, dtype=torch.float32) - low) / ((high - low) or 0.001)).clamp(0, 1)
    kept = 1 - ramp
    return 1.0 / (scaling.factor * periods) * (1 - kept) + plain * kept


def rotation_table(config: K2Config, positions_BT: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and sine `[B, T, rope / 2]` float32 of the given absolute positions."""
    angles = positions_BT[..., None].float() * inverse_frequencies(config).to(positions_BT.device)
    factor = config.rope_scaling.table_factor if config.rope_scaling else 1.0
    return angles.cos() * factor, angles.sin() * factor


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn the interleaved pairs of `x[..., rope]`; the result keeps the interleaved order and the dtype of `x`."""
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack((even * cos - odd * sin, odd * cos + even * sin), -1).flatten(-2).to(x.dtype)
