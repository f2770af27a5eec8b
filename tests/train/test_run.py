"""Whole runs: they learn, stop, go on exactly, and refuse what they cannot continue."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from openk2.checkpoint import load
from openk2.checkpoint.training import checkpoints, open_checkpoint, publish, writing
from openk2.errors import CheckpointError, RecipeError, TrainError
from openk2.recipes import override
from openk2.train.recipe import parse_recipe
from openk2.train.run import train
from openk2.train.watch import read_log

MakeRecipe = Callable[..., dict[str, Any]]


def steps(run: Path) -> list[tuple[int, list[int], float]]:
    return [(r["step"], r["samples"], r["loss"]) for r in read_log(run / "metrics.jsonl") if r["type"] == "step"]


def test_a_run_learns_logs_measures_and_leaves_a_model(make_recipe: MakeRecipe) -> None:
    recipe = parse_recipe(make_recipe(schedule={"tokens": 256 * 30}))
    shown = []
    assert train(recipe, shown.append) == "done"
    run = Path(recipe.output)
    done = steps(run)
    assert [step for step, _, _ in done] == list(range(1, 31))
    assert [samples for _, samples, _ in done][:2] == [[0, 4], [4, 8]]
    assert done[-1][2] < done[0][2] - 1.0, "the loss must fall"
    log = read_log(run / "metrics.jsonl")
    assert {"start", "step", "detail", "eval", "end"} <= {record["type"] for record in log}
    detail = next(record for record in log if record["type"] == "detail")
    assert len(detail["max_logit_LH"]) == 3
    assert len(detail["max_logit_LH"][0]) == 4
    assert all(abs(sum(shares) - 1) < 0.01 for shares in detail["load_LE"])
    assert shown[-1].step == 30
    assert shown[-1].evaluation["talk"] < 8
    newest = open_checkpoint(checkpoints(run / "checkpoints")[-1])
    model = load(newest.model_directory)
    assert model(torch.zeros(1, 3, dtype=torch.long)).shape == (1, 3, 512)


def test_two_workers_learn_what_one_learns(make_recipe: MakeRecipe, tmp_path: Path) -> None:
    losses = []
    for workers in (1, 2):
        table = make_recipe(compute={"workers": workers}) | {"output": str(tmp_path / str(workers))}
        train(parse_recipe(table))
        losses.append([loss for _, _, loss in steps(tmp_path / str(workers))])
    first, second = (torch.tensor(each) for each in losses)
    torch.testing.assert_close(first[:3], second[:3], atol=1e-4, rtol=0)
    torch.testing.assert_close(first, second, atol=0.1, rtol=0)  # a rounding can send a token to another expert


def killed_and_resumed(table: dict[str, Any], directory: Path, kills: int, rng: random.Random) -> list[int]:
    """Run the command, kill its process group at random moments, and let it finish; returns steps seen at each kill."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "recipe.toml"
    path.write_text(as_toml(table), encoding="utf-8")
    command = [sys.executable, "-m", "openk2", "train", str(path)]
    log = Path(table["output"]) / "metrics.jsonl"
    seen = []
    for _ in range(kills):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        before = len(log.read_bytes().splitlines()) if log.exists() else 0
        wanted = before + rng.randint(1, 9)
        while process.poll() is None and (not log.exists() or len(log.read_bytes().splitlines()) < wanted):
            time.sleep(0.01)
        time.sleep(rng.random() * 0.1)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)  # the workers must notice by themselves
        process.wait()
        seen.append(len(log.read_bytes().splitlines()))
    last = subprocess.run(command, check=False, capture_output=True, text=True)
    assert last.returncode == 0, last.stderr
    return seen


def as_toml(table: dict[str, Any]) -> str:
    plain = [f"{key} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, dict | list)]
    for item in table["source"]:
        plain += ["[[source]]", *(f"{key} = {json.dumps(value)}" for key, value in item.items())]
    for name, section in table.items():
        if isinstance(section, dict):
            plain += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in section.items())]
    return "\n".join(plain) + "\n"


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_a_run_killed_at_random_moments_goes_on_with_the_same_samples_and_bit_identical_losses(
    make_recipe: MakeRecipe, tmp_path: Path, kills: int
) -> None:
    length = {"tokens": 256 * (16 + 6 * kills)}
    whole = make_recipe(schedule=length) | {"output": str(tmp_path / "whole")}
    train(parse_recipe(whole))
    broken = make_recipe(schedule=length) | {"output": str(tmp_path / "broken")}
    killed_and_resumed(broken, tmp_path / "command", kills, random.Random(0))
    assert steps(tmp_path / "broken") == steps(tmp_path / "whole")
    weights = [open_checkpoint(checkpoints(tmp_path / name / "checkpoints")[-1]) for name in ("whole", "broken")]
    first, second = (load(checkpoint.model_directory) for checkpoint in weights)
    assert all(torch.equal(p, second.get_parameter(n)) for n, p in first.named_parameters())


