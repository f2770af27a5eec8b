"""Money as whole numbers: billionths of the currency's unit, as in the database.

A price of 0.001 per million tokens is exactly one billionth per token, so what a request costs and what a month costs
are exact; floats are for showing only.
"""

UNIT = 10**9
"""Billionths in one unit of currency."""


def shown(billionths: int) -> float:
    """As a number of the currency, for JSON; the float nearest to it."""
    return billionths / UNIT


def from_number(amount: float) -> int:
    """A number of the currency, as people and JSON give it, in billionths."""
    return round(amount * UNIT)


def text(billionths: int) -> str:
    """As a decimal without exponent or trailing zeros: `0.000168`."""
    whole, part = divmod(abs(billionths), UNIT)
    digits = f"{part:09d}".rstrip("0")
    return f"{'-' if billionths < 0 else ''}{whole}{'.' if digits else ''}{digits}"
