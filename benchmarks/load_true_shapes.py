"""Two layers of Kimi K2 in their true shape, quantised as released: written, loaded as stored, checked, and run.

    python benchmarks/load_true_shapes.py DIRECTORY --format int4     about 12 GB, as K2-Thinking
    python benchmarks/load_true_shapes.py DIRECTORY --format fp8      about 19 GB, as K2-Instruct
    python benchmarks/load_true_shapes.py DIRECTORY --format int4 --small    seconds, to see that it works

Layer 0 is dense, layer 1 has 384 experts; only the vocabulary is smaller. Weights are random bytes with scales that
make them weights. The checkpoint stays in DIRECTORY and is used again. Loading and running happen in a process of their
own, whose peak memory must stay below the files' size and 1 GiB. The disk's own rate is measured in the same run, on
the same files, after the kernel was asked to forget them; how many bytes really came from the disk is reported.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

import openk2
from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint.formats import config_json, entries, storage
from openk2.checkpoint.layout import INDEX_FILE, disk_tensors
from openk2.checkpoint.shards import Shards
from openk2.checkpoint.tensor_file import DTYPES, Entry, RowWriter
from openk2.checkpoint.writer import SHARD_SIZE, index, plan_shards, write_json
from openk2.config import K2Config
from openk2.model import K2Model

ROOM = 2**30
"""Bytes of memory allowed beside the weights."""
BLOCK = 1 << 24
"""Random numbers that are made once and used over and over."""
MOE_LAYER = 1
SPREAD = 0.02
"""Standard deviation of the weights, about."""


def shape(small: bool, vocabulary: int) -> K2Config:
    """Two layers of K2, or of a model for a quick look."""
    whole = K2Config.preset("k2-debug" if small else "k2-instruct")
    return whole.replace(
        num_hidden_layers=2,
        vocab_size=vocabulary,
        max_position_embeddings=4096,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    )


def write(directory: Path, config: K2Config, format: str) -> None:
    """The checkpoint, straight to its files; `config.json` comes last and says that it is complete."""
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


def forget(files: list[Path]) -> None:
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


def read_through(files: list[Path]) -> float:
    """Seconds to read the files from beginning to end and do nothing with them."""
    buffer = bytearray(1 << 24)
    began = time.perf_counter()
    for file in files:
        with file.open("rb", buffering=0) as handle:
            while handle.readinto(buffer):
                pass
    return time.perf_counter() - began


def wrong_experts(directory: Path, model: K2Model, sample: int) -> list[int]:
    """Of some experts, those whose held matrices are not what a decoder of its own reads from the files."""
    config, dtype = model.config, model.lm_head.weight.dtype
    experts = np.random.default_rng(1).permutation(config.n_routed_experts)[:sample].tolist()
    held = model.moe_blocks()[MOE_LAYER].experts
    with Shards(directory) as shards:

        def matrix(expert: int, part: str) -> Tensor:
            name = f"model.layers.{MOE_LAYER}.mlp.experts.{expert}.{part}_proj.weight"
            if f"{name}_packed" in shards.tensors:
                words, scales = shards.read(f"{name}_packed"), shards.read(f"{name}_scale").float()
                columns = torch.arange(int(shards.read(f"{name}_shape")[1]))
                codes = ((words[:, columns // 8] >> 4 * (columns % 8)) & 15) - 8
                return (codes * scales[:, columns // 32]).to(dtype)
            values, scales = shards.read(name).float(), shards.read(f"{name}_scale_inv")
            rows, columns = (torch.arange(size) // 128 for size in values.shape)
            return (values * scales[rows][:, columns]).to(dtype)

        return [
            expert
            for expert in experts
            if not torch.equal(held.gate_up_EFD[expert], torch.cat([matrix(expert, part) for part in ("gate", "up")]))
            or not torch.equal(held.down_EDF[expert], matrix(expert, "down"))
        ]


def measure(directory: Path, tokens: int, sample: int) -> dict[str, Any]:
    """Everything that is measured, in this process."""
    files = sorted(directory.glob("*.safetensors"))
    size = sum(file.stat().st_size for file in files)
    forget(files)
    before = bytes_from_disk()
    disk_seconds = read_through(files)
    disk_bytes = bytes_from_disk() - before
    forget(files)
    before = bytes_from_disk()
    began = time.perf_counter()
    model = openk2.load(directory, weights="stored")
    load_seconds = time.perf_counter() - began
    load_bytes, load_peak = bytes_from_disk() - before, peak_memory()
    made: list[int] = []
    prompt = list(range(32))
    began = time.perf_counter()
    with openk2.Engine(model, Tokenizer.bytes_only(), max_batch=1, max_context=256, cache_tokens=256) as engine:
        while len(made) < tokens:  # an end of turn by chance does not count
            sampling = openk2.SamplingParams(temperature=0, max_tokens=tokens - len(made))
            made += engine.generate([prompt + made], sampling)[0].ids
    seconds = time.perf_counter() - began
    run_peak = peak_memory()
    wrong = wrong_experts(directory, model, sample)
    return {
        "file_bytes": size,
        "limit_bytes": size + ROOM,
        "peak_bytes_loading": load_peak,
        "peak_bytes_running": run_peak,
        "within_limit": max(load_peak, run_peak) <= size + ROOM,
        "disk_bytes_per_second": size / disk_seconds,
        "load_bytes_per_second": size / load_seconds,
        "fraction_of_disk": disk_seconds / load_seconds,
        "share_from_disk": {"reading": disk_bytes / size, "loading": load_bytes / size},
        "tokens": len(made),
        "tokens_per_second": len(made) / seconds,
        "experts_compared": sample,
        "experts_wrong": wrong,
    }


def main() -> int:
    """Write where needed, measure in a process of its own, print; status 1 where a figure breaks a promise."""
    parser = argparse.ArgumentParser(description="Load and run two layers of K2 in their true shape, as stored.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--format", choices=["int4", "fp8"], default="int4")
    parser.add_argument("--vocabulary", type=int, default=32_768, help="rows of embedding and head (K2: 163840)")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--experts", type=int, default=6, help="how many are compared with a decoder of their own")
    parser.add_argument("--small", action="store_true", help="a small shape instead, to try the script")
    parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object on standard output")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.directory, options.tokens, options.experts)))
        return 0
    config = shape(options.small, options.vocabulary)
    directory = options.directory / f"{'small' if options.small else 'k2'}-{options.format}-{options.vocabulary}"
    if not (directory / "config.json").exists():
        write(directory, config, options.format)
    arguments = ["--measure", "--tokens", str(options.tokens), "--experts", str(options.experts)]
    done = subprocess.run([sys.executable, __file__, str(directory), *arguments], stdout=subprocess.PIPE, check=True)
    figures = {"format": options.format, "threads": torch.get_num_threads(), **json.loads(done.stdout)}
    if options.as_json:
        print(json.dumps(figures))
    else:
        peak = max(figures["peak_bytes_loading"], figures["peak_bytes_running"])
        shares = figures["share_from_disk"]
        print(f"{directory}: {figures['file_bytes'] / 1e9:.2f} GB of {options.format}")
        print(
            f"  peak memory   {peak / 1e9:.2f} GB (loading {figures['peak_bytes_loading'] / 1e9:.2f}); "
            f"limit {figures['limit_bytes'] / 1e9:.2f}"
        )
        print(
            f"  loading       {figures['load_bytes_per_second'] / 1e9:.2f} GB/s, the disk "
            f"{figures['disk_bytes_per_second'] / 1e9:.2f} ({figures['fraction_of_disk']:.0%}); from the disk came "
            f"{shares['loading']:.0%} of the bytes, {shares['reading']:.0%} when only read"
        )
        print(f"  engine        {figures['tokens']} tokens, {figures['tokens_per_second']:.2f} a second")
        print(f"  experts       {figures['experts_compared']} compared, wrong: {figures['experts_wrong'] or 'none'}")
    return 0 if figures["within_limit"] and not figures["experts_wrong"] else 1


if __name__ == "__main__":
    sys.exit(main())
