"""`/api/keys`: making, listing and revoking keys. The JSON: `routes.py`."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from openk2.server.accounts import money
from openk2.server.accounts import scopes as scope
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.bodies import BudgetBody, NewKeyBody
from openk2.server.accounts.budgets import PERIODS, Budget
from openk2.server.accounts.callers import asks_for_all, known
from openk2.server.accounts.clock import iso, read_time
from openk2.server.accounts.keys import Key, NewKey
from openk2.server.accounts.limits import Limits
from openk2.server.bodies import checked, json_body
from openk2.server.errors import ApiError
from openk2.server.metering import Caller
from openk2.server.openapi import body_of
from openk2.server.protocol import Json
from openk2.server.services import caller_of


def key_routes(app: FastAPI, accounts: Accounts) -> None:
    """Add them."""
    keys = accounts.keys

    @app.get("/api/keys")
    async def list_keys(request: Request, whose: str = "mine") -> Json:
        """The caller's keys; `whose=all`: everybody's."""
        caller = known(caller_of(request))
        if asks_for_all(whose, caller):
            found = await keys.all()
        elif caller.user_id is not None:
            found = await keys.of_user(caller.user_id)
        else:
            only = await keys.get(caller.key_id or "")
            found = [] if only is None else [only]
        return {"keys": [await _key_json(accounts, key) for key in found]}

    @app.post("/api/keys", status_code=201, openapi_extra=body_of(NewKeyBody))
    async def create_key(request: Request) -> Response:
        """A new key, shown this once."""
        caller = known(caller_of(request))
        body = checked(NewKeyBody, await json_body(request))
        if caller.key_id is not None and scope.ADMIN not in caller.scopes:
            raise ApiError(403, "keys are made by people who signed in, or with an administrator's key")
        new = await _new_key(accounts, caller, body)
        key, text = await keys.create(new)
        for period in PERIODS:
            wanted: BudgetBody | None = getattr(body.budgets, period, None)
            if wanted is not None:
                amount = None if wanted.money is None else money.from_number(wanted.money)
                await accounts.budgets.set(("key", key.id), period, Budget(wanted.tokens, amount))
        return JSONResponse({**await _key_json(accounts, key), "key": text}, 201, {"cache-control": "no-store"})

    @app.delete("/api/keys/{id}")
    async def revoke_key(request: Request, id: str) -> Json:
        """End a key for good."""
        caller = known(caller_of(request))
        key = await keys.get(id) if id.isprintable() else None
        if key is None or not (scope.ADMIN in caller.scopes or _owns(caller, key)):
            raise ApiError(404, f"key {id!r} does not exist")
        revoked = await keys.revoke(id)
        assert revoked is not None
        return await _key_json(accounts, revoked)


def _owns(caller: Caller, key: Key) -> bool:
    return key.id == caller.key_id or (caller.user_id is not None and key.user_id == caller.user_id)


async def _new_key(accounts: Accounts, caller: Caller, body: NewKeyBody) -> NewKey:
    """What a caller may have made. Raises ApiError (403, 404) or RequestError naming the field."""
    admin = scope.ADMIN in caller.scopes
    user_id, organisation_id = caller.user_id, caller.organisation_id or ""
    if body.user_id is not None and body.user_id != caller.user_id:
        if not admin:
            raise ApiError(403, "user_id is not the caller's own; only administrators make keys for others")
        user = await accounts.directory.user_of_id(body.user_id)
        if user is None:
            raise ApiError(404, f"user_id is {body.user_id!r}, which does not exist", param="user_id")
        user_id, organisation_id = user.id, user.organisation.id
    wanted = scope.DEFAULT if body.scopes is None else scope.check_scopes(frozenset(body.scopes))
    expires = None if body.expires is None else read_time(body.expires, "expires")
    if not admin and (more := sorted(wanted - caller.scopes)):
        raise ApiError(403, f"scopes holds {more[0]!r}, which the caller has not", param="scopes")
    return NewKey(
        name=body.name,
        organisation_id=organisation_id,
        user_id=user_id,
        scopes=wanted,
        models=None if body.models is None else frozenset(body.models),
        limits=Limits(body.requests_per_minute, body.tokens_per_minute, body.streams),
        expires=expires,
    )


async def _key_json(accounts: Accounts, key: Key) -> Json:
    budgets = await accounts.budgets.of(("key", key.id))
    return key_json(key, budgets, accounts.now())


def key_json(key: Key, budgets: Mapping[str, Budget], now: int) -> Json:
    """A key as `/api/keys` and `openk2 keys list --json` show it."""
    return {
        "id": key.id,
        "prefix": key.prefix,
        "name": key.name,
        "state": key.state(now),
        "user_id": key.user_id,
        "user_name": key.user_name,
        "organisation_id": key.organisation_id,
        "scopes": sorted(key.scopes),
        "models": None if key.models is None else sorted(key.models),
        "requests_per_minute": key.limits.requests_per_minute,
        "tokens_per_minute": key.limits.tokens_per_minute,
        "streams": key.limits.streams,
        "budgets": {period: budget_json(budgets.get(period)) for period in PERIODS},
        "created": iso(key.created),
        "expires": iso(key.expires),
        "revoked": iso(key.revoked),
    }


def budget_json(budget: Budget | None) -> Json | None:
    """A budget, money in the currency."""
    if budget is None:
        return None
    return {"tokens": budget.tokens, "money": None if budget.money is None else money.shown(budget.money)}
