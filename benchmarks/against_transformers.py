"""openk2 beside transformers on this machine: training and generation of the same shape with the same threads.

    python benchmarks/against_transformers.py              a table
    python benchmarks/against_transformers.py --json       one JSON object
    python benchmarks/against_transformers.py --preset k2-nano --only training

Both sides are measured one after the other in the same run, and the best of a few repeats counts. The limit of training
is the machine's own largest rate of float32 matrix products, measured in that run too.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers

import openk2
from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint import save_model
from openk2.config import K2Config
from openk2.data.shard_writer import write_trajectories
from openk2.data.tokenise import tokenizer_hash
from openk2.model import K2Model
from openk2.train.recipe import parse_recipe
from openk2.train.run import active_parameters, train
from openk2.train.watch import read_log

SEQUENCE, STEP_TOKENS, MICRO = 512, 8192, 4
PROMPT, NEW = 128, 128
REPEATS = 3


def best(run: Callable[[], float], repeats: int = REPEATS) -> float:
    """The largest of several rates."""
    return max(run() for _ in range(repeats))


def product_peak() -> float:
    """FLOP/s of a large float32 matrix product on all threads."""
    a_nn = torch.ones(2048, 2048)

    def once() -> float:
        began = time.perf_counter()
        a_nn @ a_nn
        return 2 * 2048**3 / (time.perf_counter() - began)

    return best(once, 10)


def training_flops(config: K2Config) -> float:
    """FLOPs per token of forward and backward: six per active parameter, and the lower triangle of attention."""
    active = active_parameters(K2Model(config))
    widths = config.num_attention_heads * (config.qk_head_dim + config.v_head_dim)
    return 6.0 * active + 3.0 * config.num_hidden_layers * widths * SEQUENCE


def our_training(config_name: str, threads: int, directory: Path) -> float:
    """Tokens per second of whole steps of `openk2 train`: forward, backward, MuonClip, exchange of gradients."""
    tokenizer = Tokenizer.bytes_only()
    tokenizer.save(directory / "tokenizer")
    rng = np.random.default_rng(0)
    rows = 4 * STEP_TOKENS // SEQUENCE
    write_trajectories(
        directory / "shards",
        ((rng.integers(0, 250, SEQUENCE).tolist(), [True] * SEQUENCE) for _ in range(rows)),
        kind="noise",
        vocab_size=tokenizer.vocab_size,
        eos_id=tokenizer.eos_id,
        pad_id=tokenizer.pad_id,
        tokenizer_sha256=tokenizer_hash(directory / "tokenizer"),
    )
    recipe = {
        "name": "bench",
        "output": str(directory / "run"),
        "tokenizer": str(directory / "tokenizer"),
        "model": {"preset": config_name},
        "source": [{"path": str(directory / "shards"), "weight": 1}],
        "data": {"sequence": SEQUENCE},
        "schedule": {"tokens": 12 * STEP_TOKENS},
        "batch": {"tokens": STEP_TOKENS, "micro": MICRO},
        "watch": {"eval_every": 0},
        "compute": {"workers": threads},
    }
    train(parse_recipe(recipe))
    steps = [record for record in read_log(directory / "run" / "metrics.jsonl") if record["type"] == "step"]
    return max(record["tokens_per_second"] for record in steps[4:])


def their_training(theirs: torch.nn.Module, vocab_size: int) -> float:
    """Tokens per second of transformers' model with AdamW, in the same micro-batches."""
    theirs.train()
    optimizer = torch.optim.AdamW(theirs.parameters(), 1e-3, fused=True)
    ids_BT = torch.randint(0, vocab_size, (MICRO, SEQUENCE))

    def once() -> float:
        began = time.perf_counter()
        for _ in range(STEP_TOKENS // (MICRO * SEQUENCE)):
            theirs(input_ids=ids_BT, labels=ids_BT, use_cache=False).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return STEP_TOKENS / (time.perf_counter() - began)

    once()
    return best(once)


def our_generation(model: K2Model, tokenizer: Tokenizer, batch: int) -> float:
    """New tokens per second of the engine, prompts included."""
    sampling = openk2.SamplingParams(temperature=0, max_tokens=NEW)
    engine = openk2.Engine(model, tokenizer, speculation="off")  # a random model repeats itself: guesses would be right
    rng = np.random.default_rng(1)

    def once() -> float:
        prompts = rng.integers(0, 250, (batch, PROMPT)).tolist()  # new ones: nothing comes out of the prefix cache
        began = time.perf_counter()
        made = engine.generate(prompts, sampling)
        return sum(len(one.ids) for one in made) / (time.perf_counter() - began)

    once()
    try:
        return best(once)
    finally:
        engine.close()


def their_generation(theirs: torch.nn.Module, batch: int) -> float:
    """New tokens per second of transformers' `generate`, prompts included."""
    theirs.eval()
    ids_BT = torch.randint(0, 250, (batch, PROMPT))

    def once() -> float:
        began = time.perf_counter()
        theirs.generate(ids_BT, max_new_tokens=NEW, min_new_tokens=NEW, do_sample=False, pad_token_id=0)
        return batch * NEW / (time.perf_counter() - began)

    once()
    return best(once)


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description="openk2 beside transformers on this machine.")
    parser.add_argument("--preset", default="k2-nano", choices=K2Config.preset_names())
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--only", choices=["training", "generation"])
    parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object on standard output")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    transformers.logging.set_verbosity_error()
    config = K2Config.preset(options.preset)
    model, tokenizer = K2Model(config).initialize().eval(), openk2.tokenizer("k2-nano")
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as scratch, contextlib.redirect_stdout(io.StringIO()):
        save_model(model, Path(scratch) / "model", format="fp32")
        theirs = transformers.AutoModelForCausalLM.from_pretrained(Path(scratch) / "model")
        if options.only != "training":
            for batch in (1, 16):
                figures[f"generation, batch {batch}"] = {
                    "openk2": our_generation(model, tokenizer, batch),
                    "transformers": their_generation(theirs, batch),
                }
        if options.only != "generation":
            peak = product_peak()
            ours = our_training(options.preset, options.threads, Path(scratch) / "training")
            gc.collect()
            figures["training"] = {
                "openk2": ours,
                "transformers": their_training(theirs, config.vocab_size),
                "fraction_of_limit": ours * training_flops(config) / peak,
            }
    for row in figures.values():
        row["ratio"] = row["openk2"] / row["transformers"]
    version = transformers.__version__
    machine = {"threads": options.threads, "torch": torch.__version__, "transformers": version}
    if options.as_json:
        print(json.dumps({"preset": options.preset, **machine, "tokens_per_second": figures}))
        return
    print(f"{options.preset}, {options.threads} threads, float32, tokens per second (transformers {version})")
    for name, row in figures.items():
        share = f"   {row['fraction_of_limit']:.0%} of the machine's product peak" if "fraction_of_limit" in row else ""
        rates = f"{row['openk2']:8,.0f} openk2 {row['transformers']:8,.0f} transformers {row['ratio']:5.1f} x"
        print(f"  {name:22} {rates}{share}")


if __name__ == "__main__":
    main()
