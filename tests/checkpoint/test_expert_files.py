"""Experts read one by one from a checkpoint: few calls, and every fault of a file by the name of its tensor."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from openk2.checkpoint import load, save_model
from openk2.checkpoint.expert_files import ExpertFiles
from openk2.checkpoint.shards import Shards
from openk2.errors import CheckpointError
from openk2.model import K2Model

NAME = "model.layers.1.mlp.experts.3.up_proj.weight"


@pytest.fixture
def saved(small: K2Model, tmp_path: Path) -> Callable[[str], Path]:
    """Format → the small model stored in it."""

    def made(format: str) -> Path:
        save_model(small, tmp_path / format, format=format)
        return tmp_path / format

    return made


def read(directory: Path, layer: int = 1, expert: int = 3) -> list[torch.Tensor]:
    """The three matrices of one expert as floats."""
    with ExpertFiles(directory) as files:
        found = files.read(layer, expert, torch.empty(files.expert_bytes, dtype=torch.uint8))
        return [matrix.dense(torch.float32) for matrix in found.matrices]


def change(directory: Path, name: str, to: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """Replace one tensor of the file."""
    tensors = load_file(directory / "model.safetensors")
    save_file({**tensors, name: to(tensors[name])}, directory / "model.safetensors", metadata={"format": "pt"})


@pytest.mark.parametrize("format", ["int4", "fp8", "bf16", "fp32"])
def test_what_is_read_is_what_the_loader_dequantises(saved: Callable[[str], Path], format: str) -> None:
    directory = saved(format)
    experts = load(directory, dtype="float32").moe_blocks()[1].experts
    gate, up, down = read(directory)
    assert torch.equal(torch.cat([gate, up]), experts.gate_up_EFD[3])
    assert torch.equal(down, experts.down_EDF[3])


def test_a_part_of_the_model_counts_its_layers_and_experts_from_zero(saved: Callable[[str], Path]) -> None:
    directory = saved("int4")
    expected = read(directory, 1, 5)
    with ExpertFiles(directory, layers="1", experts="4-6") as files:
        assert list(files.layouts) == [0]
        found = files.read(0, 1, torch.empty(files.expert_bytes, dtype=torch.uint8))
    assert all(torch.equal(a.dense(torch.float32), b) for a, b in zip(found.matrices, expected, strict=True))


def test_tensors_that_lie_together_are_read_at_once(
    saved: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the files are ordered as the releases are, by name, one call reads an expert."""
    directory = saved("int4")
    expected = read(directory)
    tensors = load_file(directory / "model.safetensors")
    flat = {name: tensor.view(torch.uint8).flatten() for name, tensor in sorted(tensors.items())}
    header, offset = {}, 0
    names = {torch.int32: "I32", torch.bfloat16: "BF16", torch.float32: "F32"}
    for name in flat:
        end = offset + len(flat[name])
        shape = list(tensors[name].shape)
        header[name] = {"dtype": names[tensors[name].dtype], "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    body = b"".join(values.numpy().tobytes() for values in flat.values())
    (directory / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + body)
    calls = []
    whole = Shards.read_through
    monkeypatch.setattr(Shards, "read_through", lambda self, *where: calls.append(where[1]) or whole(self, *where))
    assert all(torch.equal(a, b) for a, b in zip(read(directory), expected, strict=True))
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("format", "name", "value", "message"),
    [
        ("int4", f"{NAME}_scale", float("nan"), "numbers that are NaN or infinite"),
        ("fp8", f"{NAME}_scale_inv", float("inf"), "numbers that are NaN or infinite"),
        ("fp8", NAME, float("nan"), "numbers that are NaN or infinite"),
        ("bf16", NAME, float("-inf"), "numbers that are NaN or infinite"),
        ("int4", f"{NAME}_shape", 7, r"says \[7, 144\]; accepted: \[40, 144\]"),
    ],
)
def test_what_cannot_be_a_weight_is_refused_by_name(
    saved: Callable[[str], Path], format: str, name: str, value: float, message: str
) -> None:
    directory = saved(format)

    def spoiled(tensor: torch.Tensor) -> torch.Tensor:
        floats = tensor.float() if tensor.is_floating_point() else tensor
        floats.view(-1)[0] = value
        return floats.to(tensor.dtype)

    change(directory, name, spoiled)
    with pytest.raises(CheckpointError, match=rf"model\.safetensors: tensor {name} (has )?{message}"):
        read(directory)
    read(directory, expert=2)


def test_a_file_that_became_shorter_is_refused_by_the_tensor_that_is_cut(saved: Callable[[str], Path]) -> None:
    directory = saved("int4")
    with ExpertFiles(directory) as files, Shards(directory) as shards:
        cut = shards.tensors[f"{NAME}_packed"]
        os.truncate(cut.file, cut.begin + cut.bytes - 1)
        with pytest.raises(CheckpointError, match=f"tensor {NAME}_packed cannot be read: the file has become shorter"):
            files.read(1, 3, torch.empty(files.expert_bytes, dtype=torch.uint8))


def test_a_layer_in_two_formats_is_refused(saved: Callable[[str], Path]) -> None:
    directory = saved("fp8")
    tensors = load_file(directory / "model.safetensors")
    del tensors[f"{NAME}_scale_inv"]
    tensors[NAME] = tensors[NAME].to(torch.bfloat16)
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match="in another format than the layer's other experts"):
        ExpertFiles(directory)
