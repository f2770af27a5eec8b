"""The events of an answer → OpenAI's JSON, streamed or whole.

Both forms are made from the same events: the whole one from their folds, the chunks one by one. The pieces of the
chunks concatenate to exactly the message of the completion; a key that the whole message does not have (content beside
bare tool calls, reasoning of a model that did not think) appears in no chunk.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
from openk2.server.errors import ApiError, error_body
from openk2.server.protocol import Head, Json, SseForm, sse
from openk2.server.served import Piece

Alternatives = tuple[tuple[int, float], ...]
"""Token ids with the logarithms of their probabilities."""


def usage_json(usage: Usage) -> Json:
    """Token counts. The cached ones are a part of the prompt's and stand where OpenAI and where Moonshot have them;
    guesses of speculation are told as OpenAI tells those of a prediction."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "cached_tokens": usage.cached_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "accepted_prediction_tokens": usage.accepted_tokens,
            "rejected_prediction_tokens": usage.proposed_tokens - usage.accepted_tokens,
        },
    }


def logprobs_json(
    ids: Sequence[int], logprobs: Sequence[float], tops: Sequence[Alternatives], piece: Piece
) -> list[Json]:
    """One entry per sampled token, with the most probable ones there (`tops`, which may be empty); half a character
    shows as the replacement character, its bytes are exact."""
    return [
        {**_token(id, logprob, piece), "top_logprobs": [_token(other, value, piece) for other, value in top]}
        for id, logprob, top in zip(ids, logprobs, tops or [()] * len(ids), strict=True)
    ]


def _token(id: int, logprob: float, piece: Piece) -> Json:
    raw = piece(id)
    return {"token": raw.decode("utf-8", errors="replace"), "bytes": list(raw), "logprob": logprob}


def finish_reason(reason: FinishReason | None) -> str:
    """OpenAI's word for how the answer ended; raises ApiError when it did not come to an end of its own."""
    if reason is None:
        raise ApiError(500, "the answer broke off before its end")
    if reason == "cancelled":
        raise ApiError(503, "the answer was cancelled by the server before its end")
    return reason


@dataclass(frozen=True)
class Form:
    """What a client and the server's settings ask of the answer's form."""

    include_usage: bool = False
    """Streams end with a chunk of token counts."""
    piece: Piece | None = None
    """Spells token ids where log-probabilities are wanted."""
    reasoning_alias: bool = False
    """Reasoning also as `reasoning`, for clients of vLLM."""
    bare_errors: bool = False
    """Errors in a stream have the platform's form."""


class ChatWriter:
    """Writes the answers to one chat request (an `AnswerWriter`)."""

    def __init__(self, head: Head, *, form: Form) -> None:
        self._request = head
        self._head: Json = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": head.created, "model": head.model}
        self._form = form
        self._chunks = [_Chunks(index, self._chunk_head(), form) for index in range(head.answers)]
        self._usage: Usage | None = None

    def opening(self) -> bytes:
        """One chunk per answer: who speaks."""
        return b"".join(sse(chunks.opening()) for chunks in self._chunks)

    def push(self, choice: int, event: Event) -> bytes:
        """The chunks an event becomes: none, one, or the closing one. Raises ApiError for a broken answer."""
        of_choice = self._chunks[choice]
        if (plain := of_choice.push_plain(event)) is not None:
            return plain
        if isinstance(event, Usage):
            self._usage = event
        chunks = list(of_choice.push(event))
        if isinstance(event, Finished) and choice == 0 and self._usage is not None:
            # Where Moonshot's clients look for it; those of others never look into a choice for it.
            chunks[-1]["choices"][0]["usage"] = self._counts(self._usage)
        return b"".join(map(sse, chunks))

    def heartbeat(self) -> bytes:
        """A comment line. One newline only: a blank line would end an event, and some clients then parse an empty
        one."""
        return b": still here\n"

    def closing(self) -> bytes:
        """The token counts where wanted, and the end."""
        counts = b""
        if self._form.include_usage and self._usage is not None:
            counts = sse({**self._chunk_head(), "choices": [], "usage": self._counts(self._usage)})
        return counts + b"data: [DONE]\n\n"

    def failure(self, error: ApiError) -> bytes:
        """The error as clients of OpenAI's API read it; no `[DONE]` follows."""
        return sse(error_body(error, bare=self._form.bare_errors))

    def whole(self, folds: Sequence[Fold]) -> Json:
        """The completion, with the usage of all answers. Raises ApiError for a broken answer."""
        answer: Json = {
            **self._head,
            "object": "chat.completion",
            "choices": [_choice(index, folded, self._form) for index, folded in enumerate(folds)],
        }
        if folds[0].usage is not None:
            answer["usage"] = self._counts(folds[0].usage)
        return answer

    def _counts(self, usage: Usage) -> Json:
        return usage_json(usage) | self._request.price(usage)

    def _chunk_head(self) -> Json:
        return {**self._head, "object": "chat.completion.chunk"}


