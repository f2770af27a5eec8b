"""The tools of one run: look up, check the arguments, run, and turn every failure into text the model can act on."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match

from openk2.agent.tools.tool import Effect, Tool
from openk2.chat.messages import ToolSpec
from openk2.errors import AgentError, ToolError

ERROR = "error: "
"""Every failure a model sees starts with this."""


@dataclass(frozen=True)
class ToolOutput:
    """What one call gave back."""

    ok: bool
    """False when the text is an error."""
    text: str
    seconds: float = 0.0


class ToolBox:
    """Tools by name, in the order in which the model is told of them."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        """Raises AgentError when two tools have one name or a schema is not a JSON schema."""
        self._tools: dict[str, Tool] = {}
        self._validators: dict[str, Draft202012Validator] = {}
        for tool in tools:
            name = tool.spec.name
            if name in self._tools:
                raise AgentError(f"two tools are named {name!r}; names must differ")
            try:
                Draft202012Validator.check_schema(tool.spec.parameters)
            except SchemaError as error:
                raise AgentError(f"tool {name!r}: parameters are not a JSON schema: {error.message}") from error
            self._tools[name] = tool
            self._validators[name] = Draft202012Validator(tool.spec.parameters)

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    @property
    def names(self) -> tuple[str, ...]:
        """The tools' names."""
        return tuple(self._tools)

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """What the model is told."""
        return tuple(tool.spec for tool in self)

    def effect(self, name: str) -> Effect | None:
        """The most that tool does; None for a name that is no tool."""
        return self._tools[name].effect if name in self._tools else None

    def subset(self, names: Iterable[str]) -> "ToolBox":
        """The tools of these names, in this order; raises AgentError for a name that is not here."""
        return ToolBox(self._known(name) for name in names)

    def renamed(self, names: Mapping[str, str]) -> "ToolBox":
        """The same tools under other names, {old: new}; raises AgentError for an old name that is not here."""
        for old in names:
            self._known(old)
        return ToolBox(_Renamed(tool, names[tool.spec.name]) if tool.spec.name in names else tool for tool in self)

    def check(self, name: str, arguments: str | dict[str, Any]) -> dict[str, Any]:
        """The arguments as an object that fits the tool's schema.

        Raises ToolError naming the tools there are, the place where JSON breaks off, or the field that does not fit.
        """
        if name not in self._tools:
            raise ToolError(f"no tool named {name!r}; available: {', '.join(self._tools) or 'none'}")
        if isinstance(arguments, str):
            arguments = _parse(arguments)
        error = best_match(self._validators[name].iter_errors(arguments))
        if error is not None:
            where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
            raise ToolError(f"arguments{where}: {error.message[:500]}")
        return arguments

    async def run(self, name: str, arguments: str | dict[str, Any]) -> ToolOutput:
        """Run one call; whatever goes wrong in it is text that starts with `error: `."""
        started = time.perf_counter()
        try:
            checked = self.check(name, arguments)
            text, ok = await self._tools[name].call(checked), True
        except ToolError as error:
            text, ok = f"{ERROR}{error}", False
        return ToolOutput(ok, text, time.perf_counter() - started)

    def _known(self, name: str) -> Tool:
        if name not in self._tools:
            raise AgentError(f"no tool named {name!r}; accepted: {', '.join(self._tools)}")
        return self._tools[name]


@dataclass(frozen=True)
class _Renamed:
    """A tool under another name."""

    inner: Tool
    name: str

    @property
    def spec(self) -> ToolSpec:
        return replace(self.inner.spec, name=self.name)

    @property
    def effect(self) -> Effect:
        return self.inner.effect

    async def call(self, arguments: dict[str, Any]) -> str:
        return await self.inner.call(arguments)


def _parse(text: str) -> dict[str, Any]:
    """JSON text to an object; no text is an object without fields."""
    if not text.strip():
        return {}
    try:
        data = json.loads(text)
    except RecursionError:
        raise ToolError("arguments are nested too deeply") from None
    except ValueError as error:
        raise ToolError(f"arguments are not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise ToolError(f"arguments must be a JSON object, not {type(data).__name__}")
    return data
