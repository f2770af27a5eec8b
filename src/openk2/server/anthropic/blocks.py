"""The events of an answer → content blocks, one at a time: thinking, text and calls in the order they are said.

A block opens with the first event of its kind and closes when another kind begins. Closed blocks stay here as they
stand in a whole message, so streamed and whole answers are the same blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

from openk2.chat.events import Event, ReasoningDelta, TextDelta, ToolCallArguments, ToolCallEnd, ToolCallStart
from openk2.server.protocol import Json
from openk2.server.sealing import Seal

_FOREIGN = re.compile(r"[^A-Za-z0-9_-]")


def outward_id(id: str) -> str:
    """A call's id in the letters that Anthropic's clients take: `functions.ls:0` → `functions_ls_0`. The number at the
    end is the call's place in the dialogue, which keeps ids apart. Nothing has to be mapped back: the history's calls
    are named by their place (`chat/call_ids.py`), whatever a client calls them."""
    return _FOREIGN.sub("_", id)


class Blocks:
    """Content blocks in the making."""

    def __init__(self, seal: Seal, *, shows_thinking: bool) -> None:
        """`shows_thinking`: else the text of thinking travels in its signature, out of sight."""
        self.closed: list[Json] = []
        self._seal = seal
        self._shows_thinking = shows_thinking
        self._open: Json | None = None
        self._pieces: list[str] = []

    def take(self, event: Event) -> Iterator[Json]:
        """The protocol's events that one event becomes."""
        match event:
            case TextDelta(text) if text:
                yield from self._in({"type": "text", "text": ""})
                yield self._delta(text, {"type": "text_delta", "text": text})
            case ReasoningDelta(text) if text:
                yield from self._in({"type": "thinking", "thinking": "", "signature": ""})
                delta = self._delta(text, {"type": "thinking_delta", "thinking": text})
                if self._shows_thinking:
                    yield delta
            case ToolCallStart(_, id, name):
                yield from self.close()
                yield from self._in({"type": "tool_use", "id": outward_id(id), "name": name, "input": {}})
            case ToolCallArguments(_, text) if text:
                yield self._delta(text, {"type": "input_json_delta", "partial_json": text})
            case ToolCallEnd():
                yield from self.close()
            case _:
                pass

    def close(self) -> Iterator[Json]:
        """End the open block, if one is."""
        if self._open is None:
            return
        block, said = self._open, "".join(self._pieces)
        index = len(self.closed)
        if block["type"] == "text":
            block["text"] = said
        elif block["type"] == "thinking":
            block["thinking"] = said if self._shows_thinking else ""
            block["signature"] = self._seal.sign(said) if self._shows_thinking else self._seal.enclose(said)
            delta = {"type": "signature_delta", "signature": block["signature"]}
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        else:
            block["input"] = arguments_object(said)
        self.closed.append(block)
        self._open = None
        self._pieces = []
        yield {"type": "content_block_stop", "index": index}

    def _in(self, block: Json) -> Iterator[Json]:
        """Be in a block of this kind."""
        if self._open is not None and self._open["type"] == block["type"]:
            return
        yield from self.close()
        self._open = block
        yield {"type": "content_block_start", "index": len(self.closed), "content_block": dict(block)}

    def _delta(self, text: str, delta: Json) -> Json:
        self._pieces.append(text)
        return {"type": "content_block_delta", "index": len(self.closed), "delta": delta}


def arguments_object(text: str) -> Json:
    """A call's arguments as the object that a whole message holds. Arguments that were cut off are what had been
    written so far, as clients read them from a stream; what is no object at all is handed over as text under the key
    that Anthropic's documentation gives to invalid JSON."""
    if not text:
        return {}
    try:
        value = _written(from_json(text, allow_inf_nan=False, allow_partial=True))
    except (ValueError, OverflowError):
        value = None
    return value if isinstance(value, dict) else {"INVALID_JSON": text}


def _written(value: Any) -> Any:
    """The value in numbers that can be written: whole ones of more than 64 bits become floating-point, as most readers
    of JSON have them."""
    match value:
        case dict():
            return {key: _written(item) for key, item in value.items()}
        case list():
            return [_written(item) for item in value]
        case int() if not -(2**63) <= value < 2**64:
            return float(value)
        case _:
            return value
