"""Responses that go on by themselves (`background`): nobody has to listen, and whoever wants to may.

Each runs as any streamed answer does, with a client that never leaves; what it would be sent becomes a log of events.
Who follows reads the log from any place in it, waits for more, and may leave and come back. Where a server has several
processes, those that a run is not in look at what is kept of it: they end it by saying so there, and have its events
when it is over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import orjson
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from openk2.server.errors import ApiError
from openk2.server.liveness import while_connected
from openk2.server.protocol import Json
from openk2.server.responses.resource import error_json

_log = logging.getLogger("openk2.server")

_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


_LOOK_SECONDS = 0.5
"""How often a process looks what another one has said about a run."""
_LOOKS_FOR_LOG = 20


class Followed(Protocol):
    """Something with a log that grows."""

    log: list[bytes]

    async def more(self, known: int) -> bool:
        """Wait until the log is longer than `known`; False where it will not be."""
        ...


class Run:
    """One response on its way."""

    def __init__(
        self,
        answer: Response,
        scope: Scope,
        *,
        given_up: Callable[[], bool],
        broke_off: Callable[[Json | None], None],
        ended: Callable[[list[bytes]], None],
    ) -> None:
        """`answer`: streams the response's events; `scope`: of the request that asked; `given_up`: whether another
        process wants it to end; `broke_off`: told where no event says the end: the error, or None where it was
        cancelled; `ended`: told the log, however it ended."""
        self.log: list[bytes] = []
        """The events so far, one record each."""
        self.over = False
        self._answer, self._broke_off, self._ended = answer, broke_off, ended
        # Nothing of it goes to the client that asked.
        self._scope = {**scope, "state": {**scope["state"], "send_body": self._send}}
        self._given_up = given_up
        self._cancelled = asyncio.Event()
        self._news = asyncio.Event()
        self._refusal: list[bytes] | None = None
        self._task = asyncio.ensure_future(self._run())

    async def cancel(self) -> None:
        """End it now, whatever it is doing."""
        self._cancelled.set()
        await asyncio.wait({self._task})

    async def more(self, known: int) -> bool:
        """Wait until the log is longer than `known`; False where it will not be."""
        while len(self.log) <= known and not self.over:
            await self._news.wait()
        return len(self.log) > known

    async def _run(self) -> None:
        error: Json | None = None
        try:
            await self._answer(self._scope, self._receive, self._send)
            if self._refusal is not None:
                refused = orjson.loads(b"".join(self._refusal))["error"]
                error = {"code": refused["code"] or refused["type"], "message": refused["message"]}
        except Exception:
            _log.exception("a response in the background failed")
            error = error_json(ApiError(500, "internal error; the server's log has the details"))
        finally:
            if self._refusal is not None or error is not None or self._cancelled.is_set():
                self._broke_off(error)
            self.over = True
            self._ended(self.log)
            self._tell()

    async def _receive(self) -> Message:
        while not self._cancelled.is_set() and not self._given_up():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._cancelled.wait(), _LOOK_SECONDS)
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._refusal = None if message["status"] == 200 else []
        elif self._refusal is not None:
            self._refusal.append(message.get("body", b""))
        else:
            records = message.get("body", b"").split(b"\n\n")
            self.log += [record + b"\n\n" for record in records if record]
            self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


class RunElsewhere:
    """A run of another process."""

    def __init__(self, look: Callable[[], tuple[bool, tuple[bytes, ...]]]) -> None:
        """`look`: whether it is over, and its log, which comes a moment later."""
        self.log: list[bytes] = []
        self._look = look

    async def more(self, known: int) -> bool:
        """See `Followed.more`."""
        over, log = self._look()
        left = _LOOKS_FOR_LOG
        while not log and left:
            await asyncio.sleep(_LOOK_SECONDS)
            over, log = self._look()
            left -= over
        self.log = list(log)
        return len(self.log) > known


class Following(Response):
    """Sends the events of a run, from one on."""

    def __init__(self, run: Followed, first: int) -> None:
        super().__init__()
        self._run, self._first = run, first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the run is over or the client leaves, which does not end the run."""
        await while_connected(receive, self._follow(send))

    async def _follow(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
        known = self._first
        while await self._run.more(known):
            body = b"".join(self._run.log[known:])
            known = len(self._run.log)
            await send({"type": "http.response.body", "body": body, "more_body": True})
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
