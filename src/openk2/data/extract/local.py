"""A user's own files: `.txt`, `.md`, `.py` and other text files as they are, `.jsonl` with a `text` field per line."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from openk2.data.extract import Inputs
from openk2.errors import DataError

SUFFIXES = frozenset(
    (".txt", ".md", ".rst", ".py", ".html", ".c", ".h", ".cpp", ".go", ".rs", ".java", ".js", ".ts", ".tex")
)


def files(inputs: Inputs) -> Iterator[str]:
    """Every text file below a folder in name order, or one file; raises DataError naming file and line for bad UTF-8
    or JSON.
    """
    root = inputs.path
    if root is None or not root.exists():
        raise DataError(f"source files: path {root} does not exist; give a folder or a .txt, .md or .jsonl file")
    found = (
        [root]
        if root.is_file()
        else sorted(path for path in root.rglob("*") if path.is_file() and path.suffix in SUFFIXES | {".jsonl"})
    )
    if not found:
        raise DataError(
            f"source files: {root} holds no text file; accepted endings are .jsonl {' '.join(sorted(SUFFIXES))}"
        )
    for path in found:
        data = path.read_bytes()
        if path.suffix != ".jsonl":
            try:
                yield data.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise DataError(f"{path}: not UTF-8 at byte {error.start}; convert it, or leave it out") from None
            continue
        for number, line in enumerate(data.splitlines(), 1):
            if not line.strip():
                continue
            try:
                text = orjson.loads(line)["text"]
            except (ValueError, KeyError, TypeError):
                raise DataError(f'{path}:{number}: not a JSON object with a "text" field') from None
            if not isinstance(text, str):
                raise DataError(f'{path}:{number}: "text" must be a string')
            yield text
