"""A task: a small world, a dialogue to hold in it, and what a right ending looks like.

A task never says how it must be solved. Each turn carries an oracle policy, a generator that yields calls, is sent
their outputs and returns the answer; it proves that the task can be solved and makes the training trajectories.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Cell = str | int
AnswerKind = Literal["number", "text", "list", "exact", "any of", "state"]


@dataclass(frozen=True)
class Table:
    """One SQLite table; the first column is TEXT and unique."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class World:
    """What lies in the workspace before the dialogue begins."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Path, relative to the workspace, to text."""
    databases: Mapping[str, Mapping[str, Table]] = field(default_factory=dict)
    """Path to tables by name."""
    today: date = date(2026, 11, 25)
    """What the tool `current_date` answers."""

    def merged(self, other: World) -> World | None:
        """Both worlds in one workspace; None when they disagree about a path."""
        if set(self.paths) & set(other.paths):
            return None
        return World({**self.files, **other.files}, {**self.databases, **other.databases}, self.today)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file, databases included."""
        return (*self.files, *self.databases)


@dataclass(frozen=True)
class Call:
    """A tool call as the oracle thinks of it: by the tool's own name, whatever the dialogue calls it."""

    tool: str
    arguments: Mapping[str, Any]


Policy = Callable[[], Generator[tuple[Call, ...], tuple[str, ...], str]]
"""Starts an oracle: yields calls made in parallel, is sent their outputs in order, returns the answer."""


@dataclass(frozen=True)
class Query:
    """A statement about a database after the dialogue."""

    database: str
    query: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Expected:
    """What must hold at the end of a turn."""

    kind: AnswerKind
    """`number`, `text` and `list`: the answer states the values and no rival; `exact`: it is the value; `any of`: it
    holds one of the values; `state`: the words do not matter, only files and rows."""
    values: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    """Values near the right one whose mention makes the answer wrong."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files that must exist with exactly this text."""
    queries: tuple[Query, ...] = ()
    """Rows that databases must hold."""
    calls: bool = True
    """Whether tools may be called at all; False in chat."""


@dataclass(frozen=True)
class Turn:
    """One request of the user."""

    family: str
    request: str
    expected: Expected
    policy: Policy = field(repr=False)
    tools: tuple[str, ...] = ()
    """Tools, by their own names, that the oracle uses."""
    world: World = field(default_factory=World)


@dataclass(frozen=True)
class Declared:
    """A tool as one dialogue declares it."""

    tool: str
    """Its own name, such as `read_file`."""
    name: str
    """The name the model sees."""
    description: str | None
    """None: the tool's own words."""


@dataclass(frozen=True)
class Task:
    """A whole dialogue to be held."""

    id: str
    """`SPLIT/FAMILY/SEED/NUMBER`; the same id is always the same task."""
    family: str
    split: str
    """`train` or a held-out split of `openk2.environments.SPLITS`."""
    world: World
    system: str | None
    tools: tuple[Declared, ...]
    turns: tuple[Turn, ...]
