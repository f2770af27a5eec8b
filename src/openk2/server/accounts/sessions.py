"""People signed in to the page: a random token in a cookie that no script can read and no other site can send.

The database keeps the token's SHA-256. Wrong passwords are counted per name and address; after ten in a row, one more
may be tried a minute.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from sqlalchemy import select

from openk2.server.accounts.clock import milliseconds
from openk2.server.accounts.directory import Directory, User
from openk2.server.accounts.keys import digest
from openk2.server.accounts.passwords import PasswordCheck
from openk2.server.errors import ApiError
from openk2.server.store import Database
from openk2.server.store.tables import accounts as tables

COOKIE = "openk2_session"
LASTING_SECONDS = 30 * 24 * 3600
REMEMBERED_SECONDS = 60.0
MOST_FAILURES = 10
_WAIT_SECONDS = 60
_MOST_REMEMBERED = 10_000


class Sessions:
    """Begins, finds and ends them."""

    def __init__(self, database: Database, directory: Directory, clock: Callable[[], float] = time.time) -> None:
        self._database, self._directory, self._clock = database, directory, clock
        self._passwords = PasswordCheck()
        self._failures: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()
        self._remembered: OrderedDict[str, tuple[float, User]] = OrderedDict()

    async def sign_in(self, name: str, password: str, address: str) -> tuple[User, str]:
        """The user and a new session's token. Raises ApiError: 401 for a wrong name or password, 429 for too many."""
        who = (name, address)
        failures, last = self._failures.get(who, (0, 0.0))
        if failures >= MOST_FAILURES and self._clock() - last < _WAIT_SECONDS:
            raise ApiError(
                429,
                "too many wrong passwords; try again in a minute",
                code="rate_limit_exceeded",
                retry_after=_WAIT_SECONDS,
            )
        found = await self._directory.password_hash(name)
        if not await self._passwords.matches(found[1] if found else None, password) or found is None:
            failures, _ = self._failures.get(who, (0, 0.0))
            self._failures[who] = (failures + 1, self._clock())
            while len(self._failures) > _MOST_REMEMBERED:
                self._failures.popitem(last=False)
            raise ApiError(401, "name or password is wrong")
        self._failures.pop(who, None)
        token = secrets.token_urlsafe(32)
        now = milliseconds(self._clock())
        values = {
            "token_hash": digest(token),
            "user_id": found[0].id,
            "created": now,
            "expires": now + LASTING_SECONDS * 1000,
        }
        async with self._database.write() as connection:
            await connection.execute(tables.session.delete().where(tables.session.c.expires <= now))
            await connection.execute(tables.session.insert(), values)
        return found[0], token

    async def find(self, token: str) -> User | None:
        """Who signed in; None where nobody did, or too long ago."""
        hashed = digest(token)
        now = time.monotonic()
        if hashed in self._remembered and now - self._remembered[hashed][0] < REMEMBERED_SECONDS:
            return self._remembered[hashed][1]
        self._remembered.pop(hashed, None)
        session = tables.session
        statement = select(session.c.user_id).where(
            session.c.token_hash == hashed, session.c.expires > milliseconds(self._clock())
        )
        async with self._database.read() as connection:
            user_id = await connection.scalar(statement)
        user = await self._directory.user_of_id(user_id) if user_id is not None else None
        if user is None or user.disabled is not None:
            return None
        self._remembered[hashed] = (now, user)
        while len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return user

    async def sign_out(self, token: str) -> None:
        """End a session."""
        self._remembered.pop(digest(token), None)
        async with self._database.write() as connection:
            await connection.execute(tables.session.delete().where(tables.session.c.token_hash == digest(token)))
