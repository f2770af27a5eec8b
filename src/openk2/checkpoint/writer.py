"""K2Model → a Hugging Face directory that transformers, vLLM and SGLang load: safetensors, config.json, tokenizer.

Three formats. `bf16` and `fp32` store everything in that type; `fp8` is the layout of the Kimi K2 releases: matrices of
the layers in block FP8, embeddings, head, norms and router in bf16. The router's bias is float32 in all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from openk2.chat.tokenizer import CONFIG_FILE, RANKS_FILE
from openk2.checkpoint.layout import INDEX_FILE, SCALE_SUFFIX, SINGLE_FILE, DiskTensor, disk_tensors
from openk2.checkpoint.replacement import Replacement
from openk2.config import K2Config
from openk2.errors import CheckpointError
from openk2.model import K2Model
from openk2.quantization import fp8

FORMATS: Mapping[str, torch.dtype] = {"bf16": torch.bfloat16, "fp32": torch.float32, "fp8": torch.bfloat16}
"""Format → type of every tensor that is not quantised."""
SHARD_SIZE = 5_000_000_000
"""Bytes a file holds at most; the size Hugging Face's own libraries write."""

_ALONGSIDE = ("chat_template.jinja", "special_tokens_map.json", "generation_config.json", "tokenization_kimi.py")
"""Files of a tokenizer's directory that are copied where they exist."""


def save_model(
    model: K2Model,
    directory: str | Path,
    *,
    format: str = "bf16",
    tokenizer_from: str | Path | None = None,
    shard_size: int = SHARD_SIZE,
) -> None:
    """Write `model` to `directory`, made where needed; other files in it stay.

    One `model.safetensors`, or numbered shards and an index where it would exceed `shard_size` bytes. `tokenizer_from`
    is a directory whose tokenizer files are copied along. A save that fails leaves the directory as it was.

    Raises CheckpointError: unknown format, a weight that is not finite, no tokenizer in `tokenizer_from`, or a place
    that cannot be written.
    """
    directory = Path(directory)
    if format not in FORMATS:
        raise CheckpointError(f"unknown format {format!r}; accepted: {', '.join(FORMATS)}")
    tokenizer = _tokenizer_files(Path(tokenizer_from)) if tokenizer_from is not None else {}
    state = model.state_dict()
    shards = _plan(list(disk_tensors(state)), format, shard_size)
    try:
        with Replacement(directory, before=[INDEX_FILE]) as new:
            weight_map: dict[str, str] = {}
            for file, tensors in shards.items():
                encoded = {name: t for tensor in tensors for name, t in _encode(tensor, state, format).items()}
                save_file(encoded, new.path(file), metadata={"format": "pt"})
                weight_map |= dict.fromkeys(encoded, file)
            if len(shards) > 1:
                total = sum(_bytes(tensor, format) for tensors in shards.values() for tensor in tensors)
                _write_json(new.path(INDEX_FILE), {"metadata": {"total_size": total}, "weight_map": weight_map})
            _write_json(new.path("config.json"), _config(model.config, format))
            for name, content in tokenizer.items():
                new.path(name).write_bytes(content)
        for stale in directory.glob("model*.safetensors"):
            if stale.name not in shards:
                stale.unlink()
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{directory}: the model cannot be written ({error}); free space or choose another place"
        ) from None


def _plan(tensors: list[DiskTensor], format: str, shard_size: int) -> dict[str, list[DiskTensor]]:
    """File name → the tensors it gets, in order, filled up to `shard_size`."""
    groups: list[list[DiskTensor]] = [[]]
    filled = 0
    for tensor in tensors:
        size = _bytes(tensor, format)
        if groups[-1] and filled + size > shard_size:
            groups.append([])
            filled = 0
        groups[-1].append(tensor)
        filled += size
    if len(groups) == 1:
        return {SINGLE_FILE: groups[0]}
    return {f"model-{i:05d}-of-{len(groups):05d}.safetensors": group for i, group in enumerate(groups, 1)}


def _encode(tensor: DiskTensor, state: Mapping[str, Tensor], format: str) -> dict[str, Tensor]:
    """The tensors that go to the file for this one: itself, and its scales in FP8."""
    weight = tensor.of(state).detach()
    dtype = torch.float32 if tensor.float32 else FORMATS[format]
    # A copy, because slices of the experts share memory and the file format wants tensors of their own.
    converted = weight.to("cpu", torch.float32 if _quantised(tensor, format) else dtype, copy=True).contiguous()
    if not converted.isfinite().all():
        raise CheckpointError(
            f"tensor {tensor.name} has numbers that are NaN or infinite in {dtype}; nothing was written"
        )
    if not _quantised(tensor, format):
        return {tensor.name: converted}
    values, scales = fp8.quantise(converted)
    return {tensor.name: values.contiguous(), tensor.name + SCALE_SUFFIX: scales}


def _quantised(tensor: DiskTensor, format: str) -> bool:
    return format == "fp8" and tensor.fp8


def _bytes(tensor: DiskTensor, format: str) -> int:
    count = torch.Size(tensor.shape).numel()
    if _quantised(tensor, format):
        return count + 4 * torch.Size(fp8.scale_shape(tensor.shape)).numel()
    return count * (4 if tensor.float32 else FORMATS[format].itemsize)


def _config(config: K2Config, format: str) -> dict[str, Any]:
    # The only name transformers has for the architecture: under kimi_k2 it would leave the experts at random values.
    fields = {**config.to_hf_dict(), "model_type": "deepseek_v3"}
    fields["torch_dtype"] = str(FORMATS[format]).removeprefix("torch.")
    if format == "fp8":
        block = [fp8.BLOCK, fp8.BLOCK]
        scheme = {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": block}
        fields["quantization_config"] = scheme
    return fields


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _tokenizer_files(source: Path) -> dict[str, bytes]:
    """File name → content, read before anything is written, since `source` may be the directory itself."""
    for name in (RANKS_FILE, CONFIG_FILE):
        if not (source / name).is_file():
            raise CheckpointError(f"{source / name}: no such file; tokenizer_from needs {RANKS_FILE} and {CONFIG_FILE}")
    names = [RANKS_FILE, CONFIG_FILE, *(name for name in _ALONGSIDE if (source / name).is_file())]
    return {name: (source / name).read_bytes() for name in names}
