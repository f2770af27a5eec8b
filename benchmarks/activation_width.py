"""What int8 activations cost: perplexity of K2-nano with integer weights, beside bfloat16 activations.

    python benchmarks/activation_width.py            a table
    python benchmarks/activation_width.py --json     one JSON object

The text is the Python standard library's own: 128 windows of 512 tokens from the files in alphabetical order. Each
window is computed in one step by the engine's forward pass, in float32 apart from the integer products.
"""

from __future__ import annotations

import argparse
import json
import math
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import torch

from openk2.chat.tokenizer import Tokenizer, load_tokenizer
from openk2.checkpoint.reader import load
from openk2.engine.cache import PagePool, PageTable
from openk2.engine.compute import compute
from openk2.engine.forward import Chunk

WINDOWS, LENGTH = 128, 512


def windows(tokenizer: Tokenizer) -> Iterator[list[int]]:
    """Token ids of consecutive pieces of the standard library's modules."""
    ids: list[int] = []
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        ids += tokenizer.encode(path.read_text(errors="ignore"))
        while len(ids) >= LENGTH:
            yield ids[:LENGTH]
            ids = ids[LENGTH:]


def nats_per_token(weights: str, exact: bool, kernels: str) -> float:
    """Mean negative log-likelihood of a window's tokens after its first."""
    tokenizer = load_tokenizer("k2-nano")
    model = load("k2-nano", dtype="float32", weights=weights).eval()
    pool = PagePool(model.config, LENGTH)
    forward = compute(model, pool, LENGTH, kernels=kernels, exact=exact, consume=kernels != "reference")
    total = 0.0
    for _, ids in zip(range(WINDOWS), windows(tokenizer), strict=False):
        table = PageTable()
        pool.extend(table, LENGTH)
        logits_TV = forward([Chunk(table, ids, 0, LENGTH)])
        pool.release(table)
        log_p_TV = logits_TV[:-1].log_softmax(-1, dtype=torch.float64)
        total -= float(log_p_TV.gather(1, torch.tensor(ids[1:])[:, None]).mean())
    return total / WINDOWS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernels", default="auto", help="a native level")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    result = {}
    for weights in ("int8", "int4-all", "int4"):
        exact = nats_per_token(weights, True, options.kernels)
        short = nats_per_token(weights, False, options.kernels)
        result[weights] = {
            "nats_bfloat16_activations": exact,
            "nats_int8_activations": short,
            "perplexity_change": math.exp(short - exact) - 1,
        }
    if options.json:
        print(json.dumps(result))
        return
    print(f"{'weights':10}{'bfloat16':>12}{'int8':>12}{'perplexity':>14}")
    for weights, row in result.items():
        change = row["perplexity_change"]
        print(
            f"{weights:10}{row['nats_bfloat16_activations']:12.5f}{row['nats_int8_activations']:12.5f}{change:+14.3%}"
        )


if __name__ == "__main__":
    main()
