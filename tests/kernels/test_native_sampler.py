"""Tokens and log-probabilities in C++: those of the sampler in PyTorch, for every wish, on every level.

Both sum in doubles, in another order. So they agree unless the random number or the sum that top-p waits for is within
the last bits of a double of a border, which random cases never meet; where cases are made to meet it, what is promised
is a token on one side of that border.
"""

from __future__ import annotations

import math
import random

import pytest
import torch
from torch import Tensor

from openk2.chat.sampling import SamplingParams
from openk2.engine.sampler import Wish, draw
from openk2.engine.sampler import report as exact_report
from openk2.kernels.native.library import Level
from openk2.kernels.native.sampling import Wanted, ban_, report, sample

SIZES = (1, 2, 5, 16, 100, 127, 128, 129, 1000, 3000)
"""Vocabularies: smaller than a vector, whole blocks of 128, one id more and one less, many blocks."""
NEVER = float("-inf")


def wanted(wish: Wish) -> Wanted:
    """A wish as the kernels are told it."""
    p = wish.params
    penalties = (p.repetition_penalty, p.frequency_penalty, p.presence_penalty)
    cuts = (p.top_k, p.top_p, p.min_p)
    counts = wish.counts if p.counts_tokens else {}
    return Wanted(p.temperature, wish.number, *cuts, *penalties, counts, p.logit_bias, wish.held_back, wish.allowed_V)


def random_case(draws: random.Random, V: int) -> tuple[Tensor, Wish]:
    """Logits, some equal to others or impossible, and a wish for anything."""
    generator = torch.Generator().manual_seed(draws.getrandbits(40))
    logits_V = torch.randn(V, generator=generator) * draws.choice([0, 0.01, 1, 5, 20])
    if draws.random() < 0.3:
        logits_V = logits_V.round()
    if draws.random() < 0.3:
        logits_V[torch.rand(V, generator=generator) < draws.random()] = NEVER
        logits_V[draws.randrange(V)] = 1.0
    allowed_V = None
    if draws.random() < 0.3:
        allowed_V = torch.rand(V, generator=generator) < draws.random()
        allowed_V[logits_V.argmax()] = True

    def some_ids(*numbers: int) -> list[int]:
        return [draws.randrange(V) for _ in range(draws.choice(numbers))]

    params = SamplingParams(
        temperature=draws.choice([0, 0.01, 0.6, 1, 2, 100]),
        top_k=draws.choice([0, 0, 1, 3, 50, 500]),
        top_p=draws.choice([1, 1, 0.95, 0.5, 0.01, 1e-9, 0.9999999]),
        min_p=draws.choice([0, 0, 0.05, 0.5, 1]),
        repetition_penalty=draws.choice([1, 1.3]),
        frequency_penalty=draws.choice([0, 0.7]),
        presence_penalty=draws.choice([0, -0.3]),
        logit_bias={id: draws.uniform(-5, 5) for id in some_ids(0, 0, 3)},
    )
    counts = {id: draws.randrange(4) for id in some_ids(0, 5, 50)}
    return logits_V, Wish(params, draws.uniform(0.001, 0.999), counts, some_ids(0, 0, 2, 100), allowed_V)


@pytest.mark.parametrize("V", SIZES)
def test_tokens_are_those_of_the_sampler_in_pytorch(levels: list[Level], V: int) -> None:
    draws = random.Random(V)
    cases = [random_case(draws, V) for _ in range(300)]
    logits_NV = torch.stack([logits_V for logits_V, _ in cases])
    wishes = [wanted(wish) for _, wish in cases]
    expected = [draw(logits_V, wish) for logits_V, wish in cases]
    kept_NV = logits_NV.clone()
    for level in levels:
        assert sample(level, logits_NV, range(len(cases)), wishes) == expected
    assert torch.equal(logits_NV, kept_NV)


@pytest.mark.slow
def test_tokens_are_those_of_the_sampler_in_pytorch_ten_thousands_of_times(level: Level) -> None:
    draws = random.Random(1)
    for _ in range(20_000):
        logits_V, wish = random_case(draws, draws.choice(SIZES))
        assert sample(level, logits_V[None], [0], [wanted(wish)]) == [draw(logits_V, wish)]


