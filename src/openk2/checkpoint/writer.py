"""K2Model → a Hugging Face directory that transformers, vLLM and SGLang load: safetensors, config.json, tokenizer.

Tensor after tensor is encoded (`formats.py`) and written where the file has its place, so besides the model only the
tensor at hand takes memory.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from openk2.chat.tokenizer import CONFIG_FILE, RANKS_FILE
from openk2.checkpoint.formats import NUMBER_FORMATS, check_format, config_json, encode, encoded, entries, storage
from openk2.checkpoint.layout import INDEX_FILE, SINGLE_FILE, DiskTensor, disk_tensors
from openk2.checkpoint.replacement import Replacement
from openk2.checkpoint.tensor_file import Entry, RowWriter
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
    shards = plan_shards({name: entries(tensor, how) for name, (tensor, how) in tensors.items()}, shard_size)
    try:
        with Replacement(directory, before=[INDEX_FILE]) as new:
            for file, held in shards.items():
                with RowWriter(new.path(file), [entry for some in held.values() for entry in some]) as out:
                    for tensor, how in (tensors[name] for name in held):
                        for suffix, values in _encoded(tensor, state, how).items():
                            out.write(tensor.name + suffix, values)
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


def _encoded(tensor: DiskTensor, state: Mapping[str, Tensor], how: str) -> dict[str, Tensor]:
    """Suffix → values of a tensor's entries; codes and scales as they are where the model holds them in that format."""
    if tensor.format is not None and tensor.format is NUMBER_FORMATS.get(how):
        codes, scales = (values.to("cpu") for values in tensor.stored(state))
        return encoded(tensor, codes, scales.to(tensor.format.scales_dtype), how)
    weight = tensor.of(state).detach().to("cpu")
    written = encode(tensor, weight.float() if how in NUMBER_FORMATS else weight, how)
    if not (weight.isfinite().all() and (how in NUMBER_FORMATS or written[""].isfinite().all())):
        raise CheckpointError(
            f"tensor {tensor.name} has numbers that are NaN or infinite in {how}; nothing was written"
        )
    return written


def plan_shards(tensors: dict[str, list[Entry]], shard_size: int) -> dict[str, dict[str, list[Entry]]]:
    """File name → the tensors it gets with their entries, in order, filled up to `shard_size` bytes."""
    groups: list[dict[str, list[Entry]]] = [{}]
    filled = 0
    for name, held in tensors.items():
        size = sum(entry.bytes for entry in held)
        if groups[-1] and filled + size > shard_size:
            groups.append({})
            filled = 0
        groups[-1][name] = held
        filled += size
    if len(groups) == 1:
        return {SINGLE_FILE: groups[0]}
    return {f"model-{i:05d}-of-{len(groups):05d}.safetensors": group for i, group in enumerate(groups, 1)}


def index(shards: dict[str, dict[str, list[Entry]]]) -> dict[str, Any]:
    """The content of `INDEX_FILE`."""
    places = {
        entry.name: (file, entry.bytes) for file, held in shards.items() for some in held.values() for entry in some
    }
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
