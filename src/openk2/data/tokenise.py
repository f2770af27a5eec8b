"""Documents to token shards: one kind at a time, [EOS] after each document, resumable at every finished shard.

After each shard `progress.json` records how far the JSONL file was read; a killed build goes on there. The tokenizer
releases the interpreter lock while it encodes, so a few threads use the cores.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from openk2.chat.tokenizer import RANKS_FILE, Tokenizer
from openk2.data.documents import Document
from openk2.data.fetch import sha256_file, write_atomically
from openk2.data.shard_writer import ShardWriter, token_dtype
from openk2.data.shards import SHARD_TOKENS, Manifest, ShardFile
from openk2.errors import DataError

Say = Callable[[str], None]
BATCH_DOCUMENTS = 512


@dataclass
class _Progress:
    """How far a kind is tokenised."""

    stamp: str
    offset: int
    documents: int
    text_bytes: int
    shards: list[ShardFile]


def tokenizer_hash(directory: Path) -> str:
    """sha256 of a tokenizer's `tiktoken.model`; raises DataError when there is none."""
    path = directory / RANKS_FILE
    if not path.is_file():
        raise DataError(
            f"{path}: missing; train a tokenizer with `openk2 tokenizer train` or set tokenizer.vocab_size in "
            "the recipe"
        )
    return sha256_file(path)


def tokenise(
    documents: Path,
    target: Path,
    tokenizer: Tokenizer,
    tokenizer_sha256: str,
    say: Say,
    *,
    shard_tokens: int = SHARD_TOKENS,
) -> Manifest:
    """Turn one `documents/<kind>.jsonl` into the shard directory `target`; finished work is kept, changed text or
    tokenizer redoes it.
    """
    source = sha256_file(documents)
    finished = _finished(target, source, tokenizer_sha256)
    if finished is not None:
        return finished
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").unlink(missing_ok=True)
    stamp = hashlib.sha256(f"{source}:{tokenizer_sha256}:{shard_tokens}".encode()).hexdigest()
    state = _resume(target / "progress.json", stamp, target, token_dtype(tokenizer.vocab_size))
    for stale in target.glob("*.bin"):
        if stale.name not in {shard.file for shard in state.shards}:
            stale.unlink()
    writer = ShardWriter(target, tokenizer.vocab_size, state.shards)
    for _ in _encode(documents, tokenizer, writer, state, say):
        if writer.held >= shard_tokens:
            _close(writer, state)
    _close(writer, state)
    if not state.shards:
        raise DataError(f"{documents}: holds no document")
    manifest = Manifest(
        kind=documents.stem,
        dtype=writer.dtype.name,
        vocab_size=tokenizer.vocab_size,
        tokenizer_sha256=tokenizer_sha256,
        eos_id=tokenizer.eos_id,
        pad_id=tokenizer.pad_id,
        documents=state.documents,
        tokens=sum(shard.tokens for shard in state.shards),
        text_bytes=state.text_bytes,
        trajectories=False,
        shards=tuple(state.shards),
        source=source,
    )
    manifest.write(target)
    (target / "progress.json").unlink(missing_ok=True)
    return manifest


def _finished(target: Path, source: str, tokenizer_sha256: str) -> Manifest | None:
    """The manifest of a directory that already holds this text in these tokens."""
    try:
        manifest = Manifest.read(target)
    except DataError:
        return None
    same = (manifest.source, manifest.tokenizer_sha256) == (source, tokenizer_sha256)
    if not same or not _complete(target, list(manifest.shards), manifest.dtype):
        return None
    (target / "progress.json").unlink(missing_ok=True)  # left by a kill right after the manifest
    return manifest


def _encode(documents: Path, tokenizer: Tokenizer, writer: ShardWriter, state: _Progress, say: Say) -> Iterator[None]:
    """Give the documents that are left to the writer; yields after every batch of them, when the state is true."""
    total = documents.stat().st_size
    started, told, begun = time.monotonic(), time.monotonic(), state.offset
    with ThreadPoolExecutor(max(1, min(8, os.cpu_count() or 1))) as pool:
        for texts, offset in _batches(documents, state.offset):
            for ids in pool.map(tokenizer.encode, texts):
                writer.add([*ids, tokenizer.eos_id])
            state.offset = offset
            state.documents += len(texts)
            state.text_bytes += sum(len(text.encode("utf-8", "replace")) for text in texts)
            yield
            if time.monotonic() - told > 5:
                told = time.monotonic()
                rate = (offset - begun) / (told - started)
                say(
                    f"    {writer.directory.name}: {100 * offset / total:.0f} %, {rate / 1e6:.1f} MB/s, "
                    f"{(total - offset) / rate:.0f} s left"
                )


def _close(writer: ShardWriter, state: _Progress) -> None:
    """Write what is held, if anything, and remember how far that is."""
    if not writer.held:
        return
    writer.close()
    state.shards = writer.shards
    write_atomically(writer.directory / "progress.json", json.dumps(asdict(state)))


def _resume(path: Path, stamp: str, target: Path, dtype: str) -> _Progress:
    """The recorded progress when it belongs to the same text, tokenizer and shards on disk, else none."""
    try:
        fields = json.loads(path.read_text("utf-8"))
        state = _Progress(**{**fields, "shards": [ShardFile(**shard) for shard in fields["shards"]]})
    except (OSError, ValueError, KeyError, TypeError):
        return _Progress(stamp, 0, 0, 0, [])
    if state.stamp != stamp or not _complete(target, state.shards, dtype):
        return _Progress(stamp, 0, 0, 0, [])
    return state


def _complete(target: Path, shards: list[ShardFile], dtype: str) -> bool:
    width = np.dtype(dtype).itemsize
    return all(
        (target / shard.file).is_file() and (target / shard.file).stat().st_size == shard.tokens * width
        for shard in shards
    )


def _batches(path: Path, offset: int) -> Iterator[tuple[list[str], int]]:
    """(texts, offset behind them) from a JSONL file."""
    with path.open("rb") as handle:
        handle.seek(offset)
        texts: list[str] = []
        for line in handle:
            texts.append(Document.parse(line, f"{path} at byte {offset}").text)
            offset += len(line)
            if len(texts) == BATCH_DOCUMENTS:
                yield texts, offset
                texts = []
        if texts:
            yield texts, offset
