"""Sources that file tools find: a field in a file, the lines that mention a word, the file that mentions it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from openk2.environments.families.source import Finding, Source
from openk2.environments.task import Call, World
from openk2.environments.values import Draw, Value

NUMBER_FIELDS = (
    "count",
    "price",
    "age",
    "weight",
    "total",
    "stock",
    "score",
    "size",
    "distance",
    "height",
    "budget",
    "amount",
    "length",
    "width",
    "rank",
    "speed",
)
TEXT_FIELDS = (
    "city",
    "owner",
    "colour",
    "code",
    "topic",
    "job",
    "label",
    "author",
    "key",
    "brand",
    "driver",
    "word",
    "contact",
    "town",
    "password",
)
_READ = (
    "the $field in [the file ]$path",
    "the $field given in $path",
    "the $field from [the file ]$path",
    "the value of $field in $path",
    "the $field stated in $path",
    "the $field that stands in $path",
    "the $field that [the file ]$path states",
    "the $field that [the file ]$path gives",
    "the $field as given in $path",
    "the $field that is in [the file ]$path",
    "the $field found in $path",
    "the $field recorded in [the file ]$path",
    "the $field listed in $path",
    "the $field that can be read in $path",
    "the $field value from [the file ]$path",
    "the $field of [the file ]$path",
    "the $field mentioned in $path",
)
_READ_NEW = (
    "the $field noted in $path",
    "the $field which $path has",
    "the entry for $field in $path",
    "the $field written in the file $path",
)
_READ_ASK = (
    "what is the $field in [the file ]$path?",
    "what $field does [the file ]$path (give|state|have)?",
    "which $field is in $path?",
    "what does $path say about the $field?",
    "read $path. What is the $field?",
    "open [the file ]$path and tell me the $field.",
    "in [the file ]$path, what is the $field?",
    "look into $path: what is the $field?",
    "read the $field from $path.",
    "check $path for the $field.",
    "can you tell me the $field (in|from) [the file ]$path?",
    "could you find the $field in [the file ]$path?",
    "could you read $path and tell me the $field?",
    "I need the $field from [the file ]$path.",
    "I need the $field that is in $path.",
    "I would like to know the $field in [the file ]$path.",
    "I want the $field from $path.",
    "in [the file ]$path there (is|should be) a $field. What is it?",
    "from $path, get the $field.",
    "file $path: the $field?",
    "file $path, $field?",
    "$field in $path?",
    "$field from [the file ]$path, please.",
    "the $field in [the file ]$path, please.",
    "the $field from $path?",
    "somebody wrote the $field into $path. What is it?",
    "what is written in $path for the $field?",
    "what value does $path give for the $field?",
    "what is the value of the $field in $path?",
    "do you see a $field in $path? What is it?",
    "get the $field (out of|from) [the file ]$path.",
    "take the $field from [the file ]$path and tell me.",
    "please find the $field in $path.",
    "tell me what $field $path (states|gives|has).",
    "tell me which $field is in [the file ]$path.",
    "I wonder which $field is in $path.",
    "I have to report the $field from $path. What is it?",
    "for my report I need the $field in [the file ]$path.",
    "because I forgot the $field, read [the file ]$path and tell me what it is.",
    "show me the $field from $path.",
    "fetch the $field from [the file ]$path.",
    "look up the $field in [the file ]$path.",
)
_READ_ASK_NEW = (
    "according to $path, what is the $field?",
    "look at $path. Which $field does it name?",
    "which $field can be found in $path?",
    "see $path and give the $field.",
    "the file $path has a $field. Which one?",
)
_COUNT = (
    "the number of lines$where that mention $word",
    "the number of lines with $word$where",
    "the number of lines$where that contain $word",
    "the count of lines$where mentioning $word",
    "the number of matches for $word$where",
    "the number of lines$where that include $word",
    "the number of lines$where where $word appears",
    "the number of lines that mention $word$where",
    "how many lines$where mention $word",
    "how many lines contain $word$where",
    "the total of lines$where that contain $word",
    "the number of lines$where that have the text $word",
    "the count of lines with $word$where",
    "the number of search hits for $word$where",
)
_COUNT_NEW = (
    "the number of lines$where in which $word occurs",
    "how many lines$where name $word",
    "the line count for $word$where",
    "the number of lines having $word$where",
)
_COUNT_ASK = (
    "how many lines$where mention $word?",
    "how many lines$where contain $word?",
    "in how many lines$where does $word (appear|occur)?",
    "count the lines$where that mention $word.",
    "search$where for $word. How many lines match?",
    "how often (is $word mentioned|does $word appear)$where?",
    "how many times does $word occur$where?",
    "search for $word$where and count the lines.",
    "(can|could) you count the lines$where that (mention|contain) $word?",
    "(can|could) you tell me how many lines$where mention $word?",
    "I need the number of lines$where that mention $word.",
    "I need to know how many lines$where contain $word.",
    "I want to know how often $word appears$where.",
    "of the lines$where, how many mention $word?",
    "among the lines$where, how many contain $word?",
    "lines$where with $word: how many?",
    "number of lines with $word$where?",
    "mentions of $word$where: how many lines?",
    "find out how many lines$where (have|include) $word.",
    "find all lines$where that mention $word. How many are there?",
    "count how many lines$where (include|have) $word.",
    "count the lines with $word$where.",
    "count the mentions of $word$where.",
    "check how many lines$where mention $word.",
    "how many lines can you find$where that mention $word?",
    "how many lines$where (include|have) [the text] $word?",
    "on how many lines$where is $word mentioned?",
    "how many lines match if you search for $word$where?",
    "do a search for $word$where. How many lines does it give?",
    "when you search for $word$where, how many lines do you get?",
    "tell me how many lines$where contain $word.",
    "tell me the number of lines$where that contain $word.",
    "the number of lines$where with $word, please.",
    "I wonder how many lines$where contain $word.",
    "for a report I need the count of lines$where that mention $word.",
)
_COUNT_ASK_NEW = (
    "how many lines with $word are there$where?",
    "what is the number of hits for $word$where?",
    "look for $word$where and tell me how many lines have it.",
    "what is the number of lines$where that name $word?",
)
_WHERE = (
    " in $folder",
    " in $folder",
    " in the folder $folder",
    " in the $folder folder",
    " below $folder",
    " inside $folder",
    " in the files of $folder",
    " in the files in $folder",
    " inside the folder $folder",
    " from the folder $folder",
    " in folder $folder",
    " in the files below $folder",
    " in any of the files in $folder",
)
_WHERE_NEW = (" under $folder", " in the directory $folder", " within $folder", " of the folder $folder")
_EVERYWHERE = (
    "",
    "",
    " in the workspace",
    " in all files",
    " in my files",
    "",
    " anywhere",
    " in all the files",
    " in the whole workspace",
    " in all of my files",
    " in the files",
    " everywhere",
)
_EVERYWHERE_NEW = (" in any file", " across the files", "")
_FIND = (
    "the file that mentions $word",
    "the name of the file that contains $word",
    "the file with the word $word",
    "the file in which $word appears",
    "the file that contains [the word] $word",
    "the file containing $word",
    "the file mentioning $word",
    "the file with $word in it",
    "the name of the file that mentions $word",
    "the name of the file with $word",
    "the path of the file that mentions $word",
    "the file where $word is mentioned",
    "the file in which $word is mentioned",
)
_FIND_NEW = (
    "the file that has $word in it",
    "the name of the file where $word occurs",
    "the file naming $word",
    "the place of the word $word among the files",
)
_FIND_ASK = (
    "which file mentions $word?",
    "which file contains [the word] $word?",
    "in which file (is|can I find) $word?",
    "where is $word mentioned?",
    "find the file that mentions $word.",
    "search for $word. Which file is it in?",
    "what file has $word in it?",
    "(can|could) you find the file that (mentions|contains) $word?",
    "(can|could) you tell me which file mentions $word?",
    "I need the file that mentions $word.",
    "I need the name of the file that contains $word.",
    "I want to know which file mentions $word.",
    "which file has [the word] $word?",
    "which file is $word in?",
    "which file talks about $word?",
    "what is the name of the file that mentions $word?",
    "what is the file with $word called?",
    "in what file does $word appear?",
    "in which of my files is $word?",
    "file with $word?",
    "tell me which file contains $word.",
    "tell me the file that mentions $word.",
    "tell me where $word is mentioned.",
    "locate the file that mentions $word.",
    "locate $word in my files. Which file is it?",
    "search my files for $word and tell me which one has it.",
    "search for the file that contains $word.",
    "find out which file mentions $word.",
    "there is a file that mentions $word. Which one is it?",
    "somewhere I wrote about $word. Which file is that?",
    "I forgot which file mentions $word. Can you find it?",
    "I lost the file with $word. Where is it?",
    "the file that mentions $word, please.",
    "the name of the file with $word, please.",
)
_FIND_ASK_NEW = (
    "which of the files names $word?",
    "look for $word and tell me the file.",
    "where does $word occur?",
    "the word $word is in one file. Which one?",
)
_LINES = (
    "$w",
    "call $w",
    "ask about $w",
    "$w is here",
    "see $w",
    "meet $w today",
    "$w and more",
    "more $w",
    "$w again",
    "no $w",
    "we like $w",
    "$w was late",
    "for $w",
    "buy $w",
    "to do: $w",
)


@dataclass(frozen=True)
class Record:
    """A file of fields in one of five layouts."""

    fields: tuple[tuple[str, str], ...]
    layout: int
    title: str | None = None

    @property
    def text(self) -> str:
        """The file's text."""
        if self.layout == 2:
            return json.dumps({k: int(v) if v.isdigit() else v for k, v in self.fields}, ensure_ascii=False) + "\n"
        form = ("{}: {}", "{} = {}", "", "The {} is {}.", "{},{}")[self.layout]
        lines = [form.format(*pair) for pair in self.fields]
        return "\n".join([self.title, *lines] if self.title else lines) + "\n"

    def parse(self, text: str, field: str) -> str:
        """Find a field in such a text again."""
        if self.layout == 2:
            return str(json.loads(text)[field])
        form = ("{}: (.*)", "{} = (.*)", "", r"The {} is (.*)\.", "{},(.*)")[self.layout]
        found = re.search(f"^{form.format(re.escape(field))}$", text, re.MULTILINE)
        if found is None:
            raise ValueError(f"no field {field}")
        return found[1]


