"""API keys: `sk-ok2-` and 32 random bytes, shown once, kept as their SHA-256.

A key is as random as a hash is long, so a fast hash is enough (a password is not, see `passwords.py`). A key that was
found is remembered for a minute: a revoked one stops at once on the server that revoked it, and within that minute on
others.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from openk2.errors import ServerError
from openk2.server.accounts import scopes as scope
from openk2.server.accounts.clock import milliseconds
from openk2.server.accounts.directory import new_id
from openk2.server.accounts.limits import NO_LIMITS, Limits
from openk2.server.store import Database
from openk2.server.store.tables import accounts as tables

PREFIX = "sk-ok2-"
REMEMBERED_SECONDS = 60.0
_SHOWN = len(PREFIX) + 4
_MOST_REMEMBERED = 10_000
_USER_LIMITS = (
    tables.user.c.requests_per_minute.label("user_requests"),
    tables.user.c.tokens_per_minute.label("user_tokens"),
    tables.user.c.streams.label("user_streams"),
)


@dataclass(frozen=True)
class Key:
    """An API key, without the key itself."""

    id: str
    prefix: str
    """Its first characters."""
    name: str
    organisation_id: str
    user_id: str | None
    user_name: str | None
    scopes: frozenset[str]
    models: frozenset[str] | None
    """Names of the models it may use; None: all."""
    limits: Limits
    created: int
    """Milliseconds since 1970, as the other times."""
    expires: int | None
    revoked: int | None
    user_disabled: bool
    """Its user's access was taken away."""
    user_limits: Limits = NO_LIMITS
    """Of all its user's keys together."""

    def state(self, now: int) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked is not None or self.user_disabled:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now else "active"


@dataclass(frozen=True)
class NewKey:
    """What a key is to be."""

    name: str
    organisation_id: str
    user_id: str | None = None
    scopes: frozenset[str] = scope.DEFAULT
    models: frozenset[str] | None = None
    limits: Limits = NO_LIMITS
    expires: int | None = None


def digest(secret: str) -> str:
    """What is kept of a key or a session's token."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Keys:
    """Makes, finds and revokes them."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock
        self._remembered: OrderedDict[str, tuple[float, Key | None]] = OrderedDict()

    async def create(self, new: NewKey) -> tuple[Key, str]:
        """A new key, and the text of it, which is nowhere else. Raises ServerError for an unknown scope."""
        text = PREFIX + secrets.token_urlsafe(32)
        values = {
            "id": new_id("key"),
            "hash": digest(text),
            "prefix": text[:_SHOWN],
            "name": new.name,
            "organisation_id": new.organisation_id,
            "user_id": new.user_id,
            "scopes": " ".join(sorted(scope.check_scopes(new.scopes))),
            "models": None if new.models is None else json.dumps(sorted(new.models)),
            **asdict(new.limits),
            "created": milliseconds(self._clock()),
            "expires": new.expires,
        }
        async with self._database.write() as connection:
            await connection.execute(tables.api_key.insert(), values)
        self._remembered.pop(values["hash"], None)
        return (await self._select(tables.api_key.c.id == values["id"]))[0], text

    async def find(self, text: str) -> Key | None:
        """The key with that text, in whatever state; None where there is none."""
        hashed = digest(text)
        now = time.monotonic()
        at, key = self._remembered.get(hashed, (0.0, None))
        if hashed in self._remembered and now - at < REMEMBERED_SECONDS:
            return key
        key = next(iter(await self._select(tables.api_key.c.hash == hashed)), None)
        self._remembered[hashed] = (now, key)
        self._remembered.move_to_end(hashed)
        while len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return key

    async def get(self, id: str) -> Key | None:
        """The key with that id."""
        return next(iter(await self._select(tables.api_key.c.id == id)), None)

    async def of_user(self, user_id: str) -> list[Key]:
        """A user's keys, newest first."""
        return await self._select(tables.api_key.c.user_id == user_id)

    async def all(self) -> list[Key]:
        """Everybody's keys, newest first."""
        return await self._select(tables.api_key.c.id.is_not(None))

    async def named(self, word: str) -> Key:
        """The key with that id, prefix or name; raises ServerError where there is not exactly one."""
        keys = [key for key in await self.all() if word in (key.id, key.prefix, key.name)]
        active = [key for key in keys if key.revoked is None]
        if len(active or keys) == 1:
            return (active or keys)[0]
        several = f"is {len(keys)} keys" if keys else "is no key"
        raise ServerError(f"{word!r} {several}; accepted: one key's id, see: openk2 keys list")

    async def revoke(self, id: str) -> Key | None:
        """End a key for good; None where there is none. A second time changes nothing."""
        revoking = tables.api_key.update().where(tables.api_key.c.id == id, tables.api_key.c.disabled.is_(None))
        async with self._database.write() as connection:
            await connection.execute(revoking, {"disabled": milliseconds(self._clock())})
        self.forget()
        return await self.get(id)

    def forget(self) -> None:
        """Look every key up anew."""
        self._remembered.clear()

    async def _select(self, condition: Any) -> list[Key]:
        key, user = tables.api_key, tables.user
        statement = (
            select(key, user.c.name.label("user_name"), user.c.disabled.label("user_disabled"), *_USER_LIMITS)
            .join(user, user.c.id == key.c.user_id, isouter=True)
            .where(condition)
            .order_by(key.c.created.desc(), key.c.id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            Key(
                id=row.id,
                prefix=row.prefix,
                name=row.name,
                organisation_id=row.organisation_id,
                user_id=row.user_id,
                user_name=row.user_name,
                scopes=frozenset(row.scopes.split()),
                models=None if row.models is None else frozenset(json.loads(row.models)),
                limits=Limits(row.requests_per_minute, row.tokens_per_minute, row.streams),
                created=row.created,
                expires=row.expires,
                revoked=row.disabled,
                user_disabled=row.user_disabled is not None,
                user_limits=Limits(row.user_requests, row.user_tokens, row.user_streams),
            )
            for row in rows
        ]
