"""`openk2 verify`: status 0 and silence on standard output where all is sound, status 1 and a line per finding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from openk2.checkpoint import save_model
from openk2.cli.main import main
from openk2.config import K2Config
from openk2.model import K2Model


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """(status, standard output, standard error)."""
    with pytest.raises(SystemExit) as caught:
        main(["verify", *map(str, arguments)])
    assert isinstance(caught.value.code, int)
    out, err = capsys.readouterr()
    return caught.value.code, out, err


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A k2-debug model in bf16."""
    save_model(K2Model(K2Config.preset("k2-debug")).initialize(1), tmp_path / "model")
    return tmp_path / "model"


def test_a_sound_directory(capsys: pytest.CaptureFixture[str], directory: Path) -> None:
    status, out, err = run(capsys, directory)
    assert (status, out) == (0, "")
    assert err.startswith(f"{directory}: sound; 1 weight files, ")
    assert "no hashes stated" in err
    status, out, _ = run(capsys, directory, "--json", "--workers", 1)
    report = json.loads(out)
    assert (status, report["sound"], report["findings"]) == (0, True, [])
    assert report["bytes"] == (directory / "model.safetensors").stat().st_size


def test_findings_are_lines_and_status_1(capsys: pytest.CaptureFixture[str], directory: Path) -> None:
    file = directory / "model.safetensors"
    stored = load_file(file)
    stored["lm_head.weight"][0, 0] = float("nan")
    del stored["model.norm.weight"]
    save_file(stored, file)
    status, out, err = run(capsys, directory)
    assert status == 1
    assert out.splitlines() == [
        "model.safetensors: tensor model.norm.weight [64] is missing; config.json asks for it",
        "model.safetensors: tensor lm_head.weight has numbers that are NaN or infinite; finite ones are needed",
    ]
    assert "2 findings" in err
    status, out, _ = run(capsys, directory, "--json")
    report = json.loads(out)
    assert (status, report["sound"]) == (1, False)
    assert [(found["file"], found["tensor"]) for found in report["findings"]] == [
        ("model.safetensors", "model.norm.weight"),
        ("model.safetensors", "lm_head.weight"),
    ]


def test_the_released_nano_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "k2-nano")[0] == 0


def test_no_such_model_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "no-such-model")
    assert (status, out, err.count("\n")) == (2, "", 1)