def field_value(draw: Draw, field: str) -> str:
    """A value that suits a field."""
    if field in NUMBER_FIELDS:
        return str(draw.number(2, 9999))
    if field in ("city", "town"):
        return draw.place()
    if field in ("owner", "author", "driver", "contact"):
        return draw.person()
    if field in ("code", "key", "password"):
        return draw.code()
    return draw.word()


def record(draw: Draw, field: str, fields: int = 0) -> Record:
    """A record that holds `field` among others, in any order and layout."""
    others = [name for name in draw.rng.sample(NUMBER_FIELDS + TEXT_FIELDS, 4) if name != field]
    names = [field, *others[: (fields or draw.rng.randint(2, 4)) - 1]]
    draw.rng.shuffle(names)
    values: dict[str, str] = {}
    for name in names:
        value = field_value(draw, name)
        while value in values.values():
            value = field_value(draw, name)
        values[name] = str(value)
    title = f"# {draw.word()}" if draw.chance(0.2) else None
    return Record(tuple(values.items()), draw.rng.choice((0, 0, 0, 1, 1, 2, 3, 3, 4)), title)


def read_field(draw: Draw, numeric: bool) -> Source:
    """One field of one file; the path stands in the request."""
    field = draw.rng.choice(NUMBER_FIELDS if numeric else TEXT_FIELDS)
    held = record(draw, field)
    path = draw.file()
    values = dict(held.fields)
    files = {str(path): held.text, **other_files(draw)}
    return Source(
        draw.say(_READ, _READ_NEW, field=field, path=path),
        draw.say(_READ_ASK, _READ_ASK_NEW, field=field, path=path),
        values[field],
        f"The {field} is {{}}.",
        reading(str(path), held, field),
        ("read_file",),
        World(files),
        tuple(value for name, value in held.fields if name != field),
        numeric,
    )


