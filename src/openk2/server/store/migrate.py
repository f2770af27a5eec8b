"""An older database becomes one of this version when it is opened; a newer one is refused.

The steps are Alembic scripts in `migrations/versions/`. Of several processes that open a database at once, one takes
them and the others wait: on SQLite for its write lock, on PostgreSQL for an advisory lock.
"""

from importlib.resources import files
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from openk2.errors import ServerError

_LOCK = 0x6F70656E6B32
"""Any number that no other program of the same database uses: `openk2` in ASCII."""


async def upgrade(connection: AsyncConnection, kind: str) -> None:
    """Take the steps that are missing, all or none; raises ServerError for a database of a later version."""
    if kind == "sqlite":
        # A batch migration replaces a table, which would cascade; the setting cannot change within a transaction.
        await _outside_transaction(connection, "PRAGMA foreign_keys=OFF")
    async with connection.begin():
        if kind == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await connection.run_sync(_upgrade)
    if kind == "sqlite":
        await _outside_transaction(connection, "PRAGMA foreign_keys=ON")


async def _outside_transaction(connection: AsyncConnection, statement: str) -> None:
    raw: Any = await connection.get_raw_connection()
    await raw.driver_connection.execute(statement)


def _upgrade(connection: Connection) -> None:
    config = script_config()
    scripts = ScriptDirectory.from_config(config)
    present = set(MigrationContext.configure(connection).get_current_heads())
    known = {script.revision for script in scripts.walk_revisions()}
    if unknown := present - known:
        raise ServerError(
            f"the database was written by a later version of openk2 (it has {', '.join(sorted(unknown))}); "
            "accepted: a database of this version or an earlier one"
        )
    if present == set(scripts.get_heads()):
        return
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")


def script_config() -> Config:
    """Alembic's view of the steps."""
    config = Config()
    config.set_main_option("script_location", str(files("openk2.server.store") / "migrations").replace("%", "%%"))
    return config
