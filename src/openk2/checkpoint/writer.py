"""K2Model → a Hugging Face directory that transformers, vLLM and SGLang load: safetensors, config.json, tokenizer.

Tensor after tensor is encoded (`formats.py`) and written where the file has its place, so besides the model only the
tensor at hand takes memory.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from openk2.chat.tokenizer import CONFIG_FILE, RANKS_FILE
from openk2.checkpoint.formats import FORMATS, check_format, config_json, encode, parts, storage
from openk2.checkpoint.layout import INDEX_FILE, SINGLE_FILE, disk_tensors
from openk2.checkpoint.replacement import Replacement
from openk2.checkpoint.tensor_file import Part, RowWriter
from openk2.errors import CheckpointError
from openk2.model import K2Model

SHARD_SIZE = 5_000_000_000
"""Bytes a file holds at most; the size Hugging Face's own libraries write."""

TOKENIZER_FILES = (
    RANKS_FILE,
    CONFIG_FILE,
    "chat_template.jinja",
    "special_tokens_map.json",
    "generation_config.json",
    "tokenization_kimi.py",
)
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

    `format` is one of `formats.FORMATS`. One `model.safetensors`, or numbered shards and an index where it would exceed
    `shard_size` bytes. `tokenizer_from` is a directory whose tokenizer files are copied along. A save that fails leaves
    the directory as it was.

    Raises CheckpointError: unknown format, a weight that is not finite, no tokenizer in `tokenizer_from`, or a place
    that cannot be written.
    """
    directory = Path(directory)
    check_format(format)
    tokenizer = _tokenizer(Path(tokenizer_from)) if tokenizer_from is not None else {}
    state = model.state_dict()
    tensors = {tensor.name: (tensor, storage(tensor, format)) for tensor in disk_tensors(state)}
    shards = plan_shards({name: parts(tensor, how) for name, (tensor, how) in tensors.items()}, shard_size)
    try:
        with Replacement(directory, before=[INDEX_FILE]) as new:
            for file, held in shards.items():
                with RowWriter(new.path(file), [part for some in held.values() for part in some]) as out:
                    for tensor, how in (tensors[name] for name in held):
                        weight = tensor.of(state).detach().to("cpu")
                        encoded = encode(tensor, weight.float() if how in ("FP8", "INT4") else weight, how)
                        plain = encoded.get(tensor.name, weight)
                        if not (weight.isfinite().all() and plain.float().isfinite().all()):
                            dtype = torch.float32 if tensor.float32 else FORMATS[format]
                            raise CheckpointError(
                                f"tensor {tensor.name} has numbers that are NaN or infinite in {dtype}; "
                                "nothing was written"
                            )
                        for name, values in encoded.items():
                            out.write(name, values)
            if len(shards) > 1:
                write_json(new.path(INDEX_FILE), index(shards))
            write_json(new.path("config.json"), config_json(model.config, format))
            for name, content in tokenizer.items():
                new.path(name).write_bytes(content)
        for stale in directory.glob("model*.safetensors"):
            if stale.name not in shards:
                stale.unlink()
    except OSError as error:
        raise CheckpointError(
            f"{directory}: the model cannot be written ({error}); free space or choose another place"
        ) from None


def plan_shards(tensors: dict[str, list[Part]], shard_size: int) -> dict[str, dict[str, list[Part]]]:
    """File name → the tensors it gets with their parts, in order, filled up to `shard_size` bytes."""
    groups: list[dict[str, list[Part]]] = [{}]
    filled = 0
    for name, held in tensors.items():
        size = sum(part.bytes for part in held)
        if groups[-1] and filled + size > shard_size:
            groups.append({})
            filled = 0
        groups[-1][name] = held
        filled += size
    if len(groups) == 1:
        return {SINGLE_FILE: groups[0]}
    return {f"model-{i:05d}-of-{len(groups):05d}.safetensors": group for i, group in enumerate(groups, 1)}


def index(shards: dict[str, dict[str, list[Part]]]) -> dict[str, Any]:
    """The content of `INDEX_FILE`."""
    places = {part.name: (file, part.bytes) for file, held in shards.items() for some in held.values() for part in some}
    return {
        "metadata": {"total_size": sum(size for _, size in places.values())},
        "weight_map": {name: file for name, (file, _) in places.items()},
    }


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file people can read."""
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def tokenizer_files(source: Path) -> dict[str, bytes]:
    """File name → content of what there is of `TOKENIZER_FILES`, read at once, since `source` may be overwritten."""
    return {name: (source / name).read_bytes() for name in TOKENIZER_FILES if (source / name).is_file()}


def _tokenizer(source: Path) -> dict[str, bytes]:
    for name in (RANKS_FILE, CONFIG_FILE):
        if not (source / name).is_file():
            raise CheckpointError(f"{source / name}: no such file; tokenizer_from needs {RANKS_FILE} and {CONFIG_FILE}")
    return tokenizer_files(source)
