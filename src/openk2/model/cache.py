"""What attention remembers of the tokens before a step.

Multi-head latent attention keeps per token and layer one normalised latent and one rotated key shared by all heads; C =
R + rope is the width of both together. Keys lie in the order of their positions, so a query at position p sees exactly
the first p + 1 of them: one rule for prefill in chunks, decode, and batches of sequences of different lengths.

Kimi Delta Attention keeps per layer a state of fixed size, whatever the number of tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from openk2.config import K2Config
from openk2.errors import RequestError


@dataclass(frozen=True)
class DeltaState:
    """What one layer of Kimi Delta Attention knows of each row's tokens so far."""

    memory_BHdd: Tensor
    """Keys to values, float32."""
    tail_BJX: Tensor
    """The last J inputs of the short convolutions over queries, keys and values, zero before the first token."""


class LatentCache(Protocol):
    """What multi-head latent attention needs of a cache."""

    def extend(self, layer: int, new_BTC: Tensor) -> Tensor:
        """Store this step's entries of every row at the step's positions.

        Returns all entries `[B, S, C]` from position 0, padded at the end to the longest row.
        """
        ...


class ModelCache(LatentCache, Protocol):
    """The model's only view of a cache; without Kimi Delta Attention `extend` is enough."""

    def recall(self, layer: int) -> DeltaState:
        """What the layer knew before this step."""
        ...

    def remember(self, layer: int, state: DeltaState) -> None:
        """Store what the layer knows after this step."""
        ...


class ContiguousCache:
    """One block of memory per layer, rows of equal length: the simplest cache, for tests, evaluation and scripts."""

    def __init__(
        self, config: K2Config, batch: int, length: int, dtype: torch.dtype = torch.float32, device: str = "cpu"
    ) -> None:
        self._place = {layer: place for place, layer in enumerate(config.latent_layers)}
        shape = (len(self._place), batch, length, config.cache_width)
        self.latents_LBSC = torch.zeros(shape, dtype=dtype, device=device)
        self.states = fresh_states(config, batch, dtype, device)
        """Layer → state of Kimi Delta Attention."""
        self.known = 0
        """Tokens whose latents are stored in every row before the current step."""

    def positions(self, tokens: int) -> Tensor:
        """Absolute positions `[B, T]` of a step of `tokens` tokens."""
        positions_T = torch.arange(self.known, self.known + tokens, device=self.latents_LBSC.device)
        return positions_T.expand(self.latents_LBSC.shape[1], -1)

    def extend(self, layer: int, new_BTC: Tensor) -> Tensor:
        """See `LatentCache.extend`; the last layer of the kind ends the step. Raises RequestError when it is full."""
        place, end = self._place[layer], self.known + new_BTC.shape[1]
        if end > self.latents_LBSC.shape[2]:
            raise RequestError(f"the cache holds {self.latents_LBSC.shape[2]} tokens per row; this step needs {end}")
        self.latents_LBSC[place, :, self.known : end] = new_BTC
        if place == len(self._place) - 1:
            self.known = end
        return self.latents_LBSC[place, :, :end].to(new_BTC.dtype)

    def recall(self, layer: int) -> DeltaState:
        """See `ModelCache.recall`."""
        return self.states[layer]

    def remember(self, layer: int, state: DeltaState) -> None:
        """See `ModelCache.remember`."""
        self.states[layer] = state


def fresh_states(
    config: K2Config, batch: int, dtype: torch.dtype = torch.float32, device: str | torch.device = "cpu"
) -> dict[int, DeltaState]:
    """Layer → state before the first token, of every layer with Kimi Delta Attention."""
    c = config.linear_attn_config
    if c is None:
        return {}
    return {
        layer - 1: DeltaState(
            torch.zeros(batch, c.num_heads, c.head_dim, c.head_dim, device=device),
            torch.zeros(batch, c.short_conv_kernel_size - 1, 3 * c.width, dtype=dtype, device=device),
        )
        for layer in c.kda_layers
    }
