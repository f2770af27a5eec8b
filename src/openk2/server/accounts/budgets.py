"""Budgets: the most that a key, a user or an organisation may use in a day or a month, in tokens and in money.

Here they are kept and compared with what the ledger says was used; what requests in progress may still use is in
`reservations.py`. Days and months are those of UTC.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from openk2.errors import ServerError
from openk2.server.accounts import money
from openk2.server.accounts.clock import day_begins, day_of, milliseconds, period_begins, period_ends
from openk2.server.metering import Caller
from openk2.server.store import Database
from openk2.server.store.tables import accounts as tables

PERIODS = ("day", "month")
REMEMBERED_SECONDS = 60.0

Owner = tuple[str, str]
"""`key`, `user` or `organisation`, and its id; tables have a column for each, as `key_id`."""


@dataclass(frozen=True)
class Budget:
    """Most that may be used in one period; None: no limit."""

    tokens: int | None = None
    """Prompt and completion together."""
    money: int | None = None
    """Billionths of the currency."""


@dataclass(frozen=True)
class Standing:
    """A budget and what was used of it."""

    owner: Owner
    period: str
    budget: Budget
    used_tokens: int
    used_money: int
    resets: int
    """When the next period begins, in milliseconds since 1970."""

    @property
    def spent(self) -> bool:
        """Whether it is used up."""
        of = self.budget
        return (of.tokens is not None and self.used_tokens >= of.tokens) or (
            of.money is not None and self.used_money >= of.money
        )


def owners_of(caller: Caller) -> tuple[Owner, ...]:
    """Whose budgets a caller's requests count against."""
    named = (("key", caller.key_id), ("user", caller.user_id), ("organisation", caller.organisation_id))
    return tuple((kind, id) for kind, id in named if id)


class Budgets:
    """Reads and sets them."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock
        self._remembered: dict[Owner, tuple[float, dict[str, Budget]]] = {}

    async def set(self, owner: Owner, period: str, budget: Budget) -> None:
        """Set a budget; one without limits is taken away. Raises ServerError for an unknown period."""
        if period not in PERIODS:
            raise ServerError(f"period is {period!r}; accepted: {', '.join(PERIODS)}")
        table = tables.budget
        key = {"owner_kind": owner[0], "owner_id": owner[1], "period": period}
        values = {"tokens": budget.tokens, "money": budget.money}
        async with self._database.write() as connection:
            await connection.execute(table.delete().where(*(table.c[name] == value for name, value in key.items())))
            if budget != Budget():
                await connection.execute(table.insert(), {**key, **values})
        self._remembered.pop(owner, None)

    async def set_both(
        self,
        owner: Owner,
        day_tokens: int | None,
        day_money: float | None,
        month_tokens: int | None,
        month_money: float | None,
    ) -> None:
        """Set those sides that are not None and leave the others; money in the currency."""
        now = await self.of(owner)
        for period, tokens, amount in (("day", day_tokens, day_money), ("month", month_tokens, month_money)):
            if tokens is not None or amount is not None:
                before = now.get(period, Budget())
                await self.set(
                    owner,
                    period,
                    Budget(
                        before.tokens if tokens is None else tokens,
                        before.money if amount is None else money.from_number(amount),
                    ),
                )

    async def clear(self, owner: Owner) -> None:
        """Take an owner's budgets away."""
        for period in PERIODS:
            await self.set(owner, period, Budget())

    async def of(self, owner: Owner) -> dict[str, Budget]:
        """An owner's budgets by period."""
        at, budgets = self._remembered.get(owner, (0.0, {}))
        if owner in self._remembered and time.monotonic() - at < REMEMBERED_SECONDS:
            return budgets
        table = tables.budget
        statement = select(table).where(table.c.owner_kind == owner[0], table.c.owner_id == owner[1])
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        budgets = {row.period: Budget(row.tokens, row.money) for row in rows}
        self._remembered[owner] = (time.monotonic(), budgets)
        return budgets

    async def all(self) -> dict[Owner, dict[str, Budget]]:
        """Every budget there is."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(tables.budget))).all()
        found: dict[Owner, dict[str, Budget]] = {}
        for row in rows:
            found.setdefault((row.owner_kind, row.owner_id), {})[row.period] = Budget(row.tokens, row.money)
        return found

    async def standings(self, owners: Sequence[Owner]) -> list[Standing]:
        """The owners' budgets, each with what was used of it by now."""
        today = day_of(milliseconds(self._clock()))
        standings = []
        for owner in owners:
            budgets = await self.of(owner)
            if not budgets:
                continue
            used = await self._used(owner, str(today), str(period_begins("month", today)))
            standings += [
                Standing(owner, period, budgets[period], *used[period], day_begins(period_ends(period, today)))
                for period in PERIODS
                if period in budgets
            ]
        return standings

    async def _used(self, owner: Owner, day: str, month: str) -> dict[str, tuple[int, int]]:
        table = tables.usage_day
        tokens = table.c.prompt_tokens + table.c.completion_tokens
        today = table.c.day >= day
        sums = (
            func.sum(case((today, tokens), else_=0)),
            func.sum(case((today, table.c.cost), else_=0)),
            func.sum(tokens),
            func.sum(table.c.cost),
        )
        statement = select(*sums).where(table.c[f"{owner[0]}_id"] == owner[1], table.c.day >= month)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one()
        numbers = [int(value or 0) for value in row]
        return {"day": (numbers[0], numbers[1]), "month": (numbers[2], numbers[3])}
