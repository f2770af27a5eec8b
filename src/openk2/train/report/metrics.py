"""Reading `metrics.jsonl`: one JSON object per line, `type` first, appended while the run lives.

A run that was killed leaves half a line, which is dropped, and when it is resumed it repeats the steps since its last
checkpoint. A step at or before the last one therefore winds the curves back to it; what the repeated steps cost
stays in `Run.seconds`, and spikes stay recorded. Records of a type this reader does not know are passed over.

Tensor names: `L` layers, `H` heads, `E` experts, `N` steps.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from openk2.errors import TrainError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """One source of the data mixture."""

    source: str
    """Directory or name of its shards."""
    rows: int
    """Samples it holds."""
    share: float
    """Of all samples, 0 to 1."""
    epochs: float
    """How often the whole run goes through them."""
    left_out: int
    """Trajectories too long for a row, which are never seen."""


@dataclass(frozen=True)
class Start:
    """What the run was set up as."""

    time: str
    """ISO 8601."""
    name: str
    recipe: dict[str, Any]
    """The whole recipe as a table."""
    parameters: int
    active_parameters: int
    """Parameters that one token passes through."""
    workers: int
    dtype: str
    machine: str
    mixture: tuple[Source, ...]
    tau: float
    """QK-Clip's threshold on attention logits."""


@dataclass(frozen=True)
class Step:
    """One optimiser step."""

    step: int
    tokens: int
    """Seen since the run began, this step included."""
    loss: float
    """Nats per token."""
    lr: float
    grad_norm: float
    seconds: float
    """Duration of this step."""
    tokens_per_second: float


@dataclass(frozen=True, eq=False)
class Detail:
    """What the watch saw inside the network at one step."""

    step: int
    max_logit_LH: Array
    """Largest attention logit of each head."""
    clipped_heads: int
    """Heads that QK-Clip scaled after this step."""
    load_LE: Array
    """Share of the routed tokens that each expert of each mixture-of-experts layer got; rows sum to 1."""

    @property
    def imbalance_L(self) -> Array:
        """Load of the busiest expert over the mean load, per mixture-of-experts layer; 1 is perfect balance."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.load_LE.max(axis=1) / self.load_LE.mean(axis=1))


@dataclass(frozen=True)
class Evaluation:
    """A measurement on the held-out documents of one kind."""

    step: int
    tokens: int
    kind: str
    loss: float
    """Nats per token."""
    bits_per_byte: float


@dataclass(frozen=True)
class Spike:
    """A step whose loss rose above what the running mean promised."""

    step: int
    loss: float
    expected: float


@dataclass(frozen=True)
class Resume:
    """The run went on from its checkpoint of that step."""

    step: int
    time: str


@dataclass(frozen=True)
class End:
    """How the run ended."""

    step: int
    reason: str
    """`done` or `stopped`."""
    seconds: float


@dataclass(frozen=True, eq=False)
class Run:
    """Everything the metrics of one run directory say, each step once."""

    directory: Path
    start: Start
    steps: tuple[Step, ...]
    """At least one, in rising order."""
    details: tuple[Detail, ...]
    evaluations: tuple[Evaluation, ...]
    spikes: tuple[Spike, ...]
    resumes: tuple[Resume, ...]
    end: End | None
    """None while the run goes on, or after it was killed."""
    seconds: float
    """Time spent in steps, repeated ones included."""

    def column(self, name: str) -> Array:
        """One field of all steps as an array [N]."""
        return np.array([getattr(step, name) for step in self.steps], dtype=np.float64)

    def tokens_at(self, steps: Array) -> Array:
        """Tokens seen after the given steps, interpolated between recorded ones."""
        return np.interp(steps, self.column("step"), self.column("tokens"))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of held-out documents, in the order in which they were first measured."""
        return tuple(dict.fromkeys(item.kind for item in self.evaluations))


def read_run(directory: Path) -> Run:
    """Read RUN/metrics.jsonl; raises TrainError naming file, line and field where it is missing or corrupt."""
    path = directory / "metrics.jsonl"
    gathered = _Gathered()
    for fields in _records(path):
        gathered.add(fields)
    if gathered.start is None:
        raise TrainError(f"{path}: holds no start record; accepted: the metrics of a training run")
    if not gathered.steps:
        raise TrainError(f"{path}: holds no finished step yet")
    shapes = {(item.max_logit_LH.shape, item.load_LE.shape) for item in gathered.details}
    if len(shapes) > 1:
        raise TrainError(f"{path}: detail records differ in layers, heads or experts; accepted: one model per run")
    return Run(
        directory,
        gathered.start,
        tuple(gathered.steps),
        tuple(gathered.details),
        tuple(gathered.evaluations),
        tuple(gathered.spikes),
        tuple(gathered.resumes),
        gathered.end,
        gathered.seconds,
    )


