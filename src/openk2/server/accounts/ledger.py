"""The ledger: every request once, at what it used, whatever happens to the server.

    begin (before the first byte) → note (what is known meanwhile) → settle (at the end)

A request is in `request_open` before its first byte leaves. At its end it moves to `usage`, whose primary key keeps it
from being there twice, and into the day's sums, in one transaction. What a dead server left open is settled, by the
next one that looks, at what was known last: so a request is never charged twice and never lost once it was answered.

One task writes, and takes with it everything that came up while it wrote: however many answers stream, the disk is
waited for once per round and not once per answer (group commit).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from openk2.chat.events import Usage
from openk2.server.accounts.clock import day_of
from openk2.server.errors import ApiError
from openk2.server.store import Database
from openk2.server.store.presence import Presence
from openk2.server.store.tables import accounts as tables

_log = logging.getLogger("openk2.server")

NOTE_SECONDS = 1.0
"""How old what is known of a running answer may become."""
_RETRY_SECONDS = 1.0
_LAST_TRIES = 3
"""How often a server that ends tries a failing disk; the next one settles what is left."""
_MOST_AT_ONCE = 500
LOST = "lost"
"""The status of a request whose server ended before it did."""

_SUMMED = ("requests", "prompt_tokens", "cached_tokens", "reasoning_tokens", "completion_tokens", "cost")
_SUMMED_BY = ("day", "organisation_id", "user_id", "key_id", "model")
_OPEN_COLUMNS = tuple(column.name for column in tables.request_open.columns if column.name != "server_id")
_KNOWN_MEANWHILE = ("prompt_tokens", "cached_tokens", "reasoning_tokens", "completion_tokens", "cost")


@dataclass(frozen=True)
class Entry:
    """One request as the ledger has it; see `store/tables/accounts.py`."""

    id: str
    request_id: str
    time: int
    organisation_id: str
    user_id: str
    key_id: str
    model: str
    backend: str
    prompt_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    completion_tokens: int = 0
    cost: int = 0
    first_ms: int | None = None
    total_ms: int | None = None
    status: str = ""

    def using(self, usage: Usage, cost: int) -> Entry:
        """The entry with what was used."""
        return replace(
            self,
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=usage.cached_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            completion_tokens=usage.completion_tokens,
            cost=cost,
        )

    def settled(self, usage: Usage, cost: int, first_ms: int | None, total_ms: int, status: str) -> Entry:
        """The entry of a request that is over."""
        return replace(self.using(usage, cost), first_ms=first_ms, total_ms=total_ms, status=status)


class Ledger:
    """Writes the entries of one server."""

    def __init__(self, database: Database, presence: Presence) -> None:
        self._database, self._presence = database, presence
        settling = database.insert(tables.usage).on_conflict_do_nothing(index_elements=["id"])
        self._settling = settling.returning(tables.usage.c.id)
        adding = database.insert(tables.usage_day)
        sums = {name: tables.usage_day.c[name] + adding.excluded[name] for name in _SUMMED}
        self._adding = adding.on_conflict_do_update(index_elements=list(_SUMMED_BY), set_=sums)
        self._begun: dict[str, tuple[Entry, asyncio.Future[None]]] = {}
        self._noted: dict[str, Callable[[], Entry]] = {}
        self._settled: dict[str, tuple[Entry, asyncio.Future[None]]] = {}
        self._work = asyncio.Event()
        self._ending = False
        self._failures = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Settle what dead servers left, and begin to write."""
        await self.settle_lost()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write what is left, and stop."""
        self._ending = True
        self._work.set()
        if self._task is not None:
            await self._task

    async def begin(self, entry: Entry) -> None:
        """Return once the request is on disk. Raises ApiError (503) where it cannot be."""
        future = asyncio.get_running_loop().create_future()
        self._begun[entry.id] = entry, future
        self._work.set()
        await future

    def note(self, id: str, known: Callable[[], Entry]) -> None:
        """More is known of a request that began: `known()`, on disk within `NOTE_SECONDS`. Quick: called per token."""
        if not self._noted:
            asyncio.get_running_loop().call_later(NOTE_SECONDS, self._work.set)
        self._noted[id] = known

    def settle(self, entry: Entry) -> asyncio.Future[None]:
        """The request is over; the future is done once that is on disk. A failing disk is tried again and again."""
        self._noted.pop(entry.id, None)
        future = asyncio.get_running_loop().create_future()
        self._settled[entry.id] = entry, future
        self._work.set()
        return future

    async def written(self) -> None:
        """Return once all that was settled by now is on disk, or after a second: it may be failing."""
        if waiting := [future for _, future in self._settled.values()]:
            await asyncio.wait(waiting, timeout=_RETRY_SECONDS)

    async def settle_lost(self) -> int:
        """Settle the open requests of servers that are dead, at what was known of them; tells how many."""
        column = tables.request_open.c.server_id
        async with self._database.read() as connection:
            servers = list((await connection.scalars(select(column).distinct())).all())
        count = 0
        for server in servers:
            if not await self._presence.is_dead(server):
                continue
            async with self._database.write() as connection:
                rows = (await connection.execute(select(tables.request_open).where(column == server))).mappings().all()
                lost = [Entry(**{name: row[name] for name in _OPEN_COLUMNS}, status=LOST) for row in rows]
                await self._move(connection, lost)
            self._presence.bury(server)
            count += len(lost)
        if count:
            _log.warning("%d requests of a server that ended without warning were settled at what was known", count)
        return count

    async def _run(self) -> None:
        while True:
            if not (self._begun or self._settled or self._ending):
                await self._work.wait()
                self._work.clear()
            if self._ending and (self._failures >= _LAST_TRIES or not (self._begun or self._settled)):
                return
            if self._begun or self._settled or self._noted:
                await self._write_round()

    async def _write_round(self) -> None:
        begun = _first(self._begun)
        # Of one that began in this very round, the settled form alone is written, with its place in the ledger.
        settled = _first(self._settled)
        noted, self._noted = self._noted, {}
        known = [entry() for id, entry in noted.items() if id not in self._settled]
        try:
            async with self._database.write() as connection:
                await self._open(connection, [entry for id, (entry, _) in begun.items() if id not in settled])
                await self._note(connection, known)
                await self._move(connection, [entry for entry, _ in settled.values()])
        except Exception as error:
            # Whatever it is, the ledger goes on: what is settled is tried again, what would begin is refused.
            _log.error("the ledger cannot be written: %s", " ".join(str(error).split())[:300])
            self._failures += 1
            for id, (_, future) in begun.items():
                self._begun.pop(id, None)
                if not future.done():
                    future.set_exception(ApiError(503, "the ledger cannot be written; try again soon"))
            await asyncio.sleep(_RETRY_SECONDS)
            return
        self._failures = 0
        for _, future in [*begun.values(), *settled.values()]:
            if not future.done():
                future.set_result(None)
        for id in begun:
            self._begun.pop(id, None)
        for id in settled:
            self._settled.pop(id, None)

    async def _open(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        if entries:
            rows = [{"server_id": self._presence.id, **_row(entry, _OPEN_COLUMNS)} for entry in entries]
            await connection.execute(tables.request_open.insert(), rows)

    async def _note(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        if entries:
            table = tables.request_open
            statement = (
                table.update()
                .where(table.c.id == bindparam("of_id"))
                .values({name: bindparam(f"new_{name}") for name in _KNOWN_MEANWHILE})
            )
            rows = [
                {"of_id": entry.id, **{f"new_{name}": getattr(entry, name) for name in _KNOWN_MEANWHILE}}
                for entry in entries
            ]
            await connection.execute(statement, rows)

    async def _move(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        """From open to settled; one that is settled already stays as it is."""
        if not entries:
            return
        for some in _parts(entries):
            added = set((await connection.scalars(self._settling, [asdict(entry) for entry in some])).all())
            await self._add_up(connection, [entry for entry in some if entry.id in added])
            ids = [entry.id for entry in some]
            await connection.execute(delete(tables.request_open).where(tables.request_open.c.id.in_(ids)))

    async def _add_up(self, connection: AsyncConnection, entries: Iterable[Entry]) -> None:
        sums: dict[tuple[str, str, str, str, str], list[int]] = {}
        for entry in entries:
            whose = (str(day_of(entry.time)), entry.organisation_id, entry.user_id, entry.key_id, entry.model)
            used = (1, *(getattr(entry, name) for name in _SUMMED[1:]))
            sums[whose] = [a + b for a, b in zip(sums.get(whose, [0] * len(used)), used, strict=True)]
        # In one order everywhere: two servers that add up at once cannot wait for each other.
        rows = [
            dict(zip((*_SUMMED_BY, *_SUMMED), (*whose, *numbers), strict=True))
            for whose, numbers in sorted(sums.items())
        ]
        if rows:
            await connection.execute(self._adding, rows)


def _row(entry: Entry, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in names}


def _first(waiting: Mapping[str, Any]) -> dict[str, Any]:
    return dict(list(waiting.items())[:_MOST_AT_ONCE])


def _parts(entries: Sequence[Entry]) -> Iterable[Sequence[Entry]]:
    """SQLite takes some 32,000 values in one statement."""
    for start in range(0, len(entries), _MOST_AT_ONCE):
        yield entries[start : start + _MOST_AT_ONCE]
