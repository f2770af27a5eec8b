"""Conversations in the database: each its owner's alone, listed newest first, found by the words in them.

A word is found wherever it stands, also within another, which is how Chinese is searched. On SQLite that is the FTS5
index of trigrams (https://sqlite.org/fts5.html) for words of three characters or more; shorter ones, and all of them
on PostgreSQL, are looked for in the owner's texts one by one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from sqlalchemy import ColumnElement, Select, delete, func, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from openk2.server.conversations.document import Conversation
from openk2.server.errors import ApiError
from openk2.server.store import Database
from openk2.server.store.tables.conversations import conversation as table
from openk2.server.store.tables.conversations import conversation_share as shares

MAX_CONVERSATIONS = 10_000
MAX_BYTES = 2**30
"""Of one owner's documents together."""

_TRIGRAM = 3
_BEFORE, _EXCERPT = 32, 120


@dataclass(frozen=True)
class Summary:
    """One line of a list."""

    id: str
    title: str
    updated: int
    """Milliseconds since 1970."""
    excerpt: str | None = None
    """In a search: the text around the first match, empty where only the title matches."""

    @property
    def cursor(self) -> str:
        """Where a list goes on after this line."""
        return f"{self.updated}.{self.id}"


class Conversations:
    """What all owners keep."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """`clock`: seconds since 1970."""
        self._database = database
        self._clock = clock
        self._indexed: bool | None = None

    def now(self) -> int:
        """Milliseconds since 1970."""
        return int(self._clock() * 1000)

    async def newest(self, owner: str, limit: int, after: str | None) -> list[Summary]:
        """Newest first; `after`: a `cursor`. Raises ApiError (400) for another."""
        query = self._summaries(owner, limit, after)
        async with self._database.read() as connection:
            return [Summary(row.id, row.title, row.updated) for row in await connection.execute(query)]

    async def search(self, owner: str, words: list[str], limit: int, after: str | None) -> list[Summary]:
        """Those that hold every word, newest first, with an excerpt."""
        query = self._summaries(owner, limit, after).add_columns(table.c.text)
        async with self._database.read() as connection:
            long = [word for word in words if len(word) >= _TRIGRAM] if await self._has_index(connection) else []
            if long:
                phrases = " AND ".join('"' + word.replace('"', '""') + '"' for word in long)
                matching = text("SELECT rowid FROM conversation_search WHERE conversation_search MATCH :phrases")
                query = query.where(table.c.number.in_(matching.bindparams(phrases=phrases).columns(table.c.number)))
            for word in words:
                if word not in long:
                    query = query.where(table.c.text.icontains(word, autoescape=True))
            rows = await connection.execute(query)
            return [Summary(row.id, row.title, row.updated, excerpt(row.text, words)) for row in rows]

    async def find(self, owner: str, id: str) -> bytes:
        """The document as JSON. Raises ApiError (404), also for somebody else's."""
        async with self._database.read() as connection:
            document = (await connection.execute(select(table.c.document).where(_is(owner, id)))).scalar()
        if document is None:
            raise _unknown(id)
        return str(document).encode()

    async def create(self, owner: str, conversations: list[Conversation]) -> None:
        """Keep new ones, all or none. Raises ApiError (409) for an id that the owner has already, 400 for one too
        many."""
        async with self._database.write() as connection:
            for conversation in conversations:
                if await self._keep(connection, owner, conversation, replace=False) is False:
                    raise ApiError(409, f"conversation {conversation.id!r} exists already", param="id")
            await self._check_room(connection, owner)

    async def save(self, owner: str, conversation: Conversation) -> bool:
        """Keep it in place of what was there; tells whether there was nothing. Raises ApiError (400) for one too
        many."""
        async with self._database.write() as connection:
            new = await self._keep(connection, owner, conversation, replace=True)
            await self._check_room(connection, owner)
        return new

    async def change(self, owner: str, id: str, change: Callable[[bytes], Conversation]) -> Conversation:
        """Replace a document by what `change` makes of it, in one transaction. Raises ApiError (404), and what `change`
        raises."""
        async with self._database.write() as connection:
            before = (await connection.execute(select(table.c.document).where(_is(owner, id)))).scalar()
            if before is None:
                raise _unknown(id)
            changed = change(str(before).encode()).model_copy(update={"updated": self.now()})
            await self._keep(connection, owner, changed, replace=True)
            await self._check_room(connection, owner)
        return changed

    async def delete(self, owner: str, id: str) -> None:
        """Remove it and take back what was shared of it. Raises ApiError (404)."""
        async with self._database.write() as connection:
            gone = await connection.execute(delete(table).where(_is(owner, id)))
            await connection.execute(delete(shares).where(shares.c.owner == owner, shares.c.conversation_id == id))
        if gone.rowcount == 0:
            raise _unknown(id)

    def _summaries(self, owner: str, limit: int, after: str | None) -> Select[tuple[str, str, int]]:
        query = select(table.c.id, table.c.title, table.c.updated).where(table.c.owner == owner)
        if after is not None:
            updated, dot, id = after.partition(".")
            if not (dot and updated.isascii() and updated.isdigit() and len(updated) < 17):
                raise ApiError(
                    400, f"after is {after[:64]!r}; accepted: the `next` of an earlier answer", param="after"
                )
            query = query.where(tuple_(table.c.updated, table.c.id) < tuple_(int(updated), id))
        return query.order_by(table.c.updated.desc(), table.c.id.desc()).limit(limit)

    async def _has_index(self, connection: AsyncConnection) -> bool:
        if self._indexed is None:
            names = "SELECT count(*) FROM sqlite_master WHERE name = 'conversation_search'"
            is_sqlite = self._database.kind == "sqlite"
            self._indexed = is_sqlite and bool((await connection.execute(text(names))).scalar())
        return self._indexed

    async def _keep(
        self, connection: AsyncConnection, owner: str, conversation: Conversation, *, replace: bool
    ) -> bool:
        """Whether it is new; nothing is changed where it is not and `replace` is false."""
        document = orjson.dumps(conversation.to_json()).decode()
        values = {
            "title": conversation.title.replace("\0", ""),
            "created": conversation.created,
            "updated": conversation.updated or self.now(),
            "bytes": len(document.encode()),
            "text": searched(conversation),
            "document": document,
        }
        if replace:
            changed = await connection.execute(update(table).where(_is(owner, conversation.id)).values(values))
            if changed.rowcount:
                return False
        elif (await connection.execute(select(table.c.number).where(_is(owner, conversation.id)))).first():
            return False
        await connection.execute(table.insert().values(owner=owner, id=conversation.id, **values))
        return True

    async def _check_room(self, connection: AsyncConnection, owner: str) -> None:
        kept = select(func.count(), func.coalesce(func.sum(table.c.bytes), 0)).where(table.c.owner == owner)
        number, size = (await connection.execute(kept)).one()
        if number > MAX_CONVERSATIONS:
            raise ApiError(
                400, f"you keep {MAX_CONVERSATIONS:,} conversations, the most that may be; delete some first"
            )
        if size > MAX_BYTES:
            raise ApiError(400, f"your conversations would exceed {MAX_BYTES:,} bytes; delete some first")


def searched(conversation: Conversation) -> str:
    """What a conversation is found by: a line with its title, then every turn's text. PostgreSQL's texts hold no zero
    characters."""
    lines = [" ".join(conversation.title.split()), *(turn.content for turn in conversation.turns)]
    return "\n".join(lines).replace("\0", "")


def excerpt(searched: str, words: list[str]) -> str:
    """What stands around the first word found below the title; empty where none is."""
    _, _, said = searched.partition("\n")
    folded = said.lower()
    at = next((place for word in words if (place := folded.find(word.lower())) >= 0), None)
    if at is None:
        return ""
    start = max(0, at - _BEFORE)
    return ("…" if start else "") + " ".join(said[start : start + _EXCERPT].split())


def _is(owner: str, id: str) -> ColumnElement[bool]:
    return (table.c.owner == owner) & (table.c.id == id)


def _unknown(id: str) -> ApiError:
    return ApiError(404, f"conversation {id[:64]!r} is not here; accepted: the id of one you keep", param="id")
