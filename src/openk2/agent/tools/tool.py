"""A tool is a declaration for the model and a function that runs; `tool` makes both from one typed function.

The schema is the smallest that says what the signature says: every declaration is in every prompt, and a small model
reads each token of it.
"""

import asyncio
import inspect
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, overload

from openk2.chat.messages import ToolSpec
from openk2.errors import ToolError

Effect = Literal["read", "write", "execute"]
"""The most a tool does: look, change files of the workspace, or run code."""

_JSON_TYPES: dict[type, str] = {str: "string", int: "integer", float: "number", bool: "boolean", dict: "object"}


class Tool(Protocol):
    """Something a model can call."""

    @property
    def spec(self) -> ToolSpec:
        """What the model is told."""
        ...

    @property
    def effect(self) -> Effect:
        """What running it may do; decides whether a person is asked first."""
        ...

    async def call(self, arguments: dict[str, Any]) -> str:
        """Run with arguments that fit the schema. Raises ToolError with a sentence for the model."""
        ...


@dataclass(frozen=True)
class FunctionTool:
    """A typed Python function as a tool."""

    spec: ToolSpec
    function: Callable[..., Any]
    """Returns text, or a coroutine of text; raises ToolError. One that is not a coroutine runs in a thread."""
    effect: Effect = "read"

    async def call(self, arguments: dict[str, Any]) -> str:
        """Run the function; an argument it does not take is a ToolError."""
        accepted = self.spec.parameters["properties"]
        for name in arguments:
            if name not in accepted:
                raise ToolError(f"unknown argument {name!r}; accepted: {', '.join(accepted) or 'none'}")
        if inspect.iscoroutinefunction(self.function):
            return str(await self.function(**arguments))
        return str(await asyncio.to_thread(self.function, **arguments))


@overload
def tool(function: Callable[..., Any], /) -> FunctionTool: ...
@overload
def tool(*, name: str | None = None, effect: Effect = "read") -> Callable[[Callable[..., Any]], FunctionTool]: ...
def tool(
    function: Callable[..., Any] | None = None, /, *, name: str | None = None, effect: Effect = "read"
) -> FunctionTool | Callable[[Callable[..., Any]], FunctionTool]:
    """Make a tool from a function: parameters from its type hints, description from its docstring's first paragraph.

    Also a decorator, with or without arguments. `name`: other than the function's. A parameter with a default is not
    required. Raises TypeError for a parameter without a type hint or with one that JSON has no form for.
    """

    def make(function: Callable[..., Any]) -> FunctionTool:
        first = inspect.cleandoc(function.__doc__ or "").partition("\n\n")[0]
        return FunctionTool(
            ToolSpec(name or function.__name__, " ".join(first.split()), _parameters(function)), function, effect
        )

    return make if function is None else make(function)


def _parameters(function: Callable[..., Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(function)
    properties: dict[str, Any] = {}
    required = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name not in hints:
            raise TypeError(f"{function.__name__}: parameter {parameter.name!r} has no type hint")
        properties[parameter.name] = _schema(hints[parameter.name], f"{function.__name__}: {parameter.name}")
        if parameter.default is parameter.empty:
            required.append(parameter.name)
    schema: dict[str, Any] = {"properties": properties}
    if required:
        schema["required"] = required
    schema["type"] = "object"
    return schema


def _schema(hint: Any, where: str) -> dict[str, Any]:
    """The JSON schema of a type hint: scalars, list[X], dict, Literal, and X | None."""
    if hint in _JSON_TYPES:
        return {"type": _JSON_TYPES[hint]}
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is list:
        return {"items": _schema(inner[0], where), "type": "array"}
    if origin is dict:
        return {"type": "object"}
    if origin in (types.UnionType, typing.Union):
        some = [_schema(one, where) for one in inner if one is not type(None)]
        return some[0] if len(some) == 1 else {"anyOf": some}
    raise TypeError(
        f"{where} has type {hint!r}; accepted: str, int, float, bool, dict, list, Literal, or None of these"
    )
