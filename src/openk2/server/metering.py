"""The seam between answering a request and accounting for it.

`answer.py` opens a tab before it asks the backend, marks it just before the first byte of the answer leaves, and closes
it however the answer ends. `accounts/` keeps real tabs; where the server asks for no keys, everything is free.
"""

from dataclasses import dataclass
from typing import Protocol

from openk2.chat.events import Usage
from openk2.server.protocol import Call, Json


@dataclass(frozen=True)
class Caller:
    """Who sent a request; every field None where the server asks for no keys."""

    key_id: str | None = None
    user_id: str | None = None
    organisation_id: str | None = None
    scopes: frozenset[str] = frozenset()


NOBODY = Caller()


class Tab(Protocol):
    """One request's account."""

    headers: dict[str, str]
    """For the answer's head: what is left of the caller's limits."""

    def price(self, usage: Usage) -> Json:
        """Keys for the usage object the client sees."""
        ...

    async def begin(self) -> None:
        """The first token is about to be sent: from here on the request is in the ledger, whatever happens."""
        ...

    async def close(self, usage: Usage | None, outcome: str, first_seconds: float | None, seconds: float) -> None:
        """The answer ended. `usage`: None where it broke off before it was known; `outcome`: the finish reason,
        `client left`, or the error's line; times count from the request's arrival, the first to its first event."""
        ...


class Meter(Protocol):
    """Opens tabs."""

    async def open(self, caller: Caller, call: Call, prompt_tokens: int) -> Tab:
        """Reserve what the request may use. Raises ApiError: 429 with code `rate_limit_exceeded` for a limit, 402 with
        code `insufficient_quota` for a spent budget (`dialect.py` says it to each client as it knows it), 403 for a
        model the key may not use."""
        ...


class FreeTab:
    """The account of a server without keys: nothing is kept."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}

    def price(self, usage: Usage) -> Json:
        """Nothing to add."""
        return {}

    async def begin(self) -> None:
        """Nothing to note."""

    async def close(self, usage: Usage | None, outcome: str, first_seconds: float | None, seconds: float) -> None:
        """Nothing to settle."""


class FreeMeter:
    """Opens tabs nobody pays."""

    async def open(self, caller: Caller, call: Call, prompt_tokens: int) -> FreeTab:
        """A free tab."""
        return FreeTab()
