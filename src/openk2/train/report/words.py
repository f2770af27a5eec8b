"""Numbers, durations and text as the page writes them."""

from __future__ import annotations

import math
from html import escape

__all__ = ["compact", "counted", "duration", "escape", "fixed", "moment", "plain", "rounded"]


def compact(value: float) -> str:
    """Three significant digits with K, M, B or T: `62.6M`."""
    if not math.isfinite(value):
        return "–"
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= 0.9995 * size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def counted(number: int, noun: str) -> str:
    """`1 head`, `2 heads`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def plain(value: float) -> str:
    """A value on an axis or in a table: `0.002`, `2.5`, `4,400`, `2e-05`."""
    if not math.isfinite(value):
        return "–"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:,.4g}" if abs(value) < 1e3 else f"{value:,.0f}"
    return f"{value:.3g}".replace("e-0", "e-") if abs(value) < 1e-3 else compact(value)


def fixed(value: float, digits: int) -> str:
    """So many digits after the point."""
    return f"{value:.{digits}f}" if math.isfinite(value) else "–"


def duration(seconds: float) -> str:
    """The two largest units: `3 h 42 min`."""
    whole = round(seconds)
    for size, name, part, part_name in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {name}" + (f" {rest} {part_name}" if rest else "")
    return f"{seconds:.3g} s"


def moment(time: str) -> str:
    """An ISO 8601 time to the minute: `2026-11-25 14:12`."""
    return time[:16].replace("T", " ")


def rounded(value: float, digits: int = 5) -> float | int | None:
    """For the page's data: so many significant digits, None for what is not a finite number."""
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() else short
