"""Safetensors → K2Model: headers checked first, then tensor after tensor into place, FP8 dequantised on the way.

Whatever is wrong with the files is one CheckpointError that names file, tensor and what would be right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from openk2.chat.locate import model_directory
from openk2.checkpoint.layout import SCALE_SUFFIX, DiskTensor, disk_tensors, is_fused
from openk2.checkpoint.shards import Shards
from openk2.config import K2Config
from openk2.errors import ChatError, CheckpointError
from openk2.kernels.choice import choose
from openk2.model import K2Model
from openk2.quantization import fp8

_FP8 = "F8_E4M3"
_FLOATS = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_EMBEDDING = "model.embed_tokens.weight"


def load(
    name_or_directory: str | Path,
    *,
    dtype: torch.dtype | str | None = None,
    device: str | torch.device = "cpu",
    kernels: str = "auto",
) -> K2Model:
    """A model in evaluation mode from a Hugging Face snapshot: bf16, fp16, fp32 or block FP8 safetensors.

    `name_or_directory` is a directory or a name in `weights/` (`k2-nano`). `dtype` (float32, bfloat16, float16) is the
    type to compute in; None takes the checkpoint's own, that is the type its embedding is stored in: bfloat16 for the
    releases, FP8 weights included. The router's bias is float32 always. `kernels` is `auto` or `reference`.

    Raises CheckpointError (no such model; a file missing or torn; a tensor missing, superfluous, of another shape or
    not finite; a format that cannot be read; unusable dtype or device) and ConfigError (config.json; unknown kernels).
    """
    choose(kernels)
    device = _device(device)
    try:
        directory = model_directory(name_or_directory)
    except ChatError as error:
        raise CheckpointError(str(error)) from None
    config = K2Config.from_json(directory)
    _check_format(directory)
    with torch.device("meta"):
        model = K2Model(config)
    with Shards(directory) as shards:
        tensors = list(disk_tensors(model.state_dict(), fused_experts=any(map(is_fused, shards.tensors))))
        _check_headers(tensors, shards, directory, config)
        own = _FLOATS.get(shards.tensors[_EMBEDDING].dtype, torch.bfloat16)
        model.to(own if dtype is None else _dtype(dtype))
        shapes = model.state_dict()
        state = {name: torch.empty(shape.shape, dtype=shape.dtype, device=device) for name, shape in shapes.items()}
        _fill(state, tensors, shards)
    model.load_state_dict(state, assign=True)
    return model.use_kernels(kernels).eval()


def _fill(state: Mapping[str, Tensor], tensors: list[DiskTensor], shards: Shards) -> None:
    """Copy every tensor into its place, one shard after the other."""
    for tensor in sorted(tensors, key=lambda tensor: shards.tensors[tensor.name].file):
        values = shards.read(tensor.name)
        stored = shards.tensors[tensor.name]
        if stored.dtype == _FP8:
            values = fp8.dequantise(values, shards.read(tensor.name + SCALE_SUFFIX))
        place = tensor.of(state)
        place.copy_(values)
        if not place.isfinite().all():
            where = (
                f"too large for {place.dtype}" if values.isfinite().all() else "NaN or infinite; finite ones are needed"
            )
            raise CheckpointError(f"{stored.file}: tensor {tensor.name} has numbers that are {where}")


def _check_headers(tensors: list[DiskTensor], shards: Shards, directory: Path, config: K2Config) -> None:
    """Names, shapes and types of everything, before any weight is read."""
    found = shards.tensors
    missing = [tensor for tensor in tensors if tensor.name not in found]
    if missing:
        first = missing[0]
        raise CheckpointError(f"{directory}: tensor {first.name} {list(first.shape)} is missing{_others(missing)}")
    expected = {tensor.name: tensor.shape for tensor in tensors}
    for tensor in tensors:
        stored = found[tensor.name]
        if stored.dtype == _FP8 and len(tensor.shape) == 2:
            scales = tensor.name + SCALE_SUFFIX
            expected[scales] = fp8.scale_shape(tensor.shape)
            if scales not in found:
                what = f"tensor {scales} {list(expected[scales])}"
                raise CheckpointError(f"{stored.file}: {what} is missing; FP8 weights need their scales")
        elif stored.dtype not in _FLOATS:
            types = ", ".join([*_FLOATS, f"{_FP8} (matrices only)"])
            raise CheckpointError(f"{stored.file}: tensor {tensor.name} is of type {stored.dtype}; accepted: {types}")
    for name, wanted in expected.items():
        file, shape = found[name].file, found[name].shape
        if shape != wanted:
            raise CheckpointError(f"{file}: tensor {name} has shape {list(shape)}; config.json asks for {list(wanted)}")
        if name.endswith(SCALE_SUFFIX) and found[name].dtype not in _FLOATS:
            raise CheckpointError(
                f"{file}: tensor {name} is of type {found[name].dtype}; accepted: {', '.join(_FLOATS)}"
            )
    superfluous = [name for name in found if name not in expected and not _ignored(name, config)]
    if superfluous:
        name = superfluous[0]
        others = _others(superfluous)
        raise CheckpointError(
            f"{found[name].file}: tensor {name} is superfluous{others}; config.json describes none such"
        )


def _ignored(name: str, config: K2Config) -> bool:
    """Tables we compute ourselves, and the multi-token prediction layer that some checkpoints append."""
    return name.endswith("rotary_emb.inv_freq") or name.startswith(f"model.layers.{config.num_hidden_layers}.")


def _others(items: list[DiskTensor] | list[str]) -> str:
    return f" (and {len(items) - 1} more)" if len(items) > 1 else ""


def _check_format(directory: Path) -> None:
    """Refuse what would be read wrongly: INT4 and other quantisations, FP8 with other blocks."""
    path = directory / "config.json"
    quantization = json.loads(path.read_text(encoding="utf-8")).get("quantization_config")
    if quantization is None:
        return
    method = quantization.get("quant_method") if isinstance(quantization, dict) else quantization
    accepted = "accepted: no quantization_config (bf16, fp16, fp32), or quant_method fp8 with blocks of 128 x 128"
    if method == "compressed-tensors":
        raise CheckpointError(f"{path}: packed INT4 weights (compressed-tensors) cannot be read; {accepted}")
    if method != "fp8":
        raise CheckpointError(f"{path}: quant_method is {method!r}; {accepted}")
    for field, needed in (("fmt", "e4m3"), ("weight_block_size", [fp8.BLOCK, fp8.BLOCK])):
        if quantization.get(field, needed) != needed:
            raise CheckpointError(
                f"{path}: quantization_config.{field} is {quantization[field]!r}; accepted: {needed!r}"
            )


def _dtype(dtype: torch.dtype | str) -> torch.dtype:
    chosen = _DTYPES.get(dtype) if isinstance(dtype, str) else dtype
    if chosen is None or chosen not in _DTYPES.values():
        raise CheckpointError(f"cannot compute in dtype {dtype}; accepted: {', '.join(_DTYPES)}")
    return chosen


def _device(device: str | torch.device) -> torch.device:
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(
            f"device {str(device)!r} cannot be used ({reason}); accepted: cpu, or a GPU like cuda:0"
        ) from None
