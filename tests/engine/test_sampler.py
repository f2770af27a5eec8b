"""The sampler against a plain reference, and against chance."""

from __future__ import annotations

import random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.engine.sampler import Sampler, draw

BYTES = Tokenizer.bytes_only()


def plain_distribution(logits_V: Tensor, params: SamplingParams) -> Tensor:
    """The distribution as the definitions say it, in float64, one token after another."""
    p = (logits_V.double() / params.temperature).softmax(-1).tolist()
    order = sorted(range(len(p)), key=lambda id: -p[id])
    if params.top_k:
        order = order[: params.top_k]
    total = sum(p[id] for id in order)
    kept: dict[int, float] = {}
    for id in order:
        if sum(kept.values()) >= params.top_p:
            break
        kept[id] = p[id] / total
    out = torch.zeros_like(logits_V, dtype=torch.float64)
    for id, value in kept.items():
        out[id] = value / sum(kept.values())
    return out


def sampled_distribution(logits_V: Tensor, params: SamplingParams, draws: int) -> Tensor:
    """How often each token comes, with numbers spread evenly over [0, 1)."""
    numbers = [(i + 0.5) / draws for i in range(draws)]
    ids = draw(logits_V.expand(draws, -1).clone(), [params] * draws, numbers)
    return torch.bincount(ids, minlength=logits_V.shape[0]).double() / draws


@settings(max_examples=40)
@given(
    seed=st.integers(0, 1000),
    size=st.sampled_from([2, 7, 600]),
    temperature=st.sampled_from([0.3, 1.0, 2.5]),
    top_k=st.sampled_from([0, 1, 3, 300]),
    top_p=st.sampled_from([0.05, 0.5, 0.9, 1.0]),
)
def test_tokens_come_as_often_as_temperature_top_k_and_top_p_say(
    seed: int, size: int, temperature: float, top_k: int, top_p: float
) -> None:
    logits_V = torch.randn(size, generator=torch.Generator().manual_seed(seed)) * 3
    params = SamplingParams(temperature=temperature, top_k=top_k, top_p=top_p)
    expected_V, found_V = plain_distribution(logits_V, params), sampled_distribution(logits_V, params, 400)
    assert (found_V - expected_V).abs().max() <= 1 / 400 + 1e-6
    assert not found_V[expected_V == 0].any()


def test_a_nucleus_wider_than_the_shortlist_is_kept_whole() -> None:
    logits_V = torch.zeros(2000)
    found_V = sampled_distribution(logits_V, SamplingParams(temperature=1.0, top_p=0.5), 1000)
    assert (found_V > 0).sum() == 1000


@pytest.mark.parametrize("number", [0.0, 0.5, 1 - 2**-53])
def test_the_ends_of_the_distribution_are_tokens_that_can_come(number: float) -> None:
    logits_V = torch.tensor([float("-inf"), 1.0, float("-inf"), 2.0, float("-inf")])
    assert draw(logits_V[None], [SamplingParams(temperature=1.0)], [number]).item() in (1, 3)


def test_a_tiny_temperature_takes_the_most_probable_token() -> None:
    logits_BV = torch.tensor([[1.0, 3.0, 2.0]])
    assert draw(logits_BV, [SamplingParams(temperature=1e-30)], [0.999]).item() == 1


def test_greedy_takes_the_most_probable_token_and_no_random_number() -> None:
    generator = random.Random(0)
    state = generator.getstate()
    sampler = Sampler(BYTES, 512)
    drawn = sampler(torch.eye(512)[[65]], [(SamplingParams(temperature=0), generator)])
    assert [one.id for one in drawn] == [65]
    assert generator.getstate() == state


def test_ids_without_meaning_are_never_drawn() -> None:
    sampler = Sampler(BYTES, 600)
    meaningless = [*range(512, 600), BYTES.pad_id, BYTES.id("<|reserved_token_261|>")]
    logits_BV = torch.zeros(len(meaningless), 600)
    logits_BV[range(len(meaningless)), meaningless] = 50.0
    for temperature in (0.0, 1.0):
        params = SamplingParams(temperature=temperature, seed=0)
        drawn = sampler(logits_BV.clone(), [(params, random.Random(0)) for _ in meaningless])
        assert not {one.id for one in drawn} & set(meaningless)
    assert not sampler.banned_V[[*range(256), *BYTES.stop_ids, BYTES.id("<think>")]].any()


def test_logprobs_are_those_of_the_model_before_temperature_and_cuts() -> None:
    logits_BV = torch.randn(3, 512, generator=torch.Generator().manual_seed(2))
    wishes = [
        (SamplingParams(temperature=0.2, top_k=2, logprobs=True), random.Random(0)),
        (SamplingParams(temperature=1.0), random.Random(0)),
        (SamplingParams(temperature=0, logprobs=True), random.Random(0)),
    ]
    sampler = Sampler(BYTES, 512)
    log_p_BV = logits_BV.masked_fill(sampler.banned_V, float("-inf")).log_softmax(-1)
    drawn = sampler(logits_BV.clone(), wishes)
    assert drawn[1].logprob is None
    for row in (0, 2):
        assert drawn[row].logprob == pytest.approx(log_p_BV[row, drawn[row].id].item())


def test_a_row_s_token_does_not_depend_on_the_rows_around_it() -> None:
    logits_BV = torch.randn(16, 512, generator=torch.Generator().manual_seed(3))
    kinds = [SamplingParams(0.0), SamplingParams(1.0), SamplingParams(0.7, top_p=0.8), SamplingParams(2.0, top_k=20)]
    sampler = Sampler(BYTES, 512)
    together = sampler(logits_BV.clone(), [(kinds[row % 4], random.Random(row)) for row in range(16)])
    alone = [sampler(logits_BV[[row]], [(kinds[row % 4], random.Random(row))])[0] for row in range(16)]
    assert together == alone
