"""A model larger than the memory it may use: K2's true shape with three layers of experts, decoded from disk.

    python benchmarks/experts_from_disk.py DIRECTORY                 writes about 31 GB, then some minutes
    python benchmarks/experts_from_disk.py DIRECTORY --small         seconds, to see that it works

Layer 0 is dense, layers 1 to 3 have 384 experts of 7,168 x 2,048, random INT4 as K2-Thinking stores them; only the
vocabulary is smaller. The checkpoint stays in DIRECTORY and is used again.

Decoding runs in a process whose address space is limited (RLIMIT_AS), which bounds its memory more tightly than a
control group of the same size: code, stacks and what is reserved but never touched count too. The kernel's page cache
is not a process's memory; experts that were read are dropped from it, and the bytes that came from storage are shown
beside the bytes the cache says it read. Tokens are sampled with a seed: a random model's greedy output soon repeats
itself and with it the experts it chooses.

Checked: hits, misses and bytes equal those of the cache's policy replayed over the recorded requests, without files;
and every token and its log-probability, to the bit, is that of a run with experts in memory. All of them do not fit, so
that run computes the whole sequence in one step and has one layer at a time in memory, whole, as the ordinary loader
loads it. A step's results do not depend on how a sequence was cut into steps, so the two must agree.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from true_shapes import bytes_from_disk, forget, peak_memory, shape, write

import openk2
from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint.expert_files import ExpertFiles
from openk2.checkpoint.expert_layout import StoredExpert, StoredMatrix, aligned
from openk2.checkpoint.shapes import format_bytes
from openk2.engine.compute import level_of
from openk2.engine.expert_cache import ExpertCache, Packing, policy_of
from openk2.engine.expert_policy import ExpertCounters, ExpertRequest, replay
from openk2.quantization.stored import StoredWeight

ROOM = 1_800_000_000
"""Bytes of address space for Python, PyTorch, latents and work beside the weights."""
PROMPT = 8
GROUP = 64
"""Experts of the layer in memory that a step of the comparison is handed together."""


class LayerInMemory:
    """Stands where an `ExpertCache` does: all experts of the layer at hand, loaded as any model is."""

    def __init__(self, directory: Path, files: ExpertFiles) -> None:
        self.files, self.most_at_once, self.counters = files, GROUP, ExpertCounters()
        self._directory, self._layer, self._model = directory, -1, None
        self._slots: dict[tuple[int, int], Tensor] = {}
        self._packing: Packing | None = None

    def hold_as(self, packing: Packing) -> None:
        self._packing = packing

    def groups(self, layer: int, experts: list[int]) -> list[list[int]]:
        return [experts[begin : begin + GROUP] for begin in range(0, len(experts), GROUP)]

    def fetch(self, layer: int, experts: list[int]) -> list[Tensor]:
        if layer != self._layer:
            say(f"loading layer {layer} for the comparison")
            self._model = None
            self._model = openk2.load(self._directory, weights="stored", layers=f"{layer}-{layer}")
            self._layer = layer
        self._slots = {(layer, expert): self._slot(layer, expert) for expert in experts}
        return list(self._slots.values())

    def held(self, layer: int, expert: int) -> Tensor | None:
        return self._slots.get((layer, expert))

    def read_ahead(self, layer: int, experts: list[int]) -> None:
        """Nothing is read."""

    def close(self) -> None:
        self.files.close()

    def _slot(self, layer: int, expert: int) -> Tensor:
        """The expert of the model in memory, in the form that is asked for."""
        layout, experts = self.files.layouts[layer], self._model.moe_blocks()[0].experts
        gate_up, down = experts.gate_up_EFD, experts.down_EDF
        assert isinstance(gate_up, StoredWeight)
        places = ((gate_up, (expert, 0)), (gate_up, (expert, 1)), (down, (expert,)))
        stored = StoredExpert(
            *(
                StoredMatrix(matrix, weight.codes[at], weight.scales[at])
                for matrix, (weight, at) in zip(layout.matrices, places, strict=True)
            )
        )
        size = layout.bytes if self._packing is None else self._packing.bytes(layout)
        slot = torch.empty(aligned(size), dtype=torch.uint8)
        if self._packing is not None:
            self._packing.pack(stored, slot)
            return slot
        for mine, theirs in zip(layout.of(slot).matrices, stored.matrices, strict=True):
            mine.codes.copy_(theirs.codes)
            mine.scales.copy_(theirs.scales)
        return slot


def loaded(directory: Path, kernels: str) -> openk2.K2Model:
    """The model without its routed experts. PyTorch's results are free of how a sequence is cut in float32 alone."""
    dtype = "float32" if kernels == "reference" else None
    return openk2.load(directory, dtype=dtype, weights="stored", experts_on_disk=True)


