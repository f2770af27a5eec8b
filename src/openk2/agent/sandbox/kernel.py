"""Linux calls that Python does not offer: namespaces, capabilities, prctl, and raw system calls by number.

Sources: unshare(2), user_namespaces(7), capabilities(7), prctl(2). Nothing but the standard library is imported here:
the warm interpreter of the sandbox loads this file.
"""

import ctypes
import os
import struct
from contextlib import suppress

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

_MS_BIND = 0x1000

_PR_SET_DUMPABLE = 4
_PR_SET_SECUREBITS = 28
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38

_SECUREBITS = 0b11101111
"""No capabilities for root at exec, none from changing the user id, none raised as ambient; all of it locked."""

_CAPSET = {"x86_64": 126, "aarch64": 91}

_libc = ctypes.CDLL(None, use_errno=True)


def syscall(number: int, *arguments: object) -> int:
    """The system call of that number; raises OSError."""
    result: int = _libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise _last_error()
    return result


def prctl(option: int, argument: int = 0, pointer: object = 0) -> int:
    """prctl(2) with up to two arguments; raises OSError."""
    second = ctypes.c_ulong(pointer) if isinstance(pointer, int) else pointer
    result: int = _libc.prctl(option, ctypes.c_ulong(argument), second, ctypes.c_ulong(0), ctypes.c_ulong(0))
    if result < 0:
        raise _last_error()
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces named by the CLONE_NEW flags for fresh ones; raises OSError."""
    if _libc.unshare(ctypes.c_int(flags)) < 0:
        raise _last_error()


def machine() -> str:
    """The processor's name as the tables of system call numbers know it."""
    return os.uname().machine


def enter_user_namespace(flags: int) -> bool:
    """A user namespace of one's own together with the namespaces in `flags`.

    Root keeps every id (True: ids other than one's own may be taken); others keep their own id only (False). Raises
    OSError where the kernel or a policy forbids it.
    """
    user, group = os.getuid(), os.getgid()
    if user == 0 and _enter_with_every_id(flags):
        return True
    if user != 0:
        unshare(CLONE_NEWUSER | flags)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    return False


def _enter_with_every_id(flags: int) -> bool:
    """Unshare, and have a process that stayed outside map every id; False where it may not."""
    gone_read, gone_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        with suppress(OSError):
            os.close(gone_write)
            if os.read(gone_read, 1):
                for kind in ("uid", "gid"):
                    _write(f"/proc/{os.getppid()}/{kind}_map", "0 0 4294967295")
                status = 0
        os._exit(status)
    os.close(gone_read)
    try:
        unshare(CLONE_NEWUSER | flags)
        os.write(gone_write, b"x")
    finally:
        os.close(gone_write)
        status = os.waitpid(pid, 0)[1]
    return status == 0


def bind_mount(directory: str) -> None:
    """Make the directory a mount of its own, in place, so that it can have its own flags; raises OSError."""
    path = os.fsencode(directory)
    if _libc.mount(path, path, None, ctypes.c_ulong(_MS_BIND), None) < 0:
        raise _last_error()


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that none gets lost."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def undumpable() -> None:
    """Keep processes of the same user from reading this one's memory."""
    prctl(_PR_SET_DUMPABLE, 0)


def no_new_privileges() -> None:
    """Make setuid and file capabilities powerless from here on, for children too."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up every capability for good; raises OSError on a machine whose call numbers are not known."""
    with suppress(OSError):
        prctl(_PR_SET_SECUREBITS, _SECUREBITS)
    header = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0))
    nothing = ctypes.create_string_buffer(24)
    number = _CAPSET.get(machine())
    if number is None:
        raise OSError(f"capset is not known for {machine()}")
    syscall(number, header, nothing)


def _write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def _last_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
