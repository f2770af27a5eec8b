"""Conversations that people keep on the server, and the frozen copies they share.

A conversation is one JSON document; what is listed and searched lies beside it. On SQLite `conversation_search`, an
FTS5 table kept by triggers (migration 0002), finds words within `text`.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from openk2.server.store.schema import METADATA

conversation = Table(
    "conversation",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("owner", Text, nullable=False),  # see files/store.py: owner_of
    Column("id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),  # of the document
    Column("text", Text, nullable=False),  # a line with the title, then what was said
    Column("document", Text, nullable=False),  # JSON, see conversations/document.py
    UniqueConstraint("owner", "id"),
    Index("ix_conversation_owner_updated", "owner", "updated"),
)

conversation_share = Table(
    "conversation_share",
    METADATA,
    Column("token_hash", Text, primary_key=True),  # SHA-256 of the address's token
    Column("owner", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("page", Text, nullable=False),  # HTML
    Index("ix_conversation_share_owner_conversation_id", "owner", "conversation_id"),
)
