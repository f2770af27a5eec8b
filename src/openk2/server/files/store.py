"""Files on disk, one folder per file: what was sent, what is known of it, and its text once it was extracted.

    OWNER/file-ID/content      the bytes as sent
    OWNER/file-ID/file.json    name, size, purpose, times, hash
    OWNER/file-ID/text         the extracted text
    OWNER/file-ID/text.json    what is known of the text, or why there is none
    incoming/file-ID/          a file that is being written

OWNER is a hash of who the caller is, ID is drawn by the server: nothing that a client says becomes part of a path. A
file appears with one rename and goes with another, so what is listed is whole.
"""

import hashlib
import json
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from openk2.server.errors import ApiError
from openk2.server.files.limits import FileLimits
from openk2.server.metering import Caller

_ID = re.compile(r"file-[0-9a-f]{32}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PIECE = 1 << 20
_ABANDONED_SECONDS = 24 * 3600


@dataclass(frozen=True)
class StoredFile:
    """What is known of a file."""

    id: str
    name: str
    """As its owner calls it, without folders; shown, never opened."""
    bytes: int
    sha256: str
    purpose: str
    created: int
    """Seconds since 1970."""
    expires: int | None = None
    """Seconds since 1970; None: kept until deleted."""


def owner_of(caller: Caller) -> str:
    """Whose a caller's files and conversations are: the key's that asked, or the signed-in user's; everyone's where the
    server asks for neither. Two keys share nothing, even of one user."""
    if caller.key_id is not None:
        return f"key:{caller.key_id}"
    return f"user:{caller.user_id}" if caller.user_id is not None else "nobody"


class FileStore:
    """The files of all callers under one folder. Its methods wait for the disk: call them in a thread."""

    def __init__(self, root: Path, limits: FileLimits) -> None:
        self._root = root
        self.limits = limits
        self._adding = threading.Lock()

    def add(self, caller: Caller, name: str, purpose: str, source: BinaryIO, expires_in: int | None) -> StoredFile:
        """Keep what `source` holds. Raises ApiError (400, 413) for one file too many, or one too large."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._clear_abandoned()
        id = f"file-{secrets.token_hex(16)}"
        incoming = self._root / "incoming" / id
        incoming.mkdir(parents=True, mode=0o700)
        try:
            size, sha256 = self._copy(source, incoming / "content")
            now = int(time.time())
            file = StoredFile(
                id, clean_name(name), size, sha256, purpose, now, None if expires_in is None else now + expires_in
            )
            (incoming / "file.json").write_text(json.dumps(asdict(file), ensure_ascii=False), "utf-8")
            with self._adding:
                self._check_room(caller, size)
                folder = self._folder(caller)
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                incoming.rename(folder / id)
        except BaseException:
            shutil.rmtree(incoming, ignore_errors=True)
            raise
        return file

    def all(self, caller: Caller) -> list[StoredFile]:
        """The caller's files, newest first."""
        return sorted(self._all(caller), key=lambda file: (file.created, file.id), reverse=True)

    def find(self, caller: Caller, id: str) -> StoredFile:
        """One of the caller's files; raises ApiError (404), also for a file of somebody else."""
        folder = self._folder(caller) / id
        file = _read_file(folder) if _ID.fullmatch(id) else None
        if file is None or self._is_over(caller, file):
            raise ApiError(
                404, f"file {id[:64]!r} is not here; accepted: the id of a file you uploaded", param="file_id"
            )
        return file

    def delete(self, caller: Caller, id: str) -> None:
        """Remove a file; raises ApiError (404)."""
        self.find(caller, id)
        self._remove(caller, id)

    def content(self, caller: Caller, file: StoredFile) -> Path:
        """Where the bytes are."""
        return self._folder(caller) / file.id / "content"

    def note(self, caller: Caller, file: StoredFile) -> dict[str, Any] | None:
        """What was noted of a file's text; None as long as it was not extracted."""
        try:
            noted: dict[str, Any] = json.loads((self._folder(caller) / file.id / "text.json").read_bytes())
        except FileNotFoundError:
            return None
        return noted

    def text(self, caller: Caller, file: StoredFile) -> str:
        """The extracted text; empty where there is none."""
        try:
            with (self._folder(caller) / file.id / "text").open(encoding="utf-8", newline="") as kept:
                return kept.read()
        except FileNotFoundError:
            return ""

    def set_text(self, caller: Caller, file: StoredFile, text: str) -> None:
        """Keep the extracted text; nothing where the file was deleted meanwhile."""
        self._replace(caller, file, "text", text)

    def set_note(self, caller: Caller, file: StoredFile, note: dict[str, Any]) -> None:
        """Note what is known of a file's text; nothing where the file was deleted meanwhile."""
        self._replace(caller, file, "text.json", json.dumps(note, ensure_ascii=False))

    def _replace(self, caller: Caller, file: StoredFile, name: str, text: str) -> None:
        folder = self._folder(caller) / file.id
        part = folder / f"{name}-{secrets.token_hex(4)}"
        try:
            part.write_text(text, "utf-8", newline="")
            part.replace(folder / name)
        except FileNotFoundError:
            return

    def _folder(self, caller: Caller) -> Path:
        return self._root / hashlib.sha256(owner_of(caller).encode()).hexdigest()[:32]

    def _all(self, caller: Caller) -> Iterator[StoredFile]:
        folder = self._folder(caller)
        for entry in folder.iterdir() if folder.is_dir() else ():
            file = _read_file(entry)
            if file is not None and not self._is_over(caller, file):
                yield file

    def _is_over(self, caller: Caller, file: StoredFile) -> bool:
        over = file.expires is not None and file.expires <= time.time()
        if over:
            self._remove(caller, file.id)
        return over

    def _remove(self, caller: Caller, id: str) -> None:
        gone = self._root / "incoming" / f"{id}-{secrets.token_hex(4)}"
        gone.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            (self._folder(caller) / id).rename(gone)
        except FileNotFoundError:
            return
        shutil.rmtree(gone, ignore_errors=True)

    def _check_room(self, caller: Caller, size: int) -> None:
        files = list(self._all(caller))
        if len(files) >= self.limits.files:
            raise ApiError(400, f"{len(files):,} files are kept, the most that may be; delete some first", param="file")
        if sum(file.bytes for file in files) + size > self.limits.bytes:
            raise ApiError(
                400, f"your files together would exceed {self.limits.bytes:,} bytes; delete some first", param="file"
            )

    def _copy(self, source: BinaryIO, to: Path) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()
        with to.open("xb") as file:
            while piece := source.read(_PIECE):
                size += len(piece)
                if size > self.limits.file_bytes:
                    raise ApiError(413, f"file is larger than {self.limits.file_bytes:,} bytes", param="file")
                digest.update(piece)
                file.write(piece)
        return size, digest.hexdigest()

    def _clear_abandoned(self) -> None:
        """What a server that was killed left half-written."""
        incoming = self._root / "incoming"
        for entry in incoming.iterdir() if incoming.is_dir() else ():
            try:
                old = time.time() - entry.stat().st_mtime > _ABANDONED_SECONDS
            except FileNotFoundError:
                continue
            if old:
                shutil.rmtree(entry, ignore_errors=True)


def clean_name(name: str) -> str:
    """`../../etc/passwd` → `passwd`: the last part of what a client calls a file, printable, at most 255 characters."""
    last = _UNPRINTABLE.sub("", name.replace("\\", "/").rpartition("/")[2]).strip()
    stem, dot, suffix = last.rpartition(".")
    if len(last) > 255 and dot and len(suffix) < 16:
        last = f"{stem[: 254 - len(suffix)]}.{suffix}"
    return last[:255] if last not in ("", ".", "..") else "file"


def _read_file(folder: Path) -> StoredFile | None:
    try:
        return StoredFile(**json.loads((folder / "file.json").read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return None