def test_a_whole_vocabulary(level: Level) -> None:
    """As many ids as K2 has, flat and peaked, every cut there is."""
    generator = torch.Generator().manual_seed(1)
    flat_V = torch.randn(163_840, generator=generator)
    for logits_V in (flat_V, 4 * flat_V):
        for top_k, top_p, min_p in ((0, 1.0, 0.0), (0, 0.95, 0.0), (40, 0.9, 0.0), (2000, 1.0, 0.0), (0, 0.99, 1e-3)):
            params = SamplingParams(temperature=0.8, top_k=top_k, top_p=top_p, min_p=min_p)
            wish = Wish(params, float(torch.rand((), generator=generator)))
            assert sample(level, logits_V[None], [0], [wanted(wish)]) == [draw(logits_V, wish)]


def test_the_first_of_the_largest_wins(level: Level) -> None:
    logits_NV = torch.zeros(4, 300)
    logits_NV[1, [130, 131, 299]] = 1.0
    logits_NV[2] = NEVER
    logits_NV[2, 299] = -1e30
    logits_NV[3, 128:] = 3e38
    assert sample(level, logits_NV, range(4), [Wanted(0.0)] * 4) == [0, 130, 299, 128]


def test_rows_are_those_asked_for_in_that_order(level: Level) -> None:
    logits_NV = torch.eye(200)
    assert sample(level, logits_NV, [150, 3, 3], [Wanted(0.0)] * 3) == [150, 3, 3]
    assert sample(level, logits_NV, [], []) == []


def test_of_equal_logits_top_k_and_top_p_keep_the_smallest_ids(level: Level) -> None:
    logits_NV = torch.zeros(1, 1000)
    top = [sample(level, logits_NV, [0], [Wanted(1.0, number / 10 + 0.05, top_k=10)])[0] for number in range(10)]
    assert top == list(range(10))
    half = {sample(level, logits_NV, [0], [Wanted(1.0, number, top_p=0.5)])[0] for number in (0.0, 0.5, 0.998)}
    assert half == {0, 250, 499}


@pytest.mark.parametrize("number", [0.0, 2.0**-53, 0.25, 0.5, 0.75, 1 - 2.0**-53])
def test_a_number_on_a_border_draws_an_id_that_is_there(level: Level, number: float) -> None:
    """Four equal ids among impossible ones: the sums are whole numbers, so nothing is lost and the border is exact."""
    logits_NV = torch.full((1, 400), NEVER)
    ids = [7, 130, 131, 399]
    logits_NV[0, ids] = 2.5
    assert sample(level, logits_NV, [0], [Wanted(0.7, number)]) == [ids[int(number * 4)]]


@pytest.mark.parametrize("temperature", [1e-310, 1e-30, 1e-5, 1e5, 1e30])
def test_extreme_temperatures(level: Level, temperature: float) -> None:
    """Tiny ones leave the largest logits, huge ones make all equal."""
    logits_NV = torch.tensor([[1.0, 3.0, 3.0, -2.0, NEVER]])
    for top_p in (1.0, 0.9):
        drawn = {sample(level, logits_NV, [0], [Wanted(temperature, i / 97, top_p=top_p)])[0] for i in range(97)}
        assert drawn == ({1, 2} if temperature < 1 else {0, 1, 2, 3})


def test_ids_held_back_come_where_nothing_else_may(level: Level) -> None:
    logits_NV = torch.arange(200.0)[None]
    assert sample(level, logits_NV, [0], [Wanted(0.0, held_back=[199, 198, 199])]) == [197]
    allowed_V = torch.zeros(200, dtype=torch.bool)
    allowed_V[[4, 9]] = True
    assert sample(level, logits_NV, [0], [Wanted(0.0, held_back=[9, 4, 9], allowed_V=allowed_V)]) == [9]
    assert sample(level, logits_NV, [0], [Wanted(0.0, held_back=[9, 5], allowed_V=allowed_V)]) == [4]


