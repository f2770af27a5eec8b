"""Which charts and maps a report shows, made from the runs it is about.

One run is shown in detail: raw beside smoothed loss, a line per kind of document, a line per layer. Several runs are
laid over one another, a colour each, and what has layers is reduced to the worst of them.

Tensor names: `L` layers, `H` heads, `E` experts, `N` records.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from openk2.train.report.chart import Chart, Curve, Mark, Span
from openk2.train.report.curves import Array, Indices, extremes, largest, peaks, scale_for, smooth, smoothing_window
from openk2.train.report.heatmap import HeatMap
from openk2.train.report.metrics import Run
from openk2.train.report.words import counted, moment, plain

COLOURS = tuple(f"var(--s{number})" for number in range(8))
"""Of runs and of kinds; what comes after the eighth begins again."""
POINTS = 600
"""Most points of a curve."""
LAYER_POINTS = 2400
"""Most points of all the layers' curves of one chart."""
MARKS = 60
"""Most spikes and most resumptions drawn."""
EARLY = 0.04
"""Part of the run whose losses may lie above the frame, so that the rest has room."""


def labels(runs: Sequence[Run]) -> tuple[str, ...]:
    """What the runs are called: their names, or their directories where two share a name."""
    names = tuple(run.start.name for run in runs)
    return names if len(set(names)) == len(names) else tuple(str(run.directory) for run in runs)


def span_of(runs: Sequence[Run]) -> Span:
    """The x range that holds all runs."""
    return Span(max(run.steps[-1].tokens for run in runs) or 1, max(run.steps[-1].step for run in runs) or 1)


def learning(runs: Sequence[Run]) -> list[Chart]:
    """Loss, held-out text, learning rate, gradient norm and speed."""
    return [_loss(runs), *_held_out(runs), _learning_rate(runs), _gradient_norm(runs), _speed(runs)]


