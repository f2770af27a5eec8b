"""The seam to where answers are kept for retrieval and for the next turn (`previous_response_id`).

Whoever asked may read them, nobody else: another key's or person's response does not exist. Bounded in number, bytes
and age; those that have not changed for longest go first. Kept in memory (`memory_store.py`), or in a file that several
processes of one server share (`file_store.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from openk2.server.protocol import Json
from openk2.server.responses.resource import OVER


@dataclass(frozen=True)
class Kept:
    """One response with what led to it."""

    owner: str
    """Whose it is (`owner_of`)."""
    response: Json
    """The response object as it is now."""
    context: tuple[Json, ...]
    """The items of earlier turns, shared with the responses that have them."""
    input: tuple[Json, ...]
    """The items of the request itself, each with an id."""
    log: tuple[bytes, ...] = ()
    """The events of a response that ran in the background, one record each: event number `i` is the one with the
    sequence number `i`."""

    @property
    def id(self) -> str:
        """The response's."""
        return str(self.response["id"])

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.response["status"] in OVER

    def items(self) -> tuple[Json, ...]:
        """The whole conversation, this answer included."""
        return (*self.context, *self.input, *self.response["output"])


class ResponseStore(Protocol):
    """Where responses are kept."""

    def put(self, kept: Kept) -> None:
        """Keep it, in place of one with its id."""
        ...

    def find(self, owner: str, id: str) -> Kept | None:
        """A response of the owner's; None for what is not kept or somebody else's."""
        ...

    def item(self, owner: str, id: str) -> Json | None:
        """An item of one of the owner's responses, from its input or its output."""
        ...

    def remove(self, owner: str, id: str) -> bool:
        """Forget a response of the owner's; False where there is none."""
        ...
