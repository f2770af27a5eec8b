"""JSON that comes in at `/api/session` and `/api/keys`."""

from typing import Annotated

from pydantic import Field

from openk2.server.bodies import Body

Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A name or an id: no database takes all control characters."""


class SignInBody(Body):
    """The JSON body of `POST /api/session`."""

    name: Text
    """The user's name."""
    password: str = Field(max_length=1024)
    """The user's password."""


class BudgetBody(Body):
    """Most that may be used within one period; a null side is not limited."""

    tokens: int | None = Field(default=None, ge=0, lt=2**63)
    """Prompt and completion together."""
    money: float | None = Field(default=None, ge=0, le=1e9)
    """In the currency of the prices."""


class BudgetsBody(Body):
    """Budgets by period; periods begin at midnight UTC, months on their first day."""

    day: BudgetBody | None = None
    month: BudgetBody | None = None


class NewKeyBody(Body):
    """The JSON body of `POST /api/keys`."""

    name: Text
    """For people: where the key is used."""
    user_id: Text | None = None
    """Whose key it is; the caller's own where not given. Only administrators make keys for others."""
    scopes: list[str] | None = Field(default=None, max_length=20)
    """What it may do: some of `generate`, `files`, `usage`, `keys`, `admin`; the first three where not given. Nobody
    gives away what they do not have."""
    models: list[str] | None = Field(default=None, max_length=1000)
    """The models it may use; null: all."""
    expires: str | None = None
    """When it ends, as `2027-01-31` or `2027-01-31T12:00:00Z`; null: never."""
    requests_per_minute: int | None = Field(default=None, ge=1, le=10**9)
    tokens_per_minute: int | None = Field(default=None, ge=1, le=10**9)
    streams: int | None = Field(default=None, ge=1, le=10**6)
    """Answers in progress at one time."""
    budgets: BudgetsBody | None = None
