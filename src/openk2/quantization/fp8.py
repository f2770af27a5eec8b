"""Block FP8, the number format of the Kimi K2 Base and Instruct releases (DeepSeek-V3, arXiv 2412.19437, section 3.3).

A weight `[O, I]` is stored as float8 E4M3 beside one float32 scale per block of 128 × 128; the last row and column of
blocks may be smaller. The released tensor is called `weight_scale_inv` but is the multiplier: weight = value · scale.
The largest magnitude of a block lands on 448, the largest E4M3 number.

Shapes: O outputs, I inputs, o and i the number of blocks they fill.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

BLOCK = 128
LARGEST = 448.0
"""Largest finite magnitude of float8_e4m3fn."""

_SMALLEST_SCALE = torch.finfo(torch.float32).tiny
"""Keeps the scale of an all-zero (or denormal) block a normal number, so that dividing by it is safe."""


def scale_shape(shape: torch.Size | tuple[int, ...]) -> tuple[int, int]:
    """Shape `[o, i]` of the scales that belong to a weight of `shape` `[O, I]`."""
    rows, columns = shape
    return -(-rows // BLOCK), -(-columns // BLOCK)


def has_nan(values: Tensor) -> bool:
    """Whether any of the E4M3 values is NaN: all bits set but the sign's."""
    return values.numel() > 0 and bool((values.view(torch.uint8) & 0x7F).amax() == 0x7F)


def quantise(weight_OI: Tensor) -> tuple[Tensor, Tensor]:
    """Values `[O, I]` float8_e4m3fn and scales `[o, i]` float32 of a finite weight of any float type."""
    rows, columns = weight_OI.shape
    o, i = scale_shape(weight_OI.shape)
    padded_OI = F.pad(weight_OI.float(), (0, i * BLOCK - columns, 0, o * BLOCK - rows))
    blocks_obic = padded_OI.view(o, BLOCK, i, BLOCK)
    scales_oi = (blocks_obic.abs().amax((1, 3)) / LARGEST).clamp_(min=_SMALLEST_SCALE)
    scaled_OI = (blocks_obic / scales_oi[:, None, :, None]).view_as(padded_OI)[:rows, :columns]
    return scaled_OI.to(torch.float8_e4m3fn), scales_oi


def dequantise(values_OI: Tensor, scales_oi: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """The weight `[O, I]`: multiplied in float32, then rounded once to `dtype`."""
    rows, columns = values_OI.shape
    scales_Oi = scales_oi.float().repeat_interleave(BLOCK, 0)[:rows]
    filled_OI = F.pad(values_OI.float(), (0, scales_oi.shape[1] * BLOCK - columns))
    weight_OiC: Tensor = filled_OI.unflatten(-1, (-1, BLOCK)) * scales_Oi[..., None]
    return weight_OiC.flatten(-2)[:, :columns].to(dtype)
