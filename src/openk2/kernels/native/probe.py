"""The process in which kernels run for the first time: an illegal instruction ends it, not the user's program.

    python -m openk2.kernels.native.probe LIBRARY CHECKS LEVEL...

CHECKS is a module with a table `CHECKS`. Each line is a pair in JSON, so that the reader (selftest.py) knows what was
under way when the process died: ["begin", [level, check]], ["checked", a `Checked`], ["end", [level, why it cannot run
here or null]]; or ["unusable", why the library cannot be loaded] alone.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING

from openk2.errors import KernelError
from openk2.kernels.native.library import Level, Library
from openk2.kernels.native.selftest import Checked

if TYPE_CHECKING:
    from openk2.kernels.native.checks import Check


def main(library: str, checks: str, *levels: str) -> None:
    """Run every check on every level named, and tell."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else prints must not stand between the lines
    try:
        loaded = Library(Path(library))
    except KernelError as error:
        _tell(out, "unusable", str(error))
        return
    table: dict[str, Check] = import_module(checks).CHECKS
    for level in levels:
        unsupported = loaded.unsupported(level)
        if unsupported is None:
            for name, check in table.items():
                _tell(out, "begin", [level, name])
                _tell(out, "checked", asdict(_run(name, check, loaded.level(level))))
        _tell(out, "end", [level, unsupported])


def _run(name: str, check: Check, level: Level) -> Checked:
    try:
        error, bound = check(level)
    except Exception as raised:
        return Checked(name, None, None, f"{type(raised).__name__}: {raised}")
    return Checked(name, error, bound, None if error <= bound else f"error {error:.3g} exceeds {bound:.3g}")


def _tell(out: IO[str], kind: str, what: object) -> None:
    print(json.dumps([kind, what]), file=out, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
