"""A request's account: `may they? → how fast? → reserve → begin → note → settle`.

What a request will use is not known when it is admitted, so its prompt is estimated and its answer taken at its stated
limit; both limits and budgets are set right when it ends.
"""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections.abc import Callable
from dataclasses import replace

from openk2.chat.events import Event, Usage
from openk2.server.accounts import limits as limiting
from openk2.server.accounts.budgets import owners_of
from openk2.server.accounts.clock import milliseconds
from openk2.server.accounts.ledger import Entry, Ledger
from openk2.server.accounts.limits import Limiter, Limits
from openk2.server.accounts.prices import Price, Prices
from openk2.server.accounts.reservations import Demand, Reservations
from openk2.server.accounts.tally import Tally
from openk2.server.ending import CLIENT_LEFT, Ending
from openk2.server.errors import ApiError
from openk2.server.metering import Caller, cost_json, names_of
from openk2.server.protocol import Call, Json


class AccountMeter:
    """Opens tabs that are paid."""

    def __init__(
        self,
        *,
        reservations: Reservations,
        limiter: Limiter,
        ledger: Ledger,
        prices: Prices,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._reservations, self._limiter, self._ledger = reservations, limiter, ledger
        self._prices, self._clock = prices, clock

    async def open(self, caller: Caller, call: Call, prompt_tokens: int) -> AccountTab:
        """See `Meter.open`. `prompt_tokens`: 0 where it is not known yet."""
        if caller.models is not None and call.served.name not in caller.models:
            accepted = ", ".join(sorted(caller.models)) or "none"
            raise ApiError(
                403, f"model is {call.model!r}, which this key may not use; accepted: {accepted}", param="model"
            )
        arrived = self._clock()
        price = self._prices.of(*names_of(call))
        prompt = prompt_tokens or call.request.about_tokens
        demand, tally = Demand.of(call, prompt, price), Tally()
        reserved = Usage(prompt, 0, demand.most)
        release = await self._reservations.reserve(owners_of(caller), demand, tally)
        entry = Entry(
            id=uuid.uuid4().hex,
            request_id=call.request.request_id or "",
            time=milliseconds(arrived),
            organisation_id=caller.organisation_id or "",
            user_id=caller.user_id or "",
            key_id=caller.key_id or "",
            model=call.served.name,
            backend=call.served.backend.name,
        )
        tab = AccountTab(entry, price, self._ledger, tally, release)
        try:
            for owner, limits in caller.limits:
                await self._limit(owner, limits, reserved, tab)
        except BaseException:
            release()
            await tab.give_back(Usage(0, 0, 0))
            raise
        return tab

    async def _limit(self, owner: str, limits: Limits, reserved: Usage, tab: AccountTab) -> None:
        """Take the request out of one caller's buckets. Raises ApiError (429)."""
        tokens = reserved.prompt_tokens + reserved.completion_tokens
        if limits.tokens_per_minute is not None:
            # A stated limit that no minute holds is no reason to refuse: answers rarely use it up.
            tokens = max(reserved.prompt_tokens, min(tokens, limits.tokens_per_minute))
        verdict = await self._limiter.take(owner, limits, tokens, tab.id)
        headers = limiting.headers(verdict.left)
        if verdict.refused is not None:
            raise _too_fast("key" if owner.startswith("key-") else "user", verdict, limits, headers)
        tab.headers = headers | tab.headers
        tab.taken.append(_Taken(self._limiter, owner, limits, tokens, tab.id))


class _Taken:
    """What a request took out of its caller's buckets."""

    def __init__(self, limiter: Limiter, owner: str, limits: Limits, tokens: int, lease: str) -> None:
        self._limiter, self._owner, self._limits, self._tokens, self._lease = limiter, owner, limits, tokens, lease

    async def give_back(self, usage: Usage) -> None:
        used = usage.prompt_tokens + usage.completion_tokens
        await self._limiter.give_back(self._owner, self._limits, self._tokens - used, self._lease)


class AccountTab:
    """One request's account (a `Tab`)."""

    def __init__(self, entry: Entry, price: Price, ledger: Ledger, tally: Tally, release: Callable[[], None]) -> None:
        """`tally`: empty yet; `release`: gives back what was reserved of budgets."""
        self.headers: dict[str, str] = {}
        self.taken: list[_Taken] = []
        self._entry, self._price, self._ledger = entry, price, ledger
        self._tally, self._release = tally, release
        self._begun = self._closed = False

    @property
    def id(self) -> str:
        """The ledger's name of the request."""
        return self._entry.id

    def price(self, usage: Usage) -> Json:
        """`{"openk2_cost": …}`."""
        return cost_json(self._price.of(usage))

    def take(self, choice: int, event: Event) -> None:
        """See `Tab.take`."""
        self._tally.take(choice, event)
        if self._begun:
            self._ledger.note(self._entry.id, self._known)

    async def begin(self) -> None:
        """See `Tab.begin`. Raises ApiError (503) where the ledger cannot be written."""
        await self._ledger.begin(self._known())
        self._begun = True

    async def close(self, ending: Ending) -> None:
        """See `Tab.close`; a second time does nothing. A request that was refused before its first byte used nothing;
        one whose client left it is charged for what was computed."""
        if self._closed:
            return
        self._closed = True
        charged = self._begun or ending.outcome == CLIENT_LEFT
        self._begun = False
        final = (ending.usage or self._tally.usage) if charged else Usage(0, 0, 0)
        first_ms = None if ending.first_seconds is None else milliseconds(ending.first_seconds)
        entry = self._entry.settled(
            final, self._price.of(final), first_ms, milliseconds(ending.seconds), ending.outcome
        )
        if ending.backend is not None:
            entry = replace(entry, backend=ending.backend)
        self._ledger.settle(entry).add_done_callback(lambda _: self._release())
        # The answer may have been cancelled: what it took comes back all the same.
        await asyncio.shield(asyncio.ensure_future(self.give_back(final)))

    async def give_back(self, usage: Usage) -> None:
        """Give back to the limits what was taken and not used."""
        for taken in self.taken:
            await taken.give_back(usage)

    def _known(self) -> Entry:
        usage = self._tally.usage
        return self._entry.using(usage, self._price.of(usage))


def _too_fast(whose: str, verdict: limiting.Verdict, limits: Limits, headers: dict[str, str]) -> ApiError:
    of = {
        "requests": f"{limits.requests_per_minute} requests per minute",
        "tokens": f"{limits.tokens_per_minute} tokens per minute",
        "streams": f"{limits.streams} answers in progress",
    }[verdict.refused or "requests"]
    if verdict.wait_seconds is None:
        message = f"the request is larger than this {whose}'s limit of {of}; accepted: a shorter prompt"
        wait = None
    else:
        message = f"this {whose}'s limit of {of} is reached. Please try again in {verdict.wait_seconds:.1f}s"
        wait = max(1, math.ceil(verdict.wait_seconds))
    return ApiError(429, message, code="rate_limit_exceeded", retry_after=wait, headers=headers)
