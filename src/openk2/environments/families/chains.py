"""Sources in two steps: what the first tool finds tells the second one where to look, or for what."""

from __future__ import annotations

from openk2.environments.families.files import NUMBER_FIELDS, TEXT_FIELDS, Record, line, reading, record
from openk2.environments.families.source import Finding, Source
from openk2.environments.families.tables import database, querying
from openk2.environments.task import Call, Table, World
from openk2.environments.values import Draw, Value

_WORDS = tuple(name for name in TEXT_FIELDS if name not in ("code", "password", "key"))
"""Fields whose value can be looked for in other texts."""
_VIA_FILE = (
    "the $field in the file that $path names",
    "the $field in the file named in $path",
    "the $field from the file that $path points to",
    "the $field of the file whose name is in $path",
    "the $field in the file that stands in $path",
    "the $field in the file whose name $path gives",
    "the $field in the file whose name is in $path",
    "the $field from the file named in $path",
    "the $field in the file whose path $path holds",
    "the $field in the other file that $path names",
    "the $field of the file that is named in $path",
    "the $field stated in the file that $path points to",
)
_VIA_FILE_NEW = (
    "the $field given by the file which $path mentions",
    "the $field you find in the file that $path refers to",
    "the $field inside the file listed in $path",
    "the $field belonging to the file from $path",
)
_VIA_FILE_ASK = (
    "the file $path names another file. What is the $field in it?",
    "read $path, then the file it names. What is the $field there?",
    "look into $path for a file name and tell me the $field in that file.",
    "follow the file name in $path. Which $field does that file have?",
    "in $path there is the name of another file. What is the $field in that file?",
    "(can|could) you read $path, open the file it names and tell me the $field?",
    "I need the $field from the file that $path names.",
    "I want to know the $field in the file whose name is in $path.",
    "open $path, then open the file it names. What is the $field?",
    "$field in the file that $path names?",
    "which $field is in the file that $path points to?",
    "what is the $field in the file that is named in $path?",
    "tell me the $field in the file named in $path.",
    "get the file name from $path, then get the $field from that file.",
    "$field of the file named in $path, please.",
    "first read $path, it names a file. Then tell me the $field from that file.",
    "read the file that $path names and tell me its $field.",
)
_VIA_FILE_ASK_NEW = (
    "there is a file name in $path. Which $field does that file give?",
    "see which file $path names and give me its $field.",
    "the file $path refers to another one. What $field is in there?",
)
_VIA_CELL = (
    "the $field in the file of $who in table $table of $db",
    "the $field in the file that table $table of $db has for $who",
    "the $field from the file which $db, table $table, lists for $who",
    "the $field of the file that table $table of $db gives for $who",
    "the $field from the file in the row of $who in table $table of $db",
    "the $field in the file stored for $who in the $table table of $db",
    "the $field stated in the file that belongs to $who in $db, table $table",
    "the $field in the file whose path table $table of $db has for $who",
)
_VIA_CELL_NEW = (
    "the $field of the file listed for $who in table $table of $db",
    "the $field in the file that goes with $who in table $table of $db",
)
_CELL_COUNT = (
    "the number of lines that mention the $column of $who in table $table of $db",
    "the number of lines with the $column of $who from table $table of $db",
    "the count of lines that contain the $column that $who has in $db, table $table",
    "how many lines mention the $column of $who in the $table table of $db",
    "how often the $column of $who from table $table in $db appears in the files",
    "the number of lines that contain the $column of $who in the $table table of $db",
    "the number of lines in my files that mention the $column of $who from $db, table $table",
    "the number of lines with the $column that table $table of $db gives for $who",
    "the count of lines with the $column of $who from the $table table in $db",
    "how many lines contain the $column that table $table of $db has for $who",
    "how often my files mention the $column of $who in table $table of $db",
    "the number of times the files mention the $column of $who in $db, table $table",
)
_CELL_COUNT_NEW = (
    "the line count for the $column of $who in table $table of $db",
    "how many lines name the $column which $who has in table $table of $db",
    "the number of matches for the $column listed for $who in table $table of $db",
    "how many lines have the $column belonging to $who in $db, table $table",
)
_FIELD_COUNT = (
    "the number of lines in $folder that mention the $field from $path",
    "the number of lines in $folder with the $field in $path",
    "the number of lines in $folder that contain the $field given in $path",
    "the count of lines in $folder that mention the $field from $path",
    "the number of lines in the folder $folder that mention the $field stated in $path",
    "how many lines in $folder mention the $field from $path",
    "how many lines in the folder $folder contain the $field given in $path",
    "the number of lines below $folder with the $field that $path gives",
)
_FIELD_COUNT_NEW = (
    "the line count in $folder for the $field in $path",
    "how many lines in $folder name the $field noted in $path",
)
_ONLY_FILE = (
    "the $field in the only file of $folder",
    "the $field in the one file in $folder",
    "the $field from the single file in the folder $folder",
    "the $field that the only file in $folder has",
    "the $field given in the file in $folder",
    "the $field in the file that is in $folder",
    "the $field of the only file in the folder $folder",
    "the $field from the only file in $folder",
    "the $field stated in the single file in $folder",
    "the $field in the one file that $folder holds",
    "the $field from the one file in the folder $folder",
    "the $field that is in the only file of the folder $folder",
)
_ONLY_FILE_NEW = (
    "the $field of the sole file in $folder",
    "the $field noted in the one file under $folder",
    "the $field which the file inside $folder gives",
    "the $field you find in the only file of the directory $folder",
)
_ONLY_FILE_ASK = (
    "there is one file in $folder. What is its $field?",
    "list $folder and read the file in it. What is the $field?",
    "look into the folder $folder, read its file and tell me the $field.",
    "which $field does the only file in $folder have?",
    "what is the $field in the only file in $folder?",
    "what $field does the one file in $folder state?",
    "in $folder there is only one file. What is the $field in it?",
    "(can|could) you open the only file in $folder and tell me the $field?",
    "I need the $field from the only file in $folder.",
    "I want to know the $field in the one file in the folder $folder.",
    "tell me the $field in the file in $folder, there is only one.",
    "see which file is in $folder and tell me its $field.",
    "find the file in $folder and read its $field.",
    "read the only file in $folder. Which $field does it have?",
    "I forgot the name of the file in $folder, but I need its $field.",
    "$field from the only file in $folder?",
    "the $field from the one file in $folder, please.",
)
_ONLY_FILE_ASK_NEW = (
    "the folder $folder has a single file. Which $field does it give?",
    "open whatever file is in $folder and give me the $field.",
    "one file lies in $folder. I need its $field.",
)
_ASK = (
    "what is $noun?",
    "tell me $noun.",
    "find $noun.",
    "give me $noun.",
    "I want to know $noun.",
    "(can|could) you find $noun?",
    "(can|could) you tell me $noun?",
    "I need $noun.",
    "I would like to know $noun.",
    "find out $noun.",
    "get $noun.",
    "look up $noun.",
    "do you know $noun?",
    "$noun, please.",
    "$noun?",
    "check $noun for me.",
    "for a report I need $noun.",
)
_ASK_NEW = ("let me know $noun.", "I am asking for $noun.", "report $noun.", "could I have $noun?")


