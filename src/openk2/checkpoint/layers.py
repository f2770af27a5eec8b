"""Some layers of a model as a smaller model: embedding, layers FIRST … LAST counted anew from 0, norm and head.

It computes nothing of use, but with the real weights in the real shapes it fits where the whole model does not.
"""

from __future__ import annotations

import dataclasses
import re

from openk2.checkpoint.layout import DiskTensor
from openk2.config import K2Config
from openk2.errors import CheckpointError

_LAYER = re.compile(r"^model\.layers\.(\d+)\.")


def cut(config: K2Config, first: int, last: int) -> K2Config:
    """The configuration of layers `first` … `last` (from 0, both included). Raises CheckpointError or ConfigError."""
    if not 0 <= first <= last < config.num_hidden_layers:
        raise CheckpointError(f"layers {first}-{last}: accepted: FIRST-LAST within 0-{config.num_hidden_layers - 1}")
    count = last - first + 1
    linear = config.linear_attn_config
    if linear is not None:
        delta = tuple(layer - first for layer in linear.kda_layers if first < layer <= last + 1)
        linear = dataclasses.replace(linear, kda_layers=delta) if delta else None
    return config.replace(
        num_hidden_layers=count,
        first_k_dense_replace=min(max(config.first_k_dense_replace - first, 0), count),
        linear_attn_config=linear,
    )


def in_source(tensor: DiskTensor, first: int) -> DiskTensor:
    """The tensor of the whole model that one of the smaller model is."""
    if first == 0:
        return tensor
    names = (
        _LAYER.sub(lambda found: f"model.layers.{int(found[1]) + first}.", name)
        for name in (tensor.name, tensor.target)
    )
    name, target = names
    return dataclasses.replace(tensor, name=name, target=target)
