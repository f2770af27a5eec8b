"""A clock that goes when told to, and accounts over a fresh database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from databases import fresh_url
from serving import StagedBackend
from sqlalchemy import Table, select

from openk2.chat.messages import ChatRequest, Message
from openk2.chat.sampling import SamplingParams
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.limits import Limiter
from openk2.server.accounts.prices import Price, Prices
from openk2.server.protocol import AnswerWriter, Call, Head
from openk2.server.served import ServedModel
from openk2.server.store import Database

T = TypeVar("T")

PRICES = Prices("USD", {"staged": Price(input=600, cached_input=150, output=2500)})


class Clock:
    """Seconds since 1970, from a moment in November on."""

    def __init__(self, at: str = "2026-11-29T20:00:00") -> None:
        self.set(at)

    def set(self, at: str) -> None:
        self.now = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def accounts_in(
    url: str, clock: Clock | None = None, limiter: Limiter | None = None, prices: Prices = PRICES
) -> AsyncIterator[Accounts]:
    """Open accounts, as a server has them."""
    accounts = Accounts(Database(url), prices, limiter=limiter, clock=clock or Clock())
    await accounts.open()
    try:
        yield accounts
    finally:
        await accounts.close()


def with_accounts(kind: str, folder: Path, work: Callable[[Accounts, Clock], Awaitable[T]]) -> T:
    """Do work on accounts over a fresh database."""
    clock = Clock()

    async def run() -> T:
        async with accounts_in(fresh_url(kind, folder), clock) as accounts:
            return await work(accounts, clock)

    return asyncio.run(run())


async def rows_of(accounts: Accounts, table: Table) -> list[Mapping[str, Any]]:
    """All rows of a table, by its primary key."""
    statement = select(table).order_by(*table.primary_key.columns)
    async with accounts.database.read() as connection:
        return [dict(row) for row in (await connection.execute(statement)).mappings()]


def a_call(text: str = "hi", *, max_tokens: int | None = None, model: str = "staged") -> Call:
    """A request to a model, as a protocol reads it."""

    def no_writer(head: Head) -> AnswerWriter:
        raise NotImplementedError

    backend = StagedBackend(lambda request: Message("assistant", "yes"))
    backend.name = model
    request = ChatRequest((Message("user", text),), sampling=SamplingParams(max_tokens=max_tokens), request_id="req-1")
    return Call(model, ServedModel(model, backend), request, False, no_writer)