@dataclass
class _Gathered:
    """What has been read so far; `add` takes the next record."""

    start: Start | None = None
    steps: list[Step] = field(default_factory=list)
    details: list[Detail] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    spikes: list[Spike] = field(default_factory=list)
    resumes: list[Resume] = field(default_factory=list)
    end: End | None = None
    seconds: float = 0.0

    def add(self, fields: _Fields) -> None:
        kind = fields.text("type")
        if kind == "start":
            self.start = _start(fields)
        elif kind == "step":
            self._step(fields)
        elif kind == "detail":
            self.details.append(
                Detail(
                    fields.integer("step"),
                    fields.matrix("max_logit_LH"),
                    fields.integer("clipped_heads"),
                    fields.matrix("load_LE"),
                )
            )
        elif kind == "eval":
            self.evaluations.append(
                Evaluation(
                    fields.integer("step"),
                    fields.integer("tokens"),
                    fields.text("kind"),
                    fields.number("loss"),
                    fields.number("bits_per_byte"),
                )
            )
        elif kind == "spike":
            spike = Spike(fields.integer("step"), fields.number("loss"), fields.number("expected"))
            if spike not in self.spikes:
                self.spikes.append(spike)
        elif kind == "resume":
            self.resumes.append(Resume(fields.integer("step"), fields.text("time")))
            self.end = None
        elif kind == "end":
            self.end = End(fields.integer("step"), fields.text("reason"), fields.number("seconds"))

    def _step(self, fields: _Fields) -> None:
        step = Step(
            fields.integer("step"),
            fields.integer("tokens"),
            fields.number("loss"),
            fields.number("lr"),
            fields.number("grad_norm"),
            fields.number("seconds"),
            fields.number("tokens_per_second"),
        )
        if self.steps and step.step <= self.steps[-1].step:
            self.steps = _before(self.steps, step.step)
            self.details = _before(self.details, step.step)
            self.evaluations = _before(self.evaluations, step.step)
        self.steps.append(step)
        self.seconds += step.seconds if math.isfinite(step.seconds) else 0.0


class _Stepped(Protocol):
    @property
    def step(self) -> int: ...


S = TypeVar("S", bound=_Stepped)


def _before(records: list[S], step: int) -> list[S]:
    return [item for item in records if item.step < step]


def _start(fields: _Fields) -> Start:
    return Start(
        fields.text("time"),
        fields.text("name"),
        fields.table("recipe"),
        fields.integer("parameters"),
        fields.integer("active_parameters"),
        fields.integer("workers"),
        fields.text("dtype"),
        fields.text("machine"),
        tuple(
            Source(
                item.text("source"),
                item.integer("rows"),
                item.number("share"),
                item.number("epochs"),
                item.integer("left_out"),
            )
            for item in fields.tables("mixture")
        ),
        fields.number("tau"),
    )


def _records(path: Path) -> Iterator[_Fields]:
    """The file's JSON objects with the place each came from; lines torn by a kill are dropped."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise TrainError(f"{path}: cannot be read ({error.strerror}); accepted: the directory of a run") from None
    torn: str | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}: line {number}"
        try:
            record = json.loads(line)
        except ValueError:
            if torn is None:
                torn = f"{where}: not valid JSON"
            continue
        if not isinstance(record, dict):
            raise TrainError(f"{where}: must be a JSON object")
        # Half a line is what a kill leaves: at the end of the file, or in front of the record of the resumption.
        if torn is not None and record.get("type") != "resume":
            raise TrainError(torn)
        torn = None
        yield _Fields(record, where)


@dataclass(frozen=True)
class _Fields:
    """One record with checked access to its fields."""

    record: dict[str, Any]
    where: str

    def text(self, name: str) -> str:
        value = self._value(name)
        return value if isinstance(value, str) else self._wrong(name, "a string")

    def integer(self, name: str) -> int:
        value = self._value(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else self._wrong(name, "an integer")

    def number(self, name: str) -> float:
        """A number; null, which some writers put for it, is NaN."""
        value = self._value(name)
        if value is None:
            return math.nan
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._wrong(name, "a number")
        return float(value)

    def table(self, name: str) -> dict[str, Any]:
        value = self._value(name)
        return value if isinstance(value, dict) else self._wrong(name, "an object")

    def tables(self, name: str) -> list[_Fields]:
        value = self._value(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return self._wrong(name, "an array of objects")
        return [_Fields(item, f"{self.where}: {name}[{number}]") for number, item in enumerate(value)]

    def matrix(self, name: str) -> Array:
        """A rectangular array of numbers [rows, columns]; nulls are NaN; an empty one is [0, 0]."""
        try:
            matrix = np.array(self._value(name), dtype=np.float64)
        except (TypeError, ValueError):
            return self._wrong(name, "rows of numbers, all of one length")
        if matrix.size == 0:
            return np.zeros((0, 0))
        return matrix if matrix.ndim == 2 else self._wrong(name, "rows of numbers, all of one length")

    def _value(self, name: str) -> Any:
        if name not in self.record:
            raise TrainError(f"{self.where}: missing field {name!r}")
        return self.record[name]

    def _wrong(self, name: str, accepted: str) -> NoReturn:
        raise TrainError(f"{self.where}: {name}: must be {accepted}, not {str(self.record[name])[:40]!r}")
