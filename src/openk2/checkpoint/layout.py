"""How the tensors of a K2Model lie in a released checkpoint (names of DeepSeek-V3).

Everything has the same name and shape in both places except the routed experts: in memory two tensors per layer, on
disk three per expert. Reader and writer walk over the same list, so they cannot disagree. A weight is one entry of the
list however it is held; where it is held in a number format, its codes and scales can be had as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from openk2.checkpoint.parts import part_of
from openk2.quantization.formats import Format, format_of

INDEX_FILE = "model.safetensors.index.json"
"""Says which shard holds which tensor; absent where `SINGLE_FILE` holds them all."""
SINGLE_FILE = "model.safetensors"
SCALE_SUFFIX = "_scale_inv"
"""Appended to the name of an FP8 weight gives the name of its block scales."""

_PARTS = {"gate_proj": 0, "up_proj": 1}
"""The matrices that share a tensor in memory, in their order."""
_KIMI_LINEAR_EXPERTS = {"gate_proj": "w1", "up_proj": "w3", "down_proj": "w2"}
"""An expert's matrices → their names in Kimi Linear's files, where a layer's experts are a `block_sparse_moe`."""


@dataclass(frozen=True)
class DiskTensor:
    """One tensor of the checkpoint and the part of the model it belongs to."""

    name: str
    """Name on disk; where a file holds it quantised, its tensors have this name with suffixes."""
    shape: tuple[int, ...]
    """Shape as floats, `[out, in]` for weights."""
    target: str
    """Name in the model's state dict; `target.codes` and `target.scales` where it is held in a number format."""
    region: tuple[int | slice, ...] = ()
    """Which part of the target it is; all of it where empty."""
    format: Format | None = None
    """The number format the model holds it in; None for floats."""

    @property
    def fp8(self) -> bool:
        """Whether the releases store it in block FP8: the matrices of the layers, except the router's."""
        matrix = len(self.shape) == 2 and self.name.startswith("model.layers.")
        return matrix and not self.name.endswith(".gate.weight")

    @property
    def linear(self) -> bool:
        """Whether it is a large matrix, of a layer or the head: what a number format can hold."""
        return self.fp8 or self.name == "lm_head.weight"

    @property
    def float32(self) -> bool:
        """Whether it is float32 in every format: the router's bias, the decay of Kimi Delta Attention."""
        return self.name.endswith((".e_score_correction_bias", ".A_log", ".dt_bias"))

    def of(self, state: Mapping[str, Tensor]) -> Tensor:
        """Its part of the model as floats: a view where the model holds floats, else dequantised to float32."""
        if self.format is None:
            return state[self.target][self.region] if self.region else state[self.target]
        codes, scales = self.stored(state)
        return self.format.dequantise(codes, scales, self.shape[-1], torch.float32)

    def stored(self, state: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Views of its codes and scales; only where the model holds it in a number format."""
        return state[f"{self.target}.codes"][self.region], state[f"{self.target}.scales"][self.region]


def disk_tensors(state: Mapping[str, Tensor]) -> Iterator[DiskTensor]:
    """Every tensor of the checkpoint of a model with this state dict, in the order of the layers.

    A model with Kimi Delta Attention has Kimi Linear's names.
    """
    kimi_linear = any(name.endswith(".A_log") for name in state)
    for tensor in _disk_tensors(state):
        yield replace(tensor, name=kimi_linear_name(tensor.name)) if kimi_linear else tensor


def kimi_linear_name(name: str) -> str:
    """The name in Kimi Linear's files of a tensor with this name in DeepSeek-V3's."""
    if part_of(name) not in ("router", "routed experts", "shared experts"):
        return name
    name = name.replace(".mlp.", ".block_sparse_moe.")
    if ".block_sparse_moe.experts." in name:
        for part, theirs in _KIMI_LINEAR_EXPERTS.items():
            name = name.replace(part, theirs)
    return name


def _disk_tensors(state: Mapping[str, Tensor]) -> Iterator[DiskTensor]:
    for key, tensor in state.items():
        target = key.removesuffix(".codes")
        if target != key:
            rows, inputs = state[f"{target}.size"].tolist()
            yield from _of_target(target, (tensor.shape[0], rows, inputs), format_of(tensor))
        elif not key.endswith((".scales", ".size")):
            yield from _of_target(target, tuple(tensor.shape), None)


def _of_target(target: str, shape: tuple[int, ...], format: Format | None) -> Iterator[DiskTensor]:
    """The tensors on disk of one in memory. For a stored weight, `shape` is its first and its matrices' dimensions."""
    if target.endswith(".experts.gate_up_EFD"):
        experts, rows, width = shape
        rows = rows if format else rows // 2
        prefix = target.removesuffix("gate_up_EFD")
        for expert in range(experts):
            for name, part in _PARTS.items():
                place = part if format else slice(part * rows, (part + 1) * rows)
                yield DiskTensor(f"{prefix}{expert}.{name}.weight", (rows, width), target, (expert, place), format)
    elif target.endswith(".experts.down_EDF"):
        prefix = target.removesuffix("down_EDF")
        for expert in range(shape[0]):
            yield DiskTensor(f"{prefix}{expert}.down_proj.weight", shape[1:], target, (expert,), format)
    else:
        yield DiskTensor(target, shape[1:] if format else shape, target, (), format)
