"""Families of their own shape: listing, showing, writing and copying files, several files at once, changing tables."""

from __future__ import annotations

from openk2.environments.families.files import (
    NUMBER_FIELDS,
    TEXT_FIELDS,
    Record,
    line,
    other_files,
    reading,
    record,
    searching,
)
from openk2.environments.families.source import Finding, opened
from openk2.environments.families.tables import database
from openk2.environments.task import Call, Expected, Query, Table, Turn, World
from openk2.environments.values import Draw, Value

_LIST = (
    "which files are in $folder?",
    "list the files in $folder.",
    "what is in [the folder ]$folder?",
    "show me $folder.",
    "what files does [the folder ]$folder (have|hold|contain)?",
    "list $folder.",
    "give me the file names in $folder.",
    "look into the folder $folder. Which files are there?",
    "show the contents of the folder $folder.",
)
_LIST_NEW = (
    "what can be found in $folder?",
    "name the files of $folder.",
    "I need a listing of $folder.",
    "which file names are there under $folder?",
    "tell me what the directory $folder holds.",
)
_LIST_ALL = (
    "which files are there?",
    "list the files.",
    "what is in the workspace?",
    "list all files here.",
    "what files do I have?",
    "show me the workspace.",
    "show my files.",
    "which files and folders are in the workspace?",
)
_LIST_ALL_NEW = (
    "what can be found here?",
    "name my files.",
    "I need a listing of the workspace.",
    "which file names are there?",
)
_WRITE = (
    "(write|save|put) $content (to|into) [the file ]$path.",
    "create [the file ]$path with [the text ]$content.",
    "make a file $path that says $content.",
    "store [the text ]$content in $path.",
    "write to $path: $content",
    "save this text in $path: $content",
)
_WRITE_NEW = (
    "the file $path should say $content.",
    "I want $content written to $path.",
    "put this in $path: $content",
    "keep the text $content in $path.",
    "new file $path: $content",
)
_PAIR = (
    "what is the sum of the $field in $first and the $field in $second?",
    "add the $field in $first to the $field in $second.",
    "add up the $field of $first and $second.",
    "what do the $field in $first and the $field in $second make together?",
    "read $first and $second. What is the $field of both together?",
    "what is the total $field of $first and $second?",
)
_PAIR_NEW = (
    "sum the $field values of $first and $second.",
    "taken together, what $field do $first and $second have?",
    "I need the $field from $first plus the $field from $second.",
    "combine the $field of $first with the $field of $second.",
)
_THREE = (
    "add the $field in $first, $second and $third",
    "add up the $field of $first, $second and $third",
    "sum the $field of the files $first, $second and $third",
)
_THREE_NEW = (
    "total the $field over $first, $second and $third",
    "take the $field of $first, $second and $third together",
)
_SAVE = (
    " and write the result to $file.",
    " and save it in $file.",
    ". Then write it to $file.",
    ". Put the sum into $file.",
)
_SAVE_NEW = (" and keep the result in $file.", ". The result should be written to $file.")
_ALL = (
    "add up the $field of all files in $folder.",
    "what is the total $field of the files in $folder?",
    "read all files in $folder and add their $field.",
    "sum the $field over every file in $folder.",
    "what do the $field values of all files in $folder make together?",
)
_ALL_NEW = (
    "every file in $folder has a $field. What is their sum?",
    "take the $field from each file of $folder and add them.",
    "for all files in $folder, what is the $field in total?",
    "I need the $field of everything in $folder, added up.",
)
_FIND_READ = (
    "find the file that mentions $word and tell me its $field.",
    "what is the $field in the file that mentions $word?",
    "one file mentions $word. What $field does it state?",
    "search for $word, then read the $field from that file.",
    "which $field is in the file with $word?",
    "look for the file with $word and read its $field.",
)
_FIND_READ_NEW = (
    "the file naming $word has a $field. Which one?",
    "give me the $field of the file in which $word occurs.",
    "find $word, and then the $field in the same file.",
    "what $field can be found in the file about $word?",
)
_INSERT = (
    "add a row to table $table in $db: name $name, $column $cell.",
    "insert $name with $column $cell into table $table of $db.",
    "put $name with the $column $cell into the table $table of $db.",
    "in $db, add $name with $column $cell to table $table.",
)
_INSERT_NEW = (
    "table $table of $db needs a new row: name $name, $column $cell.",
    "a new entry for table $table in $db: $name, $column $cell.",
    "enter $name with $column $cell into $db, table $table.",
    "extend table $table of $db by $name with $column $cell.",
)
_UPDATE = (
    "set the $column of $name to $cell in table $table of $db.",
    "change the $column of $name to $cell in $db, table $table.",
    "in $db, table $table, set the $column of $name to $cell.",
    "update table $table of $db: the $column of $name is now $cell.",
)
_UPDATE_NEW = (
    "the new $column of $name is $cell; update table $table of $db.",
    "the $column of $name should be $cell in table $table of $db.",
    "make it $cell for the $column of $name in $db, table $table.",
    "correct the $column of $name to $cell in table $table of $db.",
)
_COPY = (
    "copy [the file ]$path to $file.",
    "read $path and write its text to $file.",
    "make a copy of $path called $file.",
    "save the contents of $path as $file.",
    "duplicate $path as $file.",
)
_COPY_NEW = (
    "I want the text of $path in $file as well.",
    "the file $file should hold the same as $path.",
    "write a copy of $path into $file.",
    "take what $path says and put it into $file.",
)
_SHOW = (
    "what does [the file ]$path say?",
    "read $path.",
    "show me $path.",
    "what is in the file $path?",
    "open $path.",
    "show the text of $path.",
    "print [the file ]$path.",
    "give me the contents of $path.",
)
_SHOW_NEW = ("what text is in $path?", "I want to see $path.", "tell me what $path says.", "let me read $path.")


