"""Worlds on disk: lay one out in a workspace directory, and read back what became of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from openk2.environments.task import Cell, Query, World


def lay_out(world: World, workspace: Path) -> None:
    """Write the world's files and databases into an empty workspace."""
    for path, text in world.files.items():
        _place(workspace, path).write_text(text, encoding="utf-8")
    for path, tables in world.databases.items():
        with closing(sqlite3.connect(_place(workspace, path), isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN")
            for name, table in tables.items():
                kinds = ["INTEGER" if isinstance(cell, int) else "TEXT" for cell in table.rows[0]]
                columns = ", ".join(f"{column} {kind}" for column, kind in zip(table.columns, kinds, strict=True))
                connection.execute(f"CREATE TABLE {name} ({columns})")
                marks = ", ".join("?" * len(kinds))
                connection.executemany(f"INSERT INTO {name} VALUES ({marks})", table.rows)
            connection.execute("COMMIT")


def _place(workspace: Path, path: str) -> Path:
    target = workspace / path
    if "/" in path:
        target.parent.mkdir(parents=True, exist_ok=True)
    return target


def read_text(workspace: Path, path: str) -> str | None:
    """A file's text; None when there is no such file or it is not text."""
    try:
        return (workspace / path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def fetch_rows(workspace: Path, query: Query) -> tuple[tuple[Cell, ...], ...] | None:
    """What a query finds in a database of the workspace; None when it cannot be asked."""
    path = workspace / query.database
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return tuple(tuple(row) for row in connection.execute(query.query))
    except sqlite3.Error:
        return None


def disturbed(world: World, workspace: Path, allowed: frozenset[str]) -> list[str]:
    """The paths of the world that are gone or hold something else now, those `allowed` to change left out."""
    found = [path for path, text in world.files.items() if path not in allowed and read_text(workspace, path) != text]
    for path, tables in world.databases.items():
        if path in allowed:
            continue
        for name, table in tables.items():
            if fetch_rows(workspace, Query(path, f"SELECT * FROM {name}", ())) != table.rows:
                found.append(path)
                break
    return found
