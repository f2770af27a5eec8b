"""Weights that stay unset until `K2Model.initialize` or a checkpoint fills them.

torch would draw random numbers for them first: wasted time before loading, and on the meta device it needs several
seconds of imports.
"""

from __future__ import annotations

from torch import nn


class Linear(nn.Linear):
    """A matrix `[outputs, inputs]` without bias."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, bias=False)

    def reset_parameters(self) -> None:
        """Nothing."""


class Embedding(nn.Embedding):
    """One row per token id."""

    def reset_parameters(self) -> None:
        """Nothing."""
