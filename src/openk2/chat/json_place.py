"""A place within a JSON schema, and the refusal that names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openk2.chat.json_logic import Schema
from openk2.errors import RequestError


@dataclass(frozen=True)
class Place:
    """`tools[0].function.parameters`, and from there `properties.city`."""

    where: str
    """What the caller calls the whole schema."""
    path: tuple[str | int, ...] = ()

    def at(self, *steps: str | int) -> Place:
        """Further down."""
        return Place(self.where, (*self.path, *steps))

    def __str__(self) -> str:
        return ".".join([self.where, *map(str, self.path)])

    def refused(self, keyword: str, accepted: str) -> RequestError:
        """The error for a keyword here that no grammar can say."""
        return RequestError(f"{self.at(keyword)} cannot be enforced by a grammar; accepted: {accepted}")


Rewrite = Callable[[Schema, Place], Schema]
"""Rewrites the schema of a part: what it describes, no other schema describes too."""
