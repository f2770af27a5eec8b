"""A GGUF file with random weights in the shape of a preset, for measuring llama.cpp at the same shape and width.

    python benchmarks/random_gguf.py k2-mini q4_0 models/k2-mini-q4_0.gguf     types: bf16, q8_0, q4_0

Architecture deepseek2, which llama.cpp uses for Kimi K2. Every matrix has the type asked for, embedding and head
included, as `llama-quantize --pure` makes it; router and norms are float32. Matrices are slices of one random pool that
is encoded once, so that 9 GB take seconds. The content serves to measure speed and nothing else.
"""

from __future__ import annotations

import argparse
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from openk2.config import K2Config

SPREAD = 0.02
"""Standard deviation of the weights, about."""
GROUP = 32
"""Numbers that share a scale in Q8_0 and Q4_0."""
POOL = 1 << 24
"""Random numbers that are drawn once and used over and over."""
ALIGNMENT = 32
CONTEXT = 131_072
SIGMOID = 2
"""llama.cpp's number of the router's scoring function."""


@dataclass(frozen=True)
class Type:
    """One of GGUF's number types."""

    id: int
    """GGUF's number of it."""
    numbers: int
    """How many make a block."""
    bytes: int
    """What a block takes."""
    encode: Callable[[np.ndarray], np.ndarray]
    """Bytes of normal random numbers, of which the blocks are whole."""


def _bf16(values_N: np.ndarray) -> np.ndarray:
    return (values_N.view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)


def _q8_0(values_N: np.ndarray) -> np.ndarray:
    """A float16 scale, then 32 codes −127 … 127."""
    grouped_gG = values_N.reshape(-1, GROUP)
    scales_g1 = (np.abs(grouped_gG).max(1, keepdims=True) / 127).astype(np.float16)
    codes_gG = np.rint(grouped_gG / scales_g1.astype(np.float32)).clip(-127, 127).astype(np.int8)
    return np.concatenate((scales_g1.view(np.uint8), codes_gG.view(np.uint8)), 1).ravel()


