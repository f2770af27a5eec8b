"""A process gives up what it does not need before it reads a stranger's file."""

import ctypes
import os
import resource
import sys

from openk2.server.files.extraction.found import Limits

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # linux/sched.h
_NO_NEW_PRIVILEGES = 38  # linux/prctl.h


def confine(limits: Limits) -> None:
    """Bound this process's memory, processor time and writing, and cut it off the network where the system lets an
    ordinary user do so (Linux with user namespaces)."""
    _bound(resource.RLIMIT_AS, limits.memory_bytes)
    _bound(resource.RLIMIT_CPU, limits.cpu_seconds)
    # Four bytes are the most a character takes, twelve the most its JSON does (`\ud83d\ude00`).
    _bound(resource.RLIMIT_FSIZE, 12 * limits.characters + (1 << 16))
    _bound(resource.RLIMIT_NOFILE, 32)
    _bound(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        system = ctypes.CDLL(None, use_errno=True)
        system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        system.unshare(_NEW_USER | _NEW_NETWORK)
    os.umask(0o077)


def _bound(what: int, limit: int) -> None:
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    # The processor's soft limit ends the process; the hard one is for what ignores that.
    more = 1 if what == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
    resource.setrlimit(what, (limit, limit + more))
