"""A private view of the file system in which everything is read-only but a few directories (mount_namespaces(7)).

It covers what Landlock does not: mode, owner, times and attributes of files outside. Needs a user namespace or root.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from openk2.agent.sandbox import kernel

_MOUNT_SETATTR = 442
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_ATTR_RDONLY = 1
_MS_PRIVATE = 1 << 18


def only_writable(directories: Iterable[str]) -> None:
    """Enter a mount namespace of one's own in which only these directories can be changed; raises OSError.

    What was opened before, the current directory included, still belongs to the old view.
    """
    kernel.unshare(kernel.CLONE_NEWNS)
    _set("/", add=_ATTR_RDONLY, remove=0, propagation=_MS_PRIVATE, recursive=True)
    for directory in directories:
        kernel.bind_mount(directory)
        _set(directory, add=0, remove=_ATTR_RDONLY, propagation=0, recursive=False)


def _set(path: str, *, add: int, remove: int, propagation: int, recursive: bool) -> None:
    attributes = ctypes.create_string_buffer(struct.pack("=QQQQ", add, remove, propagation, 0), 32)
    flags = _AT_RECURSIVE if recursive else 0
    kernel.syscall(
        _MOUNT_SETATTR,
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(path),
        ctypes.c_uint(flags),
        attributes,
        ctypes.c_size_t(len(attributes)),
    )
