"""What the server keeps: one database, its tables, and how they came to be.

`database.py` opens it, `tables/` says what it holds, one file per room, and `migrations/` brings an older database up
to date when it is opened. What the rows mean is the business of the rooms that read and write them.
"""

from openk2.server.store.database import Database, default_url
from openk2.server.store.schema import METADATA

__all__ = ["METADATA", "Database", "default_url"]
