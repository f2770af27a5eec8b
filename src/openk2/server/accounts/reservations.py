"""What requests in progress may still use of a budget: reserved when they begin, released when they are settled.

A request whose answer has a stated limit reserves its prompt and that limit, and begins only where both fit beside what
was used and what others have reserved. One without reserves `UNSTATED_TOKENS`, or what is left where that is less, so
that it is not refused for what it will hardly use; where it uses more, it holds what it has used.

Reservations are this server's own. Of others over the same database it counts what their answers have used by now,
which is up to a second old.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from openk2.server.accounts import money
from openk2.server.accounts.budgets import Budgets, Owner, Standing
from openk2.server.accounts.clock import iso
from openk2.server.accounts.limits import UNSTATED_TOKENS
from openk2.server.accounts.prices import Price
from openk2.server.accounts.tally import Tally
from openk2.server.errors import ApiError
from openk2.server.protocol import Call
from openk2.server.store import Database
from openk2.server.store.tables import accounts as tables


@dataclass(frozen=True)
class Amount:
    """Tokens and money, of which a budget limits either or both."""

    tokens: int
    money: int
    """Billionths of the currency."""

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.tokens + other.tokens, self.money + other.money)


NOTHING = Amount(0, 0)


@dataclass(frozen=True)
class Demand:
    """What a request may use."""

    prompt: int
    """Tokens; an estimate."""
    least: int
    """Tokens of all its answers together without which it does not begin: all where their limit is stated."""
    most: int
    """Tokens of all its answers together that it reserves where they are to be had."""
    price: Price

    @classmethod
    def of(cls, call: Call, prompt: int, price: Price) -> Demand:
        """Of a request with a prompt of about so many tokens."""
        stated, answers = call.request.sampling.max_tokens, call.request.answers
        context = call.served.backend.context_length or math.inf
        most = int(min(UNSTATED_TOKENS if stated is None else stated, context)) * answers
        return cls(prompt, answers if stated is None else most, most, price)

    def amount(self, completion: int) -> Amount:
        """With so many tokens of answers; no token of the prompt found in a cache, where that is cheaper."""
        prompt = self.prompt * max(self.price.input, self.price.cached_input)
        return Amount(self.prompt + completion, prompt + completion * self.price.output)


class Reservations:
    """Those of one server."""

    def __init__(self, budgets: Budgets, database: Database, server_id: str) -> None:
        """`server_id`: this server's name in the ledger."""
        self._budgets, self._database, self._server_id = budgets, database, server_id
        self._open: list[_Reservation] = []
        self._deciding = asyncio.Lock()

    async def reserve(self, owners: Sequence[Owner], demand: Demand, tally: Tally) -> Callable[[], None]:
        """Reserve what a request may use of its owners' budgets; call what is returned once the ledger has it.

        `tally`: what it has used. Raises ApiError: 402 where a budget is spent or too small for the request, 429 where
        what is missing is reserved by others and may come back.
        """
        async with self._deciding:
            completion = demand.most
            limited = [owner for owner in owners if await self._budgets.of(owner)]
            # In this order: what is settled meanwhile is counted twice, never not at all.
            here = {owner: self._held(owner) for owner in limited}
            elsewhere = {owner: await self._used_elsewhere(owner) for owner in limited}
            for standing in await self._budgets.standings(limited):
                in_progress = here[standing.owner] + elsewhere[standing.owner]
                if standing.spent:
                    raise _refused(f"{_named(standing)} is spent", standing)
                if _room(standing, NOTHING, demand) < demand.least:
                    raise _refused(_too_small(standing, demand), standing)
                room = _room(standing, in_progress, demand)
                if room < demand.least:
                    raise ApiError(
                        429,
                        f"what is left of {_named(standing)} is reserved by requests in progress; "
                        "try again when they have ended",
                        code="rate_limit_exceeded",
                    )
                completion = int(min(completion, room))
            reservation = _Reservation(tuple(owners), demand, demand.amount(completion), tally)
            self._open.append(reservation)

        def release() -> None:
            if reservation in self._open:
                self._open.remove(reservation)

        return release

    def _held(self, owner: Owner) -> Amount:
        return sum((one.held() for one in self._open if owner in one.owners), NOTHING)

    async def _used_elsewhere(self, owner: Owner) -> Amount:
        table = tables.request_open
        statement = select(func.sum(table.c.prompt_tokens + table.c.completion_tokens), func.sum(table.c.cost)).where(
            table.c[f"{owner[0]}_id"] == owner[1], table.c.server_id != self._server_id
        )
        async with self._database.read() as connection:
            tokens, cost = (await connection.execute(statement)).one()
        return Amount(int(tokens or 0), int(cost or 0))


@dataclass(frozen=True, eq=False)
class _Reservation:
    owners: tuple[Owner, ...]
    demand: Demand
    reserved: Amount
    tally: Tally

    def held(self) -> Amount:
        """What was reserved, or what is used where that is more."""
        usage = self.tally.usage
        used = usage.prompt_tokens + usage.completion_tokens
        return Amount(max(self.reserved.tokens, used), max(self.reserved.money, self.demand.price.of(usage)))


def _room(standing: Standing, in_progress: Amount, demand: Demand) -> float:
    """How many tokens of answers a budget has left beside the prompt; below 0: it has none for the prompt."""
    of, prompt, room = standing.budget, demand.amount(0), math.inf
    if of.tokens is not None:
        room = of.tokens - standing.used_tokens - in_progress.tokens - prompt.tokens
    if of.money is not None:
        left = of.money - standing.used_money - in_progress.money - prompt.money
        if left < 0 or demand.price.output:
            room = min(room, left // max(1, demand.price.output))
    return room


def _refused(why: str, standing: Standing) -> ApiError:
    message = f"{why}; the next {standing.period} begins at {iso(standing.resets)}"
    return ApiError(402, message, code="insufficient_quota", retry_after=None)


def _named(standing: Standing) -> str:
    whole = _words(standing.budget.tokens, standing.budget.money)
    return f"the {standing.owner[0]}'s budget of {whole} a {standing.period}"


def _too_small(standing: Standing, demand: Demand) -> str:
    of, needs = standing.budget, demand.amount(demand.least)
    left = _words(
        None if of.tokens is None else of.tokens - standing.used_tokens,
        None if of.money is None else of.money - standing.used_money,
    )
    needed = _words(of.tokens and needs.tokens, of.money and needs.money)
    return (
        f"{_named(standing)} has {left} left, and the request may use {needed}; "
        "accepted: a shorter prompt, a smaller max_tokens"
    )


def _words(tokens: int | None, amount: int | None) -> str:
    """`1,000 tokens or 2.5`."""
    known = ("" if tokens is None else f"{tokens:,} tokens", "" if amount is None else money.text(amount))
    return " or ".join(filter(None, known))
