"""The SQL tool: one statement on a SQLite file of the workspace, which can reach no other file.

SQLite asks an authorizer about every action of a statement while it compiles it (sqlite3_set_authorizer): attaching
databases (VACUUM INTO does it, too), virtual tables, loading extensions and settings are refused. A progress handler
ends statements that take too long, and the sizes of values and of the file are bounded.
"""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from openk2.agent.tools.tool import FunctionTool, tool
from openk2.agent.workspace import Workspace
from openk2.errors import ToolError

_SECONDS = 5.0
_STEPS_BETWEEN_LOOKS = 10_000
_OUTPUT_CHARACTERS = 20_000
_VALUE_BYTES = 4 << 20
_DATABASE_BYTES = 64 << 20
_READABLE_PRAGMAS = {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"}
_REFUSED = {
    sqlite3.SQLITE_ATTACH,
    sqlite3.SQLITE_DETACH,
    sqlite3.SQLITE_CREATE_VTABLE,
    sqlite3.SQLITE_DROP_VTABLE,
}


def sql_tool(workspace: Workspace) -> FunctionTool:
    """sql for this workspace."""

    def sql(database: str, query: str) -> str:
        """Run one SQL statement on a SQLite database file."""
        path = workspace.locate(database)
        for suffix in ("-journal", "-wal", "-shm"):
            beside = path.with_name(path.name + suffix)
            if os.path.lexists(beside) and (beside.is_symlink() or not beside.is_file()):
                raise ToolError(f"not a regular file: {database}{suffix}")
        try:
            with closing(_connect(path)) as connection:
                return _answer(connection, query)
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise ToolError(f"stopped after {_SECONDS:g} seconds") from error
            raise ToolError(" ".join(str(error).split()) or type(error).__name__) from error

    return tool(effect="write")(sql)


def _connect(path: Path) -> sqlite3.Connection:
    """A connection that commits each statement, keeps its journal in memory and refuses what leads outside."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=_SECONDS)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_BYTES)
    connection.execute("PRAGMA journal_mode = MEMORY")
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute(f"PRAGMA max_page_count = {_DATABASE_BYTES // page_size}")
    deadline = time.monotonic() + _SECONDS
    connection.set_authorizer(_authorize)
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
    return connection


def _authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    refused = (
        action in _REFUSED
        or (action == sqlite3.SQLITE_PRAGMA and (first or "").lower() not in _READABLE_PRAGMAS)
        or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() == "load_extension")
    )
    return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK


def _answer(connection: sqlite3.Connection, query: str) -> str:
    before = connection.total_changes
    cursor = connection.execute(query)
    if cursor.description is None:
        return f"ok, {connection.total_changes - before} rows changed"
    lines: list[str] = []
    size = 0
    for row in cursor:
        lines.append(" | ".join(map(_cell, row)))
        size += len(lines[-1]) + 1
        if size > _OUTPUT_CHARACTERS:
            lines[-1] = lines[-1][:_OUTPUT_CHARACTERS]
            lines.append("… more rows; select fewer")
            break
    return "\n".join(lines) or "(no rows)"


def _cell(value: object) -> str:
    if value is None:
        return "NULL"
    return f"x'{value.hex()}'" if isinstance(value, bytes) else str(value)
