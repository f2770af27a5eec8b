"""The names of tool calls: `functions.NAME:IDX`, IDX counting every call of the dialogue from 0 (K2 report, App. B).

The ids are part of the prompt, so a model that sees other ids in its history (`search:0`, a UUID) learns to write
malformed ones. Clients may call them what they like: `canonical` renames the history before it is rendered. Where a
protocol's ids are `[A-Za-z0-9_-]+` (Anthropic's), `outward` writes `functions_NAME_IDX` and `inward` reads it back.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from openk2.chat.messages import Message, ToolSpec
from openk2.errors import ChatError

_ID = re.compile(r"(?:functions\.)?(?P<name>.+?)(?P<index>:[0-9]+)?", re.DOTALL)

_CANONICAL = re.compile(r"functions\.(?P<name>.+):(?P<index>[0-9]+)", re.DOTALL)
_OUTWARD = re.compile(r"functions_(?P<name>.+)_(?P<index>[0-9]+)", re.DOTALL)
_ESCAPED = re.compile(r"-x([0-9A-F]+)-")
_TO_ESCAPE = re.compile(r"[^A-Za-z0-9_-]|-(?=x)", re.DOTALL)


def call_id(name: str, index: int) -> str:
    """The id of the dialogue's call number `index`, which is to the tool `name`."""
    return f"functions.{name}:{index}"


def is_indexed(id: str) -> bool:
    """Whether the id ends in `:IDX`, as a model was taught to write it."""
    match = _ID.fullmatch(id)
    return match is not None and match["index"] is not None


def tool_name(id: str) -> str:
    """The tool an id names: `functions.` and `:IDX` removed where present; other text is the name itself."""
    match = _ID.fullmatch(id)
    return match["name"] if match else ""


def tool_by_arguments(arguments: str, tools: Sequence[ToolSpec]) -> str | None:
    """The tool that a call means whose id is a bare counter: the only one declared, else the one that declares more of
    the arguments' keys than any other. None where none or several do."""
    if len(tools) == 1:
        return tools[0].name
    try:
        given = json.loads(arguments)
    except (ValueError, RecursionError):
        return None
    keys = set(given) if isinstance(given, dict) else set()
    known = []
    for tool in tools:
        properties = tool.parameters.get("properties")
        known.append(len(keys & set(properties)) if isinstance(properties, Mapping) else 0)
    most = max(known, default=0)
    return tools[known.index(most)].name if most and known.count(most) == 1 else None


def count_calls(messages: Iterable[Message]) -> int:
    """How many calls the messages make, which is the index of the next call."""
    return sum(len(message.tool_calls) for message in messages)


def canonical(messages: Sequence[Message]) -> list[Message]:
    """The conversation with every call renamed by its place, and every tool message by the call it answers.

    Where one id was given to several calls, a tool message answers the latest turn that used it, and within that turn
    the calls in order. A call's new id depends on earlier messages only, so a conversation that grows keeps its ids.
    Raises ChatError for a tool message that answers no earlier call.
    """
    renamed: list[Message] = []
    waiting: dict[str | None, deque[str]] = {}
    count = 0
    for i, message in enumerate(messages):
        if message.tool_calls:
            calls = tuple(replace(call, id=call_id(call.name, count + j)) for j, call in enumerate(message.tool_calls))
            for call in message.tool_calls:
                waiting[call.id] = deque()
            for old, new in zip(message.tool_calls, calls, strict=True):
                waiting[old.id].append(new.id)
            count += len(calls)
            message = replace(message, tool_calls=calls)
        elif message.role == "tool":
            ids = waiting.get(message.tool_call_id)
            if ids is None:
                made = ", ".join(sorted(str(id) for id in waiting)) or "none were made"
                raise ChatError(
                    f"messages[{i}] answers call {message.tool_call_id!r}, which is not made before; made: {made}"
                )
            message = replace(message, tool_call_id=ids.popleft() if len(ids) > 1 else ids[0])
        renamed.append(message)
    return renamed


def outward(id: str) -> str:
    """A call's id, not empty, in characters of `[A-Za-z0-9_-]` alone: `functions.Read:0` as `functions_Read_0`, other
    characters as `-xHEX-`. Different ids stay different."""
    canonical_id = _CANONICAL.fullmatch(id)
    if canonical_id:
        return f"functions_{_escape(canonical_id['name'])}_{canonical_id['index']}"
    if _OUTWARD.fullmatch(id):
        # Somebody else's id that looks like one of these is told apart by its first letter.
        return _hex(id[0]) + _escape(id[1:])
    return _escape(id)


def inward(id: str) -> str:
    """The id that `outward` made `id` of; an id that it did not make comes out as it is, unless it looks like one."""
    made = _OUTWARD.fullmatch(id)
    if made:
        return f"functions.{_unescape(made['name'])}:{made['index']}"
    return _unescape(id)


def _escape(text: str) -> str:
    return _TO_ESCAPE.sub(lambda match: _hex(match[0]), text)


def _hex(character: str) -> str:
    return f"-x{ord(character):X}-"


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: _character(match[1]) or match[0], text)


def _character(code: str) -> str | None:
    """The character of a hexadecimal code; None where it is none's."""
    number = int(code, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else None
