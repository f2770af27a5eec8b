"""All that accounts are, opened and closed together with the server."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from openk2.server.accounts.budgets import Budgets, Owner
from openk2.server.accounts.clock import milliseconds
from openk2.server.accounts.directory import Directory, User
from openk2.server.accounts.keys import Key, Keys
from openk2.server.accounts.ledger import Ledger
from openk2.server.accounts.limits import Limiter, LocalLimiter
from openk2.server.accounts.meter import AccountMeter
from openk2.server.accounts.prices import Prices
from openk2.server.accounts.reservations import Reservations
from openk2.server.accounts.scopes import ADMIN, SIGNED_IN
from openk2.server.accounts.sessions import Sessions
from openk2.server.errors import ApiError
from openk2.server.metering import Caller
from openk2.server.store import Database
from openk2.server.store.presence import Presence

_log = logging.getLogger("openk2.server")

_LOOK_SECONDS = 60.0
"""How often a server looks for others that died."""


class Accounts:
    """The accounts of one server over one database."""

    def __init__(
        self,
        database: Database,
        prices: Prices,
        *,
        required: bool = True,
        limiter: Limiter | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`required`: refuse requests without key; otherwise they are in the ledger as nobody's. `limiter`: of several
        servers together; this one's own where not given. `clock`: seconds since 1970."""
        self.database, self.prices, self.required = database, prices, required
        self._clock = clock
        self._presence = Presence(database)
        self.directory = Directory(database, clock)
        self.keys = Keys(database, clock)
        self.sessions = Sessions(database, self.directory, clock)
        self.budgets = Budgets(database, clock)
        self.ledger = Ledger(database, self._presence)
        self._limiter = limiter or LocalLimiter()
        self.reservations = Reservations(self.budgets, database, self._presence.id)
        self.meter = AccountMeter(
            reservations=self.reservations, limiter=self._limiter, ledger=self.ledger, prices=prices, clock=clock
        )
        self._looking: asyncio.Task[None] | None = None

    def now(self) -> int:
        """Milliseconds since 1970."""
        return milliseconds(self._clock())

    async def open(self) -> None:
        """Open the database, settle what a dead server left, and begin to account. Raises ServerError."""
        await self.database.open()
        await self._presence.begin()
        await self.ledger.start()
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Write what is left and close the database."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self.ledger.stop()
        await self._limiter.close()
        await self._presence.end()
        await self.database.close()

    async def caller_of_key(self, text: str) -> Caller:
        """Raises ApiError (401) for a key that is unknown, revoked or expired."""
        key = await self.keys.find(text)
        state = "unknown" if key is None else key.state(self.now())
        if key is None or state != "active":
            raise ApiError(
                401, f"the API key is {state}; accepted: an active key of this server", code="invalid_api_key"
            )
        return caller_of(key)

    async def caller_of_session(self, token: str) -> Caller | None:
        """Who signed in; None where the session is over."""
        user = await self.sessions.find(token)
        return None if user is None else caller_of_user(user)

    async def name_of(self, owner: Owner) -> str | None:
        """What people call the owner of a budget."""
        kind, id = owner
        if kind == "organisation":
            return await self.directory.organisation_name(id)
        found = await self.keys.get(id) if kind == "key" else await self.directory.user_of_id(id)
        return None if found is None else found.name

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.ledger.settle_lost()
            except Exception as error:
                _log.error("requests of dead servers cannot be settled: %s", " ".join(str(error).split())[:300])


def caller_of(key: Key) -> Caller:
    """Who sends requests with a key."""
    limits = [(key.id, key.limits), (key.user_id or "", key.user_limits)]
    limited = tuple((owner, of) for owner, of in limits if of)
    return Caller(key.id, key.user_id, key.organisation_id, key.scopes, key.models, limited)


def caller_of_user(user: User) -> Caller:
    """Who sends requests from the page."""
    scopes = SIGNED_IN | {ADMIN} if user.admin else SIGNED_IN
    return Caller(None, user.id, user.organisation.id, scopes, None, ((user.id, user.limits),) if user.limits else ())