def attention(runs: Sequence[Run]) -> list[Chart]:
    """Largest attention logits against QK-Clip's threshold, and how many heads it scaled."""
    watched = [run for run in runs if run.details and run.details[-1].max_logit_LH.size]
    if not watched:
        return []
    curves = _layers(
        runs, {run: np.stack([item.max_logit_LH.max(axis=1) for item in run.details]) for run in watched}, 0
    )
    tau = watched[0].start.tau
    clipped = {run: np.array([[item.clipped_heads] for item in run.details], dtype=np.float64) for run in watched}
    ever = any(values.any() for values in clipped.values())
    chart = Chart(
        "Largest attention logit",
        "maximum over the heads" if len(runs) == 1 else "maximum over all layers and heads",
        curves,
        scale_for(np.concatenate([*(curve.values for curve in curves), [tau]]), log=True),
        marks=_marks(runs) if len(runs) == 1 else (),
        threshold=(tau, f"QK-Clip τ = {plain(tau)}"),
        ramp=(curves[0].name, curves[-1].name) if len(runs) == 1 and len(curves) > 1 else None,
        note="" if ever else "No head reached the threshold: QK-Clip never scaled one.",
        wide=not ever,
    )
    if not ever:
        return [chart]
    counts = []
    for run, name, colour in _coloured(runs):
        if run in clipped:
            at, values = peaks(clipped[run], POINTS // 2)
            counts.append(_detail_curve(run, name if len(runs) > 1 else "clipped heads", colour, at, values[:, 0]))
    scale = scale_for(np.concatenate([curve.values for curve in counts]), from_zero=True)
    return [chart, Chart("Clipped heads", "heads QK-Clip scaled at a recorded step", tuple(counts), scale)]


def attention_maps(run: Run) -> list[HeatMap]:
    """Heads by layers: the last record, and the largest value each head ever had."""
    if not run.details or not run.details[-1].max_logit_LH.size:
        return []
    last_LH = run.details[-1].max_logit_LH
    most_LH = np.fmax.reduce([item.max_logit_LH for item in run.details])
    full = largest(most_LH)
    return [
        HeatMap(title, values, "head", 0, full if full > 0 else 1.0, threshold=run.start.tau)
        for title, values in (
            (f"Largest logit per head, step {run.details[-1].step:,}", last_LH),
            ("Largest logit per head, whole run", most_LH),
        )
    ]


def experts(runs: Sequence[Run]) -> list[Chart]:
    """How unevenly the router loads the experts over time."""
    watched = [run for run in runs if run.details and run.details[-1].load_LE.size]
    if not watched:
        return []
    columns = {run: np.stack([item.imbalance_L for item in run.details]) for run in watched}
    curves = _layers(runs, columns, _first_expert_layer(watched[0]))
    return [
        Chart(
            "Expert imbalance",
            "busiest expert over mean" + ("" if len(runs) == 1 else ", worst layer"),
            curves,
            scale_for(np.concatenate([*(curve.values for curve in curves), [1.0]]), log=True),
            marks=_marks(runs) if len(runs) == 1 else (),
            ramp=(curves[0].name, curves[-1].name) if len(runs) == 1 and len(curves) > 1 else None,
            wide=True,
        )
    ]


def expert_maps(run: Run) -> list[HeatMap]:
    """Experts by layers: load over mean, in the last record and on average over the last tenth (at least two)."""
    if not run.details or not run.details[-1].load_LE.size:
        return []
    count = run.details[-1].load_LE.shape[1]
    late = run.details[-max(2, len(run.details) // 10) :]
    last_LE = run.details[-1].load_LE * count
    mean_LE = np.mean([item.load_LE for item in late], axis=0) * count
    depths = np.abs(np.log(np.maximum([last_LE, mean_LE], 1e-6)))
    usual = float(np.exp(np.nanpercentile(depths, 97)))
    full = next((bound for bound in (1.25, 1.5, 2.0, 4.0) if usual <= bound), 8.0)
    return [
        HeatMap(title, values, "expert", _first_expert_layer(run), full, diverging=True)
        for title, values in (
            (f"Load per expert, step {run.details[-1].step:,}", last_LE),
            (f"Load per expert, mean of {counted(len(late), 'record')}", mean_LE),
        )
    ]


def _loss(runs: Sequence[Run]) -> Chart:
    late = []
    for run in runs:
        loss = run.column("loss")
        settled = run.column("step") >= EARLY * run.steps[-1].step
        kept = np.sort(loss[settled & np.isfinite(loss)])
        # A lone outlier may leave the frame, where its mark stays, so that the curve has room.
        late += [smooth(loss)[settled], kept[: math.ceil(0.998 * len(kept))]]
    scale = scale_for(np.concatenate(late))
    window = smoothing_window(max(len(run.steps) for run in runs))
    note = f"Smoothed: mean of {window:,} steps."
    first = max(run.steps[0].loss for run in runs)
    if first > scale.high:
        note += f" The curve begins above the frame, at {first:.2f}."
    curves = _raw_and_smooth(runs, "loss", POINTS)
    return Chart("Training loss", "nats per token", curves, scale, _marks(runs), note=note, wide=True)


def _held_out(runs: Sequence[Run]) -> list[Chart]:
    """One chart with a line per kind for one run, a chart per kind for several."""
    kinds = tuple(dict.fromkeys(kind for run in runs for kind in run.kinds))
    by_kind: dict[str, list[Curve]] = {kind: [] for kind in kinds}
    for run, name, run_colour in _coloured(runs):
        for number, kind in enumerate(kinds):
            found = [item for item in run.evaluations if item.kind == kind]
            if not found:
                continue
            values = np.array([item.bits_per_byte for item in found])
            at = extremes(values, POINTS // 3)
            steps = np.array([item.step for item in found], dtype=np.float64)[at]
            tokens = np.array([item.tokens for item in found], dtype=np.float64)[at]
            alone = len(runs) == 1
            colour = COLOURS[number % len(COLOURS)] if alone else run_colour
            style = "dotted" if len(found) <= 60 else "thick"
            by_kind[kind].append(Curve(kind if alone else name, colour, steps, tokens, values[at], style))
    if not kinds:
        return []
    if len(runs) == 1:
        curves = tuple(curve for kind in kinds for curve in by_kind[kind])
        return [_held_out_chart("Held-out text", curves, _marks(runs))]
    return [_held_out_chart(f"Held-out {kind}", tuple(by_kind[kind])) for kind in kinds]


def _held_out_chart(title: str, curves: tuple[Curve, ...], marks: tuple[Mark, ...] = ()) -> Chart:
    return Chart(title, "bits per byte", curves, scale_for(np.concatenate([curve.values for curve in curves])), marks)


def _learning_rate(runs: Sequence[Run]) -> Chart:
    curves = tuple(
        _step_curve(run, "learning rate" if len(runs) == 1 else name, colour, run.column("lr"), "thick", POINTS // 3)
        for run, name, colour in _coloured(runs)
    )
    return Chart("Learning rate", "", curves, scale_for(_all(curves), from_zero=True), _own_marks(runs))


def _gradient_norm(runs: Sequence[Run]) -> Chart:
    curves = _raw_and_smooth(runs, "grad_norm", POINTS)
    return Chart("Gradient norm", "before clipping", curves, scale_for(_all(curves), log=True), _own_marks(runs))


def _speed(runs: Sequence[Run]) -> Chart:
    curves = _raw_and_smooth(runs, "tokens_per_second", POINTS * 2 // 3)
    return Chart("Speed", "tokens per second", curves, scale_for(_all(curves), from_zero=True), _own_marks(runs))


def _raw_and_smooth(runs: Sequence[Run], column: str, limit: int) -> tuple[Curve, ...]:
    """A column of each run as it is, pale, and its moving mean before it. The more runs, the fewer points."""
    points = min(limit, 2 * limit // len(runs))
    alone = len(runs) == 1
    curves = []
    for run, name, colour in _coloured(runs):
        raw = run.column(column)
        curves.append(_step_curve(run, "each step" if alone else name, colour, raw, "thin", points, alone))
        curves.append(_step_curve(run, "smoothed" if alone else name, colour, smooth(raw), "thick", points // 2))
    return tuple(curves)


def _coloured(runs: Sequence[Run]) -> list[tuple[Run, str, str]]:
    """Each run with its label and its colour."""
    names = labels(runs)
    return [(run, names[number], COLOURS[number % len(COLOURS)]) for number, run in enumerate(runs)]


def _all(curves: Sequence[Curve]) -> Array:
    return np.concatenate([curve.values for curve in curves])


def _step_curve(run: Run, name: str, colour: str, values: Array, style: str, limit: int, listed: bool = True) -> Curve:
    """A column of the step records [N], thinned to its extremes."""
    at = extremes(values, limit)
    return Curve(name, colour, run.column("step")[at], run.column("tokens")[at], values[at], style, listed=listed)


def _detail_curve(run: Run, name: str, colour: str, at: Indices, values: Array) -> Curve:
    steps = np.array([item.step for item in run.details], dtype=np.float64)[at]
    return Curve(name, colour, steps, run.tokens_at(steps), values)


def _layers(runs: Sequence[Run], columns: dict[Run, Array], first: int) -> tuple[Curve, ...]:
    """Columns [N, L] of the detail records: a curve per layer of one run, else the worst layer of each run."""
    curves = []
    for run, name, colour in _coloured(runs):
        if run not in columns:
            continue
        values_NL = columns[run]
        if len(runs) > 1:
            at, worst = peaks(values_NL.max(axis=1, keepdims=True), POINTS // 2)
            curves.append(_detail_curve(run, name, colour, at, worst[:, 0]))
            continue
        count = values_NL.shape[1]
        at, shown = peaks(values_NL, max(40, min(POINTS // 2, LAYER_POINTS // count)))
        for layer in range(count):
            part = 100 * layer / max(1, count - 1)
            mixed = f"color-mix(in oklch,var(--last) {part:.0f}%,var(--first))"
            curves.append(_detail_curve(run, f"layer {first + layer}", mixed, at, shown[:, layer]))
    return tuple(curves)


def _first_expert_layer(run: Run) -> int:
    """The leading dense layers have heads but no experts."""
    last = run.details[-1]
    return max(0, len(last.max_logit_LH) - len(last.load_LE))


def _own_marks(runs: Sequence[Run]) -> tuple[Mark, ...]:
    """Where several runs share a chart, marks would not say whose they are."""
    return _marks(runs) if len(runs) == 1 else ()


def _marks(runs: Sequence[Run]) -> tuple[Mark, ...]:
    """Spikes and resumptions; of very many spikes the highest, of very many resumptions the last."""
    marks: list[Mark] = []
    for run, name, _ in _coloured(runs):
        whose = f"{name}: " if len(runs) > 1 else ""
        for resume in run.resumes[-MARKS:]:
            text = f"{whose}resumed from step {resume.step:,}, {moment(resume.time)}"
            marks.append(Mark("resume", resume.step, _tokens(run, resume.step), text))
        for spike in sorted(run.spikes, key=lambda item: item.expected - item.loss)[:MARKS]:
            text = f"{whose}spike at step {spike.step:,}: loss {spike.loss:.3f}, expected {spike.expected:.3f}"
            marks.append(Mark("spike", spike.step, _tokens(run, spike.step), text))
    return tuple(marks)


def _tokens(run: Run, step: int) -> float:
    return float(run.tokens_at(np.array([step], dtype=np.float64))[0])
