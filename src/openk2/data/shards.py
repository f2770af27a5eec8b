"""Token shards: plain little-endian arrays of token ids, memory-mapped, under a manifest with sizes and sha256.

A directory holds `00000.bin, 00001.bin, …` (uint16 up to 65,536 ids, else uint32) and `manifest.json`. Text shards
are one long stream with [EOS] after each document. Trajectory shards add `*.mask.bin` (uint8, 1 = a token the
assistant itself emitted) and `lengths.bin` (uint32, the tokens of each trajectory, in order). The manifest is written
last: a directory without one is an unfinished build.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from openk2.data.fetch import sha256_file, write_atomically
from openk2.errors import DataError

Array = npt.NDArray[Any]
FORMAT = 1
SHARD_TOKENS = 1 << 24
_AGAIN = "delete it and build the shards again"


@dataclass(frozen=True)
class ShardFile:
    """One array of tokens on disk."""

    file: str
    tokens: int
    sha256: str
    mask_sha256: str = ""
    """Of the `.mask.bin` beside it; empty for text."""


@dataclass(frozen=True)
class Manifest:
    """What a shard directory holds."""

    kind: str
    dtype: str
    """`uint16` or `uint32`."""
    vocab_size: int
    tokenizer_sha256: str
    """Of the tokenizer's `tiktoken.model`."""
    eos_id: int
    pad_id: int
    documents: int
    tokens: int
    text_bytes: int
    """UTF-8 bytes of the text behind the tokens; 0 when unknown."""
    trajectories: bool
    shards: tuple[ShardFile, ...]
    lengths_sha256: str = ""
    source: str = ""
    """sha256 of the file the tokens were made from."""
    format: int = FORMAT

    def write(self, directory: Path) -> None:
        """Write `manifest.json` atomically."""
        write_atomically(directory / "manifest.json", json.dumps(asdict(self), indent=1) + "\n")

    @staticmethod
    def read(directory: Path) -> Manifest:
        """Read a manifest; raises DataError naming the file and the field."""
        path = directory / "manifest.json"
        try:
            fields = json.loads(path.read_text("utf-8"))
        except OSError:
            raise DataError(
                f"{path}: missing, so {directory} is no finished shard directory; run `openk2 data build` (it "
                "goes on where it stopped)"
            ) from None
        except ValueError as error:
            raise DataError(f"{path}: not JSON ({error})") from None
        try:
            if fields["format"] != FORMAT:
                raise DataError(
                    f"{path}: format {fields['format']}, this version reads {FORMAT}; build the shards again"
                )
            manifest = Manifest(**{**fields, "shards": tuple(ShardFile(**shard) for shard in fields["shards"])})
            if manifest.dtype not in ("uint16", "uint32"):
                raise TypeError(f"dtype {manifest.dtype!r}")
            counts = {"tokens": manifest.tokens, "documents": manifest.documents, "vocab_size": manifest.vocab_size}
            counts.update({shard.file: shard.tokens for shard in manifest.shards})
            for name, count in counts.items():
                if not isinstance(count, int) or count < 0:
                    raise TypeError(f"{name} {count!r}")
            return manifest
        except (KeyError, TypeError) as error:
            raise DataError(f"{path}: incomplete or damaged ({error}); build the shards again") from None


