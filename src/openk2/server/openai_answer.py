"""The events of an answer → OpenAI's JSON, streamed or whole.

Both forms are made from the same events: `completion` from their fold, `ChunkWriter` one by one. The pieces of the
chunks concatenate to exactly the message of the completion; a key that the whole message does not have (content beside
bare tool calls, reasoning of a model that did not think) appears in no chunk.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from openk2.chat.events import (
    Event,
    Finished,
    FinishReason,
    Fold,
    ReasoningDelta,
    TextDelta,
    Tokens,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from openk2.server.errors import ApiError

Json = dict[str, Any]
Piece = Callable[[int], bytes]
"""The bytes of a token id."""


def usage_json(usage: Usage) -> Json:
    """Token counts; the cached ones are a part of the prompt's."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def logprobs_json(ids: Sequence[int], logprobs: Sequence[float], piece: Piece) -> list[Json]:
    """One entry per sampled token; half a character shows as the replacement character, its bytes are exact."""
    entries = []
    for id, logprob in zip(ids, logprobs, strict=True):
        raw = piece(id)
        text = raw.decode("utf-8", errors="replace")
        entries.append({"token": text, "bytes": list(raw), "logprob": logprob, "top_logprobs": []})
    return entries


def finish_reason(reason: FinishReason | None) -> str:
    """OpenAI's word for how the answer ended; raises ApiError when it did not come to an end of its own."""
    if reason is None:
        raise ApiError(500, "the answer broke off before its end")
    if reason == "cancelled":
        raise ApiError(503, "the answer was cancelled by the server before its end")
    return reason


def completion(id: str, model: str, created: int, folded: Fold, piece: Piece | None) -> Json:
    """The whole answer; `piece` is given when log-probabilities are wanted. Raises ApiError for a broken answer."""
    choice: Json = {
        "index": 0,
        "message": folded.message.to_openai(),
        "logprobs": None,
        "finish_reason": finish_reason(folded.reason),
    }
    if piece is not None:
        choice["logprobs"] = {"content": logprobs_json(folded.token_ids, folded.logprobs, piece)}
    answer: Json = {
        "id": id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [choice],
    }
    if folded.usage is not None:
        answer["usage"] = usage_json(folded.usage)
    return answer


class ChunkWriter:
    """Turns the events of one answer into chunks, as they come."""

    def __init__(self, id: str, model: str, created: int, *, include_usage: bool, piece: Piece | None) -> None:
        self._head: Json = {"id": id, "object": "chat.completion.chunk", "created": created, "model": model}
        self._include_usage = include_usage
        self._piece = piece
        self._logprobs: list[Json] = []
        self._usage: Usage | None = None
        self._said_something = False

    def opening(self) -> Json:
        """The first chunk: who speaks."""
        return self._chunk({"role": "assistant"})

    def push(self, event: Event) -> Iterator[Json]:
        """The chunks an event becomes: none, one, or the closing ones. Raises ApiError for a broken answer."""
        match event:
            case Tokens(ids, logprobs) if self._piece is not None:
                self._logprobs.extend(logprobs_json(ids, logprobs, self._piece))
            case TextDelta(text) if text:
                yield self._said({"content": text})
            case ReasoningDelta(text) if text:
                yield self._chunk({"reasoning_content": text})
            case ToolCallStart(index, id, name):
                function = {"name": name, "arguments": ""}
                yield self._said({"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]})
            case ToolCallArguments(index, text) if text:
                yield self._said({"tool_calls": [{"index": index, "function": {"arguments": text}}]})
            case Usage():
                self._usage = event
            case Finished(reason):
                yield self._chunk({} if self._said_something else {"content": ""}, finish_reason(reason))
                if self._include_usage and self._usage is not None:
                    yield {**self._head, "choices": [], "usage": usage_json(self._usage)}
            case _:
                pass

    def _said(self, delta: Json) -> Json:
        self._said_something = True
        return self._chunk(delta)

    def _chunk(self, delta: Json, reason: str | None = None) -> Json:
        choice: Json = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        if self._logprobs:
            choice["logprobs"] = {"content": self._logprobs}
            self._logprobs = []
        chunk: Json = {**self._head, "choices": [choice]}
        if self._include_usage:
            chunk["usage"] = None
        return chunk
