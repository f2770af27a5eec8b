"""The life of one answer, in whatever protocol: `admit → open the tab → stream → send → close the tab`.

Nothing is sent before the model's first event or the first heartbeat, so a request that cannot be served is still
refused with its proper status. Leaving the answer, for whatever reason, closes the backend's iterator, which is what
stops the model.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Sequence

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from openk2.chat.backend import closing
from openk2.chat.events import Event, Fold, OfChoice, Tokens
from openk2.chat.messages import ChatRequest
from openk2.errors import OpenK2Error
from openk2.server.admission import Admission, Place
from openk2.server.backends.answered_by import begin_note
from openk2.server.backends.response_cache import Lookup
from openk2.server.background import is_background, with_priority
from openk2.server.dialect import refusal
from openk2.server.ending import CLIENT_LEFT, Ending
from openk2.server.errors import ApiError, as_api_error
from openk2.server.liveness import LiveStream, while_connected
from openk2.server.metering import COST, Tab, cost_header
from openk2.server.plain_calls import PlainCalls
from openk2.server.protocol import AnswerWriter, Call, Head
from openk2.server.watching import Watches

_log = logging.getLogger("openk2.server")

_STREAM_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}

_CLIENT_LEFT_STATUS = 499
"""The status under which an answer is counted whose client went away (nginx's)."""


class Answer(Response):
    """Answers one request, streamed or whole."""

    def __init__(
        self,
        call: Call,
        *,
        admission: Admission,
        open_tab: Callable[[], Awaitable[Tab]],
        heartbeat_seconds: float,
        watch: Watches,
        look: Callable[[ChatRequest], Awaitable[Lookup]],
    ) -> None:
        """`open_tab`: see `metering.py`; called once the answer is admitted. `watch`: sees the request to its end.
        `look`: the answer's events, from the model or from where whole answers are kept."""
        super().__init__()
        self._call = call
        self._request = with_priority(call.request)
        self._admission = admission
        self._open_tab = open_tab
        self._heartbeat_seconds = heartbeat_seconds
        self._watch = watch
        self._look = look
        self._found: Lookup | None = None
        answers = range(call.request.answers)
        self._plain = None if call.request.may_call else [PlainCalls() for _ in answers]
        """Where no call may be made, none comes out."""
        self._folds = [Fold() for _ in answers]
        self._started = time.monotonic()
        self._first_event: float | None = None
        self._failure: ApiError | None = None
        """What broke off the stream."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the whole answer; a failure after the first byte is told inside the stream."""
        outcome, status = "interrupted", 500
        tab: Tab | None = None
        note = begin_note()
        try:
            with self._admission.admit(self._request.about_tokens, background=is_background(self._request)) as place:
                tab = await self._open_tab()
                self._found = await self._look(self._request)
                deliver = self._send_stream if self._call.stream else self._send_whole
                stayed = await while_connected(receive, deliver(tab, place, scope, receive, send))
            if not stayed:
                outcome, status = CLIENT_LEFT, _CLIENT_LEFT_STATUS
            elif self._failure is not None:
                outcome, status = str(self._failure), self._failure.status
            else:
                outcome, status = self._folds[0].reason or "broken off", 200
        except OpenK2Error as error:
            outcome, status = str(error), as_api_error(error).status
            await refusal(error, scope)(scope, receive, send)
        finally:
            seconds = time.monotonic() - self._started
            first = None if self._first_event is None else self._first_event - self._started
            usage = self._folds[0].usage
            cost = tab.price(usage).get(COST, 0.0) if tab is not None and usage is not None else 0.0
            cache = self._found.outcome if self._found is not None else None
            ending = Ending(status, outcome, first, seconds, self._folds, note.replica, cost, cache)
            if tab is not None:
                await tab.close(ending)
            if first is not None:
                self._admission.took(seconds)
            self._watch.ended(ending)

    def _writer(self, tab: Tab) -> AnswerWriter:
        head = Head(
            request_id=self._request.request_id or "",
            model=self._call.model,
            created=int(time.time()),
            answers=self._request.answers,
            price=tab.price,
        )
        return self._call.writer(head)

    async def _send_whole(self, tab: Tab, place: Place, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._found_events()
        async with closing(found.events):
            async for event in found.events:
                self._hear(event, tab, place)
        body = orjson.dumps(self._writer(tab).whole(self._folds))
        usage = self._folds[0].usage
        await tab.begin()
        headers = tab.headers | found.headers | (cost_header(tab.price(usage)) if usage is not None else {})
        await Response(body, headers=headers, media_type="application/json")(scope, receive, send)

    async def _send_stream(self, tab: Tab, place: Place, scope: Scope, receive: Receive, send: Send) -> None:
        writer = self._writer(tab)
        found = self._found_events()

        async def head() -> dict[str, str]:
            await tab.begin()
            return _STREAM_HEADERS | tab.headers | found.headers

        async with (
            LiveStream(
                send,
                scope["state"].get("send_body", send),
                head,
                writer.opening,
                writer.heartbeat,
                self._heartbeat_seconds,
            ) as stream,
            closing(found.events),
        ):
            try:
                async for event in found.events:
                    choice, heard = self._hear(event, tab, place)
                    if not stream.begun:
                        await stream.begin()
                    for one in heard:
                        if part := writer.push(choice, one):
                            await stream.write(part)
                if any(folded.reason is None for folded in self._folds):
                    raise ApiError(500, "the answer broke off before its end")
                last = writer.closing()
            except OpenK2Error as error:
                if not stream.begun:
                    raise
                self._failure = as_api_error(error)
                last = writer.failure(self._failure)
            except Exception:
                if not stream.begun:
                    raise
                _log.exception("answering %s failed", self._request.request_id)
                self._failure = ApiError(500, "internal error; the server's log has the details")
                last = writer.failure(self._failure)
            await stream.end(last)

    def _found_events(self) -> Lookup:
        assert self._found is not None
        return self._found

    def _hear(self, event: Event, tab: Tab, place: Place) -> tuple[int, Sequence[Event]]:
        """Note an event; returns the number of its answer and what both forms of the answer are made of."""
        if self._first_event is None:
            self._first_event = time.monotonic()
            place.begun()
        choice = 0
        if isinstance(event, OfChoice):
            choice, event = event.choice, event.event
        if isinstance(event, Tokens):
            self._watch.tokens(choice, len(event.ids))
        heard = (event,) if self._plain is None else self._plain[choice].take(event)
        for one in heard:
            tab.take(choice, one)
            self._folds[choice].add(one)
        return choice, heard
