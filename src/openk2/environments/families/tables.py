"""Sources the `sql` tool finds: a cell, a number of rows, a total, an extreme, the name that goes with a value."""

from __future__ import annotations

from collections.abc import Callable

from openk2.environments.families.files import NUMBER_FIELDS, TEXT_FIELDS, field_value
from openk2.environments.families.source import Finding, Source
from openk2.environments.task import Call, Cell, Table, World
from openk2.environments.values import Draw

_AT = (
    " in [the ]table $table of $db",
    " in $db, table $table",
    " in the $table table of $db",
    " from table $table in $db",
    " in table $table in the database $db",
    " in table $table of the database $db",
    " from the table $table of $db",
    " in [the ]table $table in $db",
    " in the table named $table in $db",
    " in the database $db in table $table",
    " from the $table table in $db",
    " from $db, table $table",
)
_AT_NEW = (" according to table $table of $db", " in the database $db, table $table", " using table $table inside $db")
_CELL = (
    "the $column of $name$at",
    "the $column of $name$at",
    "the $column for $name$at",
    "the $column that $name has$at",
    "the value of $column for $name$at",
    "the $column that is given for $name$at",
    "the $column stored for $name$at",
    "the $column value of $name$at",
    "the $column in the row of $name$at",
    "the $column entered for $name$at",
)
_CELL_NEW = (
    "the $column belonging to $name$at",
    "the $column listed for $name$at",
    "the $column which goes with $name$at",
)
_CELL_ASK = (
    "what is the $column of $name$at?",
    "what $column does $name have$at?",
    "which $column has $name$at?",
    "look up the $column of $name$at.",
    "query the $column of $name$at.",
    "what is the $column for $name$at?",
    "what is the value of $column for $name$at?",
    "what is stored as the $column of $name$at?",
    "which $column is given for $name$at?",
    "which $column does $name have$at?",
    "(can|could) you look up the $column of $name$at?",
    "(can|could) you tell me the $column of $name$at?",
    "I need the $column of $name$at.",
    "I want to know the $column of $name$at.",
    "I would like the $column for $name$at.",
    "tell me the $column of $name$at.",
    "tell me which $column $name has$at.",
    "give me the $column for $name$at.",
    "get the $column of $name$at.",
    "fetch the $column for $name$at.",
    "read the $column of $name$at.",
    "find the $column of $name$at.",
    "check the $column of $name$at.",
    "among the rows$at, what is the $column of $name?",
    "the row of $name$at: what is the $column there?",
    "$column of $name$at?",
    "the $column of $name$at, please.",
    "the $column for $name$at?",
    "I have to report the $column of $name$at. What is it?",
    "do you know the $column of $name$at?",
    "I wonder what $column $name has$at.",
)
_CELL_ASK_NEW = (
    "for $name, what is the $column$at?",
    "find the row of $name$at. What is its $column?",
    "see $name$at: which $column is it?",
    "I need to know which $column $name has$at.",
)
_ROWS = (
    "the number of rows$at",
    "the row count$at",
    "the number of entries$at",
    "the total number of rows$at",
    "the number of all rows$at",
    "the count of rows$at",
    "the total of entries$at",
    "how many rows there are$at",
)
_ROWS_NEW = ("the number of records$at", "the amount of rows$at")
_ROWS_ASK = (
    "how many rows are there$at?",
    "count the rows$at.",
    "how many entries are there$at?",
    "how many rows do you see$at?",
    "how many rows are$at?",
    "what is the number of rows$at?",
    "(can|could) you count the rows$at?",
    "I need the number of rows$at.",
    "I want to know how many rows there are$at.",
    "count all rows$at.",
    "count the entries$at.",
    "tell me the number of rows$at.",
    "find out how many rows there are$at.",
    "number of rows$at?",
    "the number of rows$at, please.",
    "what is the row count$at?",
)
_ROWS_ASK_NEW = ("how many records are$at?", "tell me how many rows you see$at.", "how many rows can be found$at?")
_MATCH = (
    "the number of rows with $column $cell$at",
    "the number of rows whose $column is $cell$at",
    "the number of rows that have the $column $cell$at",
    "the number of rows with the $column $cell$at",
    "the number of entries whose $column is $cell$at",
    "the count of rows with $column $cell$at",
    "how many rows have the $column $cell$at",
    "the number of rows that have $cell as $column$at",
)
_MATCH_NEW = ("the number of rows where the $column equals $cell$at", "the number of rows having $column $cell$at")
_MATCH_ASK = (
    "how many rows have the $column $cell$at?",
    "how many rows are there with $column $cell$at?",
    "count the rows whose $column is $cell$at.",
    "how many rows have $cell as [the] $column$at?",
    "how many entries have the $column $cell$at?",
    "how many rows$at have the $column $cell?",
    "in how many rows is the $column $cell$at?",
    "(can|could) you count the rows with $column $cell$at?",
    "I need the number of rows with the $column $cell$at.",
    "count the rows with the $column $cell$at.",
    "count how many rows have $column $cell$at.",
    "tell me how many rows have the $column $cell$at.",
    "of the rows$at, how many have the $column $cell?",
    "rows with $column $cell$at: how many?",
    "what is the number of rows whose $column is $cell$at?",
    "the number of rows with $column $cell$at, please.",
)
_MATCH_ASK_NEW = ("with $column $cell, how many rows are there$at?", "how many rows show $cell as $column$at?")
_NAME = (
    "the name with $column $cell$at",
    "the name whose $column is $cell$at",
    "the name with the $column $cell$at",
    "the name in the row with $column $cell$at",
    "the name that has the $column $cell$at",
    "the name of the row whose $column is $cell$at",
    "the name for the $column $cell$at",
)
_NAME_NEW = ("the name where the $column equals $cell$at", "the name having $column $cell$at")
_NAME_ASK = (
    "who has the $column $cell$at?",
    "which name has $column $cell$at?",
    "whose $column is $cell$at?",
    "who has a $column of $cell$at?",
    "which name has a $column of $cell$at?",
    "whose $column$at is $cell?",
    "what is the name with the $column $cell$at?",
    "(can|could) you tell me who has the $column $cell$at?",
    "I need the name with the $column $cell$at.",
    "tell me who has the $column $cell$at.",
    "tell me whose $column is $cell$at.",
    "look up who has the $column $cell$at.",
    "find the name with $column $cell$at.",
    "there is a row with $column $cell$at. Which name is in it?",
    "one row has the $column $cell$at. What is the name?",
)
_NAME_ASK_NEW = ("the $column $cell belongs to which name$at?", "find the name that goes with $column $cell$at.")
_AGGREGATES = {
    "SUM": (
        (
            "the total $column",
            "the sum of the $column column",
            "the sum of all $column values",
            "the sum of $column",
            "the total of the $column column",
            "the $column added up over all rows",
            "the sum over the $column column",
            "the $column in total",
        ),
        ("the overall $column", "all $column values summed up"),
    ),
    "MAX": (
        (
            "the highest $column",
            "the largest $column",
            "the maximum $column",
            "the greatest $column",
            "the highest value of $column",
            "the maximum of the $column column",
            "the largest value in the $column column",
            "the $column maximum",
        ),
        ("the biggest $column", "the top $column"),
    ),
    "MIN": (
        (
            "the lowest $column",
            "the smallest $column",
            "the minimum $column",
            "the lowest value of $column",
            "the minimum of the $column column",
            "the smallest value in the $column column",
            "the $column minimum",
            "the very lowest $column",
        ),
        ("the least $column", "the bottom $column"),
    ),
}
_AGGREGATE_ASK = (
    "what is $noun$at?",
    "find $noun$at.",
    "query $noun$at.",
    "calculate $noun$at.",
    "look up $noun$at.",
    "compute $noun$at.",
    "get $noun$at.",
    "tell me $noun$at.",
    "give me $noun$at.",
    "I need $noun$at.",
    "I want to know $noun$at.",
    "(can|could) you find $noun$at?",
    "(can|could) you compute $noun$at?",
    "how much is $noun$at?",
    "$noun$at?",
    "$noun$at, please.",
    "find out what $noun is$at.",
    "for a report I need $noun$at.",
    "do you know $noun$at?",
)
_AGGREGATE_ASK_NEW = ("determine $noun$at.", "which number is $noun$at?", "I ask for $noun$at.")
_RESULT: dict[str, Callable[[list[int]], int]] = {"SUM": sum, "MAX": max, "MIN": min}
_WORDS = {"SUM": "total", "MAX": "highest", "MIN": "lowest"}


