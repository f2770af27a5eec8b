"""The ledger: every request once, whatever happens, in both kinds of database."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from pathlib import Path

import pytest
from accounting import Clock, accounts_in, rows_of, with_accounts
from databases import KINDS, fresh_url
from sqlalchemy import event

from openk2.chat.events import Usage
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.ledger import Entry, Ledger
from openk2.server.errors import ApiError
from openk2.server.store import Database
from openk2.server.store.presence import Presence
from openk2.server.store.tables import accounts as tables

DAY = 1_795_996_800_000
"""2026-11-30 begins."""


def entry(time: int = DAY, *, key: str = "key-1", model: str = "k2") -> Entry:
    return Entry(uuid.uuid4().hex, "req-1", time, "org-1", "user-1", key, model, "own engine")


def ended(of: Entry, tokens: int = 5, status: str = "stop") -> Entry:
    return of.settled(Usage(10, 4, tokens), 100 + tokens, 7, 90, status)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_is_open_before_its_first_byte_and_settled_after_its_last(kind: str, tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        one = entry()
        await accounts.ledger.begin(one.using(Usage(10, 4, 1), 3))
        (begun,) = await rows_of(accounts, tables.request_open)
        assert (begun["id"], begun["completion_tokens"], begun["cost"]) == (one.id, 1, 3)
        assert await rows_of(accounts, tables.usage) == []
        await accounts.ledger.settle(ended(one))
        assert await rows_of(accounts, tables.request_open) == []
        (settled,) = await rows_of(accounts, tables.usage)
        assert settled == {
            "id": one.id,
            "request_id": "req-1",
            "time": DAY,
            "organisation_id": "org-1",
            "user_id": "user-1",
            "key_id": "key-1",
            "model": "k2",
            "backend": "own engine",
            "prompt_tokens": 10,
            "cached_tokens": 4,
            "reasoning_tokens": 0,
            "completion_tokens": 5,
            "cost": 105,
            "first_ms": 7,
            "total_ms": 90,
            "status": "stop",
        }

    with_accounts(kind, tmp_path, work)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_that_is_settled_twice_is_charged_once(kind: str, tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        one = entry()
        await accounts.ledger.settle(ended(one, 5))
        await accounts.ledger.settle(ended(one, 9))
        await asyncio.gather(accounts.ledger.settle(ended(one, 9)), accounts.ledger.settle(ended(entry(), 1)))
        assert sorted(row["completion_tokens"] for row in await rows_of(accounts, tables.usage)) == [1, 5]
        (day,) = await rows_of(accounts, tables.usage_day)
        assert (day["requests"], day["completion_tokens"], day["cost"]) == (2, 6, 206)

    with_accounts(kind, tmp_path, work)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sums_per_day_key_and_model_are_those_of_the_ledger(kind: str, tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        times = (DAY - 1, DAY, DAY + 1)
        ones = [entry(time, key=key, model=model) for time in times for key in ("a", "b") for model in ("k2", "k3")]
        await asyncio.gather(*(accounts.ledger.settle(ended(one, number)) for number, one in enumerate(ones)))
        days = await rows_of(accounts, tables.usage_day)
        assert [
            (row["day"], row["key_id"], row["model"], row["requests"], row["completion_tokens"]) for row in days
        ] == [
            ("2026-11-29", "a", "k2", 1, 0),
            ("2026-11-29", "a", "k3", 1, 1),
            ("2026-11-29", "b", "k2", 1, 2),
            ("2026-11-29", "b", "k3", 1, 3),
            ("2026-11-30", "a", "k2", 2, 4 + 8),
            ("2026-11-30", "a", "k3", 2, 5 + 9),
            ("2026-11-30", "b", "k2", 2, 6 + 10),
            ("2026-11-30", "b", "k3", 2, 7 + 11),
        ]

    with_accounts(kind, tmp_path, work)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_dead_server_left_open_is_settled_once_at_what_was_known(kind: str, tmp_path: Path) -> None:
    url = fresh_url(kind, tmp_path)

    async def run() -> None:
        dead = Database(url)
        await dead.open()
        presence = Presence(dead)
        await presence.begin()
        ledger = Ledger(dead, presence)
        await ledger.start()
        one, other = entry(), entry()
        await ledger.begin(one.using(Usage(10, 4, 1), 3))
        await ledger.begin(other)
        ledger.note(one.id, lambda: one.using(Usage(10, 4, 30), 60))
        await ledger.begin(entry())  # a round that takes the note with it
        async with accounts_in(url) as living:
            assert await rows_of(living, tables.usage) == [], "its server lives"
            await presence.end()
            settled = [await accounts.ledger.settle_lost() for accounts in (living, living)]
            assert settled == [3, 0]
            assert await rows_of(living, tables.request_open) == []
            rows = {row["id"]: row for row in await rows_of(living, tables.usage)}
            assert (rows[one.id]["completion_tokens"], rows[one.id]["cost"]) == (30, 60)
            assert rows[other.id]["completion_tokens"] == 0
            assert {row["status"] for row in rows.values()} == {"lost"}
            (day,) = await rows_of(living, tables.usage_day)
            assert (day["requests"], day["cost"]) == (3, 60)
            # It was not dead after all, and settles: nothing is charged again.
            await ledger.settle(ended(one, 40))
            assert await rows_of(living, tables.usage_day) == [day]
        await ledger.stop()
        await dead.close()

    asyncio.run(run())


def test_a_server_settles_what_was_lost_when_it_starts(tmp_path: Path) -> None:
    url = fresh_url("sqlite", tmp_path)

    async def run() -> list[str]:
        one = entry()
        async with Database(url) as database, database.write() as connection:
            values = {column.name: getattr(one, column.name, "gone") for column in tables.request_open.columns}
            await connection.execute(tables.request_open.insert(), values)
        async with accounts_in(url) as accounts:
            return [row["status"] for row in await rows_of(accounts, tables.usage)]

    assert asyncio.run(run()) == ["lost"]


def test_a_server_that_ends_leaves_nothing_beside_the_database(tmp_path: Path) -> None:
    url = fresh_url("sqlite", tmp_path)

    async def run() -> None:
        async with accounts_in(url) as accounts:
            await accounts.ledger.settle(ended(entry()))
            assert any("-server-" in file.name for file in tmp_path.iterdir())

    asyncio.run(run())
    assert [file.name for file in tmp_path.iterdir()] == [Path(url).name]


def test_streams_that_come_up_together_wait_for_the_disk_together(tmp_path: Path) -> None:
    commits = 0

    async def work(accounts: Accounts, clock: Clock) -> int:
        def count(connection: object) -> None:
            nonlocal commits
            commits += 1

        writer = accounts.database._writer
        assert writer is not None
        event.listen(writer.sync_engine, "commit", count)
        ones = [entry() for _ in range(32)]
        await asyncio.gather(*(accounts.ledger.begin(one) for one in ones))
        await asyncio.gather(*(accounts.ledger.settle(ended(one)) for one in ones))
        return len(await rows_of(accounts, tables.usage))

    assert with_accounts("sqlite", tmp_path, work) == 32
    assert commits <= 4


def test_while_the_ledger_cannot_be_written_nothing_begins_and_nothing_is_lost(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        one = entry()
        await accounts.ledger.begin(one)
        assert accounts.database.file is not None
        # Another program holds the database, and this one's patience is short.
        writer = accounts.database._writer
        assert writer is not None
        async with writer.connect() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout=0")
        other = sqlite3.connect(accounts.database.file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ApiError, match="the ledger cannot be written; try again soon") as refused:
            await accounts.ledger.begin(entry())
        assert refused.value.status == 503
        settled = accounts.ledger.settle(ended(one))
        other.execute("ROLLBACK")
        other.close()
        await settled
        assert [row["status"] for row in await rows_of(accounts, tables.usage)] == ["stop"]

    with_accounts("sqlite", tmp_path, work)
