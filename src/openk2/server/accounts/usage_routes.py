"""`/api/usage`: what was used. The JSON: `routes.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
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

    @app.get("/api/usage", response_class=Response, responses=_FORMS)
    async def usage(
        request: Request,
        first: Annotated[str, Query(alias="from")] = "",
        to: str = "",
        by: str = "day",
        whose: str = "mine",
        format: str = "json",
    ) -> Response:
        """Sums by any of day, key, model and user, separated by commas, over days that are both included; `whose`: mine
        or all; `format`: json or csv."""
        caller = known(caller_of(request))
        everybody = asks_for_all(whose, caller)
        span = reports.read_span(first, to, accounts.now())
        groups = reports.read_by(by or "day")
        as_csv = _wants_csv(format)
        await accounts.ledger.written()
        rows = await reports.sums(database, span, groups, Whose() if everybody else _own(caller))
        if as_csv:
            return _csv_file(rows, reports.sum_columns(groups), f"usage-{span.first}-{span.last}.csv")
        standings = await accounts.budgets.standings(owners_of(caller))
        return JSONResponse(
            {
                "currency": currency,
                "from": str(span.first),
                "to": str(span.last),
                "by": list(groups),
                "rows": [reports.priced(row) for row in rows],
                "total": reports.priced(reports.total(rows)),
                "budgets": [await _budget_json(accounts, standing) for standing in standings],
            }
        )

    @app.get("/api/usage/requests", response_class=Response, responses=_FORMS)
    async def requests(
        request: Request,
        first: Annotated[str, Query(alias="from")] = "",
        to: str = "",
        whose: str = "mine",
        limit: str = "100",
        before: str | None = None,
        format: str = "json",
    ) -> Response:
        """Single requests, newest first; `before`: the `next` of the answer before."""
        caller = known(caller_of(request))
        everybody = asks_for_all(whose, caller)
        span = reports.read_span(first, to, accounts.now())
        as_csv = _wants_csv(format)
        most = _whole_number(limit, "limit")
        await accounts.ledger.written()
        rows, following = await reports.requests(database, span, Whose() if everybody else _own(caller), most, before)
        if as_csv:
            return _csv_file(rows, reports.REQUEST_COLUMNS, f"requests-{span.first}-{span.last}.csv")
        return JSONResponse(
            {"currency": currency, "requests": [reports.priced(row) for row in rows], "next": following}
        )


_FORMS: dict[int | str, dict[str, Any]] = {
    200: {"description": "JSON, or a CSV file", "content": {"application/json": {}, "text/csv": {}}}
}


def _own(caller: Caller) -> Whose:
    """A key sees its own requests; somebody signed in, those of all their keys."""
    return Whose(key_id=caller.key_id) if caller.key_id is not None else Whose(user_id=caller.user_id or "")


def _wants_csv(form: str) -> bool:
    if form not in ("json", "csv"):
        raise ApiError(400, f"format is {form!r}; accepted: json, csv", param="format")
    return form == "csv"


def _csv_file(rows: Sequence[Row], columns: Sequence[str], name: str) -> Response:
    head = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(reports.as_csv(rows, columns), media_type="text/csv", headers=head)


def _whole_number(text: str, name: str) -> int:
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
