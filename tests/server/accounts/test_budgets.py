"""Budgets by day and month, in tokens and money, of keys, users and organisations."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from accounting import Clock, with_accounts
from databases import KINDS

from openk2.chat.events import Usage
from openk2.errors import ServerError
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.budgets import Budget, owners_of
from openk2.server.accounts.clock import milliseconds
from openk2.server.accounts.ledger import Entry
from openk2.server.accounts.prices import FREE
from openk2.server.accounts.reservations import Demand
from openk2.server.accounts.tally import Tally
from openk2.server.errors import ApiError
from openk2.server.metering import Caller

CALLER = Caller("key-1", "user-1", "org-1")
KEY = ("key", "key-1")


async def spend(accounts: Accounts, clock: Clock, tokens: int, cost: int = 0, key: str = "key-1") -> None:
    one = Entry(uuid.uuid4().hex, "req-1", milliseconds(clock()), "org-1", "user-1", key, "k2", "own")
    await accounts.ledger.settle(one.settled(Usage(tokens - 1, 0, 1), cost, 1, 1, "stop"))


def demand() -> Demand:
    return Demand(0, 0, 0, FREE)


async def is_spent(accounts: Accounts) -> bool:
    try:
        release = await accounts.reservations.reserve(owners_of(CALLER), demand(), Tally())
    except ApiError as error:
        return (error.status, error.code, error.retry_after) == (402, "insufficient_quota", None)
    release()
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_s_budget_begins_anew_at_midnight_utc(kind: str, tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.budgets.set(KEY, "day", Budget(tokens=100))
        clock.set("2026-11-29T00:00:00")
        await spend(accounts, clock, 60)
        assert not await is_spent(accounts)
        clock.set("2026-11-29T23:59:59")
        await spend(accounts, clock, 40)
        assert await is_spent(accounts)
        clock.set("2026-11-30T00:00:00")
        assert not await is_spent(accounts)

    with_accounts(kind, tmp_path, work)


@pytest.mark.parametrize("kind", KINDS)
def test_a_month_s_budget_begins_anew_on_the_first(kind: str, tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.budgets.set(KEY, "month", Budget(money=1000))
        for day in ("2026-11-01", "2026-11-15", "2026-11-30"):
            clock.set(f"{day}T12:00:00")
            assert not await is_spent(accounts)
            await spend(accounts, clock, 10, cost=400)
        assert await is_spent(accounts)
        (standing,) = await accounts.budgets.standings([KEY])
        assert (standing.used_tokens, standing.used_money) == (30, 1200)
        clock.set("2026-12-01T00:00:00")
        assert not await is_spent(accounts)
        clock.set("2026-12-31T23:59:59")
        (standing,) = await accounts.budgets.standings([KEY])
        assert standing.resets == milliseconds(clock() + 1)

    with_accounts(kind, tmp_path, work)


@pytest.mark.parametrize("owner", [("user", "user-1"), ("organisation", "org-1")])
def test_the_keys_of_a_user_and_of_an_organisation_share_its_budget(owner: tuple[str, str], tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.budgets.set(owner, "day", Budget(tokens=100))
        await spend(accounts, clock, 99, key="key-2")
        assert not await is_spent(accounts)
        await spend(accounts, clock, 1, key="key-3")
        assert await is_spent(accounts)

    with_accounts("sqlite", tmp_path, work)


def test_the_refusal_says_which_budget_and_when_the_next_begins(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> str:
        await accounts.budgets.set(("user", "user-1"), "month", Budget(tokens=1000, money=2_500_000_000))
        await spend(accounts, clock, 1000)
        with pytest.raises(ApiError) as refused:
            await accounts.reservations.reserve(owners_of(CALLER), demand(), Tally())
        return str(refused.value)

    assert with_accounts("sqlite", tmp_path, work) == (
        "the user's budget of 1,000 tokens or 2.5 a month is spent; the next month begins at 2026-12-01T00:00:00Z"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_budget_is_replaced_and_taken_away(kind: str, tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        budgets = accounts.budgets
        await budgets.set_both(KEY, 5, None, None, 1.5)
        assert await budgets.of(KEY) == {"day": Budget(tokens=5), "month": Budget(money=1_500_000_000)}
        await budgets.set_both(KEY, None, 0.25, None, None)
        assert (await budgets.of(KEY))["day"] == Budget(tokens=5, money=250_000_000)
        await budgets.clear(KEY)
        assert await budgets.of(KEY) == {}
        with pytest.raises(ServerError, match="period is 'week'; accepted: day, month"):
            await budgets.set(KEY, "week", Budget(tokens=1))

    with_accounts(kind, tmp_path, work)
