"""Families in which a tool fails first: a path or table that is slightly wrong, something that does not exist, an
impossible calculation. The error says what to do next, or that there is nothing to be done."""

from __future__ import annotations

from openk2.environments.families.files import NUMBER_FIELDS, TEXT_FIELDS, reading, record
from openk2.environments.families.source import Finding, opened
from openk2.environments.families.tables import database
from openk2.environments.families.tables import table as draw_table
from openk2.environments.task import Call, Expected, Turn, World
from openk2.environments.values import Draw, Value

_READ = (
    "what is the $field in [the file ]$path?",
    "read $path. What is the $field?",
    "which $field is in $path?",
    "what $field does [the file ]$path (give|state|have)?",
    "tell me the $field in $path.",
    "check $path for the $field.",
    "give me the $field from [the file ]$path.",
    "look into $path: what is the $field?",
    "can you tell me the $field (in|from) [the file ]$path?",
    "could you find the $field in [the file ]$path?",
    "could you read $path and tell me the $field?",
    "I need the $field from [the file ]$path.",
    "I need the $field that is in $path.",
    "I would like to know the $field in [the file ]$path.",
    "I want the $field from $path.",
    "from $path, get the $field.",
    "file $path: the $field?",
    "file $path, $field?",
    "$field in $path?",
    "$field from [the file ]$path, please.",
    "the $field in [the file ]$path, please.",
    "the $field from $path?",
    "what is written in $path for the $field?",
    "what value does $path give for the $field?",
    "what is the value of the $field in $path?",
    "get the $field (out of|from) [the file ]$path.",
    "take the $field from [the file ]$path and tell me.",
    "please find the $field in $path.",
    "tell me what $field $path (states|gives|has).",
    "tell me which $field is in [the file ]$path.",
    "I wonder which $field is in $path.",
    "I have to report the $field from $path. What is it?",
)
_READ_NEW = (
    "according to $path, what is the $field?",
    "see $path and give the $field.",
    "which $field can be found in $path?",
    "I need the $field noted in $path.",
)
_CELL = (
    "what is the $column of $name in table $table of $db?",
    "in $db, table $table, what is the $column of $name?",
    "look up the $column of $name in the $table table of $db.",
    "what $column does $name have in table $table of $db?",
    "give me the $column of $name from table $table in $db.",
    "query the $column of $name in $db, table $table.",
    "what is the $column for $name in table $table of $db?",
    "which $column does $name have in $db, table $table?",
    "(can|could) you look up the $column of $name in table $table of $db?",
    "(can|could) you tell me the $column of $name in $db, table $table?",
    "I need the $column of $name from table $table in $db.",
    "I want to know the $column of $name in the $table table of $db.",
    "tell me the $column of $name in table $table of $db.",
    "get the $column of $name from the $table table of $db.",
    "find the $column of $name in table $table of the database $db.",
    "check the $column of $name in $db, table $table.",
    "in table $table of $db, what is the $column of $name?",
    "in the $table table of $db, which $column does $name have?",
    "table $table of $db: the $column of $name?",
    "$column of $name in table $table of $db?",
    "the $column of $name from table $table in $db, please.",
    "from table $table of $db, I need the $column of $name.",
    "I have to report the $column of $name in table $table of $db. What is it?",
)
_CELL_NEW = (
    "for $name, what is the $column according to table $table of $db?",
    "I need the $column listed for $name in $db, table $table.",
    "find the row of $name in table $table of $db. What is its $column?",
    "which $column goes with $name in table $table of $db?",
)
_ZERO = (
    "what is $a divided by 0?",
    "calculate $a / 0.",
    "divide $a by 0.",
    "how much is $a / 0?",
    "compute $a // 0.",
    "$a / 0 = ?",
    "(can|could) you calculate $a / 0?",
    "(can|could) you divide $a by 0?",
    "what is $a / 0?",
    "how much is $a divided by 0?",
    "I need the result of $a / 0.",
    "I want to know $a divided by 0.",
    "compute $a / 0.",
    "tell me what $a divided by 0 is.",
    "use python: what is $a / 0?",
    "$a divided by 0?",
    "if I divide $a by 0, what is the result?",
    "$a // 0 = ?",
    "what is $a // 0?",
    "calculate $a // 0.",
)
_ZERO_NEW = (
    "what do you get for $a divided by 0?",
    "do the maths: $a / 0.",
    "I need $a over 0.",
    "work out $a divided by zero.",
)


