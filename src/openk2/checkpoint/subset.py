"""A part of a model on disk as a model of its own: some layers, some of their experts.

Layers FIRST … LAST are counted anew from 0, between the whole model's embedding and its norm and head. Of E experts a
range is kept with the rows of the router that choose them; a token still gets K of them, or all where fewer are kept.
The first layers with all experts compute exactly what they compute in the whole model; other parts are for study.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from openk2.checkpoint.layout import DiskTensor, kimi_linear_name
from openk2.config import K2Config
from openk2.errors import CheckpointError

_RANGE = re.compile(r"(\d+)(?:-(\d+))?")
_LAYER = re.compile(r"^model\.layers\.(\d+)\.")
_EXPERT = re.compile(r"\.experts\.(\d+)\.")


@dataclass(frozen=True)
class Subset:
    """Which layers and experts of a model are taken, first and last from 0."""

    whole: K2Config
    """The configuration of the model on disk."""
    layers: tuple[int, int]
    experts: tuple[int, int]

    @classmethod
    def choose(cls, whole: K2Config, layers: int | str | None, experts: int | str | None) -> Subset:
        """From what a caller says: a count of the first ones, `"FIRST-LAST"`, or None for all.

        Raises CheckpointError for what the model does not have.
        """
        taken = cls(
            whole,
            _range("layers", layers, whole.num_hidden_layers),
            _range("experts", experts, whole.n_routed_experts),
        )
        if taken.fewer_experts and whole.n_group > 1:
            raise CheckpointError(
                f"experts {experts}: the model routes in n_group {whole.n_group} groups; accepted: all experts"
            )
        return taken

    @property
    def fewer_experts(self) -> bool:
        """Whether experts are left out."""
        return self.experts != (0, self.whole.n_routed_experts - 1)

    @property
    def config(self) -> K2Config:
        """The configuration of the part."""
        part = _cut(self.whole, *self.layers)
        if not self.fewer_experts:
            return part
        count = self.experts[1] - self.experts[0] + 1
        chosen = min(part.num_experts_per_tok, count)
        return part.replace(n_routed_experts=count, num_experts_per_tok=chosen)

    def on_disk(self, tensor: DiskTensor) -> DiskTensor:
        """The tensor of the whole model that one of the part is, or is some rows of."""
        tensor = _in_source(tensor, self.layers[0])
        if self.whole.linear_attn_config is not None:  # also where the part has no such layer
            tensor = dataclasses.replace(tensor, name=kimi_linear_name(tensor.name))
        first = self.experts[0]
        if first == 0 or not (tensor.region and isinstance(tensor.region[0], int)):
            return tensor
        expert, *rows = tensor.region
        assert isinstance(expert, int)
        name = tensor.name.replace(f".experts.{expert}.", f".experts.{expert + first}.")
        return dataclasses.replace(tensor, name=name, region=(expert + first, *rows))

    def holds(self, name: str) -> bool:
        """Whether a tensor of that name in the whole model is of the part."""
        layer, expert = _LAYER.match(name), _EXPERT.search(name)
        if layer and not self.layers[0] <= int(layer[1]) <= self.layers[1]:
            return False
        return not (expert and not self.experts[0] <= int(expert[1]) <= self.experts[1])


def _range(what: str, given: int | str | None, count: int) -> tuple[int, int]:
    if given is None:
        return 0, count - 1
    if isinstance(given, int):
        first, last = 0, given - 1
    else:
        found = _RANGE.fullmatch(given.strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not 0 <= first <= last < count:
        raise CheckpointError(
            f"{what} is {given!r}; accepted: how many of the first, 1 … {count}, or FIRST-LAST within 0-{count - 1}"
        )
    return first, last


def _cut(config: K2Config, first: int, last: int) -> K2Config:
    """The configuration of layers `first` … `last`."""
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


def _in_source(tensor: DiskTensor, first: int) -> DiskTensor:
    """The tensor of the whole model that one is, whose layers are counted from `first` on."""
    name, target = (
        _LAYER.sub(lambda found: f"model.layers.{int(found[1]) + first}.", name)
        for name in (tensor.name, tensor.target)
    )
    return dataclasses.replace(tensor, name=name, target=target)
