"""Events as JSON and back, for keeping whole answers outside this process."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

import orjson

from openk2.chat import events as kinds
from openk2.chat.events import Event, OfChoice

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in typing.get_args(Event)}


def events_to_json(events: list[Event]) -> bytes:
    """A list of `[kind, field, …]`."""
    return orjson.dumps([_plain(event) for event in events])


def events_from_json(text: bytes) -> list[Event]:
    """The inverse. Raises ValueError, KeyError or TypeError for what is none."""
    return [_event(values) for values in orjson.loads(text)]


def _plain(event: Event) -> list[Any]:
    if isinstance(event, OfChoice):
        return ["OfChoice", event.choice, _plain(event.event)]
    return [type(event).__name__, *(getattr(event, field.name) for field in dataclasses.fields(event))]


def _event(values: list[Any]) -> Event:
    kind, *fields = values
    if kind == kinds.OfChoice.__name__:
        return OfChoice(fields[0], _event(fields[1]))
    made: Event = _KINDS[kind](*map(_frozen, fields))
    return made


def _frozen(value: Any) -> Any:
    """Lists are tuples in events."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
