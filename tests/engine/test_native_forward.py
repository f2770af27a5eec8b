"""The engine's forward pass on native kernels: the model's logits in every number format, and bits of a token's own."""

from __future__ import annotations

import logging

import pytest
import torch
from conftest import random_model
from test_forward import CUTS, DEBUG, LENGTH, SHAPES, ids, run
from torch import Tensor

from openk2.checkpoint.storage import quantise_model
from openk2.config import K2Config
from openk2.engine.cache import PagePool
from openk2.engine.compute import compute
from openk2.engine.forward import Forward
from openk2.engine.native_forward import NativeForward
from openk2.errors import ConfigError
from openk2.kernels.native.choice import available
from openk2.kernels.native.library import Level
from openk2.model import K2Model

LEVELS = available().usable
TILES = DEBUG.replace(kv_lora_rank=48, qk_rope_head_dim=16)
"""Latents of whole tiles; those of k2-debug are not."""
FORMATS = {"float32": 2e-6, "bf16": 0.03, "fp8": 0.02, "int8": 0.05, "int4-all": 0.06}
"""Median relative error of the logits, at most: activations are rounded to bfloat16 or int8 before every product."""

pytestmark = pytest.mark.skipif(not LEVELS, reason="no native level can run here")


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest) -> Level:
    library = available().library
    assert library is not None
    return library.level(request.param)


def held(config: K2Config, layout: str) -> K2Model:
    """A random model with its weights in a number format."""
    model = random_model(config)
    if layout == "bf16":
        return model.to(torch.bfloat16).eval()
    return (model if layout == "float32" else quantise_model(model, layout)).eval()


def forward_of(model: K2Model, level: Level, *, page_tokens: int = 16, exact: bool = False) -> NativeForward:
    dtype = model.lm_head.weight.dtype
    pool = PagePool(model.config, 4096, page_tokens=page_tokens, states=20, dtype=dtype)
    forward = compute(model, pool, 256, kernels=level.name, threads=2, exact=exact)
    assert isinstance(forward, NativeForward)
    return forward


@torch.no_grad()
def expected(model: K2Model) -> Tensor:
    logits_TV: Tensor = model(torch.tensor([ids()]))[0]
    return logits_TV


def errors(logits: dict[int, Tensor], expected_TV: Tensor) -> Tensor:
    """Relative error at every position."""
    each = [(row - expected_TV[at]).norm() / expected_TV[at].norm() for at, row in logits.items()]
    return torch.stack(each)


@pytest.mark.parametrize("config", SHAPES.values(), ids=SHAPES.keys())
def test_gives_the_model_s_logits(level: Level, config: K2Config) -> None:
    model = held(config, "float32")
    logits = run(forward_of(model, level), ids(), CUTS["a prompt, then token by token"])
    assert errors(logits, expected(model)).max() < 1e-5


@pytest.mark.parametrize(
    ("layout", "exact"), [*((layout, False) for layout in FORMATS), ("int8", True), ("int4-all", True)]
)
def test_every_number_format_gives_the_model_s_logits(level: Level, layout: str, exact: bool) -> None:
    model = held(TILES, layout)
    logits = run(forward_of(model, level, exact=exact), ids(), list(range(40, LENGTH + 1)))
    # a router that wavers between two experts makes single tokens differ more
    assert errors(logits, expected(model)).median() < FORMATS[layout]


@pytest.mark.parametrize("layout", FORMATS)
def test_bits_depend_neither_on_the_cut_nor_on_other_sequences_nor_on_pages(level: Level, layout: str) -> None:
    model = held(TILES, layout)
    alone = run(forward_of(model, level), ids(), list(range(1, LENGTH + 1)))
    for page_tokens, mates, cuts in (
        (8, 0, "at once"),
        (16, 15, "in chunks"),
        (32, 2, "a prompt, then token by token"),
    ):
        for position, logits_V in run(
            forward_of(model, level, page_tokens=page_tokens), ids(), CUTS[cuts], mates
        ).items():
            assert torch.equal(logits_V, alone[position]), (page_tokens, cuts, position)


def test_states_of_kimi_delta_attention_do_not_depend_on_the_cut(level: Level) -> None:
    model = held(SHAPES["Kimi Delta Attention"], "bf16")
    alone = run(forward_of(model, level), ids(), list(range(1, LENGTH + 1)))
    for position, logits_V in run(forward_of(model, level), ids(), CUTS["in chunks"], 3).items():
        assert torch.equal(logits_V, alone[position])


def test_a_consumed_model_is_empty_and_its_logits_the_same(level: Level) -> None:
    kept = run(forward_of(held(DEBUG, "int4-all"), level), ids(), [LENGTH])
    model = held(DEBUG, "int4-all")
    pool = PagePool(DEBUG, 512, page_tokens=16)
    forward = compute(model, pool, 256, kernels=level.name, consume=True)
    assert torch.equal(run(forward, ids(), [LENGTH])[LENGTH - 1], kept[LENGTH - 1])
    moe = model.moe_blocks()[1]
    assert moe.experts.down_EDF.codes.numel() == 0


def test_routes_are_recorded_when_asked_for(level: Level) -> None:
    model = held(DEBUG, "float32")
    forward = forward_of(model, level)
    forward.record_routes = True
    run(forward, ids(), [LENGTH])
    routes_LNK = forward.routes_LNK
    assert routes_LNK is not None
    assert routes_LNK.shape == (DEBUG.num_hidden_layers, LENGTH, DEBUG.num_experts_per_tok)
    assert (routes_LNK[0] == -1).all()
    assert (routes_LNK[1:] >= 0).all()
    assert (routes_LNK[1:].sort(-1).values.diff(dim=-1) > 0).all()


def test_what_the_kernels_cannot_hold_goes_the_reference_s_way(caplog: pytest.LogCaptureFixture) -> None:
    model = random_model(DEBUG).to(torch.float64)
    with caplog.at_level(logging.WARNING, "openk2.engine"):
        forward = compute(model, PagePool(DEBUG, 256, dtype=torch.float64), 64)
    assert isinstance(forward, Forward)
    assert "torch.float64" in caplog.text


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ConfigError, match="sse2"):
        compute(random_model(DEBUG), PagePool(DEBUG, 256), 64, kernels="sse2")
