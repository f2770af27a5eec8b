"""Single values of a configuration: from TOML or text to the type of their key, every mistake told with its place."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Collection
from pathlib import Path
from typing import Any

from openk2.errors import ServerError

_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")

_NAMES: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    bytes: "text",
    Path: "a path",
}


def from_toml(hint: Any, value: Any, where: str) -> Any:
    """A TOML value as `hint` says; raises ServerError beginning with `where`."""
    inner = _without_none(hint)
    origin = typing.get_origin(inner)
    if dataclasses.is_dataclass(inner) and isinstance(inner, type):
        return table(inner, value, where)
    if origin is tuple and isinstance(value, list):
        item = typing.get_args(inner)[0]
        return tuple(from_toml(item, one, f"{where}[{number}]") for number, one in enumerate(value))
    if origin is typing.Literal and value in typing.get_args(inner):
        return value
    if inner is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if inner in (Path, bytes) and isinstance(value, str):
        return Path(value) if inner is Path else value.encode()
    if inner in (bool, int, float, str) and type(value) is inner:
        return value
    raise ServerError(f"{where} is {value!r}; accepted: {_accepted(inner)}")


def from_text(hint: Any, text: str, where: str) -> Any:
    """The text of an environment variable as `hint` says; lists are separated by commas, and where a key may be left
    out, an empty text leaves it out."""
    inner = _without_none(hint)
    if inner is not hint and not text:
        return None
    if typing.get_origin(inner) is tuple:
        return tuple(one.strip() for one in text.split(",") if one.strip())
    value: Any = text
    try:
        if inner is bool and text.lower() in (*_TRUE, *_FALSE):
            value = text.lower() in _TRUE
        elif inner in (int, float):
            value = inner(text)
    except ValueError:
        pass
    return from_toml(hint, value, where)


def table(cls: type, value: Any, where: str) -> Any:
    """A TOML table as a dataclass; unknown and missing keys are ServerErrors."""
    if not isinstance(value, dict):
        raise ServerError(f"{where} is {value!r}; accepted: a table")
    fields = {one.name: one for one in dataclasses.fields(cls)}
    hints = typing.get_type_hints(cls)
    for key in value:
        if key not in fields:
            raise ServerError(unknown(f"{where}.{key}", key, fields))
    for name, one in fields.items():
        if name not in value and one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
            raise ServerError(f"{where}.{name} is missing; accepted: {_accepted(hints[name])}")
    return cls(**{key: from_toml(hints[key], one, f"{where}.{key}") for key, one in value.items()})


def unknown(where: str, key: str, known: Collection[str]) -> str:
    """The complaint about a key nobody knows, with the nearest one that is known."""
    near = difflib.get_close_matches(key, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"accepted: {', '.join(sorted(known))}"
    return f"{where} is not a setting; {hint}"


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [one for one in typing.get_args(hint) if one is not type(None)]
        return inner[0] if len(inner) == 1 else hint
    return hint


def _accepted(hint: Any) -> str:
    inner = _without_none(hint)
    if typing.get_origin(inner) is typing.Literal:
        return ", ".join(typing.get_args(inner))
    if typing.get_origin(inner) is tuple:
        return "a list of tables" if dataclasses.is_dataclass(typing.get_args(inner)[0]) else "a list of texts"
    return _NAMES.get(inner, "another value")
