"""What `quantization_config` in config.json promises of the weights: floats, block FP8, or packed INT4.

Two schemes are read, those of the releases: `fp8` (Kimi K2 Base and Instruct, DeepSeek-V3) and compressed-tensors'
`pack-quantized` in groups of 32 (Kimi-K2-Thinking). Anything else is refused by the name of the field: read on the
wrong grid it would give numbers that look like weights.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openk2.checkpoint.layout import DiskTensor
from openk2.errors import CheckpointError
from openk2.quantization import fp8, int4
from openk2.quantization.formats import FP8, INT4, Format

_METHODS = "fp8 with blocks of 128 x 128, compressed-tensors with packed INT4, or no quantization_config"
_FP8 = {"fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": [fp8.BLOCK, fp8.BLOCK]}
_INT4 = {"format": "pack-quantized", "quantization_status": "compressed"}
_INT4_GROUP = {"targets": ["Linear"], "input_activations": None, "output_activations": None}
_INT4_WEIGHTS = {
    "num_bits": 4,
    "type": "int",
    "strategy": "group",
    "group_size": int4.GROUP,
    "symmetric": True,
    "dynamic": False,
    "actorder": None,
    "block_structure": None,
}
_NEEDED = ("format", "num_bits", "group_size")
"""Fields whose absence does not mean the accepted value."""


@dataclass(frozen=True)
class Scheme:
    """How the files of a model hold its matrices."""

    path: Path
    """The config.json that says so."""
    format: Format | None = None
    """The number format; None for floats."""
    ignore: tuple[str, ...] = ()
    """Modules that stay floats under INT4: names, or regular expressions after `re:` that match from the beginning."""

    def packs(self, tensor: DiskTensor, name: str) -> bool:
        """Whether the weight of that full name on disk is packed INT4: a linear layer's that is not ignored."""
        if self.format is not INT4 or not tensor.linear:
            return False
        modules = {tensor.name.removesuffix(".weight"), name.removesuffix(".weight")}
        return not any(_matches(entry, module) for entry in self.ignore for module in modules)


def quantization_fields(directory: Path) -> Any:
    """`quantization_config` of a model directory's config.json, also of its text part; None where there is none."""
    fields = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    return fields.get("quantization_config") or (fields.get("text_config") or {}).get("quantization_config")


def read_scheme(directory: Path) -> Scheme:
    """The scheme of a model directory. Raises CheckpointError naming the field and what is accepted."""
    path = directory / "config.json"
    found = quantization_fields(directory)
    if found is None:
        return Scheme(path)
    method = found.get("quant_method") if isinstance(found, dict) else found
    where = f"{path}: quantization_config"
    if method == "fp8":
        _check(where, found, _FP8)
        return Scheme(path, FP8)
    if method != "compressed-tensors":
        raise CheckpointError(f"{where}.quant_method is {method!r}; accepted: {_METHODS}")
    _check(where, found, _INT4)
    groups = found.get("config_groups")
    if not isinstance(groups, dict) or not groups:
        raise CheckpointError(f"{where}.config_groups is {groups!r}; accepted: an object with one group of weights")
    for name, group in groups.items():
        at = f"{where}.config_groups.{name}"
        if not isinstance(group, dict) or not isinstance(group.get("weights"), dict):
            raise CheckpointError(f"{at}.weights is missing; accepted: num_bits 4, group_size {int4.GROUP}, …")
        _check(at, group, _INT4_GROUP)
        _check(f"{at}.weights", group["weights"], _INT4_WEIGHTS)
    ignore = found.get("ignore") or []
    for entry in ignore if isinstance(ignore, list) else [ignore]:
        if not isinstance(entry, str) or not _compiles(entry):
            raise CheckpointError(f"{where}.ignore has {entry!r}; accepted: names of modules, or re: and an expression")
    return Scheme(path, INT4, tuple(ignore))


def _check(where: str, found: Mapping[str, Any], accepted: Mapping[str, Any]) -> None:
    for field, needed in accepted.items():
        if field in _NEEDED and field not in found:
            raise CheckpointError(f"{where}.{field} is missing; accepted: {needed!r}")
        if found.get(field, needed) != needed:
            raise CheckpointError(f"{where}.{field} is {found[field]!r}; accepted: {needed!r}")


def _matches(entry: str, module: str) -> bool:
    pattern = entry.removeprefix("re:")
    return re.match(pattern, module) is not None if pattern != entry else entry == module


def _compiles(entry: str) -> bool:
    try:
        re.compile(entry.removeprefix("re:"))
    except re.error:
        return False
    return True
