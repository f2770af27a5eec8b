"""Fields deep inside a JSON body, read one by one; every complaint names the path and what would be accepted.

For the parts of a body whose form depends on a `type` among them; fields of one form are pydantic's (`bodies.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openk2.server.bodies import shown
from openk2.server.errors import ApiError


def wrong(where: str, value: object, accepted: str) -> ApiError:
    """The refusal (400) of a field's value; `accepted`: what it might be instead."""
    found = "missing" if value is None else shown(value)
    return ApiError(400, f"{where} is {found}; accepted: {accepted}", param=where)


def object_at(value: object, where: str) -> Mapping[str, Any]:
    """A JSON object; raises ApiError (400)."""
    if not isinstance(value, Mapping):
        raise wrong(where, value, "an object")
    return value


def list_at(value: object, where: str) -> Sequence[Any]:
    """A JSON list; raises ApiError (400)."""
    if not isinstance(value, list):
        raise wrong(where, value, "a list")
    return value


def text_at(value: object, where: str, *, empty: bool = True) -> str:
    """Text, of one character or more unless `empty`; raises ApiError (400)."""
    if not isinstance(value, str):
        raise wrong(where, value, "text")
    if not value and not empty:
        raise wrong(where, value, "text of one character or more")
    return value


def flag_at(value: object, where: str) -> bool | None:
    """True, false or nothing; raises ApiError (400)."""
    if value is not None and not isinstance(value, bool):
        raise wrong(where, value, "true or false")
    return value
