"""`/api/usage`: what was used. The JSON: `routes.py`."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from openk2.server.accounts import money, reports
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.budgets import Standing, owners_of
from openk2.server.accounts.callers import asks_for_all, known
from openk2.server.accounts.clock import iso
from openk2.server.accounts.reports import Row, Whose
from openk2.server.errors import ApiError
from openk2.server.metering import Caller
from openk2.server.protocol import Json
from openk2.server.services import caller_of


def usage_routes(app: FastAPI, accounts: Accounts) -> None:
    """Add them."""
    database, currency = accounts.database, accounts.prices.currency

    @app.get("/api/usage")
    async def usage(request: Request) -> Response:
        """Sums by day, key, model or user."""
        query = request.query_params
        caller = known(caller_of(request))
        everybody = asks_for_all(request, caller)
        span = reports.read_span(query.get("from"), query.get("to"), accounts.now())
        by = reports.read_by(query.get("by") or "day")
        await accounts.ledger.written()
        rows = await reports.sums(database, span, by, Whose() if everybody else _own(caller))
        if _wants_csv(request):
            return _csv_file(rows, reports.sum_columns(by), f"usage-{span.first}-{span.last}.csv")
        standings = await accounts.budgets.standings(owners_of(caller))
        return JSONResponse(
            {
                "currency": currency,
                "from": str(span.first),
                "to": str(span.last),
                "by": list(by),
                "rows": [reports.priced(row) for row in rows],
                "total": reports.priced(reports.total(rows)),
                "budgets": [await _budget_json(accounts, standing) for standing in standings],
            }
        )

    @app.get("/api/usage/requests")
    async def requests(request: Request) -> Response:
        """Single requests, newest first."""
        query = request.query_params
        caller = known(caller_of(request))
        everybody = asks_for_all(request, caller)
        span = reports.read_span(query.get("from"), query.get("to"), accounts.now())
        limit = _whole_number(query.get("limit"), "limit", 100)
        whose = Whose() if everybody else _own(caller)
        await accounts.ledger.written()
        rows, following = await reports.requests(database, span, whose, limit, query.get("before"))
        if _wants_csv(request):
            return _csv_file(rows, reports.REQUEST_COLUMNS, f"requests-{span.first}-{span.last}.csv")
        return JSONResponse(
            {"currency": currency, "requests": [reports.priced(row) for row in rows], "next": following}
        )


def _own(caller: Caller) -> Whose:
    """A key sees its own requests; somebody signed in, those of all their keys."""
    return Whose(key_id=caller.key_id) if caller.key_id is not None else Whose(user_id=caller.user_id or "")


def _wants_csv(request: Request) -> bool:
    form = request.query_params.get("format") or "json"
    if form not in ("json", "csv"):
        raise ApiError(400, f"format is {form!r}; accepted: json, csv", param="format")
    return form == "csv"


def _csv_file(rows: Sequence[Row], columns: Sequence[str], name: str) -> Response:
    head = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(reports.as_csv(rows, columns), media_type="text/csv", headers=head)


def _whole_number(text: str | None, name: str, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ApiError(400, f"{name} is {text!r}; accepted: a whole number", param=name)
    return int(text)


async def _budget_json(accounts: Accounts, standing: Standing) -> Json:
    kind, id = standing.owner
    of = standing.budget
    return {
        "owner": kind,
        "id": id,
        "name": await accounts.name_of(standing.owner),
        "period": standing.period,
        "tokens": of.tokens,
        "money": None if of.money is None else money.shown(of.money),
        "used_tokens": standing.used_tokens,
        "used_money": money.shown(standing.used_money),
        "resets": iso(standing.resets),
    }
