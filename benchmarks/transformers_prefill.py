"""Tokens per second of a prompt in transformers, on a model with random bfloat16 weights in the shape of a preset.

    python benchmarks/transformers_prefill.py k2-mini --prompt 512

Prints one JSON object. The logits of the last token are computed, as a server needs them, and a cache is filled.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import torch
import transformers

from openk2.config import K2Config


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Tokens per second of a prompt in transformers.")
    parser.add_argument("preset", choices=K2Config.preset_names())
    parser.add_argument("--prompt", type=int, default=512)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    transformers.logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as scratch:
        fields = K2Config.preset(options.preset).to_hf_dict() | {"model_type": "deepseek_v3"}
        (Path(scratch) / "config.json").write_text(json.dumps(fields))
        config = transformers.AutoConfig.from_pretrained(scratch)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).eval()
    rates = []
    with torch.inference_mode():
        for repeat in range(options.repeats + 1):
            ids_BT = torch.randint(0, config.vocab_size, (1, options.prompt))
            begin = time.perf_counter()
            model(ids_BT, use_cache=True, logits_to_keep=1)
            if repeat:
                rates.append(options.prompt / (time.perf_counter() - begin))
    report = {"tokens_per_second": statistics.median(rates), "repeats": rates, "version": transformers.__version__}
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