def engine_options(options: argparse.Namespace) -> dict[str, Any]:
    """The same for both runs."""
    length = PROMPT + options.tokens + 1
    return {
        "max_batch": 1,
        "max_context": length,
        "cache_tokens": -(-length // 64) * 64,
        "step_tokens": length,
        "kernels": options.kernels,
        "speculation": "off",
        "consume": True,
    }


def say(line: str) -> None:
    """Where the benchmark is."""
    print(f"  {time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def level_name(engine: openk2.Engine) -> str:
    """What computes: a level of the native kernels, or PyTorch."""
    level = level_of(engine._forward)
    return "pytorch" if level is None else level.name


def decode(directory: Path, options: argparse.Namespace) -> dict[str, Any]:
    """The run from disk, in this process, whose memory is limited."""
    resource.setrlimit(resource.RLIMIT_AS, (options.limit, options.limit))
    files = ExpertFiles(directory)
    forget(directory.glob("*.safetensors"))
    say("loading all but the experts")
    model = loaded(directory, options.kernels)
    requests: list[ExpertRequest] = []
    cache = ExpertCache(files, options.memory, record=requests)
    vocabulary = min(model.config.vocab_size, 256)
    prompt = [(7 * number + 3) % vocabulary for number in range(PROMPT)]
    sampling = openk2.SamplingParams(
        temperature=1.0, seed=0, max_tokens=options.tokens, logprobs=True, top_logprobs=5, ignore_eos=True
    )
    with openk2.Engine(model, Tokenizer.bytes_only(), experts=cache, **engine_options(options)) as engine:
        say("decoding")
        slots = cache.most_at_once
        engine.generate([prompt], dataclasses.replace(sampling, max_tokens=1))
        first, begin, before = cache.counters, time.perf_counter(), bytes_from_disk()
        [completion] = engine.generate([prompt], sampling)
        seconds, from_storage = time.perf_counter() - begin, bytes_from_disk() - before
        counters = cache.counters
    replayed = replay(policy_of(files, slots), requests)
    return {
        "level": level_name(engine),
        "slots": slots,
        "experts": len(files.layouts) * files.config.n_routed_experts,
        "cache_bytes": cache.size,
        "ids": [*prompt, *completion.ids],
        "logprobs": list(completion.logprobs),
        "seconds": seconds,
        "tokens_per_second": len(completion.ids) / seconds,
        "hit_rate": counters.hit_rate,
        "counters": dataclasses.asdict(counters),
        "replayed": dataclasses.asdict(replayed),
        "equals_replay": dataclasses.replace(counters, seconds_waited=0.0) == replayed,
        "bytes_read": counters.bytes_read - first.bytes_read,
        "bytes_from_storage": from_storage,
        "seconds_waited": counters.seconds_waited - first.seconds_waited,
        "peak_resident_bytes": peak_memory(),
    }


def compare(directory: Path, ids: list[int], options: argparse.Namespace) -> list[float]:
    """Log-probabilities of the tokens after the prompt, with each layer's experts in memory."""
    experts: Any = LayerInMemory(directory, ExpertFiles(directory))
    model = loaded(directory, options.kernels)
    sampling = openk2.SamplingParams(temperature=0, max_tokens=1, prompt_logprobs=True)
    with openk2.Engine(model, Tokenizer.bytes_only(), experts=experts, **engine_options(options)) as engine:
        [completion] = engine.generate([ids], sampling)
    reported = [one.logprob for one in completion.prompt_logprobs]
    return reported[len(reported) - options.tokens :]


def main() -> int:
    """Write where needed, decode, replay, compare, print; status 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description="Decode a model larger than memory, with its experts on disk.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--kernels", default="auto", help="auto, reference (PyTorch, float32), or a native level")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--limit", type=int, default=8_000_000_000, help="bytes of address space")
    parser.add_argument("--memory", type=int, help="bytes for experts; default: what the limit leaves")
    parser.add_argument("--vocabulary", type=int, default=8_192, help="rows of embedding and head (K2: 163840)")
    parser.add_argument("--small", action="store_true", help="a small shape instead, to try the script")
    parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object on standard output")
    parser.add_argument("--part", choices=["decode", "compare"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part == "decode":
        print(json.dumps(decode(options.directory, options)))
        return 0
    if options.part == "compare":
        print(json.dumps(compare(options.directory, json.load(sys.stdin), options)))
        return 0
    config = shape(4, 512 if options.small else options.vocabulary, small=options.small)
    directory = options.directory / f"{'small' if options.small else 'k2'}-int4-4-{config.vocab_size}"
    if not (directory / "config.json").exists():
        write(directory, config, "int4")
    sizes = format_bytes(config, "int4")
    beside = sum(sizes.values()) - sizes["routed experts"]
    floats = 2 if options.kernels == "reference" else 1
    left = sizes["routed experts"] // 4 if options.small else options.limit - floats * beside - ROOM
    memory = options.memory or left
    command = [sys.executable, __file__, str(directory), "--kernels", options.kernels, "--tokens", str(options.tokens)]
    command += ["--limit", str(options.limit), "--memory", str(memory)]
    environment = {**os.environ, "MALLOC_ARENA_MAX": "2"}
    done = subprocess.run([*command, "--part", "decode"], stdout=subprocess.PIPE, check=True, env=environment)
    figures = {"file_bytes": sum(sizes.values()), "limit_bytes": options.limit, **json.loads(done.stdout)}
    ids = json.dumps(figures.pop("ids"))
    done = subprocess.run([*command, "--part", "compare"], input=ids.encode(), stdout=subprocess.PIPE, check=True)
    from_disk, from_memory = figures.pop("logprobs"), json.loads(done.stdout)
    figures["equals_memory"] = from_disk == from_memory
    figures["largest_difference"] = max(abs(a - b) for a, b in zip(from_disk, from_memory, strict=True))
    kept = figures["equals_replay"] and figures["equals_memory"]
    if options.as_json:
        print(json.dumps({"threads": torch.get_num_threads(), **figures}))
        return 0 if kept else 1
    c, gigabyte = figures["counters"], 1e9
    print(f"{directory}: {figures['file_bytes'] / gigabyte:.1f} GB, {figures['level']}")
    print(
        f"  memory        peak {figures['peak_resident_bytes'] / gigabyte:.2f} GB resident, limit "
        f"{figures['limit_bytes'] / gigabyte:.2f} of address space; {figures['slots']} of {figures['experts']} experts"
    )
    print(
        f"  {options.tokens} tokens     {figures['tokens_per_second']:.2f} a second, "
        f"{figures['seconds_waited']:.1f} of {figures['seconds']:.1f} s waiting for "
        f"{figures['bytes_read'] / gigabyte:.1f} GB; from storage came {figures['bytes_from_storage'] / gigabyte:.1f}"
    )
    print(
        f"  hits          {figures['hit_rate']:.1%} of {c['hits'] + c['misses']}; read ahead {c['read_ahead']}, needed "
        f"{c['read_ahead_useful']}"
    )
    print(f"  replay        {'the same counters' if figures['equals_replay'] else 'OTHER COUNTERS'}")
    print(f"  in memory     {'the same tokens and log-probabilities' if figures['equals_memory'] else 'OTHER NUMBERS'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
