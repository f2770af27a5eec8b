"""The one catalogue of tables.

All tables of all rooms are on `METADATA`. Constraints get names by rule, so that a migration can change them on SQLite
and PostgreSQL alike. Times are milliseconds since 1970 in UTC; money is in billionths of the currency's unit, so that a
price of 0.001 per million tokens is exactly one per token and sums are exact.
"""

from sqlalchemy import MetaData

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
