"""Bounds and multiples of numbers, in a form that text and value agree on.

A grammar compares a number's digits with a bound's, a validator compares doubles. They agree when a bound has at most
15 significant digits and is inclusive: a text on the right side of such a bound is read as a double on that side. So
bounds are rounded inwards to that, and an exclusive one moves to the next number of 15 digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

LARGEST_INTEGER = 2**63 - 1024
"""The largest integer that the grammar compiler's own arithmetic holds, in doubles below 2⁶³."""
LARGEST_NUMBER = Decimal(10**18)
SMALLEST_NUMBER = Decimal("1e-15")
EXACT_INTEGER = 2**53
MOST_MULTIPLES = 2000
"""Most multiples within bounds that are listed one by one."""
LARGEST_STEP = 1000
"""Larger steps take a grammar of too many states."""


def bounds_of(schema: Mapping[str, Any], integer: bool) -> dict[str, Any]:
    """`minimum` and `maximum` that say what the schema's four bounds say. Raises ValueError for bounds out of reach."""
    low = _bound(schema, "minimum", "exclusiveMinimum", up=True, integer=integer)
    high = _bound(schema, "maximum", "exclusiveMaximum", up=False, integer=integer)
    if low is not None and high is not None and low > high:
        raise ValueError(f"no number lies between {low} and {high}")
    made = {}
    for name, bound in (("minimum", low), ("maximum", high)):
        if bound is not None:
            made[name] = int(bound) if bound == bound.to_integral_value() else float(bound)
    return made


def _bound(schema: Mapping[str, Any], inclusive: str, exclusive: str, *, up: bool, integer: bool) -> Decimal | None:
    """The bound that both keywords leave: of a minimum (`up`) or a maximum."""
    given, strict = schema.get(inclusive), schema.get(exclusive)
    if isinstance(strict, bool):
        # Draft 4: whether the bound itself is excluded.
        given, strict = (None, given) if strict else (given, None)
    candidates = []
    if given is not None:
        candidates.append(_inward(Decimal(str(given)), up, integer))
    if strict is not None:
        value = Decimal(str(strict))
        step = Decimal(1) if integer else _unit(value)
        moved = _inward(value, up, integer)
        candidates.append(moved if moved != value else _inward(value + (step if up else -step), up, integer))
    if not candidates:
        return None
    bound = max(candidates) if up else min(candidates)
    largest = Decimal(LARGEST_INTEGER) if integer else LARGEST_NUMBER
    if (bound > largest) if up else (bound < -largest):
        raise ValueError(f"{bound} is out of reach; accepted: bounds up to {largest}")
    return min(bound, largest) if not up else max(bound, -largest)


def _inward(value: Decimal, up: bool, integer: bool) -> Decimal:
    rounding = ROUND_CEILING if up else ROUND_FLOOR
    if not integer:
        if value and abs(value) < SMALLEST_NUMBER:
            return (SMALLEST_NUMBER if up else Decimal(0)) if value > 0 else (Decimal(0) if up else -SMALLEST_NUMBER)
        return Context(prec=15, rounding=rounding).plus(value)
    whole = value.to_integral_value(rounding)
    if abs(whole) <= EXACT_INTEGER or abs(whole) > LARGEST_INTEGER:
        return whole
    exact = float(whole)
    while (Decimal(exact) < whole) if up else (Decimal(exact) > whole):
        exact = math.nextafter(exact, math.inf if up else -math.inf)
    return Decimal(exact)


def _unit(value: Decimal) -> Decimal:
    """The distance to the next number of 15 significant digits."""
    return max(Decimal(1).scaleb(value.adjusted() - 14), SMALLEST_NUMBER) if value else SMALLEST_NUMBER


def multiples(step: float | int, bounds: Mapping[str, Any], integer: bool) -> list[float | int] | None:
    """The multiples of `step` within bounds that validators accept, which divide doubles; None where there are too many
    to list."""
    if "minimum" not in bounds or "maximum" not in bounds:
        return None
    exact = Decimal(str(step))
    first = math.ceil(Decimal(str(bounds["minimum"])) / exact)
    last = math.floor(Decimal(str(bounds["maximum"])) / exact)
    if last - first >= MOST_MULTIPLES:
        return None
    values = [_plain(exact * number) for number in range(first, last + 1)]
    return [value for value in values if _divides(step, value) and not (integer and isinstance(value, float))]


def step_is_exact(step: float | int) -> bool:
    """Whether a grammar of digits and a division of doubles mean the same multiples: whole steps and a few binary
    fractions."""
    return step <= LARGEST_STEP and (step == int(step) or step in (0.5, 0.25, 0.125))


def _plain(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() else float(value)


def _divides(step: float | int, value: float | int) -> bool:
    if isinstance(step, float):
        quotient = value / step
        return int(quotient) == quotient
    return value % step == 0


def writable(value: object) -> bool:
    """Whether a grammar writes this constant so that it is read as the same value: of numbers, whole ones up to 2⁵³
    and those of at most 15 digits that are neither huge nor tiny."""
    match value:
        case bool() | str() | None:
            return True
        case int():
            return abs(value) <= EXACT_INTEGER
        case float():
            if not math.isfinite(value):
                return False
            exact = Decimal(repr(value))
            return len(exact.normalize().as_tuple().digits) <= 15 and (not exact or -8 < exact.adjusted() < 15)
        case list():
            return all(writable(item) for item in value)
        case dict():
            return all(writable(item) for item in value.values())
    return False
