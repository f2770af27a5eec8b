"""Weights that stay in their number format: memory is that of the format, plus one piece of a weight while it is used.

`StoredWeight` takes the place of a float weight: one matrix, or the matrices of all experts of a layer. `StoredLinear`
takes the place of a linear layer. They have no parameters; a gradient passes through to their input.

Shapes: E experts, O outputs, I inputs; F, D as in the model.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from openk2.quantization.formats import Format

TILE = 1 << 20
"""Elements dequantised at a time: 4 MiB in float32, so that the passes over a piece stay in the CPU's cache."""


class StoredWeight(nn.Module):
    """Codes and scales of matrices `[rows, inputs]`, one for each index of the dimensions `lead`.

    `lead` is `()` for a linear layer, `(E,)` for the experts' down matrices, and `(E, 2)` for gate and up: FP8's blocks
    end with each of the two. In a state dict it is `codes`, `scales`, and `size`: rows and inputs of one matrix.
    """

    def __init__(
        self,
        format: Format,
        rows: int,
        inputs: int,
        *,
        lead: tuple[int, ...] = (),
        dtype: torch.dtype,
        scales_dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ) -> None:
        """Unset. `dtype` is what it is dequantised to; `scales_dtype` (None: the format's own) what scales are in."""
        super().__init__()
        self.format, self.lead, self.rows, self.inputs, self.dtype = format, lead, rows, inputs, dtype
        codes_shape, scales_shape = format.codes_shape(rows, inputs), format.scales_shape(rows, inputs)
        codes = torch.empty(*lead, *codes_shape, dtype=format.codes_dtype, device=device)
        scales = torch.empty(*lead, *scales_shape, dtype=scales_dtype or format.scales_dtype, device=device)
        self.codes: Tensor
        self.scales: Tensor
        self.size: Tensor
        self.register_buffer("codes", codes)
        self.register_buffer("scales", scales)
        self.register_buffer("size", torch.tensor((rows, inputs), dtype=torch.int32, device="cpu"))

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the float weight: `[O, I]`, `[E, D, F]` or, gate rows before up rows, `[E, 2F, D]`."""
        return *self.lead[:1], math.prod(self.lead[1:]) * self.rows, self.inputs

    @property
    def device(self) -> torch.device:
        """Where the codes are."""
        return self.codes.device

    def __getitem__(self, expert: int) -> Tensor:
        """The matrix of one expert in `dtype`."""
        parts = itertools.product((expert,), *map(range, self.lead[1:]))
        return laid(torch.cat([tile for part in parts for tile in self._tiles(part)]))

    def tiles(self) -> Iterator[Tensor]:
        """The rows of a weight without `lead` in `dtype`, piece by piece."""
        return map(laid, self._tiles(()))

    def dense(self) -> Tensor:
        """The whole weight in `dtype`."""
        matrices = itertools.product(*map(range, self.lead))
        return torch.cat([tile for matrix in matrices for tile in self._tiles(matrix)]).view(self.shape)

    @torch.no_grad()
    def quantise_(self, weight: Tensor) -> StoredWeight:
        """Take the values of a finite float weight of the same shape."""
        matrices = weight.view(*self.lead, self.rows, self.inputs)
        for matrix in itertools.product(*map(range, self.lead)):
            for rows, codes, scales in self._pieces(matrix):
                new_codes, new_scales = self.format.quantise(matrices[matrix][rows])
                codes.copy_(new_codes)
                scales.copy_(new_scales)
        return self

    def _tiles(self, matrix: tuple[int, ...]) -> Iterator[Tensor]:
        for _, codes, scales in self._pieces(matrix):
            yield self.format.dequantise(codes, scales, self.inputs, self.dtype)

    def _pieces(self, matrix: tuple[int, ...]) -> Iterator[tuple[slice, Tensor, Tensor]]:
        """Rows, and views of their codes and scales, about TILE elements each."""
        step = self.format.row_step
        tile = max(TILE // self.inputs // step, 1) * step
        codes, scales = self.codes[matrix], self.scales[matrix]
        for begin in range(0, self.rows, tile):
            rows = slice(begin, min(begin + tile, self.rows))
            yield rows, codes[rows], scales[begin // step : -(-rows.stop // step)]

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> StoredWeight:
        """`.to(dtype)` changes what it is dequantised to, never the codes or scales."""
        self.dtype = fn(torch.empty(0, dtype=self.dtype, device=self.device)).dtype
        for name in ("codes", "scales"):
            buffer = getattr(self, name)
            moved = fn(buffer)
            setattr(self, name, moved if moved.dtype == buffer.dtype else buffer.to(moved.device))
        return self


def laid(weight_OI: Tensor) -> Tensor:
    """In float32 with the elements of a column together, as the engine lays out float weights (`engine/forward.py`):
    so a row of a product has the same bits whatever rows are beside it.
    """
    return weight_OI.mT.contiguous().mT if weight_OI.dtype == torch.float32 else weight_OI


class StoredLinear(nn.Module):
    """A linear layer without bias over a stored weight `[O, I]`."""

    def __init__(self, weight: StoredWeight) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, x: Tensor) -> Tensor:
        """`x @ weightᵀ`, some outputs at a time."""
        return torch.cat([F.linear(x, tile) for tile in self.weight.tiles()], -1)

    def matrix(self) -> Tensor:
        """The weight `[O, I]` as floats, made anew at each call."""
        return self.weight.dense()
