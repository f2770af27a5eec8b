"""The seam between one internal request and the protocols people speak to it.

A protocol reads a body into a `Call` and writes the answer's events with an `AnswerWriter`; what lies between
(admission, metering, heartbeats, cancelling) is `answer.py`'s and the same for all. Streamed and whole answers are made
from the same events, so they cannot say different things.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from openk2.chat.events import Event, Fold, Usage
from openk2.chat.messages import ChatRequest
from openk2.server.errors import ApiError
from openk2.server.served import ServedModel

Json = dict[str, Any]


@dataclass(frozen=True)
class Head:
    """What a writer knows of an answer before its first event."""

    request_id: str
    """The id every log line and header of this request carries."""
    model: str
    """The name the client used."""
    created: int
    """Seconds since 1970."""
    answers: int
    """How many answers were asked for (`n`)."""
    price: Callable[[Usage], Json]
    """Further keys for the usage object, such as `openk2_cost`; empty where nothing is metered."""


class AnswerWriter(Protocol):
    """One protocol's form of one answer. A stream is `opening`, any number of `push` and `heartbeat`, then `closing` or
    `failure`; a whole answer is `whole` alone. Bytes may be empty: a writer sends what it can when it can."""

    def opening(self) -> bytes:
        """What the stream begins with."""
        ...

    def push(self, choice: int, event: Event) -> bytes:
        """What an event of answer number `choice` becomes. Raises ApiError for an answer that did not come to an end
        of its own."""
        ...

    def heartbeat(self) -> bytes:
        """Says that the stream is alive, without meaning anything."""
        ...

    def closing(self) -> bytes:
        """What the stream ends with when every answer has finished."""
        ...

    def failure(self, error: ApiError) -> bytes:
        """What the stream ends with instead."""
        ...

    def whole(self, folds: Sequence[Fold]) -> Json:
        """The answer in one piece, one fold per answer. Raises ApiError for a broken one."""
        ...


@dataclass(frozen=True)
class Call:
    """A request as read from its protocol, with the way to write its answer."""

    model: str
    """The name the client used, which may be an alias."""
    served: ServedModel
    request: ChatRequest
    stream: bool
    writer: Callable[[Head], AnswerWriter]
    source: Callable[[ChatRequest], AsyncIterator[Event]] | None = None
    """What answers the request where it is more than the model's backend."""

    def events(self, request: ChatRequest) -> AsyncIterator[Event]:
        """The answer to the call's request, or to another form of it."""
        return (self.source or self.served.backend.stream)(request)


_HOLE = "\0"


class SseForm:
    """Server-sent events that differ in one text only: the JSON around it is written once."""

    def __init__(self, value: Callable[[str], Json], event: str | None = None) -> None:
        """`value`: the event's value for a text, which stands in it once."""
        self._before, self._behind = sse(value(_HOLE), event).split(orjson.dumps(_HOLE))

    def __call__(self, text: str) -> bytes:
        """The event with this text."""
        return self._before + orjson.dumps(text) + self._behind


def sse(value: Json, event: str | None = None) -> bytes:
    """One server-sent event; with a name where the protocol names its events."""
    head = b"" if event is None else b"event: " + event.encode() + b"\n"
    return head + b"data: " + orjson.dumps(value) + b"\n\n"
