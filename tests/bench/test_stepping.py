"""Steps by hand are the engine's own: cut like its steps, computed by its forward, over its pages."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from openk2.bench.random_model import random_model
from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.engine.forward import Chunk
from openk2.engine.stepping import Stepper
from openk2.errors import EngineError

DEBUG = K2Config.preset("k2-debug")


class Watched:
    """A forward whose chunks and logits are kept."""

    def __init__(self, stepper: Stepper) -> None:
        self._forward = stepper._forward
        self.steps: list[list[tuple[int, int, int]]] = []
        self.logits_NV: list[Tensor] = []
        stepper._forward = self  # type: ignore[assignment]

    def __call__(self, chunks: Sequence[Chunk]) -> Tensor:
        self.steps.append([(chunk.start, len(chunk.ids), chunk.wanted) for chunk in chunks])
        logits_NV = self._forward(chunks)
        self.logits_NV.append(logits_NV.clone())
        return logits_NV


@pytest.fixture
def stepper() -> Stepper:
    """Of a small engine with steps of 8 tokens."""
    model = random_model(DEBUG, "bf16")
    return Stepper(Engine(model, Tokenizer.bytes_only(), max_batch=4, max_context=128, cache_tokens=256, step_tokens=8))


def test_prompts_are_cut_into_steps_and_only_their_last_token_is_sampled(stepper: Stepper) -> None:
    watched = Watched(stepper)
    first, second = stepper.open(0, 20), stepper.open(0, 20)
    stepper.run([(first, list(range(11))), (second, list(range(3)))])
    assert watched.steps == [[(0, 8, 0)], [(8, 3, 1), (0, 3, 1)]]
    assert (first.known, second.known) == (11, 3)
    stepper.run([(first, [5]), (second, [6])])
    assert watched.steps[2] == [(11, 1, 1), (3, 1, 1)]


def test_the_values_are_those_of_the_network(stepper: Stepper) -> None:
    watched = Watched(stepper)
    ids = list(range(30, 50))
    track = stepper.open(0, 30)
    stepper.run([(track, ids)])
    model = random_model(DEBUG, "bf16")  # the same numbers again
    with torch.inference_mode():
        expected_V = model(torch.tensor([ids]), last_only=True)[0, 0]
    found_V = watched.logits_NV[-1][-1]
    real_V = slice(0, 256)  # ids that stand for nothing are removed
    torch.testing.assert_close(found_V[real_V], expected_V[real_V], atol=0.03, rtol=0.05)


def test_a_sequence_set_back_is_computed_again(stepper: Stepper) -> None:
    watched = Watched(stepper)
    track = stepper.open(0, 30)
    stepper.run([(track, [1, 2, 3, 4])])
    track.known = 0
    stepper.run([(track, [1, 2, 3, 4])])
    torch.testing.assert_close(watched.logits_NV[0], watched.logits_NV[1])


def test_depth_has_latents_that_are_numbers_and_matter(stepper: Stepper) -> None:
    watched = Watched(stepper)
    for track in (stepper.open(0, 10), stepper.open(64, 10)):
        stepper.run([(track, [7])])
    shallow_V, deep_V = (logits_NV[0, :256] for logits_NV in watched.logits_NV)
    assert deep_V.isfinite().all()
    assert not torch.allclose(shallow_V, deep_V, atol=1e-3)


def test_a_cache_that_is_too_small_is_named(stepper: Stepper) -> None:
    stepper.open(100, 100)
    with pytest.raises(EngineError, match="no room for 100 tokens"):
        stepper.open(50, 50)


def test_experts_are_counted_or_nobody_knows(stepper: Stepper) -> None:
    tracks = [stepper.open(0, 10) for _ in range(3)]
    used = stepper.experts_used([(track, [id]) for track, id in zip(tracks, (3, 90, 200), strict=True)])
    assert all(track.known == 1 for track in tracks)
    if stepper.kernels == "pytorch":
        assert used is None
    else:
        assert used is not None
        assert DEBUG.num_experts_per_tok <= used <= min(3 * DEBUG.num_experts_per_tok, DEBUG.n_routed_experts)
