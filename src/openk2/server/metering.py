"""The seam between answering a request and accounting for it.

`answer.py` opens a tab before it asks the backend, marks it just before the first byte of the answer leaves, and closes
it however the answer ends. `accounts/` keeps real tabs; where the server asks for no keys, everything is free.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from openk2.chat.events import Event, Usage
from openk2.server.accounts.limits import Limits
from openk2.server.accounts.money import shown
from openk2.server.accounts.prices import Prices
from openk2.server.ending import Ending
from openk2.server.protocol import Call, Json

COST = "openk2_cost"
"""The key of a request's cost in usage objects, a number in the currency of the prices."""


@dataclass(frozen=True)
class Caller:
    """Who sent a request; every field None where the server asks for no keys."""

    key_id: str | None = None
    user_id: str | None = None
    organisation_id: str | None = None
    scopes: frozenset[str] = frozenset()
    """What they may do; see `accounts/scopes.py`."""
    models: frozenset[str] | None = None
    """Names of the models they may use; None: all."""
    limits: tuple[tuple[str, Limits], ...] = ()
    """How fast they may go: the id of the key and of its user, each with the limits it has."""


NOBODY = Caller()


class Tab(Protocol):
    """One request's account."""

    headers: dict[str, str]
    """For the answer's head: what is left of the caller's limits."""

    def price(self, usage: Usage) -> Json:
        """Keys for the usage object the client sees."""
        ...

    def take(self, choice: int, event: Event) -> None:
        """The next event of an answer: what is used is known from these where the answer breaks off."""
        ...

    async def begin(self) -> None:
        """The first token is about to be sent: from here on the request is in the ledger, whatever happens."""
        ...

    async def close(self, ending: Ending) -> None:
        """The answer ended."""
        ...


class Meter(Protocol):
    """Opens tabs."""

    async def open(self, caller: Caller, call: Call, prompt_tokens: int) -> Tab:
        """Reserve what the request may use. Raises ApiError: 429 with code `rate_limit_exceeded` for a limit, 402 with
        code `insufficient_quota` for a spent budget (`dialect.py` says it to each client as it knows it), 403 for a
        model the key may not use."""
        ...


class FreeTab:
    """The account of a server that keeps none: tokens may have a price, but nobody is asked for it."""

    def __init__(self, price: Callable[[Usage], Json]) -> None:
        self.headers: dict[str, str] = {}
        self._price = price

    def price(self, usage: Usage) -> Json:
        """The cost."""
        return self._price(usage)

    def take(self, choice: int, event: Event) -> None:
        """Nothing to count."""

    async def begin(self) -> None:
        """Nothing to note."""

    async def close(self, ending: Ending) -> None:
        """Nothing to settle."""


class FreeMeter:
    """Opens tabs nobody pays."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices

    async def open(self, caller: Caller, call: Call, prompt_tokens: int) -> FreeTab:
        """A tab without limits."""
        price = self._prices.of(*names_of(call))
        return FreeTab(lambda usage: cost_json(price.of(usage)))


def names_of(call: Call) -> tuple[str, str]:
    """The names under which a call's model may have a price: its own, and the one the client used."""
    return call.served.name, call.model


def cost_json(cost: int) -> Json:
    """The key in usage objects; `cost` in billionths of the currency."""
    return {COST: shown(cost)}


def cost_header(price: Json) -> dict[str, str]:
    """The header of an answer sent whole, from what `Tab.price` said."""
    return {"x-openk2-cost": f"{price[COST]:.9f}"} if COST in price else {}
