"""A table changed: a row added, or a cell of a row replaced."""

from __future__ import annotations

from openk2.environments.families.files import (
    NUMBER_FIELDS,
)
from openk2.environments.families.source import Finding, opened
from openk2.environments.families.tables import database
from openk2.environments.task import Call, Expected, Query, Table, Turn
from openk2.environments.values import Draw, Value

_INSERT = (
    "add a row to table $table in $db: name $name, $column $cell.",
    "insert $name with $column $cell into table $table of $db.",
    "put $name with the $column $cell into the table $table of $db.",
    "in $db, add $name with $column $cell to table $table.",
    "add $name to table $table of $db with $column $cell.",
    "add a row for $name with the $column $cell to table $table in $db.",
    "add an entry to the table $table of $db: name $name and $column $cell.",
    "(can|could) you add $name with $column $cell to table $table in $db?",
    "(can|could) you insert a row into table $table of $db: name $name, $column $cell?",
    "I need a row in table $table of $db with name $name and $column $cell.",
    "I want to add $name to $db, table $table, with the $column $cell.",
    "insert a row into $db, table $table: name $name, $column $cell.",
    "insert into table $table of $db the name $name with the $column $cell.",
    "save $name with $column $cell in table $table of $db.",
    "store $name and the $column $cell in the $table table of $db.",
    "create a row for $name in table $table of $db, the $column is $cell.",
    "into table $table of $db, insert $name with the $column $cell.",
    "in table $table of $db, add a row with name $name and $column $cell.",
    "table $table in $db, please add: name $name, $column $cell.",
    "there is someone new for table $table of $db: add $name with $column $cell.",
    "$column $cell for $name: please add this row to table $table of $db.",
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
    "set the $column for $name to $cell in the $table table of $db.",
    "set $column to $cell for $name in table $table of $db.",
    "change the $column for $name in table $table of $db to $cell.",
    "change $column to $cell for $name in $db, table $table.",
    "(can|could) you set the $column of $name to $cell in table $table of $db?",
    "(can|could) you change the $column of $name to $cell in $db, table $table?",
    "I need the $column of $name set to $cell in table $table of $db.",
    "I want to change the $column of $name to $cell in table $table of $db.",
    "update the $column of $name to $cell in table $table of $db.",
    "update $name in table $table of $db: $column $cell.",
    "replace the $column of $name by $cell in table $table of $db.",
    "write $cell as the $column of $name in table $table of $db.",
    "in table $table of $db, change the $column of $name to $cell.",
    "in $db, set the $column of $name in table $table to $cell.",
    "for $name in table $table of $db, set the $column to $cell.",
    "the row of $name in table $table of $db is wrong: set the $column to $cell.",
    "table $table in $db, please change: the $column of $name is now $cell.",
    "because the old one is wrong, set the $column of $name to $cell in table $table of $db.",
)
_UPDATE_NEW = (
    "the new $column of $name is $cell; update table $table of $db.",
    "the $column of $name should be $cell in table $table of $db.",
    "make it $cell for the $column of $name in $db, table $table.",
    "correct the $column of $name to $cell in table $table of $db.",
)


def sql_change(draw: Draw) -> Turn:
    """A row added to a table, or a cell of a row changed."""
    column, name = draw.rng.choice(NUMBER_FIELDS), draw.identifier()
    rows = tuple((str(draw.person()), draw.number(2, 9999)) for _ in range(draw.rng.randint(2, 4)))
    world = database(draw, str(name), Table(("name", column), rows))
    (path,) = world.databases
    cell = draw.number(10, 9999)
    train: tuple[str, ...]
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
