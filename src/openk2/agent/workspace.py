"""Opening files of a workspace without ever leaving it.

A path is walked one component at a time from an open directory (openat), and no symbolic link is followed by the
kernel: a link is read and its target walked by the same rules. So neither `..`, nor absolute paths, nor links, nor
links that are swapped while one looks lead outside. Only regular files and directories are opened.
"""

import errno
import os
import stat
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from openk2.errors import AgentError, ToolError

_MOST_LINKS = 40
_CAREFULLY = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_WORDS = {
    errno.ENOENT: "no such file",
    errno.ENOTDIR: "not a directory",
    errno.EISDIR: "is a directory",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENAMETOOLONG: "name too long",
    errno.ENXIO: "not a regular file",
    errno.ENOSPC: "no space left for",
    errno.ELOOP: "changed into a symbolic link while it was opened",
}


class Workspace:
    """A directory and what is in it. Every ToolError it raises is a sentence for the model."""

    def __init__(self, root: Path) -> None:
        """Raises AgentError when `root` is not a directory."""
        if not root.is_dir():
            raise AgentError(f"{root}: the workspace is not a directory")
        self.root = root.resolve()

    @contextmanager
    def directory(self, path: str) -> Iterator[int]:
        """An open directory; raises ToolError when it is missing, something else, or outside."""
        with self._walk(path) as walk, _opened(walk, path, os.O_RDONLY) as fd:
            if not stat.S_ISDIR(os.fstat(fd).st_mode):
                raise ToolError(f"not a directory: {path}")
            yield fd

    @contextmanager
    def file(self, path: str) -> Iterator[int]:
        """A regular file open for reading; raises ToolError when it is missing, something else, or outside."""
        with self._walk(path) as walk, _opened(walk, path, os.O_RDONLY) as fd:
            _require_regular(fd, path)
            yield fd

    @contextmanager
    def new_file(self, path: str) -> Iterator[int]:
        """A regular file open for writing and emptied; made, with the directories above it, when missing."""
        with self._walk(path, make=True) as walk, _opened(walk, path, os.O_WRONLY | os.O_CREAT) as fd:
            _require_regular(fd, path)
            os.ftruncate(fd, 0)
            yield fd

    def locate(self, path: str) -> Path:
        """The path of a regular file with no link left in it, for libraries that open by name."""
        with self._walk(path) as walk, _opened(walk, path, os.O_RDONLY) as fd:
            _require_regular(fd, path)
            return self.root.joinpath(*walk.names, walk.last)

    @contextmanager
    def _walk(self, path: str, *, make: bool = False) -> Iterator["_Walk"]:
        if not path or "\0" in path:
            raise ToolError(f"the path is {path!r}; accepted: a path inside the workspace, such as notes/a.txt")
        walk = _Walk(self.root)
        try:
            walk.follow(path, make=make)
            yield walk
        finally:
            walk.close()


class _Walk:
    """From the workspace down to the directory that holds the last component of a path."""

    def __init__(self, root: Path) -> None:
        self._open = [os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
        self.names: list[str] = []
        """Names of the directories below the workspace that are open now."""
        self.last = "."
        """The last component; `.` when the path names the deepest open directory itself."""

    @property
    def parent(self) -> int:
        """The directory that holds the last component."""
        return self._open[-1]

    def follow(self, path: str, *, make: bool) -> None:
        """Walk; with `make`, directories that are missing are made. Raises ToolError where it would lead outside."""
        ahead = deque(_components(path, path))
        links = 0
        while ahead:
            name = ahead.popleft()
            if name == "..":
                if not self.names:
                    raise ToolError(f"path leaves the workspace: {path}")
                self.names.pop()
                os.close(self._open.pop())
                continue
            if target := self._link(name):
                links += 1
                if links > _MOST_LINKS:
                    raise ToolError(f"too many symbolic links: {path}")
                ahead.extendleft(reversed(_components(target, path)))
            elif ahead:
                self._enter(name, path, make)
            else:
                self.last = name

    def close(self) -> None:
        """Close what is open."""
        for fd in self._open:
            os.close(fd)

    def _link(self, name: str) -> str | None:
        try:
            return os.readlink(name, dir_fd=self.parent)
        except OSError:
            return None

    def _enter(self, name: str, path: str, make: bool) -> None:
        flags = os.O_RDONLY | os.O_DIRECTORY | _CAREFULLY
        try:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=self.parent)
            self._open.append(os.open(name, flags, dir_fd=self.parent))
        except OSError as error:
            raise _refusal(error, path) from error
        self.names.append(name)


def _components(path: str, shown: str) -> list[str]:
    if path.startswith("/"):
        raise ToolError(f"path leaves the workspace: {shown}")
    return [name for name in path.split("/") if name not in ("", ".")]


@contextmanager
def _opened(walk: _Walk, path: str, flags: int) -> Iterator[int]:
    try:
        fd = os.open(walk.last, flags | _CAREFULLY, 0o666, dir_fd=walk.parent)
    except OSError as error:
        raise _refusal(error, path) from error
    try:
        yield fd
    finally:
        os.close(fd)


def _require_regular(fd: int, path: str) -> None:
    mode = os.fstat(fd).st_mode
    if stat.S_ISDIR(mode):
        raise ToolError(f"is a directory: {path}")
    if not stat.S_ISREG(mode):
        raise ToolError(f"not a regular file: {path}")


def _refusal(error: OSError, path: str) -> ToolError:
    return ToolError(f"{_WORDS.get(error.errno or 0, error.strerror or 'cannot be opened')}: {path}")
