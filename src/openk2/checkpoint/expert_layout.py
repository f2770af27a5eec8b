"""How one routed expert lies in a buffer: codes and scales of its gate, up and down matrices, as the files hold them.

Shapes: O outputs, I inputs; F, D as in the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from openk2.quantization.formats import Format
from openk2.quantization.stored import StoredWeight

ALIGNMENT = 64
"""Codes and scales begin at multiples of so many bytes: a cache line, and what vector instructions want."""


@dataclass(frozen=True)
class MatrixLayout:
    """How one matrix lies in memory, the same as in its file."""

    rows: int
    inputs: int
    format: Format | None
    """None for floats."""
    codes_dtype: torch.dtype
    """Of its codes, or of its floats."""
    scales_dtype: torch.dtype | None
    """None for floats."""

    @property
    def codes_shape(self) -> tuple[int, ...]:
        """Of its codes, or of its floats."""
        return self.format.codes_shape(self.rows, self.inputs) if self.format else (self.rows, self.inputs)

    @property
    def scales_shape(self) -> tuple[int, ...]:
        """Of its scales; an empty tensor's for floats."""
        return self.format.scales_shape(self.rows, self.inputs) if self.format else (0,)

    @property
    def codes_bytes(self) -> int:
        """Bytes of its codes, or of its floats."""
        return torch.Size(self.codes_shape).numel() * self.codes_dtype.itemsize

    @property
    def scales_bytes(self) -> int:
        """Bytes of its scales; 0 for floats."""
        return torch.Size(self.scales_shape).numel() * self.scales_dtype.itemsize if self.scales_dtype else 0

    @property
    def bytes(self) -> int:
        """Bytes it takes in a buffer, alignment included."""
        return aligned(self.codes_bytes) + aligned(self.scales_bytes)


@dataclass(frozen=True)
class StoredMatrix:
    """A matrix as its file holds it: views of memory that somebody else owns."""

    layout: MatrixLayout
    codes: Tensor
    """Codes, or floats."""
    scales: Tensor | None
    """None for floats."""

    def dense(self, dtype: torch.dtype) -> Tensor:
        """The matrix `[O, I]` as floats."""
        if self.layout.format is None or self.scales is None:
            return self.codes.to(dtype)
        weight = StoredWeight(self.layout.format, self.layout.rows, self.layout.inputs, dtype=dtype, device="meta")
        weight.codes, weight.scales = self.codes, self.scales
        return weight.dense()


@dataclass(frozen=True)
class ExpertLayout:
    """How the three matrices of an expert lie in one buffer, one after the other."""

    gate: MatrixLayout
    up: MatrixLayout
    down: MatrixLayout

    @property
    def matrices(self) -> tuple[MatrixLayout, MatrixLayout, MatrixLayout]:
        """Gate, up and down."""
        return self.gate, self.up, self.down

    @property
    def bytes(self) -> int:
        """Size of the buffer."""
        return sum(matrix.bytes for matrix in self.matrices)

    @property
    def file_bytes(self) -> int:
        """What its codes and scales take in a file."""
        return sum(matrix.codes_bytes + matrix.scales_bytes for matrix in self.matrices)

    def of(self, buffer: Tensor) -> StoredExpert:
        """The expert whose bytes a buffer of uint8 holds."""
        matrices, at = [], 0
        for layout in self.matrices:
            codes = buffer[at : at + layout.codes_bytes].view(layout.codes_dtype).view(layout.codes_shape)
            at += aligned(layout.codes_bytes)
            scales = None
            if layout.scales_dtype is not None:
                scales = buffer[at : at + layout.scales_bytes].view(layout.scales_dtype).view(layout.scales_shape)
                at += aligned(layout.scales_bytes)
            matrices.append(StoredMatrix(layout, codes, scales))
        return StoredExpert(*matrices)


@dataclass(frozen=True)
class StoredExpert:
    """One routed expert: down(silu(gate(x)) · up(x))."""

    gate: StoredMatrix
    """`[F, D]`."""
    up: StoredMatrix
    """`[F, D]`."""
    down: StoredMatrix
    """`[D, F]`."""

    @property
    def matrices(self) -> tuple[StoredMatrix, StoredMatrix, StoredMatrix]:
        """Gate, up and down."""
        return self.gate, self.up, self.down


def aligned(size: int) -> int:
    """The next multiple of `ALIGNMENT`."""
    return -(-size // ALIGNMENT) * ALIGNMENT
