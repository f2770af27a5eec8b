"""What front ends and the engine process say to each other over a Unix socket: JSON in frames, each with its length.

A front end sends `open`, `cancel` and `describe`, the engine process sends `tokens` (the tokens of one step, of all
requests of a front end, in one frame), `failed`, `described` and `load`. Tokens are lists of numbers in the order of
`TokenPiece`'s fields, cut behind the last that differs from its default: most are `[0, id]` and the cached tokens.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import Any

import orjson

from openk2.chat.pieces import TokenLogprob, TokenPiece
from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.errors import ChatError, ContextLengthError, EngineError, OpenK2Error, RequestError, UpstreamError

_LENGTH_BYTES = 4
_DEFAULTS = [field.default for field in dataclasses.fields(TokenPiece)]
_ERRORS: Mapping[str, type[OpenK2Error]] = {
    kind.__name__: kind for kind in (ChatError, ContextLengthError, EngineError, RequestError, UpstreamError)
}


def frame(*message: Any) -> bytes:
    """A message as bytes."""
    body = orjson.dumps(message)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


async def read_frame(reader: asyncio.StreamReader) -> list[Any]:
    """The next message; raises IncompleteReadError at the end of the stream."""
    length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big")
    message: list[Any] = orjson.loads(await reader.readexactly(length))
    return message


def sampling_to_json(sampling: SamplingParams) -> dict[str, Any]:
    """What differs from the defaults."""
    default = SamplingParams()
    fields = {field.name: getattr(sampling, field.name) for field in dataclasses.fields(sampling)}
    changed = {name: value for name, value in fields.items() if value != getattr(default, name)}
    if sampling.logit_bias:
        changed["logit_bias"] = [[id, bias] for id, bias in sampling.logit_bias.items()]
    if sampling.grammar is not None:
        changed["grammar"] = [sampling.grammar.kind, sampling.grammar.text]
    return changed


def sampling_from_json(changed: dict[str, Any]) -> SamplingParams:
    """The inverse."""
    values = dict(changed)
    for name in ("stop", "stop_token_ids"):
        if name in values:
            values[name] = tuple(values[name])
    if "logit_bias" in values:
        values["logit_bias"] = dict(values["logit_bias"])
    if "grammar" in values:
        values["grammar"] = GrammarSpec(*values["grammar"])
    return SamplingParams(**values)


def piece_to_json(piece: TokenPiece) -> list[Any]:
    """A token as a list."""
    values: list[Any] = [
        piece.choice,
        piece.id,
        piece.logprob,
        piece.top_logprobs,
        piece.finish,
        piece.cached_tokens,
        piece.proposed,
        piece.accepted,
        [[one.id, one.logprob, one.top] for one in piece.prompt_logprobs],
        piece.written_tokens,
    ]
    while len(values) > 2 and values[-1] in (_DEFAULTS[len(values) - 1], []):
        values.pop()
    return values


def piece_from_json(values: list[Any]) -> TokenPiece:
    """The inverse."""
    if len(values) > 3:
        values[3] = _pairs(values[3])
    if len(values) > 8:
        values[8] = tuple(TokenLogprob(id, logprob, _pairs(top)) for id, logprob, top in values[8])
    return TokenPiece(*values)


def error_to_json(error: Exception) -> list[Any]:
    """An error's kind, line, and status where it has one."""
    kind = next((name for name, one in _ERRORS.items() if type(error) is one), None)
    if kind is None:
        kind = "EngineError"
    return [kind, str(error), getattr(error, "status", None), getattr(error, "retry_after", None)]


def error_from_json(values: list[Any]) -> OpenK2Error:
    """The inverse."""
    kind, line, status, retry_after = values
    if kind == "UpstreamError":
        return UpstreamError(line, status, retry_after=retry_after)
    return _ERRORS[kind](line)


def _pairs(values: list[list[Any]]) -> tuple[tuple[int, float], ...]:
    return tuple((id, logprob) for id, logprob in values)