def test_an_interrupt_saves_and_the_same_command_finishes(make_recipe: MakeRecipe, tmp_path: Path) -> None:
    table = make_recipe(schedule={"tokens": 256 * 400}, watch={"checkpoint_every": 1000, "eval_every": 0})
    path = tmp_path / "recipe.toml"
    path.write_text(as_toml(table), encoding="utf-8")
    log = Path(table["output"]) / "metrics.jsonl"
    process = subprocess.Popen([sys.executable, "-m", "openk2", "train", str(path)], stderr=subprocess.PIPE, text=True)
    while process.poll() is None and (not log.exists() or len(log.read_bytes().splitlines()) < 5):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on from here" in errors
    saved = open_checkpoint(checkpoints(Path(table["output"]) / "checkpoints")[-1])
    assert saved.step == read_log(log)[-1]["step"] < 400
    assert read_log(log)[-1]["reason"] == "stopped"


def test_a_directory_of_another_recipe_is_refused_by_the_first_key_that_differs(make_recipe: MakeRecipe) -> None:
    train(parse_recipe(make_recipe()))
    with pytest.raises(TrainError, match=r"another recipe \(optimizer\.lr differs\)"):
        train(parse_recipe(make_recipe(optimizer={"lr": 1e-3})))
    assert train(parse_recipe(make_recipe(watch={"keep": 5}))) == "done", "what is watched may change"


def test_a_loss_that_is_no_number_ends_the_run_in_one_line_and_saves_nothing_of_it(make_recipe: MakeRecipe) -> None:
    table = make_recipe(optimizer={"lr": 1e30, "clip_norm": 0.0}, watch={"checkpoint_every": 1000, "eval_every": 0})
    with pytest.raises(TrainError, match=r"loss is not a number at step \d; lower optimizer\.lr"):
        train(parse_recipe(table))
    assert not checkpoints(Path(table["output"]) / "checkpoints")


def test_a_disk_that_is_full_while_saving_keeps_the_last_checkpoint(tmp_path: Path) -> None:
    with writing(tmp_path, 1) as scratch:
        (scratch / "weights").write_text("one")
        publish(tmp_path, scratch, 1, {})

    def full() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(CheckpointError, match=r"No space left on device.*the last one stays"), writing(tmp_path, 2):
        full()
    assert [path.name for path in checkpoints(tmp_path)] == ["step-00000001"]
    assert not list(tmp_path.glob("*.writing"))


def test_a_changed_or_missing_file_of_a_checkpoint_is_named(tmp_path: Path) -> None:
    with writing(tmp_path, 3) as scratch:
        (scratch / "weights").write_text("one")
        checkpoint = publish(tmp_path, scratch, 3, {})
    (checkpoint.directory / "weights").write_text("two")
    with pytest.raises(CheckpointError, match="weights: changed since it was written"):
        open_checkpoint(checkpoint.directory)
    (checkpoint.directory / "weights").unlink()
    with pytest.raises(CheckpointError, match="weights: missing"):
        open_checkpoint(checkpoint.directory)


@pytest.mark.parametrize(
    ("section", "values", "message"),
    [
        ("model", {"preset": "k3"}, "unknown preset 'k3'; accepted: .*k2-nano"),
        ("model", {"init": "here"}, "exactly one of preset and init"),
        ("optimizer", {"learning_rate": 1}, "optimizer: unknown key 'learning_rate'; accepted: lr"),
        ("optimizer", {"lr": "fast"}, "optimizer: lr: must be a number, not the string 'fast'"),
        ("batch", {"tokens": 100}, "batch.tokens is 100; accepted: a multiple of data.sequence"),
        ("compute", {"dtype": "float8"}, "accepted: auto, float32, bfloat16"),
        ("schedule", {"shape": "square"}, "accepted: linear, cosine"),
        ("source", [{"path": "talk", "weight": 1, "loss": -1}], "loss of talk is -1.0; accepted: above 0"),
        ("watch", {"keep": 0}, "keep is 0; accepted: 1 or more"),
    ],
)
def test_recipe_mistakes_are_named(make_recipe: MakeRecipe, section: str, values: Any, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        parse_recipe(make_recipe(**{section: values}))


def test_set_overrides_read_toml_values_and_plain_text() -> None:
    table = {"optimizer": {"lr": 1.0}, "output": "a"}
    assert override(table, ["optimizer.lr=2e-3", "output=runs/b", "data.sequence=64"]) == {
        "optimizer": {"lr": 2e-3},
        "output": "runs/b",
        "data": {"sequence": 64},
    }
    assert table["optimizer"]["lr"] == 1.0
    with pytest.raises(RecipeError, match=r"must be section\.key=value"):
        override(table, ["lr"])
