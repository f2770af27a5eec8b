"""Files as a whole: a folder listed, a file shown, written or copied."""

from __future__ import annotations

from openk2.environments.families.files import (
    line,
    other_files,
)
from openk2.environments.families.source import Finding, opened
from openk2.environments.task import Call, Expected, Turn, World
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
_WRITE_NEW = (
    "the file $path should say $content.",
    "I want $content written to $path.",
    "put this in $path: $content",
    "keep the text $content in $path.",
    "new file $path: $content",
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


def _text(draw: Draw) -> str:
    """One or two lines, or a few words."""
    if draw.chance(0.3):
        return " ".join(draw.word() for _ in range(draw.rng.randint(2, 5)))
    return "\n".join(line(draw, draw.word()) for _ in range(draw.rng.choice((1, 1, 2))))
