"""A document: one text with its origin. The intermediate stage is one `documents/<kind>.jsonl` per kind, one document
per line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from openk2.errors import DataError


@dataclass(frozen=True)
class Document:
    """One text as a source gives it."""

    text: str
    source: str
    """Name of the source in the registry, or of the recipe's entry."""
    kind: str
    """Group that is mixed and held out as one: english, dialogue, technical, code, math, reading, chinese, or the
    user's own.
    """

    def line(self) -> bytes:
        """The document as one JSON line."""
        return orjson.dumps({"text": self.text, "source": self.source, "kind": self.kind}) + b"\n"

    @staticmethod
    def parse(line: bytes, where: str) -> Document:
        """Read one JSON line; raises DataError naming `where` when it is not a document."""
        try:
            fields = orjson.loads(line)
            text, source, kind = fields["text"], fields["source"], fields["kind"]
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f'{where}: not a document line ({error}); expected {{"text", "source", "kind"}}') from None
        if not (isinstance(text, str) and isinstance(source, str) and isinstance(kind, str)):
            raise DataError(f"{where}: text, source and kind must be strings")
        return Document(text, source, kind)


def read_documents(path: Path) -> Iterator[Document]:
    """Every document of a JSONL file, in order; raises DataError naming file and line."""
    try:
        with path.open("rb") as handle:
            for number, line in enumerate(handle, 1):
                yield Document.parse(line, f"{path}:{number}")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); run `openk2 data build` first") from None
