"""openk2 beside llama.cpp (and transformers) at one shape and width, in turns: A B, A B, A B.

    python benchmarks/against_llama.py decode --llama-bench PATH                     k2-mini, INT4 beside Q4_0
    python benchmarks/against_llama.py decode --llama-bench PATH --batch 16
    python benchmarks/against_llama.py decode --llama-bench PATH --depth 8192 --repeats 1
    python benchmarks/against_llama.py prefill --llama-bench PATH --weights bf16 --prompt 2048 --transformers

PATH is llama.cpp's own program, in the best build for the machine. Each turn is a process of its own; a speed is the
median of the rounds, a ratio the median of the rounds' ratios. The machine must be quiet: no other process at work, and
less than 15 % between five probes of its bandwidth, unless `--noisy`. `--json` prints one object.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import results
from peers import GGUF_TYPES, LlamaCpp, Openk2, Peer, ProgramFailed, Setup, Transformers

MODELS = Path(__file__).with_name("models")
OURS = Openk2.name
MEDIANS = ("fraction_of_limit", "limit_tokens_per_second", "peak_memory_bytes")
"""What is kept of `openk2 bench` beside the speed."""


def compare(setup: Setup, peers: Sequence[Peer], rounds: int) -> dict[str, Any]:
    """One row: every peer's speeds by round, their medians, and our ratio to each of the others."""
    found: dict[str, list[dict[str, Any]]] = {peer.name: [] for peer in peers if peer.covers(setup)}
    for number in range(rounds):
        for peer in peers:
            if peer.name in found:
                _measure(peer, setup, number + 1, found)
    row: dict[str, Any] = {"name": setup.name, "setup": dataclasses.asdict(setup)}
    speeds = {name: [one["tokens_per_second"] for one in many] for name, many in found.items()}
    for name, many in speeds.items():
        row[name] = {"tokens_per_second": statistics.median(many), "rounds": many}
    for fact in MEDIANS:
        row[OURS][fact] = statistics.median(one[fact] for one in found[OURS])
    row[OURS]["kernels"] = found[OURS][0]["kernels"]
    row["ratios"] = {
        name: statistics.median(ours / theirs for ours, theirs in zip(speeds[OURS], many, strict=True))
        for name, many in speeds.items()
        if name != OURS
    }
    return row


def _measure(peer: Peer, setup: Setup, number: int, found: dict[str, list[dict[str, Any]]]) -> None:
    """One round of one peer; a peer whose program fails is left out from then on, we are not."""
    try:
        found[peer.name].append(peer.measure(setup))
    except ProgramFailed as error:
        if peer.name == OURS:
            raise
        del found[peer.name]
        print(f"  {setup.name}, {peer.name} is left out: {error}", file=sys.stderr, flush=True)
    else:
        speed = found[peer.name][-1]["tokens_per_second"]
        print(f"  {setup.name}, round {number}, {peer.name}: {speed:,.1f}", file=sys.stderr, flush=True)


def line(row: dict[str, Any]) -> str:
    """A row for the terminal."""
    ours = row[OURS]
    words = [f"{row['name']}: {ours['tokens_per_second']:,.1f}, {ours['fraction_of_limit']:.0%} of the limit"]
    words += [f"{name} {row[name]['tokens_per_second']:,.1f} ({ratio:.2f} x)" for name, ratio in row["ratios"].items()]
    return "   ".join(words)


def main() -> int:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description="openk2 beside llama.cpp at one shape and width, in turns.")
    parser.add_argument("mode", choices=["decode", "prefill"])
    parser.add_argument("--llama-bench", type=Path, help="path of llama.cpp's llama-bench; without it, openk2 alone")
    parser.add_argument("--llama-flags", default="", help="more words for llama.cpp's command lines, as '-fa 1'")
    parser.add_argument("--models", type=Path, default=MODELS, help="where random GGUF files are, and are made")
    parser.add_argument("--transformers", action="store_true", help="beside transformers too (prefill in bf16)")
    parser.add_argument("--preset", default="k2-mini")
    parser.add_argument("--weights", default="int4-all", choices=GGUF_TYPES)
    parser.add_argument("--kernels", default="auto")
    for name, value in (("batch", 1), ("depth", 0), ("prompt", 512), ("tokens", 64), ("repeats", 3), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--noisy", action="store_true", help="measure on a machine that is not quiet, and say so")
    parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object on standard output")
    options = parser.parse_args()
    setup = Setup(**{field.name: getattr(options, field.name) for field in dataclasses.fields(Setup)})
    peers: list[Peer] = [Openk2(options.kernels)]
    software = {}
    if options.llama_bench:
        peers.append(LlamaCpp(options.llama_bench, options.models, tuple(options.llama_flags.split())))
        software["llama.cpp"] = peers[-1].version()
    if options.transformers:
        peers.append(Transformers())
    try:
        where = results.machine(options.threads, software, allow_noisy=options.noisy)
    except results.Restless as error:
        raise SystemExit(str(error)) from None
    row = compare(setup, peers, options.rounds)
    if options.as_json:
        print(json.dumps(row | {"date": results.today(), "machine": dataclasses.asdict(where)}))
        return 0
    print(f"{where.cpu}, {where.threads} threads" + (f"; NOISY: {where.noisy}" if where.noisy else ""))
    print(line(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
