"""The file tools: list, read, search and write inside a workspace, with bounded sizes and times."""

import os
import time
from collections.abc import Iterator

from openk2.agent.sandbox.client import cut
from openk2.agent.tools.tool import FunctionTool, tool
from openk2.agent.workspace import Workspace
from openk2.errors import ToolError

READ_CHARACTERS = 20_000
"""`read_file` shows this much of a file."""
MATCHES_SHOWN = 50
"""`search_files` shows this many lines."""
_LINE_CHARACTERS = 500
_FILE_BYTES = 32 << 20
_WRITE_BYTES = 8 << 20
_ENTRIES = 2000
_SEARCH_SECONDS = 5.0


def file_tools(workspace: Workspace) -> list[FunctionTool]:
    """list_files, read_file, search_files and write_file for this workspace."""

    def list_files(path: str = ".") -> str:
        """List the files in a directory."""
        with workspace.directory(path) as fd:
            names = [_shown(name) + "/" * is_directory for name, is_directory in _entries(fd)]
        if len(names) > _ENTRIES:
            names[_ENTRIES:] = [f"… {len(names) - _ENTRIES} more entries"]
        return "\n".join(names) or "(empty)"

    def read_file(path: str) -> str:
        """Read a text file."""
        with workspace.file(path) as fd:
            text = _text(fd)
        if text is None:
            raise ToolError(f"not a text file, or larger than {_FILE_BYTES >> 20} MiB: {path}")
        return cut(text, READ_CHARACTERS)

    def search_files(text: str, path: str = ".") -> str:
        """Find the lines that contain a text."""
        if not text or "\n" in text:
            raise ToolError("text must be one line of one character or more")
        return _search(workspace, text, path)

    def write_file(path: str, content: str) -> str:
        """Write a text file, replacing what it held."""
        try:
            data = content.encode()
        except UnicodeEncodeError:
            raise ToolError("content holds half of a surrogate pair; accepted: valid Unicode text") from None
        if len(data) > _WRITE_BYTES:
            raise ToolError(f"content has {len(data)} bytes; accepted: {_WRITE_BYTES} or less")
        with workspace.new_file(path) as fd:
            _write(fd, data, path)
        return f"wrote {len(data)} bytes to {path}"

    return [tool(list_files), tool(read_file), tool(search_files), tool(effect="write")(write_file)]


def _search(workspace: Workspace, text: str, path: str) -> str:
    deadline = time.monotonic() + _SEARCH_SECONDS
    found: list[str] = []
    matches = files = 0
    for name, content in _texts(workspace, path):
        before = matches
        for number, line in enumerate(content.splitlines(), 1):
            if text in line:
                matches += 1
                if matches <= MATCHES_SHOWN:
                    shown = line if len(line) <= _LINE_CHARACTERS else line[:_LINE_CHARACTERS] + "…"
                    found.append(f"{_shown(name)}:{number}: {shown}")
        files += matches > before
        if time.monotonic() > deadline:
            found.append(f"… stopped after {_SEARCH_SECONDS:g} seconds; search in fewer files")
            break
    if not found:
        return "0 matches"
    if matches > MATCHES_SHOWN:
        found.append(f"… {matches - MATCHES_SHOWN} more matches")
    return "\n".join([f"{matches} matches in {files} files", *found])


def _texts(workspace: Workspace, path: str) -> Iterator[tuple[str, str]]:
    """Every text file at or below `path` in sorted order: (its path from the workspace, its text)."""
    try:
        with workspace.file(path) as fd:
            text = _text(fd)
    except ToolError as error:
        if not str(error).startswith("is a directory"):
            raise
        for name in _files_below(workspace, os.path.normpath(path)):
            yield from _texts_if_readable(workspace, name)
        return
    if text is not None:
        yield os.path.normpath(path), text


def _texts_if_readable(workspace: Workspace, name: str) -> Iterator[tuple[str, str]]:
    """Of the file found while walking; a file that has gone or may not be read is passed over."""
    try:
        with workspace.file(name) as fd:
            text = _text(fd)
    except ToolError:
        return
    if text is not None:
        yield name, text


def _files_below(workspace: Workspace, path: str) -> Iterator[str]:
    """Regular files, directories' contents in their place in the sorted order; links are not followed."""
    with workspace.directory(path) as fd:
        entries = list(_entries(fd, regular=True))
    for name, is_directory in entries:
        below = name if path == "." else f"{path}/{name}"
        if is_directory:
            yield from _files_below(workspace, below)
        else:
            yield below


def _entries(fd: int, *, regular: bool = False) -> Iterator[tuple[str, bool]]:
    """(name, whether a directory), sorted; with `regular`, directories and regular files only."""
    with os.scandir(fd) as scan:
        found = sorted((entry.name, entry) for entry in scan)
    for name, entry in found:
        is_directory = entry.is_dir(follow_symlinks=False)
        if not regular or is_directory or entry.is_file(follow_symlinks=False):
            yield name, is_directory


def _text(fd: int) -> str | None:
    """The file's text; None when it is too large or holds zero bytes, as text never does."""
    if os.fstat(fd).st_size > _FILE_BYTES:
        return None
    with open(fd, "rb", closefd=False) as file:
        data = file.read(_FILE_BYTES + 1)
    if len(data) > _FILE_BYTES or b"\0" in data:
        return None
    return data.decode("utf-8", "replace")


def _write(fd: int, data: bytes, path: str) -> None:
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(fd, rest) :]
    except OSError as error:
        raise ToolError(f"{error.strerror}: {path}") from error


def _shown(name: str) -> str:
    """A file name on one line: control characters and bytes that are not UTF-8 as escapes."""
    return name if name.isprintable() else ascii(name)[1:-1]
