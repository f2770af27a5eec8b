"""How the tensors of a K2Model lie in a released checkpoint (names of DeepSeek-V3).

Everything has the same name and shape in both places except the routed experts: in memory two tensors per layer, on
disk three per expert. Reader and writer walk over the same list, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor

INDEX_FILE = "model.safetensors.index.json"
"""Says which shard holds which tensor; absent where `SINGLE_FILE` holds them all."""
SINGLE_FILE = "model.safetensors"
SCALE_SUFFIX = "_scale_inv"
"""Appended to the name of an FP8 weight gives the name of its block scales."""


@dataclass(frozen=True)
class DiskTensor:
    """One tensor of the checkpoint and the part of the model it belongs to."""

    name: str
    """Name on disk."""
    shape: tuple[int, ...]
    """Shape on disk, `[out, in]` for weights."""
    target: str
    """Name in the model's state dict."""
    region: tuple[int | slice, ...] = ()
    """Which part of the target it is; all of it where empty."""

    @property
    def fp8(self) -> bool:
        """Whether the releases store it in block FP8: the matrices of the layers, except the router's."""
        matrix = len(self.shape) == 2 and self.name.startswith("model.layers.")
        return matrix and not self.name.endswith(".mlp.gate.weight")

    @property
    def float32(self) -> bool:
        """Whether it is float32 in every format: the router's bias."""
        return self.name.endswith(".e_score_correction_bias")

    def of(self, state: Mapping[str, Tensor]) -> Tensor:
        """A view of its part of the model."""
        return state[self.target][self.region] if self.region else state[self.target]


def is_fused(name: str) -> bool:
    """Whether a tensor of that name on disk holds all experts of a layer."""
    return name.endswith(".mlp.experts.gate_up_proj")


def disk_tensors(state: Mapping[str, Tensor], fused_experts: bool = False) -> Iterator[DiskTensor]:
    """Every tensor of the checkpoint of a model with this state dict, in the order of the layers.

    With `fused_experts` a layer's experts are two tensors on disk as well: so transformers 5 writes a model whose
    `model_type` it does not know.
    """
    for target, tensor in state.items():
        if fused_experts and ".mlp.experts." in target:
            name = target.replace("gate_up_EFD", "gate_up_proj").replace("down_EDF", "down_proj")
            yield DiskTensor(name, tuple(tensor.shape), target)
        elif target.endswith(".experts.gate_up_EFD"):
            yield from _gates_and_ups(target, tensor)
        elif target.endswith(".experts.down_EDF"):
            prefix = target.removesuffix("down_EDF")
            for expert in range(tensor.shape[0]):
                yield DiskTensor(f"{prefix}{expert}.down_proj.weight", tuple(tensor.shape[1:]), target, (expert,))
        else:
            yield DiskTensor(target, tuple(tensor.shape), target)


def _gates_and_ups(target: str, gate_up_EFD: Tensor) -> Iterator[DiskTensor]:
    prefix = target.removesuffix("gate_up_EFD")
    experts, both, width = gate_up_EFD.shape
    for expert in range(experts):
        for part, rows in (("gate_proj", slice(0, both // 2)), ("up_proj", slice(both // 2, both))):
            yield DiskTensor(f"{prefix}{expert}.{part}.weight", (both // 2, width), target, (expert, rows))
