"""A place within a JSON schema, and the refusal that names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from openk2.chat.json_keywords import is_any
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


def beyond(own: Mapping[str, Any], rest: Schema | None, place: Place, keyword: str, instead: str) -> Schema | None:
    """What an object's or array's other parts have to be, `keyword` being the draft's latest word for it and `instead`
    the older one, whose schema is `rest`. Raises RequestError for what cannot be enforced."""
    latest = own.get(keyword)
    if latest is None or is_any(latest):
        return rest
    if latest is not False or rest is not None:
        raise place.refused(keyword, instead)
    return False


Rewrite = Callable[[Schema, Place], Schema]
"""Rewrites the schema of a part: what it describes, no other schema describes too."""
