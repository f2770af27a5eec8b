"""The tables, one file per room; importing this package puts all of them on `METADATA`."""

from openk2.server.store.tables import accounts, conversations

__all__ = ["accounts", "conversations"]