def wrong_path(draw: Draw) -> Turn:
    """The file has another ending than the request says: read, fail, list, read the right one."""
    numeric = draw.chance(0.5)
    field = draw.rng.choice(NUMBER_FIELDS if numeric else TEXT_FIELDS)
    held = record(draw, field)
    folder = draw.folder() if draw.chance(0.4) else None
    stem = draw.stem()
    said, real = draw.rng.sample(("txt", "md", "csv", "log", "cfg"), 2)
    prefix = f"{folder}/" if folder else ""
    path, wrong = f"{prefix}{stem}.{real}", f"{prefix}{stem}.{said}"
    others = {str(draw.file(folder or "")): record(draw, field, 2).text for _ in range(draw.rng.randint(1, 3))}
    values = dict(held.fields)

    def policy() -> Finding:
        yield (Call("read_file", {"path": wrong}),)
        (listing,) = yield (Call("list_files", {"path": folder} if folder else {}),)
        name = next(name for name in listing.splitlines() if name.split(".")[0] == stem)
        value = yield from reading(prefix + name, held, field)()
        return f"The {field} is {value}."

    request = opened(draw, draw.say(_READ, _READ_NEW, field=field, path=Value(wrong)))
    if numeric:
        expected = Expected("number", (values[field],))
    else:
        expected = Expected("text", (values[field],), tuple(v for k, v in held.fields if k != field))
    world = World({path: held.text, **others})
    return Turn("wrong_path", request, expected, policy, ("read_file", "list_files"), world)


def missing_file(draw: Draw) -> Turn:
    """No file of that name, nor one like it: read, fail, list, say so."""
    field, folder = draw.rng.choice(NUMBER_FIELDS + TEXT_FIELDS), draw.folder() if draw.chance(0.4) else None
    wrong = draw.file(folder or "")
    files = {str(draw.file(folder or "")): record(draw, field, 2).text for _ in range(draw.rng.randint(1, 3))}

    def policy() -> Finding:
        yield (Call("read_file", {"path": str(wrong)}),)
        yield (Call("list_files", {"path": str(folder)} if folder else {}),)
        return f"There is no file {wrong}."

    request = opened(draw, draw.say(_READ, _READ_NEW, field=field, path=wrong))
    expected = Expected("text", ("no file",))
    return Turn("missing_file", request, expected, policy, ("read_file", "list_files"), World(files))


def wrong_table(draw: Draw) -> Turn:
    """The table has a longer name than the request says: query, fail, ask for the tables, query the right one."""
    column = draw.rng.choice(NUMBER_FIELDS)
    held = draw_table(draw, (column,))
    said = str(draw.identifier())
    real = draw.rng.choice(
        (f"{said}_{draw.rng.choice(('list', 'table', 'data', 'all', 'new'))}", f"{said}s", f"my_{said}")
    )
    world = database(draw, real, held)
    (path,) = world.databases
    row = draw.rng.choice(held.rows)

    def policy() -> Finding:
        query = f"SELECT {column} FROM {{}} WHERE name = '{row[0]}'"
        yield (Call("sql", {"database": path, "query": query.format(said)}),)
        (tables,) = yield (
            Call("sql", {"database": path, "query": "SELECT name FROM sqlite_master WHERE type = 'table'"}),
        )
        name = next(name for name in tables.splitlines() if said in name)
        (output,) = yield (Call("sql", {"database": path, "query": query.format(name)}),)
        return f"The {column} is {output.strip()}."

    request = opened(
        draw, draw.say(_CELL, _CELL_NEW, column=column, name=Value(row[0]), table=Value(said), db=Value(path))
    )
    expected = Expected("number", (str(row[1]),))
    return Turn("wrong_table", request, expected, policy, ("sql",), world)


def division_by_zero(draw: Draw) -> Turn:
    """An impossible calculation: try, then say what is wrong with it."""
    a = draw.number(2, 9999)
    sign = "//" if draw.chance(0.2) else "/"
    train = tuple(text for text in _ZERO if ("//" in text) == (sign == "//")) or _ZERO

    def policy() -> Finding:
        yield (Call("python", {"code": f"{a} {sign} 0"}),)
        return "That is not possible: division by zero."

    if draw.new_phrasings:
        sign = "/"
    request = opened(draw, draw.say(train, _ZERO_NEW, a=a))
    return Turn("division_by_zero", request, Expected("text", ("division by zero",)), policy, ("python",))
