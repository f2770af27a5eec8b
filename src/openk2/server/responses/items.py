"""Items of a Responses request → messages.

What an assistant did in one turn is several items there (reasoning, a message, calls) and one message here. Developer
and system messages stay where they are. Reasoning comes back readable, or inside `encrypted_content` where a client
asked for that; what another server enclosed cannot be read and is passed over, like items of tools that ran elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openk2.chat.messages import Message, ToolCall
from openk2.server.errors import ApiError
from openk2.server.fields import list_at, object_at, text_at, wrong
from openk2.server.protocol import Json
from openk2.server.responses.tools import Tools, custom_arguments, inward_name
from openk2.server.sealing import Seal

_ROLES = {"user": "user", "system": "system", "developer": "system", "assistant": "assistant"}
_TEXTS = ("input_text", "output_text", "text", "summary_text", "reasoning_text")
_UNREADABLE = ("input_image", "input_file", "input_audio", "image_url")
_ACCEPTED = (
    "message, function_call, function_call_output, custom_tool_call, custom_tool_call_output, reasoning, item_reference"
)

Recall = Callable[[str], Json | None]
"""A kept item by its id."""


class Conversation:
    """Messages in the making."""

    def __init__(self, tools: Tools, seal: Seal, recall: Recall) -> None:
        """`tools`: gains what items declare; `recall`: finds what `item_reference` means."""
        self._tools, self._seal, self._recall = tools, seal, recall
        self._said: list[Message] = []
        self._made: dict[str, str] = {}
        """Call id → the model's name of its tool."""
        self._texts: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[ToolCall] = []
        self._open = False
        """Whether items of an assistant's turn are being gathered."""

    def say(self, role: str, text: str) -> None:
        """Add a message."""
        self._close()
        self._said.append(Message(role, text))

    def add(self, items: Sequence[object], where: str) -> None:
        """Add items in order. Raises ApiError (400) naming the field of a malformed one, and for the result of a call
        that no earlier item made."""
        for i, item in enumerate(items):
            self._add(object_at(item, f"{where}[{i}]"), f"{where}[{i}]")

    def messages(self) -> tuple[Message, ...]:
        """All of it."""
        self._close()
        return tuple(self._said)

    def _add(self, item: Mapping[str, Any], where: str) -> None:
        kind = item.get("type", "message" if "role" in item else None)
        match kind:
            case "message":
                self._message(item, where)
            case "reasoning":
                if self._texts or self._calls:
                    self._close()
                self._open = True
                self._reasoning.append(self._reasoned(item, where))
            case "function_call" | "custom_tool_call":
                self._call(item, where, custom=kind == "custom_tool_call")
            case "function_call_output" | "custom_tool_call_output":
                self._result(item, where)
            case "item_reference":
                id = text_at(item.get("id"), f"{where}.id", empty=False)
                kept = self._recall(id)
                if kept is None:
                    raise ApiError(404, f"{where}.id is {id!r}, which is not kept here", param=f"{where}.id")
                self._add(kept, where)
            case "additional_tools":
                self._tools.declare(item.get("tools"), f"{where}.tools")
            case str() if kind.endswith(("_call", "_call_output", "_search_output", "_list_tools", "compaction")):
                pass
            case _:
                raise wrong(f"{where}.type", kind, _ACCEPTED)

    def _message(self, item: Mapping[str, Any], where: str) -> None:
        role = item.get("role")
        if not isinstance(role, str) or role not in _ROLES:
            raise wrong(f"{where}.role", role, ", ".join(_ROLES))
        text = text_of(item.get("content"), f"{where}.content")
        if role != "assistant":
            self.say(_ROLES[role], text)
            return
        if self._calls:
            self._close()
        self._open = True
        self._texts.append(text)

    def _reasoned(self, item: Mapping[str, Any], where: str) -> str:
        if item.get("content"):
            return text_of(item["content"], f"{where}.content")
        enclosed = item.get("encrypted_content")
        if isinstance(enclosed, str):
            return self._seal.disclose(enclosed) or ""
        return ""

    def _call(self, item: Mapping[str, Any], where: str, *, custom: bool) -> None:
        id = text_at(item.get("call_id"), f"{where}.call_id", empty=False)
        name = inward_name(text_at(item.get("name"), f"{where}.name", empty=False), item.get("namespace"))
        if custom:
            arguments = custom_arguments(text_at(item.get("input"), f"{where}.input"))
        else:
            arguments = text_at(item.get("arguments"), f"{where}.arguments")
        self._open = True
        self._made[id] = name
        self._calls.append(ToolCall(id, name, arguments))

    def _result(self, item: Mapping[str, Any], where: str) -> None:
        self._close()
        id = item.get("call_id")
        text = text_of(item.get("output"), f"{where}.output")
        if isinstance(id, str) and id in self._made:
            self._said.append(Message("tool", text, tool_call_id=id, name=self._made[id]))
        elif isinstance(item.get("name"), str):
            # A result that nobody called for has a name of its own (codex tells of what other agents did so).
            self._said.append(Message("user", f"{item['name']}: {text}"))
        else:
            made = ", ".join(sorted(self._made)) or "none were made"
            raise ApiError(
                400, f"{where}.call_id is {id!r}, which no earlier item made; made: {made}", param=f"{where}.call_id"
            )

    def _close(self) -> None:
        """The assistant's turn is over."""
        if not self._open:
            return
        said = Message(
            "assistant",
            "".join(self._texts),
            reasoning="".join(self._reasoning) or None,
            tool_calls=tuple(self._calls),
        )
        # Reasoning that nothing followed, or that could not be read, is no turn.
        if said.content or said.tool_calls:
            self._said.append(said)
        self._texts, self._reasoning, self._calls, self._open = [], [], [], False


def text_of(value: object, where: str) -> str:
    """Text, or the texts of a list of parts, joined without anything between them. Raises ApiError (400) for parts that
    a model cannot read here."""
    if isinstance(value, str):
        return text_at(value, where)
    if not isinstance(value, list):
        raise wrong(where, value, "text or a list of parts")
    texts = []
    for i, item in enumerate(list_at(value, where)):
        place = f"{where}[{i}]"
        part = object_at(item, place)
        kind = part.get("type")
        if kind in _TEXTS:
            texts.append(text_at(part.get("text"), f"{place}.text"))
        elif kind == "refusal":
            texts.append(text_at(part.get("refusal"), f"{place}.refusal"))
        elif kind in _UNREADABLE:
            raise ApiError(
                400,
                f"{place}.type is {kind!r}, which the models served here cannot read; accepted: input_text",
                param=f"{place}.type",
            )
        else:
            raise wrong(f"{place}.type", kind, "input_text, output_text, refusal")
    return "".join(texts)
