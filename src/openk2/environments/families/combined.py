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
    "which files are in the folder $folder?",
    "which files does [the folder ]$folder (have|hold|contain)?",
    "what are the files in $folder?",
    "what files are in [the folder ]$folder?",
    "what is inside [the folder ]$folder?",
    "what is stored in [the folder ]$folder?",
    "(can|could) you list the files in $folder?",
    "(can|could) you show me what is in $folder?",
    "could you tell me which files are in $folder?",
    "I need the file names in $folder.",
    "I need a list of the files in $folder.",
    "I want to know which files are in $folder.",
    "I would like to see the files in $folder.",
    "list everything in $folder.",
    "list the contents of [the folder ]$folder.",
    "list all files in the folder $folder.",
    "show me the files in [the folder ]$folder.",
    "show all files in $folder.",
    "tell me which files are in $folder.",
    "tell me what is in the folder $folder.",
    "give me a list of the files in $folder.",
    "open the folder $folder. What is in it?",
    "in the folder $folder, which files are there?",
    "folder $folder: which files?",
    "files in $folder?",
    "contents of $folder?",
    "a list of the files in $folder, please.",
    "there is a folder $folder. What is in it?",
    "I lost a file, I think it was in $folder. Which files are there?",
    "because I want to clean up, show me the files in $folder.",
    "look what is in $folder.",
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
    "which files do I have?",
    "which files are in the workspace?",
    "what files are there[ in the workspace]?",
    "what files are here?",
    "what is here?",
    "what is in my workspace?",
    "what is in this folder?",
    "(can|could) you list my files?",
    "(can|could) you show me my files?",
    "could you tell me which files there are?",
    "I need a list of my files.",
    "I want to know which files there are.",
    "I would like to see my files.",
    "list my files.",
    "list everything here.",
    "list the contents of the workspace.",
    "show me all files.",
    "show me the files in the workspace.",
    "show me what is in the workspace.",
    "tell me which files I have.",
    "tell me what is in the workspace.",
    "give me a list of my files.",
    "give me the names of all files here.",
    "look into the workspace. What is there?",
    "my files?",
    "a list of my files, please.",
    "files in the workspace?",
    "I forgot which files I have. Which are there?",
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
    "(can|could) you (write|save|put) $content (to|into) [the file ]$path.",
    "add a file $path with [the text ]$content.",
    "make [the file ]$path with the content $content.",
    "create a file named $path that says $content.",
    "create a file called $path and write $content into it.",
    "I need a file $path with [the text ]$content.",
    "I need $content in [the file ]$path.",
    "I want a file $path that contains $content.",
    "I would like to have $content in [the file ]$path.",
    "into [the file ]$path, write $content.",
    "in [the file ]$path, (save|store) $content.",
    "open a new file $path and write $content.",
    "fill [the file ]$path with $content.",
    "take [the text ]$content and save it as $path.",
    "take $content and write it to $path.",
    "(write|save) [the text ]$content as $path.",
    "save [the text ]$content under the name $path.",
    "store the following in $path: $content",
    "create the file $path with this text: $content",
    "write this into [the file ]$path: $content",
    "write the following to $path: $content",
    "(can|could) you save this to $path: $content",
    "file $path, content: $content",
    "into the file $path goes this text: $content",
    "because I will forget it, write $content to $path.",
    "so that I do not forget it, save this in $path: $content",
)
_WRITE_LAST = (
    "write to $path: $content",
    "write to $path: $content",
    "write into $path: $content",
    "store in [the file ]$path: $content",
    "save the following in $path: $content",
    "save to [the file ]$path: $content",
    "create $path with this text: $content",
    "in [the file ]$path, write: $content",
    "(can|could) you write to $path: $content",
    "I need this in the file $path: $content",
)
"""Wordings whose text needs no quotation marks."""
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
_COPY = (
    "copy [the file ]$path to $file.",
    "read $path and write its text to $file.",
    "make a copy of $path called $file.",
    "save the contents of $path as $file.",
    "duplicate $path as $file.",
    "copy the text of $path (to|into) $file.",
    "copy the contents of $path (to|into) $file.",
    "copy $path and call the copy $file.",
    "read [the file ]$path and save its text as $file.",
    "read $path and put the same text into $file.",
    "(can|could) you copy $path to $file?",
    "(can|could) you make a copy of [the file ]$path named $file?",
    "I need a copy of $path called $file.",
    "I need the text of $path in a new file $file.",
    "I would like to have [the file ]$path as $file, too.",
    "make $file a copy of $path.",
    "create $file as a copy of $path.",
    "create a copy of [the file ]$path with the name $file.",
    "create [the file ]$file with the text from $path.",
    "save a copy of $path as $file.",
    "store the text of $path in $file.",
    "put the contents of $path into [the file ]$file.",
    "write the contents of $path to $file.",
    "write what is in $path to $file.",
    "from $path to $file, copy the text.",
    "file $path: make a copy of it called $file.",
    "a copy of $path as $file, please.",
    "as a backup, copy $path to $file.",
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
    "what does it say in [the file ]$path?",
    "what is written in [the file ]$path?",
    "what is in $path?",
    "what are the contents of [the file ]$path?",
    "what is the text of [the file ]$path?",
    "what does the file $path contain?",
    "(can|could) you read [the file ]$path[ for me]?",
    "(can|could) you open [the file ]$path and show me the text?",
    "(can|could) you show me [the file ]$path?",
    "I need the text of [the file ]$path.",
    "I need to read $path.",
    "I would like to read [the file ]$path.",
    "I want to know what is in $path.",
    "show me what is in [the file ]$path.",
    "show me the contents of $path.",
    "show [the file ]$path.",
    "give me the text of [the file ]$path.",
    "tell me what is in $path.",
    "tell me what is written in [the file ]$path.",
    "print the contents of $path.",
    "open the file $path. What does it say?",
    "read [the file ]$path to me.",
    "get me the contents of $path.",
    "file $path: what does it say?",
    "contents of $path?",
    "the text of $path, please.",
    "the contents of the file $path, please.",
    "I forgot what I wrote in $path. Show it to me.",
    "because I cannot open it, show me the text of $path.",
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
        request = draw.say(_WRITE_LAST, ("put this in $path: $content",), content=content, path=path)

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
