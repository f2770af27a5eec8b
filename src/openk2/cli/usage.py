"""`openk2 usage`: what was used, by day, key, model or user."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from openk2.cli.database import AsJson, Database, print_table, with_accounts
from openk2.errors import ServerError

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def usage(
    by: Annotated[str, typer.Option(help="Sum by any of day, key, model, user, separated by commas.")] = "day,model",
    first: Annotated[str | None, typer.Option("--from", help="First day, as 2027-01-31; 30 days in all.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day; today (UTC) without it.")] = None,
    key: Annotated[str | None, typer.Option(help="Only this key's: its id, prefix or name.")] = None,
    user: Annotated[str | None, typer.Option(help="Only this user's.")] = None,
    single: Annotated[bool, typer.Option("--requests", help="Single requests, newest first, instead of sums.")] = False,
    limit: Annotated[int, typer.Option(help="Most single requests.")] = 100,
    database: Database = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV on standard output.")] = False,
) -> None:
    """Show tokens, requests and cost. Cached tokens are a part of the prompt's, reasoning of the answer's.

    Costs are in the currency of the server's prices at the time of each request.

    Example: openk2 usage --by key,model --from 2026-11-01 --csv
    """
    from openk2.server.accounts import money, reports
    from openk2.server.accounts.accounts import Accounts
    from openk2.server.accounts.reports import Row, Whose

    if as_json and as_csv:
        raise ServerError("usage: --json and --csv are given; accepted: one of them")

    async def work(accounts: Accounts) -> tuple[reports.Span, list[Row]]:
        key_id = None if key is None else (await accounts.keys.named(key)).id
        user_id = None if user is None else (await accounts.directory.user(user)).id
        span = reports.read_span(first, last, accounts.now())
        whose = Whose(key_id, user_id)
        if single:
            return span, (await reports.requests(accounts.database, span, whose, limit))[0]
        return span, await reports.sums(accounts.database, span, reports.read_by(by), whose)

    span, rows = with_accounts(database, work)
    columns = list(reports.REQUEST_COLUMNS) if single else reports.sum_columns(reports.read_by(by))
    if as_csv:
        sys.stdout.write(reports.as_csv(rows, columns).replace("\r\n", "\n"))
    elif as_json:
        shown = [reports.priced(row) for row in rows]
        found = {"requests": shown} if single else {"rows": shown, "total": reports.priced(reports.total(rows))}
        print(json.dumps({"from": str(span.first), "to": str(span.last), **found}))
    else:
        heads = {name: name.removesuffix("_tokens").removesuffix("_name") for name in columns}
        kept = [name for name in columns if not name.endswith("_id") or name == "request_id"]
        if not single and len(rows) > 1:
            rows = [*rows, {**dict.fromkeys(columns), kept[0]: "total", **reports.total(rows)}]
        print_table(
            [heads[name] for name in kept],
            [[money.text(row[name]) if name == "cost" else row[name] for name in kept] for row in rows],
        )
