"""What a model is, from its configuration and the headers of its files: no weight is read.

Of a preset everything is arithmetic (`shapes.py`); of a directory the files say how each tensor is stored, and whatever
does not fit together is listed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from openk2.chat.jinja_template import CheckpointTemplate
from openk2.chat.locate import model_directory
from openk2.chat.template_check import chat_style
from openk2.chat.tokenizer import RANKS_FILE, Tokenizer
from openk2.checkpoint.checks.findings import Contents, Finding, examine
from openk2.checkpoint.checks.tokenizer import tokenizer_findings
from openk2.checkpoint.formats import FORMATS
from openk2.checkpoint.parts import PARTS, part_of
from openk2.checkpoint.scheme import quantization_fields
from openk2.checkpoint.shapes import (
    Active,
    ShapeRow,
    active,
    cache_bytes_per_token,
    format_bytes,
    layer_ranges,
    parameters,
    shape_table,
    state_bytes,
)
from openk2.config import K2Config
from openk2.errors import ChatError, CheckpointError, ConfigError


@dataclass(frozen=True)
class Stored:
    """How the files hold a part of the network in one type."""

    part: str
    type: str
    """F32, BF16, F16, FP8 or INT4."""
    tensors: int
    parameters: int
    bytes: int
    """Scales included."""


@dataclass(frozen=True)
class Inspection:
    """Everything there is to say of a model without reading its weights."""

    model: str
    kind: str
    """`directory` or `preset`."""
    config: K2Config
    parameters: int
    active: Active
    shapes: list[ShapeRow]
    format_bytes: dict[str, dict[str, int]]
    """Format → part → bytes the model takes in it."""
    cache_bytes_per_token: int
    """In bfloat16."""
    state_bytes: int
    """Of one sequence, of Kimi Delta Attention."""
    stored: list[Stored] = field(default_factory=list)
    """Of a directory: part by part and type by type."""
    quantization: Mapping[str, Any] | None = None
    """Of a directory: `quantization_config` of its config.json."""
    files: int = 0
    file_bytes: int = 0
    tokenizer: dict[str, Any] | None = None
    findings: list[Finding] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "model": self.model,
            "kind": self.kind,
            "config": self.config.to_hf_dict(),
            "parameters": self.parameters,
            "active": asdict(self.active),
            "parts": {part: sum(row.parameters for row in self.shapes if row.part == part) for part in PARTS},
            "shapes": [
                {
                    "name": row.name,
                    "shape": list(row.shape),
                    "part": row.part,
                    "layers": layer_ranges(row.layers),
                    "count": row.count,
                    "parameters": row.parameters,
                }
                for row in self.shapes
            ],
            "format_bytes": {format: sum(sizes.values()) for format, sizes in self.format_bytes.items()},
            "format_bytes_by_part": self.format_bytes,
            "cache_bytes_per_token": self.cache_bytes_per_token,
            "state_bytes": self.state_bytes,
            "stored": [asdict(stored) for stored in self.stored],
            "quantization": self.quantization,
            "files": self.files,
            "file_bytes": self.file_bytes,
            "tokenizer": self.tokenizer,
            "findings": [asdict(finding) for finding in self.findings],
        }


def inspect(model: str | Path) -> Inspection:
    """Look at a model: a directory, a name in `weights/`, or a preset, in this order.

    Raises CheckpointError where it is none of them, and for a directory whose config.json cannot be understood.
    """
    try:
        directory = model_directory(model)
    except ChatError as error:
        if str(model) not in K2Config.preset_names():
            presets = ", ".join(K2Config.preset_names())
            raise CheckpointError(f"{error}; accepted too: a preset ({presets})") from None
        return _of_config(str(model), "preset", K2Config.preset(str(model)))
    contents = examine(directory)
    if contents.config is None:
        raise ConfigError(f"{directory}: {contents.findings[0]}")
    return _of_config(
        str(directory),
        "directory",
        contents.config,
        stored=_stored(contents),
        quantization=_quantization(directory),
        files=len(contents.files),
        file_bytes=sum((directory / file).stat().st_size for file in contents.files),
        tokenizer=_tokenizer(directory),
        findings=contents.findings + tokenizer_findings(directory, contents.config),
    )


def _of_config(model: str, kind: str, config: K2Config, **more: Any) -> Inspection:
    return Inspection(
        model=model,
        kind=kind,
        config=config,
        parameters=parameters(config),
        active=active(config),
        shapes=shape_table(config),
        format_bytes={format: format_bytes(config, format) for format in FORMATS},
        cache_bytes_per_token=cache_bytes_per_token(config),
        state_bytes=state_bytes(config),
        **more,
    )


def _stored(contents: Contents) -> list[Stored]:
    sums: dict[tuple[str, str], list[int]] = {}
    counted: set[str] = set()
    for tensor, origin in contents.origins:
        how = origin.format.name.upper() if origin.format else contents.tensors[origin.codes].dtype
        held = sums.setdefault((part_of(tensor.target), how), [0, 0, 0])
        held[0] += 1
        held[1] += math.prod(tensor.shape)
        held[2] += sum(contents.tensors[name].bytes for name in origin.names if name not in counted)
        counted.update(origin.names)
    order = {part: place for place, part in enumerate(PARTS)}
    return [Stored(*key, *held) for key, held in sorted(sums.items(), key=lambda item: (order[item[0][0]], item[0][1]))]


def _quantization(directory: Path) -> Mapping[str, Any] | None:
    found = quantization_fields(directory)
    return found if isinstance(found, dict) else None


def _tokenizer(directory: Path) -> dict[str, Any] | None:
    """Facts of the tokenizer and the chat template; None where there is no tokenizer that can be read."""
    if not (directory / RANKS_FILE).is_file():
        return None
    try:
        tokenizer = Tokenizer.from_directory(directory)
        template, style = CheckpointTemplate.read(directory), chat_style(directory)
    except ChatError:  # which is among the findings
        return None
    return {
        "ids": tokenizer.vocab_size,
        "special_from": tokenizer.base_size,
        "named_special": sum(not name.startswith("<|reserved_token_") for name in tokenizer.special),
        "digits": tokenizer.digits,
        "stop_ids": sorted(tokenizer.stop_ids),
        "template": template.file.name if template else None,
        "template_characters": len(template.text) if template else 0,
        "style": style,
    }