def list_folder(draw: Draw) -> Turn:
    """The names in a folder, or in the whole workspace."""
    everywhere = draw.chance(0.25)
    folder = draw.folder()
    inside = [str(draw.file(folder)) for _ in range(draw.rng.randint(1, 4))]
    files = {path: line(draw, draw.word()) + "\n" for path in inside} | other_files(draw)
    if everywhere:
        names = {path.split("/")[0] + "/" if "/" in path else path for path in files}
        request, arguments = draw.say(_LIST_ALL, _LIST_ALL_NEW), {}
    else:
        names = {path.removeprefix(folder + "/") for path in inside}
        shown = Value(folder + "/") if draw.chance(0.25) else folder
        request, arguments = draw.say(_LIST, _LIST_NEW, folder=shown), {"path": str(folder)}

    def policy() -> Finding:
        (output,) = yield (Call("list_files", arguments),)
        return output

    expected = Expected("list", tuple(sorted(names)))
    return Turn("list", opened(draw, request), expected, policy, ("list_files",), World(files))


def show_file(draw: Draw) -> Turn:
    """The whole text of a short file."""
    path = draw.file()
    text = _text(draw)

    def policy() -> Finding:
        (output,) = yield (Call("read_file", {"path": str(path)}),)
        return output

    request = opened(draw, draw.say(_SHOW, _SHOW_NEW, path=path))
    world = World({str(path): text, **other_files(draw)})
    return Turn("show", request, Expected("exact", (text,)), policy, ("read_file",), world)


def _text(draw: Draw) -> str:
    """One or two lines, or a few words."""
    if draw.chance(0.3):
        return " ".join(draw.word() for _ in range(draw.rng.randint(2, 5)))
    return "\n".join(line(draw, draw.word()) for _ in range(draw.rng.choice((1, 1, 2))))


def write_text(draw: Draw) -> Turn:
    """A text of the request into a file."""
    path = draw.file()
    kind = draw.rng.random()
    if kind < 0.4:
        content = line(draw, draw.word())
    elif kind < 0.7:
        content = " ".join(draw.word() for _ in range(draw.rng.randint(1, 4)))
    else:
        content = f"{draw.word()}: {draw.number(2, 9999)}" if draw.chance(0.5) else str(draw.person())
    request = draw.say(_WRITE, _WRITE_NEW, content=Value(content), path=path)
    if not draw.quotation and not request.endswith(content):
        request = draw.say(("write to $path: $content",), ("put this in $path: $content",), content=content, path=path)

    def policy() -> Finding:
        yield (Call("write_file", {"path": str(path), "content": content}),)
        return f"I wrote it to {path}."

    closed = opened(draw, request) if request.endswith(".") else request[:1].upper() + request[1:]
    expected = Expected("state", files={str(path): content})
    return Turn("write", closed, expected, policy, ("write_file",), World(other_files(draw, 1)))


def copy_file(draw: Draw) -> Turn:
    """The whole text of a short file into a second one."""
    path, file = draw.file(), draw.file()
    text = _text(draw)

    def policy() -> Finding:
        (output,) = yield (Call("read_file", {"path": str(path)}),)
        yield (Call("write_file", {"path": str(file), "content": output}),)
        return f"I wrote it to {file}."

    request = opened(draw, draw.say(_COPY, _COPY_NEW, path=path, file=file))
    expected = Expected("state", files={str(file): text})
    return Turn("copy_file", request, expected, policy, ("read_file", "write_file"), World({str(path): text}))


def _numbered(draw: Draw, field: str, paths: list[Value]) -> tuple[list[Record], list[int]]:
    records = [record(draw, field, 2) for _ in paths]
    return records, [int(dict(held.fields)[field]) for held in records]


def _read_all(paths: list[str], records: list[Record], field: str) -> Finding:
    """Read all files in one turn, then add the numbers."""
    outputs = yield tuple(Call("read_file", {"path": path}) for path in paths)
    found = [held.parse(output, field) for held, output in zip(records, outputs, strict=True)]
    (total,) = yield (Call("python", {"code": " + ".join(found)}),)
    return total.strip()


