"""What a run leaves to read: `metrics.jsonl`, one JSON object per line, in the order of steps.

Types: start, step, detail (per-head logits, expert loads), eval, spike, resume, end. A run that goes on from a
checkpoint first drops the lines of steps it will do again.
"""

from __future__ import annotations

import datetime
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from openk2.errors import TrainError
from openk2.train.heldout import HeldOut
from openk2.train.recipe import TrainRecipe
from openk2.train.shared import Seen

SMOOTHING = 0.98
"""Of the running mean a spike is measured against."""
SETTLING = 50
"""Steps before the first spike can be told."""


@dataclass(frozen=True)
class Progress:
    """Where a run is, for the person watching."""

    step: int
    steps: int
    tokens: int
    loss: float
    """Nats per predicted token, this step."""
    lr: float
    tokens_per_second: float
    """Over the last steps."""
    evaluation: dict[str, float]
    """Latest bits per byte on held-out documents, by kind."""


class Watch:
    """Writes the log of one run."""

    def __init__(self, path: Path, recipe: TrainRecipe, state: dict[str, Any] | None) -> None:
        self._recipe, self._path = recipe, path
        self._mean: float | None = (state or {}).get("mean")
        self._speed: float | None = None
        self._seconds = float((state or {}).get("seconds", 0.0))
        self.evaluations: dict[str, float] = dict((state or {}).get("evaluations", {}))
        self.progress = Progress(0, recipe.steps, 0, math.nan, 0.0, 0.0, self.evaluations)
        self._file = path.open("a", encoding="utf-8")

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps so that the log goes on as if nothing had happened."""
        return {"mean": self._mean, "seconds": self._seconds, "evaluations": self.evaluations}

    def step(self, step: int, seen: Seen, lr: float, seconds: float) -> None:
        """Log one optimiser step."""
        tokens = self._recipe.batch.tokens
        self._seconds += seconds
        speed = tokens / max(seconds, 1e-9)
        self._speed = speed if self._speed is None else 0.9 * self._speed + 0.1 * speed
        record = {
            "type": "step",
            "step": step,
            "tokens": step * tokens,
            "samples": [(step - 1) * self._recipe.rows, step * self._recipe.rows],
            "loss": seen.loss,
            "lr": lr,
            "grad_norm": seen.grad_norm,
            "seconds": round(seconds, 4),
            "tokens_per_second": round(speed, 1),
        }
        self._write(record)
        if self._mean is not None and step > SETTLING and seen.loss > self._mean + self._recipe.watch.spike:
            self._write({"type": "spike", "step": step, "loss": seen.loss, "expected": self._mean})
        self._mean = seen.loss if self._mean is None else SMOOTHING * self._mean + (1 - SMOOTHING) * seen.loss
        self.progress = Progress(step, self._recipe.steps, step * tokens, seen.loss, lr, self._speed, self.evaluations)

    def detail(self, step: int, seen: Seen, moe_layers: list[int]) -> None:
        """Log the largest logit of every head (in layers that have logits) and the load of every expert."""
        watched_L = (seen.max_logit_LH != float("-inf")).any(-1)
        load_LE = seen.load_LE[moe_layers].float()
        self._write(
            {
                "type": "detail",
                "step": step,
                "max_logit_LH": _rounded(seen.max_logit_LH[watched_L], 2),
                "clipped_heads": seen.clipped_heads,
                "load_LE": _rounded(load_LE / load_LE.sum(-1, keepdim=True).clamp(min=1), 4),
            }
        )

    def evaluation(self, step: int, heldout: HeldOut, totals_K2: Tensor) -> None:
        """Log held-out measurements: Σ loss in nats and tokens per kind."""
        for kind, (loss, tokens) in zip(heldout.kinds, totals_K2.tolist(), strict=True):
            bits = loss / math.log(2) / kind.bytes
            self.evaluations[kind.name] = bits
            tokens_seen = step * self._recipe.batch.tokens
            record = {"type": "eval", "step": step, "tokens": tokens_seen, "kind": kind.name}
            self._write({**record, "loss": loss / tokens, "bits_per_byte": bits})

    def end(self, step: int, reason: str) -> None:
        """Log the end: done or stopped."""
        self._write({"type": "end", "step": step, "reason": reason, "seconds": round(self._seconds, 1)})
        os.fsync(self._file.fileno())

    def _write(self, record: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(record) + "\n")
            self._file.flush()
        except OSError as error:
            raise TrainError(
                f"{self._path}: cannot be written ({error.strerror}); the last checkpoint is intact"
            ) from None


def begin_log(path: Path, record: dict[str, Any], resume_step: int | None) -> None:
    """Start a log with its `start` record, or cut it back to `resume_step` and add a `resume`; raises TrainError."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    lines: list[dict[str, Any]] = []
    if resume_step is not None:
        for line in read_log(path):
            if line["type"] == "end" or (line["type"] != "start" and line["step"] > resume_step):
                continue
            lines.append(line)
        lines.append({"type": "resume", "step": resume_step, "time": now})
    else:
        lines.append({"type": "start", "time": now, **record})
    temporary = path.with_suffix(".tmp")
    try:
        temporary.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        raise TrainError(f"{path}: cannot be written ({error.strerror})") from None


def read_log(path: Path) -> list[dict[str, Any]]:
    """The records of a log; a torn last line is left out, another broken line raises TrainError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise TrainError(f"{path}: cannot be read ({error.strerror}); give a run directory") from None
    records: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            records.append({"type": record.pop("type"), **record})
        except (ValueError, KeyError, AttributeError):
            if number == len(lines):
                break
            raise TrainError(f"{path}, line {number}: not a metrics record") from None
    return records


def _rounded(values: Tensor, digits: int) -> list[list[float]]:
    return [[round(value, digits) if math.isfinite(value) else None for value in row] for row in values.tolist()]  # type: ignore[misc]
