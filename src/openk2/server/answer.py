"""The life of one answer, in whatever protocol: `admit → open the tab → stream → send → close the tab`.

Nothing is sent before the model's first event or the first heartbeat, so a request that cannot be served is still
refused with its proper status. Leaving the answer, for whatever reason, closes the backend's iterator, which is what
stops the model.
"""

import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import orjson
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from openk2.chat.events import Event, Fold, OfChoice
from openk2.errors import OpenK2Error
from openk2.server.admission import Admission
from openk2.server.dialect import refusal
from openk2.server.errors import ApiError, as_api_error
from openk2.server.liveness import while_connected, with_heartbeats
from openk2.server.metering import Tab
from openk2.server.plain_calls import PlainCalls
from openk2.server.protocol import AnswerWriter, Call, Head

_log = logging.getLogger("openk2.server")

_STREAM_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}


class Answer(Response):
    """Answers one request, streamed or whole, and logs one line about it."""

    def __init__(
        self,
        call: Call,
        *,
        admission: Admission,
        open_tab: Callable[[], Awaitable[Tab]],
        heartbeat_seconds: float,
    ) -> None:
        """`open_tab`: see `metering.py`; called once the answer is admitted."""
        super().__init__()
        self._call = call
        self._admission = admission
        self._open_tab = open_tab
        self._heartbeat_seconds = heartbeat_seconds
        answers = range(call.request.sampling.n)
        self._plain = None if call.request.tools else [PlainCalls() for _ in answers]
        """Where no tool is declared, no call comes out."""
        self._folds = [Fold() for _ in answers]
        self._started = time.monotonic()
        self._first_event: float | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the whole answer; a failure after the first byte is told inside the stream."""
        outcome = "interrupted"
        tab: Tab | None = None
        try:
            with self._admission.admit():
                tab = await self._open_tab()
                deliver = self._send_stream if self._call.stream else self._send_whole
                stayed = await while_connected(receive, deliver(tab, scope, receive, send))
                outcome = (self._folds[0].reason or "broken off") if stayed else "client left"
        except OpenK2Error as error:
            outcome = str(error)
            await refusal(error, scope)(scope, receive, send)
        finally:
            seconds = time.monotonic() - self._started
            first = None if self._first_event is None else self._first_event - self._started
            if tab is not None:
                await tab.close(self._folds[0].usage, outcome, first, seconds)
            self._log_line(outcome, first, seconds)

    def _writer(self, tab: Tab) -> AnswerWriter:
        request = self._call.request
        head = Head(
            request_id=request.request_id or "",
            model=self._call.model,
            created=int(time.time()),
            answers=request.sampling.n,
            price=tab.price,
        )
        return self._call.writer(head)

    async def _send_whole(self, tab: Tab, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._events()) as events:
            async for event in events:
                if event is not None:
                    choice, event = _of_choice(event)
                    self._folds[choice].add(event)
        body = orjson.dumps(self._writer(tab).whole(self._folds))
        await tab.begin()
        await Response(body, headers=tab.headers, media_type="application/json")(scope, receive, send)

    async def _send_stream(self, tab: Tab, scope: Scope, receive: Receive, send: Send) -> None:
        writer = self._writer(tab)
        async with aclosing(self._events()) as events:
            first = await anext(events, None)
            await tab.begin()
            headers = [(name.encode(), value.encode()) for name, value in (_STREAM_HEADERS | tab.headers).items()]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            try:
                await _send_part(send, writer.opening() + self._written(writer, first))
                async for event in events:
                    await _send_part(send, self._written(writer, event))
                if any(folded.reason is None for folded in self._folds):
                    raise ApiError(500, "the answer broke off before its end")
                last = writer.closing()
            except OpenK2Error as error:
                last = writer.failure(as_api_error(error))
            except Exception:
                _log.exception("answering %s failed", self._call.request.request_id)
                last = writer.failure(ApiError(500, "internal error; the server's log has the details"))
            await send(_part(last, more=False))

    def _written(self, writer: AnswerWriter, event: Event | None) -> bytes:
        if event is None:
            return writer.heartbeat()
        choice, event = _of_choice(event)
        self._folds[choice].add(event)
        return writer.push(choice, event)

    async def _events(self) -> AsyncGenerator[Event | None, None]:
        """What both forms of the answer are made of; None is a heartbeat."""
        async with aclosing(
            with_heartbeats(self._call.served.backend.stream(self._call.request), self._heartbeat_seconds)
        ) as events:
            async for event in events:
                if event is not None and self._first_event is None:
                    self._first_event = time.monotonic()
                if event is None or self._plain is None:
                    yield event
                    continue
                choice, event = _of_choice(event)
                for said in self._plain[choice].take(event):
                    yield OfChoice(choice, said) if choice else said

    def _log_line(self, outcome: str, first: float | None, seconds: float) -> None:
        usage = self._folds[0].usage
        counts = (
            f"{usage.prompt_tokens} in ({usage.cached_tokens} cached), {usage.completion_tokens} out" if usage else "-"
        )
        _log.info(
            "%s %s: %s, first event %s, whole %.2f s, %s",
            self._call.request.request_id,
            self._call.model,
            counts,
            "-" if first is None else f"{first:.2f} s",
            seconds,
            outcome,
        )


def _of_choice(event: Event) -> tuple[int, Event]:
    """Which answer an event belongs to, and what it says of it."""
    return (event.choice, event.event) if isinstance(event, OfChoice) else (0, event)


async def _send_part(send: Send, body: bytes) -> None:
    if body:
        await send(_part(body))


def _part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
