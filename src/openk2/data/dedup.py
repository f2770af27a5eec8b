"""Exact deduplication: whole documents, and paragraphs seen anywhere before, by a 64-bit hash of the text with case
and spacing removed.

Prose loses repeated paragraphs. Code cannot (a module with holes is no module): a code document is dropped when most
of its blocks were seen before. 64 bits over ten million paragraphs give a false match with probability 3e-6.
"""

from __future__ import annotations

import hashlib
import re

SHORTEST_PARAGRAPH = 60
"""Characters; shorter paragraphs (headings, list items, lines of verse) may repeat."""
MOST_REPEATED = 0.5
"""Share of repeated text above which a code document is dropped."""


def fingerprint(text: str) -> int:
    """64-bit hash of a text, ignoring case and the amount of white space."""
    return int.from_bytes(
        hashlib.blake2b(" ".join(text.lower().split()).encode("utf-8", "surrogatepass"), digest_size=8).digest(),
        "little",
    )


class Deduplicator:
    """Remembers what it has seen; the first copy stays."""

    def __init__(self) -> None:
        self._documents: set[int] = set()
        self._paragraphs: set[int] = set()
        self.dropped_documents = 0
        self.dropped_bytes = 0

    def filter(self, text: str, *, code: bool = False) -> str | None:
        """The text without what was seen before, or None when nothing worth keeping is left."""
        whole = fingerprint(text)
        if whole in self._documents:
            return self._drop(text)
        self._documents.add(whole)
        paragraphs = re.split(r"\n\s*\n", text) if not code else re.split(r"\n(?=(?:class|def|async def|@)\b)", text)
        marks = [fingerprint(paragraph) if len(paragraph) >= SHORTEST_PARAGRAPH else None for paragraph in paragraphs]
        repeated = [mark is not None and mark in self._paragraphs for mark in marks]
        self._paragraphs.update(mark for mark in marks if mark is not None)
        if not any(repeated):
            return text
        if code:
            share = sum(len(paragraph) for paragraph, again in zip(paragraphs, repeated, strict=True) if again) / len(
                text
            )
            return text if share <= MOST_REPEATED else self._drop(text)
        kept = [paragraph for paragraph, again in zip(paragraphs, repeated, strict=True) if not again]
        result = "\n\n".join(kept).strip()
        if sum(len(paragraph) >= SHORTEST_PARAGRAPH for paragraph in kept) == 0:
            return self._drop(text)
        self.dropped_bytes += len(text.encode("utf-8", "replace")) - len(result.encode("utf-8", "replace"))
        return result

    def _drop(self, text: str) -> str | None:
        self.dropped_documents += 1
        self.dropped_bytes += len(text.encode("utf-8", "replace"))
        return None
