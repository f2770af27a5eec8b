"""Compiles `cpp/` into one shared library: a translation unit per level, each with its own flags, in seconds.

The library's name holds a hash of sources and flags and one of the compiler, so it is never out of date and one that is
there is used at once. It lies in `built/` beside this file or, where that cannot be written, in the user's cache
folder. Needs a C++17 compiler and nothing else; torch is not imported.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openk2.errors import KernelError
from openk2.kernels.native.levels import Flags, levels_of_this_machine

SOURCES = Path(__file__).parent / "cpp"
BESIDE = Path(__file__).parent / "built"
COMPILERS = ("c++", "g++", "clang++")
"""Tried in this order after $CXX."""
FLAGS = (
    "-std=c++17",
    "-O3",
    "-fPIC",
    "-pthread",
    "-ffp-contract=off",  # the kernels name their fused products; one more would make levels and shapes differ
    "-fvisibility=hidden",
    "-fno-exceptions",
    "-fno-rtti",
)
KEPT = 4
"""Libraries of other sources or compilers left in a folder; older ones are deleted."""


@dataclass(frozen=True)
class Compiler:
    """A C++ compiler that starts."""

    command: tuple[str, ...]
    version: str
    """First line of `--version`."""


def folders() -> tuple[Path, ...]:
    """Where libraries are looked for and put, the first that serves: beside the package, else the user's cache."""
    try:
        return BESIDE, Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "openk2"
    except RuntimeError:  # a user without a home
        return (BESIDE,)


@cache
def find_compiler() -> Compiler:
    """$CXX, else the first of `COMPILERS` that starts; raises KernelError."""
    named = os.environ.get("CXX")
    commands = [tuple(shlex.split(named))] if named else [(name,) for name in COMPILERS if shutil.which(name)]
    for command in commands:
        with suppress(OSError):
            told = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
            if told.returncode == 0 and told.stdout:
                return Compiler(command, told.stdout.splitlines()[0])
    if named:
        raise KernelError(f"CXX={named} is no C++ compiler that starts")
    raise KernelError(f"no C++ compiler found (tried {', '.join(COMPILERS)}; CXX names another)")


def source_hash(sources: Path = SOURCES) -> str:
    """16 hexadecimal digits of the sources, the flags and the kind of machine."""
    digest = hashlib.sha256(repr((platform.system(), FLAGS, levels_of_this_machine())).encode())
    for path in _files(sources):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def find_library(sources: Path = SOURCES, where: Sequence[Path] | None = None) -> Path | None:
    """The library of these sources built last, by whichever compiler."""
    name = f"libopenk2-{source_hash(sources)}-*.so"
    for folder in folders() if where is None else where:
        found = sorted(folder.glob(name), key=lambda path: path.stat().st_mtime)
        if found:
            return found[-1]
    return None


def build(sources: Path = SOURCES, where: Sequence[Path] | None = None) -> Path:
    """The library of these sources by the compiler of this machine, compiled unless it is there.

    From now on it is the one that is found. Two processes may ask at once: one compiles, the other waits. Raises
    KernelError, in one line.
    """
    if not levels_of_this_machine():
        raise KernelError(f"there are no native kernels for {platform.system()} on {platform.machine()}")
    compiler = find_compiler()
    flags_of = _levels_known_to(compiler)
    made_by = hashlib.sha256(repr((compiler.version, sorted(flags_of))).encode()).hexdigest()[:8]
    folder = _first_writable(folders() if where is None else where)
    library = folder / f"libopenk2-{source_hash(sources)}-{made_by}.so"
    with _locked(folder / "lock"):
        if not library.exists():
            with tempfile.TemporaryDirectory() as objects:
                made = _link(compiler, compile_objects(compiler, flags_of, sources, Path(objects)), folder)
            made.replace(library)
            _delete_old(folder, library)
        library.touch()
    return library


def compile_objects(compiler: Compiler, flags_of: dict[str, Flags], sources: Path, folder: Path) -> list[Path]:
    """An object file per translation unit, compiled side by side; raises KernelError with the first error."""
    commands = []
    for path in _files(sources):
        level = path.stem.removeprefix("level_")
        if path.suffix != ".cpp" or (level != path.stem and level not in flags_of):
            continue
        flags = [*FLAGS, *flags_of.get(level, ()), f"-DOK2_LEVELS(X)={' '.join(f'X({name})' for name in flags_of)}"]
        commands.append([*compiler.command, *flags, "-c", str(path), "-o", str(folder / f"{path.stem}.o")])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_run, commands))
    return [Path(command[-1]) for command in commands]


def _levels_known_to(compiler: Compiler) -> dict[str, Flags]:
    """The levels whose flags the compiler takes: g++ 10 knows no AMX."""
    known = {}
    for level, flags in levels_of_this_machine().items():
        with suppress(KernelError):
            _run([*compiler.command, *flags, "-fsyntax-only", "-x", "c++", os.devnull])
            known[level] = flags
    if not known:
        raise KernelError(f"{compiler.version} knows none of the levels {', '.join(levels_of_this_machine())}")
    return known


def _link(compiler: Compiler, objects: list[Path], folder: Path) -> Path:
    """The library under a name of its own, to be renamed when it is whole."""
    made = folder / f"unfinished-{os.getpid()}"
    strict = ["-Wl,-z,defs"] if platform.system() == "Linux" else []  # a missing function ends here, not at loading
    _run([*compiler.command, "-shared", "-pthread", *strict, *map(str, objects), "-o", str(made)])
    return made


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise KernelError(f"{command[0]}: {error.strerror}") from error
    if done.returncode:
        lines = done.stderr.splitlines() or [f"status {done.returncode}"]
        raise KernelError(f"{command[0]}: {next((line for line in lines if 'error' in line), lines[-1])}")


def _files(sources: Path) -> list[Path]:
    return sorted(path for path in sources.iterdir() if path.suffix in (".h", ".cpp"))


def _first_writable(where: Sequence[Path]) -> Path:
    for folder in where:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
    raise KernelError(f"no folder for the library can be written (tried {', '.join(map(str, where))})")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait until no other process builds here. File systems without locks build twice: the rename keeps that right."""
    import fcntl  # not on Windows, where nothing is built

    with path.open("w") as file:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _delete_old(folder: Path, newest: Path) -> None:
    others = [path for path in folder.glob("libopenk2-*.so") if path != newest]
    for path in sorted(others, key=lambda path: path.stat().st_mtime)[:-KEPT]:
        path.unlink(missing_ok=True)
        path.with_suffix(".json").unlink(missing_ok=True)
