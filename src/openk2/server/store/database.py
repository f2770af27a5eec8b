"""One database: a SQLite file by default, PostgreSQL by URL, the same statements on both.

SQLite has one writer at a time. Writes therefore queue on a single connection, whose transactions begin at once
(BEGIN IMMEDIATE) instead of failing in the middle when another process writes; reads have connections of their own and,
with a write-ahead log, never wait (https://sqlite.org/wal.html). The writer waits for the disk (synchronous=FULL):
what is written survives a loss of power, not only the end of the process.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from openk2.errors import ServerError
from openk2.server.data_home import data_home
from openk2.server.store.migrate import upgrade

BUSY_MILLISECONDS = 15_000
"""How long a writer waits for one of another process."""
_READERS = 4


def default_url() -> str:
    """The database of a person who names none: `openk2/openk2.db` where programs of this machine keep their data."""
    return f"sqlite:///{data_home() / 'openk2.db'}"


class Database:
    """An open database; `async with Database(url) as database`, or `open` and `close`."""

    def __init__(self, url: str) -> None:
        """`url`: `sqlite:///relative.db`, `sqlite:////absolute.db`, a path, or `postgresql://user:password@host/name`.

        Raises ServerError for another one.
        """
        try:
            parsed = make_url(url if "://" in url else f"sqlite:///{url}")
        except ArgumentError:
            raise ServerError("the database URL cannot be read; accepted: sqlite:///FILE, postgresql://…") from None
        self.kind = parsed.get_backend_name()
        """`sqlite` or `postgresql`."""
        if self.kind not in ("sqlite", "postgresql"):
            raise ServerError(f"a {self.kind!r} database is not supported; accepted: sqlite:///FILE, postgresql://…")
        if self.kind == "sqlite" and parsed.database in (None, "", ":memory:"):
            raise ServerError("the database URL names no file; accepted: sqlite:///FILE")
        driver = "sqlite+aiosqlite" if self.kind == "sqlite" else "postgresql+psycopg"
        self._url = parsed.set(drivername=driver)
        self.name = parsed.render_as_string(hide_password=True)
        """The URL without its password, for people and logs."""
        self.file = Path(parsed.database) if self.kind == "sqlite" and parsed.database else None
        """The database's file; None on a server."""
        self._reader: AsyncEngine | None = None
        self._writer: AsyncEngine | None = None

    async def open(self) -> None:
        """Connect, and bring the tables up to date. Raises ServerError where that cannot be done."""
        try:
            if self.file is None:
                self._writer = self._reader = create_async_engine(self._url, pool_pre_ping=True)
            else:
                _create_private(self.file)
                self._writer = create_async_engine(self._url, pool_size=1, max_overflow=0, pool_timeout=60)
                self._reader = create_async_engine(self._url, pool_size=_READERS, max_overflow=0, pool_timeout=60)
                _prepare(self._writer, "BEGIN IMMEDIATE", "FULL")
                _prepare(self._reader, "BEGIN", "NORMAL")
            await _switched(self._writer)
            async with self._writer.connect() as connection:
                await upgrade(connection, self.kind)
        except (DBAPIError, NoSuchModuleError, ImportError, OSError, sqlite3.Error) as error:
            await self.close()
            raise ServerError(f"database {self.name} cannot be opened: {_reason(error)}") from None
        except ServerError:
            await self.close()
            raise

    async def close(self) -> None:
        """Let go of all connections."""
        for engine in {self._reader, self._writer} - {None}:
            assert engine is not None
            await engine.dispose()
        self._reader = self._writer = None

    async def __aenter__(self) -> "Database":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one state of the database and changes nothing."""
        assert self._reader is not None, "the database is not open"
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed and on disk at its end, undone by an exception. Keep it short: others wait."""
        assert self._writer is not None, "the database is not open"
        async with self._writer.begin() as connection:
            yield connection

    async def hold(self) -> AsyncConnection:
        """A connection outside transactions, for whoever keeps it; to be closed by them."""
        assert self._reader is not None, "the database is not open"
        connection = await self._reader.connect()
        return await connection.execution_options(isolation_level="AUTOCOMMIT")

    def insert(self, table: Table) -> Any:
        """An INSERT of this database's own kind, which has `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return sqlite.insert(table) if self.kind == "sqlite" else postgresql.insert(table)


def _create_private(file: Path) -> None:
    """An empty database that only its owner can read; SQLite gives the files beside it the same rights."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


async def _switched(engine: AsyncEngine) -> None:
    """Connect once; SQLite does not wait for another process that switches a new file to WAL at this moment."""
    for last in (*[False] * 100, True):
        try:
            async with engine.connect():
                return
        except DBAPIError as error:
            if last or "locked" not in str(error):
                raise
            await asyncio.sleep(0.05)


def _prepare(engine: AsyncEngine, begin: str, synchronous: str) -> None:
    """Have connections begin their transactions themselves: the driver would begin only at the first write."""

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _reason(error: Exception) -> str:
    """The driver's own words, on one line."""
    return " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
