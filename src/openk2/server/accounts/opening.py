"""Accounts from a server's configuration."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from openk2.errors import ServerError
from openk2.server.accounts.prices import Prices
from openk2.server.configuration.sections import ServeSection

if TYPE_CHECKING:
    from openk2.server.accounts.accounts import Accounts


def prices_of(section: ServeSection) -> Prices:
    """The table of prices. Raises ServerError naming the file and the key at fault."""
    return Prices.load(None if section.prices is None else Path(section.prices))


def accounts_of(section: ServeSection) -> Accounts | None:
    """The accounts, not yet open; None where the server has none. Raises ServerError for settings that cannot work."""
    if section.database is None and not section.require_keys:
        return None
    try:
        from openk2.server.accounts.accounts import Accounts
        from openk2.server.accounts.limits import LocalLimiter
        from openk2.server.accounts.shared_limits import connect
        from openk2.server.store import Database, default_url
    except ImportError as error:
        raise need_extra(error) from None
    sharing = section.servers * section.workers
    limiter = LocalLimiter(servers=sharing) if section.redis is None else connect(section.redis, sharing)
    database = Database(section.database or default_url())
    return Accounts(database, prices_of(section), required=section.require_keys, limiter=limiter)


def check_database(section: ServeSection) -> str | None:
    """Open and close the database, so that one that cannot be used is known before anything is loaded; its name without
    password, None where the server has none. Raises ServerError."""
    accounts = accounts_of(section)
    if accounts is None:
        return None

    async def run() -> None:
        async with accounts.database:
            pass

    asyncio.run(run())
    return accounts.database.name


def need_extra(error: ImportError) -> ServerError:
    """What to do where the libraries for accounts are not installed."""
    return ServerError(f"accounts need {error.name}, which is not installed; accepted: pip install 'openk2[server]'")
