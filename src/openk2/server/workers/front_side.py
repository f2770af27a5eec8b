"""A front end's side of the socket: engines of another process as token backends of this one."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

from openk2.chat.backend import check_prompt
from openk2.chat.pieces import Pieces
from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import OpenK2Error, UpstreamError
from openk2.server.backends.loads import EngineLoad
from openk2.server.workers.wire import error_from_json, frame, piece_from_json, read_frame, sampling_to_json

_Inbox = asyncio.Queue[Any]


class FrontSide:
    """One connection to the engine process, shared by all requests of this process."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._numbers = itertools.count()
        self._inboxes: dict[int, _Inbox] = {}
        self.loads: dict[str, EngineLoad] = {}
        """As last told."""

    @classmethod
    async def connect(cls, path: Path) -> FrontSide:
        """Raises OSError where nobody listens."""
        return cls(*await asyncio.open_unix_connection(path))

    async def run(self) -> None:
        """Hand out what comes in. Raises UpstreamError when the engine process is gone, which every request is told."""
        try:
            while True:
                match await read_frame(self._reader):
                    case ["tokens", tokens]:
                        for number, pieces in tokens:
                            if (inbox := self._inboxes.get(number)) is not None:
                                inbox.put_nowait(pieces)
                    case ["failed", number, error]:
                        if (inbox := self._inboxes.get(number)) is not None:
                            inbox.put_nowait(error_from_json(error))
                    case ["described", number, about]:
                        if (inbox := self._inboxes.get(number)) is not None:
                            inbox.put_nowait(about)
                    case ["load", loads]:
                        self.loads = {name: EngineLoad(**load) for name, load in loads.items()}
        except (asyncio.IncompleteReadError, ConnectionError):
            gone = UpstreamError("the engine process is gone")
            for inbox in self._inboxes.values():
                inbox.put_nowait(gone)
            raise gone from None
        finally:
            self._writer.close()

    async def describe(self, name: str) -> dict[str, Any]:
        """What a model is, once it is loaded."""
        number, inbox = self._open()
        try:
            self._writer.write(frame("describe", number, name))
            about = await inbox.get()
            if isinstance(about, OpenK2Error):
                raise about
            assert isinstance(about, dict)
            return about
        finally:
            del self._inboxes[number]

    async def generate(self, name: str, ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[Pieces, None]:
        """The tokens of one request; closing it cancels the request there."""
        number, inbox = self._open()
        unfinished = sampling.n
        try:
            self._writer.write(frame("open", number, name, ids, sampling_to_json(sampling)))
            while unfinished:
                outcome = await inbox.get()
                if isinstance(outcome, OpenK2Error):
                    raise outcome
                pieces = [piece_from_json(values) for values in outcome]
                unfinished -= sum(piece.finish is not None for piece in pieces)
                yield pieces
        finally:
            del self._inboxes[number]
            if unfinished:
                self._writer.write(frame("cancel", number))

    def _open(self) -> tuple[int, _Inbox]:
        number, inbox = next(self._numbers), asyncio.Queue[Any]()
        self._inboxes[number] = inbox
        return number, inbox


class SharedTokens:
    """A model of the engine process as a `TokenBackend`."""

    def __init__(self, side: FrontSide, key: str, about: dict[str, Any], tokenizer: Tokenizer) -> None:
        """`key`: the model's name there; `about`: what `FrontSide.describe` said."""
        self.name: str = about["name"]
        self.context_length: int | None = about["context_length"]
        self.grammars: bool = about["grammars"]
        self.tokenizer = tokenizer
        self._side, self._key = side, key
        self._longest: int = about["context_length"]

    def check(self, prompt_ids: Sequence[int]) -> None:
        """See `TokenBackend.check`."""
        check_prompt(prompt_ids, self._longest, self.tokenizer.vocab_size)

    def generate(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[Pieces, None]:
        """See `TokenBackend.generate`."""
        return self._side.generate(self._key, prompt_ids, sampling)

    def load(self) -> EngineLoad | None:
        """How busy the engine was a moment ago."""
        return self._side.loads.get(self._key)
