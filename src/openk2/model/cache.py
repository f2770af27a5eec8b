"""What attention remembers: per token and layer one normalised latent and one rotated key shared by all heads.

C = R + rope is the width of both together.

Keys lie in the order of their positions, so a query at position p sees exactly the first p + 1 of them: one rule for
prefill in chunks, decode, and batches of sequences of different lengths.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from openk2.config import K2Config
from openk2.errors import RequestError


class LatentCache(Protocol):
    """The model's only view of a cache; the engine's paged pool and the contiguous cache below both offer it."""

    def extend(self, layer: int, new_BTC: Tensor) -> Tensor:
        """Store this step's entries of every row at the step's positions.

        Returns all entries `[B, S, C]` from position 0, padded at the end to the longest row.
        """
        ...


class ContiguousCache:
    """One block of memory per layer, rows of equal length: the simplest cache, for tests, evaluation and scripts."""

    def __init__(
        self, config: K2Config, batch: int, length: int, dtype: torch.dtype = torch.float32, device: str = "cpu"
    ) -> None:
        shape = (config.num_hidden_layers, batch, length, config.cache_width)
        self.latents_LBSC = torch.zeros(shape, dtype=dtype, device=device)
        self.known = 0
        """Tokens stored in every row before the current step."""

    def positions(self, tokens: int) -> Tensor:
        """Absolute positions `[B, T]` of a step of `tokens` tokens."""
        positions_T = torch.arange(self.known, self.known + tokens, device=self.latents_LBSC.device)
        return positions_T.expand(self.latents_LBSC.shape[1], -1)

    def extend(self, layer: int, new_BTC: Tensor) -> Tensor:
        """See `LatentCache.extend`; the step ends with the last layer. Raises RequestError when the cache is full."""
        end = self.known + new_BTC.shape[1]
        if end > self.latents_LBSC.shape[2]:
            raise RequestError(f"the cache holds {self.latents_LBSC.shape[2]} tokens per row; this step needs {end}")
        self.latents_LBSC[layer, :, self.known : end] = new_BTC
        if layer == self.latents_LBSC.shape[0] - 1:
            self.known = end
        return self.latents_LBSC[layer, :, :end].to(new_BTC.dtype)
