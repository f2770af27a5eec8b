"""Writing token shards: files one by one, each replaced atomically, the manifest last."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from openk2.data.fetch import sha256_file
from openk2.data.shards import SHARD_TOKENS, Array, Manifest, ShardFile, mask_name
from openk2.errors import DataError


def token_dtype(vocab_size: int) -> str:
    """The narrowest stored type that holds every id."""
    return "uint16" if vocab_size <= 1 << 16 else "uint32"


def write_array(path: Path, array: Array) -> str:
    """Write an array's bytes atomically and return their sha256."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as handle:
        array.tofile(handle)
        handle.flush()
        os.fsync(handle.fileno())
    digest = sha256_file(temporary)
    os.replace(temporary, path)
    return digest


class ShardWriter:
    """Collects token ids, with or without a mask, and writes them as numbered files of a directory."""

    def __init__(self, directory: Path, vocab_size: int, shards: Iterable[ShardFile] = ()) -> None:
        """Goes on after `shards`, which are already there."""
        self.directory = directory
        self.dtype = np.dtype(token_dtype(vocab_size)).newbyteorder("<")
        self.shards = list(shards)
        self.held = 0
        """Tokens not written yet."""
        self._ids: list[Array] = []
        self._masks: list[Array] = []

    def add(self, ids: list[int], mask: list[bool] | None = None) -> None:
        """Hold one document or trajectory."""
        self._ids.append(np.asarray(ids, self.dtype))
        if mask is not None:
            self._masks.append(np.asarray(mask, np.uint8))
        self.held += len(ids)

    def close(self) -> None:
        """Write what is held, if anything, as the next file."""
        if not self.held:
            return
        name = f"{len(self.shards):05d}.bin"
        digest = write_array(self.directory / name, np.concatenate(self._ids))
        masked = write_array(self.directory / mask_name(name), np.concatenate(self._masks)) if self._masks else ""
        self.shards.append(ShardFile(name, self.held, digest, masked))
        self._ids, self._masks, self.held = [], [], 0


def write_trajectories(
    directory: str | Path,
    trajectories: Iterable[tuple[list[int], list[bool]]],
    *,
    kind: str,
    vocab_size: int,
    eos_id: int,
    pad_id: int,
    tokenizer_sha256: str,
    shard_tokens: int = SHARD_TOKENS,
) -> Manifest:
    """Write (token ids, trainable mask) pairs, such as `Rendered.ids` and `Rendered.trainable`, as trajectory shards.

    Files and then the manifest are replaced one by one atomically. Raises DataError for an empty set, lengths that
    differ or ids outside the vocabulary.
    """
    target = Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").unlink(missing_ok=True)
    writer = ShardWriter(target, vocab_size)
    lengths: list[int] = []
    for number, (ids, mask) in enumerate(trajectories):
        _check(number, ids, mask, vocab_size)
        writer.add(ids, mask)
        lengths.append(len(ids))
        if writer.held >= shard_tokens:
            writer.close()
    writer.close()
    if not lengths:
        raise DataError(f"{target}: no trajectories to write")
    manifest = Manifest(
        kind=kind,
        dtype=writer.dtype.name,
        vocab_size=vocab_size,
        tokenizer_sha256=tokenizer_sha256,
        eos_id=eos_id,
        pad_id=pad_id,
        documents=len(lengths),
        tokens=sum(lengths),
        text_bytes=0,
        trajectories=True,
        shards=tuple(writer.shards),
        lengths_sha256=write_array(target / "lengths.bin", np.asarray(lengths, "<u4")),
    )
    manifest.write(target)
    return manifest


def _check(number: int, ids: list[int], mask: list[bool], vocab_size: int) -> None:
    if len(ids) != len(mask) or not ids:
        raise DataError(
            f"trajectory {number}: {len(ids)} tokens and {len(mask)} mask entries; both must be equal and not zero"
        )
    if min(ids) < 0 or max(ids) >= vocab_size:
        wrong = max(ids) if max(ids) >= vocab_size else min(ids)
        raise DataError(f"trajectory {number}: token id {wrong} is outside the vocabulary of {vocab_size}")
