"""`verify` finds each planted fault, names file and tensor, and finds nothing in what is sound."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from openk2.checkpoint import save_model
from openk2.checkpoint.checks.verify import verify
from openk2.checkpoint.conversion.convert import convert
from openk2.checkpoint.formats import FORMATS
from openk2.model import K2Model

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
DOWN = "model.layers.1.mlp.experts.3.down_proj.weight"
TEMPLATES = Path(__file__).parents[1] / "chat" / "templates"
KV_A = "model.layers.2.self_attn.kv_a_proj_with_mqa.weight"


def findings(directory: Path) -> list[str]:
    """Every finding, as its line."""
    return [str(finding) for finding in verify(directory).findings]


def rewrite(directory: Path, change: Callable[[dict[str, Tensor]], Any]) -> None:
    """Change the tensors of the single file; the stated hashes no longer count."""
    stored = load_file(directory / SINGLE)
    change(stored)
    save_file(stored, directory / SINGLE, metadata={"format": "pt"})
    (directory / "SHA256SUMS").unlink(missing_ok=True)


def edit(directory: Path, name: str, **fields: Any) -> None:
    """Set fields of a JSON file; the stated hashes no longer count."""
    path = directory / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
    (directory / "SHA256SUMS").unlink(missing_ok=True)


@pytest.fixture
def made(source: Path, tmp_path: Path) -> Callable[..., Path]:
    """Converts the small model to a format, in one file."""

    def make(format: str = "bf16", **options: Any) -> Path:
        convert(source, tmp_path / "model", format=format, **options)
        return tmp_path / "model"

    return make


@pytest.mark.parametrize("format", FORMATS)
def test_what_we_write_is_sound_and_its_hashes_are_compared(made: Callable[..., Path], format: str) -> None:
    directory = made(format, shard_size=150_000)
    read = verify(directory)
    assert read.findings == []
    files = sorted(directory.glob("*.safetensors"))
    assert len(files) > 3
    assert read.bytes == sum(file.stat().st_size for file in files)
    assert read.tensors == sum(len(load_file(file)) for file in files)
    assert read.compared == len(list(directory.iterdir())) - 2  # all but the card and the sums
    assert set(read.sha256) == {file.name for file in files}


def test_a_multimodal_fused_checkpoint_is_sound(small: K2Model, source: Path, tmp_path: Path) -> None:
    save_model(small, tmp_path, format="fp32")
    state = {
        "language_model." + name.replace("gate_up_EFD", "gate_up_proj").replace("down_EDF", "down_proj"): tensor
        for name, tensor in small.state_dict().items()
    }
    state["language_model.model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(4)
    state["vision_tower.patch.weight"] = torch.ones(2, 2)
    save_file(state, tmp_path / SINGLE)
    assert findings(tmp_path) == []


def test_one_changed_bit_is_found_by_its_hash(made: Callable[..., Path]) -> None:
    directory = made(shard_size=150_000)
    file = sorted(directory.glob("*.safetensors"))[1]
    data = bytearray(file.read_bytes())
    data[-1000] ^= 1
    file.write_bytes(data)
    (finding,) = findings(directory)
    assert finding.startswith(f"{file.name}: has sha256 ")
    assert "SHA256SUMS says" in finding


def test_a_changed_tokenizer_and_a_missing_file_are_found_by_the_sums(made: Callable[..., Path]) -> None:
    directory = made()
    (directory / "conversion.json").unlink()
    (directory / "config.json").write_text((directory / "config.json").read_text() + " ")
    found = findings(directory)
    assert "conversion.json: is missing; SHA256SUMS names it" in found
    assert any(finding.startswith("config.json: has sha256") for finding in found)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("format", "name", "change", "problem"),
    [
        ("bf16", DOWN, lambda t: t[3].fill_(float("nan")), "has numbers that are NaN or infinite"),
        ("fp32", DOWN, lambda t: t[3].fill_(float("inf")), "has numbers that are NaN or infinite"),
        ("bf16", "model.norm.weight", lambda t: t[0].fill_(float("nan")), "has numbers that are NaN or infinite"),
        ("bf16", DOWN, lambda t: t.zero_(), "is zero throughout"),
        ("fp8", DOWN, lambda t: t.view(torch.uint8)[0, 0].fill_(0x7F), "has numbers that are NaN"),
        ("fp8", DOWN, lambda t: t.view(torch.uint8)[0, 0].fill_(0xFF), "has numbers that are NaN"),
        ("fp8", f"{DOWN}_scale_inv", lambda t: t[0, 0].fill_(-1), "has scales that are not finite and positive"),
        ("fp8", f"{KV_A}_scale_inv", lambda t: t[0, 1].fill_(0), "has scales that are not finite and positive"),
        ("int4", f"{DOWN}_scale", lambda t: t[5, 1].fill_(float("nan")), "has scales that are not finite and positive"),
        ("int4", f"{DOWN}_scale", lambda t: t[5, 1].fill_(-0.5), "has scales that are not finite and positive"),
        ("int4", f"{DOWN}_shape", lambda t: t.copy_(torch.tensor([40, 144])), "says [40, 144]; config.json asks for"),
    ],
)
def test_impossible_numbers(
    made: Callable[..., Path], format: str, name: str, change: Callable[[Tensor], Any], problem: str
) -> None:
    directory = made(format)
    rewrite(directory, lambda stored: change(stored[name]))
    (finding,) = findings(directory)
    assert finding.startswith(f"{SINGLE}: tensor {name} {problem}")


@pytest.mark.parametrize(
    ("format", "change", "expected"),
    [
        ("bf16", {DOWN: None}, [f"{SINGLE}: tensor {DOWN} [144, 40] is missing; config.json asks for it"]),
        (
            "bf16",
            {"model.extra.weight": torch.ones(3)},
            [f"{SINGLE}: tensor model.extra.weight is superfluous; config.json describes none such"],
        ),
        (
            "bf16",
            {DOWN: torch.ones(144, 41)},
            [f"{SINGLE}: tensor {DOWN} has shape [144, 41]; config.json asks for [144, 40]"],
        ),
        ("bf16", {DOWN: torch.ones(144, 40, dtype=torch.int32)}, [f"{SINGLE}: tensor {DOWN} is of type I32; accepted"]),
        (
            "fp8",
            {f"{DOWN}_scale_inv": None},
            [f"{SINGLE}: tensor {DOWN}_scale_inv [2, 1] is missing; FP8 weights need their scales"],
        ),
        ("fp8", {f"{DOWN}_scale_inv": torch.ones(1, 1)}, [f"{SINGLE}: tensor {DOWN}_scale_inv has shape [1, 1]"]),
        (
            "fp8",
            {DOWN: torch.ones(144, 40), f"{DOWN}_scale_inv": None},
            [f"{SINGLE}: tensor {DOWN} is stored as F32; config.json declares FP8"],
        ),
        ("int4", {f"{DOWN}_scale": None}, [f"{SINGLE}: tensor {DOWN}_scale [144, 2] is missing"]),
        (
            "int4",
            {f"{DOWN}_packed": torch.ones(144, 6, dtype=torch.int32)},
            [f"{SINGLE}: tensor {DOWN}_packed has shape"],
        ),
        (
            "int4",
            {DOWN: torch.ones(144, 40), **{f"{DOWN}_{part}": None for part in ("packed", "scale", "shape")}},
            [f"{SINGLE}: tensor {DOWN}_packed"],
        ),
        (
            "bf16",
            {DOWN: None, KV_A: torch.ones(1, 1)},
            [f"{SINGLE}: tensor {DOWN} [144, 40] is missing", f"{SINGLE}: tensor {KV_A} has shape [1, 1]"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names_shapes_and_types(
    made: Callable[..., Path], format: str, change: dict[str, Tensor | None], expected: list[str]
) -> None:
    directory = made(format)

    def apply(stored: dict[str, Tensor]) -> None:
        for name, tensor in change.items():
            if tensor is None:
                del stored[name]
            else:
                stored[name] = tensor

    rewrite(directory, apply)
    found = findings(directory)
    assert len(found) == len(expected)
    assert all(finding.startswith(start) for finding, start in zip(found, expected, strict=True)), found


def test_fp8_that_is_not_declared(made: Callable[..., Path]) -> None:
    directory = made("fp8")
    edit(directory, "config.json", quantization_config=None)
    found = findings(directory)
    assert len(found) == sum(name.endswith("_scale_inv") for name in load_file(directory / SINGLE))
    assert f"{SINGLE}: tensor {DOWN} is stored as FP8; config.json declares no such format" in found


def test_the_index_is_compared_with_the_files(made: Callable[..., Path]) -> None:
    directory = made("bf16", shard_size=150_000)
    index = json.loads((directory / INDEX).read_text())
    (directory / "SHA256SUMS").unlink()
    shard = directory / index["weight_map"][DOWN]
    stored = load_file(shard)
    moved = stored.pop(DOWN)
    stored["model.layers.1.strange"] = torch.ones(2)
    save_file(stored, shard)
    assert findings(directory) == [
        f"{shard.name}: tensor {DOWN} is missing; {INDEX} says it is in this file",
        f"{shard.name}: tensor model.layers.1.strange is not in {INDEX}",
        f"{shard.name}: tensor model.layers.1.strange is superfluous; config.json describes none such",
    ]
    del stored["model.layers.1.strange"]
    save_file(stored, shard)
    other = next(file for file in sorted(directory.glob("*.safetensors")) if file != shard)
    save_file({**load_file(other), DOWN: moved}, other)
    assert findings(directory) == [f"{shard.name}: tensor {DOWN} is missing; {INDEX} says it is in this file"]


@pytest.mark.parametrize("kept", [0, 5, 200, -1])
def test_torn_and_missing_files_do_not_hide_the_rest(made: Callable[..., Path], kept: int) -> None:
    directory = made("bf16", shard_size=150_000)
    torn, missing, sick = sorted(directory.glob("*.safetensors"))[:3]
    torn.write_bytes(torn.read_bytes()[:kept])
    missing.unlink()
    stored = load_file(sick)
    name = next(name for name, tensor in stored.items() if tensor.dim() == 2)
    stored[name][0, 0] = float("nan")
    save_file(stored, sick)
    found = findings(directory)
    assert found[0].startswith(f"{torn.name}: not a complete safetensors file")
    assert found[1] == f"{missing.name}: no such file"
    assert f"{sick.name}: tensor {name} has numbers that are NaN or infinite; finite ones are needed" in found
    assert not [finding for finding in found if "config.json asks" in finding]


def test_config_and_index_that_cannot_be_read(made: Callable[..., Path]) -> None:
    directory = made("bf16", shard_size=150_000)
    edit(directory, "config.json", hidden_size="wide")
    (directory / INDEX).write_text("{")
    found = findings(directory)
    assert found[0].startswith("config.json: hidden_size is 'wide'")
    assert found[1].startswith(f"{INDEX}: is no index")
    (directory / "config.json").unlink()
    assert findings(directory)[0] == "config.json: no such file; a Hugging Face config.json is needed"


def test_a_directory_without_weights(made: Callable[..., Path]) -> None:
    directory = made()
    (directory / SINGLE).unlink()
    (directory / "SHA256SUMS").unlink()
    assert findings(directory) == [f"{SINGLE}: is missing; a model directory has it, or shards and {INDEX}"]


def test_a_tokenizer_of_another_vocabulary(made: Callable[..., Path]) -> None:
    directory = made()
    edit(directory, "config.json", vocab_size=512, bos_token_id=3, eos_token_id=256, pad_token_id=7)
    assert findings(directory) == [
        "config.json: bos_token_id is 3; by the tokenizer's files it is 256",
        "config.json: eos_token_id is 256; by the tokenizer's files it is 257 or 258",
        "config.json: pad_token_id is 7; by the tokenizer's files it is 511",
    ]


def test_torn_ranks_and_renamed_special_tokens(made: Callable[..., Path]) -> None:
    directory = made()
    ranks = directory / "tiktoken.model"
    lines = ranks.read_bytes().splitlines(keepends=True)
    added = json.loads((directory / "tokenizer_config.json").read_text())["added_tokens_decoder"]
    edit(directory, "tokenizer_config.json", added_tokens_decoder={**added, "259": {"content": "<|who|>"}})
    needs = "tokenizer_config.json: id 259 is '<|who|>'; the chat template needs '<|im_user|>'"
    assert findings(directory) == [needs]
    edit(directory, "tokenizer_config.json", added_tokens_decoder={"258": {"content": "<|end|>"}})
    assert findings(directory) == ["tokenizer_config.json: tokenizer has no special token '[BOS]'"]
    ranks.write_bytes(b"".join(lines[:-1]))
    assert findings(directory)[0].startswith("tiktoken.model: ")
    ranks.write_bytes(b"".join([*lines[:10], b"!! 10\n", *lines[11:]]))
    assert findings(directory)[0].startswith("tiktoken.model: line 11: accepted: base64")


def test_a_chat_template_that_is_not_ours(made: Callable[..., Path]) -> None:
    pytest.importorskip("jinja2")
    directory = made()
    template = directory / "chat_template.jinja"
    template.write_text("{{ messages[0].content }}")
    found = findings(directory)
    assert found
    assert all(finding.startswith("chat_template.jinja: chat template: ") for finding in found)
    assert "behind '', the checkpoint's template: 'Answer in one sentence.'" in found[0]
    template.write_text("{% for %}")
    assert "chat_template.jinja: chat template: " in findings(directory)[0]
    template.unlink()
    edit(directory, "tokenizer_config.json", chat_template=7)
    assert findings(directory)[0].startswith("tokenizer_config.json: chat_template: accepted: text")


def test_the_released_chat_template_is_ours(made: Callable[..., Path]) -> None:
    pytest.importorskip("jinja2")
    directory = made()
    for template in sorted(TEMPLATES.glob("*.jinja")):
        (directory / "chat_template.jinja").write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
        assert findings(directory) == [], template


def test_sums_that_are_no_sums(made: Callable[..., Path]) -> None:
    directory = made()
    (directory / "SHA256SUMS").write_text("# comment\n\nnonsense\n" + 64 * "0" + "  ../outside\n")
    assert findings(directory) == [
        "SHA256SUMS: line 3 is not a hash and a file name of this directory",
        "SHA256SUMS: line 4 is not a hash and a file name of this directory",
    ]


def test_progress_reaches_the_end(made: Callable[..., Path]) -> None:
    seen: list[tuple[int, int]] = []
    read = verify(made("int4", shard_size=150_000), watch=lambda done, total: seen.append((done, total)))
    assert max(seen) == (read.bytes, read.bytes)
