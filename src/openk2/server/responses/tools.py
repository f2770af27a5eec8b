"""Declarations of tools in the Responses API → the package's own, and calls back into its items.

Functions are declared flat. A `custom` tool takes plain text: the model is shown a function whose one argument is that
text, and its calls come out as `custom_tool_call`. A `namespace` groups functions: the model sees `NAMESPACE__NAME`,
and calls come out with both. Tools that run at OpenAI (`web_search`, `code_interpreter`, `mcp` …) are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openk2.chat.messages import ToolChoice, ToolSpec
from openk2.server.errors import ApiError
from openk2.server.fields import flag_at, list_at, object_at, text_at, wrong
from openk2.server.protocol import Json

_INPUT = "input"
"""The argument of the function that stands for a custom tool."""


@dataclass(frozen=True)
class Outward:
    """How a client knows a tool."""

    name: str
    kind: Literal["function", "custom"] = "function"
    namespace: str | None = None


class Tools:
    """The tools of one request."""

    def __init__(self) -> None:
        self.specs: list[ToolSpec] = []
        """As the model is shown them."""
        self._outward: dict[str, Outward] = {}

    def declare(self, value: object, where: str) -> None:
        """Add a list of declarations. Raises ApiError (400) for a malformed one or a name declared twice."""
        for i, item in enumerate(list_at(value, where)):
            for place, spec, outward in _declared(object_at(item, f"{where}[{i}]"), f"{where}[{i}]"):
                if spec.name in self._outward:
                    raise ApiError(
                        400,
                        f"{place}.name is {spec.name!r}, which is already declared; names must differ",
                        param=f"{place}.name",
                    )
                self.specs.append(spec)
                self._outward[spec.name] = outward

    def outward(self, name: str) -> Outward:
        """How the client knows the tool that the model calls by this name."""
        return self._outward.get(name, Outward(name))

    def named(self, kind: str, name: str, namespace: str | None = None) -> str | None:
        """The model's name of what a client calls so; None for what is not declared."""
        for inward, known in self._outward.items():
            if (known.kind, known.name) == (kind, name) and namespace in (None, known.namespace):
                return inward
        return None


def inward_name(name: str, namespace: str | None) -> str:
    """What the model calls a function."""
    return f"{namespace}__{name}" if namespace else name


def _declared(tool: Mapping[str, Any], where: str) -> Iterator[tuple[str, ToolSpec, Outward]]:
    match tool.get("type"):
        case "function":
            # Some clients nest what is flat here, as in chat completions.
            given = tool.get("function")
            nested = isinstance(given, Mapping) and "name" not in tool
            place = f"{where}.function" if nested else where
            spec = _function(object_at(given, place) if nested else tool, place)
            yield place, spec, Outward(spec.name)
        case "custom":
            spec = _custom(tool, where)
            yield where, spec, Outward(spec.name, "custom")
        case "namespace":
            namespace = text_at(tool.get("name"), f"{where}.name", empty=False)
            for i, item in enumerate(list_at(tool.get("tools"), f"{where}.tools")):
                place = f"{where}.tools[{i}]"
                for inner, spec, outward in _declared(object_at(item, place), place):
                    renamed = ToolSpec(
                        inward_name(spec.name, namespace), spec.description, spec.parameters, spec.strict
                    )
                    yield inner, renamed, Outward(outward.name, outward.kind, namespace)
        case str():
            pass
        case kind:
            raise wrong(f"{where}.type", kind, "function, custom, namespace, or a tool that is passed over")


def _function(tool: Mapping[str, Any], where: str) -> ToolSpec:
    parameters = tool.get("parameters")
    return ToolSpec(
        text_at(tool.get("name"), f"{where}.name", empty=False),
        text_at(tool.get("description") or "", f"{where}.description"),
        {} if parameters is None else dict(object_at(parameters, f"{where}.parameters")),
        flag_at(tool.get("strict"), f"{where}.strict"),
    )


def _custom(tool: Mapping[str, Any], where: str) -> ToolSpec:
    description = text_at(tool.get("description") or "", f"{where}.description")
    form = tool.get("format")
    if form is not None and object_at(form, f"{where}.format").get("type") == "grammar":
        definition = text_at(form.get("definition"), f"{where}.format.definition")
        syntax = text_at(form.get("syntax"), f"{where}.format.syntax")
        description = f"{description}\n\nThe input follows this grammar ({syntax}):\n{definition}".strip()
    parameters: Json = {
        "type": "object",
        "properties": {_INPUT: {"type": "string", "description": "The tool's input as plain text."}},
        "required": [_INPUT],
        "additionalProperties": False,
    }
    return ToolSpec(text_at(tool.get("name"), f"{where}.name", empty=False), description, parameters)


def custom_arguments(text: str) -> str:
    """The arguments of the function that stands for a custom tool."""
    return json.dumps({_INPUT: text}, ensure_ascii=False)


def custom_input(arguments: str) -> str:
    """What a custom tool is given: the function's one argument, or all that a model wrote in its place."""
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
    text = value.get(_INPUT) if isinstance(value, dict) else None
    return text if isinstance(text, str) else arguments


def read_tool_choice(value: object, tools: Tools, parallel: bool | None) -> ToolChoice:
    """Which calls an answer makes. Raises ApiError (400) for an unknown form, or a call of what is not declared."""
    many = parallel is not False
    if value is None or value in ("auto", "none"):
        return ToolChoice("none" if value == "none" else "auto", parallel=many)
    if value == "required":
        _some(tools, "tool_choice is 'required'")
        return ToolChoice("required", parallel=many)
    if not isinstance(value, Mapping):
        raise wrong("tool_choice", value, "auto, none, required, or an object that names a tool")
    if value.get("type") == "allowed_tools":
        mode = value.get("mode")
        if mode not in ("auto", "required"):
            raise wrong("tool_choice.mode", mode, "auto, required")
        names = _allowed(list_at(value.get("tools"), "tool_choice.tools"), tools)
        return ToolChoice("required" if mode == "required" else "auto", names, parallel=many)
    return ToolChoice("required", (_one(value, tools, "tool_choice"),), parallel=many)


def _allowed(items: Sequence[object], tools: Tools) -> tuple[str, ...]:
    """The tools of a choice among some; those that run at OpenAI are passed over here too."""
    names = []
    for i, item in enumerate(items):
        where = f"tool_choice.tools[{i}]"
        tool = object_at(item, where)
        if tool.get("type") in ("function", "custom"):
            names.append(_one(tool, tools, where))
    if not names:
        raise ApiError(400, "tool_choice.tools names no declared tool; accepted: one or more", param="tool_choice")
    return tuple(names)


def _one(tool: Mapping[str, Any], tools: Tools, where: str) -> str:
    kind = tool.get("type")
    if kind not in ("function", "custom"):
        raise wrong(f"{where}.type", kind, "function, custom, allowed_tools")
    name = text_at(tool.get("name"), f"{where}.name", empty=False)
    inward = tools.named(kind, name, tool.get("namespace"))
    if inward is None:
        declared = ", ".join(spec.name for spec in tools.specs) or "none, as no tool is declared"
        raise wrong(f"{where}.name", name, declared)
    return inward


def _some(tools: Tools, what: str) -> None:
    if not tools.specs:
        raise ApiError(400, f"{what}, but no tool is declared; accepted: auto, none", param="tool_choice")
