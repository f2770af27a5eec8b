"""From an application to a listening process: bind, serve, drain.

The port is taken before the model is loaded, so that one in use is known at once. A first Ctrl-C or SIGTERM drains:
`/ready` says no and new requests are refused, while the port stays open and running answers end; then the server ends.
A second Ctrl-C, or the end of the drain time, cuts off what still runs.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from types import FrameType
from typing import Any

import uvicorn

from openk2.errors import ServerError
from openk2.server.guard import Guard

Task = Callable[[], Coroutine[Any, Any, None]]
"""Something that runs beside the server until it is cancelled."""


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to the address, not yet listening; port 0 takes a free one. Raises ServerError."""
    if not 0 <= port <= 65535:
        raise ServerError(f"port is {port}; accepted: 0 (any free one) to 65535")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ServerError(f"host {host!r} is not an address of this machine: {error.strerror}") from None
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise ServerError(
            f"port {port} on {host} cannot be used ({error.strerror}); stop what uses it, or choose another with --port"
        ) from None
    return bound


class Server(uvicorn.Server):
    """A uvicorn server that says when it answers, and drains before it ends."""

    def __init__(
        self, app: Guard, *, drain_seconds: float, on_ready: Callable[[], None], beside: Sequence[Task] = ()
    ) -> None:
        """`beside`: what runs as long as the server does."""
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                # Answers were waited for already; what is left are page loads and uploads.
                timeout_graceful_shutdown=max(1, min(2, round(drain_seconds))),
            )
        )
        self._admission = app.admission
        self._drain_seconds = drain_seconds
        self._on_ready = on_ready
        self._beside = beside
        self._tasks: list[asyncio.Future[None]] = []
        self._drained_by: float | None = None
        self.failure: BaseException | None = None
        """What made the server end by itself."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self._tasks = [asyncio.ensure_future(task()) for task in self._beside]
        for task in self._tasks:
            task.add_done_callback(self._ended)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, and what runs beside."""
        await super().shutdown(sockets)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Future[None]) -> None:
        """What runs beside may end by itself; where it fails, the server does not go on without it."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failure = error
            self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain at the first signal, end at the second."""
        if self._drained_by is None:
            self.drain()
        else:
            self.should_exit = self.force_exit = True

    def drain(self) -> None:
        """Take no more requests and end with the last answer, or when the drain time is over."""
        self._admission.close()
        self._drained_by = time.monotonic() + self._drain_seconds

    async def on_tick(self, counter: int) -> bool:
        """Whether to end now; asked ten times a second."""
        if self._drained_by is not None and (not self._admission.running or time.monotonic() >= self._drained_by):
            self.should_exit = True
        return await super().on_tick(counter)


def serve(
    app: Guard,
    bound: socket.socket,
    *,
    drain_seconds: float,
    on_ready: Callable[[], None],
    beside: Sequence[Task] = (),
) -> None:
    """Serve until told to stop (Ctrl-C or SIGTERM), then drain and return; `on_ready` is called once it answers.

    Raises what a task `beside` it failed with.
    """
    server = Server(app, drain_seconds=drain_seconds, on_ready=on_ready, beside=beside)
    # Once drained, uvicorn raises the signal that stopped it again; by then there is nothing left to stop.
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[bound])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if server.failure is not None:
        raise server.failure