def _asked(draw: Draw, noun: str) -> str:
    return draw.say(_ASK, _ASK_NEW, noun=noun)


def _target(draw: Draw) -> tuple[str, Record, str, bool]:
    """(path, record, field, numeric) of the file the chain ends in."""
    numeric = draw.chance(0.5)
    field = draw.rng.choice(NUMBER_FIELDS if numeric else TEXT_FIELDS)
    return str(draw.file()), record(draw, field, draw.rng.randint(2, 3)), field, numeric


def _others(held: Record, field: str) -> tuple[str, ...]:
    return tuple(value for name, value in held.fields if name != field)


def read_read(draw: Draw) -> Source:
    """One file names the other, which holds the field."""
    path, held, field, numeric = _target(draw)
    first = draw.file()
    label = draw.rng.choice(("file", "source", "see", "path"))
    pairs = [(label, path), *(pair for pair in record(draw, field, 2).fields if pair[0] != field)]
    draw.rng.shuffle(pairs)
    pointer = Record(tuple(pairs), draw.rng.choice((0, 0, 1, 2, 3)))

    def find() -> Finding:
        found = yield from reading(str(first), pointer, label)()
        return (yield from reading(found, held, field)())

    noun = draw.say(_VIA_FILE, _VIA_FILE_NEW, field=field, path=first)
    question = draw.say(_VIA_FILE_ASK, _VIA_FILE_ASK_NEW, field=field, path=first)
    world = World({str(first): pointer.text, path: held.text})
    answer = f"The {field} is {{}}."
    rivals = _others(held, field)
    return Source(noun, question, dict(held.fields)[field], answer, find, ("read_file",), world, rivals, numeric)


