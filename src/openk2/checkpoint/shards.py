"""The safetensors files of one model directory, opened together and read some rows at a time.

Opening reads only the files' headers, so a missing, torn or contradictory shard is found before any weight is read.
Nothing is mapped: bytes go straight to where they are wanted, so reading takes no memory of its own.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import torch
from torch import Tensor

from openk2.checkpoint.layout import INDEX_FILE, SINGLE_FILE
from openk2.checkpoint.tensor_file import DTYPES, read_header
from openk2.errors import CheckpointError

MULTIMODAL_PREFIX = "language_model."
"""Before the names of a multimodal release's language model (Kimi K2.5); its other tensors are passed over."""


@dataclass(frozen=True)
class StoredTensor:
    """What a header says about one tensor."""

    file: Path
    """The shard that holds it."""
    name: str
    """Its name there."""
    shape: tuple[int, ...]
    """Its shape."""
    dtype: str
    """Its type in safetensors' spelling: `BF16`, `F32`, `F8_E4M3`, …"""
    begin: int
    """Offset of its first byte in the file."""
    bytes: int
    """Its length."""

    def __str__(self) -> str:
        return f"{self.file}: tensor {self.name}"


class Shards:
    """Context manager over all tensors of a directory. Raises CheckpointError naming the file and the tensor."""

    def __init__(self, directory: Path, wanted: Callable[[str], bool] = lambda name: True) -> None:
        """`wanted`: which tensors will be read; shards that hold none of them need not be there."""
        self.tensors: dict[str, StoredTensor] = {}
        """Name on disk, without the prefix of multimodal releases → where and what it is."""
        self._descriptors: dict[Path, int] = {}
        self._open = ExitStack()
        weight_map = _read_index(directory)
        try:
            if weight_map is None:
                self._add(directory / SINGLE_FILE, f"a model directory has {SINGLE_FILE} or {INDEX_FILE}")
                prefix = _prefix(self.tensors)
            else:
                prefix = _prefix(weight_map)
                ours = {name: file for name, file in weight_map.items() if name.startswith(prefix)}
                files = {file for name, file in ours.items() if wanted(name.removeprefix(prefix))}
                for file in sorted(files):
                    self._add(directory / file, f"{INDEX_FILE} lists it")
                for name, file in ours.items():
                    if file in files and (name not in self.tensors or self.tensors[name].file.name != file):
                        raise CheckpointError(
                            f"{directory / file}: tensor {name} is missing; {INDEX_FILE} says it is in this file"
                        )
        except BaseException:
            self._open.close()
            raise
        self.tensors = {
            name.removeprefix(prefix): stored for name, stored in self.tensors.items() if name.startswith(prefix)
        }

    def _add(self, file: Path, why: str) -> None:
        if not file.is_file():
            raise CheckpointError(f"{file}: no such file; {why}")
        for place in read_header(file):
            name, entry = place.entry.name, place.entry
            if name in self.tensors:
                raise CheckpointError(f"{file}: tensor {name} is also in {self.tensors[name].file}; one is needed")
            size = place.end - place.begin
            self.tensors[name] = StoredTensor(file, name, entry.shape, entry.dtype, place.begin, size)
        try:
            descriptor = os.open(file, os.O_RDONLY)
        except OSError as error:
            raise CheckpointError(f"{file}: cannot be read: {error.strerror}") from None
        self._open.callback(os.close, descriptor)
        self._descriptors[file] = descriptor

    def read(self, name: str, first: int = 0, last: int | None = None, *, into: Tensor | None = None) -> Tensor:
        """Rows `first` … `last` − 1 of a tensor as stored, on the CPU; `[rows, row]`, or `[row]` of a single dimension.

        The last dimension is the row, all others are counted through. `into`, of the same type and size, is filled in
        place of a new tensor.
        """
        stored = self.tensors[name]
        rows, row = torch.Size(stored.shape[:-1]).numel(), torch.Size(stored.shape[-1:]).numel()
        last = rows if last is None else last
        shape = (last - first, row) if len(stored.shape) > 1 else stored.shape
        values = torch.empty(shape, dtype=DTYPES[stored.dtype]) if into is None else into
        row_bytes = row * values.dtype.itemsize
        view = memoryview(values.view(-1).view(torch.uint8).numpy())  # type: ignore[arg-type]  # numpy 2 has buffers
        assert len(view) == (last - first) * row_bytes
        offset = stored.begin + first * row_bytes
        while view:
            try:
                count = os.preadv(self._descriptors[stored.file], [view], offset)
            except OSError as error:
                raise CheckpointError(f"{stored} cannot be read: {error.strerror}") from None
            if count == 0:
                raise CheckpointError(f"{stored} cannot be read: the file has become shorter")
            view, offset = view[count:], offset + count
        return values

    def read_through(self, file: Path, begin: int, places: Sequence[memoryview]) -> int:
        """Bytes of a shard from `begin` on into one place after the other; fewer only where the file ends. Usable from
        many threads. Raises OSError.
        """
        descriptor, left, offset = self._descriptors[file], list(places), begin
        while left:
            count = os.preadv(descriptor, left, offset)
            if count == 0:
                break
            offset += count
            while left and count >= len(left[0]):
                count -= len(left.pop(0))
            if left:
                left[0] = left[0][count:]
        return offset - begin

    def read_no_more_than_asked(self) -> None:
        """Tell the kernel that what follows a reading will not be wanted next; Linux listens."""
        if sys.platform == "linux":
            for descriptor in self._descriptors.values():
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)

    def forget(self, file: Path, begin: int, size: int) -> None:
        """Ask the kernel to drop bytes of a shard from its cache; Linux does."""
        if sys.platform == "linux":
            os.posix_fadvise(self._descriptors[file], begin, size, os.POSIX_FADV_DONTNEED)

    def close(self) -> None:
        """Close all files."""
        self._open.close()

    def __enter__(self) -> Shards:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _prefix(names: Iterable[str]) -> str:
    return MULTIMODAL_PREFIX if any(name.startswith(MULTIMODAL_PREFIX) for name in names) else ""


def _read_index(directory: Path) -> dict[str, str] | None:
    """Tensor name → file name; None where there is no index."""
    path = directory / INDEX_FILE
    if not path.is_file():
        return None
    try:
        weight_map = json.loads(path.read_text(encoding="utf-8"))["weight_map"]
        entries = {str(tensor): str(file) for tensor, file in weight_map.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path}: not an index; an object with weight_map is needed ({error!r})") from None
    for tensor, file in entries.items():
        if Path(file).name != file:
            raise CheckpointError(
                f"{path}: {tensor} is placed in {file!r}; accepted: a file name in the same directory"
            )
    return entries
