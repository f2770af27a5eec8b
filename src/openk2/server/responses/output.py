"""The events of an answer → output items, one at a time, with the protocol's events about each of them.

An item opens with the first event of its kind and closes when another kind begins. Closed items stay here as they stand
in the response object, so streamed and whole answers are the same items.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from openk2.chat.events import Event, ReasoningDelta, TextDelta, ToolCallArguments, ToolCallEnd, ToolCallStart
from openk2.server.protocol import Json
from openk2.server.responses.tools import Tools, custom_input
from openk2.server.sealing import Seal


class OutputItems:
    """Output items in the making. The protocol's events come without their sequence numbers."""

    def __init__(self, tools: Tools, seal: Seal, *, encloses: bool) -> None:
        """`encloses`: reasoning also travels in `encrypted_content`, for clients that keep nothing else of it."""
        self.closed: list[Json] = []
        self._tools, self._seal, self._encloses = tools, seal, encloses
        self._open: Json | None = None
        self._pieces: list[str] = []

    def take(self, event: Event) -> Iterator[Json]:
        """The protocol's events that one event becomes."""
        match event:
            case TextDelta(text) if text:
                yield from self._in("message")
                yield self._delta("response.output_text.delta", text, content_index=0, logprobs=[])
            case ReasoningDelta(text) if text:
                yield from self._in("reasoning")
                yield self._delta("response.reasoning_text.delta", text, content_index=0)
            case ToolCallStart(_, id, name):
                yield from self.close()
                yield from self._begin_call(id, name)
            case ToolCallArguments(_, text) if text:
                delta = self._delta("response.function_call_arguments.delta", text)
                # The text of a custom tool stands inside of JSON: it is told when it is whole.
                if self._open is not None and self._open["type"] == "function_call":
                    yield delta
            case ToolCallEnd():
                yield from self.close()
            case _:
                pass

    def close(self, status: str = "completed") -> Iterator[Json]:
        """End the open item, if one is; `status`: incomplete where the answer was cut off in it."""
        if self._open is None:
            return
        item, said = self._open, "".join(self._pieces)
        match item["type"]:
            case "message":
                part = {"type": "output_text", "text": said, "annotations": [], "logprobs": []}
                item["content"] = [part]
                yield self._about("response.output_text.done", content_index=0, text=said, logprobs=[])
                yield self._about("response.content_part.done", content_index=0, part=part)
            case "reasoning":
                part = {"type": "reasoning_text", "text": said}
                item["content"] = [part]
                if self._encloses:
                    item["encrypted_content"] = self._seal.enclose(said)
                yield self._about("response.reasoning_text.done", content_index=0, text=said)
                yield self._about("response.content_part.done", content_index=0, part=part)
            case "function_call":
                item["arguments"] = said
                yield self._about("response.function_call_arguments.done", arguments=said, name=item["name"])
            case _:
                item["input"] = custom_input(said)
                yield self._about("response.custom_tool_call_input.delta", delta=item["input"])
                yield self._about("response.custom_tool_call_input.done", input=item["input"])
        item["status"] = status
        yield {"type": "response.output_item.done", "output_index": len(self.closed), "item": item}
        self.closed.append(item)
        self._open = None
        self._pieces = []

    def _in(self, kind: str) -> Iterator[Json]:
        """Be in an item of this kind."""
        if self._open is not None and self._open["type"] == kind:
            return
        yield from self.close()
        part: Json
        if kind == "message":
            yield self._added({"type": kind, "id": _id("msg"), "role": "assistant", "content": []})
            part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        else:
            yield self._added({"type": kind, "id": _id("rs"), "summary": [], "content": []})
            part = {"type": "reasoning_text", "text": ""}
        yield self._about("response.content_part.added", content_index=0, part=part)

    def _begin_call(self, id: str, name: str) -> Iterator[Json]:
        known = self._tools.outward(name)
        call: Json = {"call_id": id, "name": known.name}
        if known.namespace is not None:
            call["namespace"] = known.namespace
        if known.kind == "custom":
            yield self._added({"type": "custom_tool_call", "id": _id("ctc"), **call, "input": ""})
        else:
            yield self._added({"type": "function_call", "id": _id("fc"), **call, "arguments": ""})

    def _added(self, item: Json) -> Json:
        item["status"] = "in_progress"
        self._open = item
        return {"type": "response.output_item.added", "output_index": len(self.closed), "item": dict(item)}

    def _delta(self, kind: str, text: str, **more: object) -> Json:
        self._pieces.append(text)
        return self._about(kind, delta=text, **more)

    def _about(self, kind: str, **more: object) -> Json:
        """An event about the open item."""
        assert self._open is not None
        return {"type": kind, "item_id": self._open["id"], "output_index": len(self.closed), **more}


def _id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex}"
