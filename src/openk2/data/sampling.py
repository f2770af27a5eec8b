"""A fair sample of documents for training a tokenizer: so many bytes, divided evenly between the kinds.

A kind with less than its part gives what it has; the rest is divided between the others. Documents lie in hash order,
so the first ones are a random choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from openk2.data.documents import read_documents
from openk2.errors import DataError


def document_files(paths: Sequence[Path]) -> list[Path]:
    """The `.jsonl` files named or inside the directories named, sorted; raises DataError when one has none."""
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise DataError(f"{path}: no such file or directory; give documents made by `openk2 data build`")
        found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not found:
            raise DataError(f"{path}: holds no .jsonl file; give a documents directory made by `openk2 data build`")
        files += found
    return files


def sample_texts(files: Sequence[Path], total_bytes: int, shares: Mapping[str, float] | None = None) -> Iterator[str]:
    """Texts of at most about `total_bytes`, from every file its part; `shares` gives a kind (file stem) more or less
    than 1 part.
    """
    sizes = [path.stat().st_size for path in files]
    parts = allot(sizes, total_bytes, [(shares or {}).get(path.stem, 1.0) for path in files])
    for path, part in zip(files, parts, strict=True):
        used = 0
        for document in read_documents(path):
            if used >= part:
                break
            used += len(document.text.encode("utf-8", "replace"))
            yield document.text


def allot(sizes: Sequence[int], total: int, weights: Sequence[float]) -> list[int]:
    """Divide `total` in proportion to `weights`, none getting more than its size, what one leaves going to the
    others.
    """
    given = [0] * len(sizes)
    open_items = {number for number, weight in enumerate(weights) if weight > 0}
    left = total
    while open_items:
        scale = left / sum(weights[number] for number in open_items)
        full = {number for number in open_items if sizes[number] <= scale * weights[number]}
        for number in full or open_items:
            given[number] = sizes[number] if full else int(scale * weights[number])
        if not full:
            break
        left -= sum(sizes[number] for number in full)
        open_items -= full
    return given
