"""Generated reading exercises: copy, look up, list, count, fill a JSON object; the answer always stands in the text
above the question.

In-context copying is what a small model must learn before it can call tools; these exercises make it pay early.
Values are names, numbers, invented words and identifiers, so that nearly every token occurs as something to copy.
Answers are computed; document `i` of a seed is fixed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

from openk2.data.extract import Inputs
from openk2.data.extract.arithmetic import Exercise, document
from openk2.data.extract.words import (
    COLOURS,
    JOBS,
    PEOPLE,
    PLACES,
    SUFFIXES,
    TOPICS,
    code_name,
    file_name,
    invented,
    number,
    value,
    word,
)

Maker = Callable[[random.Random], object]
"""Draws a value worth copying; its text is what is shown."""


def exercises(inputs: Inputs) -> Iterator[str]:
    """Documents of a few exercises each, without end."""
    index = 0
    while True:
        yield document(random.Random(f"reading:{inputs.seed}:{index}"), FAMILIES)
        index += 1


def _distinct(rng: random.Random, make: Maker, count: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[str(make(rng))] = None
    return list(found)


def _copy(rng: random.Random) -> tuple[str, str]:
    text = " ".join(value(rng) for _ in range(rng.randint(1, 6)))
    quoted = rng.choice((text, f'"{text}"', f"`{text}`"))
    return rng.choice(
        (f"Repeat exactly: {quoted}", f"Copy this: {quoted}", f"Say {quoted}.", f"Write the following again. {quoted}")
    ), text


_FIELDS: dict[str, Maker] = {
    "name": lambda rng: rng.choice(PEOPLE),
    "city": lambda rng: rng.choice(PLACES),
    "job": lambda rng: rng.choice(JOBS),
    "age": lambda rng: rng.randint(18, 90),
    "code": code_name,
    "colour": lambda rng: rng.choice(COLOURS),
    "price": number,
    "id": code_name,
    "file": file_name,
    "count": number,
    "topic": lambda rng: rng.choice(TOPICS),
    "label": invented,
}


def _record(rng: random.Random) -> tuple[str, str]:
    """One record in JSON, TOML, `key: value` or a sentence; ask for one field."""
    keys = rng.sample(list(_FIELDS), rng.randint(3, 6))
    record = {key: _FIELDS[key](rng) for key in keys}
    key = rng.choice(keys)
    layout = rng.randrange(4)
    if layout == 0:
        shown = json.dumps(record)
    elif layout == 1:
        shown = "\n".join(f"{name}: {entry}" for name, entry in record.items())
    elif layout == 2:
        shown = "\n".join(f"{name} = {json.dumps(entry)}" for name, entry in record.items())
    else:
        shown = " ".join(f"The {name} is {entry}." for name, entry in record.items())
    asked = rng.choice(
        (f"What is the {key}?", f"Give the {key}.", f"Which {key} is stated?", f"Read the {key} from the text above.")
    )
    return f"{shown}\n{asked}", rng.choice((str(record[key]), f"The {key} is {record[key]}."))


def _table(rng: random.Random) -> tuple[str, str]:
    """A table of rows with a distinct first column; look a cell up, or a row by a cell, or count the rows."""
    columns = rng.sample(["city", "job", "age", "code", "price", "colour", "count"], rng.randint(1, 3))
    names = _distinct(rng, lambda r: r.choice((r.choice(PEOPLE), invented(r).title())), rng.randint(3, 8))
    rows = {name: {column: str(_FIELDS[column](rng)) for column in columns} for name in names}
    separator = rng.choice((",", " | ", "\t", "; "))
    lines = [
        separator.join(["name", *columns]),
        *(separator.join([name, *cells.values()]) for name, cells in rows.items()),
    ]
    name, column = rng.choice(names), rng.choice(columns)
    cell = rows[name][column]
    kind = rng.randrange(3)
    if kind == 0:
        asked, answer = (
            rng.choice(
                (f"What is the {column} of {name}?", f"Which {column} has {name}?", f"Look up {name}: {column}?")
            ),
            cell,
        )
    elif kind == 1:
        matching = [other for other in names if rows[other][column] == cell]
        asked, answer = f"Who has the {column} {cell}?", ", ".join(matching)
    else:
        asked, answer = (
            rng.choice(("How many rows are there without the header?", "How many people are in the table?")),
            str(len(names)),
        )
    return "\n".join([*lines, asked]), answer


def _files(rng: random.Random) -> tuple[str, str]:
    """A listing of files; find by content of the name, by ending, count, or repeat the list."""
    names = _distinct(rng, file_name, rng.randint(2, 9))
    kind = rng.randrange(4)
    listing = "\n".join(names)
    ending = rng.choice(names).rsplit(".", 1)[1] if rng.random() < 0.8 else rng.choice(SUFFIXES)
    chosen = [name for name in names if name.endswith("." + ending)]
    if kind == 0:
        return f"{listing}\nHow many files are listed?", str(len(names))
    if kind == 1:
        return f"{listing}\nWhich files end in .{ending}?", ", ".join(chosen) or "none"
    if kind == 2:
        return f"{listing}\nHow many files end in .{ending}?", str(len(chosen))
    place = rng.randrange(len(names))
    ordinal = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")[place]
    return f"{listing}\nWhat is the {ordinal} file?", names[place]


def _notes(rng: random.Random) -> tuple[str, str]:
    """Numbered notes with a planted fact; find the line, the fact, or count the lines that mention a word."""
    people = rng.sample(PEOPLE, rng.randint(3, 7))
    town = rng.choice(PLACES)
    lines, facts = [], []
    for person in people:
        place = town if rng.random() < 0.35 else rng.choice(PLACES)
        thing = rng.choice(
            (
                f"{person} travels to {place} on day {rng.randint(1, 30)}.",
                f"{person} lives in {place} and works as a {rng.choice(JOBS)}.",
                f"Meet {person} in {place}, room {rng.randint(1, 400)}.",
                f"{person} sent {number(rng)} parcels to {place}.",
            )
        )
        lines.append(thing)
        facts.append(place)
    kind = rng.randrange(4)
    numbered = "\n".join(f"{index}: {line}" for index, line in enumerate(lines, 1))
    if kind == 0:
        return f"{numbered}\nHow many lines mention {town}?", str(facts.count(town))
    if kind == 1:
        pick = rng.randrange(len(lines))
        return f"{numbered}\nWhich place stands in the line about {people[pick]}?", facts[pick]
    if kind == 2:
        pick = rng.randrange(len(lines))
        return f"{numbered}\nRead line {pick + 1}.", lines[pick]
    matching = [str(index) for index, place in enumerate(facts, 1) if place == town]
    return f"{numbered}\nWhich lines mention {town}?", ", ".join(matching) or "none"


def _search(rng: random.Random) -> tuple[str, str]:
    """Search results `file:line: text`; name the file or repeat the text."""
    files = _distinct(rng, file_name, rng.randint(2, 5))
    keys = _distinct(rng, invented, len(files))
    values = [rng.choice((code_name(rng), str(number(rng)), rng.choice(PEOPLE))) for _ in files]
    shown = "\n".join(
        f"{name}:{rng.randint(1, 99)}: {key} = {entry}" for name, key, entry in zip(files, keys, values, strict=True)
    )
    pick = rng.randrange(len(files))
    if rng.random() < 0.5:
        return f"{shown}\nIn which file is {keys[pick]} set?", files[pick]
    return f"{shown}\nWhat is the value of {keys[pick]}?", values[pick]


def _list(rng: random.Random) -> tuple[str, str]:
    """A list of values: first, last, nth, reversed, sorted, membership, length."""
    items = _distinct(
        rng,
        rng.choice((word, invented, code_name, lambda r: r.choice(PLACES), lambda r: r.choice(PEOPLE))),
        rng.randint(3, 7),
    )
    shown = rng.choice((", ".join(items), json.dumps(items), " ".join(items)))
    asked, answer = rng.choice(
        (
            ("What is the first item?", items[0]),
            ("What is the last item?", items[-1]),
            (f"What comes after {items[1]}?", items[2]),
            (f"What comes before {items[1]}?", items[0]),
            ("Write the list in reverse order.", ", ".join(reversed(items))),
            ("Sort the list alphabetically.", ", ".join(sorted(items))),
            ("How many items are there?", str(len(items))),
            ("Write one item per line.", "\n".join(items)),
            (f"Is {items[-2]} in the list?", "yes"),
            (f"Is {invented(rng, 4)} in the list?", "no"),
        )
    )
    return f"{shown}\n{asked}", answer


_REQUESTS = (
    ("read_file", ("path",), ("Show me {path}.", "Open the file {path}.", "What does {path} say?", "Read {path}")),
    (
        "search",
        ("query", "folder"),
        ("Search for {query} in {folder}.", "Find {query} below {folder}.", "Look in {folder} for the word {query}."),
    ),
    (
        "send",
        ("to", "amount"),
        ("Send {amount} to {to}.", "{to} gets {amount} from me.", "Transfer {amount} euros to {to}."),
    ),
    (
        "book",
        ("name", "city", "day"),
        ("Book a room in {city} for {name} on day {day}.", "{name} needs a hotel in {city}, day {day}."),
    ),
    ("add", ("a", "b"), ("Add {a} and {b}.", "What do {a} and {b} make together?", "Sum of {a} and {b}")),
    (
        "rename",
        ("old", "new"),
        ("Rename {old} to {new}.", "{old} should be called {new}.", "Change the name {old} into {new}"),
    ),
    (
        "remember",
        ("key", "value"),
        ("Remember that {key} is {value}.", "Note: {key} = {value}", "Store {value} under {key}."),
    ),
)
_MAKERS: dict[str, Maker] = {
    "path": file_name,
    "query": value,
    "folder": invented,
    "to": lambda rng: rng.choice(PEOPLE),
    "amount": number,
    "name": lambda rng: rng.choice(PEOPLE),
    "city": lambda rng: rng.choice(PLACES),
    "day": lambda rng: rng.randint(1, 31),
    "a": number,
    "b": number,
    "old": file_name,
    "new": file_name,
    "key": invented,
    "value": value,
}


def _arguments(rng: random.Random) -> tuple[str, str]:
    """A request in words becomes a JSON object with the same values; the action's name is given and often invented."""
    action, keys, phrasings = rng.choice(_REQUESTS)
    name = action if rng.random() < 0.4 else rng.choice((invented(rng), f"{action}_{invented(rng, 1)}"))
    values = {key: _MAKERS[key](rng) for key in keys}
    request = rng.choice(phrasings).format(**values)
    return f"Action {name} takes {', '.join(keys)}. Request: {request}", f"{name} {json.dumps(values)}"


def _text(rng: random.Random) -> tuple[str, str]:
    """A phrase: count its words, upper case, spell a word, join with a sign, take a word."""
    words = [word(rng) for _ in range(rng.randint(2, 7))]
    phrase = " ".join(words)
    pick = rng.randrange(len(words))
    sign = rng.choice(("-", "_", ", ", "/"))
    asked, answer = rng.choice(
        (
            (f"How many words are in: {phrase}", str(len(words))),
            (f"Write in upper case: {phrase}", phrase.upper()),
            (f"Spell the word {words[0]}.", " ".join(words[0])),
            (f'Join the words of "{phrase}" with "{sign}".', sign.join(words)),
            (f"Word {pick + 1} of: {phrase}", words[pick]),
            (f"How many letters has {words[0]}?", str(len(words[0]))),
            (f"Put these letters together: {' '.join(words[-1])}", words[-1]),
            (f'Replace {words[0]} by {words[-1]} in "{words[0]} and more".', f"{words[-1]} and more"),
        )
    )
    return asked, answer


FAMILIES: tuple[Exercise, ...] = (_copy, _record, _table, _files, _notes, _search, _list, _arguments, _text)
"""Every family of exercise, each as likely."""
