"""The formats a model is written in: which tensor is stored how, what files then hold, and what config.json says of it.

`fp32` and `bf16` store everything in that type. `fp8` is the layout of the K2 Base and Instruct releases: the matrices
of the layers in block FP8, embeddings, head, norms and router in bf16. `int4` is the layout of K2-Thinking: the routed
experts in packed INT4, all else in bf16. `int4-all` packs every matrix of the layers and the head. The router is never
quantised and its bias is float32 in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from openk2.checkpoint.layout import SCALE_SUFFIX, DiskTensor
from openk2.checkpoint.parts import part_of
from openk2.checkpoint.tensor_file import DTYPES, Entry
from openk2.config import K2Config
from openk2.errors import CheckpointError
from openk2.quantization import formats as number_formats
from openk2.quantization import fp8, int4
from openk2.quantization.formats import Format

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

NUMBER_FORMATS: Mapping[str, Format] = MappingProxyType({FP8: number_formats.FP8, INT4: number_formats.INT4})
SUFFIXES = MappingProxyType({FP8: ("", SCALE_SUFFIX), INT4: (PACKED_SUFFIX, INT4_SCALE_SUFFIX, SHAPE_SUFFIX)})
"""How a tensor is stored → what follows its name in the names of its entries: codes, scales, and INT4's shape."""
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_PLAIN = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}


LAYOUTS: Mapping[str, tuple[Format, Callable[[DiskTensor], bool]]] = MappingProxyType(
    {
        "fp8": (number_formats.FP8, lambda tensor: tensor.fp8),
        "int4": (number_formats.INT4, lambda tensor: part_of(tensor.target) == "routed experts"),
        "int4-all": (number_formats.INT4, lambda tensor: tensor.linear),
        "int8": (number_formats.INT8, lambda tensor: tensor.linear),
    }
)
"""Name → a number format and which tensors it holds, in files and in memory; `int8` is for memory alone."""


def check_format(format: str) -> None:
    """Raises CheckpointError for a name that is no format."""
    if format not in FORMATS:
        raise CheckpointError(f"unknown format {format!r}; accepted: {', '.join(FORMATS)}")


def storage(tensor: DiskTensor, format: str) -> str:
    """How the format stores a tensor: F32, BF16, FP8 or INT4."""
    if tensor.float32 or format == "fp32":
        return "F32"
    if format in LAYOUTS:
        number, holds = LAYOUTS[format]
        if holds(tensor):
            return number.name.upper()
    return "BF16"


def entries(tensor: DiskTensor, how: str) -> list[Entry]:
    """What a file holds of the tensor when it is stored `how`."""
    number = NUMBER_FORMATS.get(how)
    if number is None:
        return [Entry(tensor.name, how, tensor.shape)]
    codes, scales, *shape = SUFFIXES[how]
    found = [
        Entry(tensor.name + codes, _NAMES[number.codes_dtype], number.codes_shape(*tensor.shape)),
        Entry(tensor.name + scales, _NAMES[number.scales_dtype], number.scales_shape(*tensor.shape)),
    ]
    return found + [Entry(tensor.name + suffix, "I32", (2,)) for suffix in shape]


def encode(tensor: DiskTensor, rows_NI: Tensor, how: str) -> dict[str, Tensor]:
    """Suffix of its name → values of the entries of some rows, of which the first is a multiple of `ROW_STEP`."""
    number = NUMBER_FORMATS.get(how)
    return {"": rows_NI.to(_PLAIN[how])} if number is None else encoded(tensor, *number.quantise(rows_NI), how)


def encoded(tensor: DiskTensor, codes: Tensor, scales: Tensor, how: str) -> dict[str, Tensor]:
    """Suffix → values of the entries of rows that are codes and scales already."""
    size = torch.tensor(tensor.shape, dtype=torch.int32)
    return dict(zip(SUFFIXES[how], (codes, scales, size), strict=False))


def decode(tensor: DiskTensor, stored: Mapping[str, Tensor], how: str) -> Tensor:
    """The rows in float32 of entries as `encode` gives them."""
    number = NUMBER_FORMATS.get(how)
    if number is None:
        return stored[""].float()
    codes, scales, *_ = (stored[suffix] for suffix in SUFFIXES[how])
    return number.dequantise(codes, scales, tensor.shape[-1], torch.float32)


def entry_rows(suffix: str, first: int, last: int) -> tuple[int, int]:
    """The rows of an entry that belong to rows `first` … `last` − 1 of the tensor."""
    if suffix == SHAPE_SUFFIX:
        return 0, 1
    return (first // fp8.BLOCK, -(-last // fp8.BLOCK)) if suffix == SCALE_SUFFIX else (first, last)


def config_json(config: K2Config, format: str) -> dict[str, Any]:
    """The config.json of a model in the format."""
    fields = config.to_hf_dict()
    if fields["model_type"] == "kimi_k2":
        # The only name transformers has for it: under another it would leave the experts at random values.
        fields["model_type"] = "deepseek_v3"
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
        "ignore": experts_only if format == "int4" else [r"re:.*\.gate$"],
    }
