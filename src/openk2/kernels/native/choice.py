"""Which level serves: the fastest that this machine can run and that passed its self-test, unless somebody chooses.

`OPENK2_KERNELS` says what `auto` means: `auto`, `reference`, or a level. Without a library, or without a level that
passes, one line is logged and everything goes the reference's way. How this relates to the PyTorch forms that training
uses is said in `kernels/choice.py`.
"""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openk2.errors import ConfigError, KernelError
from openk2.kernels.native.build import build, find_library
from openk2.kernels.native.levels import NAMES, levels_of_this_machine
from openk2.kernels.native.library import Level, Library
from openk2.kernels.native.selftest import Tested, self_test

VARIABLE = "OPENK2_KERNELS"
ACCEPTED = ("auto", "reference", *NAMES)

_log = logging.getLogger("openk2.kernels")
_lock = threading.Lock()


@dataclass(frozen=True)
class Available:
    """What there is on this machine."""

    library: Library | None
    missing: str | None
    """Why there is no library."""
    why_not: dict[str, str]
    """Level → why it may not serve."""
    tested: dict[str, Tested]

    @property
    def usable(self) -> tuple[str, ...]:
        """Levels that may serve, slowest first."""
        return tuple(level for level in self.tested if level not in self.why_not)


def asked(name: str = "auto") -> str:
    """What `name` means once the environment is asked; raises ConfigError for an unknown one."""
    source = f"kernels {name!r}"
    if name == "auto" and os.environ.get(VARIABLE):
        name = os.environ[VARIABLE]
        source = f"{VARIABLE}={name}"
    if name not in ACCEPTED:
        raise ConfigError(f"unknown {source}; accepted: {', '.join(ACCEPTED)}")
    return name


def native(name: str = "auto") -> Level | None:
    """The level to compute with, or None for the reference.

    The first call compiles and tests what is not compiled and tested yet. Raises ConfigError for a level that is asked
    for by name, here or by the environment, and that this machine has not.
    """
    level = asked(name)
    if level == "reference":
        return None
    kernels = available()
    if level == "auto":
        return kernels.library.level(kernels.usable[-1]) if kernels.library and kernels.usable else None
    if kernels.library is None or level not in kernels.usable:
        reason = kernels.missing or kernels.why_not.get(level) or "it is for another kind of CPU"
        raise ConfigError(f"kernels {level!r} cannot serve: {reason}; here: auto, reference{_listed(kernels.usable)}")
    return kernels.library.level(level)


def available() -> Available:
    """What there is; found out, and told in the log, once."""
    with _lock:
        return _available()


@cache
def _available() -> Available:
    found = look()
    if found.missing is not None:
        _log.warning("no native kernels, everything runs on the reference path: %s", found.missing)
    for level, tested in found.tested.items():
        if tested.unsupported is None and level in found.why_not:
            _log.warning("native kernels %s are not used: %s", level, found.why_not[level])
    return found


def look(again: bool = False) -> Available:
    """What there is now; compiles and tests what is not compiled and tested yet, or `again`."""
    try:
        path = find_library()
        if path is None:
            _log.info("compiling the native kernels, once")
            path = build()
        return _examine(path, again)
    except KernelError as error:
        return Available(None, str(error), {}, {})


def _examine(path: Path, again: bool) -> Available:
    """Tests the levels, and only then loads the library into this process."""
    levels = tuple(levels_of_this_machine())
    tested = self_test(path, levels, again=again)
    library = Library(path)
    unsupported = {level: library.unsupported(level) for level in levels}
    if any(tested[level].unsupported and not unsupported[level] for level in levels):
        tested = self_test(path, levels, again=True)  # the system allows what it refused when they were tested
    reasons = {level: unsupported[level] or tested[level].failure for level in levels}
    return Available(library, None, {level: reason for level, reason in reasons.items() if reason}, tested)


def _listed(levels: tuple[str, ...]) -> str:
    return "".join(f", {level}" for level in levels)
