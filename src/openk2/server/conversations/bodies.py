"""The JSON bodies of `/api/conversations` beside whole documents."""

from typing import Annotated, Any

from pydantic import Field

from openk2.server.bodies import Body
from openk2.server.conversations.document import MAX_TITLE

MAX_DAYS = 365


class Several(Body):
    """Documents to import."""

    conversations: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000)]


class Change(Body):
    """What of a conversation is changed: one of them at least."""

    title: Annotated[str, Field(max_length=MAX_TITLE)] | None = None
    head: str | None = None
    """The last turn of the branch to show."""


class Added(Body):
    """Turns to add, or to put in place of those of the same id."""

    turns: Annotated[list[dict[str, Any]], Field(min_length=1)]
    head: str | None = None
    """The last turn of the branch to show; the last of `turns` where it is not said."""


class Shared(Body):
    """A frozen copy."""

    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 7
    """How long it can be read."""
