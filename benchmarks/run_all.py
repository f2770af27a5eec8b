"""Every figure of `docs/performance.md` by one command; `make bench` runs it.

    python benchmarks/run_all.py --llama-bench PATH                all parts, about twenty minutes
    python benchmarks/run_all.py --only decode prefill             some of them
    python benchmarks/run_all.py --only loading --scratch DIR      parts that want 30 GB of disk, only when named

A part that is done is written to `results/` at once and the page's tables are made anew. A part that is not run keeps
its old figures with their day and machine. The machine must be quiet when a part begins, unless `--noisy`; then the
table says so. Without `--llama-bench` there is nothing beside openk2. Random GGUF files (10 GB) are made in `--models`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import against_llama
import results
import tables
from peers import LlamaCpp, Openk2, Peer, ProgramFailed, Setup, Transformers, output
from results import Result

from openk2.bench.machine import noise

HERE = Path(__file__).parent
VARIABLE = "LLAMA_BENCH"
"""Names llama-bench where the option does not."""


@dataclass(frozen=True)
class Options:
    """What the parts need to know."""

    peers: list[Peer]
    software: dict[str, str]
    rounds: int
    threads: int
    noisy: bool
    scratch: Path | None


def compared(*setups: Setup) -> Callable[[Options], list[dict[str, Any]]]:
    """A part of speeds beside the peers'."""

    def rows(options: Options) -> list[dict[str, Any]]:
        found = []
        for setup in setups:
            threaded = Setup(**vars(setup) | {"threads": options.threads})
            found.append(against_llama.compare(threaded, options.peers, options.rounds))
            print(against_llama.line(found[-1]), file=sys.stderr, flush=True)
        return found

    return rows


def served(options: Options) -> list[dict[str, Any]]:
    """Requests to the engine, one and sixteen at a time."""
    command = [sys.executable, "-m", "openk2", "bench", "serve", "--threads", str(options.threads), "--repeats", "3"]
    return [json.loads(output([*command, "--batch", str(batch), "--json"])) for batch in (1, 16)]


def beside_transformers(part: str) -> Callable[[Options], list[dict[str, Any]]]:
    """Training or generation."""

    def rows(options: Options) -> list[dict[str, Any]]:
        script = str(HERE / "against_transformers.py")
        command = [sys.executable, script, "--only", part, "--threads", str(options.threads), "--json"]
        found = json.loads(output(command))["tokens_per_second"]
        return [{"name": name, **row} for name, row in found.items()]

    return rows


def tokenizer(_: Options) -> list[dict[str, Any]]:
    """Encoding, beside tiktoken."""
    return [json.loads(output([sys.executable, str(HERE / "tokenizer_speed.py"), "--json"]))]


def loading(options: Options) -> list[dict[str, Any]]:
    """Two layers in their true shape from disk."""
    script, scratch = str(HERE / "load_true_shapes.py"), str(options.scratch)
    return [
        json.loads(output([sys.executable, script, scratch, "--format", kind, "--json"])) for kind in ("int4", "fp8")
    ]


def experts(options: Options) -> list[dict[str, Any]]:
    """A model larger than the memory it may use."""
    return [json.loads(output([sys.executable, str(HERE / "experts_from_disk.py"), str(options.scratch), "--json"]))]


def http(options: Options) -> list[dict[str, Any]]:
    """The server beside the bare engine."""
    script = str(HERE / "server_overhead.py")
    return [json.loads(line) for line in output([sys.executable, script, "--json"]).splitlines()]


def prefix(_: Options) -> list[dict[str, Any]]:
    """The prefix cache under a load of agents."""
    lines = output([sys.executable, str(HERE / "prefix_replay.py"), "--json"]).splitlines()
    return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class Part:
    """Figures that belong together."""

    measure: Callable[[Options], list[dict[str, Any]]]
    scratch: bool = False
    """Whether it writes checkpoints of many gigabytes, and so is only run when named."""
    counts: bool = False
    """Whether its figures are counts, which no other process disturbs."""


def decode(weights: str, preset: str = "k2-mini", **more: int) -> Setup:
    """Decoding."""
    return Setup("decode", preset, weights, **more)


def prefill(weights: str, prompt: int) -> Setup:
    """A prompt."""
    return Setup("prefill", "k2-mini", weights, prompt=prompt, repeats=3 if prompt <= 512 else 2)


PARTS = {
    "decode": Part(
        compared(
            *(decode(weights) for weights in ("int4-all", "int8", "bf16")),
            decode("int4-all", "moonlight-16b-a3b", tokens=32),
        )
    ),
    "batch": Part(compared(decode("int4-all", batch=16))),
    "depth": Part(compared(decode("int4-all", depth=8_192, tokens=16), decode("int4-all", depth=65_536, tokens=16))),
    "prefill": Part(
        compared(*(prefill(weights, prompt) for weights in ("bf16", "int4-all") for prompt in (512, 2_048)))
    ),
    "serve": Part(served),
    "http": Part(http),
    "prefix": Part(prefix, counts=True),
    "generation": Part(beside_transformers("generation")),
    "training": Part(beside_transformers("training")),
    "tokenizer": Part(tokenizer),
    "loading": Part(loading, scratch=True),
    "experts": Part(experts, scratch=True),
}
"""In the order in which they run."""


def command(part: str) -> str:
    """What measures a part."""
    more = " --scratch DIR" if PARTS[part].scratch else ""
    return f'make bench ARGS="--only {part}{more}"'


def run(part: str, options: Options) -> Result:
    """Measure a part on a machine that is quiet."""
    check = None if PARTS[part].counts else noise
    where = results.machine(options.threads, options.software, allow_noisy=options.noisy, check=check)
    begin = time.monotonic()
    rows = PARTS[part].measure(options)
    print(f"{part}: {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    return Result(part, results.today(), where, rows, command(part))


def main() -> int:
    """Run the parts and write their figures."""
    parser = argparse.ArgumentParser(description="Every figure of docs/performance.md by one command.")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument(
        "--llama-bench", type=Path, default=os.environ.get(VARIABLE), help=f"or the variable {VARIABLE}"
    )
    parser.add_argument("--llama-flags", default="", help="more words for llama.cpp's command lines")
    parser.add_argument("--models", type=Path, default=against_llama.MODELS, help="where random GGUF files are")
    parser.add_argument("--scratch", type=Path, help="where checkpoints of many gigabytes may be written")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kernels", default="auto")
    parser.add_argument("--noisy", action="store_true", help="measure on a machine that is not quiet, and say so")
    options = parser.parse_args()
    parts = options.only or [name for name, part in PARTS.items() if not part.scratch]
    if options.scratch is None and any(PARTS[name].scratch for name in parts):
        parser.error("these parts write checkpoints of many gigabytes: say where with --scratch")
    peers: list[Peer] = [Openk2(options.kernels)]
    software = {}
    if options.llama_bench:
        peers.append(LlamaCpp(Path(options.llama_bench), options.models, tuple(options.llama_flags.split())))
        software["llama.cpp"] = peers[-1].version()
    peers.append(Transformers())
    shared = Options(peers, software, options.rounds, options.threads, options.noisy, options.scratch)
    failed = []
    for name in parts:
        try:
            run(name, shared).save()
        except (ProgramFailed, results.Restless) as error:
            print(f"{name}: not measured: {error}", file=sys.stderr)
            failed.append(name)
        tables.update()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
