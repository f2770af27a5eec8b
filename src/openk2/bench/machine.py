"""The machine a figure was measured on: what it is, how fast it can read and multiply now, and how restless it is.

On a shared host both move from minute to minute. So the probes run in the process and the minute of the measurement,
some before it and some after it.
"""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from openk2.kernels.probes import matmul_peak, read_bandwidth

QUIET = 0.15
"""Spread of the bandwidth up to which a machine is called quiet."""
BEFORE, AFTER = 3, 2
"""Probes of the bandwidth, in all five."""
BUSY = 0.10
"""Share of a core from which on another process disturbs."""
WATCHED = 0.5
"""Seconds for which other processes are watched."""
INSTRUCTIONS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimd", "asimddp", "i8mm")
"""What matters to kernels, under the names of /proc/cpuinfo."""


Measured = TypeVar("Measured")


@dataclass(frozen=True)
class Cpu:
    """What the processor says of itself."""

    model: str
    cores: int
    """Cores this process may use."""
    instructions: tuple[str, ...]
    """Those of `INSTRUCTIONS` it has."""


@dataclass(frozen=True)
class Probes:
    """The two limits, each measured several times."""

    read_bytes_per_second: tuple[float, ...]
    flops_per_second: tuple[float, ...]
    """Of bfloat16 products, before and after the measurement."""

    @property
    def bandwidth(self) -> float:
        """Bytes per second: the median."""
        return statistics.median(self.read_bytes_per_second)

    @property
    def peak(self) -> float:
        """Operations per second: the best."""
        return max(self.flops_per_second)

    @property
    def spread(self) -> float:
        """Largest less smallest bandwidth, as a share of the median."""
        return spread(self.read_bytes_per_second)


@dataclass(frozen=True)
class Noise:
    """How restless a machine is."""

    spread: float
    """Of the read bandwidth over five probes."""
    busy: tuple[str, ...]
    """Other processes at work, with their share of a core."""

    @property
    def reason(self) -> str | None:
        """Why figures of this machine mislead; None where it is quiet."""
        if self.busy:
            return f"other processes are at work: {', '.join(self.busy)}"
        if self.spread > QUIET:
            return f"the read bandwidth moved by {self.spread:.0%} over {BEFORE + AFTER} probes"
        return None


def spread(values: Sequence[float]) -> float:
    """Largest less smallest, as a share of the median."""
    return (max(values) - min(values)) / statistics.median(values)


def probed(measure: Callable[[], Measured], threads: int) -> tuple[Measured, Probes]:
    """What a measurement returns, and the limits around it."""
    read = [read_bandwidth(threads) for _ in range(BEFORE)]
    flops = [matmul_peak(threads)]
    measured = measure()
    flops.append(matmul_peak(threads))
    read += [read_bandwidth(threads) for _ in range(AFTER)]
    return measured, Probes(tuple(read), tuple(flops))


def cpu() -> Cpu:
    """The processor of this machine."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = said.get("flags", said.get("Features", "")).split()
    model = said.get("model name") or platform.processor() or platform.machine()
    return Cpu(model, _cores(), tuple(name for name in INSTRUCTIONS if name in flags))


def forget_peak_memory() -> None:
    """Let `peak_memory` begin anew, where the system can (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_memory() -> int:
    """Most resident bytes of this process, since `forget_peak_memory` where the system can say so."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def busy_processes() -> list[str]:
    """Other processes that use the processor now, as `name (share of a core)`; none where the system does not say."""
    before = _ticks()
    time.sleep(WATCHED)
    after = _ticks()
    rate = os.sysconf("SC_CLK_TCK") * WATCHED
    shares = {
        (name, pid): (ticks - before[name, pid]) / rate
        for (name, pid), ticks in after.items()
        if (name, pid) in before and pid != os.getpid()
    }
    return [f"{name} ({share:.0%})" for (name, _), share in shares.items() if share >= BUSY]


def noise(
    *,
    probe: Callable[[], float] = read_bandwidth,
    busy: Callable[[], list[str]] = busy_processes,
) -> Noise:
    """How restless the machine is now: who else is at work, then five probes of the bandwidth."""
    others = tuple(busy())
    return Noise(spread([probe() for _ in range(BEFORE + AFTER)]), others)


def _cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _ticks() -> dict[tuple[str, int], int]:
    """Processor time of every process in clock ticks, by name and number (Linux)."""
    found = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            head, _, tail = file.read_text().rpartition(")")
            fields = tail.split()
            found[head.partition("(")[2], int(file.parent.name)] = int(fields[11]) + int(fields[12])
    return found
