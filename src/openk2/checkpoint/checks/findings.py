"""What headers alone tell of a model directory: every tensor's name, shape and type against config.json and the index.

Loading stops at the first fault; here all are found, so that a person sees at once what has to be fetched again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch

from openk2.checkpoint.formats import SUFFIXES
from openk2.checkpoint.headers import Finder, Origin, is_ignored
from openk2.checkpoint.layout import INDEX_FILE, SINGLE_FILE, DiskTensor, disk_tensors
from openk2.checkpoint.scheme import Scheme, read_scheme
from openk2.checkpoint.shards import MULTIMODAL_PREFIX, StoredTensor
from openk2.checkpoint.subset import Subset
from openk2.checkpoint.tensor_file import Place, read_header
from openk2.config import K2Config
from openk2.errors import CheckpointError, ConfigError
from openk2.model import K2Model
from openk2.quantization.formats import FP8


@dataclass(frozen=True)
class Finding:
    """Something wrong with a model directory."""

    file: str
    """Name in the directory."""
    tensor: str | None
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: " + (f"tensor {self.tensor} " if self.tensor else "") + self.problem


@dataclass
class Contents:
    """What a model directory holds, as far as it can be read."""

    directory: Path
    config: K2Config | None = None
    scheme: Scheme | None = None
    """What config.json says of the number format; None where that cannot be read."""
    files: dict[str, list[Place]] = field(default_factory=dict)
    """Weight file → its tensors in the order of their bytes."""
    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    """Name of a tensor, without the prefix of a multimodal release → where and what it is."""
    origins: list[tuple[DiskTensor, Origin]] = field(default_factory=list)
    """The tensors of the model that are there, and where."""
    findings: list[Finding] = field(default_factory=list)

    def note(self, file: str, tensor: str | None, problem: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(file, tensor, problem))


def examine(directory: Path) -> Contents:
    """Read config.json, the index and all headers, and compare them."""
    contents = Contents(directory)
    _read_config(contents)
    weight_map = _read_index(contents)
    names = {path.name for path in directory.glob("*.safetensors")} | set(weight_map.values())
    if not names:
        contents.note(SINGLE_FILE, None, f"is missing; a model directory has it, or shards and {INDEX_FILE}")
    for name in sorted(names):
        try:
            contents.files[name] = read_header(directory / name)
        except CheckpointError as error:
            contents.note(name, None, str(error).removeprefix(f"{directory / name}: "))
            continue
        for place in contents.files[name]:
            entry = place.entry
            if entry.name in contents.tensors:
                contents.note(name, entry.name, f"is also in {contents.tensors[entry.name].file.name}")
            contents.tensors[entry.name] = StoredTensor(
                directory / name, entry.name, entry.shape, entry.dtype, place.begin, place.end - place.begin
            )
    _compare_with_index(contents, weight_map)
    _take_language_model(contents)
    if contents.config is not None and contents.files:
        _compare_with_config(contents, contents.config, weight_map)
    return contents


def _read_config(contents: Contents) -> None:
    path = contents.directory / "config.json"
    try:
        contents.config = K2Config.from_json(path)
        contents.scheme = read_scheme(contents.directory)
    except (ConfigError, CheckpointError) as error:
        contents.note("config.json", None, str(error).removeprefix(f"{path}: "))


def _read_index(contents: Contents) -> dict[str, str]:
    path = contents.directory / INDEX_FILE
    if not path.is_file():
        return {}
    try:
        weight_map = json.loads(path.read_text(encoding="utf-8"))["weight_map"]
        return {str(tensor): Path(str(file)).name for tensor, file in weight_map.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        contents.note(INDEX_FILE, None, f"is no index; an object with weight_map is needed ({error!r})")
        return {}


def _compare_with_index(contents: Contents, weight_map: Mapping[str, str]) -> None:
    if not weight_map:
        return
    for tensor, file in weight_map.items():
        if file in contents.files and (tensor not in contents.tensors or contents.tensors[tensor].file.name != file):
            contents.note(file, tensor, f"is missing; {INDEX_FILE} says it is in this file")
    for tensor, stored in contents.tensors.items():
        if tensor not in weight_map:
            contents.note(stored.file.name, tensor, f"is not in {INDEX_FILE}")


def _take_language_model(contents: Contents) -> None:
    """Of a multimodal release, leave the tensors of the language model alone."""
    ours = {name: stored for name, stored in contents.tensors.items() if name.startswith(MULTIMODAL_PREFIX)}
    if ours:
        contents.tensors = {name.removeprefix(MULTIMODAL_PREFIX): stored for name, stored in ours.items()}


def _compare_with_config(contents: Contents, config: K2Config, weight_map: Mapping[str, str]) -> None:
    weight_map = {name.removeprefix(MULTIMODAL_PREFIX): file for name, file in weight_map.items()}
    subset = Subset.choose(config, None, None)
    scheme = contents.scheme or Scheme(contents.directory / "config.json")
    finder = Finder(contents.tensors, subset, scheme)
    with torch.device("meta"):
        tensors = list(disk_tensors(K2Model(config).state_dict()))
    known: set[str] = set()
    for tensor in tensors:
        known |= {tensor.name + suffix for suffixes in SUFFIXES.values() for suffix in suffixes}
        try:
            origin = finder.find(tensor)
        except CheckpointError as error:
            contents.findings.append(_finding(str(error), contents.directory))
            continue
        if origin is not None:
            known |= set(origin.names)
            contents.origins.append((tensor, origin))
            _compare_with_scheme(contents, tensor, origin, scheme)
        elif tensor.name not in weight_map:  # else its file is missing, or the comparison with the index named it
            file = INDEX_FILE if weight_map else SINGLE_FILE
            contents.note(file, tensor.name, f"{list(tensor.shape)} is missing; config.json asks for it")
    for name, stored in contents.tensors.items():
        if name not in known and not is_ignored(name, config.num_hidden_layers):
            contents.note(stored.file.name, stored.name, "is superfluous; config.json describes none such")


def _finding(message: str, directory: Path) -> Finding:
    """Of the message that loading would end with: `FILE: tensor NAME PROBLEM`."""
    file, _, rest = message.removeprefix(f"{directory}/").partition(": tensor ")
    name, _, problem = rest.partition(" ")
    return Finding(file, name, problem)


def _compare_with_scheme(contents: Contents, tensor: DiskTensor, origin: Origin, scheme: Scheme) -> None:
    """That FP8 is where config.json says, and only there; of INT4 the finder has seen to it."""
    stored = contents.tensors[origin.codes]
    if origin.format is FP8 and scheme.format is not FP8:
        contents.note(stored.file.name, stored.name, "is stored as FP8; config.json declares no such format")
    if scheme.format is FP8 and tensor.fp8 and origin.format is None:
        contents.note(stored.file.name, stored.name, f"is stored as {stored.dtype}; config.json declares FP8")
