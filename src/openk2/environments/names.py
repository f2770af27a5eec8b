"""What tools are called: their own names, or new ones, so that a name must be read off the declaration to be used.

Names are put together from verbs, nouns and syllables; a name belongs to training or to the hold-out by its hash.
Descriptions have a few wordings each; parameters always keep their names.
"""

from __future__ import annotations

import random
import zlib

from openk2.data.extract.words import COLOURS, invented
from openk2.environments.vocabulary import NOUNS

TOOL_NAMES = ("python", "list_files", "read_file", "search_files", "write_file", "sql", "current_date")
"""The workspace tools of `openk2.agent.tools` a small model knows."""
HELD_OUT_SHARE = 10
"""One name in so many is held out."""
_PARTS = {
    "python": ("run eval execute compute calc do", "python code script expression snippet program"),
    "list_files": ("list show get browse enumerate scan", "files folder names directory dir entries"),
    "read_file": ("read open load get fetch show view cat", "file text document content page doc"),
    "search_files": ("search find grep locate look scan match", "files text lines word matches content"),
    "write_file": ("write save store put create output", "file text document content page doc"),
    "sql": ("query ask run sql select execute", "db database table sqlite rows sql"),
    "current_date": ("get current today show what check", "date day today calendar now weekday"),
}
_WORDINGS = {
    "python": ("Run Python code.", "Execute Python and return what it prints.", "Evaluate Python code."),
    "list_files": ("List the files in a folder.", "Show what a folder contains.", "Names of files in a folder."),
    "read_file": ("Read a text file.", "Return the text of a file.", "Show what a file says."),
    "search_files": (
        "Find the lines that contain a text.",
        "Search all files for a text.",
        "Search for a text in files.",
    ),
    "write_file": ("Write a text file.", "Save text in a file.", "Create or replace a file."),
    "sql": ("Run SQL on a SQLite database.", "Query a SQLite database file.", "Execute an SQL statement."),
    "current_date": ("Return today's date.", "Tell the current date and weekday.", "What day it is today."),
}
_PREFIXES = ("tool", "my", "do", "x", "fn", "run", "use", "the", "new", "api", "util", "app", "k2", "call", "op")


def is_held_out_name(name: str) -> bool:
    """Whether a tool's name belongs to evaluation only; the tools' own names never do."""
    return name not in TOOL_NAMES and zlib.crc32(b"tool:" + name.encode()) % HELD_OUT_SHARE == 0


def new_name(rng: random.Random, tool: str, *, held_out: bool) -> str:
    """A name for a tool that is not one of the tools' own: telling, or of no meaning."""
    while True:
        kind = rng.random()
        if kind < 0.4:
            verbs, nouns = _PARTS[tool]
            parts = [rng.choice(verbs.split()), rng.choice(nouns.split())]
            if rng.random() < 0.25:
                parts.append(rng.choice((*_PREFIXES, *COLOURS, str(rng.randint(1, 9)), "tool", invented(rng, 1))))
        elif kind < 0.75:
            parts = [rng.choice(_PREFIXES), invented(rng, rng.choice((1, 2, 2)))]
        else:
            parts = [rng.choice(NOUNS), rng.choice((rng.choice(NOUNS), invented(rng, 1), invented(rng, 2)))]
        if parts[0] == parts[-1]:
            continue
        shape = rng.random()
        if shape < 0.75:
            name = "_".join(parts)
        elif shape < 0.9:
            name = parts[0] + "".join(part.capitalize() for part in parts[1:])
        else:
            name = "".join(parts[:2]) + rng.choice(("", "", str(rng.randint(1, 9))))
        if name not in TOOL_NAMES and is_held_out_name(name) == held_out:
            return name


def new_description(rng: random.Random, tool: str) -> str | None:
    """Another wording of the tool's description; None for its own."""
    return rng.choice((None, None, *_WORDINGS[tool]))
