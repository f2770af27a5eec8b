"""Values that requests are about, and the line between values for training and values held out.

A value belongs to one side by the hash of its text, so both sides are wide, disjoint, and need no list. Numbers below
ten are on both sides: there are too few of them. Held-out dialogues draw every value from the held-out side.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from openk2.data.extract.words import COLOURS, JOBS, PEOPLE, PLACES, THINGS, TOPICS, code_name, invented
from openk2.environments.phrasing import expand
from openk2.environments.vocabulary import NAMES, NOUNS, TOWNS

HELD_OUT_SHARE = 10
"""One value in so many is held out."""
_PEOPLE = tuple(dict.fromkeys((*PEOPLE, *NAMES)))
_PLACES = tuple(dict.fromkeys((*PLACES, *TOWNS)))
_WORDS = tuple(dict.fromkeys((*NOUNS, *THINGS, *TOPICS, *COLOURS, *JOBS)))
_SQL = frozenset(("index", "order", "table", "group", "unit", "union", "view", "value", "key", "trigger", "exit"))
"""Words that cannot be the name of a table, or would make a statement hard to read."""
_NAMEABLE = tuple(word for word in _WORDS if word not in _SQL)
_FOLDERS = (
    "notes",
    "data",
    "reports",
    "archive",
    "docs",
    "files",
    "projects",
    "letters",
    "logs",
    "lists",
    "work",
    "home",
    "backup",
    "texts",
    "papers",
    "shared",
    "inbox",
    "drafts",
    "private",
    "public",
    "old",
    "new",
    "src",
    "material",
    "records",
    "journal",
    "input",
    "output",
    "results",
    "tables",
)
_PARTS = ("Street", "Road", "Square", "Harbour", "Park", "Hill", "North", "South", "East", "West", "Centre", "Airport")
_SUFFIXES = ("txt", "txt", "txt", "md", "md", "csv", "log", "json", "cfg")


@lru_cache(maxsize=1 << 16)
def is_held_out(value: str) -> bool:
    """Whether a value belongs to evaluation only."""
    return zlib.crc32(b"value:" + value.encode()) % HELD_OUT_SHARE == 0


class Value(str):
    """A text that requests put into quotation marks, when the dialogue has a habit of doing so."""

    __slots__ = ()


class Draw:
    """Random choices of one dialogue, on one side of the split."""

    def __init__(self, rng: random.Random, *, new_values: bool = False, new_phrasings: bool = False) -> None:
        self.rng = rng
        self.new_values = new_values
        """Draw values from the held-out side."""
        self.new_phrasings = new_phrasings
        """Word requests with held-out phrasings."""
        self.quotation = rng.choice(("", '"', '"', "'", "`", "")) if rng.random() < 0.9 else ""
        """The mark around values in this dialogue; none in about half of them."""
        self._used: set[str] = set()

    def fresh(self, make: Callable[[], str]) -> Value:
        """A value of the right side that this dialogue has not used yet."""
        for _ in range(1000):
            value = make()
            if is_held_out(value) == self.new_values and value not in self._used:
                self._used.add(value)
                return Value(value)
        raise RuntimeError("no unused value left: the pool is too small for one dialogue")

    def among(self, options: Sequence[str]) -> Value:
        """One of fixed options of the right side, unused so far; an invented one when there is none left."""
        for _ in range(100):
            value = self.rng.choice(options)
            if is_held_out(value) == self.new_values and value not in self._used:
                self._used.add(value)
                return Value(value)
        return self.fresh(lambda: invented(self.rng).capitalize() if options[0][0].isupper() else invented(self.rng))

    def number(self, low: int, high: int) -> int:
        """A whole number of the right side, each length as likely, one digit half as likely; may repeat."""
        lengths = range(len(str(low)), len(str(high)) + 1)
        length = self.rng.choices(lengths, [1.0 if length > 1 else 0.5 for length in lengths])[0]
        first, last = max(low, 10 ** (length - 1)), min(high, 10**length - 1)
        while True:
            value = self.rng.randint(first, last)
            if self.fits(value):
                return value

    def fits(self, number: int) -> bool:
        """Whether a number may occur in this dialogue."""
        return number < 10 or is_held_out(str(number)) == self.new_values

    def day(self) -> date:
        """A day between 2015 and 2040."""
        while True:
            day = date(2015, 1, 1) + timedelta(days=self.rng.randrange(9490))
            if is_held_out(day.isoformat()) == self.new_values:
                return day

    def invented(self) -> Value:
        """A word that does not exist."""
        return self.fresh(lambda: invented(self.rng))

    def word(self) -> Value:
        """A common noun, two of them joined, or an invented word."""
        kind = self.rng.random()
        if kind < 0.2:  # so that the tokens of every noun are copied, also of those held out
            return self.fresh(lambda: f"{self.rng.choice(_WORDS)}-{self.rng.choice(_WORDS)}")
        return self.among(_WORDS) if kind < 0.6 else self.invented()

    def person(self) -> Value:
        """A name: known, invented, or first and last."""
        kind = self.rng.random()
        if kind < 0.35:
            return self.among(_PEOPLE)
        if kind < 0.7:
            return self.fresh(lambda: invented(self.rng).capitalize())
        return self.fresh(lambda: f"{self._known(PEOPLE, NAMES)} {invented(self.rng, 2).capitalize()}")

    def place(self) -> Value:
        """A town, known or invented, or a part of one."""
        kind = self.rng.random()
        if kind < 0.3:
            return self.among(_PLACES)
        if kind < 0.6:  # so that the tokens of every town are copied, also of those held out
            return self.fresh(lambda: f"{self._known(PLACES, TOWNS)} {self.rng.choice(_PARTS)}")
        return self.fresh(lambda: invented(self.rng).capitalize())

    def _known(self, frequent: Sequence[str], more: Sequence[str]) -> str:
        """One of two lists, each as likely: the frequent ones are single tokens and have to be seen often."""
        return self.rng.choice(self.rng.choice((frequent, more)))

    def code(self) -> Value:
        """An identifier without meaning, not a plain number."""
        return self.fresh(lambda: next(c for c in iter(lambda: code_name(self.rng), "") if not c.isdigit()))

    def stem(self) -> Value:
        """The name of a file without folder and ending."""

        def make() -> str:
            kind = self.rng.random()
            if kind < 0.3:
                return self.rng.choice(_WORDS)
            if kind < 0.6:
                return invented(self.rng)
            if kind < 0.8:
                return f"{self.rng.choice(_WORDS)}{self.rng.choice(('_', '_', '-', ''))}{self.rng.randint(1, 2030)}"
            return f"{self.rng.choice(_WORDS)}{self.rng.choice('__-')}{self.rng.choice(_WORDS)}"

        return self.fresh(make)

    def folder(self) -> Value:
        """A folder's name."""
        if self.rng.random() < 0.2:
            return self.among(_FOLDERS)
        return self.word()

    def file(self, folder: str | None = None, suffixes: Sequence[str] = _SUFFIXES) -> Value:
        """A path: in the folder given, or in none or a new one."""
        if folder is None and self.rng.random() < 0.35:
            folder = self.folder()
        name = f"{self.stem()}.{self.rng.choice(suffixes)}"
        return Value(f"{folder}/{name}" if folder else name)

    def database(self) -> Value:
        """The path of a SQLite file."""
        return self.file(None if self.rng.random() < 0.2 else "", ("db", "db", "sqlite"))

    def identifier(self) -> Value:
        """A name for a table: letters only, no word of SQL."""
        return self.invented() if self.rng.random() < 0.45 else self.among(_NAMEABLE)

    def say(self, train: Sequence[str], held_out: Sequence[str], **values: object) -> str:
        """One phrasing of the right side, its alternatives chosen and its `$slots` filled."""
        shown = {
            key: f"{self.quotation}{value}{self.quotation}" if isinstance(value, Value) else str(value)
            for key, value in values.items()
        }
        return expand(self.rng, self.rng.choice(held_out if self.new_phrasings else train), shown)

    def chance(self, probability: float) -> bool:
        """True so often."""
        return self.rng.random() < probability
