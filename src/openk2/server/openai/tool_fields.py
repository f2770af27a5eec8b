"""`tools`, `tool_choice` and `parallel_tool_calls` of OpenAI's API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openk2.chat.messages import ToolChoice, ToolSpec, tools_from_openai
from openk2.server.bodies import shown
from openk2.server.errors import ApiError
from openk2.server.openai.web_search import BUILTIN, WEB_SEARCH

_FORMS = '"auto", "none", "required", {"type": "function", "function": {"name": …}}, {"type": "allowed_tools", …}'


def read_tools(given: Sequence[dict[str, Any]] | None, *, searchable: bool) -> tuple[ToolSpec, ...]:
    """The functions that are declared, and `$web_search` where it is and the server can search.

    Tools of types this server does not know are meant for other servers and are passed over. Raises ApiError for a
    builtin function that is not offered here, and ChatError for a wrong declaration.
    """
    declared: list[dict[str, Any]] = []
    for i, tool in enumerate(given or ()):
        kind = tool.get("type", "function")
        if not isinstance(kind, str):
            raise ApiError(400, f"tools[{i}].type is {shown(kind)}; accepted: text", param=f"tools[{i}].type")
        if kind == "function":
            declared.append(tool)
        elif kind == BUILTIN:
            declared.append(_builtin(tool, f"tools[{i}].function", searchable=searchable))
    return tools_from_openai(declared)


def _builtin(tool: dict[str, Any], where: str, *, searchable: bool) -> dict[str, Any]:
    function = tool.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    if name != WEB_SEARCH.name:
        raise ApiError(
            400, f"{where}.name is {shown(name)}; accepted builtin: {shown(WEB_SEARCH.name)}", param=f"{where}.name"
        )
    if not searchable:
        raise ApiError(
            400,
            f"{where}.name is {shown(name)}, but this server was not given a search address; accepted: functions",
            param=f"{where}.name",
        )
    return WEB_SEARCH.to_openai()


def read_tool_choice(given: object, parallel: bool | None, tools: Sequence[ToolSpec]) -> ToolChoice:
    """Whether calls are made, and which. Raises ApiError for another form, for tools that are not declared, and for a
    call that is required where there is nothing to call."""
    several = parallel is not False
    if given is None:
        return ToolChoice(parallel=several)
    if given in ("auto", "none", "required"):
        if given == "required" and not tools:
            raise ApiError(
                400, 'tool_choice is "required" without tools; accepted: at least one function', param="tool_choice"
            )
        return ToolChoice(given, parallel=several)
    if isinstance(given, dict):
        kind = given.get("type")
        if kind == "function":
            return ToolChoice("required", (_name(given, "tool_choice", tools),), several)
        if kind == "allowed_tools":
            return _allowed(given.get("allowed_tools", given), several, tools)
    raise ApiError(400, f"tool_choice is {shown(given)}; accepted: {_FORMS}", param="tool_choice")


def _allowed(given: object, parallel: bool, tools: Sequence[ToolSpec]) -> ToolChoice:
    where = "tool_choice.allowed_tools"
    mode = given.get("mode", "auto") if isinstance(given, dict) else None
    if not isinstance(given, dict) or mode not in ("auto", "required"):
        raise ApiError(400, f"{where}.mode is {shown(mode)}; accepted: auto, required", param=f"{where}.mode")
    listed = given.get("tools")
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise ApiError(400, f"{where}.tools is {shown(listed)}; accepted: a list of tools", param=f"{where}.tools")
    names = tuple(_name(one, f"{where}.tools[{i}]", tools) for i, one in enumerate(listed))
    return ToolChoice(mode, names, parallel)


def _name(given: dict[str, Any], where: str, tools: Sequence[ToolSpec]) -> str:
    """The declared tool that `{"type": "function", "function": {"name": …}}` means, or its flat form."""
    function = given.get("function", given)
    name = function.get("name") if isinstance(function, dict) else None
    known = [tool.name for tool in tools]
    if name not in known:
        declared = ", ".join(known) or "none is"
        raise ApiError(
            400, f"{where} names the tool {shown(name)}, which is not declared; declared: {declared}", param=where
        )
    return str(name)
