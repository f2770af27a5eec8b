"""Schemas of texts and numbers, as a grammar enforces them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from openk2.chat.json_keywords import FORMATS
from openk2.chat.json_numbers import bounds_of, multiples, step_is_exact
from openk2.chat.json_pattern import translated
from openk2.chat.json_place import Place
from openk2.errors import RequestError

LONGEST_TEXT = 30_000
"""Larger bounds of a text's length are beyond what a grammar can count."""


def string_schema(own: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The keywords of a text. Raises RequestError for what cannot be enforced."""
    made: dict[str, Any] = {}
    if own.get("minLength", 0) > LONGEST_TEXT:
        raise place.refused("minLength", f"at most {LONGEST_TEXT}")
    for keyword in ("minLength", "maxLength"):
        if own.get(keyword) is not None and own[keyword] <= LONGEST_TEXT:
            made[keyword] = int(own[keyword])
    patterns = [pattern_of(own["pattern"], place)] if "pattern" in own else []
    if own.get("format") in FORMATS:
        made["format"] = own["format"]
        narrowed = FORMATS[own["format"]]
        patterns += [narrowed] if narrowed else []
    if patterns:
        made["pattern"] = patterns[0]
    if len(patterns) > 1:
        made["allOf"] = [{"pattern": pattern} for pattern in patterns[1:]]
    return made


def pattern_of(pattern: object, place: Place) -> str:
    """A pattern in the grammar compiler's dialect. Raises RequestError for one that has no counterpart there."""
    try:
        return translated(str(pattern))
    except ValueError as error:
        named = place.at("pattern")
        raise RequestError(f"{named} {json.dumps(pattern)} cannot be enforced by a grammar: {error}") from None


def number_schema(own: Mapping[str, Any], place: Place, *, integer: bool, only: bool) -> dict[str, Any]:
    """The keywords of a number; `only`: the value can be nothing else. Raises RequestError for what cannot be
    enforced."""
    try:
        made = bounds_of(own, integer)
    except (ValueError, ArithmeticError) as error:
        raise RequestError(f"{place}: {error or 'a bound is no number'}") from None
    step = own.get("multipleOf")
    if step is None or (integer and step == 1):
        return made
    if integer and isinstance(step, float) and step.is_integer():
        step = int(step)
    if step_is_exact(step):
        return {**made, "multipleOf": step}
    values = multiples(step, made, integer) if only else None
    if values is None:
        raise place.refused("multipleOf", "a whole number up to 1000, or bounds with few multiples between them")
    return {"enum": values}
