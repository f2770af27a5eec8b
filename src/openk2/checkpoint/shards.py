"""The safetensors files of one model directory, opened together and read one tensor at a time.

Opening reads only the files' headers, so a missing, torn or contradictory shard is found before any weight is read.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from safetensors import SafetensorError, safe_open
from torch import Tensor

from openk2.checkpoint.layout import INDEX_FILE, SINGLE_FILE
from openk2.errors import CheckpointError


@dataclass(frozen=True)
class StoredTensor:
    """What a header says about one tensor."""

    file: Path
    """The shard that holds it."""
    shape: tuple[int, ...]
    """Its shape."""
    dtype: str
    """Its type in safetensors' spelling: `BF16`, `F32`, `F8_E4M3`, …"""


class Shards:
    """Context manager over all tensors of a directory. Raises CheckpointError naming the file and the tensor."""

    def __init__(self, directory: Path) -> None:
        self.tensors: dict[str, StoredTensor] = {}
        """Name on disk → where and what it is."""
        self._handles: dict[Path, Any] = {}
        self._open = ExitStack()
        weight_map = _read_index(directory)
        files = [SINGLE_FILE] if weight_map is None else sorted(set(weight_map.values()))
        try:
            for name in files:
                self._add(directory / name, listed=weight_map is not None)
            for tensor, name in (weight_map or {}).items():
                if tensor not in self.tensors or self.tensors[tensor].file.name != name:
                    raise CheckpointError(
                        f"{directory / name}: tensor {tensor} is missing; {INDEX_FILE} says it is in this file"
                    )
        except BaseException:
            self._open.close()
            raise

    def _add(self, file: Path, listed: bool) -> None:
        if not file.is_file():
            why = f"{INDEX_FILE} lists it" if listed else f"a model directory has {SINGLE_FILE} or {INDEX_FILE}"
            raise CheckpointError(f"{file}: no such file; {why}")
        try:
            handle = self._open.enter_context(safe_open(file, framework="pt"))
        except (SafetensorError, OSError) as error:
            raise CheckpointError(
                f"{file}: not a complete safetensors file ({error}); fetch or save it again"
            ) from None
        self._handles[file] = handle
        for name in handle.keys():  # noqa: SIM118 (the handle is no mapping)
            if name in self.tensors:
                raise CheckpointError(
                    f"{file}: tensor {name} is also in {self.tensors[name].file}; one of them is needed"
                )
            header = handle.get_slice(name)
            self.tensors[name] = StoredTensor(file, tuple(header.get_shape()), header.get_dtype())

    def read(self, name: str) -> Tensor:
        """The tensor of that name, on the CPU, as stored."""
        stored = self.tensors[name]
        try:
            tensor: Tensor = self._handles[stored.file].get_tensor(name)
        except (SafetensorError, OSError, RuntimeError) as error:
            raise CheckpointError(f"{stored.file}: tensor {name} cannot be read: {error}") from None
        return tensor

    def __enter__(self) -> Shards:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()


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
