"""How evenly a router spreads tokens over experts: how many times the mean the busiest expert of a layer is chosen.

1 is even; what a router learnt, and what is asked of it now, make it more. Counted is over the last few thousand
tokens, and of them those of every `EVERY`-th step, so that counting takes no time worth speaking of.
"""

from __future__ import annotations

import torch
from torch import Tensor

from openk2.config import K2Config

EVERY = 16
"""Steps from one that is counted to the next."""
WINDOW = 4096
"""About the most tokens that are counted together; half of them at least, where there were as many."""


class ExpertLoad:
    """Counts the choices of a model's layers."""

    def __init__(self, config: K2Config) -> None:
        self._first = config.first_k_dense_replace
        self._shape = config.num_hidden_layers - self._first, config.n_routed_experts
        self._begins_L11 = torch.arange(self._shape[0], dtype=torch.int32).view(-1, 1, 1) * config.n_routed_experts
        self._step = 0
        self._before, self._now = self._nothing(), self._nothing()
        self._tokens = 0

    def due(self) -> bool:
        """Whether the step that begins is one to count. To be asked once a step."""
        self._step += 1
        return self._step % EVERY == 0 and all(self._shape)

    def add(self, routes_LNK: Tensor) -> None:
        """Count the experts that all layers chose for a step's tokens."""
        if self._tokens >= WINDOW // 2:
            self._before, self._now, self._tokens = self._now, self._nothing(), 0
        layers, experts = self._shape
        places = (routes_LNK[self._first :] + self._begins_L11).flatten()
        self._now = self._now + places.bincount(minlength=layers * experts).view(layers, experts)
        self._tokens += routes_LNK.shape[1]

    def figures(self) -> dict[str, float]:
        """`load_ratio_max`: the busiest expert's choices over the mean of its layer's, in the layer where that is most.
        Empty before the first step is counted."""
        counts_LE = (self._before + self._now).double()
        if not counts_LE.any():
            return {}
        return {"load_ratio_max": float((counts_LE.amax(1) / counts_LE.mean(1)).max())}

    def _nothing(self) -> Tensor:
        return torch.zeros(self._shape, dtype=torch.int64)