def reads_calc(draw: Draw) -> Turn:
    """Two files read in parallel, their numbers added."""
    field = draw.rng.choice(NUMBER_FIELDS)
    paths = [draw.file(), draw.file()]
    records, numbers = _numbered(draw, field, paths)

    def policy() -> Finding:
        total = yield from _read_all([str(path) for path in paths], records, field)
        return f"The result is {total}."

    request = opened(draw, draw.say(_PAIR, _PAIR_NEW, field=field, first=paths[0], second=paths[1]))
    world = World({str(path): held.text for path, held in zip(paths, records, strict=True)})
    return Turn("reads_calc", request, Expected("number", (str(sum(numbers)),)), policy, ("read_file", "python"), world)


def reads_calc_write(draw: Draw) -> Turn:
    """Three files read in parallel, their numbers added, the sum written."""
    field = draw.rng.choice(NUMBER_FIELDS)
    paths, file = [draw.file(), draw.file(), draw.file()], draw.file()
    records, numbers = _numbered(draw, field, paths)

    def policy() -> Finding:
        total = yield from _read_all([str(path) for path in paths], records, field)
        yield (Call("write_file", {"path": str(file), "content": total}),)
        return f"I wrote {total} to {file}."

    first = draw.say(_THREE, _THREE_NEW, field=field, first=paths[0], second=paths[1], third=paths[2])
    request = opened(draw, first + draw.say(_SAVE, _SAVE_NEW, file=file))
    world = World({str(path): held.text for path, held in zip(paths, records, strict=True)})
    expected = Expected("state", files={str(file): str(sum(numbers))})
    return Turn("reads_calc_write", request, expected, policy, ("read_file", "python", "write_file"), world)


def list_reads_calc(draw: Draw) -> Turn:
    """A folder listed, each of its files read, their numbers added."""
    field, folder = draw.rng.choice(NUMBER_FIELDS), draw.folder()
    paths = sorted((draw.file(folder) for _ in range(draw.rng.randint(2, 3))), key=str)
    records, numbers = _numbered(draw, field, paths)
    by_path = {str(path): held for path, held in zip(paths, records, strict=True)}

    def policy() -> Finding:
        (listing,) = yield (Call("list_files", {"path": str(folder)}),)
        found = [f"{folder}/{name}" for name in listing.splitlines()]
        total = yield from _read_all(found, [by_path[path] for path in found], field)
        return f"The result is {total}."

    request = opened(draw, draw.say(_ALL, _ALL_NEW, field=field, folder=folder))
    world = World({path: held.text for path, held in by_path.items()})
    expected = Expected("number", (str(sum(numbers)),))
    return Turn("list_reads_calc", request, expected, policy, ("list_files", "read_file", "python"), world)


def search_read(draw: Draw) -> Turn:
    """The file that mentions a word is found, then read for another field."""
    key, field = draw.rng.sample([name for name in TEXT_FIELDS if name not in ("code", "password", "key")], 2)
    if draw.chance(0.4):
        field = draw.rng.choice(NUMBER_FIELDS)
    held = record(draw, field, 2)
    word = draw.word()
    held = Record((*(pair for pair in held.fields if pair[0] != key), (key, str(word))), held.layout, held.title)
    path = draw.file()
    files = {str(draw.file()): record(draw, field, 2).text, str(path): held.text}
    values = dict(held.fields)

    def policy() -> Finding:
        found = yield from searching(str(word))()
        value = yield from reading(found, held, field)()
        return f"The {field} is {value}."

    request = opened(draw, draw.say(_FIND_READ, _FIND_READ_NEW, word=word, field=field))
    if field in NUMBER_FIELDS:
        expected = Expected("number", (values[field],))
    else:
        expected = Expected("text", (values[field],), tuple(v for k, v in held.fields if k != field and v != word))
    return Turn("search_read", request, expected, policy, ("search_files", "read_file"), World(files))


def sql_change(draw: Draw) -> Turn:
    """A row added to a table, or a cell of a row changed."""
    column, name = draw.rng.choice(NUMBER_FIELDS), draw.identifier()
    rows = tuple((str(draw.person()), draw.number(2, 9999)) for _ in range(draw.rng.randint(2, 4)))
    world = database(draw, str(name), Table(("name", column), rows))
    (path,) = world.databases
    cell = draw.number(10, 9999)
    if draw.chance(0.5):
        who = draw.person()
        query = f"INSERT INTO {name} (name, {column}) VALUES ('{who}', {cell})"
        answer = f"I added {who}."
        train, held_out = _INSERT, _INSERT_NEW
        after = (*rows, (str(who), cell))
    else:
        who = Value(draw.rng.choice(rows)[0])
        query = f"UPDATE {name} SET {column} = {cell} WHERE name = '{who}'"
        answer = f"The {column} of {who} is now {cell}."
        train, held_out = _UPDATE, _UPDATE_NEW
        after = tuple((row[0], cell) if row[0] == who else row for row in rows)

    def policy() -> Finding:
        yield (Call("sql", {"database": path, "query": query}),)
        return answer

    request = draw.say(train, held_out, table=name, db=Value(path), name=who, column=column, cell=cell)
    state = Query(path, f"SELECT name, {column} FROM {name}", after)
    return Turn("sql_change", opened(draw, request), Expected("state", queries=(state,)), policy, ("sql",), world)
