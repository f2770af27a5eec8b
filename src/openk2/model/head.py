"""The head of a model whose output rows are its embedding's rows."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class TiedHead(nn.Module):
    """No parameters of its own, so that the embedding is stored, counted and updated once."""

    def __init__(self, embedding: nn.Embedding) -> None:
        super().__init__()
        self._embedding = (embedding,)  # in a tuple torch does not take it for a part of this module

    @property
    def weight(self) -> Tensor:
        """`[V, D]`."""
        return self._embedding[0].weight

    def forward(self, x: Tensor) -> Tensor:
        """`[…, D]` to `[…, V]`."""
        return F.linear(x, self.weight)
