"""Traces on disk: one JSON object a line, only ever appended to, so a run that is killed leaves all it had done.

Each record reaches the operating system before `append` returns; a line that a crash has cut short is dropped by the
reader and by the next writer.
"""

import io
import json
import os
from pathlib import Path
from types import TracebackType

from openk2.errors import TraceError
from openk2.trace.records import VERSION, Header, Record, from_dict, to_dict


class TraceWriter:
    """Appends records to a trace file; a context manager that closes it."""

    def __init__(self, path: str | Path) -> None:
        """Open `path`, made with its directories where absent. An existing trace is continued behind its last whole
        record. Raises TraceError when the file cannot be written or is no trace."""
        self.path = Path(path)
        existing = self.path.exists()
        self._empty = not existing or not read_trace(self.path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if existing:
                _cut_torn_line(self.path)
            self._file = io.FileIO(self.path, "ab")
        except OSError as error:
            raise TraceError(f"{self.path}: cannot be written: {error.strerror}") from error

    def append(self, record: Record) -> None:
        """Write one record. Raises TraceError when the first one is not a Header or a later one is, when a number is
        not finite, or when the disk does not take it."""
        if isinstance(record, Header) is not self._empty:
            raise TraceError(f"{self.path}: {type(record).__name__} record; accepted: a Header first, and only first")
        line = _line(record)
        try:
            written = self._file.write(line)
        except (OSError, ValueError) as error:
            raise TraceError(f"{self.path}: cannot be written: {error}") from error
        if written != len(line):
            raise TraceError(f"{self.path}: only {written} of {len(line)} bytes were written; the disk may be full")
        self._empty = False

    def close(self) -> None:
        """Close the file; nothing can be appended afterwards."""
        self._file.close()

    def __enter__(self) -> "TraceWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def read_trace(path: str | Path) -> list[Record]:
    """The records of a trace file, without a last line that was cut short.

    Raises TraceError naming the line where the file is not a trace of this version.
    """
    file = Path(path)
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise TraceError(f"{file}: cannot be read: {error.strerror}") from error
    records: list[Record] = []
    for number, line in enumerate(lines[:-1], 1):
        where = f"{file}, line {number}"
        try:
            record = from_dict(json.loads(line))
        except TraceError as error:
            raise TraceError(f"{where}: {error}") from None
        except ValueError as error:
            raise TraceError(f"{where}: not a JSON object: {error}") from None
        if isinstance(record, Header) is not (number == 1):
            raise TraceError(f"{where}: {type(record).__name__} record; accepted: a Header first, and only first")
        if isinstance(record, Header) and record.version != VERSION:
            raise TraceError(f"{where}: version is {record.version!r}; accepted: {VERSION}")
        records.append(record)
    return records


def _line(record: Record) -> bytes:
    form = to_dict(record)
    try:
        try:
            text = json.dumps(form, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        except UnicodeEncodeError:
            # Half a surrogate pair, as undecodable file names give: JSON can escape it, UTF-8 cannot hold it.
            text = json.dumps(form, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise TraceError(f"a {type(record).__name__} record cannot be written as JSON: {error}") from error
    return text + b"\n"


def _cut_torn_line(path: Path) -> None:
    """Shorten the file to its last whole line."""
    with open(path, "r+b") as file:
        data = file.read()
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            file.truncate(whole)
            os.fsync(file.fileno())