def table(draw: Draw, columns: tuple[str, ...]) -> Table:
    """A table keyed by `name`, with distinct names and three to seven rows; text cells may repeat."""
    rows: list[tuple[Cell, ...]] = []
    shared = {column: [field_value(draw, column) for _ in range(3)] for column in columns if column in TEXT_FIELDS}
    people = draw.chance(0.5)
    for _ in range(draw.rng.randint(3, 7)):
        cells: list[Cell] = [str(draw.person() if people else draw.word())]
        for column in columns:
            cells.append(str(draw.rng.choice(shared[column])) if column in shared else draw.number(2, 9999))
        rows.append(tuple(cells))
    return Table(("name", *columns), tuple(rows))


def database(draw: Draw, name: str, held: Table) -> World:
    """A world of one database with the table and sometimes another one."""
    path = str(draw.database())
    tables = {name: held}
    if draw.chance(0.4):
        tables[str(draw.identifier())] = table(draw, (draw.rng.choice(NUMBER_FIELDS),))
    return World(databases={path: tables})


def querying(path: str, query: str) -> Callable[[], Finding]:
    """Ask the database once; the output is the value."""

    def find() -> Finding:
        (output,) = yield (Call("sql", {"database": path, "query": query}),)
        return output.strip()

    return find


def sql_number(draw: Draw) -> Source:
    """A number from a table: a cell, a count, a total, an extreme."""
    column = draw.rng.choice(NUMBER_FIELDS)
    other = draw.rng.choice([field for field in TEXT_FIELDS if field != "key"])
    held = table(draw, (column, other))
    name = draw.identifier()
    world = database(draw, str(name), held)
    (path,) = world.databases
    at = draw.say(_AT, _AT_NEW, table=name, db=_value(draw, path))
    kind = draw.rng.random()
    if kind < 0.45:
        row = draw.rng.choice(held.rows)
        query = f"SELECT {column} FROM {name} WHERE name = '{row[0]}'"
        slots = {"column": column, "name": _value(draw, str(row[0])), "at": at}
        noun, question = draw.say(_CELL, _CELL_NEW, **slots), draw.say(_CELL_ASK, _CELL_ASK_NEW, **slots)
        value, answer = str(row[1]), f"The {column} is {{}}."
    elif kind < 0.58:
        query = f"SELECT COUNT(*) FROM {name}"
        noun, question = draw.say(_ROWS, _ROWS_NEW, at=at), draw.say(_ROWS_ASK, _ROWS_ASK_NEW, at=at)
        value, answer = str(len(held.rows)), "There are {} rows."
    elif kind < 0.75:
        cell = draw.rng.choice(held.rows)[2]
        query = f"SELECT COUNT(*) FROM {name} WHERE {other} = '{cell}'"
        slots = {"column": other, "cell": _value(draw, str(cell)), "at": at}
        noun, question = draw.say(_MATCH, _MATCH_NEW, **slots), draw.say(_MATCH_ASK, _MATCH_ASK_NEW, **slots)
        value, answer = str(sum(row[2] == cell for row in held.rows)), "There are {} rows."
    else:
        function = draw.rng.choice(tuple(_AGGREGATES))
        query = f"SELECT {function}({column}) FROM {name}"
        spoken = draw.say(*_AGGREGATES[function], column=column)
        noun = f"{spoken}{at}"
        question = draw.say(_AGGREGATE_ASK, _AGGREGATE_ASK_NEW, noun=spoken, at=at)
        numbers = [int(row[1]) for row in held.rows]
        value = str(_RESULT[function](numbers))
        answer = f"The {_WORDS[function]} {column} is {{}}."
    rivals = tuple(str(row[1]) for row in held.rows if str(row[1]) != value)
    return Source(noun, question, value, answer, querying(path, query), ("sql",), world, rivals, True)


