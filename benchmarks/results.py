"""Figures as files: one JSON file per part in `results/`, with the day and the machine, from which `tables.py` makes
the tables of `docs/performance.md`.

A machine that is not quiet gets no file unless its figures are called noisy, and then they stay so called.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
import transformers

from openk2.bench.machine import check_quiet, cpu
from openk2.errors import BenchError

DIRECTORY = Path(__file__).with_name("results")


@dataclass(frozen=True)
class Machine:
    """Where figures come from."""

    cpu: str
    cores: int
    instructions: list[str]
    threads: int
    software: dict[str, str]
    """Program → version."""
    spread: float | None
    """Of five probes of the bandwidth before the measurement; None where the machine was not quiet."""
    noisy: str | None
    """Why its figures are not to be trusted beyond their ratios; None for a quiet machine."""


@dataclass(frozen=True)
class Result:
    """A part of the benchmarks as it was last measured."""

    part: str
    date: str
    machine: Machine
    rows: list[dict[str, Any]]
    command: str
    """What measures it again."""

    def save(self, directory: Path = DIRECTORY) -> None:
        """Into its file, instead of what was there."""
        directory.mkdir(exist_ok=True)
        text = json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False)
        (directory / f"{self.part}.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Result:
        """From its file."""
        fields = json.loads(file.read_text(encoding="utf-8"))
        return cls(**fields | {"machine": Machine(**fields["machine"])})


def machine(
    threads: int,
    software: dict[str, str],
    *,
    allow_noisy: bool,
    check: Callable[[], float] | None = check_quiet,
) -> Machine:
    """This machine, now. Ends the program where `check` says that it is not quiet and that is not allowed; figures that
    are counts need no check."""
    spread, noisy = None, None
    try:
        spread = None if check is None else check()
    except BenchError as error:
        if not allow_noisy:
            raise SystemExit(f"{error}; --noisy measures all the same and says so in the table") from None
        print(f"noisy: {error}", file=sys.stderr)
        noisy = str(error)
    found = cpu()
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, **software}
    return Machine(found.model, found.cores, list(found.instructions), threads, versions, spread, noisy)


def today() -> str:
    """The date, as a result has it."""
    return datetime.now(UTC).date().isoformat()
