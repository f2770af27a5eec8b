"""Files written aside and put in place together: a save that fails or is killed leaves what was there before."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType


class Replacement:
    """Context manager that replaces files of one directory.

    `path(name)` gives a hidden path beside the final one to write to. Leaving the block without an exception flushes
    every file to the disk and renames them in the order they were asked for; with an exception they are deleted.
    `before` names files to delete first: an old index must not describe a mixture of old and new shards, should the
    machine stop between two renames.
    """

    def __init__(self, directory: Path, before: Iterable[str] = ()) -> None:
        self.directory = directory
        self._before = list(before)
        self._names: list[str] = []
        self._modes: dict[str, int] = {}

    def path(self, name: str) -> Path:
        """Where to write the new content of `name`."""
        aside = self.aside(name)
        aside.touch()
        self._modes[name] = aside.stat().st_mode  # what the user's umask gives; safetensors would make it private
        self._names.append(name)
        return aside

    def aside(self, name: str) -> Path:
        """Where the new content of `name` lies."""
        return self.directory / f".{name}.partial"

    def __enter__(self) -> Replacement:
        self.directory.mkdir(parents=True, exist_ok=True)
        for remains in self.directory.glob(".*.partial"):  # of a save that was killed
            remains.unlink()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None:
                self._put_in_place()
        finally:
            for name in self._names:
                self.aside(name).unlink(missing_ok=True)

    def _put_in_place(self) -> None:
        for name in self._names:
            self.aside(name).chmod(self._modes[name])
            _flush(self.aside(name))
        for name in self._before:
            (self.directory / name).unlink(missing_ok=True)
        for name in self._names:
            self.aside(name).replace(self.directory / name)
        _flush(self.directory)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
