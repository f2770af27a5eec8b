"""The one reader of a server's configuration: each layer overrides those before it, and every value knows its source.

defaults < `openk2.toml` < `OPENK2_SECTION__KEY` in the environment < flags. What is not a setting is an error with the
nearest name, in every layer, so that a typing mistake never goes unnoticed.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from openk2.errors import ServerError
from openk2.server.configuration.sections import ModelSection, ServeSection
from openk2.server.configuration.values import from_text, from_toml, table, unknown
from openk2.server.settings import ServerSettings

FILE = "openk2.toml"
"""Read from the working directory where no other file is named."""

_TABLES = ("server", "model")
_VARIABLE = re.compile(r"OPENK2_([A-Z0-9]+)__([A-Z0-9_]+)")
_SECRET = re.compile(r"secret|password|api_key$")
_PASSWORD = re.compile(r"(://[^/@:]*:)[^/@]*@")
_COMPUTED = ("allowed_hosts",)
"""Fields of the settings that the command line works out from others."""

T = TypeVar("T")


@dataclass(frozen=True)
class Setting:
    """A value and where it comes from."""

    value: Any
    source: str
    """`default`, the file, the variable or the flag."""
    secret: bool

    @property
    def shown(self) -> Any:
        """The value as others may see it."""
        if self.value is not None and self.secret:
            return "***"
        if isinstance(self.value, str):
            return _PASSWORD.sub(r"\1***@", self.value)
        return list(self.value) if isinstance(self.value, tuple) else self.value


@dataclass(frozen=True)
class _Key:
    hint: Any
    default: Any
    secret: bool


@dataclass(frozen=True)
class Configuration:
    """All that was read."""

    settings: Mapping[str, Setting]
    """`[server]`, by key; keys of tables within it have a dot: `files.file_bytes`."""
    models: tuple[ModelSection, ...]
    models_source: str

    def section(self, cls: type[T], **computed: Any) -> T:
        """The values of one dataclass; `computed`: fields that are not settings. Raises ServerError where they do not
        go together."""
        return _build(cls, self.settings, "", computed)


def read_configuration(file: Path | None, environment: Mapping[str, str], flags: Mapping[str, Any]) -> Configuration:
    """`file`: None reads `openk2.toml` of the working directory where there is one; `flags`: key → value, where None
    was not given. Raises ServerError for a file that cannot be read, an unknown key or a value of the wrong type."""
    keys = dict(_keys())
    settings = {name: Setting(key.default, "default", key.secret) for name, key in keys.items()}
    models: tuple[ModelSection, ...] = ()
    if file is None and Path(FILE).is_file():
        file = Path(FILE)
    if file is not None:
        data = _toml(file)
        for name, value in _flat(data.get("server", {}), f"{file}: server", keys):
            settings[name] = Setting(
                from_toml(keys[name].hint, value, f"{file}: server.{name}"), str(file), keys[name].secret
            )
        models = tuple(
            table(ModelSection, one, f"{file}: model[{number}]")
            for number, one in enumerate(_list(data.get("model", []), f"{file}: model"))
        )
        for number, model in enumerate(models):
            if not model.replica:
                raise ServerError(f"{file}: model[{number}].replica is empty; accepted: one replica or more")
    for variable, text in environment.items():
        if (found := _VARIABLE.fullmatch(variable)) is None:
            continue
        section, name = found.group(1).lower(), found.group(2).lower().replace("__", ".")
        if section != "server":
            raise ServerError(unknown(variable, section, ["server"]))
        if name not in keys:
            raise ServerError(unknown(variable, name, keys))
        settings[name] = Setting(from_text(keys[name].hint, text, variable), variable, keys[name].secret)
    for name, value in flags.items():
        if value is not None:
            settings[name] = Setting(value, f"--{name.replace('_', '-')}", keys[name].secret)
    return Configuration(settings, models, str(file))


def _keys(cls: type | None = None, prefix: str = "") -> Iterator[tuple[str, _Key]]:
    """Every key of `[server]`."""
    for one in [ServeSection, ServerSettings] if cls is None else [cls]:
        hints = typing.get_type_hints(one)
        for field in dataclasses.fields(one):
            name, hint = prefix + field.name, hints[field.name]
            if field.name in _COMPUTED:
                continue
            if dataclasses.is_dataclass(hint) and isinstance(hint, type):
                yield from _keys(hint, name + ".")
                continue
            default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
            yield name, _Key(hint, default, bool(field.metadata.get("secret")) or bool(_SECRET.search(field.name)))


def _flat(value: Any, where: str, keys: Mapping[str, _Key], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The keys of a table and of the tables within it. Raises ServerError for one that is not known."""
    if not isinstance(value, dict):
        raise ServerError(f"{where} is {value!r}; accepted: a table")
    for name, inner in value.items():
        if any(key.startswith(f"{prefix}{name}.") for key in keys):
            yield from _flat(inner, f"{where}.{name}", keys, f"{prefix}{name}.")
        elif prefix + name in keys:
            yield prefix + name, inner
        else:
            raise ServerError(unknown(f"{where}.{name}", prefix + name, keys))


def _build(cls: type[T], settings: Mapping[str, Setting], prefix: str, computed: Mapping[str, Any]) -> T:
    hints = typing.get_type_hints(cls)
    values = dict(computed)
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        if field.name in computed or field.name in _COMPUTED:
            continue
        name, hint = prefix + field.name, hints[field.name]
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            values[field.name] = _build(hint, settings, name + ".", {})
        else:
            values[field.name] = settings[name].value
    return cls(**values)


def _toml(file: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ServerError(f"{file}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ServerError(f"{file}: not valid TOML: {error}") from None
    for name in data:
        if name not in _TABLES:
            raise ServerError(unknown(f"{file}: {name}", name, _TABLES))
    return data


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise ServerError(f"{where} is {value!r}; accepted: a list of tables, written as [[model]]")
    return value
