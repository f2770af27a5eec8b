"""An answer takes time: its client may leave meanwhile, and it may have nothing to say for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from starlette.types import Message, Receive, Send

Headers = dict[str, str]


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


class LiveStream:
    """A streamed response body that is never silent for long.

    The head is sent with the first part or the first heartbeat, whichever comes earlier. Heartbeats are a task of their
    own, so that a part costs no timer: the answer's task only waits for its next event.
    """

    def __init__(
        self,
        send: Send,
        send_body: Send,
        head: Callable[[], Awaitable[Headers]],
        opening: Callable[[], bytes],
        heartbeat: Callable[[], bytes],
        seconds: float,
    ) -> None:
        """`send`: for the head; `send_body`: for the rest, past everything that only looks at heads. `head`: what is to
        be done right before the first byte leaves, and the headers; `opening`: what the body begins with; `heartbeat`:
        what is sent after `seconds` of silence."""
        self._send, self._send_body = send, send_body
        self._head, self._opening, self._heartbeat = head, opening, heartbeat
        self._seconds = seconds
        self._beginning = asyncio.Lock()
        self.begun = False
        """Whether the head was sent."""

    async def __aenter__(self) -> LiveStream:
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._heart = asyncio.ensure_future(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def begin(self) -> None:
        """Send the head and the opening, unless they were sent."""
        async with self._beginning:
            if self.begun:
                return
            headers = [(name.encode(), value.encode()) for name, value in (await self._head()).items()]
            self.begun = True
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})
            if opening := self._opening():
                await self._send_body(_part(opening))

    def write(self, part: bytes) -> Awaitable[None]:
        """Send a part of a body that has begun."""
        self._last = self._loop.time()
        return self._send_body(_part(part))

    async def end(self, part: bytes) -> None:
        """Send the last part."""
        await self._stop()
        await self.begin()
        await self._send_body(_part(part, more=False))

    async def _beat(self) -> None:
        while True:
            left = self._last + self._seconds - self._loop.time()
            if left > 0:
                await asyncio.sleep(left)
            else:
                await self.begin()
                await self.write(self._heartbeat())

    async def _stop(self) -> None:
        """End the heartbeats; a head that one of them is sending is sent whole."""
        async with self._beginning:
            self._heart.cancel()
        await asyncio.gather(self._heart, return_exceptions=True)


def _part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
