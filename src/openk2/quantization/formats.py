"""The formats a weight can be held in, each by the same few facts: the shapes of its codes and scales, and the grid.

What a file stores and what memory holds is the same: codes are never unpacked. INT8 is for memory alone; no release has
it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from openk2.quantization import fp8, int4, int8


@dataclass(frozen=True)
class Format:
    """How a matrix `[O, I]` lies in memory as codes and scales; leading dimensions are carried along."""

    name: str
    codes_dtype: torch.dtype
    scales_dtype: torch.dtype
    """The type scales are made in; a file may hold another float type."""
    row_step: int
    """Rows that share a scale: pieces of a matrix begin at multiples of it."""
    codes_shape: Callable[[int, int], tuple[int, ...]]
    """Of O and I."""
    scales_shape: Callable[[int, int], tuple[int, ...]]
    """Of O and I; the first dimension is O / row_step, rounded up."""
    quantise: Callable[[Tensor], tuple[Tensor, Tensor]]
    """Codes and scales of a finite float weight."""
    dequantise: Callable[[Tensor, Tensor, int, torch.dtype], Tensor]
    """The weight of codes, scales, I and a type: multiplied in float32, then rounded once."""

    def bytes(self, rows: int, inputs: int) -> int:
        """What a matrix takes, without the two numbers of its size."""
        codes = torch.Size(self.codes_shape(rows, inputs)).numel() * self.codes_dtype.itemsize
        return codes + torch.Size(self.scales_shape(rows, inputs)).numel() * self.scales_dtype.itemsize


def _quantise_int4(weight_OI: Tensor) -> tuple[Tensor, Tensor]:
    codes_OI, scales_Og = int4.quantise(weight_OI)
    return int4.pack(codes_OI), scales_Og


FP8 = Format(
    name="fp8",
    codes_dtype=torch.float8_e4m3fn,
    scales_dtype=torch.float32,
    row_step=fp8.BLOCK,
    codes_shape=lambda rows, inputs: (rows, inputs),
    scales_shape=lambda rows, inputs: fp8.scale_shape((rows, inputs)),
    quantise=fp8.quantise,
    dequantise=lambda values_OI, scales_oi, _, dtype: fp8.dequantise(values_OI, scales_oi, dtype),
)
INT4 = Format(
    name="int4",
    codes_dtype=torch.int32,
    scales_dtype=torch.bfloat16,
    row_step=1,
    codes_shape=lambda rows, inputs: (rows, int4.words(inputs)),
    scales_shape=lambda rows, inputs: (rows, int4.groups(inputs)),
    quantise=_quantise_int4,
    dequantise=lambda words_Ow, scales_Og, inputs, dtype: int4.dequantise(
        int4.unpack(words_Ow, inputs), scales_Og, dtype
    ),
)
INT8 = Format(
    name="int8",
    codes_dtype=torch.int8,
    scales_dtype=torch.float32,
    row_step=1,
    codes_shape=lambda rows, inputs: (rows, inputs),
    scales_shape=lambda rows, inputs: (rows,),
    quantise=int8.quantise,
    dequantise=lambda codes_OI, scales_O, _, dtype: int8.dequantise(codes_OI, scales_O, dtype),
)

FORMATS = {format.name: format for format in (FP8, INT4, INT8)}
"""By name."""


def format_of(codes: Tensor) -> Format:
    """The format that has codes of this type."""
    return next(format for format in FORMATS.values() if format.codes_dtype == codes.dtype)
