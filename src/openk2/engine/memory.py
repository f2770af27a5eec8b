"""How much memory this process can still get: what the machine has free, within the limit of its control group."""

from __future__ import annotations

import os
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_GROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.stat"), "anon"),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.stat"), "total_rss"),
)
"""Limit, statistics, and the figure of what cannot be dropped: control groups of version 2, then of version 1."""


def available_memory() -> int:
    """Bytes; off Linux, what the machine has in all."""
    if not _MEMINFO.is_file():
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    free = _figure(_MEMINFO, "MemAvailable:") * 1024
    for limit, statistics, held in _GROUPS:
        if limit.is_file() and (text := limit.read_text().strip()).isdigit():
            free = min(free, max(int(text) - _figure(statistics, held), 0))
    return free


def _figure(file: Path, name: str) -> int:
    lines = (line.split() for line in file.read_text().splitlines())
    return next((int(words[1]) for words in lines if words[0] == name), 0)