def _choice(index: int, folded: Fold, form: Form) -> Json:
    message = folded.message.to_openai()
    if form.reasoning_alias and folded.message.reasoning is not None:
        message["reasoning"] = folded.message.reasoning
    choice: Json = {
        "index": index,
        "message": message,
        "logprobs": None,
        "finish_reason": finish_reason(folded.reason),
    }
    if form.piece is not None:
        content = logprobs_json(folded.token_ids, folded.logprobs, folded.top_logprobs, form.piece)
        choice["logprobs"] = {"content": content}
    return choice


class _Chunks:
    """The chunks of one answer."""

    def __init__(self, index: int, head: Json, form: Form) -> None:
        self._index, self._head, self._form = index, head, form
        self._logprobs: list[Json] = []
        self._said_something = False
        self._text = SseForm(lambda text: self._chunk({"content": text}))
        self._reasoning = SseForm(lambda text: self._chunk({"reasoning_content": text}))

    def opening(self) -> Json:
        return self._chunk({"role": "assistant"})

    def push_plain(self, event: Event) -> bytes | None:
        """What nearly all events become, written the quick way: tokens and their text. None: it is none of these."""
        if self._form.piece is not None:
            return None
        match event:
            case Tokens():
                return b""
            case TextDelta(text) if text:
                self._said_something = True
                return self._text(text)
            case ReasoningDelta(text) if text and not self._form.reasoning_alias:
                return self._reasoning(text)
        return None

    def push(self, event: Event) -> Iterator[Json]:
        match event:
            case Tokens(ids, logprobs, top_logprobs) if self._form.piece is not None:
                self._logprobs.extend(logprobs_json(ids, logprobs, top_logprobs, self._form.piece))
            case TextDelta(text) if text:
                yield self._said({"content": text})
            case ReasoningDelta(text) if text:
                alias = {"reasoning": text} if self._form.reasoning_alias else {}
                yield self._chunk({"reasoning_content": text} | alias)
            case ToolCallStart(index, id, name):
                function = {"name": name, "arguments": ""}
                yield self._said({"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]})
            case ToolCallArguments(index, text) if text:
                yield self._said({"tool_calls": [{"index": index, "function": {"arguments": text}}]})
            case Finished(reason):
                yield self._chunk({} if self._said_something else {"content": ""}, finish_reason(reason))
            case _:
                pass

    def _said(self, delta: Json) -> Json:
        self._said_something = True
        return self._chunk(delta)

    def _chunk(self, delta: Json, reason: str | None = None) -> Json:
        choice: Json = {"index": self._index, "delta": delta, "logprobs": None, "finish_reason": reason}
        if self._logprobs:
            choice["logprobs"] = {"content": self._logprobs}
            self._logprobs = []
        chunk: Json = {**self._head, "choices": [choice]}
        if self._form.include_usage:
            chunk["usage"] = None
        return chunk
