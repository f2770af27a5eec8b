"""The SQL tool: forms of its output, and that a statement reaches its database only."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from openk2.agent.tools import sql as sql_module

Use = Callable[..., str]


@pytest.fixture
def database(workspace: Path) -> Path:
    """`shop.db` with a table of two rows."""
    path = workspace / "shop.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE goods (name TEXT, price REAL)")
        connection.execute("INSERT INTO goods VALUES ('tea', 3.5), ('cup', NULL)")
    return path


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("query", "output"),
    [
        ("SELECT name, price FROM goods", "tea | 3.5\ncup | NULL"),
        ("SELECT count(*), 1.0, x'00ff' FROM goods", "2 | 1.0 | x'00ff'"),
        ("SELECT * FROM goods WHERE name = 'pot'", "(no rows)"),
        ("UPDATE goods SET price = 4", "ok, 2 rows changed"),
        ("CREATE TABLE more (id INTEGER)", "ok, 0 rows changed"),
        ("INSERT INTO goods VALUES ('pot', 9) RETURNING name", "pot"),
        ("PRAGMA table_info(goods)", "0 | name | TEXT | 0 | NULL | 0\n1 | price | REAL | 0 | NULL | 0"),
        ("SELECT * FROM x", "error: no such table: x"),
        ("SELEC 1", 'error: near "SELEC": syntax error'),
        ("SELECT 1; SELECT 2", "error: You can only execute one statement at a time."),
        ("SELECT ?", "error: Incorrect number of bindings supplied. The current statement uses 1, and there are 0"),
    ],
)
def test_forms(use: Use, query: str, output: str) -> None:
    assert use("sql", database="shop.db", query=query).startswith(output)


def test_changes_stay(use: Use, database: Path) -> None:
    use("sql", database="shop.db", query="DELETE FROM goods WHERE name = 'cup'")
    assert use("sql", database="shop.db", query="SELECT name FROM goods") == "tea"
    assert sorted(os.listdir(database.parent)) == ["notes", "shop.db"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "query",
    [
        "ATTACH '../outside/made.db' AS o",
        "VACUUM INTO '../outside/made.db'",
        "SELECT load_extension('../outside/x')",
        "PRAGMA journal_mode = WAL",
        "PRAGMA temp_store_directory = '../outside'",
        "PRAGMA max_page_count = 1000000000",
        "CREATE VIRTUAL TABLE v USING fts5(x)",
    ],
)
def test_statements_that_lead_outside_are_refused(use: Use, secret: Path, query: str) -> None:
    assert use("sql", database="shop.db", query=query).startswith("error: ")
    assert os.listdir(secret.parent) == ["secret.txt"]


def test_databases_outside_are_refused(use: Use, workspace: Path, database: Path, secret: Path) -> None:
    outside = secret.with_name("other.db")
    database.rename(outside)
    (workspace / "l.db").symlink_to(outside)
    for name in ("../outside/other.db", str(outside), "l.db"):
        assert use("sql", database=name, query="SELECT 1") == f"error: path leaves the workspace: {name}"


def test_journals_that_are_links_are_refused(use: Use, database: Path, secret: Path) -> None:
    database.with_name("shop.db-journal").symlink_to(secret)
    assert use("sql", database="shop.db", query="SELECT 1") == "error: not a regular file: shop.db-journal"


def test_missing_and_other_files_are_errors(use: Use) -> None:
    assert use("sql", database="none.db", query="SELECT 1") == "error: no such file: none.db"
    assert use("sql", database="notes/a.txt", query="SELECT 1") == "error: file is not a database"


@pytest.mark.usefixtures("database")
def test_a_statement_without_end_is_stopped(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_module, "_SECONDS", 0.2)
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    assert use("sql", database="shop.db", query=endless) == "error: stopped after 0.2 seconds"


@pytest.mark.usefixtures("database")
def test_huge_values_and_answers_are_bounded(use: Use) -> None:
    assert use("sql", database="shop.db", query="SELECT zeroblob(1000000000)") == "error: string or blob too big"
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
    answer = use("sql", database="shop.db", query=f"{endless} SELECT x FROM c")
    assert len(answer) < 20_100
    assert answer.endswith("\n… more rows; select fewer")
    fill = f"CREATE TABLE big AS {endless} SELECT zeroblob(1000000) FROM c"
    assert use("sql", database="shop.db", query=fill) == "error: database or disk is full"
