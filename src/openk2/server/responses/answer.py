"""The events of an answer → the Responses API's events, or its response object.

`created → in_progress → (item added → parts and deltas → item done)* → completed | incomplete | failed`; every event
has the next sequence number. A heartbeat is an event too, OpenAI's own `keepalive`: some clients count the seconds
since the last event and do not see comments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from openk2.chat.events import Event, Finished, FinishReason, Fold, Usage
from openk2.server.errors import ApiError
from openk2.server.protocol import Head, Json, sse
from openk2.server.responses.output import OutputItems
from openk2.server.responses.resource import Resource, error_json, usage_json

Keep = Callable[[Json], None]
"""Takes the response object as it ended."""


class ResponsesWriter:
    """Writes the answer to one Responses request (an `AnswerWriter`)."""

    def __init__(self, head: Head, *, resource: Resource, items: OutputItems, keep: Keep) -> None:
        """`items`: empty so far; `keep`: told of the answer's end, before the client is."""
        self._head, self._resource, self._items, self._keep = head, resource, items, keep
        self._sequence = 0
        self._begun = False
        self._usage: Usage | None = None
        self._reason: FinishReason | None = None

    def opening(self) -> bytes:
        """The response exists, and is being answered; nothing where an event has said so before."""
        if self._begun:
            return b""
        self._begun = True
        response = self._resource.at("in_progress")
        return self._records(
            [
                {"type": "response.created", "response": response},
                {"type": "response.in_progress", "response": response},
            ]
        )

    def push(self, choice: int, event: Event) -> bytes:
        """What an event becomes. Raises ApiError for an answer that did not come to an end of its own."""
        match event:
            case Usage():
                self._usage = event
            case Finished(reason):
                self._finish(reason)
            case _:
                return self.opening() + self._records(self._items.take(event))
        return b""

    def heartbeat(self) -> bytes:
        """An event without a meaning, or the opening where it has not been sent."""
        return self.opening() or self._records([{"type": "keepalive"}])

    def closing(self) -> bytes:
        """The end of the last item and of the response."""
        last = self.opening() + self._records(self._close())
        response = self._ended()
        self._keep(response)
        return last + self._records([{"type": f"response.{response['status']}", "response": response}])

    def failure(self, error: ApiError) -> bytes:
        """The response as it failed, with what had been said."""
        last = self.opening() + self._records(self._items.close("incomplete"))
        response = self._resource.at("failed", self._items.closed, usage=self._counts(), error=error_json(error))
        self._keep(response)
        return last + self._records([{"type": "response.failed", "response": response}])

    def whole(self, folds: Sequence[Fold]) -> Json:
        """The response object. Raises ApiError for a broken answer."""
        folded = folds[0]
        self._finish(folded.reason)
        self._usage = folded.usage
        for event in folded.said():
            self._drain(self._items.take(event))
        self._drain(self._close())
        response = self._ended()
        self._keep(response)
        return response

    def _close(self) -> Iterable[Json]:
        return self._items.close("incomplete" if self._reason == "length" else "completed")

    def _ended(self) -> Json:
        if self._reason == "length":
            return self._resource.at(
                "incomplete", self._items.closed, usage=self._counts(), incomplete="max_output_tokens"
            )
        return self._resource.at("completed", self._items.closed, usage=self._counts())

    def _finish(self, reason: FinishReason | None) -> None:
        if reason is None:
            raise ApiError(500, "the answer broke off before its end")
        if reason == "cancelled":
            raise ApiError(503, "the answer was cancelled by the server before its end")
        self._reason = reason

    def _counts(self) -> Json | None:
        return None if self._usage is None else usage_json(self._usage) | self._head.price(self._usage)

    def _records(self, events: Iterable[Json]) -> bytes:
        parts = []
        for event in events:
            parts.append(sse({**event, "sequence_number": self._sequence}, event["type"]))
            self._sequence += 1
        return b"".join(parts)

    def _drain(self, events: Iterable[Json]) -> None:
        for _ in events:
            pass
