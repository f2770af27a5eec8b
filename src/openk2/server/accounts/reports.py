"""What was used, summed up or request by request: for the page, the command line and spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from openk2.errors import RequestError
from openk2.server.accounts import money
from openk2.server.accounts.clock import day_begins, day_of, iso, read_day
from openk2.server.store import Database
from openk2.server.store.tables import accounts as tables

BY = ("day", "key", "model", "user")
"""What sums can be taken by."""
LONGEST_PAGE = 10_000
_PLACE = re.compile(r"[0-9]{1,15}-[0-9a-f]{32}", re.ASCII)

_SUMMED = ("requests", "prompt_tokens", "cached_tokens", "reasoning_tokens", "completion_tokens", "cost")
_COUNTS = ("prompt_tokens", "cached_tokens", "reasoning_tokens", "completion_tokens")

Row = dict[str, Any]


@dataclass(frozen=True)
class Whose:
    """Whose requests; all None: everybody's. An empty id: those that have none."""

    key_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True)
class Span:
    """Days, both included, UTC."""

    first: date
    last: date


def read_span(first: str | None, last: str | None, now: int) -> Span:
    """The days from text; the last 30 where not given. Raises RequestError naming `from` or `to`."""
    end = read_day(last, "to") if last else day_of(now)
    begin = read_day(first, "from") if first else end - timedelta(days=29)
    if begin > end:
        raise RequestError(f"from is {begin}, which is after to, {end}; accepted: an earlier day")
    return Span(begin, end)


def read_by(text: str) -> tuple[str, ...]:
    """`day,model` → both. Raises RequestError naming `by`."""
    by = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    if unknown := [word for word in by if word not in BY]:
        raise RequestError(f"by is {unknown[0]!r}; accepted: {', '.join(BY)}, separated by commas")
    return by


async def sums(database: Database, span: Span, by: Sequence[str], whose: Whose) -> list[Row]:
    """Rows with what `by` asks for and the sums, in that order; `cost` in the currency."""
    table, key, user = tables.usage_day, tables.api_key, tables.user
    groups: dict[str, ColumnElement[Any]] = {}
    for word in by:
        if word == "key":
            groups |= {"key_id": table.c.key_id, "key_name": key.c.name}
        elif word == "user":
            groups |= {"user_id": table.c.user_id, "user_name": user.c.name}
        else:
            groups[word] = table.c[word]
    labelled = [column.label(name) for name, column in groups.items()]
    statement: Select[Any] = (
        select(*labelled, *(func.sum(table.c[name]).label(name) for name in _SUMMED))
        .select_from(table)
        .where(table.c.day >= str(span.first), table.c.day <= str(span.last), *_of(table, whose))
        .group_by(*groups.values())
        .order_by(*groups.values())
    )
    if "key" in by:
        statement = statement.join(key, key.c.id == table.c.key_id, isouter=True)
    if "user" in by:
        statement = statement.join(user, user.c.id == table.c.user_id, isouter=True)
    async with database.read() as connection:
        rows = (await connection.execute(statement)).mappings().all()
    return [{**{name: row[name] for name in groups}, **{name: int(row[name]) for name in _SUMMED}} for row in rows]


def total(rows: Iterable[Mapping[str, Any]]) -> Row:
    """The sums of all rows."""
    counts = dict.fromkeys(_SUMMED, 0)
    for row in rows:
        for name in _SUMMED:
            counts[name] += row[name]
    return counts


async def requests(
    database: Database, span: Span, whose: Whose, limit: int = 100, before: str | None = None
) -> tuple[list[Row], str | None]:
    """Single requests, newest first, and what to give as `before` for those after them. Raises RequestError."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise RequestError(f"limit is {limit}; accepted: 1 … {LONGEST_PAGE}")
    table, key, user = tables.usage, tables.api_key, tables.user
    within = [
        table.c.time >= day_begins(span.first),
        table.c.time < day_begins(span.last + timedelta(days=1)),
        *_of(table, whose),
    ]
    if before is not None:
        time, _, id = before.partition("-")
        if not _PLACE.fullmatch(before):
            raise RequestError(f"before is {before!r}; accepted: the next of an earlier answer")
        within.append(or_(table.c.time < int(time), and_(table.c.time == int(time), table.c.id < id)))
    statement = (
        select(table, key.c.name.label("key_name"), user.c.name.label("user_name"))
        .select_from(table)
        .join(key, key.c.id == table.c.key_id, isouter=True)
        .join(user, user.c.id == table.c.user_id, isouter=True)
        .where(*within)
        .order_by(table.c.time.desc(), table.c.id.desc())
        .limit(limit + 1)
    )
    async with database.read() as connection:
        found = (await connection.execute(statement)).mappings().all()
    rows = [
        {
            "request_id": row["request_id"],
            "time": iso(row["time"], fraction=True),
            "user_id": row["user_id"],
            "user_name": row["user_name"],
            "key_id": row["key_id"],
            "key_name": row["key_name"],
            "model": row["model"],
            "backend": row["backend"],
            **{name: row[name] for name in _COUNTS},
            "cost": row["cost"],
            "first_ms": row["first_ms"],
            "total_ms": row["total_ms"],
            "status": row["status"],
        }
        for row in found[:limit]
    ]
    last = found[limit - 1] if len(found) > limit else None
    return rows, None if last is None else f"{last['time']}-{last['id']}"


def priced(row: Mapping[str, Any]) -> Row:
    """The row with its cost as a number of the currency, for JSON."""
    return {**row, "cost": money.shown(row["cost"])}


def as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """The rows as CSV with a head, costs as decimals. Text that a spreadsheet would run is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(_cell(money.text(row[name]) if name == "cost" else row[name]) for name in columns)
    return out.getvalue()


def sum_columns(by: Sequence[str]) -> list[str]:
    """The columns of `sums`."""
    named = {"key": ["key_id", "key_name"], "user": ["user_id", "user_name"]}
    return [name for word in by for name in named.get(word, [word])] + list(_SUMMED)


REQUEST_COLUMNS = (
    *("request_id", "time", "user_id", "user_name", "key_id", "key_name", "model", "backend"),
    *_COUNTS,
    *("cost", "first_ms", "total_ms", "status"),
)


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def _of(table: Any, whose: Whose) -> list[ColumnElement[bool]]:
    pairs = ((table.c.key_id, whose.key_id), (table.c.user_id, whose.user_id))
    return [column == id for column, id in pairs if id is not None]
