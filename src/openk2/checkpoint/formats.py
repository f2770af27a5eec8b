"""The formats a model is written in: which tensor is stored how, what files then hold, and what config.json says of it.

`fp32` and `bf16` store everything in that type. `fp8` is the layout of the K2 Base and Instruct releases: the matrices
of the layers in block FP8, embeddings, head, norms and router in bf16. `int4` is the layout of K2-Thinking: the routed
experts in packed INT4, all else in bf16. `int4-all` packs every matrix of the layers. The router is never quantised and
its bias is float32 in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from openk2.checkpoint.layout import SCALE_SUFFIX, DiskTensor
from openk2.checkpoint.tensor_file import Part
from openk2.config import K2Config
from openk2.errors import CheckpointError
from openk2.quantization import fp8, int4

FORMATS: Mapping[str, torch.dtype] = MappingProxyType(
    {
        "bf16": torch.bfloat16,
        "fp32": torch.float32,
        "fp8": torch.bfloat16,
        "int4": torch.bfloat16,
        "int4-all": torch.bfloat16,
    }
)
"""Format → type of every tensor that is not quantised."""

FP8, INT4 = "FP8", "INT4"
"""Ways to store a matrix beside the plain types F32, BF16 and F16."""
PACKED_SUFFIX, INT4_SCALE_SUFFIX, SHAPE_SUFFIX = "_packed", "_scale", "_shape"
"""Appended to the name of a weight: its INT4 words, scales, and shape `[out, in]`."""
ROW_STEP = fp8.BLOCK
"""Rows of a matrix can be encoded and decoded in pieces that begin at multiples of this."""

_PLAIN = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}


def check_format(format: str) -> None:
    """Raises CheckpointError for a name that is no format."""
    if format not in FORMATS:
        raise CheckpointError(f"unknown format {format!r}; accepted: {', '.join(FORMATS)}")


def storage(tensor: DiskTensor, format: str) -> str:
    """How the format stores a tensor: F32, BF16, FP8 or INT4."""
    if tensor.float32 or format == "fp32":
        return "F32"
    if tensor.fp8 and format == "fp8":
        return FP8
    if tensor.fp8 and (format == "int4-all" or (format == "int4" and ".mlp.experts." in tensor.name)):
        return INT4
    return "BF16"


def parts(tensor: DiskTensor, how: str) -> list[Part]:
    """The tensors of a file that hold this one when it is stored `how`."""
    if how == FP8:
        scales = Part(tensor.name + SCALE_SUFFIX, "F32", fp8.scale_shape(tensor.shape))
        return [Part(tensor.name, "F8_E4M3", tensor.shape), scales]
    if how == INT4:
        rows, inputs = tensor.shape
        return [
            Part(tensor.name + PACKED_SUFFIX, "I32", (rows, int4.words(inputs))),
            Part(tensor.name + INT4_SCALE_SUFFIX, "BF16", (rows, int4.groups(inputs))),
            Part(tensor.name + SHAPE_SUFFIX, "I32", (2,)),
        ]
    return [Part(tensor.name, how, tensor.shape)]


def encode(tensor: DiskTensor, rows_NI: Tensor, how: str) -> dict[str, Tensor]:
    """Name → values of the parts of some rows, of which the first is a multiple of `ROW_STEP`."""
    if how == FP8:
        values, scales = fp8.quantise(rows_NI)
        return {tensor.name: values, tensor.name + SCALE_SUFFIX: scales}
    if how == INT4:
        codes, scales = int4.quantise(rows_NI)
        return {
            tensor.name + PACKED_SUFFIX: int4.pack(codes),
            tensor.name + INT4_SCALE_SUFFIX: scales,
            tensor.name + SHAPE_SUFFIX: torch.tensor(tensor.shape, dtype=torch.int32),
        }
    return {tensor.name: rows_NI.to(_PLAIN[how])}


def decode(tensor: DiskTensor, stored: Mapping[str, Tensor], how: str) -> Tensor:
    """The rows in float32 that `encode` would give these parts for."""
    if how == FP8:
        return fp8.dequantise(stored[tensor.name], stored[tensor.name + SCALE_SUFFIX])
    if how == INT4:
        codes = int4.unpack(stored[tensor.name + PACKED_SUFFIX], tensor.shape[-1])
        return int4.dequantise(codes, stored[tensor.name + INT4_SCALE_SUFFIX])
    return stored[tensor.name].float()


def first_row(part_name: str, tensor: DiskTensor, first: int) -> int:
    """The row of a part at which row `first` of the tensor begins."""
    if part_name == tensor.name + SHAPE_SUFFIX:
        return 0
    return first // fp8.BLOCK if part_name == tensor.name + SCALE_SUFFIX else first


def config_json(config: K2Config, format: str) -> dict[str, Any]:
    """The config.json of a model in the format."""
    # The only name transformers has for the architecture: under kimi_k2 it would leave the experts at random values.
    fields = {**config.to_hf_dict(), "model_type": "deepseek_v3"}
    fields["torch_dtype"] = str(FORMATS[format]).removeprefix("torch.")
    if scheme := quantization_config(format):
        fields["quantization_config"] = scheme
    return fields


def quantization_config(format: str) -> dict[str, Any] | None:
    """What config.json says of the quantised tensors, word for word as in the releases; None where there are none."""
    if format == "fp8":
        block = [fp8.BLOCK, fp8.BLOCK]
        return {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": block}
    if not format.startswith("int4"):
        return None
    experts_only = [
        "lm_head",
        "re:.*self_attn.*",
        "re:.*shared_experts.*",
        r"re:.*mlp\.(gate|up|gate_up|down)_proj.*",
    ]
    weights = {
        "num_bits": 4,
        "type": "int",
        "strategy": "group",
        "group_size": int4.GROUP,
        "symmetric": True,
        "dynamic": False,
        "observer": "minmax",
        "actorder": None,
        "block_structure": None,
    }
    return {
        "quant_method": "compressed-tensors",
        "format": "pack-quantized",
        "quantization_status": "compressed",
        "kv_cache_scheme": None,
        "config_groups": {
            "group_0": {
                "targets": ["Linear"],
                "input_activations": None,
                "output_activations": None,
                "weights": weights,
            }
        },
        "ignore": experts_only if format == "int4" else ["lm_head", r"re:.*mlp\.gate$"],
    }


def declared(tensor: DiskTensor, quantization: Mapping[str, Any] | None) -> str | None:
    """How a config.json's `quantization_config` says a tensor is stored: FP8, INT4, or None for a plain type."""
    if quantization is None or not tensor.fp8:
        return None
    if quantization.get("quant_method") == "fp8":
        return FP8
    module = tensor.name.removesuffix(".weight")
    for entry in quantization.get("ignore") or ():
        pattern = str(entry)
        matches = re.match(pattern[3:], module) if pattern.startswith("re:") else pattern == module
        if matches:
            return None
    return INT4
