"""What requests in progress reserve of budgets: however they come, together they do not use more than there is."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from accounting import PRICES, Clock, a_call, accounts_in, with_accounts
from databases import KINDS, fresh_url
from hypothesis import given, settings
from hypothesis import strategies as st

from openk2.chat.events import Fold, PromptTokens, Tokens, Usage
from openk2.chat.messages import CHARACTERS_PER_TOKEN
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.budgets import Budget, owners_of
from openk2.server.accounts.limits import UNSTATED_TOKENS, Limits
from openk2.server.accounts.meter import AccountTab
from openk2.server.ending import Ending
from openk2.server.errors import ApiError
from openk2.server.metering import Caller
from openk2.server.protocol import Call
from openk2.server.store import Database

CALLER = Caller("key-1", "user-1", "org-1")
KEY = ("key", "key-1")
PRICE = PRICES.models["staged"]


def of_prompt(tokens: int, max_tokens: int | None) -> Call:
    """A request whose prompt is estimated at so many tokens, two at least."""
    return a_call("x" * CHARACTERS_PER_TOKEN * (tokens - 1), max_tokens=max_tokens)


async def refusal_of(accounts: Accounts, call: Call, caller: Caller = CALLER) -> ApiError:
    with pytest.raises(ApiError) as refused:
        await accounts.meter.open(caller, call, 0)
    return refused.value


async def settled(accounts: Accounts, tab: AccountTab) -> None:
    """End an answer, and wait for the ledger and whoever waits for it."""
    await tab.close(Ending(200, "stop", 0.1, 0.2, [Fold()]))
    await accounts.ledger.written()
    await asyncio.sleep(0)


def test_a_request_that_may_use_more_than_is_left_is_refused_with_what_would_be_accepted(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> ApiError:
        await accounts.budgets.set(KEY, "day", Budget(tokens=1000))
        await accounts.meter.open(CALLER, of_prompt(10, 990), 0)
        return await refusal_of(accounts, of_prompt(11, 990))

    refused = with_accounts("sqlite", tmp_path, work)
    assert (refused.status, refused.code, refused.retry_after) == (402, "insufficient_quota", None)
    assert str(refused) == (
        "the key's budget of 1,000 tokens a day has 1,000 tokens left, and the request may use 1,001 tokens; "
        "accepted: a shorter prompt, a smaller max_tokens; the next day begins at 2026-11-30T00:00:00Z"
    )


def test_a_request_for_which_others_have_reserved_what_is_left_may_come_again(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> ApiError:
        await accounts.budgets.set(("organisation", "org-1"), "month", Budget(money=100 * PRICE.output))
        first = await accounts.meter.open(replace(CALLER, key_id="key-2"), of_prompt(2, 60), 0)
        refused = await refusal_of(accounts, of_prompt(2, 60))
        await settled(accounts, first)
        assert await accounts.meter.open(CALLER, of_prompt(2, 60), 0)
        return refused

    refused = with_accounts("sqlite", tmp_path, work)
    assert (refused.status, refused.code, refused.retry_after) == (429, "rate_limit_exceeded", 1)
    assert str(refused) == (
        "what is left of the organisation's budget of 0.00025 a month is reserved by requests in progress; "
        "try again when they have ended"
    )


def test_without_a_stated_limit_a_request_begins_with_what_is_left(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.budgets.set(KEY, "day", Budget(tokens=UNSTATED_TOKENS + 150))
        first = await accounts.meter.open(CALLER, of_prompt(50, None), 0)
        second = await accounts.meter.open(CALLER, of_prompt(50, None), 0)
        assert (await refusal_of(accounts, of_prompt(2, None))).status == 429, "the two have reserved all"
        await settled(accounts, second)
        assert await accounts.meter.open(CALLER, of_prompt(2, None), 0)
        await settled(accounts, first)

    with_accounts("sqlite", tmp_path, work)


def test_an_answer_longer_than_it_reserved_holds_what_it_has_used(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.budgets.set(KEY, "day", Budget(tokens=2 * UNSTATED_TOKENS))
        tab = await accounts.meter.open(CALLER, of_prompt(10, None), 0)
        tab.take(0, Tokens((1,) * (2 * UNSTATED_TOKENS)))
        assert (await refusal_of(accounts, of_prompt(2, 1))).status == 429

    with_accounts("sqlite", tmp_path, work)


def test_no_answer_is_longer_than_its_model_s_context(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> AccountTab:
        call = of_prompt(10, 10**9)
        context = call.served.backend.context_length
        assert context is not None
        await accounts.budgets.set(KEY, "day", Budget(tokens=context + 10))
        return await accounts.meter.open(CALLER, call, 0)

    assert with_accounts("sqlite", tmp_path, work)


def test_a_request_refused_for_another_limit_reserves_nothing(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.budgets.set(KEY, "day", Budget(tokens=100))
        limited = replace(CALLER, limits=(("key-1", Limits(tokens_per_minute=1)),))
        assert (await refusal_of(accounts, of_prompt(50, 50), limited)).status == 429
        assert await accounts.meter.open(CALLER, of_prompt(50, 50), 0)

    with_accounts("sqlite", tmp_path, work)


@pytest.mark.parametrize("kind", KINDS)
def test_what_answers_of_another_server_have_used_by_now_counts(kind: str, tmp_path: Path) -> None:
    url = fresh_url(kind, tmp_path)

    async def run() -> None:
        async with accounts_in(url) as here, accounts_in(url) as there:
            await here.budgets.set(KEY, "day", Budget(tokens=100))
            tab = await there.meter.open(CALLER, of_prompt(10, 80), 0)
            tab.take(0, PromptTokens((1,) * 10))
            tab.take(0, Tokens((1,) * 50))
            await tab.begin()
            refused = await refusal_of(here, of_prompt(10, 40))
            assert refused.status == 429
            ours = await here.meter.open(CALLER, of_prompt(10, 30), 0)
            await settled(there, tab)
            await settled(here, ours)
            assert (await here.budgets.standings([KEY]))[0].used_tokens == 60

    asyncio.run(run())


@dataclass(frozen=True)
class Asked:
    """One request: when it comes, what it says it may use and what it uses."""

    steps: int
    """Rounds of the loop before it comes, and between its parts."""
    prompt: int
    """Estimated tokens."""
    real_prompt: int
    max_tokens: int | None
    used: int
    leaves_early: bool
    """Its client goes before the first byte."""


def requests(*, keeps_to_its_word: bool) -> st.SearchStrategy[Asked]:
    @st.composite
    def one(draw: st.DrawFn) -> Asked:
        prompt = draw(st.integers(2, 60))
        max_tokens = draw(st.integers(1, 80) if keeps_to_its_word else st.none() | st.integers(1, 80))
        used = draw(st.integers(0, 2 * UNSTATED_TOKENS if max_tokens is None else max_tokens))
        real = draw(st.integers(1, prompt if keeps_to_its_word else 2 * prompt))
        return Asked(draw(st.integers(0, 8)), prompt, real, max_tokens, used, draw(st.booleans()))

    return one()


BUDGETS = st.builds(Budget, st.none() | st.integers(1, 400), st.none() | st.integers(1, 400 * PRICE.output))


@dataclass
class Bench:
    """Requests of one fresh organisation, whose three owners have budgets."""

    accounts: Accounts
    caller: Caller
    budgets: Sequence[Budget]

    def __post_init__(self) -> None:
        self.used: list[Usage] = []
        """Of every request that began, by now."""

    def total(self) -> tuple[int, int]:
        tokens = sum(one.prompt_tokens + one.completion_tokens for one in self.used)
        return tokens, sum(PRICE.of(one) for one in self.used)

    def fits(self, tokens: int, cost: int) -> bool:
        used_tokens, used_cost = self.total()
        return all(
            (of.tokens is None or used_tokens + tokens <= of.tokens)
            and (of.money is None or used_cost + cost <= of.money)
            for of in self.budgets
        )

    async def ask(self, asked: Asked) -> None:
        async def wait() -> None:
            for _ in range(asked.steps):
                await asyncio.sleep(0)

        await wait()
        try:
            tab = await self.accounts.meter.open(self.caller, of_prompt(asked.prompt, asked.max_tokens), 0)
        except ApiError:
            return
        least = asked.max_tokens or 1
        assert self.fits(asked.prompt + least, asked.prompt * PRICE.input + least * PRICE.output)
        number = len(self.used)
        self.used.append(Usage(0, 0, 0))
        tab.take(0, PromptTokens((1,) * asked.real_prompt))
        self.used[number] = Usage(asked.real_prompt, 0, 0)
        await wait()
        if not asked.leaves_early:
            await tab.begin()
        for part in (asked.used // 2, asked.used - asked.used // 2):
            if part:
                tab.take(0, Tokens((1,) * part))
            before = self.used[number].completion_tokens
            self.used[number] = Usage(asked.real_prompt, 0, before + part)
            await wait()
        await tab.close(Ending(200, "client left" if asked.leaves_early else "stop", 0.1, 0.2, [Fold()]))


def try_all(strategy: st.SearchStrategy[Asked], url: str) -> list[Bench]:
    """Many dialogues with one server; what each used."""
    benches = []
    with asyncio.Runner() as runner:
        accounts = Accounts(Database(url), PRICES, clock=Clock())
        runner.run(accounts.open())

        @settings(max_examples=30)
        @given(st.lists(strategy, max_size=12), st.tuples(BUDGETS, BUDGETS, BUDGETS))
        def one(all_asked: Sequence[Asked], budgets: tuple[Budget, Budget, Budget]) -> None:
            async def run() -> None:
                caller = Caller(*(f"{name}-{uuid.uuid4().hex}" for name in ("key", "user", "org")))
                for owner, budget in zip(owners_of(caller), budgets, strict=True):
                    await accounts.budgets.set(owner, "day", budget)
                bench = Bench(accounts, caller, budgets)
                await asyncio.gather(*map(bench.ask, all_asked))
                await accounts.ledger.written()
                for standing in await accounts.budgets.standings(owners_of(caller)):
                    assert (standing.used_tokens, standing.used_money) == bench.total()
                benches.append(bench)

            runner.run(run())

        try:
            one()
        finally:
            runner.run(accounts.close())
    return benches


def test_whatever_comes_at_once_is_charged_within_the_budget_where_requests_keep_to_their_limits(
    tmp_path: Path,
) -> None:
    benches = try_all(requests(keeps_to_its_word=True), fresh_url("sqlite", tmp_path))
    assert all(bench.fits(0, 0) for bench in benches)
    assert any(bench.used for bench in benches)


def test_no_request_begins_beyond_what_those_in_progress_have_used_by_then(tmp_path: Path) -> None:
    benches = try_all(requests(keeps_to_its_word=False), fresh_url("sqlite", tmp_path))
    assert any(not bench.fits(0, 0) for bench in benches), "an answer without a stated limit may go beyond"
