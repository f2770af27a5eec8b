"""Conversations, what finds words in them, and shared copies."""

import sqlite3

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SEARCH = (
    "CREATE VIRTUAL TABLE conversation_search "
    "USING fts5(text, content='conversation', content_rowid='number', tokenize='trigram')",
    "CREATE TRIGGER conversation_search_insert AFTER INSERT ON conversation BEGIN "
    "INSERT INTO conversation_search(rowid, text) VALUES (new.number, new.text); END",
    "CREATE TRIGGER conversation_search_delete AFTER DELETE ON conversation BEGIN "
    "INSERT INTO conversation_search(conversation_search, rowid, text) VALUES ('delete', old.number, old.text); END",
    "CREATE TRIGGER conversation_search_update AFTER UPDATE OF text ON conversation BEGIN "
    "INSERT INTO conversation_search(conversation_search, rowid, text) VALUES ('delete', old.number, old.text); "
    "INSERT INTO conversation_search(rowid, text) VALUES (new.number, new.text); END",
)


def upgrade() -> None:
    """Make the tables of conversations."""
    op.create_table(
        "conversation",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_conversation")),
        sa.UniqueConstraint("owner", "id", name=op.f("uq_conversation_owner")),
    )
    op.create_index("ix_conversation_owner_updated", "conversation", ["owner", "updated"])
    op.create_table(
        "conversation_share",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_conversation_share")),
    )
    op.create_index("ix_conversation_share_owner_conversation_id", "conversation_share", ["owner", "conversation_id"])
    connection = op.get_bind()
    # A SQLite without FTS5 or older than its trigrams searches without an index.
    if connection.dialect.name == "sqlite" and sqlite3.sqlite_version_info >= (3, 34) and _has_fts5(connection):
        for statement in _SEARCH:
            op.execute(statement)


def _has_fts5(connection: sa.Connection) -> bool:
    return bool(connection.execute(sa.text("SELECT sqlite_compileoption_used('ENABLE_FTS5')")).scalar())
