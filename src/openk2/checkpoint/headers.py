"""Where every tensor of a model lies in the files, from their headers alone: all names, shapes and types are checked
before any weight is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from openk2.checkpoint.formats import SUFFIXES
from openk2.checkpoint.layout import DiskTensor, disk_tensors
from openk2.checkpoint.scheme import Scheme
from openk2.checkpoint.shards import Shards, StoredTensor
from openk2.checkpoint.subset import Subset
from openk2.errors import CheckpointError
from openk2.model import K2Model
from openk2.quantization.formats import FP8, INT4, Format

_FLOATS = ("F32", "BF16", "F16")
_F8 = "F8_E4M3"
_PACKED, _SCALE, _SHAPE = SUFFIXES["INT4"]
_SCALE_INV = SUFFIXES["FP8"][1]


@dataclass(frozen=True)
class Origin:
    """Where one tensor comes from."""

    codes: str
    """Name of its codes, or of its floats."""
    format: Format | None = None
    """The format the files have it in; None for floats."""
    scales: str = ""
    """Name of its scales, where it has a format."""
    size: str = ""
    """Name of what says its rows and inputs, where it is INT4."""
    row: int = 0
    """Its first row in the stored tensor: not 0 for a part of the router, or where all experts are one tensor."""

    @property
    def names(self) -> list[str]:
        """Of all tensors it is made of."""
        return [name for name in (self.codes, self.scales, self.size) if name]


def find_all(tensors: list[DiskTensor], shards: Shards, subset: Subset, scheme: Scheme) -> list[Origin]:
    """The origin of each tensor of the model. Raises CheckpointError for the first that is missing, superfluous, or of
    another shape or type than it should be.
    """
    finder = Finder(shards.tensors, subset, scheme)
    wanted = [subset.on_disk(tensor) for tensor in tensors]
    origins = [finder.find(tensor) for tensor in wanted]
    missing = [tensor for tensor, origin in zip(wanted, origins, strict=True) if origin is None]
    if missing:
        name, shape = missing[0].name, list(missing[0].shape)
        raise CheckpointError(f"{scheme.path.parent}: tensor {name} {shape} is missing{_others(missing)}")
    found = [origin for origin in origins if origin is not None]
    _check_superfluous(wanted, found, shards, subset)
    return found


@dataclass(frozen=True)
class Finder:
    """Looks up one tensor after the other."""

    tensors: Mapping[str, StoredTensor]
    subset: Subset
    scheme: Scheme

    def find(self, tensor: DiskTensor) -> Origin | None:
        """Its origin, checked; None where nothing of it is there."""
        name, stored = tensor.name, self.tensors
        fused = tensor.target.replace("gate_up_EFD", "gate_up_proj").replace("down_EDF", "down_proj")
        if name + _PACKED in stored:
            return self._packed(tensor)
        if name in stored:
            if self.scheme.packs(tensor, stored[name].name):
                packed = f"{name}{_PACKED} {list(INT4.codes_shape(*tensor.shape))}"
                raise CheckpointError(
                    f"{stored[name].file}: tensor {packed} is missing; quantization_config.ignore in "
                    f"{self.scheme.path} does not leave it out"
                )
            return self._fp8(tensor) if stored[name].dtype == _F8 and len(tensor.shape) == 2 else self._plain(tensor)
        if tensor.region and fused in stored:
            return self._fused(tensor, fused)
        return None

    def _plain(self, tensor: DiskTensor) -> Origin:
        row, shape = 0, tensor.shape
        if self.subset.fewer_experts and tensor.name.endswith((".gate.weight", ".e_score_correction_bias")):
            row, shape = self.subset.experts[0], (self.subset.whole.n_routed_experts, *shape[1:])
        self._check(tensor.name, shape, (*_FLOATS, f"{_F8} (matrices only)"))
        return Origin(tensor.name, row=row)

    def _fused(self, tensor: DiskTensor, name: str) -> Origin:
        expert, *part = tensor.region
        assert isinstance(expert, int)
        rows, width = tensor.shape
        rows = 2 * rows if part else rows
        self._check(name, (self.subset.whole.n_routed_experts, rows, width), _FLOATS)
        begin = part[0].start if part and isinstance(part[0], slice) else 0
        return Origin(name, row=expert * rows + begin)

    def _fp8(self, tensor: DiskTensor) -> Origin:
        origin = Origin(tensor.name, FP8, tensor.name + _SCALE_INV)
        self._check(origin.codes, tensor.shape, (_F8,))
        self._need(origin, origin.scales, FP8.scales_shape(*tensor.shape))
        self._check(origin.scales, FP8.scales_shape(*tensor.shape), _FLOATS)
        return origin

    def _packed(self, tensor: DiskTensor) -> Origin:
        origin = Origin(tensor.name + _PACKED, INT4, tensor.name + _SCALE, tensor.name + _SHAPE)
        stored = self.tensors[origin.codes]
        if not self.scheme.packs(tensor, stored.name.removesuffix(_PACKED)):
            raise CheckpointError(
                f"{stored} is packed INT4; {self.scheme.path}: quantization_config says nothing of that for this weight"
            )
        shape = INT4.scales_shape(*tensor.shape)
        self._need(origin, origin.scales, shape)
        self._need(origin, origin.size, (2,))
        self._check(origin.codes, INT4.codes_shape(*tensor.shape), ("I32",))
        flat = (torch.Size(shape).numel(),)
        self._check(origin.scales, flat if self.tensors[origin.scales].shape == flat else shape, _FLOATS)
        self._check(origin.size, (2,), ("I32", "I64"))
        return origin

    def _need(self, origin: Origin, name: str, shape: tuple[int, ...]) -> None:
        if name not in self.tensors:
            assert origin.format is not None
            what = f"{origin.format.name.upper()} weights need their {'shape' if name == origin.size else 'scales'}"
            file = self.tensors[origin.codes].file
            raise CheckpointError(f"{file}: tensor {name} {list(shape)} is missing; {what}")

    def _check(self, name: str, shape: tuple[int, ...], types: tuple[str, ...]) -> None:
        stored = self.tensors[name]
        if stored.dtype not in types:
            raise CheckpointError(f"{stored} is of type {stored.dtype}; accepted: {', '.join(types)}")
        if stored.shape != shape:
            raise CheckpointError(f"{stored} has shape {list(stored.shape)}; config.json asks for {list(shape)}")


def _check_superfluous(wanted: list[DiskTensor], found: list[Origin], shards: Shards, subset: Subset) -> None:
    """Everything in the files that were opened is either read or belongs to a part of the model that is not."""
    read = {name for origin in found for name in origin.names}
    others: set[str] = set()
    if subset.config != subset.whole:
        with torch.device("meta"):
            whole = disk_tensors(K2Model(subset.whole).state_dict())
        others = {tensor.name for tensor in whole} - {tensor.name for tensor in wanted}
    superfluous = []
    for name in shards.tensors:
        known = (
            name in read or name in others or _base(name) in others or is_ignored(name, subset.whole.num_hidden_layers)
        )
        if not known:
            superfluous.append(name)
    if superfluous:
        first = shards.tensors[superfluous[0]]
        raise CheckpointError(f"{first} is superfluous{_others(superfluous)}; config.json describes none such")


def _base(name: str) -> str:
    """The weight that a tensor of scales, words or a shape belongs to."""
    for suffix in (_SCALE_INV, _PACKED, _SCALE, _SHAPE):
        name = name.removesuffix(suffix)
    return name


def is_ignored(name: str, layers: int) -> bool:
    """Tables we compute ourselves, and the multi-token prediction layer that some checkpoints append."""
    return name.endswith("rotary_emb.inv_freq") or name.startswith(f"model.layers.{layers}.")


def _others(items: Sequence[object]) -> str:
    return f" (and {len(items) - 1} more)" if len(items) > 1 else ""
