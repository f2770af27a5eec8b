"""`openk2 convert`: the same model in another format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint import load, save_model
from openk2.cli.main import main
from openk2.config import K2Config
from openk2.model import K2Model
from openk2.progress import ByteProgress


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["convert", *map(str, arguments)])
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_a_model_is_written_with_its_tokenizer_and_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = K2Model(K2Config.preset("k2-debug")).initialize(1)
    save_model(model, tmp_path / "source", format="fp32")
    Tokenizer.bytes_only().save(tmp_path / "source")
    assert run(tmp_path / "source", tmp_path / "fp8", "--format", "fp8", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["parameters"] == sum(tensor.numel() for tensor in model.state_dict().values())
    assert report["bytes"] < sum(file.stat().st_size for file in (tmp_path / "fp8").glob("*.safetensors"))
    assert report["parts"]["routed experts"]["mse"] > 0
    assert report["parts"]["head"]["parameters"] == model.lm_head.weight.numel()
    assert (tmp_path / "fp8" / "tiktoken.model").is_file()
    read = load(tmp_path / "fp8", dtype="float32")
    name = "model.layers.1.mlp.experts.down_EDF"
    torch.testing.assert_close(read.get_parameter(name), model.get_parameter(name), atol=5e-3, rtol=0.07)


def test_a_training_run_means_its_newest_checkpoint(tmp_path: Path) -> None:
    for step in (1, 2):
        model = K2Model(K2Config.preset("k2-debug")).initialize(step)
        save_model(model, tmp_path / "run" / "checkpoints" / f"step-{step:08d}" / "model", format="fp32")
    assert run(tmp_path / "run", tmp_path / "out", "--format", "fp32") == 0
    assert torch.equal(load(tmp_path / "out").lm_head.weight, model.lm_head.weight)


def test_an_unknown_format_or_model_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "nothing", tmp_path / "out") == 2
    assert "no such model directory" in capsys.readouterr().err
    save_model(K2Model(K2Config.preset("k2-debug")).initialize(1), tmp_path / "source")
    assert run(tmp_path / "source", tmp_path / "out", "--format", "int3") == 2
    assert capsys.readouterr().err.strip().endswith("accepted: bf16, fp32, fp8, int4, int4-all")


def test_the_errors_are_printed_part_by_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_model(K2Model(K2Config.preset("k2-debug")).initialize(1), tmp_path / "source", format="bf16")
    assert run(tmp_path / "source", tmp_path / "int4", "--format", "int4", "--workers", 1, "--layers", "1-2") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{tmp_path / 'int4'}: " in err
    lines = {line[2:17].strip(): line for line in err.splitlines()[1:]}
    assert "mean squared error" in lines["routed experts"]
    assert lines["attention"].endswith("unchanged")
    assert "dense MLP" not in lines


def test_ctrl_c_leaves_what_the_same_command_goes_on_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    save_model(K2Model(K2Config.preset("k2-debug")).initialize(1), tmp_path / "source", format="fp32")
    command = (tmp_path / "source", tmp_path / "out", "--format", "int4-all", "--shard-mb", 0.05)
    calls = [0]

    def interrupt(self: ByteProgress, done: int, total: int, before: int = 0) -> None:
        calls[0] += 1
        if calls[0] == 50:
            raise KeyboardInterrupt

    monkeypatch.setattr(ByteProgress, "show", interrupt)
    assert run(*command) == 130
    assert capsys.readouterr().err == f"{tmp_path / 'out'}: stopped; the same command goes on from here\n"
    finished = {file: file.stat().st_mtime_ns for file in (tmp_path / "out").glob("*.safetensors")}
    assert finished
    assert run(*command) == 0
    assert {file: file.stat().st_mtime_ns for file in finished} == finished
    load(tmp_path / "out")
