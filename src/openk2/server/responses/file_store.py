"""Kept responses in a SQLite file, shared by the processes of one server.

Small rows, written once or twice in a response's life: the statements run where they are called, in less time than it
takes to hand them to a thread. The conversation so far is stored with each response, so that it can go on when earlier
ones are gone. What is lost with the machine's power is the last few answers (synchronous=NORMAL).
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from openk2.errors import ServerError
from openk2.server.protocol import Json
from openk2.server.responses.store import Kept

_BUSY_SECONDS = 15.0
_TABLES = """
CREATE TABLE IF NOT EXISTS response (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, since REAL NOT NULL, changed INTEGER NOT NULL, size INTEGER NOT NULL,
    response BLOB NOT NULL, context BLOB NOT NULL, input BLOB NOT NULL, log BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS response_changed ON response (changed);
CREATE TABLE IF NOT EXISTS item (
    owner TEXT NOT NULL, id TEXT NOT NULL, response_id TEXT NOT NULL REFERENCES response ON DELETE CASCADE,
    item BLOB NOT NULL, PRIMARY KEY (owner, id)
) STRICT;
CREATE INDEX IF NOT EXISTS item_response ON item (response_id);
"""
"""`since` in seconds since 1970; `changed` counts all changes."""


class FileStore:
    """A `ResponseStore` in a file."""

    def __init__(
        self, file: Path, *, number: int, size: int, seconds: float, clock: Callable[[], float] = time.time
    ) -> None:
        """At most `number` responses of together `size` bytes, each for `seconds`. Raises ServerError for a file that
        cannot be used."""
        self._number, self._size, self._seconds, self._clock = number, size, seconds, clock
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
            # Made before the server's loop runs, and used in its thread alone.
            self._connection = sqlite3.connect(
                file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise ServerError(f"responses cannot be kept in {file}: {error}") from None

    def put(self, kept: Kept) -> None:
        """See `ResponseStore.put`; the newest is kept even where it is larger than all may be together."""
        rows = [orjson.dumps(part) for part in (kept.response, kept.context, kept.input)]
        log = b"".join(kept.log)
        now = self._clock()
        with self._writing() as write:
            known = write.execute("SELECT since FROM response WHERE id = ?", [kept.id]).fetchone()
            (changed,) = write.execute("SELECT coalesce(max(changed), 0) + 1 FROM response").fetchone()
            write.execute("DELETE FROM response WHERE id = ?", [kept.id])
            write.execute(
                "INSERT INTO response VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    kept.id,
                    kept.owner,
                    known[0] if known else now,
                    changed,
                    sum(map(len, rows)) + len(log),
                    *rows,
                    log,
                ],
            )
            write.executemany(
                "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)",
                [
                    (kept.owner, item["id"], kept.id, orjson.dumps(item))
                    for item in (*kept.input, *kept.response["output"])
                    if "id" in item
                ],
            )
            write.execute("DELETE FROM response WHERE since < ?", [now - self._seconds])
            self._shrink(write, kept.id)

    def find(self, owner: str, id: str) -> Kept | None:
        """See `ResponseStore.find`."""
        row = self._connection.execute(
            "SELECT response, context, input, log FROM response WHERE id = ? AND owner = ? AND since >= ?",
            [id, owner, self._clock() - self._seconds],
        ).fetchone()
        if row is None:
            return None
        response, context, given, log = row
        records = tuple(record + b"\n\n" for record in log.split(b"\n\n") if record)
        return Kept(owner, orjson.loads(response), tuple(orjson.loads(context)), tuple(orjson.loads(given)), records)

    def item(self, owner: str, id: str) -> Json | None:
        """See `ResponseStore.item`."""
        row = self._connection.execute(
            "SELECT item FROM item JOIN response ON response.id = response_id"
            " WHERE item.owner = ? AND item.id = ? AND since >= ?",
            [owner, id, self._clock() - self._seconds],
        ).fetchone()
        return None if row is None else orjson.loads(row[0])

    def remove(self, owner: str, id: str) -> bool:
        """See `ResponseStore.remove`."""
        with self._writing() as write:
            gone = write.execute("DELETE FROM response WHERE id = ? AND owner = ?", [id, owner])
            return gone.rowcount > 0

    def _shrink(self, write: sqlite3.Connection, newest: str) -> None:
        """Let the oldest go until the rest is few and small enough."""
        number, size = write.execute("SELECT count(*), sum(size) FROM response").fetchone()
        oldest = write.execute("SELECT id, size FROM response WHERE id <> ? ORDER BY changed", [newest]).fetchall()
        for id, its in oldest:
            if number <= self._number and size <= self._size:
                break
            write.execute("DELETE FROM response WHERE id = ?", [id])
            number, size = number - 1, size - its

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
