"""A chart of curves over tokens and over steps, as HTML with inline SVG; the page's style and script know its classes.

The SVG holds lines only and stretches with the page (`vector-effect` keeps their width), so that the text around it,
placed in per cent, has one size on every screen. Both x axes are drawn here; a radio button chooses by CSS alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from openk2.train.report.curves import Array, Scale
from openk2.train.report.words import compact, escape, plain, rounded

WIDTH, HEIGHT = 4000, 1600
"""Units of the drawing; a few per pixel of the widest screen."""
AXES = ("tokens", "steps")


@dataclass(frozen=True)
class Curve:
    """One line of a chart."""

    name: str
    colour: str
    """CSS colour, usually a variable of the page, so that it follows the light or dark theme."""
    steps: Array
    tokens: Array
    values: Array
    style: str = "thick"
    """`thick`, `thin` (pale, behind the others) or `dotted` (line with a dot at each point)."""
    key: str = ""
    """Curves of one key are switched together; empty: the name."""
    listed: bool = True
    """Whether it has its own place in the legend and in the readout."""


@dataclass(frozen=True)
class Mark:
    """An event at one step, drawn as a vertical line."""

    kind: str
    """`spike` or `resume`."""
    step: int
    tokens: float
    text: str


@dataclass(frozen=True)
class Span:
    """The x range that all charts of a page share."""

    tokens: float
    steps: float

    def scale(self, axis: str) -> Scale:
        return Scale(0.0, self.tokens if axis == "tokens" else self.steps)


@dataclass(frozen=True)
class Chart:
    """Curves under one title."""

    title: str
    unit: str
    curves: tuple[Curve, ...]
    scale: Scale
    marks: tuple[Mark, ...] = ()
    threshold: tuple[float, str] | None = None
    """A horizontal line with its name."""
    ramp: tuple[str, str] | None = None
    """Names of the first and the last curve where the curves are a family on one colour ramp; replaces the legend."""
    note: str = ""
    wide: bool = False

    def html(self, span: Span) -> str:
        """The chart as a `figure`."""
        return (
            f'<figure class="chart{" wide" if self.wide else ""}">'
            f"<figcaption><h3>{escape(self.title)}</h3><span class=unit>{escape(self.unit)}</span>"
            f"{self._legend()}</figcaption>"
            f"<div class=frame><div class=y>{self._y_ticks()}</div>"
            f'<div class=plot tabindex=0 role=img aria-label="{escape(self._spoken())}">{self._drawing(span)}'
            f"{self._labels(span)}<i class=cross></i></div>"
            f"<div class=x>{self._x_ticks(span)}</div></div>"
            + (f"<p class=note>{escape(self.note)}</p>" if self.note else "")
            + f"<script type=application/json>{script_json(self._data())}</script></figure>"
        )

    def _legend(self) -> str:
        if self.ramp:
            return f"<span class=ramp>{escape(self.ramp[0])}<i></i>{escape(self.ramp[1])}</span>"
        listed = [curve for curve in self.curves if curve.listed]
        if len(listed) < 2:
            return ""
        keys = "".join(
            f'<button type=button aria-pressed=true data-key="{escape(curve.key or curve.name)}">'
            f'<i class={curve.style} style="--c:{curve.colour}"></i>{escape(curve.name)}</button>'
            for curve in listed
        )
        return f"<span class=legend>{keys}</span>"

    def _spoken(self) -> str:
        ends = [
            f"{curve.name} {plain(float(curve.values[-1]))}"
            for curve in self.curves
            if curve.listed and len(curve.values)
        ]
        return f"{self.title}, {self.unit}; at the end: {', '.join(ends[:12])}"

    def _y_ticks(self) -> str:
        ticks = self.scale.ticks(7 if self.wide else 5)
        heights = 100 * (1 - self.scale.place(np.array(ticks)))
        return "".join(
            f'<span style="top:{height:.2f}%">{plain(tick)}</span>' for tick, height in zip(ticks, heights, strict=True)
        )

    def _x_ticks(self, span: Span) -> str:
        spans = []
        for axis in AXES:
            scale = span.scale(axis)
            for tick in scale.ticks(8 if self.wide else 5):
                text = compact(tick) if axis == "tokens" else f"{tick:,.0f}"
                spans.append(f'<span class=by-{axis} style="left:{100 * tick / scale.high:.2f}%">{text}</span>')
        return "".join(spans)

    def _drawing(self, span: Span) -> str:
        ticks = np.array(self.scale.ticks(7 if self.wide else 5))
        heights = HEIGHT * (1 - self.scale.place(ticks))
        grid = "".join(f"M0 {height:.0f}h{WIDTH}" for height in heights)
        tokens, steps = self._lines(span, "tokens"), self._lines(span, "steps")
        # With one batch size throughout both drawings are the same; then one serves both axes.
        lines = tokens if tokens == steps else f"<g class=by-tokens>{tokens}</g><g class=by-steps>{steps}</g>"
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio=none aria-hidden=true>'
            f'<path class=grid d="{grid}"/>{lines}</svg>'
        )

    def _lines(self, span: Span, axis: str) -> str:
        scale = span.scale(axis)
        parts = []
        for kind in ("resume", "spike"):
            places = [
                WIDTH * (mark.tokens if axis == "tokens" else mark.step) / scale.high
                for mark in self.marks
                if mark.kind == kind
            ]
            if places:
                parts.append(f'<path class={kind} d="{"".join(f"M{place:.0f} 0v{HEIGHT}" for place in places)}"/>')
        if self.threshold:
            height = HEIGHT * (1 - self.scale.place(np.array([self.threshold[0]]))[0])
            parts.append(f'<path class=threshold d="M0 {height:.0f}h{WIDTH}"/>')
        for curve in self.curves:
            x = WIDTH * scale.place(curve.tokens if axis == "tokens" else curve.steps)
            y = HEIGHT * (1 - self.scale.place(curve.values))
            path = _path(x, y)
            attributes = f'data-key="{escape(curve.key or curve.name)}" style="--c:{curve.colour}"'
            parts.append(f'<path class={curve.style} {attributes} d="{path}"/>')
            if curve.style == "dotted":
                parts.append(f'<path class=dots {attributes} d="{_dots(x, y)}"/>')
        return "".join(parts)

    def _labels(self, span: Span) -> str:
        """What stands inside the plot: heads of the marks and the threshold's name."""
        parts = []
        for mark in self.marks:
            places = [f"{100 * mark.tokens / span.tokens:.2f}", f"{100 * mark.step / span.steps:.2f}"]
            parts += [
                f'<b class="mark {mark.kind}{by}" style="left:{place}%" title="{escape(mark.text)}"></b>'
                for place, by in zip(
                    places, (" by-tokens", " by-steps") if len(set(places)) > 1 else ("",), strict=False
                )
            ]
        if self.threshold:
            value, name = self.threshold
            height = 100 * (1 - self.scale.place(np.array([value]))[0])
            parts.append(f'<span class=threshold style="top:{height:.2f}%">{escape(name)}</span>')
        return "".join(parts)

    def _data(self) -> dict[str, Any]:
        """What the readout needs: the drawn points. Curves over the same steps share them."""
        places: list[list[Any]] = []
        curves = []
        for curve in self.curves:
            if not curve.listed:
                continue
            place = [_integers(curve.steps), _integers(curve.tokens)]
            if place not in places:
                places.append(place)
            curves.append(
                {
                    "name": curve.name,
                    "key": curve.key or curve.name,
                    "colour": curve.colour,
                    "at": places.index(place),
                    "values": [rounded(value) for value in curve.values.tolist()],
                }
            )
        scale = {"low": self.scale.low, "high": self.scale.high, "log": self.scale.log}
        return {"scale": scale, "places": places, "curves": curves}


