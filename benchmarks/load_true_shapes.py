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
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from true_shapes import bytes_from_disk, forget, peak_memory, shape, write

import openk2
from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint.shards import Shards
from openk2.model import K2Model

ROOM = 2**30
"""Bytes of memory allowed beside the weights."""
MOE_LAYER = 1


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
    config = shape(2, options.vocabulary, small=options.small)
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
