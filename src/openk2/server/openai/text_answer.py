"""The events of continued prompts → `text_completion` objects, streamed or whole.

Log-probabilities have the older form: parallel lists of tokens, their logarithms, the most probable ones beside each,
and where each token begins in the text. A token that is no text of its own (half a character) is written as OpenAI
wrote it, `bytes:\\xe5\\x8c`, so that no two tokens look the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openk2.chat.events import Event, Finished, Fold, PromptTokens, TextDelta, Tokens, Usage
from openk2.chat.pieces import Alternatives
from openk2.chat.tokenizer import IncrementalDecoder, Tokenizer
from openk2.server.errors import ApiError, error_body
from openk2.server.openai.chat_answer import finish_reason, usage_json
from openk2.server.protocol import Head, Json, sse


@dataclass(frozen=True)
class Echo:
    """A prompt as it is sent back."""

    text: str
    ids: tuple[int, ...]


@dataclass(frozen=True)
class TextForm:
    """What a client and the server's settings ask of the answer's form."""

    tokenizer: Tokenizer
    answers_per_prompt: int
    echo: tuple[Echo, ...] | None
    """The prompts, where answers begin with them."""
    logprobs: bool
    token_ids: bool
    """Also the ids of prompt and answer."""
    named_by_id: bool
    """Log-probabilities call tokens `token_id:N`."""
    include_usage: bool
    """Streams end with a chunk of token counts."""
    silent_ids: tuple[int, ...]
    """Ids besides the special ones that are no text."""
    bare_errors: bool
    """Errors in a stream have the platform's form."""


