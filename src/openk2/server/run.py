"""From an application to a listening process: bind, serve, drain.

The port is taken before the model is loaded, so that one in use is known at once. A first Ctrl-C or SIGTERM stops
accepting and lets running answers end; a second Ctrl-C, or the end of the drain time, cuts them off.
"""

import signal
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from openk2.errors import ServerError


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
    """A uvicorn server that says when it answers."""

    def __init__(self, app: ASGIApp, *, drain_seconds: float, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=max(1, round(drain_seconds)),
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self._on_ready()


def serve(app: ASGIApp, bound: socket.socket, *, drain_seconds: float, on_ready: Callable[[], None]) -> None:
    """Serve until told to stop (Ctrl-C or SIGTERM), then drain and return; `on_ready` is called once it answers."""
    server = Server(app, drain_seconds=drain_seconds, on_ready=on_ready)
    # Once drained, uvicorn raises the signal that stopped it again; by then there is nothing left to stop.
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[bound])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
