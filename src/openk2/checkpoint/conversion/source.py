"""A model directory as a converter reads it: any rows of any tensor as stored, whatever form the files have."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import torch
from torch import Tensor

from openk2.checkpoint.formats import (
    INT4_SCALE_SUFFIX,
    NUMBER_FORMATS,
    SHAPE_SUFFIX,
    SUFFIXES,
    entries,
    entry_rows,
)
from openk2.checkpoint.headers import Origin, find_all
from openk2.checkpoint.layout import SCALE_SUFFIX, DiskTensor, disk_tensors
from openk2.checkpoint.scheme import read_scheme
from openk2.checkpoint.shards import Shards
from openk2.checkpoint.subset import Subset
from openk2.checkpoint.tensor_file import Entry
from openk2.model import K2Model
from openk2.quantization import fp8

_HOW = {format.name: how for how, format in NUMBER_FORMATS.items()}


@dataclass(frozen=True)
class SourceTensor:
    """One tensor of the model that is read."""

    tensor: DiskTensor
    """Under the name it has in the model that is written."""
    origin: Origin
    how: str
    """How the files have it: F32, BF16, F16, FP8 or INT4."""

    @property
    def names(self) -> Mapping[str, str]:
        """Suffix → the name of the entry in the files."""
        return dict(zip(SUFFIXES.get(self.how, ("",)), self.origin.names, strict=True))


class Source:
    """Context manager over the tensors of a model directory, or of some of its layers and experts; safe for several
    threads. Files that hold none of them need not be there.
    """

    def __init__(self, directory: Path, subset: Subset) -> None:
        """Opens the files and checks all headers. Raises CheckpointError naming file and tensor."""
        scheme = read_scheme(directory)
        with torch.device("meta"):
            tensors = list(disk_tensors(K2Model(subset.config).state_dict()))
        with ExitStack() as opening:
            self._shards = opening.enter_context(Shards(directory, subset.holds))
            origins = find_all(tensors, self._shards, subset, scheme)
            self._open = opening.pop_all()
        self.tensors = [
            SourceTensor(tensor, origin, self._how(origin)) for tensor, origin in zip(tensors, origins, strict=True)
        ]

    def _how(self, origin: Origin) -> str:
        return _HOW[origin.format.name] if origin.format else self._shards.tensors[origin.codes].dtype

    @property
    def files(self) -> list[Path]:
        """The files that hold something."""
        return sorted({stored.file for stored in self._shards.tensors.values()})

    def where(self, source: SourceTensor, suffix: str) -> str:
        """File and name of an entry, for messages."""
        return str(self._shards.tensors[source.names[suffix]])

    def entries(self, source: SourceTensor) -> dict[str, Entry]:
        """Suffix → what a new file holds of the tensor when it is copied."""
        stored = self._shards.tensors
        laid_out = {entry.name.removeprefix(source.tensor.name): entry for entry in entries(source.tensor, source.how)}
        return {
            suffix: Entry(laid_out[suffix].name, stored[name].dtype, laid_out[suffix].shape)
            for suffix, name in source.names.items()
        }

    def read(self, source: SourceTensor, first: int, last: int) -> dict[str, Tensor]:
        """Suffix → the rows of an entry that belong to rows `first` … `last` − 1 of the tensor, as stored."""
        rows = {}
        for suffix, name in source.names.items():
            begin, end = entry_rows(suffix, first, last)
            if suffix == INT4_SCALE_SUFFIX and len(self._shards.tensors[name].shape) == 1:
                flat = self._shards.read(name)  # so some exports write scales
                rows[suffix] = flat.view(source.tensor.shape[0], -1)[begin:end]
            else:
                row = 0 if suffix else source.origin.row
                rows[suffix] = self._shards.read(name, row + begin, row + end)
        return rows

    def __enter__(self) -> Source:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()


def fault(suffix: str, values: Tensor) -> str | None:
    """What is wrong with an entry's numbers, if anything: no weight is NaN or infinite, every scale is positive."""
    if suffix in (SCALE_SUFFIX, INT4_SCALE_SUFFIX):
        sound = values.isfinite() & (values > 0)
        return None if sound.all() else "has scales that are not finite and positive"
    if suffix == SHAPE_SUFFIX:
        return None
    if values.dtype == torch.float8_e4m3fn:
        return "has numbers that are NaN; finite ones are needed" if fp8.has_nan(values) else None
    if values.is_floating_point() and not values.isfinite().all():
        return "has numbers that are NaN or infinite; finite ones are needed"
    return None
