"""The mean of models: every weight is the mean of theirs, and only models of one shape have one."""

from pathlib import Path

import pytest
import torch

from openk2.checkpoint import load, save_model
from openk2.checkpoint.averaging import mean_of
from openk2.cli.main import main
from openk2.config import K2Config
from openk2.errors import CheckpointError
from openk2.model import K2Model


def saved(directory: Path, seed: int, **changes: object) -> Path:
    save_model(K2Model(K2Config.preset("k2-debug").replace(**changes)).initialize(seed), directory, format="fp32")
    return directory


def test_every_weight_is_the_mean(tmp_path: Path) -> None:
    sources = [saved(tmp_path / str(seed), seed) for seed in (1, 2, 3)]
    states = [load(source).state_dict() for source in sources]
    for name, tensor in mean_of(sources).state_dict().items():
        torch.testing.assert_close(tensor, torch.stack([state[name] for state in states]).mean(0))


def test_a_model_alone_or_of_another_shape_is_refused(tmp_path: Path) -> None:
    first, second = saved(tmp_path / "a", 1), saved(tmp_path / "b", 1, rms_norm_eps=1e-3)
    with pytest.raises(CheckpointError, match="1 model given; accepted: two or more"):
        mean_of([first])
    with pytest.raises(CheckpointError, match="b: is not of the shape of"):
        mean_of([first, second])


def test_the_command_writes_it(tmp_path: Path) -> None:
    sources = [str(saved(tmp_path / str(seed), seed)) for seed in (1, 2)]
    with pytest.raises(SystemExit) as ended:
        main(["average", *sources, "--out", str(tmp_path / "mean"), "--format", "fp32"])
    assert not ended.value.code
    state, mean = load(tmp_path / "mean").state_dict(), mean_of(sources).state_dict()
    assert all(torch.equal(state[name], mean[name]) for name in mean)
