"""What an extraction may take, what it gives, and how it says no."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one file may cost. The defaults let a book or a large workbook through."""

    seconds: float = 40.0
    """Wall-clock time."""
    cpu_seconds: int = 20
    """Processor time."""
    memory_bytes: int = 768 << 20
    """Address space of the process."""
    characters: int = 8_000_000
    """Of extracted text."""
    pages: int = 2_000
    """Pages, sheets or slides."""
    unpacked_bytes: int = 256 << 20
    """Of all parts of an archive together, as declared and as read."""
    unpacked_ratio: int = 200
    """Unpacked ÷ packed size of one part, where it is larger than a megabyte."""


class Refused(Exception):
    """The file is not read; the message is one line for the person who sent it."""


@dataclass(frozen=True)
class Found:
    """The text of a file."""

    text: str
    media_type: str
    pages: int | None = None
    """Pages, sheets or slides, where the format has them."""
    title: str = ""
    """As the document itself gives it."""


class TextSum:
    """Collects text and stops where it grows beyond the limit."""

    def __init__(self, limits: Limits) -> None:
        self._limit = limits.characters
        self._pieces: list[str] = []
        self._length = 0

    def add(self, piece: str) -> None:
        """Append; raises Refused beyond the limit."""
        self._length += len(piece)
        if self._length > self._limit:
            raise Refused(f"the text is longer than {self._limit:,} characters; accepted: a shorter file")
        self._pieces.append(piece)

    def __str__(self) -> str:
        return "".join(self._pieces)
