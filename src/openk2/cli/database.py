"""What the commands on accounts share: the option `--database`, and tables of text."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from openk2.server.accounts.accounts import Accounts

T = TypeVar("T")

Database = Annotated[
    str | None,
    typer.Option(
        envvar="OPENK2_SERVER__DATABASE",
        show_envvar=True,
        help="sqlite:///FILE, a file, or postgresql://USER:PASSWORD@HOST/NAME; without it one among this user's data.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


def with_accounts(url: str | None, work: Callable[[Accounts], Awaitable[T]]) -> T:
    """Do work on the accounts of a database, which is opened, and made where there is none. Raises ServerError."""
    from openk2.server.accounts.opening import need_extra

    try:
        from openk2.server.accounts.accounts import Accounts
        from openk2.server.accounts.prices import Prices
        from openk2.server.store import Database, default_url
    except ImportError as error:
        raise need_extra(error) from None

    async def run() -> T:
        async with Database(url or default_url()) as database:
            return await work(Accounts(database, Prices.load()))

    return asyncio.run(run())


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Aligned columns, numbers to the right; None is a dash. For people; programs take `--json`."""
    shown = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(cells[i]) for cells in [list(columns), *shown]) for i in range(len(columns))]
    right = [bool(rows) and all(isinstance(row[i], int | float | None) for row in rows) for i in range(len(columns))]
    for cells in [list(columns), *shown]:
        line = "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        )
        print(line.rstrip())


def say(line: str) -> None:
    """One line for the person, beside the results."""
    print(line, file=sys.stderr, flush=True)


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
