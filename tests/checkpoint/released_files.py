"""Model directories as the releases have them, made and decoded with numpy alone: an independent second opinion.

Nothing here uses openk2's own codecs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from openk2.config import K2Config

SHAPE = K2Config.preset("k2-debug").replace(
    hidden_size=160, moe_intermediate_size=72, intermediate_size=136, initializer_range=0.15
)
"""Rows and columns fill neither blocks of 128 nor, in down_proj, groups of 32."""
FP8_CONFIG = {
    "quant_method": "fp8",
    "fmt": "e4m3",
    "activation_scheme": "dynamic",
    "weight_block_size": [128, 128],
}
INT4_CONFIG: dict[str, Any] = {
    "quant_method": "compressed-tensors",
    "format": "pack-quantized",
    "quantization_status": "compressed",
    "kv_cache_scheme": None,
    "config_groups": {
        "group_0": {
            "targets": ["Linear"],
            "input_activations": None,
            "output_activations": None,
            "weights": {
                "num_bits": 4,
                "type": "int",
                "strategy": "group",
                "group_size": 32,
                "symmetric": True,
                "dynamic": False,
                "observer": "minmax",
                "actorder": None,
                "block_structure": None,
            },
        }
    },
    "ignore": ["lm_head", "re:.*self_attn.*", "re:.*shared_experts.*", r"re:.*mlp\.(gate|up|gate_up|down)_proj.*"],
}
ROUTED = re.compile(r"\.mlp\.experts\.\d+\.")


def e4m3_values() -> np.ndarray:
    """What each byte means as float8 E4M3 (fn): bias 7, no infinities, NaN where exponent and mantissa are all ones."""
    byte = np.arange(256)
    sign = np.where(byte & 0x80, -1.0, 1.0)
    exponent, mantissa = (byte >> 3) & 15, byte & 7
    value = np.where(exponent == 0, mantissa / 8 * 2.0**-6, (1 + mantissa / 8) * 2.0 ** (exponent - 7.0))
    return np.where((byte & 0x7F) == 0x7F, np.nan, sign * value).astype(np.float32)


def decode_fp8(bytes_OI: np.ndarray, scales_oi: np.ndarray) -> np.ndarray:
    """W[i, j] = value[i, j] · scale[i // 128, j // 128]."""
    rows, columns = (np.arange(size) // 128 for size in bytes_OI.shape)
    return e4m3_values()[bytes_OI] * scales_oi[np.ix_(rows, columns)]


def decode_int4(words_Ow: np.ndarray, scales_Og: np.ndarray, columns: int) -> np.ndarray:
    """W[r, c] = (nibble c mod 8 of word c // 8, lowest first, − 8) · scale[r, c // 32]."""
    c = np.arange(columns)
    nibbles_OI = (words_Ow.view(np.uint32)[:, c // 8] >> (4 * (c % 8)).astype(np.uint32)) & 15
    return (nibbles_OI.astype(np.int32) - 8).astype(np.float32) * scales_Og[:, c // 32]


def _names(config: K2Config) -> dict[str, tuple[int, ...]]:
    """Every tensor of a DeepSeek-V3 checkpoint of this shape."""
    c = config
    D, H = c.hidden_size, c.num_attention_heads
    assert c.q_lora_rank is not None

    def mlp(prefix: str, width: int) -> dict[str, tuple[int, ...]]:
        return {
            f"{prefix}.gate_proj.weight": (width, D),
            f"{prefix}.up_proj.weight": (width, D),
            f"{prefix}.down_proj.weight": (D, width),
        }

    names: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (c.vocab_size, D)}
    for layer in range(c.num_hidden_layers):
        at = f"model.layers.{layer}"
        names |= {
            f"{at}.input_layernorm.weight": (D,),
            f"{at}.post_attention_layernorm.weight": (D,),
            f"{at}.self_attn.q_a_proj.weight": (c.q_lora_rank, D),
            f"{at}.self_attn.q_a_layernorm.weight": (c.q_lora_rank,),
            f"{at}.self_attn.q_b_proj.weight": (H * c.qk_head_dim, c.q_lora_rank),
            f"{at}.self_attn.kv_a_proj_with_mqa.weight": (c.cache_width, D),
            f"{at}.self_attn.kv_a_layernorm.weight": (c.kv_lora_rank,),
            f"{at}.self_attn.kv_b_proj.weight": (H * (c.qk_nope_head_dim + c.v_head_dim), c.kv_lora_rank),
            f"{at}.self_attn.o_proj.weight": (D, H * c.v_head_dim),
        }
        if not c.is_moe_layer(layer):
            names |= mlp(f"{at}.mlp", c.intermediate_size)
            continue
        names[f"{at}.mlp.gate.weight"] = (c.n_routed_experts, D)
        names[f"{at}.mlp.gate.e_score_correction_bias"] = (c.n_routed_experts,)
        for expert in range(c.n_routed_experts):
            names |= mlp(f"{at}.mlp.experts.{expert}", c.moe_intermediate_size)
        names |= mlp(f"{at}.mlp.shared_experts", c.moe_intermediate_size * c.n_shared_experts)
    return names | {"model.norm.weight": (D,), "lm_head.weight": (c.vocab_size, D)}


def write_release(
    directory: Path,
    format: str,
    config: K2Config = SHAPE,
    *,
    plain: torch.dtype = torch.float32,
    packed: Callable[[str], bool] = lambda name: bool(ROUTED.search(name)),
    **fields: Any,
) -> dict[str, np.ndarray]:
    """A checkpoint of random numbers in `fp8` or `int4`; returns its weights as numpy decodes them.

    `plain` is the type of everything that is not quantised, `packed` says which matrices are INT4, `fields` go into
    config.json.
    """
    draw = np.random.default_rng(5)
    tensors: dict[str, Tensor] = {}
    weights: dict[str, np.ndarray] = {}
    for name, shape in _names(config).items():
        quantised = "_proj" in name and len(shape) == 2
        if quantised and format == "fp8":
            o, i = (-(-size // 128) for size in shape)
            scales_oi = draw.uniform(0.5, 2.0, (o, i)).astype(np.float32) * np.float32(2e-4)
            bytes_OI = draw.integers(0, 256, shape, dtype=np.uint8)
            bytes_OI[(bytes_OI & 0x7F) == 0x7F] = 0x7E  # ±448 in place of NaN
            weights[name] = decode_fp8(bytes_OI, scales_oi)
            tensors[name] = torch.from_numpy(bytes_OI).view(torch.float8_e4m3fn)
            tensors[f"{name}_scale_inv"] = torch.from_numpy(scales_oi)
        elif quantised and format == "int4" and packed(name):
            rows, columns = shape
            words_Ow = draw.integers(-(2**31), 2**31, (rows, -(-columns // 8)), dtype=np.int64).astype(np.int32)
            scales = torch.from_numpy(draw.uniform(0.01, 0.06, (rows, -(-columns // 32)))).to(torch.bfloat16)
            weights[name] = decode_int4(words_Ow, scales.float().numpy(), columns)
            tensors[f"{name}_packed"] = torch.from_numpy(words_Ow)
            tensors[f"{name}_scale"] = scales
            tensors[f"{name}_shape"] = torch.tensor(shape, dtype=torch.int64 if ".layers.2." in name else torch.int32)
        else:
            spread = 0.2 if len(shape) == 1 else config.initializer_range
            values = draw.normal(1.0 if name.endswith("norm.weight") else 0.0, spread, shape)
            exact = torch.float32 if name.endswith("bias") else plain
            tensors[name] = torch.from_numpy(values).to(exact)
            weights[name] = tensors[name].float().numpy()
    directory.mkdir(parents=True, exist_ok=True)
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})
    scheme = FP8_CONFIG if format == "fp8" else INT4_CONFIG
    content = {**config.to_hf_dict(), "quantization_config": scheme, **fields}
    (directory / "config.json").write_text(json.dumps(content))
    return weights


def write_plain(directory: Path, weights: dict[str, np.ndarray], config: K2Config = SHAPE) -> None:
    """The same weights in float32, for transformers."""
    directory.mkdir(parents=True, exist_ok=True)
    tensors = {name: torch.from_numpy(np.ascontiguousarray(weight)) for name, weight in weights.items()}
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})
    (directory / "config.json").write_text(json.dumps({**config.to_hf_dict(), "model_type": "deepseek_v3"}))
