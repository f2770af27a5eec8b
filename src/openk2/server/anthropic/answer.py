"""The events of an answer → Anthropic's message, streamed or whole.

The stream begins with `message_start` when the prompt's token counts are known, with the first sampled token. Until
then, and whenever there is nothing to say, it carries `ping`. Every record has an `event:` line: clients drop those
without. `message_delta` tells the counts of the whole request once more.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from openk2.chat.events import Event, Finished, FinishReason, Fold, PromptTokens, Usage
from openk2.server.anthropic.blocks import Blocks
from openk2.server.anthropic.usage import prompt_json, usage_json
from openk2.server.dialect import anthropic_error_body
from openk2.server.errors import ApiError
from openk2.server.protocol import Head, Json, sse
from openk2.server.sealing import Seal

_STOP_REASONS = {"stop": "end_turn", "tool_calls": "tool_use", "length": "max_tokens"}


class MessagesWriter:
    """Writes the answer to one Messages request (an `AnswerWriter`)."""

    def __init__(self, head: Head, *, seal: Seal, shows_thinking: bool, max_tokens: int) -> None:
        """`shows_thinking`: whether the client wants to read it; `max_tokens`: the client's limit, which tells an
        answer that met it from one that filled the context."""
        self._head = head
        self._id = f"msg_{uuid.uuid4().hex}"
        self._max_tokens = max_tokens
        self._blocks = Blocks(seal, shows_thinking=shows_thinking)
        self._begun = False
        self._usage: Usage | None = None
        self._reason: FinishReason | None = None
        self._stop_text: str | None = None

    def opening(self) -> bytes:
        """Nothing: what a message starts with is not known yet."""
        return b""

    def push(self, choice: int, event: Event) -> bytes:
        """What an event becomes. Raises ApiError for an answer that did not come to an end of its own."""
        match event:
            case PromptTokens(ids, cached_tokens):
                return self._begin(prompt_json(len(ids), cached_tokens))
            case Usage():
                self._usage = event
            case Finished(reason, stop_text):
                self._finish(reason, stop_text)
            case _:
                if records := _records(self._blocks.take(event)):
                    return self._begin(prompt_json(0, 0)) + records
        return b""

    def heartbeat(self) -> bytes:
        """Anthropic's own event for it."""
        return sse({"type": "ping"}, "ping")

    def closing(self) -> bytes:
        """The end of the last block, why the answer ended and what it cost."""
        usage = self._usage or Usage(0, 0, 0)
        last = _records(self._blocks.close())
        delta = {"stop_reason": self._stop_reason(), "stop_sequence": self._stop_text}
        ending: list[Json] = [
            {"type": "message_delta", "delta": delta, "usage": usage_json(usage) | self._head.price(usage)},
            {"type": "message_stop"},
        ]
        return self._begin(prompt_json(usage.prompt_tokens, usage.cached_tokens)) + last + _records(ending)

    def failure(self, error: ApiError) -> bytes:
        """The error as an event; clients raise it as the status its type stands for."""
        return sse(anthropic_error_body(error, self._head.request_id), "error")

    def whole(self, folds: Sequence[Fold]) -> Json:
        """The message in one piece. Raises ApiError for a broken answer."""
        folded = folds[0]
        self._finish(folded.reason, folded.stop_text)
        self._usage = folded.usage
        for event in folded.said():
            _records(self._blocks.take(event))
        _records(self._blocks.close())
        usage = self._usage or Usage(0, 0, 0)
        return {
            **self._message(usage_json(usage) | self._head.price(usage)),
            "content": self._blocks.closed,
            "stop_reason": self._stop_reason(),
            "stop_sequence": self._stop_text,
        }

    def _begin(self, counts: Json) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        message = self._message({**counts, "output_tokens": 0})
        return sse({"type": "message_start", "message": message}, "message_start")

    def _message(self, usage: Json) -> Json:
        return {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "model": self._head.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }

    def _finish(self, reason: FinishReason | None, stop_text: str | None) -> None:
        if reason is None:
            raise ApiError(500, "the answer broke off before its end")
        if reason == "cancelled":
            raise ApiError(503, "the answer was cancelled by the server before its end")
        self._reason, self._stop_text = reason, stop_text

    def _stop_reason(self) -> str:
        if self._stop_text is not None:
            return "stop_sequence"
        if self._reason == "length" and self._usage is not None and self._usage.completion_tokens < self._max_tokens:
            return "model_context_window_exceeded"
        return _STOP_REASONS[self._reason or "stop"]


def _records(events: Iterable[Json]) -> bytes:
    return b"".join(sse(event, str(event["type"])) for event in events)
