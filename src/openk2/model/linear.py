"""Weights that stay unset until `K2Model.initialize` or a checkpoint fills them.

torch would draw random numbers for them first: wasted time before loading, and on the meta device it needs several
seconds of imports.
"""

from __future__ import annotations

from torch import Tensor, nn


class Linear(nn.Linear):
    """A matrix `[outputs, inputs]` without bias; a `StoredLinear` (`quantization/stored.py`) may take its place."""

    def matrix(self) -> Tensor:
        """The weight as floats."""
        return self.weight

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, bias=False)

    def reset_parameters(self) -> None:
        """Nothing."""


class Embedding(nn.Embedding):
    """One row per token id."""

    def reset_parameters(self) -> None:
        """Nothing."""
