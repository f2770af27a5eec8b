"""Which levels may serve: each is tried in a process of its own (probe.py), and the outcome is kept beside the library.

What is kept holds for one library, one set of checks and one CPU, so that a later start reads a small file only.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from openk2.errors import KernelError
from openk2.kernels.native.build import folders

CHECKS = "openk2.kernels.native.checks"
SECONDS = 300.0
"""After which a probe that has not ended is killed."""
_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
"""Signals that say nothing of a kernel; such an outcome is not kept."""


@dataclass(frozen=True)
class Checked:
    """One operation of one level."""

    name: str
    error: float | None
    """Largest error; None if the check raised or its process died."""
    bound: float | None
    failure: str | None
    """One line, or None if it passed."""


@dataclass(frozen=True)
class Tested:
    """One level."""

    level: str
    unsupported: str | None
    """Why this machine cannot run it."""
    checks: tuple[Checked, ...]

    @property
    def failure(self) -> str | None:
        """Why the level may not serve, or None."""
        if self.unsupported is not None:
            return self.unsupported
        return next((f"{checked.name}: {checked.failure}" for checked in self.checks if checked.failure), None)


def self_test(library: Path, levels: Sequence[str], checks: str = CHECKS, again: bool = False) -> dict[str, Tested]:
    """Level → outcome, read if it is known and `again` is not asked for, else found out and kept.

    Raises KernelError if the library cannot be loaded.
    """
    key = _key(library, levels, checks)
    places = [folder / f"{library.stem}.json" for folder in (library.parent, *folders())]
    if not again:
        for place in places:
            known = _read(place, key)
            if known is not None:
                return known
    outcome, lasting = _probe(library, levels, checks)
    if lasting:
        for place in places:
            if _write(place, key, outcome):
                break
    return outcome


def _probe(library: Path, levels: Sequence[str], checks: str) -> tuple[dict[str, Tested], bool]:
    """Outcomes, and whether they will be the same next time."""
    outcome: dict[str, Tested] = {}
    lasting = True
    while left := [level for level in levels if level not in outcome]:
        told, end, outside = _run(library, checks, left)
        found = _understand(told, end)
        if not found:
            raise KernelError(f"the self-test of {library} cannot run: {end}")
        outcome.update(found)
        lasting = lasting and not outside
    return outcome, lasting


def _run(library: Path, checks: str, levels: Sequence[str]) -> tuple[str, str, bool]:
    """(what the probe told, how it ended, whether something other than itself ended it)."""
    package = str(Path(__file__).parents[3])
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    # The reference, whatever the user asks for: a probe must not ask for a probe.
    environment = {**os.environ, "PYTHONPATH": path, "OPENK2_KERNELS": "reference"}
    command = [sys.executable, "-m", "openk2.kernels.native.probe", str(library), checks, *levels]
    try:
        done = subprocess.run(command, capture_output=True, env=environment, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(), f"did not end within {SECONDS:.0f} s", True
    except OSError as error:
        raise KernelError(f"the self-test cannot start: {error}") from error
    told = done.stdout.decode()
    if done.returncode < 0:
        number = -done.returncode
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        return told, f"died of {name}", number in _OUTSIDE
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return told, said[-1] if said else f"ended with status {done.returncode}", False


def _understand(told: str, end: str) -> dict[str, Tested]:
    """Level → outcome; what was under way at the end failed because of it."""
    outcome: dict[str, Tested] = {}
    checked: list[Checked] = []
    under_way: list[str] = []
    for line in told.split("\n")[:-1]:
        match json.loads(line):
            case ["unusable", reason]:
                raise KernelError(reason)
            case ["begin", what]:
                under_way = what
            case ["checked", what]:
                checked.append(Checked(**what))
            case ["end", [level, unsupported]]:
                outcome[level] = Tested(level, unsupported, tuple(checked))
                checked, under_way = [], []
    if under_way:
        level, check = under_way
        outcome[level] = Tested(level, None, (*checked, Checked(check, None, None, end)))
    return outcome


def _key(library: Path, levels: Sequence[str], checks: str) -> str:
    """Changes with the library, whose name tells its sources, with the Python beside this file, and with the CPU.

    Files by size and time: hashing the library's bytes would take longer than everything else at a later start.
    """
    digest = hashlib.sha256(repr((checks, *levels, _cpu())).encode())
    for path in (library, *sorted(Path(__file__).parent.glob("*.py"))):
        told = path.stat()
        digest.update(f"{path.name} {told.st_size} {told.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _cpu() -> str:
    """Model and flags of the first CPU."""
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        first = file.read(16384).split("\n\n")[0].splitlines()
        varying = ("cpu MHz", "bogomips", "BogoMIPS", "processor", "apicid", "initial apicid", "core id")
        return "\n".join(line for line in first if not line.startswith(varying))
    return repr(platform.uname())


def _read(place: Path, key: str) -> dict[str, Tested] | None:
    try:
        kept = json.loads(place.read_bytes())
        if kept["key"] != key:
            return None
        return {
            each["level"]: Tested(
                each["level"], each["unsupported"], tuple(Checked(**checked) for checked in each["checks"])
            )
            for each in kept["levels"]
        }
    except (OSError, ValueError, TypeError, KeyError):
        return None  # not there, or not whole: found out again


def _write(place: Path, key: str, outcome: dict[str, Tested]) -> bool:
    text = json.dumps({"key": key, "levels": [asdict(tested) for tested in outcome.values()]}, indent=1)
    unfinished = place.with_suffix(f".{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text)
        unfinished.replace(place)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        return False
    return True
