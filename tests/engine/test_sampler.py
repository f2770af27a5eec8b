"""The sampler against a plain reference, and against chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.engine.sampler import Sampler, Wish, draw, report
from openk2.errors import RequestError

BYTES = Tokenizer.bytes_only()
GREEDY = SamplingParams(temperature=0)


def plain_distribution(logits: Sequence[float], wish: Wish) -> list[float]:
    """The distribution as the definitions say it, in float64, one token after another."""
    p, ids = wish.params, range(len(logits))
    values = [value + p.logit_bias.get(id, 0.0) for id, value in enumerate(logits)]
    for id, count in wish.counts.items():
        values[id] = values[id] / p.repetition_penalty if values[id] > 0 else values[id] * p.repetition_penalty
        values[id] -= count * p.frequency_penalty + (count > 0) * p.presence_penalty
    allowed = [id for id in ids if wish.allowed_V is None or bool(wish.allowed_V[id])]
    allowed = [id for id in allowed if id not in wish.held_back] or allowed
    largest = max(values[id] for id in allowed)
    weights = {id: math.exp((values[id] - largest) / p.temperature) for id in allowed}
    total = sum(weights.values())
    probability = {id: weight / total for id, weight in weights.items()}
    order = sorted(allowed, key=lambda id: (-probability[id], id))
    if p.top_k:
        order = order[: p.top_k]
    among = sum(probability[id] for id in order)
    kept: dict[int, float] = {}
    for id in order:
        if sum(kept.values()) >= p.top_p:
            break
        kept[id] = probability[id] / among
    most = max(kept.values())
    kept = {id: value for id, value in kept.items() if value >= p.min_p * most}
    return [kept.get(id, 0.0) / sum(kept.values()) for id in ids]


def sampled_distribution(logits_V: Tensor, wish: Wish, draws: int) -> Tensor:
    """How often each token comes, with numbers spread evenly over [0, 1)."""
    ids = [draw(logits_V, replace(wish, number=(i + 0.5) / draws)) for i in range(draws)]
    return torch.bincount(torch.tensor(ids), minlength=len(logits_V)).double() / draws


def assert_comes_as_defined(logits_V: Tensor, wish: Wish, draws: int = 200) -> None:
    before_V = logits_V.clone()
    found_V = sampled_distribution(logits_V, wish, draws)
    expected_V = torch.tensor(plain_distribution(logits_V.tolist(), wish), dtype=torch.float64)
    assert torch.equal(logits_V, before_V), "the logits stay as they are"
    assert (found_V - expected_V).abs().max() <= 1 / draws + 1e-6
    assert not found_V[expected_V == 0].any()


def logits(size: int, seed: int) -> Tensor:
    return torch.randn(size, generator=torch.Generator().manual_seed(seed)) * 3


@settings(max_examples=30)
@given(
    seed=st.integers(0, 1000),
    size=st.sampled_from([2, 7, 600]),
    temperature=st.sampled_from([0.3, 1.0, 2.5]),
    top_k=st.sampled_from([0, 1, 3, 300]),
    top_p=st.sampled_from([0.05, 0.5, 0.9, 1.0]),
    min_p=st.sampled_from([0.0, 0.0, 0.1, 1.0]),
)
def test_tokens_come_as_often_as_temperature_and_cuts_say(
    seed: int, size: int, temperature: float, top_k: int, top_p: float, min_p: float
) -> None:
    params = SamplingParams(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p)
    assert_comes_as_defined(logits(size, seed), Wish(params))


COUNTS = {1: 3, 2: 1, 5: 0}


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ({"logit_bias": {0: 4.0, 3: -100.0}}, {}),
        ({"presence_penalty": 1.5}, COUNTS),
        ({"frequency_penalty": 0.8}, COUNTS),
        ({"frequency_penalty": -2.0, "presence_penalty": -1.0}, COUNTS),
        ({"repetition_penalty": 1.7}, COUNTS),
        ({"logit_bias": {1: 2.0}, "repetition_penalty": 2.0, "presence_penalty": 0.5, "top_p": 0.9}, COUNTS),
    ],
)
def test_bias_and_penalties_change_the_distribution_as_defined(
    options: dict[str, object], counts: Mapping[int, int]
) -> None:
    params = SamplingParams(temperature=1.0, **options)  # type: ignore[arg-type]
    for seed in range(3):
        assert_comes_as_defined(logits(9, seed), Wish(params, counts=counts))


def test_frequency_and_presence_look_at_the_answer_and_repetition_at_the_prompt_too() -> None:
    even_V = torch.ones(3)
    in_the_prompt_only = {0: 0}
    sampled = SamplingParams(temperature=0, frequency_penalty=1.0, presence_penalty=1.0)
    assert draw(even_V, Wish(sampled, counts=in_the_prompt_only)) == 0
    assert draw(even_V, Wish(replace(GREEDY, repetition_penalty=1.1), counts=in_the_prompt_only)) == 1


def test_masks_come_after_penalties_and_what_is_held_back_may_come_when_nothing_else_may() -> None:
    allowed_V = torch.tensor([True, False, True, True, False])
    wish = Wish(SamplingParams(temperature=1.0, logit_bias={1: 50.0}), allowed_V=allowed_V, held_back=[2])
    assert_comes_as_defined(logits(5, 1), wish)
    only_V = torch.tensor([False, False, True, False, False])
    assert draw(logits(5, 1), replace(wish, allowed_V=only_V)) == 2


def test_a_nucleus_wider_than_the_shortlist_is_kept_whole() -> None:
    found_V = sampled_distribution(torch.zeros(2000), Wish(SamplingParams(temperature=1.0, top_p=0.5)), 1000)
    assert (found_V > 0).nonzero()[:, 0].tolist() == list(range(1000)), "of equal tokens the smaller ids"


@pytest.mark.parametrize("number", [0.0, 0.5, 1 - 2**-53])
def test_the_ends_of_the_distribution_are_tokens_that_can_come(number: float) -> None:
    logits_V = torch.tensor([float("-inf"), 1.0, float("-inf"), 2.0, float("-inf")])
    assert draw(logits_V, Wish(SamplingParams(temperature=1.0), number)) in (1, 3)


def test_a_tiny_temperature_takes_the_most_probable_token() -> None:
    assert draw(torch.tensor([1.0, 3.0, 2.0]), Wish(SamplingParams(temperature=1e-30), 0.999)) == 1


def test_greedy_takes_the_most_probable_token_of_equal_ones_the_smallest() -> None:
    sampler = Sampler(BYTES, 512)
    assert [one.id for one in sampler(torch.eye(512)[[65]], [Wish(GREEDY)])] == [65]
    assert [one.id for one in sampler(torch.zeros(1, 512), [Wish(GREEDY)])] == [0]
    assert draw(torch.zeros(512), Wish(replace(GREEDY, logit_bias={7: 1.0, 9: 1.0}))) == 7


def test_ids_without_meaning_are_never_drawn() -> None:
    sampler = Sampler(BYTES, 600)
    meaningless = [*range(512, 600), BYTES.pad_id, BYTES.id("<|reserved_token_261|>")]
    logits_BV = torch.zeros(len(meaningless), 600)
    logits_BV[range(len(meaningless)), meaningless] = 50.0
    logits_BV = sampler.ban_(logits_BV)
    for wish in (Wish(GREEDY), Wish(SamplingParams(temperature=1.0, logit_bias=dict.fromkeys(meaningless, 9.0)), 0.7)):
        drawn = sampler(logits_BV, [wish] * len(meaningless))
        assert not {one.id for one in drawn} & set(meaningless)
    assert not sampler.banned_V[[*range(256), *BYTES.stop_ids, BYTES.id("<think>")]].any()


def test_logprobs_are_those_of_the_model_whatever_changes_what_is_drawn() -> None:
    sampler = Sampler(BYTES, 512)
    logits_BV = sampler.ban_(torch.randn(3, 512, generator=torch.Generator().manual_seed(2)))
    odd = SamplingParams(
        temperature=0.2, top_k=2, logit_bias={5: 9.0}, frequency_penalty=1.0, logprobs=True, top_logprobs=3
    )
    wishes = [Wish(odd, 0.4, {5: 2}), Wish(SamplingParams(temperature=1.0), 0.4), Wish(replace(GREEDY, logprobs=True))]
    log_p_BV = logits_BV.log_softmax(-1)
    drawn = sampler(logits_BV, wishes)
    assert drawn[1].report is None
    for row in (0, 2):
        made = drawn[row].report
        assert made is not None
        assert (made.id, made.logprob) == (drawn[row].id, pytest.approx(log_p_BV[row, drawn[row].id].item()))
    assert [len(one.report.top) for one in drawn if one.report] == [3, 0]
    top = log_p_BV[0].topk(3)
    assert drawn[0].report is not None
    assert [id for id, _ in drawn[0].report.top] == top.indices.tolist()
    assert [value for _, value in drawn[0].report.top] == pytest.approx(top.values.tolist())


def test_a_row_s_token_does_not_depend_on_the_rows_around_it() -> None:
    sampler = Sampler(BYTES, 512)
    logits_BV = sampler.ban_(torch.randn(16, 512, generator=torch.Generator().manual_seed(3)))
    kinds = [
        GREEDY,
        SamplingParams(1.0, logprobs=True),
        SamplingParams(0.7, top_p=0.8, presence_penalty=1.0),
        SamplingParams(2.0, top_k=20, logprobs=True, top_logprobs=2),
    ]
    wishes = [Wish(kinds[row % 4], row / 16, {row: 1}) for row in range(16)]
    alone = [sampler(logits_BV[[row]], [wishes[row]])[0] for row in range(16)]
    assert sampler(logits_BV, wishes) == alone


def test_a_report_of_nothing_is_nothing() -> None:
    assert report(torch.zeros(0, 5), [], 0) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"top_p": 0.0}, "top_p is 0.0; accepted: above 0 up to 1"),
        ({"top_k": -1}, "top_k is -1"),
        ({"min_p": 1.5}, "min_p is 1.5; accepted: 0"),
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"max_tokens": 3, "min_tokens": 4}, r"min_tokens is 4; accepted: 0 … max_tokens \(3\)"),
        ({"min_tokens": -1}, "min_tokens is -1"),
        ({"stop": ("",)}, "stop holds an empty text"),
        ({"n": 0}, "n is 0; accepted: 1 … 128"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs is 21; accepted: 0 … 20"),
        ({"top_logprobs": 1}, "top_logprobs is 1 without logprobs"),
        ({"presence_penalty": 2.5}, "presence_penalty is 2.5; accepted: -2 … 2"),
        ({"frequency_penalty": -3}, "frequency_penalty is -3; accepted: -2 … 2"),
        ({"repetition_penalty": 0}, "repetition_penalty is 0; accepted: above 0"),
        ({"logit_bias": {5: float("inf")}}, "logit_bias gives inf to token id 5"),
        ({"logit_bias": {-5: 1.0}}, "logit_bias gives 1.0 to token id -5"),
    ],
)
def test_parameters_that_mean_nothing_are_refused_by_name(options: dict[str, object], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        SamplingParams(**options)  # type: ignore[arg-type]


def test_a_grammar_is_plain_data_of_a_known_kind() -> None:
    assert GrammarSpec.json_schema({"type": "null"}) == GrammarSpec("json_schema", '{"type": "null"}')
    assert hash(SamplingParams(grammar=GrammarSpec("regex", "a+"), logit_bias={1: 2.0}))
    with pytest.raises(RequestError, match="grammar kind is 'bnf'; accepted: json_schema, regex, lark"):
        GrammarSpec("bnf", "x")  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="grammar text is empty"):
        GrammarSpec("lark", "")