class TokenShards:
    """The tokens of one directory as one long array.

    Opening checks that every file is there with its recorded size; `verify()` reads everything and compares hashes.
    Both raise DataError naming the file and what was expected.
    """

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)
        self.manifest = Manifest.read(self.directory)
        if self.manifest.trajectories and not isinstance(self, TrajectoryShards):
            raise DataError(f"{self.directory}: holds trajectories, not text; open it with TrajectoryShards")
        self._dtype = np.dtype(self.manifest.dtype).newbyteorder("<")
        self._arrays: list[Array] = []
        self._starts = [0]
        for shard in self.manifest.shards:
            self._arrays.append(self._map(shard.file, shard.tokens, self._dtype))
            self._starts.append(self._starts[-1] + shard.tokens)
        if self._starts[-1] != self.manifest.tokens:
            raise DataError(
                f"{self.directory / 'manifest.json'}: tokens says {self.manifest.tokens}, the shards add up to "
                f"{self._starts[-1]}"
            )

    def __len__(self) -> int:
        """Tokens in all."""
        return self.manifest.tokens

    def _map(self, file: str, items: int, dtype: npt.DTypeLike) -> Array:
        path = self.directory / file
        expected = items * np.dtype(dtype).itemsize
        try:
            found = path.stat().st_size
        except OSError:
            raise DataError(f"{path}: missing; the manifest expects {expected} bytes; build the shards again") from None
        if found != expected:
            raise DataError(f"{path}: has {found} bytes, the manifest expects {expected}; {_AGAIN}")
        return np.memmap(path, dtype=dtype, mode="r") if items else np.zeros(0, dtype)

    def read(self, start: int, stop: int) -> Array:
        """Tokens [start, stop) in their stored type, across shard borders."""
        return self._slice(self._arrays, start, stop)

    def _slice(self, arrays: list[Array], start: int, stop: int) -> Array:
        if not 0 <= start <= stop <= len(self):
            raise IndexError(f"tokens [{start}, {stop}) of {len(self)}")
        found = []
        number = bisect_right(self._starts, start) - 1
        while start < stop:
            base = self._starts[number]
            end = min(stop, self._starts[number + 1])
            found.append(arrays[number][start - base : end - base])
            start, number = end, number + 1
        if not found:
            return np.zeros(0, arrays[0].dtype if arrays else self._dtype)
        return np.concatenate(found) if len(found) > 1 else np.asarray(found[0])

    def verify(self) -> None:
        """Read every file and compare its sha256 and its ids with the manifest; raises DataError naming the first
        that differs.
        """
        for shard, array in zip(self.manifest.shards, self._arrays, strict=True):
            self._check(shard.file, shard.sha256)
            if shard.mask_sha256:
                self._check(mask_name(shard.file), shard.mask_sha256)
            if len(array) and int(array.max()) >= self.manifest.vocab_size:
                raise DataError(
                    f"{self.directory / shard.file}: holds token id {int(array.max())}, the vocabulary has "
                    f"{self.manifest.vocab_size}"
                )

    def _check(self, file: str, expected: str) -> None:
        found = sha256_file(self.directory / file)
        if found != expected:
            raise DataError(
                f"{self.directory / file}: corrupt, sha256 is {found[:16]}…, the manifest expects "
                f"{expected[:16]}…; {_AGAIN}"
            )


class TrajectoryShards(TokenShards):
    """Whole trajectories with a mask: 1 where the assistant emitted the token."""

    def __init__(self, directory: str | Path) -> None:
        super().__init__(directory)
        if not self.manifest.trajectories:
            raise DataError(f"{self.directory}: holds text, not trajectories; open it with TokenShards")
        self._masks = [self._map(mask_name(shard.file), shard.tokens, np.uint8) for shard in self.manifest.shards]
        self.lengths: Array = self._map("lengths.bin", self.manifest.documents, np.dtype("<u4"))
        """Tokens of each trajectory, [documents]."""
        self._offsets = np.concatenate([[0], np.cumsum(self.lengths, dtype=np.int64)])
        if int(self._offsets[-1]) != len(self):
            raise DataError(
                f"{self.directory / 'lengths.bin'}: lengths add up to {int(self._offsets[-1])}, the manifest "
                f"expects {len(self)} tokens"
            )

    def trajectory(self, number: int) -> tuple[Array, Array]:
        """(token ids, mask) of one trajectory."""
        start, stop = int(self._offsets[number]), int(self._offsets[number + 1])
        return self.read(start, stop), self._slice(self._masks, start, stop)

    def verify(self) -> None:
        """As for text; the lengths too."""
        super().verify()
        self._check("lengths.bin", self.manifest.lengths_sha256)


def open_shards(directory: str | Path) -> TokenShards:
    """A shard directory of either kind; raises DataError."""
    manifest = Manifest.read(Path(directory))
    return TrajectoryShards(directory) if manifest.trajectories else TokenShards(directory)


def mask_name(file: str) -> str:
    """`00000.bin` → `00000.mask.bin`."""
    return file.removesuffix(".bin") + ".mask.bin"
