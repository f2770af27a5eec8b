"""One database, two kinds: opening, migrating, writing."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import KINDS, fresh_url
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import IntegrityError

from openk2.errors import ServerError
from openk2.server.store import METADATA, Database
from openk2.server.store.migrate import script_config
from openk2.server.store.tables import accounts


def organisation(number: int) -> dict[str, object]:
    return {"id": f"org-{number}", "name": f"name {number}", "created": number}


@pytest.mark.parametrize("kind", KINDS)
def test_the_migrations_make_exactly_the_tables_that_the_code_uses(kind: str, tmp_path: Path) -> None:
    def differences(connection: Connection) -> list[object]:
        # Virtual tables of SQLite are no tables of SQLAlchemy's.
        options = {
            "compare_type": True,
            "include_name": lambda name, *_: not (name or "").startswith("conversation_search"),
        }
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))

    async def run() -> list[object]:
        async with Database(fresh_url(kind, tmp_path)) as database, database.read() as connection:
            return await connection.run_sync(differences)

    assert asyncio.run(run()) == []


def test_the_migrations_are_one_line() -> None:
    assert len(ScriptDirectory.from_config(script_config()).get_heads()) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_there_when_the_database_is_opened_again(kind: str, tmp_path: Path) -> None:
    url = fresh_url(kind, tmp_path)

    async def write() -> None:
        async with Database(url) as database, database.write() as connection:
            await connection.execute(accounts.organisation.insert(), organisation(1))

    async def read() -> list[str]:
        async with Database(url) as database, database.read() as connection:
            return list((await connection.execute(select(accounts.organisation.c.name))).scalars())

    asyncio.run(write())
    assert asyncio.run(read()) == ["name 1"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_transaction_leaves_nothing(kind: str, tmp_path: Path) -> None:
    async def twice(database: Database) -> None:
        async with database.write() as connection:
            for _ in range(2):
                await connection.execute(accounts.organisation.insert(), organisation(1))

    async def run() -> int | None:
        async with Database(fresh_url(kind, tmp_path)) as database:
            with pytest.raises(IntegrityError):
                await twice(database)
            async with database.read() as connection:
                return await connection.scalar(select(func.count()).select_from(accounts.organisation))

    assert asyncio.run(run()) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_several_processes_may_open_a_new_database_and_write_at_once(kind: str, tmp_path: Path) -> None:
    url = fresh_url(kind, tmp_path)

    async def add(database: Database, number: int) -> None:
        async with database.write() as connection:
            await connection.execute(accounts.organisation.insert(), organisation(number))

    async def run() -> int | None:
        # Each has connections of its own, as another process would.
        databases = [Database(url) for _ in range(4)]
        await asyncio.gather(*(database.open() for database in databases))
        await asyncio.gather(*(add(databases[number % 4], number) for number in range(40)))
        async with databases[0].read() as connection:
            count = await connection.scalar(select(func.count()).select_from(accounts.organisation))
        for database in databases:
            await database.close()
        return count

    assert asyncio.run(run()) == 40


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_of_a_later_version_is_refused_and_left_alone(kind: str, tmp_path: Path) -> None:
    url = fresh_url(kind, tmp_path)

    async def run() -> None:
        async with Database(url) as database, database.write() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(ServerError, match="written by a later version of openk2"):
            await Database(url).open()

    asyncio.run(run())


def test_readers_see_a_state_while_a_writer_is_at_work(tmp_path: Path) -> None:
    async def run() -> tuple[int | None, int | None]:
        count = select(func.count()).select_from(accounts.organisation)
        async with Database(fresh_url("sqlite", tmp_path)) as database:
            async with database.write() as writer:
                await writer.execute(accounts.organisation.insert(), organisation(1))
                async with database.read() as connection:
                    during = await connection.scalar(count)
            async with database.read() as connection:
                return during, await connection.scalar(count)

    assert asyncio.run(run()) == (0, 1)


def test_the_file_and_those_beside_it_are_for_its_owner_alone(tmp_path: Path) -> None:
    async def run() -> set[int]:
        async with Database(str(tmp_path / "new" / "a.db")) as database, database.write() as connection:
            await connection.execute(accounts.organisation.insert(), organisation(1))
            return {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "new").iterdir()}

    assert asyncio.run(run()) == {0o600}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://host/name", "a 'mysql' database is not supported; accepted: sqlite:///FILE, postgresql"),
        ("sqlite://", "names no file; accepted: sqlite:///FILE"),
        ("postgresql://me:secret@127.0.0.1:1/none", r"postgresql://me:\*\*\*@127.0.0.1:1/none cannot be opened"),
        ("sqlite:////dev/null/a.db", "cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_opened_is_one_line_without_password(url: str, message: str) -> None:
    with pytest.raises(ServerError, match=message) as refused:
        asyncio.run(Database(url).open())
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, " * 100)
    with pytest.raises(ServerError, match="file is not a database"):
        asyncio.run(Database(str(tmp_path / "text.db")).open())
