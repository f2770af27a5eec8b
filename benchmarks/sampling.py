"""Microseconds to draw a token from a row of 163,840 logits, on one thread.

    taskset -c 1 python benchmarks/sampling.py           the fastest level of this machine
    taskset -c 1 python benchmarks/sampling.py --json

The shortest of many calls, from Python. Peaked logits are like a language model's, flat ones like those of random
weights, which are the hardest for top-p: half the vocabulary lies in its nucleus.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor

from openk2.kernels.native import native
from openk2.kernels.native.sampling import Wanted, report, sample

V = 163_840
CALLS = 100


def rows() -> dict[str, Tensor]:
    """Logits `[1, V]` by what they are like."""
    generator = torch.Generator().manual_seed(1)
    flat_1V = torch.randn(1, V, generator=generator)
    peaked_1V = 3 * torch.randn(1, V, generator=generator)
    peaked_1V[0, torch.randint(V, (50,), generator=generator)] += 12
    return {"peaked": peaked_1V, "flat": flat_1V}


def wishes() -> dict[str, Wanted]:
    """What is asked for, by name; the last is all at once."""
    generator = torch.Generator().manual_seed(2)
    allowed_V = torch.rand(V, generator=generator) < 0.5
    counts = dict.fromkeys(torch.randint(V, (2000,), generator=generator).tolist(), 1)
    return {
        "greedy": Wanted(0.0),
        "temperature": Wanted(0.8, 0.5),
        "top-k 50": Wanted(0.8, 0.5, top_k=50),
        "top-p 0.95": Wanted(0.8, 0.5, top_p=0.95),
        "min-p 0.05": Wanted(0.8, 0.5, min_p=0.05),
        "top-p, min-p, penalties of 2,000 ids, bias, mask": Wanted(
            0.8, 0.5, 0, 0.95, 1e-4, 1.1, 0.1, 0.1, counts, {5: 1.0, 99: -3.0}, [7, 8], allowed_V
        ),
    }


def shortest(call: Callable[[], object]) -> float:
    """Microseconds of the fastest call."""
    times = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return round(1e6 * min(times), 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    level = native()
    if level is None:
        sys.exit("no native kernels here: openk2 kernels says why")
    level.library.threads = 1
    measured = {}
    for kind, logits_1V in rows().items():
        calls: dict[str, Callable[[], object]] = {
            name: lambda wish=wish, logits=logits_1V: sample(level, logits, [0], [wish])
            for name, wish in wishes().items()
        }
        calls["log-probability and 20 alternatives"] = lambda logits=logits_1V: report(level, logits, [0], [3], 20)
        measured[kind] = {name: shortest(call) for name, call in calls.items()}
    if as_json:
        print(json.dumps({"level": level.name, "microseconds": measured}))
        return
    print(f"{level.name:50}" + "".join(f"{kind:>10}" for kind in measured))
    for name in measured["flat"]:
        print(f"{name:50}" + "".join(f"{measured[kind][name]:10}" for kind in measured))


if __name__ == "__main__":
    main()
