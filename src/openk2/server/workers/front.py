"""A front-end process: HTTP, templates and parsing here, tokens from the engine process.

Started by `supervisor.py` as `python -m openk2.server.workers.front`, with the listening socket inherited and the plan,
pickled, on standard input. It leaves the terminal's group, so that Ctrl-C reaches the supervisor alone, which drains.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from openk2.chat.backend import ChatBackend
from openk2.chat.rendered import RenderedBackend
from openk2.chat.template_check import chat_style
from openk2.chat.tokenizer import load_tokenizer
from openk2.errors import OpenK2Error
from openk2.server.assembly import Assembly
from openk2.server.configuration.reader import Configuration
from openk2.server.configuration.sections import ModelSection, ServeSection
from openk2.server.observe.logs import configure_logs
from openk2.server.run import serve
from openk2.server.settings import ServerSettings
from openk2.server.workers.front_side import FrontSide, SharedTokens


@dataclass(frozen=True)
class FrontPlan:
    """All that a front end has to know."""

    configuration: Configuration
    models: tuple[ModelSection, ...]
    settings: ServerSettings
    engine_socket: Path
    listening: int
    """File descriptor of the socket that clients connect to."""


def run_front(plan: FrontPlan) -> None:
    """Serve until told to stop; returns when drained. Raises UpstreamError when the engine process is gone."""
    configure_logs(plan.configuration.section(ServeSection).log_format)
    connected: asyncio.Future[FrontSide] | None = None
    loop: asyncio.AbstractEventLoop | None = None

    async def engine() -> None:
        nonlocal connected, loop
        loop = asyncio.get_running_loop()
        connected = loop.create_future()
        side = await FrontSide.connect(plan.engine_socket)
        connected.set_result(side)
        await side.run()

    async def side_of(name: str) -> tuple[FrontSide, dict[str, object]]:
        assert connected is not None
        side = await connected
        return side, await side.describe(name)

    def open_own(name: str) -> ChatBackend:
        assert loop is not None
        side, about = asyncio.run_coroutine_threadsafe(side_of(name), loop).result()
        return RenderedBackend(SharedTokens(side, name, about, load_tokenizer(name)), chat_style(name))

    parts = Assembly(plan.configuration, plan.models, plan.settings, open_own)
    with socket.socket(fileno=plan.listening) as bound:
        serve(
            parts.app,
            bound,
            drain_seconds=plan.settings.drain_seconds,
            on_ready=lambda: None,
            beside=[engine, parts.load],
        )


if __name__ == "__main__":
    os.setpgrp()
    try:
        run_front(pickle.load(sys.stdin.buffer))
    except OpenK2Error as error:
        print(f"openk2: {error}", file=sys.stderr, flush=True)
        sys.exit(1)
