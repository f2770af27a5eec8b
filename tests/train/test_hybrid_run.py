"""A run over a model with Kimi Delta Attention: it learns, logs the layers that have logits, and leaves a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from openk2.checkpoint import load, save_model
from openk2.checkpoint.training import checkpoints, open_checkpoint
from openk2.config import K2Config, LinearAttention
from openk2.model import K2Model
from openk2.train.recipe import parse_recipe
from openk2.train.run import train
from openk2.train.watch import read_log


def test_a_hybrid_learns_and_is_left_as_a_model(make_recipe: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    config = K2Config.preset("k2-debug").replace(
        model_type="kimi_linear", mla_use_nope=True, linear_attn_config=LinearAttention((1, 2), 2, 16)
    )
    start = tmp_path / "start"
    save_model(K2Model(config).initialize(0), start, format="fp32")
    table = make_recipe(schedule={"tokens": 256 * 24}, compute={"dtype": "bfloat16"}) | {"model": {"init": str(start)}}
    recipe = parse_recipe(table)
    assert train(recipe) == "done"
    log = read_log(Path(recipe.output) / "metrics.jsonl")
    losses = [record["loss"] for record in log if record["type"] == "step"]
    assert losses[-1] < losses[0] - 1.0, "the loss must fall"
    details = [record for record in log if record["type"] == "detail"]
    assert details
    assert all(len(detail["max_logit_LH"]) == 1 for detail in details), "one of three layers has logits"
    model = load(open_checkpoint(checkpoints(Path(recipe.output) / "checkpoints")[-1]).model_directory)
    assert model.config == config
    moved = model.model.layers[0].self_attn
    fresh = load(start).model.layers[0].self_attn
    for name in ("A_log", "dt_bias", "q_conv1d.weight", "f_b_proj.weight"):
        assert not torch.equal(moved.get_parameter(name), fresh.get_parameter(name)), name
