"""What a conversion has finished, in a file of its target that lives as long as the conversion does.

The first line says what is being made, each further line one finished file with its hash. A line is written after its
file has reached the disk, so a conversion killed at any moment finds every file it may keep. The journal is locked: two
conversions never write to one directory.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from openk2.checkpoint.tensor_file import hash_file
from openk2.errors import CheckpointError

JOURNAL_FILE = ".convert.jsonl"


class Journal:
    """Context manager; `finished` holds the files that an earlier run left whole."""

    def __init__(self, directory: Path, making: dict[str, Any]) -> None:
        """`making` describes the conversion and must be that of the earlier run."""
        self._path = directory / JOURNAL_FILE
        self._making = making
        self.finished: dict[str, dict[str, Any]] = {}
        """File name → its line: `file`, `sha256` and what `add` was given."""

    def __enter__(self) -> Journal:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CheckpointError(f"{self._path.parent}: another conversion is writing here; let it end") from None
            self._resume()
        except BaseException:
            os.close(self._descriptor)
            raise
        return self

    def _resume(self) -> None:
        lines: list[dict[str, Any]] = []
        length = 0
        for line in self._path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):  # torn by a kill
                break
            lines.append(json.loads(line))
            length += len(line)
        os.ftruncate(self._descriptor, length)
        os.lseek(self._descriptor, length, os.SEEK_SET)
        if not lines:
            self._append(self._making)
        elif lines[0] != self._making:
            different = [key for key, value in self._making.items() if lines[0].get(key) != value]
            raise CheckpointError(
                f"{self._path.parent}: holds an unfinished conversion with another {' and '.join(different)}; "
                "finish that one, delete the directory, or choose another"
            )
        self.finished = {entry["file"]: entry for entry in lines[1:] if self._whole(entry)}

    def _whole(self, entry: dict[str, Any]) -> bool:
        file = self._path.with_name(entry["file"])
        return file.is_file() and hash_file(file) == entry["sha256"]

    def add(self, file: str, sha256: str, **more: Any) -> None:
        """Note that a file is finished and on the disk."""
        self.finished[file] = {"file": file, "sha256": sha256, **more}
        self._append(self.finished[file])

    def _append(self, entry: dict[str, Any]) -> None:
        os.write(self._descriptor, json.dumps(entry).encode() + b"\n")
        os.fsync(self._descriptor)

    def remove(self) -> None:
        """The conversion is complete."""
        self._path.unlink()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._descriptor)