def reading(path: str, held: Record, field: str) -> Callable[[], Finding]:
    """Read the file, find the field."""

    def find() -> Finding:
        (output,) = yield (Call("read_file", {"path": path}),)
        return held.parse(output, field)

    return find


def other_files(draw: Draw, most: int = 2) -> dict[str, str]:
    """A few files that have nothing to do with the request."""
    return {str(draw.file()): record(draw, draw.rng.choice(TEXT_FIELDS)).text for _ in range(draw.rng.randint(0, most))}


def count_lines(draw: Draw) -> Source:
    """How many lines mention a word, in one folder or everywhere; `search_files` says the number first."""
    word = draw.place() if draw.chance(0.3) else draw.person() if draw.chance(0.3) else draw.word()
    folder = draw.folder() if draw.chance(0.65) else None
    hits = draw.rng.choice((0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8))
    files = _spread(draw, word, hits, folder)
    arguments = {"text": str(word)}
    if folder is None:
        where = draw.say(_EVERYWHERE, _EVERYWHERE_NEW)
    else:
        where = draw.say(_WHERE, _WHERE_NEW, folder=Value(folder + "/") if draw.chance(0.25) else folder)
        arguments["path"] = str(folder)
        files |= _spread(draw, word, draw.rng.randint(0, 3), None)
    noun = draw.say(_COUNT, _COUNT_NEW, where=where, word=word)
    question = draw.say(_COUNT_ASK, _COUNT_ASK_NEW, where=where, word=word)

    def find() -> Finding:
        (output,) = yield (Call("search_files", arguments),)
        return output.split(" ", 1)[0]

    return Source(noun, question, str(hits), "There are {} lines.", find, ("search_files",), World(files), (), True)


