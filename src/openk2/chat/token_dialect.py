"""What servers that are asked in token ids have in common: a body to send, and chunks to read sampled ids from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from openk2.chat.events import FinishReason
from openk2.chat.pieces import Alternatives, TokenLogprob
from openk2.chat.remote_answer import error_text, one_line
from openk2.chat.sampling import SamplingParams

REASONS: Mapping[str, FinishReason] = {"length": "length", "abort": "cancelled", "cancelled": "cancelled"}
"""What servers say besides stop, and what it means."""


class WrongAnswer(Exception):
    """The server's answer makes no sense, or says that it failed; the text is one line."""


@dataclass(frozen=True)
class Sampled:
    """One id as a server tells it."""

    id: int
    logprob: float | None = None
    """None where it was not asked for."""
    top: Alternatives = ()


@dataclass(frozen=True)
class Arrived:
    """What one chunk says of one answer."""

    choice: int
    sampled: Sequence[Sampled] = ()
    finish: FinishReason | None = None
    prompt_logprobs: tuple[TokenLogprob, ...] = ()


class ChunkReader(Protocol):
    """Reads the chunks of one answer."""

    cached_tokens: int
    """How many tokens of the prompt came out of the server's cache, as far as it told."""

    def take(self, data: str) -> Iterator[Arrived]:
        """What a chunk, JSON text, says. Raises WrongAnswer."""
        ...


class TokenDialect(Protocol):
    """One kind of server."""

    path: str
    """Of the endpoint, below the server's root."""

    def body(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> dict[str, Any]:
        """The request; `max_tokens` is set and `stop_token_ids` holds all that end the answer."""
        ...

    def reader(self) -> ChunkReader:
        """For the chunks of one answer."""
        ...


def chunk_object(data: str) -> Mapping[str, Any]:
    """A chunk as an object. Raises WrongAnswer when it is none, or carries the server's own error."""
    try:
        chunk = json.loads(data)
    except ValueError:
        chunk = None
    if not isinstance(chunk, dict):
        raise WrongAnswer(f"the server sent {one_line(data)!r}; accepted: a JSON object")
    if chunk.get("error"):
        raise WrongAnswer(f"the server broke off: {error_text(data)}")
    return chunk


def mapping(value: object) -> Mapping[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> Sequence[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def count(value: object) -> int:
    """The value where it is a number of tokens, else 0."""
    return value if isinstance(value, int) and value > 0 else 0


def checked_id(value: object) -> int:
    """A token id. Raises WrongAnswer for anything else."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise WrongAnswer(f"the server sent {value!r} for a token id")
    return value
