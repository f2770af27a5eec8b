"""Figures as files: one JSON file per part and kind of machine in `results/`, with the day and the machine, from which
`tables.py` makes the tables of `docs/performance.md`.

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

from openk2.bench.machine import QUIET, Noise, cpu, noise

DIRECTORY = Path(__file__).with_name("results")


class Restless(Exception):
    """The machine is not quiet enough for figures."""


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
    """Of five probes of the bandwidth before the measurement; None where nobody made them."""
    noisy: str | None
    """Why its figures are not to be trusted beyond their ratios; None for a quiet machine."""

    @property
    def kind(self) -> str:
        """Maker and strongest instructions, as `amd-avx512`: a later figure replaces one of the same kind only."""
        maker = next((name for name in ("intel", "amd", "arm", "apple") if name in self.cpu.lower()), "cpu")
        known = ("amx", "avx512", "avx2", "neon")
        strongest = next((f"-{name}" for name in known if name in str(self.instructions)), "")
        return maker + strongest


@dataclass(frozen=True)
class Result:
    """A part of the benchmarks as it was last measured."""

    part: str
    date: str
    machine: Machine
    rows: list[dict[str, Any]]
    command: str
    """What measures it again."""

    def save(self, directory: Path | None = None) -> None:
        """Into its file in `DIRECTORY` or another, instead of what was there of this kind of machine."""
        directory = directory or DIRECTORY
        directory.mkdir(exist_ok=True)
        text = json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False)
        (directory / f"{self.part}.{self.machine.kind}.json").write_text(text + "\n", encoding="utf-8")

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
    check: Callable[[], Noise] | None = noise,
) -> Machine:
    """This machine, now; figures that are counts need no check. Raises Restless where it is not quiet and that is not
    allowed."""
    found_noise = None if check is None else check()
    noisy = None if found_noise is None else found_noise.reason
    if noisy and not allow_noisy:
        raise Restless(
            f"{noisy}; accepted: an idle machine, and less than {QUIET:.0%}, or --noisy to say so in the table"
        )
    if noisy:
        print(f"noisy: {noisy}", file=sys.stderr)
    spread = None if found_noise is None else found_noise.spread
    found = cpu()
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, **software}
    return Machine(found.model, found.cores, list(found.instructions), threads, versions, spread, noisy)


def today() -> str:
    """The date, as a result has it."""
    return datetime.now(UTC).date().isoformat()
