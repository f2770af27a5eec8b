"""INT8 per row, our own format for fast CPU kernels: codes −127 … 127 and one float32 scale per output.

Symmetric and without a group, so a product of int8 activations and weights is one integer sum per output. The largest
magnitude of a row lands on 127.

Shapes: O outputs, I inputs.
"""

from __future__ import annotations

import torch
from torch import Tensor

LARGEST = 127.0
_SMALLEST_SCALE = torch.finfo(torch.float32).tiny


def quantise(weight_OI: Tensor) -> tuple[Tensor, Tensor]:
    """Codes `[O, I]` int8 and scales `[O]` float32 of a finite weight of any float type."""
    scales_O = (weight_OI.float().abs().amax(-1) / LARGEST).clamp_(min=_SMALLEST_SCALE)
    return (weight_OI.float() / scales_O[..., None]).round_().clamp_(-LARGEST, LARGEST).to(torch.int8), scales_O


def dequantise(codes_OI: Tensor, scales_O: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """The weight `[O, I]`: multiplied in float32, then rounded once to `dtype`."""
    return (codes_OI.float() * scales_O[..., None]).to(dtype)
