"""A matrix as a field of coloured cells: heads by layers for attention logits, experts by layers for load.

One path per colour level keeps the file small; a matrix of more columns than a screen shows is binned by the value
that lies furthest out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openk2.train.report.chart import script_json
from openk2.train.report.curves import Array, largest
from openk2.train.report.words import escape, plain, rounded

LEVELS = 12
"""Steps of colour between nothing and full."""
COLUMNS, ROWS = 64, 32
"""Most cells across and down."""


@dataclass(frozen=True)
class HeatMap:
    """Cells of one matrix [rows, columns] under a title; row 0 is drawn on top."""

    title: str
    values: Array
    column: str
    """What a column is: `head` or `expert`."""
    first_layer: int
    """Number of the layer in row 0."""
    full: float
    """The value of full colour. Diverging: its inverse is full in the other colour, and 1 has none."""
    diverging: bool = False
    threshold: float | None = None
    """Values above it are outlined."""
    note: str = ""

    def html(self) -> str:
        """The map as a `figure`."""
        rows_per, columns_per = -(-self.values.shape[0] // ROWS), -(-self.values.shape[1] // COLUMNS)
        shown = _binned(self.values, rows_per, columns_per, self.diverging)
        rows, columns = shown.shape
        height = max(6, min(24, 520 // rows))
        every = -(-rows // max(1, rows * height // 22))
        layers = "".join(
            f'<span style="top:{100 * (row + 0.5) / rows:.2f}%">{self.first_layer + row * rows_per}</span>'
            for row in range(0, rows, every)
        )
        data = {
            "column": self.column,
            "layer": [self.first_layer, rows_per],
            "columns": columns_per,
            "suffix": "× the mean" if self.diverging else "",
            "values": [[rounded(value, 3) for value in row] for row in shown.tolist()],
        }
        return (
            f"<figure class=map><figcaption><h3>{escape(self.title)}</h3>{self._legend()}</figcaption>"
            f"<div class=frame><div class=y>{layers}</div>"
            f'<div class=cells style="height:{rows * height}px" role=img '
            f'aria-label="{escape(self.title)}, largest {plain(largest(shown))}">'
            f'<svg viewBox="0 0 {columns} {rows}" preserveAspectRatio=none aria-hidden=true>'
            f"{self._cells(shown)}</svg>{self._numbers(shown)}</div>"
            f"<div class=x><span>layer ↓ {escape(self.column)} →</span></div></div>"
            + (f"<p class=note>{escape(self.note)}</p>" if self.note else "")
            + f"<script type=application/json>{script_json(data)}</script></figure>"
        )

    def _legend(self) -> str:
        if self.diverging:
            low, high, kind = f"÷{plain(self.full)}", f"×{plain(self.full)}", "diverging"
        else:
            low, high, kind = "0", plain(self.full), "sequential"
        return f"<span class=ramp>{low}<i class={kind}></i>{high}</span>"

    def _depth(self, shown: Array) -> Array:
        """How much colour each cell has, -1 … 1."""
        if self.diverging:
            floor = np.maximum(shown, 1e-6)
            return np.asarray(np.clip(np.log(floor) / np.log(self.full), -1, 1))
        return np.asarray(np.clip(shown / self.full, 0, 1))

    def _cells(self, shown: Array) -> str:
        levels = np.nan_to_num(np.round(self._depth(shown) * LEVELS)).astype(int)
        parts = []
        for level in sorted(set(levels.ravel().tolist())):
            side = "empty" if level == 0 else "hot" if level > 0 else "cold"
            opacity = abs(level) / LEVELS if level else 1
            parts.append(f'<path class={side} fill-opacity="{opacity:.2g}" d="{_squares(levels == level)}"/>')
        if self.threshold is not None and (shown > self.threshold).any():
            parts.append(f'<path class=over d="{_squares(shown > self.threshold)}"/>')
        return "".join(parts)

    def _numbers(self, shown: Array) -> str:
        """The values themselves where the cells are large enough to hold them."""
        rows, columns = shown.shape
        if columns > 16 or rows > 20:
            return ""
        depth = np.abs(self._depth(shown))
        return "".join(
            f'<span class="n{" on" if depth[row, column] > 0.66 else ""}" '
            f'style="left:{100 * (column + 0.5) / columns:.2f}%;top:{100 * (row + 0.5) / rows:.2f}%">'
            f"{plain(float(f'{shown[row, column]:.3g}'))}</span>"
            for row in range(rows)
            for column in range(columns)
        )


def _binned(values: Array, rows_per: int, columns_per: int, diverging: bool) -> Array:
    """Blocks of cells as one cell: the largest value, or where maps diverge the one furthest from 1."""
    if rows_per == columns_per == 1:
        return values
    rows, columns = -(-values.shape[0] // rows_per), -(-values.shape[1] // columns_per)
    binned = np.empty((rows, columns))
    for row in range(rows):
        for column in range(columns):
            block = values[
                row * rows_per : (row + 1) * rows_per, column * columns_per : (column + 1) * columns_per
            ].ravel()
            far = np.abs(np.log(np.maximum(block, 1e-6))) if diverging else block
            binned[row, column] = block[int(np.argmax(far))]
    return binned


def _squares(chosen: Array | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    """A path around every chosen cell; the page's style sets them apart."""
    return "".join(f"M{column} {row}h1v1h-1z" for row, column in np.argwhere(chosen).tolist())
