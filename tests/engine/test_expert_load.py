"""How evenly experts are chosen, counted beside the steps."""

from __future__ import annotations

import pytest
import torch
from test_forward import ids, run
from test_native_forward import LEVELS, forward_of, held

from openk2.config import K2Config
from openk2.engine.expert_load import EVERY, WINDOW, ExpertLoad
from openk2.kernels.native.choice import available

DEBUG = K2Config.preset("k2-debug")
LAYERS, EXPERTS, CHOSEN = DEBUG.num_hidden_layers, DEBUG.n_routed_experts, DEBUG.num_experts_per_tok


def routes(tokens: int, *, all_the_same_in: int | None = None) -> torch.Tensor:
    """Every expert in turn; in one layer the first ones always. Layers without experts hold −1."""
    even = torch.arange(tokens * CHOSEN, dtype=torch.int32).view(tokens, CHOSEN) % EXPERTS
    routes_LNK = even.repeat(LAYERS, 1, 1)
    routes_LNK[: DEBUG.first_k_dense_replace] = -1
    if all_the_same_in is not None:
        routes_LNK[all_the_same_in] = torch.arange(CHOSEN, dtype=torch.int32)
    return routes_LNK


def test_nothing_is_said_before_a_step_is_counted() -> None:
    assert ExpertLoad(DEBUG).figures() == {}


def test_experts_that_are_chosen_equally_often_have_the_ratio_one() -> None:
    load = ExpertLoad(DEBUG)
    load.add(routes(EXPERTS))
    assert load.figures() == {"load_ratio_max": 1.0}


def test_the_layer_counts_whose_busiest_expert_is_furthest_above_the_mean() -> None:
    load = ExpertLoad(DEBUG)
    load.add(routes(EXPERTS, all_the_same_in=LAYERS - 1))
    assert load.figures()["load_ratio_max"] == pytest.approx(EXPERTS / CHOSEN)


def test_what_was_counted_long_ago_is_forgotten() -> None:
    load = ExpertLoad(DEBUG)
    load.add(routes(WINDOW, all_the_same_in=LAYERS - 1))
    for _ in range(2):
        assert load.figures()["load_ratio_max"] > 1.0
        load.add(routes(WINDOW))
    load.add(routes(WINDOW))
    assert load.figures()["load_ratio_max"] == pytest.approx(1.0, abs=0.01)


def test_every_so_many_steps_one_is_due() -> None:
    load = ExpertLoad(DEBUG)
    assert [load.due() for _ in range(2 * EVERY)].count(True) == 2


@pytest.mark.skipif(not LEVELS, reason="no native level can run here")
def test_the_native_forward_counts_its_steps_and_leaves_its_routes_to_who_asked() -> None:
    library = available().library
    assert library is not None
    forward = forward_of(held(DEBUG, "float32"), library.level(LEVELS[0]))
    run(forward, ids(), list(range(1, EVERY)))
    assert forward.expert_load.figures() == {}
    run(forward, ids(), [1])
    assert forward.expert_load.figures()["load_ratio_max"] == EXPERTS / CHOSEN, "one token, one layer's choice"
    assert forward.routes_LNK is None
