"""`/api/session`: signing in to the page. The JSON: `routes.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from openk2.server.accounts.bodies import SignInBody
from openk2.server.bodies import checked, json_body
from openk2.server.errors import ApiError
from openk2.server.metering import Caller
from openk2.server.openapi import body_of
from openk2.server.protocol import Json
from openk2.server.services import Services, caller_of

if TYPE_CHECKING:
    from openk2.server.accounts.accounts import Accounts
    from openk2.server.accounts.directory import User


def session_routes(app: FastAPI, services: Services) -> None:
    """Add them."""
    accounts = services.accounts

    @app.get("/api/session")
    async def who(request: Request) -> Json:
        """Who the caller is."""
        if accounts is None:
            return {"accounts": False, "keys_required": False, "currency": None, "user": None, "scopes": []}
        caller = caller_of(request)
        user = await accounts.directory.user_of_id(caller.user_id) if caller.user_id else None
        return _session_json(accounts, caller, user)

    if accounts is not None:
        _sign_in_and_out(app, accounts)


def _sign_in_and_out(app: FastAPI, accounts: Accounts) -> None:
    from openk2.server.accounts.accounts import caller_of_user
    from openk2.server.accounts.sessions import COOKIE, LASTING_SECONDS

    @app.post("/api/session", openapi_extra=body_of(SignInBody))
    async def sign_in(request: Request) -> Response:
        """Begin a session: 200 and a cookie, or 401."""
        body = checked(SignInBody, await json_body(request))
        address = request.client.host if request.client is not None else ""
        user, token = await accounts.sessions.sign_in(body.name, body.password, address)
        response = JSONResponse(_session_json(accounts, caller_of_user(user), user))
        response.set_cookie(
            COOKIE,
            token,
            max_age=LASTING_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    @app.delete("/api/session", status_code=204)
    async def sign_out(request: Request) -> Response:
        """End the session."""
        token = request.cookies.get(COOKIE)
        if token is None:
            raise ApiError(401, "nobody is signed in")
        await accounts.sessions.sign_out(token)
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response


def _session_json(accounts: Accounts, caller: Caller, user: User | None) -> Json:
    within = None if user is None else {"id": user.organisation.id, "name": user.organisation.name}
    return {
        "accounts": True,
        "keys_required": accounts.required,
        "currency": accounts.prices.currency,
        "user": user and {"id": user.id, "name": user.name, "admin": user.admin, "organisation": within},
        "scopes": sorted(caller.scopes),
    }
