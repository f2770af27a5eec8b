"""The life of one answer on the wire: `admit → stream → send`, ended early when the client goes away.

Nothing is sent before the model's first event or the first heartbeat, so a request that cannot be served is still
refused with its proper status. Leaving the answer, for whatever reason, closes the backend's iterator, which is what
stops the model.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from openk2.chat.backend import ChatBackend
from openk2.chat.events import Event, Fold, OfChoice
from openk2.errors import OpenK2Error
from openk2.server.errors import ApiError, as_api_error, error_body, error_response
from openk2.server.openai_answer import ChunkWriter, Piece, completion
from openk2.server.openai_request import ChatCall
from openk2.server.plain_calls import PlainCalls

_log = logging.getLogger("openk2.server")

_HEARTBEAT = b": still here\n"
"""A comment line. One newline only: a blank line would end an event, and some clients then parse an empty one."""

_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Admission:
    """Counts the answers in progress; the backend orders and batches them, this only bounds their number."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.running = 0

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Hold one place; raises ApiError (429) when all are taken."""
        if self.running >= self._limit:
            raise ApiError(
                429, f"{self.running} requests are running or waiting, which is this server's limit; try again soon"
            )
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1


async def while_connected(receive: Receive, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work unless the client goes away first, which cancels it; tells whether the client stayed."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        return task.done()
    finally:
        task.cancel()
        gone.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def with_heartbeats(events: AsyncIterator[Event], seconds: float) -> AsyncGenerator[Event | None, None]:
    """The events, and None each time none came for `seconds`; closing this closes `events`.

    The pending `anext` is kept across heartbeats: cancelling it on a timeout would cancel the answer.
    """
    pending: asyncio.Future[Event] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(_next(events))
            await asyncio.wait({pending}, timeout=seconds)
            if not pending.done():
                yield None
                continue
            finished, pending = pending, None
            try:
                event = finished.result()
            except StopAsyncIteration:
                return
            yield event
    finally:
        if pending is not None:
            pending.cancel()
            await asyncio.gather(pending, return_exceptions=True)
        if isinstance(events, AsyncGenerator):
            await events.aclose()


async def _next(events: AsyncIterator[Event]) -> Event:
    return await anext(events)


class ChatAnswer(Response):
    """Answers one chat request, streamed or whole, and logs one line about it."""

    def __init__(
        self,
        backend: ChatBackend,
        call: ChatCall,
        admission: Admission,
        heartbeat_seconds: float,
        piece: Piece | None,
    ) -> None:
        super().__init__()
        self._backend = backend
        self._call = call
        self._admission = admission
        self._heartbeat_seconds = heartbeat_seconds
        self._piece = piece
        answers = range(call.request.sampling.n)
        self._plain = None if call.request.tools else [PlainCalls() for _ in answers]
        """Where no tool is declared, no call comes out."""
        self._id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._folds = [Fold() for _ in answers]
        self._started = time.monotonic()
        self._first_event: float | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the whole answer; a failure after the first chunk is sent inside the stream, which then ends without
        `[DONE]`."""
        outcome = "interrupted"
        try:
            with self._admission.admit():
                deliver = self._send_chunks if self._call.stream else self._send_whole
                stayed = await while_connected(receive, deliver(scope, receive, send))
                outcome = (self._folds[0].reason or "broken off") if stayed else "client left"
        except OpenK2Error as error:
            outcome = str(error)
            await error_response(as_api_error(error))(scope, receive, send)
        finally:
            self._log_line(outcome)

    async def _send_whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._events()) as events:
            async for event in events:
                if event is not None:
                    choice, event = _of_choice(event)
                    self._folds[choice].add(event)
        body = completion(self._id, self._call.model, self._created, self._folds, self._piece)
        await Response(orjson.dumps(body), media_type="application/json")(scope, receive, send)

    async def _send_chunks(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = self._id, self._call.model, self._created
        writers = [
            ChunkWriter(*head, index, include_usage=self._call.include_usage, piece=self._piece)
            for index in range(len(self._folds))
        ]
        async with aclosing(self._events()) as events:
            first = await anext(events, None)
            await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
            await send(_part(b"".join(_data(writer.opening()) for writer in writers)))
            try:
                await self._send_event(send, writers, first)
                async for event in events:
                    await self._send_event(send, writers, event)
                last = b"data: [DONE]\n\n"
                if any(folded.reason is None for folded in self._folds):
                    raise ApiError(500, "the answer broke off before its end")
            except OpenK2Error as error:
                last = _data(error_body(as_api_error(error)))
            except Exception:
                _log.exception("answering %s failed", self._id)
                last = _data(error_body(ApiError(500, "internal error; the server's log has the details")))
            await send(_part(last, more=False))

    async def _send_event(self, send: Send, writers: list[ChunkWriter], event: Event | None) -> None:
        if event is None:
            await send(_part(_HEARTBEAT))
            return
        choice, event = _of_choice(event)
        self._folds[choice].add(event)
        chunks = b"".join(_data(chunk) for chunk in writers[choice].push(event))
        if chunks:
            await send(_part(chunks))

    async def _events(self) -> AsyncGenerator[Event | None, None]:
        """What both forms of the answer are made of; None is a heartbeat."""
        async with aclosing(
            with_heartbeats(self._backend.stream(self._call.request), self._heartbeat_seconds)
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

    def _log_line(self, outcome: str) -> None:
        usage = self._folds[0].usage
        counts = (
            f"{usage.prompt_tokens} in ({usage.cached_tokens} cached), {usage.completion_tokens} out" if usage else "-"
        )
        first = "-" if self._first_event is None else f"{self._first_event - self._started:.2f} s"
        _log.info(
            "%s %s: %s, first event %s, whole %.2f s, %s",
            self._call.request.request_id,
            self._call.model,
            counts,
            first,
            time.monotonic() - self._started,
            outcome,
        )


def _of_choice(event: Event) -> tuple[int, Event]:
    """Which answer an event belongs to, and what it says of it."""
    return (event.choice, event.event) if isinstance(event, OfChoice) else (0, event)


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(value) + b"\n\n"


def _part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}
