"""The engine process's side of the socket: front ends connect, their requests run beside each other in the engines.

Closing a connection cancels all its requests, as a front end that died has no use for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

from openk2.chat.backend import TokenBackend
from openk2.engine.backend import EngineTokens
from openk2.server.backends.loads import load_of
from openk2.server.workers.wire import error_to_json, frame, piece_to_json, read_frame, sampling_from_json

_LOAD_SECONDS = 1.0


class EngineSide:
    """Serves token backends to front ends."""

    def __init__(self) -> None:
        self._models: dict[str, TokenBackend] = {}
        self._loaded = asyncio.Condition()

    async def add(self, name: str, tokens: TokenBackend) -> None:
        """A model is loaded; whoever waits for it is told."""
        async with self._loaded:
            self._models[name] = tokens
            self._loaded.notify_all()

    @asynccontextmanager
    async def listening(self, path: Path) -> AsyncIterator[None]:
        """Accept front ends at a Unix socket."""
        connections: set[asyncio.Task[None]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            connections.add(task)
            try:
                # Cancelled where this side ends; asyncio would report it as an error of the connection.
                with contextlib.suppress(asyncio.CancelledError):
                    await _Connection(self, reader, writer).run()
            finally:
                connections.discard(task)

        server = await asyncio.start_unix_server(accept, path)
        try:
            yield
        finally:
            server.close()
            for task in list(connections):
                task.cancel()
            await asyncio.gather(*connections, return_exceptions=True)

    async def described(self, name: str) -> dict[str, Any]:
        """What a front end has to know of a model, once it is loaded."""
        async with self._loaded:
            await self._loaded.wait_for(lambda: name in self._models)
        tokens = self._models[name]
        return {"name": tokens.name, "context_length": tokens.context_length, "grammars": tokens.grammars}

    def loads(self) -> dict[str, dict[str, Any]]:
        """How busy each engine is."""
        return {
            name: dataclasses.asdict(load_of(tokens))
            for name, tokens in self._models.items()
            if isinstance(tokens, EngineTokens)
        }

    def of(self, name: str) -> TokenBackend:
        """A loaded model."""
        return self._models[name]


class _Connection:
    """One front end."""

    def __init__(self, side: EngineSide, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._side, self._reader, self._writer = side, reader, writer
        self._running: dict[int, asyncio.Task[None]] = {}
        self._outbox: list[tuple[int, list[list[Any]]]] = []

    async def run(self) -> None:
        """Until the front end is gone."""
        telling = asyncio.ensure_future(self._tell_loads())
        try:
            while True:
                match await read_frame(self._reader):
                    case ["open", number, name, ids, sampling]:
                        self._begin(number, self._answer(number, name, ids, sampling))
                    case ["describe", number, name]:
                        self._begin(number, self._describe(number, name))
                    case ["cancel", number]:
                        if (task := self._running.get(number)) is not None:
                            task.cancel()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            tasks = [telling, *self._running.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()

    def _begin(self, number: int, work: Any) -> None:
        task = self._running[number] = asyncio.ensure_future(work)
        task.add_done_callback(lambda _: self._running.pop(number, None))

    async def _answer(self, number: int, name: str, ids: list[int], sampling: dict[str, Any]) -> None:
        try:
            async with aclosing(self._side.of(name).generate(ids, sampling_from_json(sampling))) as batches:
                async for pieces in batches:
                    self._put(number, [piece_to_json(piece) for piece in pieces])
        except Exception as error:
            self._flush()
            self._writer.write(frame("failed", number, error_to_json(error)))

    def _put(self, number: int, pieces: list[list[Any]]) -> None:
        """Tokens that are ready together leave together: a step's tokens wake their tasks in one turn of the loop."""
        if not self._outbox:
            asyncio.get_running_loop().call_soon(self._flush)
        self._outbox.append((number, pieces))

    def _flush(self) -> None:
        if self._outbox:
            self._writer.write(frame("tokens", self._outbox))
            self._outbox = []

    async def _describe(self, number: int, name: str) -> None:
        self._writer.write(frame("described", number, await self._side.described(name)))

    async def _tell_loads(self) -> None:
        while True:
            self._writer.write(frame("load", self._side.loads()))
            await self._writer.drain()
            await asyncio.sleep(_LOAD_SECONDS)
