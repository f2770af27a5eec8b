"""What a run comes to, in a dozen figures: the cards of the page and the object of `openk2 report --json`."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from openk2.config import K2Config
from openk2.train.report.curves import largest, smooth
from openk2.train.report.metrics import Evaluation, Run


@dataclass(frozen=True)
class HeldOut:
    """Held-out measurements of one kind, in bits per byte."""

    best: float
    best_step: int
    last: float


@dataclass(frozen=True)
class Summary:
    """The figures of one run."""

    name: str
    shape: str
    """The model's shape in words."""
    state: str
    """`done`, `stopped`, or `unfinished` where the run goes on or was killed."""
    parameters: int
    active_parameters: int
    steps: int
    tokens: int
    planned_tokens: int | None
    """Of the recipe's schedule; None where it names none."""
    final_loss: float
    """Mean training loss over the last steps, nats per token; the end of the smoothed curve."""
    held_out: dict[str, HeldOut]
    """By kind of document."""
    tokens_per_second: float
    """Median over the steps."""
    seconds: float
    """Time spent in steps, those repeated after a resumption included."""
    resumes: int
    spikes: int
    max_logit: float | None
    """Largest attention logit of any head; None without detail records."""
    clipped_heads: int
    """Most heads that QK-Clip scaled at one recorded step."""
    expert_imbalance: float | None
    """Busiest expert over mean, worst layer, mean over the last tenth of the records; None without any."""

    def json(self) -> dict[str, Any]:
        """The same as plain data; what is not a finite number is None."""
        table = dataclasses.asdict(self)
        return {name: _finite(value) for name, value in table.items()}


def summarise(run: Run) -> Summary:
    """The figures of a run."""
    schedule = run.start.recipe.get("schedule")
    planned = schedule.get("tokens") if isinstance(schedule, dict) else None
    logits = [largest(detail.max_logit_LH) for detail in run.details if detail.max_logit_LH.size]
    imbalances = [largest(detail.imbalance_L) for detail in run.details if detail.load_LE.size]
    late = imbalances[-max(1, len(imbalances) // 10) :]
    return Summary(
        name=run.start.name,
        shape=shape_of(run),
        state=run.end.reason if run.end else "unfinished",
        parameters=run.start.parameters,
        active_parameters=run.start.active_parameters,
        steps=run.steps[-1].step,
        tokens=run.steps[-1].tokens,
        planned_tokens=planned if isinstance(planned, int) else None,
        final_loss=float(smooth(run.column("loss"))[-1]),
        held_out={kind: _held_out([item for item in run.evaluations if item.kind == kind]) for kind in run.kinds},
        tokens_per_second=float(np.median(run.column("tokens_per_second"))),
        seconds=run.seconds,
        resumes=len(run.resumes),
        spikes=len(run.spikes),
        max_logit=largest(np.array(logits)) if logits else None,
        clipped_heads=max((detail.clipped_heads for detail in run.details), default=0),
        expert_imbalance=float(np.mean(late)) if late else None,
    )


def shape_of(run: Run) -> str:
    """Layers, width, heads and experts in words: of the recipe's preset, else as far as the detail records tell."""
    model = run.start.recipe.get("model")
    preset = model.get("preset") if isinstance(model, dict) else None
    if preset in K2Config.preset_names():
        config = K2Config.preset(preset)
        return (
            f"{config.num_hidden_layers} layers, width {config.hidden_size:,}, {config.num_attention_heads} heads, "
            f"{config.n_routed_experts} experts, {config.num_experts_per_tok} per token"
        )
    if not run.details:
        return ""
    layers, heads = run.details[-1].max_logit_LH.shape
    return f"{layers} layers, {heads} heads, {run.details[-1].load_LE.shape[1]} experts"


def _held_out(evaluations: list[Evaluation]) -> HeldOut:
    best = min(evaluations, key=lambda item: item.bits_per_byte if math.isfinite(item.bits_per_byte) else math.inf)
    return HeldOut(best.bits_per_byte, best.step, evaluations[-1].bits_per_byte)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