class TextWriter:
    """Writes the answers to the prompts of one request (an `AnswerWriter`)."""

    def __init__(self, head: Head, *, form: TextForm) -> None:
        self._request, self._form = head, form
        self._head: Json = {
            "id": f"cmpl-{uuid.uuid4().hex}",
            "object": "text_completion",
            "created": head.created,
            "model": head.model,
        }
        self._answers = [_Answer(index, form) for index in range(head.answers)]
        self._usage: Usage | None = None

    def opening(self) -> bytes:
        """Nothing: the first chunk has the first text."""
        return b""

    def push(self, choice: int, event: Event) -> bytes:
        """The chunks an event becomes. Raises ApiError for a broken answer."""
        if isinstance(event, Usage):
            self._usage = event
        if isinstance(event, PromptTokens):
            same_prompt = self._answers[choice : choice + self._form.answers_per_prompt]
            return b"".join(self._chunk(part) for answer in same_prompt for part in answer.begin(event))
        return b"".join(self._chunk(part) for part in self._answers[choice].push(event))

    def heartbeat(self) -> bytes:
        """A comment line, with one newline only."""
        return b": still here\n"

    def closing(self) -> bytes:
        """The token counts where wanted, and the end."""
        counts = b""
        if self._form.include_usage and self._usage is not None:
            counts = sse({**self._head, "choices": [], "usage": self._counts(self._usage)})
        return counts + b"data: [DONE]\n\n"

    def failure(self, error: ApiError) -> bytes:
        """The error as clients of OpenAI's API read it; no `[DONE]` follows."""
        return sse(error_body(error, bare=self._form.bare_errors))

    def whole(self, folds: Sequence[Fold]) -> Json:
        """The completion, with the usage of all answers: each choice is what its chunks add up to. Raises ApiError for
        a broken answer."""
        n = self._form.answers_per_prompt
        choices = []
        for index, folded in enumerate(folds):
            answer = _Answer(index, self._form)
            parts = [*answer.begin(folds[index // n * n].prompt)]
            parts += answer.push(Tokens(tuple(folded.token_ids), tuple(folded.logprobs), tuple(folded.top_logprobs)))
            parts += answer.push(TextDelta(folded.message.content))
            finish_reason(folded.reason)
            parts += answer.push(Finished(folded.reason or "stop", folded.stop_text))
            choices.append(_joined(parts))
        whole: Json = {**self._head, "choices": choices}
        if folds[0].usage is not None:
            whole["usage"] = self._counts(folds[0].usage)
        return whole

    def _chunk(self, choice: Json) -> bytes:
        chunk: Json = {**self._head, "choices": [choice]}
        if self._form.include_usage:
            chunk["usage"] = None
        return sse(chunk)

    def _counts(self, usage: Usage) -> Json:
        return usage_json(usage) | self._request.price(usage)


class _Answer:
    """The pieces of one choice."""

    def __init__(self, index: int, form: TextForm) -> None:
        self._index, self._form = index, form
        self._decoder = IncrementalDecoder(form.tokenizer)
        self._offset = 0
        """Characters of the text before the next token."""
        self._logprobs: Json = _no_logprobs()
        self._ids: list[int] = []
        self._prompt_ids: tuple[int, ...] | None = None

    def begin(self, prompt: PromptTokens) -> Iterator[Json]:
        """The prompt, where it is sent back."""
        if self._form.token_ids:
            self._prompt_ids = prompt.ids
        if self._form.echo is None:
            return
        echo = self._form.echo[self._index // self._form.answers_per_prompt]
        if self._form.logprobs:
            tops = prompt.top_logprobs or ((),) * len(prompt.logprobs)
            self._spell(echo.ids[0], None, None, sampled=False)
            for id, logprob, top in zip(echo.ids[1:], prompt.logprobs, tops, strict=True):
                self._spell(id, logprob, top, sampled=False)
        self._offset = len(echo.text)
        self._decoder = IncrementalDecoder(self._form.tokenizer)
        yield self._part(echo.text)

    def push(self, event: Event) -> Iterator[Json]:
        """What an event adds."""
        match event:
            case Tokens(ids, logprobs, top_logprobs):
                if self._form.token_ids:
                    self._ids.extend(ids)
                if self._form.logprobs:
                    for id, logprob, top in zip(ids, logprobs, top_logprobs or ((),) * len(ids), strict=True):
                        self._spell(id, logprob, top)
            case TextDelta(text) if text:
                yield self._part(text)
            case Finished(reason, stop_text):
                yield self._part("", finish_reason(reason), stop_text)
            case _:
                pass

    def _spell(self, id: int, logprob: float | None, top: Alternatives | None, *, sampled: bool = True) -> None:
        """Note a token's log-probability and where it begins. Special tokens are text in a prompt only."""
        tokenizer, lists = self._form.tokenizer, self._logprobs
        lists["text_offset"].append(self._offset)
        lists["tokens"].append(self._name(id))
        lists["token_logprobs"].append(logprob)
        if top is None or logprob is None:
            lists["top_logprobs"].append(None)
        else:
            lists["top_logprobs"].append({self._name(other): value for other, value in (*top, (id, logprob))})
        silent = sampled and (id >= tokenizer.base_size or id in self._form.silent_ids)
        self._offset += len(self._decoder.flush() if silent else self._decoder.push(id))

    def _name(self, id: int) -> str:
        return f"token_id:{id}" if self._form.named_by_id else _name(id, self._form.tokenizer)

    def _part(self, text: str, reason: str | None = None, stop_text: str | None = None) -> Json:
        part: Json = {"index": self._index, "text": text, "logprobs": None, "finish_reason": reason}
        part["stop_reason"] = stop_text
        if self._form.logprobs:
            part["logprobs"], self._logprobs = self._logprobs, _no_logprobs()
        if self._form.token_ids:
            part["token_ids"], self._ids = self._ids, []
            part["prompt_token_ids"] = None if self._prompt_ids is None else list(self._prompt_ids)
            self._prompt_ids = None
        return part


def _joined(parts: Sequence[Json]) -> Json:
    """What the pieces of one choice add up to."""
    whole = dict(parts[-1], text="".join(part["text"] for part in parts))
    if whole["logprobs"] is not None:
        whole["logprobs"] = {key: [one for part in parts for one in part["logprobs"][key]] for key in _no_logprobs()}
    if "token_ids" in whole:
        whole["token_ids"] = [id for part in parts for id in part["token_ids"]]
        whole["prompt_token_ids"] = next(
            (part["prompt_token_ids"] for part in parts if part["prompt_token_ids"] is not None), None
        )
    return whole


def _no_logprobs() -> Json:
    return {"text_offset": [], "token_logprobs": [], "tokens": [], "top_logprobs": []}


def _name(id: int, tokenizer: Tokenizer) -> str:
    """A token as text; the bytes of one that is none."""
    raw = tokenizer.piece(id)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in raw)
