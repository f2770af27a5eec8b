"""Group INT4, the number format of the Kimi-K2-Thinking release: compressed-tensors `pack-quantized`, symmetric.

A weight `[O, I]` is stored as codes −8 … 7, eight to an int32 word along the inputs, the first in the lowest four bits,
each as code + 8; beside them one bfloat16 scale per row and group of 32 inputs: weight = code · scale. The last group
and the last word of a row may be partial; unused places of a word hold zero bits.

The grid: scale = largest magnitude / 7, rounded to bfloat16, and codes rounded to nearest, ties to even. It is
idempotent: the largest code of a group is ±7 again, so quantising a dequantised weight gives the same words and scales.

Shapes: O outputs, I inputs, g groups a row, w words a row.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

GROUP = 32
"""Inputs that share a scale."""
PER_WORD = 8
"""Codes in an int32."""
LARGEST = 7.0
"""Where the largest magnitude of a group lands; a file may also hold −8."""
_SMALLEST_SCALE = torch.finfo(torch.bfloat16).tiny
"""Keeps the scale of an all-zero group a normal number, so that dividing by it is safe."""


def groups(inputs: int) -> int:
    """Scales in a row of so many inputs."""
    return -(-inputs // GROUP)


def words(inputs: int) -> int:
    """Words in a row of so many inputs."""
    return -(-inputs // PER_WORD)


def quantise(weight_OI: Tensor) -> tuple[Tensor, Tensor]:
    """Codes `[O, I]` int8 and scales `[O, g]` bfloat16 of a finite weight of any float type."""
    grouped_OgG = _grouped(weight_OI.float())
    scales_Og = (grouped_OgG.abs().amax(-1) / LARGEST).to(torch.bfloat16).clamp_(min=_SMALLEST_SCALE)
    codes_OgG = (grouped_OgG / scales_Og.float()[..., None]).round_().clamp_(-LARGEST - 1, LARGEST)
    return codes_OgG.to(torch.int8).flatten(-2)[..., : weight_OI.shape[-1]], scales_Og


def dequantise(codes_OI: Tensor, scales_Og: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """The weight `[O, I]`: multiplied in float32, then rounded once to `dtype`."""
    weight_OgG = _grouped(codes_OI.float()) * scales_Og.float()[..., None]
    return weight_OgG.flatten(-2)[..., : codes_OI.shape[-1]].to(dtype)


def pack(codes_OI: Tensor) -> Tensor:
    """Words `[O, w]` int32 of codes −8 … 7."""
    inputs = codes_OI.shape[-1]
    nibbles_OI = F.pad(codes_OI.to(torch.uint8) + 8, (0, words(inputs) * PER_WORD - inputs)) & 15
    pairs_Ob = nibbles_OI[..., 0::2] | (nibbles_OI[..., 1::2] << 4)
    return pairs_Ob.contiguous().view(torch.int32)


def unpack(words_Ow: Tensor, inputs: int) -> Tensor:
    """Codes `[O, I]` int8 of the first `inputs` places of every row."""
    pairs_Ob = words_Ow.contiguous().view(torch.uint8)
    nibbles_OI: Tensor = torch.stack((pairs_Ob & 15, pairs_Ob >> 4), -1).flatten(-2)
    return nibbles_OI[..., :inputs].to(torch.int8) - 8


def _grouped(values_OI: Tensor) -> Tensor:
    """`[O, g, 32]`, the last group filled up with zeros."""
    inputs = values_OI.shape[-1]
    filled_OI = F.pad(values_OI, (0, groups(inputs) * GROUP - inputs))
    return filled_OI.view(*filled_OI.shape[:-1], -1, GROUP)