def _spread(draw: Draw, word: str, hits: int, folder: str | None) -> dict[str, str]:
    """Files, in the folder if one is given, that hold the word on `hits` lines among others."""
    count = draw.rng.randint(1, 3)
    names = [str(draw.file("" if folder is None else folder)) for _ in range(count)]
    lines: list[list[str]] = [[line(draw, draw.word()) for _ in range(draw.rng.randint(1, 3))] for _ in names]
    for _ in range(hits):
        draw.rng.choice(lines).append(line(draw, word))
    for held in lines:
        draw.rng.shuffle(held)
    return {name: "\n".join(held) + "\n" for name, held in zip(names, lines, strict=True)}


def line(draw: Draw, word: str) -> str:
    """A short line about a word."""
    return draw.rng.choice(_LINES).replace("$w", word)


def find_file(draw: Draw) -> Source:
    """The one file that mentions a word."""
    word = draw.word() if draw.chance(0.6) else draw.person()
    path, files = _planted(draw, word)
    return Source(
        draw.say(_FIND, _FIND_NEW, word=word),
        draw.say(_FIND_ASK, _FIND_ASK_NEW, word=word),
        path,
        "It is {}.",
        searching(word),
        ("search_files",),
        World(files),
        tuple(name for name in files if name != path),
    )


def _planted(draw: Draw, word: str) -> tuple[str, dict[str, str]]:
    path = str(draw.file())
    files = {str(draw.file()): line(draw, draw.word()) + "\n" for _ in range(draw.rng.randint(1, 3))}
    lines = [line(draw, word), line(draw, draw.word())]
    draw.rng.shuffle(lines)
    files[path] = "\n".join(lines) + "\n"
    return path, files


def searching(word: str) -> Callable[[], Finding]:
    """Search for the word everywhere; the first match names the file."""

    def find() -> Finding:
        (output,) = yield (Call("search_files", {"text": str(word)}),)
        return output.splitlines()[1].split(":", 1)[0]

    return find
