"""Anthropic's declarations of tools and its `tool_choice` → the package's own.

Tools that have a versioned type (`web_search_20250305`, `bash_20250124`) run at Anthropic or have a schema that only
its models know; they are passed over, as no model here was taught them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openk2.chat.messages import ToolChoice, ToolSpec
from openk2.server.errors import ApiError
from openk2.server.fields import flag_at, list_at, object_at, text_at, wrong

_MODES = ("auto", "any", "tool", "none")


def read_tools(value: object) -> tuple[ToolSpec, ...]:
    """The tools that a client runs itself. Raises ApiError (400) for a malformed one or a name declared twice."""
    tools: dict[str, ToolSpec] = {}
    for i, item in enumerate([] if value is None else list_at(value, "tools")):
        where = f"tools[{i}]"
        tool = object_at(item, where)
        if tool.get("type") not in (None, "custom"):
            continue
        spec = _tool(tool, where)
        if spec.name in tools:
            raise ApiError(
                400,
                f"{where}.name is {spec.name!r}, which is already declared; names must differ",
                param=f"{where}.name",
            )
        tools[spec.name] = spec
    return tuple(tools.values())


def _tool(tool: Any, where: str) -> ToolSpec:
    schema = tool.get("input_schema")
    return ToolSpec(
        text_at(tool.get("name"), f"{where}.name", empty=False),
        text_at(tool.get("description") or "", f"{where}.description"),
        dict(object_at(schema, f"{where}.input_schema")),
        flag_at(tool.get("strict"), f"{where}.strict"),
    )


def read_tool_choice(value: object, tools: Sequence[ToolSpec]) -> ToolChoice:
    """Which calls an answer makes. Raises ApiError (400) for an unknown form, or a call of what is not declared."""
    if value is None:
        return ToolChoice()
    choice = object_at(value, "tool_choice")
    mode = choice.get("type")
    if mode not in _MODES:
        raise wrong("tool_choice.type", mode, ", ".join(_MODES))
    parallel = flag_at(choice.get("disable_parallel_tool_use"), "tool_choice.disable_parallel_tool_use") is not True
    if mode == "none":
        return ToolChoice("none", parallel=parallel)
    if mode == "auto":
        return ToolChoice("auto", parallel=parallel)
    names = [tool.name for tool in tools]
    if not names:
        raise ApiError(
            400, f"tool_choice.type is {mode!r}, but no tool is declared; accepted: auto, none", param="tool_choice"
        )
    if mode == "any":
        return ToolChoice("required", parallel=parallel)
    name = text_at(choice.get("name"), "tool_choice.name", empty=False)
    if name not in names:
        raise wrong("tool_choice.name", name, ", ".join(names))
    return ToolChoice("required", (name,), parallel=parallel)
