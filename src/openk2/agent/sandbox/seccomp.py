"""A system call filter (seccomp(2)): a deny list as one classic BPF program, installed without privileges.

Denied calls fail with EPERM, so that a program meets an ordinary error. What it closes: sockets of every family
(`socketpair` stays), io_uring (which would go round the filter), tracing and other processes' memory, mounts and
namespaces, kernel modules, keys, clocks, memory that outlives its process, pushing characters
into a terminal.
"""

import ctypes
import struct
from collections.abc import Sequence

from openk2.agent.sandbox import kernel

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMN = {"x86_64": 0, "aarch64": 1}

_DENIED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "unshare": (272, 97),
    "setns": (308, 268),
    "chroot": (161, 51),
    "pivot_root": (155, 41),
    "mount": (165, 40),
    "umount2": (166, 39),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "iopl": (172, None),
    "ioperm": (173, None),
    "personality": (135, 92),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
}
"""Call to its number on x86_64 and on aarch64; None where it does not exist."""

_IDENTITIES: dict[str, tuple[int | None, int | None]] = {
    "setuid": (105, 146),
    "setgid": (106, 144),
    "setreuid": (113, 145),
    "setregid": (114, 143),
    "setresuid": (117, 147),
    "setresgid": (119, 149),
    "setfsuid": (122, 151),
    "setfsgid": (123, 152),
    "setgroups": (116, 159),
}
"""Changes of the user: skipped and reported as done, because shells end when they cannot give up privileges."""

_MODES: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
}
"""Changes of mode, owner, attributes and times, which Landlock does not cover; skipped unless mounts are read-only."""

_SIGNALS: dict[str, tuple[int | None, int | None]] = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
}
"""Signals; where nothing keeps them from processes outside, only those to oneself pass."""

_PRLIMIT = (302, 261)

_CLONE, _CLONE3, _IOCTL = (56, 220), 435, (16, 29)
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_NEW_NAMESPACES = 0x7E020080

_LOAD, _JUMP_EQUAL, _JUMP_SET, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARGUMENTS = 0, 4, 16

Instruction = tuple[int, int, int, int]


def program(machine: str, *, skip_modes: bool, own_pid: int | None, deny_signals: bool) -> bytes | None:
    """The filter as packed instructions; None for a machine whose call numbers are not known.

    `skip_modes`: skip changes of mode, owner, attributes and times and report them as done, so that copying a file with
    its mode still works. `own_pid`: deny setting the limits of any other
    process, for when no process namespace hides them; with `deny_signals`, deny signals to any other, too.
    """
    if machine not in _COLUMN:
        return None
    column = _COLUMN[machine]
    code: list[Instruction] = [
        (_LOAD, 0, 0, _OFFSET_ARCH),
        (_JUMP_EQUAL, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _OFFSET_NUMBER),
    ]
    if machine == "x86_64":
        code += [(_JUMP_AT_LEAST, 0, 1, 0x40000000), (_RETURN, 0, 0, _ERRNO | _EPERM)]
    for numbers in _DENIED.values():
        number = numbers[column]
        if number is not None:
            code += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | _EPERM)]
    for numbers in ({**_IDENTITIES, **_MODES} if skip_modes else _IDENTITIES).values():
        number = numbers[column]
        if number is not None:
            code += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO)]
    # clone3 keeps its flags in memory, where a filter cannot look; libraries fall back to clone.
    code += [(_JUMP_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ERRNO | _ENOSYS)]
    code += _with_argument(_CLONE[column], 0, [(_JUMP_SET, 0, 1, _NEW_NAMESPACES), (_RETURN, 0, 0, _ERRNO | _EPERM)])
    for request in (_TIOCSTI, _TIOCLINUX):
        code += _with_argument(_IOCTL[column], 1, [(_JUMP_EQUAL, 0, 1, request), (_RETURN, 0, 0, _ERRNO | _EPERM)])
    if own_pid is not None:
        for numbers in (_PRLIMIT, *(_SIGNALS.values() if deny_signals else ())):
            number = numbers[column]
            if number is not None:
                code += _with_argument(number, 0, _only_oneself(own_pid))
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def install(packed: bytes) -> None:
    """Bind this process and all its children, for good; needs no_new_privileges. Raises OSError."""
    buffer = ctypes.create_string_buffer(packed, len(packed))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(packed) // 8, ctypes.addressof(buffer)))
    kernel.prctl(22, 2, header)


def _with_argument(number: int, argument: int, checks: Sequence[Instruction]) -> list[Instruction]:
    """For this call only, run `checks` on the low half of an argument, then load the call's number again."""
    body = [(_LOAD, 0, 0, _OFFSET_ARGUMENTS + 8 * argument), *checks, (_LOAD, 0, 0, _OFFSET_NUMBER)]
    return [(_JUMP_EQUAL, 0, len(body), number), *body]


def _only_oneself(own_pid: int) -> list[Instruction]:
    return [
        (_JUMP_EQUAL, 2, 0, 0),
        (_JUMP_EQUAL, 1, 0, own_pid),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
    ]
