"""What a conversion says about itself: how far the weights moved, where they come from, and the files beside them.

Beside the weights and their index lie config.json, the tokenizer's files, `README.md` (a model card, unless there is
one), `conversion.json` (the same figures for programs) and `SHA256SUMS`, which `sha256sum -c` and `openk2 verify` read.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openk2.checkpoint.replacement import Replacement
from openk2.checkpoint.tensor_file import hash_file, read_header
from openk2.checkpoint.writer import write_json

RECORD_FILE = "conversion.json"
SUMS_FILE = "SHA256SUMS"
"""One `HASH  FILE` line per file, as sha256sum writes them."""
CARD_FILE = "README.md"

_SAMPLES, _SAMPLE_BYTES = 16, 4096


@dataclass(frozen=True)
class ErrorSum:
    """How far some weights moved: sums over their numbers."""

    numbers: int = 0
    squared_error: float = 0.0
    squared_weight: float = 0.0
    """Of the tensors that were encoded anew; nothing is summed where they were copied."""

    def __add__(self, other: ErrorSum) -> ErrorSum:
        return ErrorSum(
            self.numbers + other.numbers,
            self.squared_error + other.squared_error,
            self.squared_weight + other.squared_weight,
        )

    def figures(self) -> dict[str, Any]:
        """Mean squared error, absolute and as a share of the mean square of the weights."""
        return {
            "parameters": self.numbers,
            "mse": self.squared_error / self.numbers if self.numbers else 0.0,
            "relative": self.squared_error / self.squared_weight if self.squared_weight else 0.0,
        }


@dataclass(frozen=True)
class Conversion:
    """A finished conversion."""

    source: str
    """Name of the model converted."""
    source_hash: str
    """Of the contents of its files, see `fingerprint`."""
    format: str
    layers: str | None
    """`FIRST-LAST` where only some were taken."""
    experts: str | None
    parameters: int
    bytes: int
    """Of the weight files."""
    files: int
    """Weight files."""
    parts: dict[str, dict[str, Any]]
    """Part of the network → its parameters, `mse` and `relative`."""

    def json(self) -> dict[str, Any]:
        """For programs."""
        return dict(vars(self))


def describe_source(directory: Path) -> str:
    """What to call a model directory: its name; of a training run, the run's name and the step."""
    directory = directory.resolve()
    step = re.fullmatch(r"step-0*(\d+)", directory.parent.name)
    if directory.name == "model" and step and directory.parent.parent.name == "checkpoints":
        return f"{directory.parents[2].name}, step {step[1]}"
    return directory.name


def fingerprint(config: Path, files: Iterable[Path]) -> str:
    """A hash that two models share only if they are the same: over config.json, every header, and samples of the
    weights; reading all of them would take as long as converting.
    """
    digest = hashlib.sha256(config.read_bytes())
    for file in sorted(files):
        places = read_header(file)
        size = file.stat().st_size
        digest.update(f"{file.name} {size} {places}".encode())
        with file.open("rb") as handle:
            for sample in range(_SAMPLES + 1):
                handle.seek(max(size - _SAMPLE_BYTES, 0) * sample // _SAMPLES)
                digest.update(handle.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def write_beside(
    directory: Path, done: Conversion, jsons: dict[str, dict[str, Any]], others: dict[str, bytes], sums: dict[str, str]
) -> None:
    """Write what lies beside the weights, together or not at all. `sums` are the weight files' hashes."""
    with Replacement(directory) as new:
        for name, content in {**jsons, RECORD_FILE: done.json()}.items():
            write_json(new.path(name), content)
        for name, data in others.items():
            new.path(name).write_bytes(data)
        hashes = {name: hash_file(new.aside(name)) for name in (*jsons, RECORD_FILE, *others)} | sums
        lines = [f"{hash}  {name}\n" for name, hash in sorted(hashes.items())]
        new.path(SUMS_FILE).write_text("".join(lines), encoding="utf-8")
        if not (directory / CARD_FILE).exists():
            new.path(CARD_FILE).write_text(_card(directory.resolve().name, done), encoding="utf-8")


def read_record(directory: Path) -> dict[str, Any] | None:
    """The conversion a directory holds the result of; None where it holds none."""
    try:
        record = json.loads((directory / RECORD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


_STORED = {
    "fp32": "every tensor in float32",
    "bf16": "every tensor in bfloat16",
    "fp8": "matrices of the layers in FP8 (E4M3, blocks of 128 × 128), all else in bfloat16",
    "int4": "routed experts in INT4 (groups of 32, compressed-tensors), all else in bfloat16",
    "int4-all": "matrices of the layers and the head in INT4 (groups of 32, compressed-tensors), all else in bfloat16",
}


def _card(name: str, done: Conversion) -> str:
    rows = "".join(
        f"| {part} | {figures['parameters']:,} | {_error(figures['mse'])} | {_error(figures['relative'])} |\n"
        for part, figures in done.parts.items()
    )
    part = "".join(f", {what} {some}" for what, some in (("layers", done.layers), ("experts", done.experts)) if some)
    return (
        f"# {name}\n\n"
        f"{done.source}{part}, converted to {done.format} by openk2.\n\n"
        "| | |\n|---|---|\n"
        f"| source | {done.source} (contents {done.source_hash[:16]}) |\n"
        f"| format | {done.format}: {_STORED[done.format]}; the router's bias in float32 |\n"
        f"| size | {done.parameters:,} parameters, {done.bytes:,} bytes in {done.files} file"
        f"{'s' if done.files > 1 else ''} |\n\n"
        "What the conversion changed, as mean squared error against the source, absolute and relative to the mean\n"
        "square of the weights; 0 where the numbers are the source's own.\n\n"
        "| part | parameters | mean squared error | relative |\n|---|---|---|---|\n"
        f"{rows}\n"
        f"`openk2 verify {name}` reads every file and compares it with `{SUMS_FILE}`.\n"
    )


def _error(value: float) -> str:
    return f"{value:.2e}" if value else "0"
