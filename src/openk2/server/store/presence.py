"""Which of the servers that share a database still live.

A live server holds a lock that the system takes from it the moment its process ends, however it ends: on SQLite on a
file beside the database, on PostgreSQL an advisory lock of a connection. So nobody has to guess from silence that a
server is dead.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from openk2.server.store.database import Database


class Presence:
    """One server's life."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.id = uuid.uuid4().hex
        """Names this server among all that ever ran."""
        self._file: int | None = None
        self._connection: AsyncConnection | None = None

    async def begin(self) -> None:
        """Be alive from here on."""
        if self._database.file is not None:
            path = _lock_file(self._database.file, self.id)
            self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            return
        self._connection = await self._database.hold()
        await self._connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _number(self.id)})

    async def end(self) -> None:
        """Be dead from here on."""
        if self._file is not None and self._database.file is not None:
            os.close(self._file)
            _lock_file(self._database.file, self.id).unlink(missing_ok=True)
        if self._connection is not None:
            await self._connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _number(self.id)})
            await self._connection.close()
        self._file = self._connection = None

    async def is_dead(self, id: str) -> bool:
        """Whether the server of that id has ended; this one has not."""
        if id == self.id:
            return False
        if self._database.file is None:
            async with self._database.read() as connection:
                lock = {"lock": _number(id)}
                free = bool(await connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), lock))
                if free:
                    await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), lock)
            return free
        path = _lock_file(self._database.file, id)
        try:
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(file)
        return True

    def bury(self, id: str) -> None:
        """Remove what a dead server left."""
        if self._database.file is not None:
            _lock_file(self._database.file, id).unlink(missing_ok=True)


def _lock_file(database: Path, id: str) -> Path:
    return database.with_name(f"{database.name}-server-{id}")


def _number(id: str) -> int:
    return int(id[:15], 16)
