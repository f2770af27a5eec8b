"""The chunks of a streamed chat completion (OpenAI's form, and what other servers make of it) to events.

Reasoning is read as `reasoning_content` (Moonshot, vLLM, SGLang) or `reasoning`; cached tokens as
`usage.prompt_tokens_details.cached_tokens` or `usage.cached_tokens`. A completion that was not streamed is one chunk
whose choice has a `message` for a `delta`.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from openk2.chat.call_ids import call_id
from openk2.chat.events import (
    Event,
    Finished,
    FinishReason,
    ReasoningDelta,
    TextDelta,
    ToolCallArguments,
    ToolCallEnd,
    ToolCallStart,
    Usage,
)
from openk2.errors import RequestError

_REASONS: Mapping[object, FinishReason] = {"length": "length", "tool_calls": "tool_calls"}
_LONGEST_ERROR = 300


class AnswerReader:
    """Chunks of one answer in, events out."""

    def __init__(self, first_call_index: int) -> None:
        """`first_call_index`: how many calls the dialogue made before; names calls that come without an id."""
        self._first_call_index = first_call_index
        self._keys: list[object] = []
        """The server's own index of each call so far."""
        self._id: object = None
        """The server's id of the open call."""
        self._open = False
        self._reason: object = None
        self._usage: Mapping[str, Any] = {}

    def take(self, data: str) -> Iterator[Event]:
        """The events of one chunk, JSON text. Raises RequestError when it is no chunk, or carries the server's own
        error."""
        try:
            chunk = json.loads(data)
        except ValueError:
            raise RequestError(f"the server sent {one_line(data)!r}; accepted: a JSON object") from None
        if not isinstance(chunk, dict):
            raise RequestError(f"the server sent {one_line(data)!r}; accepted: a JSON object")
        if chunk.get("error"):
            raise RequestError(f"the server broke off: {error_text(data)}")
        self._usage = _mapping(chunk.get("usage")) or self._usage
        for choice in _list(chunk.get("choices"))[:1]:
            delta = _mapping(choice.get("delta")) or _mapping(choice.get("message"))
            yield from self._words(delta)
            for piece in _list(delta.get("tool_calls")):
                yield from self._call(piece)
            self._usage = _mapping(choice.get("usage")) or self._usage
            self._reason = choice.get("finish_reason") or self._reason

    def finish(self) -> Iterator[Event]:
        """The last events. Raises RequestError when the server never said that the answer is finished."""
        if self._reason is None:
            raise RequestError("the connection ended before the answer was finished")
        yield from self._end_call()
        details = _mapping(self._usage.get("prompt_tokens_details"))
        yield Usage(
            prompt_tokens=_count(self._usage.get("prompt_tokens")),
            cached_tokens=_count(details.get("cached_tokens") or self._usage.get("cached_tokens")),
            completion_tokens=_count(self._usage.get("completion_tokens")),
        )
        yield Finished(_REASONS.get(self._reason, "tool_calls" if self._keys else "stop"))

    def _words(self, delta: Mapping[str, Any]) -> Iterator[Event]:
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(reasoning, str) and reasoning:
            yield ReasoningDelta(reasoning)
        content = delta.get("content")
        if isinstance(content, str) and content:
            yield TextDelta(content)

    def _call(self, piece: Mapping[str, Any]) -> Iterator[Event]:
        """A piece of a call. Another index, or another id under one index (some servers number every call 0), is
        another call."""
        function = _mapping(piece.get("function"))
        key = piece.get("index", self._keys[-1] if self._keys else 0)
        id = piece.get("id")
        if not self._open or key != self._keys[-1] or (id and id != self._id):
            if not function.get("name"):
                raise RequestError(f"the server sent a piece of call {key}, which is not open and has no name")
            yield from self._end_call()
            index = len(self._keys)
            self._keys.append(key)
            self._id, self._open = id, True
            name = str(function["name"])
            yield ToolCallStart(index, str(id or call_id(name, self._first_call_index + index)), name)
        arguments = function.get("arguments")
        if isinstance(arguments, Mapping):
            arguments = json.dumps(arguments, ensure_ascii=False)
        if isinstance(arguments, str) and arguments:
            yield ToolCallArguments(len(self._keys) - 1, arguments)

    def _end_call(self) -> Iterator[Event]:
        if self._open:
            self._open = False
            yield ToolCallEnd(len(self._keys) - 1)


async def sse_data(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """The `data:` lines of an event stream, up to `[DONE]`.

    Lines end at line feeds only: JSON text may hold other characters that Unicode counts as line ends.
    """
    async for line in _lines(chunks):
        if line.startswith(b"data:"):
            data = line.removeprefix(b"data:").decode("utf-8", errors="replace").strip()
            if data == "[DONE]":
                return
            if data:
                yield data


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
    yield rest


def error_text(body: str) -> str:
    """What an error body says, on one line: its message and type where it has OpenAI's form, else its beginning."""
    try:
        data = json.loads(body)
    except ValueError:
        return one_line(body) or "no explanation"
    error = data.get("error", data) if isinstance(data, Mapping) else data
    if isinstance(error, Mapping):
        message = error.get("message") or error.get("detail") or json.dumps(error, ensure_ascii=False)
        kind = error.get("type") or error.get("code")
        return one_line(f"{message} ({kind})" if kind else str(message))
    return one_line(str(error))


def one_line(text: str) -> str:
    """The text without line breaks, shortened."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_ERROR else line[:_LONGEST_ERROR] + " …"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
