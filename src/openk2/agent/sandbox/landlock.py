"""Landlock: a process gives up access to all files but those it names, without privileges (landlock(7)).

Files outside the granted trees cannot be opened, made, removed, renamed or truncated, whoever runs the process, root
included. ABI 4 adds TCP, ABI 6 signals and abstract sockets to outside. What it does not cover: changing mode, owner
or times of a file, and `stat`.
"""

import ctypes
import os
import stat
import struct

from openk2.agent.sandbox import kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""System call numbers, the same on every architecture."""

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK, _TRUNCATE, _IOCTL_DEV = 1 << 6, 1 << 11, 1 << 14, 1 << 15

READ = _EXECUTE | _READ_FILE | _READ_DIR
"""Look, read and execute."""
WRITE = ((1 << 16) - 1) & ~(_MAKE_CHAR | _MAKE_BLOCK | _IOCTL_DEV)
"""Everything but devices."""
DEVICE = _READ_FILE | _WRITE_FILE
"""Read and write one device file."""

_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_HANDLED = {1: 13, 2: 14, 3: 15, 4: 15}
"""ABI to how many file rights it knows; 16 from ABI 5 on."""


def abi() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    try:
        return kernel.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    except OSError:
        return 0


class Ruleset:
    """What stays allowed; nothing is, until granted. Raises OSError where the kernel refuses."""

    def __init__(self, version: int) -> None:
        self._handled = (1 << _HANDLED.get(version, 16)) - 1
        attributes = struct.pack("=Q", self._handled)
        if version >= 4:
            attributes += struct.pack("=Q", 0b11)
        if version >= 6:
            attributes += struct.pack("=Q", 0b11)
        buffer = ctypes.create_string_buffer(attributes, len(attributes))
        self._fd = kernel.syscall(_CREATE, buffer, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))

    def grant(self, path: str, rights: int) -> None:
        """Allow `rights` below `path`."""
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            self.grant_fd(fd, rights)
        finally:
            os.close(fd)

    def grant_fd(self, fd: int, rights: int) -> None:
        """Allow `rights` below the open file or directory."""
        rights &= self._handled
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= _FILE_RIGHTS
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, fd), 12)
        kernel.syscall(_ADD, ctypes.c_int(self._fd), ctypes.c_int(1), rule, ctypes.c_uint32(0))

    def enforce(self) -> None:
        """Bind this process and all its children, for good; needs no_new_privileges."""
        kernel.syscall(_RESTRICT, ctypes.c_int(self._fd), ctypes.c_uint32(0))
        os.close(self._fd)
