"""Who sent a request, found out before anything else is done with it.

A key comes as `Authorization: Bearer …` (OpenAI's clients) or `x-api-key` (Anthropic's), a person's session as a
cookie. Every route needs a caller except those listed as open, so that a new route is closed until somebody opens it.
Plain ASGI, within the guard and around the application.
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.keys import PREFIX
from openk2.server.accounts.scopes import ADMIN, needed
from openk2.server.accounts.sessions import COOKIE
from openk2.server.dialect import refusal
from openk2.server.errors import ApiError
from openk2.server.metering import NOBODY, Caller

OPEN = ("/", "/health", "/ready", "/openapi.json", "/api/session", "/artifact")
"""What anybody may ask; beside these the page's own files."""
OPEN_BELOW = ("/share/",)
"""Whoever has the address of a shared conversation may read it."""


class Gate:
    """Lets requests through with `scope["state"]["caller"]`, or refuses them in their protocol's words."""

    def __init__(self, app: ASGIApp, accounts: Accounts, open_paths: Collection[str]) -> None:
        """`open_paths`: exact paths that need no caller."""
        self._app, self._accounts = app, accounts
        self._open = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with 401 or 403, or pass on."""
        if scope["type"] != "http" or scope["method"] == "OPTIONS":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        is_open = path in self._open or path.startswith(OPEN_BELOW)
        try:
            try:
                caller = await self._caller(Headers(scope=scope))
                if not is_open:
                    self._check(path, caller)
            except ApiError:
                if not is_open:
                    raise
                caller = None
        except ApiError as error:
            await refusal(error, scope)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller or NOBODY
        await self._app(scope, receive, send)

    async def _caller(self, headers: Headers) -> Caller | None:
        """None where nobody is named. Raises ApiError (401) for a key that is not good."""
        key = _key(headers)
        if key is not None and (self._accounts.required or key.startswith(PREFIX)):
            return await self._accounts.caller_of_key(key)
        token = cookie_parser(headers.get("cookie", "")).get(COOKIE)
        return await self._accounts.caller_of_session(token) if token else None

    def _check(self, path: str, caller: Caller | None) -> None:
        if caller is None:
            if self._accounts.required:
                raise ApiError(
                    401,
                    "no API key was sent; accepted: Authorization: Bearer KEY, or x-api-key: KEY",
                    code="no_api_key",
                )
            return
        scope = needed(path)
        if scope is not None and not caller.scopes & {scope, ADMIN}:
            raise ApiError(
                403,
                f"this needs the scope {scope!r}, which the key has not; it has: {', '.join(sorted(caller.scopes))}",
                code="missing_scope",
            )


def _key(headers: Headers) -> str | None:
    """The key a request carries; of two, as some clients send them, the one of this server."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    sent = [bearer.strip() if scheme.lower() == "bearer" else "", headers.get("x-api-key", "").strip()]
    given = [key for key in sent if key]
    return next((key for key in given if key.startswith(PREFIX)), given[0] if given else None)