def sql_read(draw: Draw) -> Source:
    """A table says which file, the file holds the field."""
    path, held, field, numeric = _target(draw)
    who, name = draw.person(), draw.identifier()
    rows = tuple(sorted(((str(who), path), *((str(draw.person()), str(draw.file())) for _ in range(2)))))
    world = database(draw, str(name), Table(("name", "file"), rows))
    (db,) = world.databases

    def find() -> Finding:
        found = yield from querying(db, f"SELECT file FROM {name} WHERE name = '{who}'")()
        return (yield from reading(found, held, field)())

    noun = draw.say(_VIA_CELL, _VIA_CELL_NEW, field=field, who=who, table=name, db=Value(db))
    whole = World({path: held.text}, world.databases)
    value, answer, tools = dict(held.fields)[field], f"The {field} is {{}}.", ("sql", "read_file")
    return Source(noun, _asked(draw, noun), value, answer, find, tools, whole, _others(held, field), numeric)


def sql_search(draw: Draw) -> Source:
    """A table names a word, the search counts the lines that mention it."""
    column, who, name = draw.rng.choice(_WORDS), draw.person(), draw.identifier()
    word = str(draw.word())
    rows = tuple(sorted(((str(who), word), *((str(draw.person()), str(draw.word())) for _ in range(2)))))
    world = database(draw, str(name), Table(("name", column), rows))
    (db,) = world.databases
    hits, files = _mentioned(draw, word, None)

    def find() -> Finding:
        value = yield from querying(db, f"SELECT {column} FROM {name} WHERE name = '{who}'")()
        (output,) = yield (Call("search_files", {"text": value}),)
        return output.split(" ", 1)[0]

    noun = draw.say(_CELL_COUNT, _CELL_COUNT_NEW, column=column, who=who, table=name, db=Value(db))
    whole = World(files, world.databases)
    tools = ("sql", "search_files")
    return Source(noun, _asked(draw, noun), str(hits), "There are {} lines.", find, tools, whole, (), True)


def read_search(draw: Draw) -> Source:
    """A file names a word, the search counts the lines of a folder that mention it."""
    field = draw.rng.choice(_WORDS)
    held = record(draw, field)
    path, folder = draw.file(), draw.folder()
    hits, files = _mentioned(draw, dict(held.fields)[field], folder)

    def find() -> Finding:
        value = yield from reading(str(path), held, field)()
        (output,) = yield (Call("search_files", {"text": value, "path": str(folder)}),)
        return output.split(" ", 1)[0]

    noun = draw.say(_FIELD_COUNT, _FIELD_COUNT_NEW, folder=folder, field=field, path=path)
    world = World({str(path): held.text, **files})
    tools = ("read_file", "search_files")
    return Source(noun, _asked(draw, noun), str(hits), "There are {} lines.", find, tools, world, (), True)


def list_read(draw: Draw) -> Source:
    """A folder with one file, which holds the field."""
    _, held, field, numeric = _target(draw)
    folder = draw.folder()
    path = str(draw.file(folder))

    def find() -> Finding:
        (listing,) = yield (Call("list_files", {"path": str(folder)}),)
        return (yield from reading(f"{folder}/{listing}", held, field)())

    noun = draw.say(_ONLY_FILE, _ONLY_FILE_NEW, field=field, folder=folder)
    question = draw.say(_ONLY_FILE_ASK, _ONLY_FILE_ASK_NEW, field=field, folder=folder)
    files = {path: held.text, str(draw.file("")): line(draw, draw.word()) + "\n"}
    value, answer, tools = dict(held.fields)[field], f"The {field} is {{}}.", ("list_files", "read_file")
    return Source(noun, question, value, answer, find, tools, World(files), _others(held, field), numeric)


def _mentioned(draw: Draw, word: str, folder: str | None) -> tuple[int, dict[str, str]]:
    """A number of lines that mention the word, among others, and the file they are in."""
    hits = draw.rng.randint(1, 5)
    lines = [line(draw, word) for _ in range(hits)] + [line(draw, draw.word()) for _ in range(draw.rng.randint(0, 2))]
    draw.rng.shuffle(lines)
    return hits, {str(draw.file(folder)): "\n".join(lines) + "\n"}
