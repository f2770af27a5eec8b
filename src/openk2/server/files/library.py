"""What the server knows of files: kept by `store.py`, read by `extractor.py`, counted with a model's tokenizer."""

import asyncio
import secrets
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any, BinaryIO

from openk2.server.errors import ApiError
from openk2.server.files.extraction.found import Found
from openk2.server.files.extractor import Extractor
from openk2.server.files.limits import FileLimits
from openk2.server.files.store import FileStore, StoredFile
from openk2.server.metering import Caller
from openk2.server.served import ServedModel

EXTRACT = "file-extract"
"""Moonshot's purpose for files whose text goes into requests."""


class Library:
    """The files of all callers."""

    def __init__(self, directory: Path | None, limits: FileLimits, extractor: Extractor | None = None) -> None:
        """`directory`: where files stay; None: in a temporary folder, until this object is gone."""
        if directory is None:
            directory = Path(tempfile.gettempdir()) / f"openk2-files-{secrets.token_hex(8)}"
            weakref.finalize(self, shutil.rmtree, directory, ignore_errors=True)
        self.store = FileStore(directory, limits)
        self._extractor = extractor or Extractor()

    async def add(
        self, caller: Caller, name: str, purpose: str, source: BinaryIO, expires_in: int | None = None
    ) -> StoredFile:
        """Keep a file; one that is meant for extraction is read at once, and not kept where it cannot be. Raises
        ApiError (400, 413)."""
        file = await asyncio.to_thread(self.store.add, caller, name, purpose, source, expires_in)
        if purpose == EXTRACT:
            try:
                await self.text(caller, file)
            except BaseException:
                await asyncio.to_thread(self.store.delete, caller, file.id)
                raise
        return file

    async def find(self, caller: Caller, id: str) -> StoredFile:
        """One of the caller's files; raises ApiError (404)."""
        return await asyncio.to_thread(self.store.find, caller, id)

    async def all(self, caller: Caller) -> list[StoredFile]:
        """The caller's files, newest first."""
        return await asyncio.to_thread(self.store.all, caller)

    async def delete(self, caller: Caller, id: str) -> None:
        """Remove one of the caller's files; raises ApiError (404)."""
        await asyncio.to_thread(self.store.delete, caller, id)

    async def text(self, caller: Caller, file: StoredFile) -> Found:
        """The file's text, extracted when first asked for. Raises ApiError (400) where it cannot be read."""
        note = await asyncio.to_thread(self.store.note, caller, file)
        if note is None:
            note = await self._extract(caller, file)
        if "refused" in note:
            raise ApiError(400, note["refused"], param="file", code="file_not_readable")
        text = await asyncio.to_thread(self.store.text, caller, file)
        return Found(text, note["media_type"], note["pages"], note["title"])

    async def counts(self, caller: Caller, file: StoredFile, model: ServedModel) -> tuple[int | None, int | None]:
        """The pages of a file whose text was extracted already, and the text's tokens for a model; None where the
        format has no pages, or the model keeps its tokenizer to itself."""
        note = await asyncio.to_thread(self.store.note, caller, file)
        if note is None or "refused" in note:
            return None, None
        if model.tokenizer is None:
            return note["pages"], None
        tokens = note.setdefault("tokens", {})
        if model.name not in tokens:
            text = await asyncio.to_thread(self.store.text, caller, file)
            tokens[model.name] = len(await asyncio.to_thread(model.tokenizer.encode, text))
            await asyncio.to_thread(self.store.set_note, caller, file, note)
        return note["pages"], tokens[model.name]

    async def _extract(self, caller: Caller, file: StoredFile) -> dict[str, Any]:
        note: dict[str, Any]
        try:
            found = await self._extractor.read(self.store.content(caller, file), file.name)
        except FileNotFoundError:
            raise ApiError(404, f"file {file.id!r} was deleted", param="file_id") from None
        except ApiError as error:
            note = {"refused": str(error)}
        else:
            note = {"media_type": found.media_type, "pages": found.pages, "title": found.title}
            await asyncio.to_thread(self.store.set_text, caller, file, found.text)
        await asyncio.to_thread(self.store.set_note, caller, file, note)
        return note
