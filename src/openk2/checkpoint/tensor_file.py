"""The safetensors file format, read and written by rows: eight bytes with the header's length, a JSON header with every
tensor's type, shape and bytes, then the bytes themselves (specification: github.com/huggingface/safetensors).

The safetensors library wants all tensors of a file in memory to write it. Here a file is laid out from names, types and
shapes alone and filled in any order from any thread, so no more than the rows at hand are in memory. `Shards` reads.

A tensor of any rank is seen as a matrix: its last dimension is the row, all others are counted through.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType

import torch
from torch import Tensor

from openk2.errors import CheckpointError

DTYPES: Mapping[str, torch.dtype] = MappingProxyType(
    {
        "F64": torch.float64,
        "I64": torch.int64,
        "F32": torch.float32,
        "I32": torch.int32,
        "BF16": torch.bfloat16,
        "F16": torch.float16,
        "I16": torch.int16,
        "F8_E4M3": torch.float8_e4m3fn,
        "F8_E5M2": torch.float8_e5m2,
        "I8": torch.int8,
        "U8": torch.uint8,
        "BOOL": torch.bool,
    }
)
"""The header's names of types; a file may hold others, which are passed over."""

_LONGEST_HEADER = 100_000_000


@dataclass(frozen=True)
class Entry:
    """A tensor as a file holds it."""

    name: str
    dtype: str
    """Type in the header's spelling: `BF16`, `F32`, `F8_E4M3`, …"""
    shape: tuple[int, ...]

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return DTYPES[self.dtype].itemsize * (self.shape[-1] if self.shape else 1)

    @property
    def rows(self) -> int:
        """Rows when all dimensions but the last are counted through."""
        return math.prod(self.shape[:-1])

    @property
    def bytes(self) -> int:
        """Bytes of the whole tensor."""
        return self.rows * self.row_bytes


@dataclass(frozen=True)
class Place:
    """A tensor in a file: what it is, and where its bytes lie."""

    entry: Entry
    begin: int
    """Offset of its first byte in the file."""
    end: int
    """Offset behind its last byte."""


def read_header(file: Path) -> list[Place]:
    """Every tensor of a file in the order of its bytes; no weight is read.

    Raises CheckpointError where the file is missing, torn, or not in the format.
    """
    try:
        size = file.stat().st_size
        with file.open("rb") as handle:
            length = int.from_bytes(handle.read(8), "little")
            if size < 8 or length > min(size - 8, _LONGEST_HEADER):
                raise ValueError(f"{size} bytes do not hold its header")
            places = list(_places(json.loads(handle.read(length)), 8 + length))
        places.sort(key=lambda place: (place.begin, place.end))
        end = 8 + length
        for place in places:
            if place.begin != end:
                raise ValueError(f"tensor {place.entry.name} does not begin where the one before it ends")
            end = place.end
        if end != size:
            raise ValueError(f"{size} bytes in place of {end}")
    except FileNotFoundError:
        raise CheckpointError(f"{file}: no such file") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CheckpointError(f"{file}: not a complete safetensors file ({reason}); fetch or save it again") from None
    return places


def _places(header: dict[str, dict[str, list[int]]], start: int) -> Iterator[Place]:
    for name, found in header.items():
        if name == "__metadata__":
            continue
        entry = Entry(name, str(found["dtype"]), tuple(int(size) for size in found["shape"]))
        begin, end = (start + int(offset) for offset in found["data_offsets"])
        if end < begin or (entry.dtype in DTYPES and end - begin != entry.bytes):
            raise ValueError(f"tensor {name} has {end - begin} bytes; {entry.dtype} {list(entry.shape)} needs others")
        yield Place(entry, begin, end)


def hash_file(file: Path) -> str:
    """The file's sha256, hexadecimal."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


class RowWriter:
    """Context manager that writes one file, laid out at once and filled in any order; safe for several threads.

    Tensors of wide types come first, so each begins at a multiple of its type's size, as readers that map the file
    need.
    """

    def __init__(self, file: Path, entries: Iterable[Entry]) -> None:
        """Creates the file with its header. Raises OSError."""
        ordered = sorted(entries, key=lambda entry: -DTYPES[entry.dtype].itemsize)
        header: dict[str, object] = {"__metadata__": {"format": "pt"}}
        offset = 0
        self._places: dict[str, Place] = {}
        for entry in ordered:
            self._places[entry.name] = Place(entry, offset, offset + entry.bytes)
            offset += entry.bytes
            header[entry.name] = {
                "dtype": entry.dtype,
                "shape": list(entry.shape),
                "data_offsets": [offset - entry.bytes, offset],
            }
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        self._start = 8 + len(text)
        self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        _write(self._descriptor, memoryview(len(text).to_bytes(8, "little") + text), 0)

    def write(self, name: str, values: Tensor, first: int = 0) -> None:
        """Put `values` into the tensor from row `first` on. Raises OSError where there is no room."""
        place = self._places[name]
        if values.dtype != DTYPES[place.entry.dtype]:
            raise TypeError(f"{name} is laid out as {place.entry.dtype}, got {values.dtype}")
        data = values.detach().contiguous().view(-1).view(torch.uint8).numpy()
        begin = place.begin + first * place.entry.row_bytes
        if begin + data.size > place.end:
            raise ValueError(f"{name}: {data.size} bytes from row {first} on do not fit")
        _write(self._descriptor, data.data, self._start + begin)

    def __enter__(self) -> RowWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._descriptor)


def _write(descriptor: int, view: memoryview, offset: int) -> None:
    while view:
        count = os.pwrite(descriptor, view, offset)
        view, offset = view[count:], offset + count
