"""Who may use the server, within which limits, and what was used.

`request_open` holds a request from just before its first byte leaves until it is settled; `usage` is the ledger, one
row per settled request, only ever added to. A request moves from the one to the other in one transaction. `usage_day`
is the ledger's sum per day, kept in the same transaction, so that a budget is checked by reading a few rows.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from openk2.server.store.schema import METADATA

organisation = Table(
    "organisation",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("created", BigInteger, nullable=False),
)

user = Table(
    "user_account",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False),
    Column("name", Text, nullable=False, unique=True),
    Column("password_hash", Text),  # argon2id; null: this user cannot sign in
    Column("admin", Boolean, nullable=False),
    Column("requests_per_minute", Integer),  # of all their keys and the page together
    Column("tokens_per_minute", Integer),
    Column("streams", Integer),
    Column("disabled", BigInteger),  # since when
    Column("created", BigInteger, nullable=False),
)

session = Table(
    "session",
    METADATA,
    Column("token_hash", Text, primary_key=True),  # SHA-256 of the cookie's value
    Column("user_id", Text, ForeignKey("user_account.id"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
)

api_key = Table(
    "api_key",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),  # SHA-256 of the key, which itself is nowhere
    Column("prefix", Text, nullable=False),  # its first characters, so that people can tell keys apart
    Column("name", Text, nullable=False),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False),
    Column("user_id", Text, ForeignKey("user_account.id")),
    Column("scopes", Text, nullable=False),  # separated by spaces
    Column("models", Text),  # a JSON list of names; null: every model
    Column("requests_per_minute", Integer),
    Column("tokens_per_minute", Integer),
    Column("streams", Integer),  # answers in progress at one time
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("disabled", BigInteger),  # revoked since
    Index("ix_api_key_user_id", "user_id"),
)

budget = Table(
    "budget",
    METADATA,
    Column("owner_kind", Text, primary_key=True),
    Column("owner_id", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("tokens", BigInteger),
    Column("money", BigInteger),
    CheckConstraint("owner_kind IN ('key', 'user', 'organisation')", name="owner_kind"),
    CheckConstraint("period IN ('day', 'month')", name="period"),
)

request_open = Table(
    "request_open",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("server_id", Text, nullable=False, index=True),  # who answers it; see store/presence.py
    Column("request_id", Text, nullable=False),
    Column("time", BigInteger, nullable=False),  # of arrival
    Column("organisation_id", Text, nullable=False),  # the three owners: empty text where there is none
    Column("user_id", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("backend", Text, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),  # known so far, as all that follows
    Column("cached_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
)

usage = Table(
    "usage",
    METADATA,
    Column("id", Text, primary_key=True),  # that of request_open
    Column("request_id", Text, nullable=False, index=True),  # the one in headers and logs, which a client may choose
    Column("time", BigInteger, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("backend", Text, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),  # the cached ones among them
    Column("cached_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),  # a part of the completion
    Column("completion_tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("first_ms", BigInteger),  # from arrival to the first event
    Column("total_ms", BigInteger),
    Column("status", Text, nullable=False),  # the finish reason, `client left`, `lost`, or the error's line
    Index("ix_usage_time", "time"),
    Index("ix_usage_key_id_time", "key_id", "time"),
)

usage_day = Table(
    "usage_day",
    METADATA,
    Column("day", Text, primary_key=True),  # YYYY-MM-DD of arrival, UTC
    Column("organisation_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("key_id", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Index("ix_usage_day_key_id_day", "key_id", "day"),
    Index("ix_usage_day_user_id_day", "user_id", "day"),
)
