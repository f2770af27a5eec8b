"""The people: organisations and their users."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from openk2.errors import ServerError
from openk2.server.accounts.clock import milliseconds
from openk2.server.accounts.limits import NO_LIMITS, Limits
from openk2.server.accounts.passwords import hash_password
from openk2.server.store import Database
from openk2.server.store.tables import accounts as tables

DEFAULT_ORGANISATION = "default"


def new_id(kind: str) -> str:
    """`key-3f2a…`: says what it names, and cannot be guessed."""
    return f"{kind}-{uuid.uuid4().hex[:16]}"


@dataclass(frozen=True)
class Organisation:
    """Several users who share budgets."""

    id: str
    name: str


@dataclass(frozen=True)
class User:
    """A person, or a program with a name of its own."""

    id: str
    name: str
    organisation: Organisation
    admin: bool
    """Sees and changes everybody's keys and usage."""
    disabled: int | None
    """Since when, in milliseconds; their keys and sessions do not work."""
    created: int
    can_sign_in: bool
    """Whether there is a password."""
    limits: Limits = NO_LIMITS
    """How fast they may go with all their keys together."""


class Directory:
    """Reads and writes them."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    async def organisation(self, name: str = DEFAULT_ORGANISATION) -> Organisation:
        """The organisation of that name, made where there is none."""
        statement = (
            self._database.insert(tables.organisation)
            .values(id=new_id("org"), name=_checked(name, "organisation"), created=milliseconds(self._clock()))
            .on_conflict_do_nothing(index_elements=["name"])
        )
        async with self._database.write() as connection:
            await connection.execute(statement)
            found = await connection.execute(select(tables.organisation).where(tables.organisation.c.name == name))
            row = found.one()
        return Organisation(row.id, row.name)

    async def existing_organisation(self, name: str) -> Organisation:
        """The organisation of that name; raises ServerError where there is none."""
        async with self._database.read() as connection:
            found = await connection.execute(select(tables.organisation).where(tables.organisation.c.name == name))
            row = found.one_or_none()
        if row is None:
            raise ServerError(f"organisation {name!r} does not exist; see: openk2 users list")
        return Organisation(row.id, row.name)

    async def organisation_name(self, id: str) -> str | None:
        """The name of the organisation of that id."""
        async with self._database.read() as connection:
            return await connection.scalar(select(tables.organisation.c.name).where(tables.organisation.c.id == id))

    async def create_user(
        self,
        name: str,
        *,
        password: str | None = None,
        admin: bool = False,
        organisation: str = DEFAULT_ORGANISATION,
        limits: Limits = NO_LIMITS,
    ) -> User:
        """A new user; without password one that cannot sign in. Raises ServerError for a name that is taken."""
        stored = None if password is None else hash_password(password)
        within = await self.organisation(organisation)
        values = {
            "id": new_id("user"),
            "organisation_id": within.id,
            "name": _checked(name, "user"),
            "password_hash": stored,
            "admin": admin,
            "created": milliseconds(self._clock()),
            **asdict(limits),
        }
        try:
            async with self._database.write() as connection:
                await connection.execute(tables.user.insert(), values)
        except IntegrityError:
            raise ServerError(f"user {name!r} exists already; accepted: another name") from None
        return await self.user(name)

    async def set_password(self, name: str, password: str) -> None:
        """Replace a password, and end the user's sessions. Raises ServerError for an unknown user."""
        user = await self.user(name)
        stored = hash_password(password)
        async with self._database.write() as connection:
            await connection.execute(tables.user.update().where(tables.user.c.id == user.id), {"password_hash": stored})
            await _end_sessions(connection, user.id)

    async def set_disabled(self, name: str, disabled: bool) -> User:
        """Take a user's access away, or give it back; what they used stays. Raises ServerError for an unknown user."""
        user = await self.user(name)
        since = milliseconds(self._clock()) if disabled else None
        async with self._database.write() as connection:
            await connection.execute(tables.user.update().where(tables.user.c.id == user.id), {"disabled": since})
            await _end_sessions(connection, user.id)
        return await self.user(name)

    async def set_limits(self, name: str, limits: Limits) -> User:
        """Replace a user's limits. Raises ServerError for an unknown user."""
        user = await self.user(name)
        async with self._database.write() as connection:
            await connection.execute(tables.user.update().where(tables.user.c.id == user.id), asdict(limits))
        return await self.user(name)

    async def user(self, name: str) -> User:
        """The user of that name; raises ServerError where there is none."""
        for user in await self._users(tables.user.c.name == name):
            return user
        raise ServerError(f"user {name!r} does not exist; see: openk2 users list")

    async def user_of_id(self, id: str) -> User | None:
        """The user of that id."""
        return next(iter(await self._users(tables.user.c.id == id)), None)

    async def users(self) -> list[User]:
        """All users, by name."""
        return await self._users(tables.user.c.id.is_not(None))

    async def password_hash(self, name: str) -> tuple[User, str] | None:
        """The user and what is stored of their password; None where they cannot sign in."""
        async with self._database.read() as connection:
            stored = await connection.scalar(select(tables.user.c.password_hash).where(tables.user.c.name == name))
        users = await self._users(tables.user.c.name == name) if stored else []
        return (users[0], stored) if stored and users and users[0].disabled is None else None

    async def _users(self, condition: Any) -> list[User]:
        statement = (
            select(tables.user, tables.organisation.c.name.label("organisation_name"))
            .join(tables.organisation, tables.organisation.c.id == tables.user.c.organisation_id)
            .where(condition)
            .order_by(tables.user.c.name)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            User(
                id=row.id,
                name=row.name,
                organisation=Organisation(row.organisation_id, row.organisation_name),
                admin=row.admin,
                disabled=row.disabled,
                created=row.created,
                can_sign_in=row.password_hash is not None,
                limits=Limits(row.requests_per_minute, row.tokens_per_minute, row.streams),
            )
            for row in rows
        ]


async def _end_sessions(connection: AsyncConnection, user_id: str) -> None:
    await connection.execute(tables.session.delete().where(tables.session.c.user_id == user_id))


def _checked(name: str, what: str) -> str:
    if not name.strip() or name != name.strip() or len(name) > 200 or not name.isprintable():
        raise ServerError(
            f"{what} name is {name!r}; accepted: up to 200 printable characters without space around them"
        )
    return name
