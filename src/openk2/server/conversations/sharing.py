"""Shared conversations: a frozen page under an address nobody can guess, until it expires or is taken back.

Nothing is shared unless its owner asks. The address holds 32 random bytes, of which the database keeps only a hash:
whoever reads the database cannot open the pages by address.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from openk2.server.conversations.document import Conversation
from openk2.server.conversations.static_page import static_page
from openk2.server.conversations.store import Conversations
from openk2.server.errors import ApiError
from openk2.server.store import Database
from openk2.server.store.tables.conversations import conversation_share as table

MAX_SHARES = 20
"""Of one conversation."""

_DAY = 24 * 3600 * 1000


@dataclass(frozen=True)
class Share:
    """One frozen copy; times in milliseconds since 1970."""

    created: int
    expires: int


@dataclass(frozen=True)
class SharedPage:
    """What the address shows."""

    title: str
    html: str


class Sharing:
    """The shared copies of all owners."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._database, self._conversations = database, conversations

    async def share(self, owner: str, conversation: Conversation, days: int) -> tuple[str, Share]:
        """Freeze a copy; gives its token, which is told this once. Raises ApiError (400) for one copy too many."""
        token = secrets.token_urlsafe(32)
        share = Share(self._conversations.now(), self._conversations.now() + days * _DAY)
        page = await asyncio.to_thread(static_page, conversation)
        async with self._database.write() as connection:
            await connection.execute(delete(table).where(table.c.expires <= share.created))
            kept = select(func.count()).where(table.c.owner == owner, table.c.conversation_id == conversation.id)
            if (await connection.execute(kept)).scalar_one() >= MAX_SHARES:
                raise ApiError(400, f"the conversation is shared {MAX_SHARES} times; take these copies back first")
            await connection.execute(
                table.insert().values(
                    token_hash=_hashed(token),
                    owner=owner,
                    conversation_id=conversation.id,
                    created=share.created,
                    expires=share.expires,
                    title=" ".join(conversation.title.replace("\0", "").split()),
                    page=page.replace("\0", ""),
                )
            )
        return token, share

    async def shares(self, owner: str, id: str) -> list[Share]:
        """The copies of a conversation that can still be read, oldest first."""
        query = select(table.c.created, table.c.expires).where(
            table.c.owner == owner, table.c.conversation_id == id, table.c.expires > self._conversations.now()
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(table.c.created))
            return [Share(row.created, row.expires) for row in rows]

    async def take_back(self, owner: str, id: str) -> None:
        """Remove all copies of a conversation."""
        async with self._database.write() as connection:
            await connection.execute(delete(table).where(table.c.owner == owner, table.c.conversation_id == id))

    async def read(self, token: str) -> SharedPage:
        """What is shared under a token. Raises ApiError (404) where nothing is, or no more."""
        query = select(table.c.title, table.c.page).where(
            table.c.token_hash == _hashed(token), table.c.expires > self._conversations.now()
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            raise ApiError(404, "nothing is shared under this address, or no more")
        return SharedPage(row.title, row.page)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", errors="replace")).hexdigest()
