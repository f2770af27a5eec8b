"""Several files in one turn: read in parallel and their numbers added, or one found by its text and read."""

from __future__ import annotations

from openk2.environments.families.files import (
    NUMBER_FIELDS,
    TEXT_FIELDS,
    Record,
    reading,
    record,
    searching,
)
from openk2.environments.families.source import Finding, opened
from openk2.environments.task import Call, Expected, Turn, World
from openk2.environments.values import Draw, Value

_PAIR = (
    "what is the sum of the $field in $first and the $field in $second?",
    "add the $field in $first to the $field in $second.",
    "add up the $field of $first and $second.",
    "what do the $field in $first and the $field in $second make together?",
    "read $first and $second. What is the $field of both together?",
    "what is the total $field of $first and $second?",
    "what is the $field in $first plus the $field in $second?",
    "what is the $field of $first and $second together?",
    "what is the sum of the $field values in $first and $second?",
    "how much is the $field of $first and $second together?",
    "how much is the $field in $first plus the $field in $second?",
    "(can|could) you add the $field in $first and the $field in $second?",
    "(can|could) you read $first and $second and add their $field?",
    "I need the sum of the $field in $first and in $second.",
    "I need the total $field of $first and $second.",
    "I want to know the $field of $first and $second together.",
    "read $first and $second and add up the $field.",
    "read the $field from $first and from $second and add them.",
    "calculate the sum of the $field in $first and the $field in $second.",
    "compute the total $field of $first and $second.",
    "find the $field in $first and in $second and add both.",
    "tell me the total $field of $first and $second.",
    "there is a $field in $first and one in $second. What is their sum?",
    "in $first and $second there is a $field. What is the total?",
    "files $first and $second: the total $field?",
    "total $field of $first and $second?",
    "the $field in $first plus the $field in $second, please.",
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
    "add the $field from $first, $second and $third",
    "add up the $field in $first, the $field in $second and the $field in $third",
    "sum up the $field in $first, $second and $third",
    "compute the sum of the $field in $first, $second and $third",
    "calculate the total $field of $first, $second and $third",
    "find the total $field of $first, $second and $third",
    "read $first, $second and $third, add up their $field",
    "from $first, $second and $third, read the $field and add all of them",
    "I need the sum of the $field in $first, $second and $third",
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
    " and save the result to $file.",
    " and store the sum in $file.",
    " and put the total into $file.",
    " and write the sum into the file $file.",
    ". Save the result as $file.",
    ". Then save the sum in $file.",
    ". After that, write the total to $file.",
    ". Write the result into [the file ]$file.",
    ", then write the sum to $file.",
    ". I need the result in $file.",
)
_SAVE_NEW = (" and keep the result in $file.", ". The result should be written to $file.")
_ALL = (
    "add up the $field of all files in $folder.",
    "what is the total $field of the files in $folder?",
    "read all files in $folder and add their $field.",
    "sum the $field over every file in $folder.",
    "what do the $field values of all files in $folder make together?",
    "what is the sum of the $field in all files in $folder?",
    "what is the $field of all files in $folder together?",
    "how much is the $field of all files in $folder together?",
    "(can|could) you add up the $field of all files in $folder?",
    "I need the total $field of the files in $folder.",
    "I need the sum of the $field values in the folder $folder.",
    "I want to know the total $field of all files in $folder.",
    "list $folder, read each file and add their $field.",
    "go through the files in $folder and add up the $field.",
    "open every file in $folder and sum up the $field.",
    "calculate the total $field of the files in $folder.",
    "compute the sum of the $field over all files in the folder $folder.",
    "find the $field in each file in $folder and add all of them.",
    "add the $field values in the files in $folder.",
    "tell me the total $field of all files in the folder $folder.",
    "in $folder each file has a $field. What is the sum?",
    "all the files in $folder state a $field. How much is it in total?",
    "folder $folder: total $field of all files?",
    "total $field in $folder?",
    "the total $field of all files in $folder, please.",
    "because I have to report it, add up the $field of all files in $folder.",
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
    "what $field does the file that mentions $word have?",
    "which $field does the file with $word state?",
    "what is the $field in the file that contains $word?",
    "(can|could) you find the file with $word and tell me the $field in it?",
    "(can|could) you search for $word and read the $field in that file?",
    "I need the $field from the file that mentions $word.",
    "I want to know the $field in the file with $word.",
    "search my files for $word. What is the $field in that file?",
    "search for $word and tell me the $field in the file you find.",
    "find the file with $word. What is its $field?",
    "find out which file mentions $word and read the $field there.",
    "tell me the $field from the file that contains $word.",
    "get the $field from the file that mentions $word.",
    "read the $field in the file that mentions $word.",
    "there is a file that contains $word. What is the $field in it?",
    "somewhere in my files is $word. Which $field is in that file?",
    "I forgot which file mentions $word, but I need its $field.",
    "$field in the file that mentions $word?",
    "the $field from the file with $word, please.",
)
_FIND_READ_NEW = (
    "the file naming $word has a $field. Which one?",
    "give me the $field of the file in which $word occurs.",
    "find $word, and then the $field in the same file.",
    "what $field can be found in the file about $word?",
)


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


def _numbered(draw: Draw, field: str, paths: list[Value]) -> tuple[list[Record], list[int]]:
    records = [record(draw, field, 2) for _ in paths]
    return records, [int(dict(held.fields)[field]) for held in records]


def _read_all(paths: list[str], records: list[Record], field: str) -> Finding:
    """Read all files in one turn, then add the numbers."""
    outputs = yield tuple(Call("read_file", {"path": path}) for path in paths)
    found = [held.parse(output, field) for held, output in zip(records, outputs, strict=True)]
    (total,) = yield (Call("python", {"code": " + ".join(found)}),)
    return total.strip()
