"""The shared library, loaded once, and a handle for each level of it.

A call costs what ctypes costs, half a microsecond, and other Python threads run meanwhile.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

from openk2.errors import KernelError

VERSION = 1
"""Of the interface in `cpp/openk2.h`."""


@dataclass(frozen=True)
class Level:
    """One level's operations, in a library that is loaded and on a machine that can run them."""

    name: str
    table: int
    """Address of its `ok2_operations`."""
    library: Library
    """Must not be let go of while the address is in use."""


class Library:
    """A loaded library."""

    def __init__(self, path: Path) -> None:
        """Raises KernelError if the file is no library, lacks a function, or is of another interface."""
        try:
            functions = ctypes.CDLL(str(path))
            functions.ok2_levels.restype = ctypes.c_char_p
            functions.ok2_unsupported.restype = ctypes.c_char_p
            functions.ok2_operations_of.restype = ctypes.c_void_p
            functions.ok2_set_threads.restype = None
            functions.ok2_threads.restype = ctypes.c_int32
            version = functions.ok2_version()
        except (OSError, AttributeError) as error:
            raise KernelError(f"{path} cannot be used: {error}; deleted, it is built anew") from error
        if version != VERSION:
            raise KernelError(f"{path} has interface {version}, {VERSION} is needed; deleted, it is built anew")
        self._functions = functions
        self.path = path
        self.levels: tuple[str, ...] = tuple(functions.ok2_levels().decode().split(","))
        """Those compiled into it, slowest first."""
        self._open: dict[str, Level] = {}

    def unsupported(self, level: str) -> str | None:
        """Why this machine cannot run a level, or None if it can."""
        reason = self._functions.ok2_unsupported(level.encode())
        return None if reason is None else reason.decode()

    def level(self, name: str) -> Level:
        """A level's operations; raises KernelError if this machine cannot run it."""
        if name not in self._open:
            table = self._functions.ok2_operations_of(name.encode())
            if not table:
                raise KernelError(f"level {name} cannot run here: {self.unsupported(name)}")
            self._open[name] = Level(name, table, self)
        return self._open[name]

    @property
    def threads(self) -> int:
        """How many work on one call; 1 at first. The process has one pool, which sleeps between calls."""
        return int(self._functions.ok2_threads())

    @threads.setter
    def threads(self, count: int) -> None:
        self._functions.ok2_set_threads(count)
