"""Recipes: TOML files read into frozen dataclasses; every mistake is one RecipeError naming file, table and key.

A recipe is a dataclass whose fields are strings, numbers, booleans, optional ones of these, tuples of tables, nested
tables, and dictionaries; the dataclass's defaults are the recipe's. Fields with the metadata `internal` are not keys.
"""

from __future__ import annotations

import copy
import dataclasses
import tomllib
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

from openk2.errors import RecipeError

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """The file's table; raises RecipeError when it cannot be read or is no TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: not valid TOML: {error}") from None


def read_table(cls: type[T], table: Any, where: str) -> T:
    """A table as the dataclass `cls`; unknown keys, missing keys and wrong types are RecipeErrors."""
    if not isinstance(table, dict):
        raise RecipeError(f"{where}: must be a table, not {_toml_type(table)}")
    hints = typing.get_type_hints(cls)
    fields = {item.name: item for item in dataclasses.fields(cls) if not item.metadata.get("internal")}  # type: ignore[arg-type]
    for key in table:
        if key not in fields:
            raise RecipeError(f"{where}: unknown key {key!r}; accepted: {', '.join(fields)}")
    values: dict[str, Any] = {}
    for name, item in fields.items():
        if name in table:
            values[name] = _convert(hints[name], table[name], f"{where}: {name}")
        elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            raise RecipeError(f"{where}: missing key {name!r}")
    return cls(**values)


def override(table: dict[str, Any], assignments: typing.Iterable[str]) -> dict[str, Any]:
    """The table with `section.key=value` assignments applied; values are TOML, or plain text where that fails."""
    changed = copy.deepcopy(table)
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name:
            raise RecipeError(f"--set {assignment}: must be section.key=value, for example optimizer.lr=0.003")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        *sections, key = name.split(".")
        target = changed
        for section in sections:
            target = target.setdefault(section, {})
            if not isinstance(target, dict):
                raise RecipeError(f"--set {assignment}: {section!r} is no section of the recipe")
        target[key] = value
    return changed


def _convert(hint: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return read_table(hint, value, where)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise RecipeError(f"{where}: must be an array, not {_toml_type(value)}")
        inner = typing.get_args(hint)[0]
        return tuple(_convert(inner, item, f"{where}[{number}]") for number, item in enumerate(value))
    if typing.get_origin(hint) is dict:
        if not isinstance(value, dict):
            raise RecipeError(f"{where}: must be a table, not {_toml_type(value)} {value!r}")
        return {key: _convert(typing.get_args(hint)[1], item, f"{where}.{key}") for key, item in value.items()}
    accepted = [
        kind
        for kind in (typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,))
        if kind is not type(None)
    ]
    wanted = accepted[0]
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        names = {str: "a string", int: "an integer", float: "a number", bool: "true or false"}
        raise RecipeError(f"{where}: must be {names[wanted]}, not {_toml_type(value)} {value!r}")
    return value


def _toml_type(value: Any) -> str:
    names = {
        bool: "the boolean",
        str: "the string",
        int: "the integer",
        float: "the number",
        list: "the array",
        dict: "the table",
    }
    return names.get(type(value), type(value).__name__)
