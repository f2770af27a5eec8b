"""Training for a number format: weights are used as the format would give them, gradients pass as if it were not there
(the straight-through estimator, arXiv 1308.3432, section 2.3). The grid is the exporter's, so what was trained is what
is written.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from openk2.quantization.formats import Format


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, weight_OI: Tensor, format: Format) -> Tensor:
        matrices = [weight_OI.flatten(0, -2)] if format.row_step == 1 else weight_OI.view(-1, *weight_OI.shape[-2:])
        inputs, dtype = weight_OI.shape[-1], weight_OI.dtype
        rounded = [format.dequantise(*format.quantise(matrix), inputs, dtype) for matrix in matrices]
        return torch.cat(rounded).view_as(weight_OI)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0], None


def fake_quantise(weight_OI: Tensor, format: Format) -> Tensor:
    """The weight `[…, O, I]`, each of its matrices rounded to the format, in its own type."""
    rounded_OI: Tensor = _StraightThrough.apply(weight_OI, format)  # type: ignore[no-untyped-call]
    return rounded_OI