def test_ids_outside_the_vocabulary_are_passed_over(level: Level) -> None:
    logits_NV = torch.eye(2, 130)
    wish = Wanted(0.0, repetition_penalty=2.0, counts={130: 1, -1: 1}, logit_bias={130: 9.0}, held_back=[10**6])
    assert sample(level, logits_NV, [0, 1], [wish, wish]) == [0, 1]


def test_nothing_depends_on_the_number_of_threads(level: Level) -> None:
    draws = random.Random(5)
    cases = [random_case(draws, 500) for _ in range(20)]
    logits_NV = torch.stack([logits_V for logits_V, _ in cases])
    wishes, ids = [wanted(wish) for _, wish in cases], [draws.randrange(500) for _ in cases]
    alone = sample(level, logits_NV, range(20), wishes), report(level, logits_NV, range(20), ids, 5)
    for threads in (2, 3):
        level.library.threads = threads
        assert (sample(level, logits_NV, range(20), wishes), report(level, logits_NV, range(20), ids, 5)) == alone


@pytest.mark.parametrize("V", SIZES)
def test_log_probabilities_are_those_of_float64(level: Level, V: int) -> None:
    logits_NV = 5 * torch.randn(6, V, generator=torch.Generator().manual_seed(V))
    logits_NV[1:3, V // 2 + 1 :] = NEVER
    rows, ids = [5, 1, 2, 0], [V - 1, 0, V // 2, V // 3]
    log_p_NV = logits_NV.double().log_softmax(-1)
    for row, id, (own, top) in zip(rows, ids, report(level, logits_NV, rows, ids, 5), strict=True):
        possible = int((log_p_NV[row] > NEVER).sum())
        values, order = log_p_NV[row].sort(descending=True, stable=True)
        assert own == pytest.approx(float(log_p_NV[row, id]), rel=1e-6, abs=1e-6)
        assert [id for id, _ in top] == order[: min(5, possible)].tolist()
        assert [value for _, value in top] == pytest.approx(values[: len(top)].tolist(), rel=1e-6, abs=1e-6)


def test_reports_are_those_of_the_sampler_in_pytorch(level: Level) -> None:
    logits_NV = torch.randn(3, 700, generator=torch.Generator().manual_seed(2))
    for alternatives in (0, 1, 20):
        exact = exact_report(logits_NV, [5, 600, 0], alternatives)
        for (own, top), other in zip(report(level, logits_NV, range(3), [5, 600, 0], alternatives), exact, strict=True):
            assert own == pytest.approx(other.logprob, rel=1e-5)
            assert [id for id, _ in top] == [id for id, _ in other.top]


def test_of_equally_probable_ids_the_smaller_is_reported_first(level: Level) -> None:
    ((own, top),) = report(level, torch.zeros(1, 1000), [0], [999], 20)
    assert own == pytest.approx(-math.log(1000))
    assert [id for id, _ in top] == list(range(20))


def test_banned_ids_have_no_probability(level: Level) -> None:
    logits_NV = torch.randn(5, 333, generator=torch.Generator().manual_seed(3))
    ids = torch.tensor([0, 17, 332], dtype=torch.int32)
    expected_NV = logits_NV.index_fill(1, ids.long(), NEVER)
    for threads in (1, 3):
        level.library.threads = threads
        assert torch.equal(ban_(level, logits_NV.clone(), ids), expected_NV)


@pytest.mark.parametrize("place", [(0, 0), (2, 131), (4, 332)])
def test_logits_that_are_not_numbers_are_refused(level: Level, place: tuple[int, int]) -> None:
    logits_NV = torch.zeros(5, 333)
    logits_NV[0, 5], logits_NV[1, 7] = NEVER, float("inf")
    ids = torch.zeros(0, dtype=torch.int32)
    assert ban_(level, logits_NV, ids) is logits_NV
    logits_NV[place] = math.nan
    with pytest.raises(ArithmeticError, match="not numbers"):
        ban_(level, logits_NV, ids)
    sample(level, logits_NV, [0], [Wanted(0.7, top_p=0.9)])
