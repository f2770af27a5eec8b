"""`openk2 serve`: the HTTP server and its chat page over a local or a remote model."""

from __future__ import annotations

import ipaddress
import logging
import socket
import sys
from typing import Annotated

import typer

from openk2.cli.models import EXPERT_MEMORY_HELP, open_backend
from openk2.server import LOOPBACK_HOSTS, ServerSettings, bind, create_app, serve

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(name="serve")
def serve_command(
    model: Annotated[str, typer.Argument(help="A name, a directory, or openai:MODEL@BASE_URL.")] = "k2-nano",
    host: Annotated[str, typer.Option(help="Address to listen on; the default is reached from this machine only.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    max_batch: Annotated[int, typer.Option(help="Most requests a local model computes at once.")] = 32,
    expert_memory: Annotated[str | None, typer.Option(help=EXPERT_MEMORY_HELP)] = None,
    max_requests: Annotated[int, typer.Option(help="Most requests in progress and waiting; more are refused.")] = 256,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Another host name the server is reached by; may be repeated.")
    ] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(help="Another site whose pages may use the server; may be repeated.")
    ] = None,
    drain: Annotated[float, typer.Option(help="Seconds that running answers may take after a stop.")] = 30.0,
) -> None:
    """Start the HTTP server and its chat page."""
    # The port first: one in use is known before a large model is loaded.
    with bind(host, port) as bound:
        settings = ServerSettings(
            allowed_hosts=_allowed_hosts(bound, host, allow_host or []),
            allowed_origins=tuple(allow_origin or ()),
            max_requests=max_requests,
            drain_seconds=drain,
        )
        _say(f"loading {model}")
        backend = open_backend(model, max_batch=max_batch, expert_memory=expert_memory)
        application = create_app(backend, settings)
        logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
        logging.getLogger("openk2").setLevel(logging.INFO)
        serve(
            application,
            bound,
            drain_seconds=settings.drain_seconds,
            on_ready=lambda: _announce(backend.name, bound, open_to_network=settings.allowed_hosts is None),
        )
    _say("stopped")


def _allowed_hosts(bound: socket.socket, host: str, more: list[str]) -> tuple[str, ...] | None:
    """On loopback only its own names; elsewhere any, unless names are given."""
    if ipaddress.ip_address(bound.getsockname()[0]).is_loopback:
        return (*LOOPBACK_HOSTS, host, *more)
    return (*LOOPBACK_HOSTS, host, *more) if more else None


def _announce(name: str, bound: socket.socket, *, open_to_network: bool) -> None:
    address, port = bound.getsockname()[:2]
    if ipaddress.ip_address(address).is_unspecified:
        address = "127.0.0.1"
    site = f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
    _say(f"{name}: chat page {site}  OpenAI API {site}/v1  (Ctrl-C ends it)")
    if open_to_network:
        _say("everyone who can reach this port can use the model: the server asks for no key")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
