"""`openk2 inspect`: a preset by arithmetic, a directory by its headers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint import save_model
from openk2.cli.main import main
from openk2.config import K2Config
from openk2.model import K2Model


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """(status, standard output, standard error)."""
    with pytest.raises(SystemExit) as caught:
        main(["inspect", *map(str, arguments)])
    assert isinstance(caught.value.code, int)
    out, err = capsys.readouterr()
    return caught.value.code, out, err


def figures(capsys: pytest.CaptureFixture[str], model: object) -> dict[str, Any]:
    """The JSON object, alone on standard output."""
    status, out, err = run(capsys, model, "--json")
    assert (status, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_the_figures_of_the_released_shape(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, "k2-thinking")
    assert found["kind"] == "preset"
    assert found["parameters"] == 1_026_408_232_448 == sum(found["parts"].values())
    assert found["active"] == {
        "with_head": 31_687_095_808,
        "with_both": 32_861_500_928,
        "with_neither": 30_512_690_688,
    }
    assert found["format_bytes"]["fp8"] == 1_029_173_249_888
    assert round(found["format_bytes"]["int4"] / 1e9, 1) == 594.2
    assert found["cache_bytes_per_token"] == 70_272
    assert found["stored"] == found["findings"] == []
    assert sum(row["parameters"] for row in found["shapes"]) == found["parameters"]
    experts = next(row for row in found["shapes"] if "experts.M.down_proj" in row["name"])
    assert (experts["shape"], experts["layers"], experts["count"]) == ([7168, 2048], "1-60", 60 * 384)


def test_a_preset_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "k2-instruct")
    assert (status, err) == (0, "")
    for fragment in ("1,026,408,232,448", "31,687,095,808", "958.5 GiB", "594.2 GB", "70,272  bytes per token"):
        assert fragment in out
    assert "KDA" not in out
    assert "43,417,600  bytes per sequence" in run(capsys, "kimi-linear-48b-a3b")[1]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A k2-debug model in FP8 with a tokenizer and a template."""
    save_model(K2Model(K2Config.preset("k2-debug")).initialize(1), tmp_path / "model", format="fp8")
    Tokenizer.bytes_only().save(tmp_path / "model")
    (tmp_path / "model" / "chat_template.jinja").write_text("{{ '<think></think>' }}")
    return tmp_path / "model"


def test_a_directory_says_how_it_is_stored(capsys: pytest.CaptureFixture[str], directory: Path) -> None:
    found = figures(capsys, directory)
    stored = load_file(directory / "model.safetensors")
    assert found["kind"] == "directory"
    assert sum(held["parameters"] for held in found["stored"]) == found["parameters"]
    assert sum(held["bytes"] for held in found["stored"]) == sum(tensor.nbytes for tensor in stored.values())
    assert sum(held["bytes"] for held in found["stored"]) == found["format_bytes"]["fp8"]
    types = {(held["part"], held["type"]) for held in found["stored"]}
    assert {("routed experts", "FP8"), ("head", "BF16"), ("router", "F32")} < types
    assert found["quantization"]["weight_block_size"] == [128, 128]
    assert found["tokenizer"]["ids"] == 512
    assert (found["tokenizer"]["template"], found["tokenizer"]["style"]) == ("chat_template.jinja", "thinking")
    assert found["findings"] == []
    text = run(capsys, directory)[1]
    assert "fp8, e4m3, blocks of 128 × 128" in text
    assert text.rstrip().endswith("no anomalies")


def test_anomalies_are_listed(capsys: pytest.CaptureFixture[str], directory: Path) -> None:
    file = directory / "model.safetensors"
    stored = load_file(file)
    del stored["lm_head.weight"]
    stored["model.extra"] = torch.ones(2)
    save_file(stored, file)
    problems = {(found["tensor"], found["problem"]) for found in figures(capsys, directory)["findings"]}
    assert problems == {
        ("lm_head.weight", "[512, 64] is missing; config.json asks for it"),
        ("model.extra", "is superfluous; config.json describes none such"),
    }
    assert "2 anomalies\n  model.safetensors: tensor lm_head.weight" in run(capsys, directory)[1]


def test_a_directory_comes_before_a_preset_of_its_name(
    capsys: pytest.CaptureFixture[str], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.rename(directory.with_name("k2-thinking"))
    monkeypatch.setenv("OPENK2_WEIGHTS", str(directory.parent))
    assert figures(capsys, "k2-thinking")["kind"] == "directory"


def test_what_is_neither_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, err = run(capsys, "k3")
    assert (status, out) == (2, "")
    assert "accepted too: a preset (deepseek-v3, " in err
    assert err.count("\n") == 1
    status, out, err = run(capsys, tmp_path)
    assert (status, out) == (2, "")
    assert "config.json: no such file" in err
