"""Checkpoints of K2's true shape with random weights, written straight to files, and what the system says of reading
them: shared by the benchmarks that need one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from openk2.checkpoint.formats import config_json, entries, storage
from openk2.checkpoint.layout import INDEX_FILE, disk_tensors
from openk2.checkpoint.tensor_file import DTYPES, Entry, RowWriter
from openk2.checkpoint.writer import SHARD_SIZE, index, plan_shards, write_json
from openk2.config import K2Config
from openk2.model import K2Model

BLOCK = 1 << 24
"""Random numbers that are made once and used over and over."""
SPREAD = 0.02
"""Standard deviation of the weights, about."""


def shape(layers: int, vocabulary: int, *, small: bool = False) -> K2Config:
    """The first layers of K2, or of a model for a quick look."""
    whole = K2Config.preset("k2-debug" if small else "k2-instruct")
    return whole.replace(
        num_hidden_layers=layers,
        vocab_size=vocabulary,
        max_position_embeddings=4096,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    )


def write(directory: Path, config: K2Config, format: str) -> None:
    """The checkpoint; `config.json` comes last and says that it is complete."""
    with torch.device("meta"):
        tensors = {tensor.name: tensor for tensor in disk_tensors(K2Model(config).state_dict())}
    held = {name: entries(tensor, storage(tensor, format)) for name, tensor in tensors.items()}
    shards = plan_shards(held, SHARD_SIZE)
    directory.mkdir(parents=True, exist_ok=True)
    numbers = Numbers()
    for file, some in shards.items():
        with RowWriter(directory / file, [entry for parts in some.values() for entry in parts]) as out:
            for name, parts in some.items():
                for entry in parts:
                    for first, values in numbers.rows(entry, tensors[name].shape):
                        out.write(entry.name, values, first)
        forget([directory / file])
        print(f"  wrote {file}", file=sys.stderr)
    if len(shards) > 1:
        write_json(directory / INDEX_FILE, index(shards))
    write_json(directory / "config.json", config_json(config, format))


class Numbers:
    """Random content for every kind of tensor, from blocks that are drawn once."""

    def __init__(self) -> None:
        draw = np.random.default_rng(0)
        bytes_N = torch.from_numpy(draw.integers(0, 256, BLOCK, dtype=np.uint8))
        fp8_N = torch.where((bytes_N & 0x7F) == 0x7F, bytes_N - 1, bytes_N)  # NaN is left out
        self.fp8_rms = float(fp8_N.view(torch.float8_e4m3fn).float().square().mean().sqrt())
        normal_N = torch.from_numpy(draw.standard_normal(BLOCK // 4, dtype=np.float32))
        self._blocks = {
            "F8_E4M3": fp8_N,
            "I32": bytes_N,
            "BF16": (normal_N * SPREAD).to(torch.bfloat16).view(torch.uint8),
            "F32": (normal_N * 0).view(torch.uint8),
        }
        self._at = 0

    def rows(self, entry: Entry, shape: tuple[int, ...]) -> Iterator[tuple[int, Tensor]]:
        """First row and values of the pieces of an entry of a weight of that shape."""
        if entry.name.endswith("_shape"):
            yield 0, torch.tensor(shape, dtype=torch.int32)
        elif entry.name.endswith("norm.weight"):
            yield 0, torch.ones(entry.shape, dtype=DTYPES[entry.dtype])
        elif entry.name.endswith(("_scale", "_scale_inv")):
            rms = self.fp8_rms if entry.name.endswith("_scale_inv") else 4.6  # of codes −8 … 7
            scales = torch.linspace(0.5, 1.5, entry.shape[-1]) * (SPREAD / rms)
            yield 0, scales.expand(entry.shape).to(DTYPES[entry.dtype])
        else:
            block = self._blocks[entry.dtype]
            step = max(len(block) // entry.row_bytes // 2, 1)
            for first in range(0, entry.rows, step):
                count = min(step, entry.rows - first)
                size = count * entry.row_bytes
                self._at = (self._at + 64 * 9973) % (len(block) - size + 1) // 64 * 64
                piece = block[self._at : self._at + size].clone()
                yield first, piece.view(DTYPES[entry.dtype]).view(count, -1)


def forget(files: Iterable[Path]) -> None:
    """Ask the kernel to drop the files from its cache; it does so for what is written and not mapped."""
    for file in files:
        descriptor = os.open(file, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def bytes_from_disk() -> int:
    """What this process has caused to be read from storage so far."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("read_bytes"))


def peak_memory() -> int:
    """Most resident memory of this process so far, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