def script_json(data: Any) -> str:
    """Compact JSON that cannot end the script element it stands in."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False, ensure_ascii=False).replace("<", "\\u003c")


def _path(x: Array, y: Array) -> str:
    """An SVG path through the points in whole units; what is not finite interrupts it."""
    parts: list[str] = []
    last: tuple[int, int] | None = None
    for point in _points(x, y):
        if point is None:
            last = None
        elif last is None:
            parts.append(f"M{point[0]} {point[1]}l0 0")
            last = point
        else:
            across, down = point[0] - last[0], point[1] - last[1]
            parts.append(f" {across}{'' if down < 0 else ' '}{down}")
            last = point
    return "".join(parts)


def _dots(x: Array, y: Array) -> str:
    """A line of no length at each point; round line ends make it a dot."""
    return "".join(f"M{point[0]} {point[1]}h0" for point in _points(x, y) if point is not None)


def _points(x: Array, y: Array) -> list[tuple[int, int] | None]:
    bounded = np.clip(y, -HEIGHT, 2 * HEIGHT)
    finite = np.isfinite(x) & np.isfinite(y)
    return [
        (round(across), round(down)) if ok else None
        for across, down, ok in zip(x.tolist(), bounded.tolist(), finite.tolist(), strict=True)
    ]


def _integers(values: Sequence[float] | Array) -> list[int]:
    return [round(value) for value in np.asarray(values).tolist()]
