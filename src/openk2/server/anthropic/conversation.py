"""The conversation of a Messages request → messages.

A turn is text or a list of blocks. A user's turn may answer several calls and then say something: each result becomes a
tool message, the text between them a user's. An assistant's turn is one message however many blocks it has. Texts of
one turn join without anything between them, as the model's own templates join the parts of a message. System turns stay
where they are: moved to the front, they would change the beginning of the prompt and with it what the cache holds.

Blocks of tools that ran at Anthropic (web search, code execution) are passed over, and so is everything this server has
no use for, such as `cache_control`. Blocks a model cannot read here (pictures, PDFs) are refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from openk2.chat.messages import Message, ToolCall
from openk2.server.anthropic.claude_code import without_billing_line
from openk2.server.errors import ApiError
from openk2.server.fields import object_at, text_at, wrong
from openk2.server.sealing import Seal

_ROLES = ("user", "assistant", "system")
_HOSTED_BLOCKS = ("server_tool_use", "mcp_tool_use", "container_upload", "tool_reference", "compaction")
_UNREADABLE = ("image", "document", "audio", "video")


def read_conversation(system: object, messages: Sequence[object], seal: Seal) -> tuple[Message, ...]:
    """The whole conversation, `system` first; an assistant's turn at the end is one to go on with.

    Raises ApiError (400) naming the field for what is malformed, and for a result of a call that no earlier turn made.
    """
    if not messages:
        raise ApiError(400, "messages is empty; accepted: one message or more", param="messages")
    reader = _Reader(seal)
    if system is not None:
        text = _system_text(system, "system")
        if text:
            reader.read.append(Message("system", text))
    for i, item in enumerate(messages):
        reader.turn(item, f"messages[{i}]")
    last = reader.read[-1]
    if last.role == "assistant" and not last.tool_calls:
        reader.read[-1] = replace(last, partial=True)
    return tuple(reader.read)


class _Reader:
    """Reads turns in order; knows the calls made so far."""

    def __init__(self, seal: Seal) -> None:
        self.read: list[Message] = []
        self._seal = seal
        self._made: dict[str, str] = {}
        """Call id → tool name."""

    def turn(self, item: object, where: str) -> None:
        """Add what one turn says."""
        turn = object_at(item, where)
        role = turn.get("role")
        if role not in _ROLES:
            raise wrong(f"{where}.role", role, ", ".join(_ROLES))
        content = turn.get("content")
        if role == "system":
            self.read.append(Message("system", _system_text(content, f"{where}.content")))
        elif isinstance(content, str):
            self.read.append(Message(role, text_at(content, f"{where}.content")))
        elif role == "user":
            self._user(_blocks(content, f"{where}.content"))
        else:
            self._assistant(_blocks(content, f"{where}.content"))

    def _user(self, blocks: list[tuple[str, Mapping[str, Any]]]) -> None:
        texts: list[str] = []
        results = 0
        for where, block in blocks:
            if block.get("type") == "tool_result":
                self._say("user", texts)
                self._result(block, where)
                results += 1
            else:
                texts.append(_readable(block, where, "text, tool_result"))
        if texts or not results:
            self.read.append(Message("user", "".join(texts)))

    def _say(self, role: str, texts: list[str]) -> None:
        if texts:
            self.read.append(Message(role, "".join(texts)))
            texts.clear()

    def _result(self, block: Mapping[str, Any], where: str) -> None:
        id = text_at(block.get("tool_use_id"), f"{where}.tool_use_id", empty=False)
        if id not in self._made:
            made = ", ".join(sorted(self._made)) or "none were made"
            raise ApiError(
                400,
                f"{where}.tool_use_id is {id!r}, which no earlier message made; made: {made}",
                param=f"{where}.tool_use_id",
            )
        content = block.get("content")
        if content is None or isinstance(content, str):
            text = content or ""
        else:
            parts = _blocks(content, f"{where}.content")
            text = "".join(_readable(part, place, "text") for place, part in parts)
        # The template has no mark for a failure; the model is told in words.
        if block.get("is_error") is True and not text.lower().startswith("error"):
            text = f"Error: {text}"
        self.read.append(Message("tool", text, tool_call_id=id, name=self._made[id]))

    def _assistant(self, blocks: list[tuple[str, Mapping[str, Any]]]) -> None:
        texts: list[str] = []
        reasoning: list[str] = []
        calls: list[ToolCall] = []
        for where, block in blocks:
            match block.get("type"):
                case "thinking":
                    reasoning.append(self._thinking(block, where))
                case "redacted_thinking":
                    reasoning.append(self._seal.disclose(text_at(block.get("data"), f"{where}.data")) or "")
                case "tool_use":
                    call = _call(block, where)
                    self._made[call.id] = call.name
                    calls.append(call)
                case _:
                    texts.append(_readable(block, where, "text, thinking, redacted_thinking, tool_use"))
        self.read.append(
            Message("assistant", "".join(texts), reasoning="".join(reasoning) or None, tool_calls=tuple(calls))
        )

    def _thinking(self, block: Mapping[str, Any], where: str) -> str:
        """What the block says, or what its signature holds for a client that did not want to see it. A text without a
        signature of this server's is taken as it is: the conversation may have begun elsewhere."""
        text = text_at(block.get("thinking"), f"{where}.thinking")
        signature = block.get("signature")
        if not text and isinstance(signature, str):
            return self._seal.disclose(signature) or ""
        return text


def _system_text(value: object, where: str) -> str:
    if isinstance(value, str):
        return without_billing_line(value)
    blocks = _blocks(value, where)
    return "".join(without_billing_line(_readable(block, place, "text")) for place, block in blocks)


def _blocks(value: object, where: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Each block with its place."""
    if not isinstance(value, list):
        raise wrong(where, value, "text or a list of blocks")
    places = [f"{where}[{i}]" for i in range(len(value))]
    return [(place, object_at(item, place)) for place, item in zip(places, value, strict=True)]


def _readable(block: Mapping[str, Any], where: str, accepted: str) -> str:
    """The text of a block that is nothing but text; raises ApiError (400) for what a model cannot read here."""
    kind = block.get("type")
    if kind == "text":
        return text_at(block.get("text"), f"{where}.text")
    if kind == "search_result":
        parts = _blocks(block.get("content"), f"{where}.content")
        return f"{block.get('title') or ''}\n" + "".join(_readable(part, place, "text") for place, part in parts)
    source = block.get("source")
    if kind == "document" and isinstance(source, Mapping) and source.get("type") == "text":
        return text_at(source.get("data"), f"{where}.source.data")
    if kind in _UNREADABLE:
        raise ApiError(
            400,
            f"{where}.type is {kind!r}, which the models served here cannot read; accepted: {accepted}",
            param=f"{where}.type",
        )
    if kind in _HOSTED_BLOCKS or (isinstance(kind, str) and kind.endswith("_tool_result")):
        return ""
    raise wrong(f"{where}.type", kind, accepted)


def _call(block: Mapping[str, Any], where: str) -> ToolCall:
    arguments = block.get("input")
    # Written as models write arguments, so that a call looks in the history as it did when it was sampled.
    text = json.dumps(object_at({} if arguments is None else arguments, f"{where}.input"), ensure_ascii=False)
    return ToolCall(
        text_at(block.get("id"), f"{where}.id", empty=False),
        text_at(block.get("name"), f"{where}.name", empty=False),
        text,
    )