def _q4_0(values_N: np.ndarray) -> np.ndarray:
    """A float16 scale, then 32 codes of four bits as code + 8, number i and i + 16 in one byte."""
    grouped_gG = values_N.reshape(-1, GROUP)
    scales_g1 = (np.abs(grouped_gG).max(1, keepdims=True) / 7).astype(np.float16)
    codes_gG = (np.rint(grouped_gG / scales_g1.astype(np.float32)).clip(-8, 7) + 8).astype(np.uint8)
    pairs_gb = codes_gG[:, : GROUP // 2] | (codes_gG[:, GROUP // 2 :] << 4)
    return np.concatenate((scales_g1.view(np.uint8), pairs_gb), 1).ravel()


F32 = Type(0, 1, 4, lambda values_N: values_N.view(np.uint8))
TYPES = {
    "bf16": Type(30, 1, 2, _bf16),
    "q8_0": Type(8, GROUP, 34, _q8_0),
    "q4_0": Type(2, GROUP, 18, _q4_0),
}


@dataclass(frozen=True)
class Tensor:
    """One entry of the file."""

    name: str
    shape: tuple[int, ...]
    """Rows first; the last dimension is the one that is summed over."""
    type: Type
    value: float | None = None
    """What fills a float32 tensor; None: random numbers."""

    @property
    def bytes(self) -> int:
        """What its numbers take."""
        return int(np.prod(self.shape)) // self.type.numbers * self.type.bytes


def tensors(config: K2Config, width: Type) -> Iterator[Tensor]:
    """All tensors of the model under llama.cpp's names."""
    c, D, H, R = config, config.hidden_size, config.num_attention_heads, config.kv_lora_rank
    yield Tensor("token_embd.weight", (c.vocab_size, D), width)
    yield Tensor("output_norm.weight", (D,), F32, 1)
    yield Tensor("output.weight", (c.vocab_size, D), width)
    for layer in range(c.num_hidden_layers):
        shapes: dict[str, tuple[int, ...]] = {}
        if c.q_lora_rank is None:
            shapes["attn_q"] = (H * c.qk_head_dim, D)
        else:
            shapes |= {"attn_q_a": (c.q_lora_rank, D), "attn_q_b": (H * c.qk_head_dim, c.q_lora_rank)}
        shapes |= {"attn_kv_a_mqa": (c.cache_width, D), "attn_k_b": (H, R, c.qk_nope_head_dim)}
        shapes |= {"attn_v_b": (H, c.v_head_dim, R), "attn_output": (D, H * c.v_head_dim)}
        norms = {"attn_norm": D, "attn_kv_a_norm": R, "ffn_norm": D}
        if c.q_lora_rank is not None:
            norms["attn_q_a_norm"] = c.q_lora_rank
        if c.is_moe_layer(layer):
            E, F, S = c.n_routed_experts, c.moe_intermediate_size, c.moe_intermediate_size * c.n_shared_experts
            shapes |= {"ffn_gate_exps": (E, F, D), "ffn_up_exps": (E, F, D), "ffn_down_exps": (E, D, F)}
            shapes |= {"ffn_gate_shexp": (S, D), "ffn_up_shexp": (S, D), "ffn_down_shexp": (D, S)}
            yield Tensor(f"blk.{layer}.ffn_gate_inp.weight", (E, D), F32)
            yield Tensor(f"blk.{layer}.exp_probs_b.bias", (E,), F32, 0)
        else:
            shapes |= {"ffn_gate": (c.intermediate_size, D), "ffn_up": (c.intermediate_size, D)}
            shapes |= {"ffn_down": (D, c.intermediate_size)}
        for name, size in norms.items():
            yield Tensor(f"blk.{layer}.{name}.weight", (size,), F32, 1)
        for name, shape in shapes.items():
            yield Tensor(f"blk.{layer}.{name}.weight", shape, width)


def facts(config: K2Config, name: str) -> dict[str, str | int | float | bool | list[str] | list[int]]:
    """What the file says of the model; the vocabulary is made up."""
    c = config
    of_model: dict[str, str | int | float | bool | list[str] | list[int]] = {
        "block_count": c.num_hidden_layers,
        "context_length": CONTEXT,
        "embedding_length": c.hidden_size,
        "feed_forward_length": c.intermediate_size,
        "attention.head_count": c.num_attention_heads,
        "attention.head_count_kv": 1,
        "attention.layer_norm_rms_epsilon": c.rms_norm_eps,
        "attention.kv_lora_rank": c.kv_lora_rank,
        "attention.key_length": c.cache_width,
        "attention.value_length": c.kv_lora_rank,
        "attention.key_length_mla": c.qk_head_dim,
        "attention.value_length_mla": c.v_head_dim,
        "rope.freq_base": c.rope_theta,
        "rope.dimension_count": c.qk_rope_head_dim,
        "leading_dense_block_count": c.first_k_dense_replace,
        "vocab_size": c.vocab_size,
        "expert_feed_forward_length": c.moe_intermediate_size,
        "expert_count": c.n_routed_experts,
        "expert_used_count": c.num_experts_per_tok,
        "expert_shared_count": c.n_shared_experts,
        "expert_weights_scale": c.routed_scaling_factor,
        "expert_weights_norm": c.norm_topk_prob,
        "expert_gating_func": SIGMOID,
    }
    if c.q_lora_rank is not None:
        of_model["attention.q_lora_rank"] = c.q_lora_rank
    return {
        "general.architecture": "deepseek2",
        "general.name": name,
        **{f"deepseek2.{key}": value for key, value in of_model.items()},
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": [f"t{id}" for id in range(c.vocab_size)],
        "tokenizer.ggml.token_type": [1] * c.vocab_size,
        "tokenizer.ggml.merges": ["a b"],
        "tokenizer.ggml.bos_token_id": 0,
        "tokenizer.ggml.eos_token_id": 1,
    }


def _string(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def _value(value: object) -> bytes:
    """A value behind the number of its type."""
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _string(value)
    assert isinstance(value, list)
    if isinstance(value[0], int):  # llama.cpp wants these signed
        return struct.pack(f"<IIQ{len(value)}i", 9, 5, len(value), *value)
    return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(_string, value))


def _pad(out: BinaryIO) -> None:
    out.write(b"\0" * (-out.tell() % ALIGNMENT))


def write(path: Path, config: K2Config, name: str, width: Type) -> None:
    """The file: magic and counts, facts, one entry per tensor, then the numbers, everything aligned."""
    draw = np.random.default_rng(0)
    pool_N = draw.standard_normal(POOL, dtype=np.float32) * np.float32(SPREAD)
    pools = {type.id: type.encode(pool_N) for type in (width, F32)}
    entries, said = list(tensors(config, width)), facts(config, name)
    for tensor in entries:
        if tensor.shape[-1] % tensor.type.numbers:
            raise SystemExit(f"{tensor.name} has rows of {tensor.shape[-1]}; accepted: multiples of {GROUP}, or bf16")
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.partial")
    with aside.open("wb") as out:
        out.write(b"GGUF" + struct.pack("<IQQ", 3, len(entries), len(said)))
        for key, value in said.items():
            out.write(_string(key) + _value(value))
        offset = 0
        for tensor in entries:
            dimensions = tensor.shape[::-1]
            out.write(_string(tensor.name) + struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions))
            out.write(struct.pack("<IQ", tensor.type.id, offset))
            offset += tensor.bytes + -tensor.bytes % ALIGNMENT
        _pad(out)
        for tensor in entries:
            if tensor.value is not None:
                out.write(np.full(tensor.shape, tensor.value, np.float32).tobytes())
            else:
                _write_random(out, pools[tensor.type.id], tensor, draw)
            _pad(out)
    aside.replace(path)


def _write_random(out: BinaryIO, pool: np.ndarray, tensor: Tensor, draw: np.random.Generator) -> None:
    """Blocks of the pool from a random one on, from its beginning again where it ends."""
    block = tensor.type.bytes
    at, left = int(draw.integers(len(pool) // block)) * block, tensor.bytes
    while left:
        some = pool[at : at + left]
        out.write(memoryview(some))
        at, left = 0, left - len(some)


def main() -> int:
    """Write the file and say so."""
    parser = argparse.ArgumentParser(description="Write a GGUF file with random weights in the shape of a preset.")
    parser.add_argument("preset", choices=K2Config.preset_names())
    parser.add_argument("type", choices=TYPES)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    write(options.file, K2Config.preset(options.preset), options.preset, TYPES[options.type])
    print(f"{options.file}: {options.file.stat().st_size:,} bytes", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