def sql_text(draw: Draw) -> Source:
    """A text cell of a named row, or the name of the row with a number."""
    number, column = draw.rng.choice(NUMBER_FIELDS), draw.rng.choice([field for field in TEXT_FIELDS if field != "key"])
    held = table(draw, (number, column))
    name = draw.identifier()
    world = database(draw, str(name), held)
    (path,) = world.databases
    at = draw.say(_AT, _AT_NEW, table=name, db=_value(draw, path))
    row = draw.rng.choice(held.rows)
    if draw.chance(0.7) or [other[1] for other in held.rows].count(row[1]) > 1:
        query = f"SELECT {column} FROM {name} WHERE name = '{row[0]}'"
        slots = {"column": column, "name": _value(draw, str(row[0])), "at": at}
        noun, question = draw.say(_CELL, _CELL_NEW, **slots), draw.say(_CELL_ASK, _CELL_ASK_NEW, **slots)
        value, answer = str(row[2]), f"The {column} is {{}}."
        rivals = tuple(str(other[2]) for other in held.rows if other[2] != row[2])
    else:
        query = f"SELECT name FROM {name} WHERE {number} = {row[1]}"
        slots = {"column": number, "cell": str(row[1]), "at": at}
        noun, question = draw.say(_NAME, _NAME_NEW, **slots), draw.say(_NAME_ASK, _NAME_ASK_NEW, **slots)
        value, answer = str(row[0]), "It is {}."
        rivals = tuple(str(other[0]) for other in held.rows if other[0] != row[0])
    return Source(noun, question, value, answer, querying(path, query), ("sql",), world, tuple(dict.fromkeys(rivals)))


def _value(draw: Draw, text: str) -> str:
    """A text that is quoted where the dialogue quotes."""
    return f"{draw.quotation}{text}{draw.quotation}"
