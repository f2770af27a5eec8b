"""Speculation: what is guessed, how much of it, and that no output changes by it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from conftest import EngineMaker, random_model, random_prompts
from hypothesis import given, settings
from hypothesis import strategies as st
from test_engine import idle, results, scripted

from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.config.parts import LinearAttention
from openk2.engine import speculation
from openk2.engine.draft_model import DraftModel
from openk2.engine.engine import Engine
from openk2.engine.speculation import LONGEST_DRAFT, REST, Pace, StepCost, SuffixProposer
from openk2.errors import EngineError
from openk2.model import K2Model

GREEDY = SamplingParams(temperature=0, max_tokens=40)


# The suffix index.


def longest_earlier_end(ids: Sequence[int]) -> int:
    """Length of the longest end of `ids` that also ends earlier in it, by looking everywhere."""
    n = len(ids)
    return max(
        (length for length in range(1, n) for end in range(length, n) if ids[end - length : end] == ids[n - length :]),
        default=0,
    )


@settings(max_examples=100)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=24))
def test_the_guess_continues_the_longest_end_that_came_before(ids: list[int]) -> None:
    proposer = SuffixProposer()
    for seen in range(1, len(ids)):
        proposer.propose(ids[:seen], 4)
    length = longest_earlier_end(ids)
    draft = proposer.propose(ids, 100)
    assert len(draft) == (length if length >= 2 else 0)
    if draft:
        n = len(ids)
        followers = [
            (ids + draft)[end : end + length] for end in range(length, n) if ids[end - length : end] == ids[-length:]
        ]
        assert draft in followers


def test_a_guess_runs_on_over_the_end_where_the_text_repeats_itself() -> None:
    assert SuffixProposer().propose([9, 1, 2, 3, 1, 2, 3, 1, 2, 3], 6) == [1, 2, 3, 1, 2, 3]


def test_of_several_earlier_places_a_later_one_is_followed() -> None:
    assert SuffixProposer().propose([1, 2, 7, 0, 1, 2, 8, 0, 5, 1, 2], 1) == [8]


def test_a_guess_is_no_longer_than_its_match_or_what_is_asked_for() -> None:
    ids = [1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3]
    assert SuffixProposer().propose(ids, 9) == [4, 5, 6]
    assert SuffixProposer().propose(ids, 2) == [4, 5]
    assert SuffixProposer().propose(list(range(9)), 9) == []


def test_a_long_prompt_is_taken_in_over_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speculation, "READ_AT_ONCE", 4)
    proposer, ids = SuffixProposer(), [1, 2, 3, 4, 5, 1, 2, 3]
    assert [proposer.propose(ids, 9), proposer.propose(ids, 9)] == [[], [4, 5, 1]]


# How much to guess.


def test_guesses_grow_with_luck_and_stop_without_it() -> None:
    pace = Pace()
    begin = pace.most(0.25)
    for _ in range(20):
        pace.judge(True)
    assert 0 < begin < pace.most(0.25) <= LONGEST_DRAFT
    for _ in range(20):
        pace.judge(False)
    lengths = [pace.most(0.25) for _ in range(2 * REST + 2)]
    assert Counter(lengths) == {0: 2 * REST, 1: 2}, "now and then one more try"
    for _ in range(4):
        pace.judge(True)
    assert pace.most(0.25) > 1


def test_more_running_requests_make_guesses_rarer() -> None:
    cost = StepCost()
    lengths = [Pace().most(cost.hurdle(running)) for running in (1, 2, 4, 8, 32)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > 0
    assert lengths[-1] == 0


@pytest.mark.parametrize("row_cost", [0.05, 0.4, 1.5])
def test_the_cost_of_a_token_is_learned_from_the_times_of_steps(row_cost: float) -> None:
    cost = StepCost()
    for step in range(100):
        tokens = 1 + step % 5
        cost.add(tokens, 0.02 * (1 + row_cost * tokens))
        cost.add(200, 1.0)
    assert cost.hurdle(1) == pytest.approx(row_cost / (1 + row_cost), rel=1e-6)


def test_steps_of_one_size_tell_nothing_and_odd_times_do_no_harm() -> None:
    same, odd = StepCost(), StepCost()
    for step in range(50):
        same.add(1, 0.01 + step / 1000)
        odd.add(1 + step % 3, 1.0 / (1 + step % 3))
    assert same.hurdle(1) == StepCost().hurdle(1)
    assert 0 < odd.hurdle(1) < 1


# Outputs.


class Guesser:
    """Proposes what `guess` makes of the tokens so far; remembers how often it was asked."""

    def __init__(self, right: dict[tuple[int, ...], list[int]], noise: int = 0) -> None:
        self.right, self.noise, self.random = right, noise, random.Random(1)

    def propose(self, ids: Sequence[int], most: int) -> list[int]:
        """What really follows, spoiled at random."""
        for prompt, follow in self.right.items():
            whole = [*prompt, *follow]
            if list(ids) == whole[: len(ids)]:
                draft = whole[len(ids) : len(ids) + most]
                return [id if self.random.randrange(100) >= self.noise else self.random.randrange(300) for id in draft]
        return []


WISHES = [
    GREEDY,
    SamplingParams(temperature=0.9, seed=4, max_tokens=40, logprobs=True, top_logprobs=2),
    SamplingParams(temperature=1.3, seed=5, max_tokens=40, top_p=0.9, top_k=50),
    SamplingParams(temperature=0.7, seed=6, max_tokens=40, frequency_penalty=0.6, repetition_penalty=1.2),
    SamplingParams(temperature=0.8, seed=7, max_tokens=40, min_p=0.05, min_tokens=20, ignore_eos=True),
    SamplingParams(temperature=1.0, seed=8, max_tokens=40, grammar=GrammarSpec("regex", "(ab|cd|[0-9]{2,4} )*")),
]


@pytest.mark.parametrize("noise", [0, 25, 100])
def test_every_token_is_the_one_without_speculation(make_engine: EngineMaker, noise: int) -> None:
    prompts = random_prompts(len(WISHES), 40, seed=1)
    plain = make_engine(speculation="off", page_tokens=8).generate(prompts, WISHES)
    right = {one.prompt_ids: list(one.ids) for one in plain}
    engine = make_engine(speculation=Guesser(right, noise), step_tokens=64, page_tokens=8)
    for prompt, wish, expected in zip(prompts, WISHES, plain, strict=True):
        assert results(engine.generate([prompt], wish)) == results([expected])
    assert results(engine.generate(prompts, WISHES)) == results(plain)
    counters = engine.load.counters
    assert counters.proposed_tokens > 0
    share = counters.accepted_tokens / counters.proposed_tokens
    assert {0: share > 0.8, 25: 0 < share < 1, 100: share < 0.2}[noise]
    assert idle(engine)


def test_right_guesses_save_steps(make_engine: EngineMaker) -> None:
    plain = make_engine(speculation="off")
    done = plain.generate([[1, 2, 3]], GREEDY)[0]
    engine = make_engine(speculation=Guesser({done.prompt_ids: list(done.ids)}))
    engine._cost.hurdle = lambda running: 0.1  # type: ignore[method-assign]
    again = engine.generate([[1, 2, 3]], GREEDY)[0]
    assert again.ids == done.ids
    assert engine.load.counters.steps < plain.load.counters.steps / 2
    assert engine.load.counters.accepted_tokens == again.choices[0].accepted > 20
    assert again.choices[0].proposed == engine.load.counters.proposed_tokens


def test_only_known_tokens_get_into_the_prefix_cache(make_engine: EngineMaker) -> None:
    """All guesses are wrong, and the next turn is still what it would be."""
    prompt = list(range(30))
    done = make_engine(speculation="off").generate([prompt], GREEDY)[0]
    wrong = {done.prompt_ids: [(id + 1) % 256 for id in done.ids]}
    engine = make_engine(speculation=Guesser(wrong), page_tokens=4)
    engine.generate([prompt], GREEDY)
    grown = [[*done.prompt_ids, *done.ids, 5], [*done.prompt_ids, *wrong[done.prompt_ids], 5]]
    assert results(engine.generate(grown, GREEDY)) == results(make_engine(speculation="off").generate(grown, GREEDY))


@pytest.mark.parametrize("stop", ["l", "lo w", "o world", "hello", "世"])
def test_what_ends_an_answer_within_a_guess_ends_it_there(make_engine: EngineMaker, stop: str) -> None:
    said = "hello world 世界"
    engine = scripted(make_engine(speculation=Guesser({(0,): list(said.encode())})), said.encode())
    done = engine.generate([[0]], replace(GREEDY, stop=(stop,)))[0]
    before = said[: said.index(stop)]
    assert (done.text, done.finish, bytes(done.ids)) == (before, "stop", (before + stop).encode())
    cut = engine.generate([[0]], replace(GREEDY, max_tokens=7))[0]
    assert (cut.text, cut.finish) == ("hello w", "length")
    assert idle(engine)


def test_an_agent_s_repetitions_are_guessed_by_themselves(make_engine: EngineMaker) -> None:
    said = b"read the file: " + b"def function_with_a_long_name(argument): return argument\n" * 3
    plain = scripted(make_engine(speculation="off"), said)
    engine = scripted(make_engine(), said)
    engine._cost.hurdle = lambda running: 0.2  # type: ignore[method-assign]
    wish = SamplingParams(temperature=0)
    assert results(engine.generate([[0]], wish)) == results(plain.generate([[0]], wish))
    counters = engine.load.counters
    assert counters.accepted_tokens > 60
    assert counters.accepted_tokens > 0.7 * counters.proposed_tokens


def test_preempted_and_forked_answers_guess_too_and_stay_the_same(make_engine: EngineMaker) -> None:
    prompts = [[*ids, *ids] for ids in random_prompts(6, 20, seed=2)]
    wish = SamplingParams(temperature=0.3, seed=3, max_tokens=30, n=2)
    small = make_engine(max_context=96, cache_tokens=96, page_tokens=8, step_tokens=40, max_batch=8)
    crowded = small.generate(prompts, wish)
    roomy = make_engine(speculation="off").generate(prompts, wish)
    assert [[c.ids for c in one.choices] for one in crowded] == [[c.ids for c in one.choices] for one in roomy]
    assert small.load.counters.preemptions > 0
    assert idle(small)


def test_a_proposer_that_fails_or_talks_nonsense_changes_nothing(make_engine: EngineMaker) -> None:
    class Broken:
        def propose(self, ids: Sequence[int], most: int) -> list[int]:
            if len(ids) > 12:
                raise ValueError("lost")
            return [99_999, -1, 5] * most

    prompts = random_prompts(3, 10, seed=6)
    engine = make_engine(speculation=Broken())
    assert results(engine.generate(prompts, GREEDY)) == results(make_engine().generate(prompts, GREEDY))


def test_a_state_cannot_go_back_so_hybrids_get_no_guesses(make_engine: EngineMaker) -> None:
    hybrid = random_model(
        K2Config.preset("k2-debug").replace(
            model_type="kimi_linear",
            mla_use_nope=True,
            linear_attn_config=LinearAttention(kda_layers=(1, 3), num_heads=2, head_dim=16, short_conv_kernel_size=4),
        )
    )
    prompts = [[*ids, *ids] for ids in random_prompts(2, 20, seed=2)]
    engine = make_engine(model=hybrid)
    assert results(engine.generate(prompts, GREEDY)) == results(
        make_engine(model=hybrid, speculation="off").generate(prompts, GREEDY)
    )
    assert engine.load.counters.proposed_tokens == 0


# Another model guesses.


@pytest.fixture(scope="module")
def other_model() -> K2Model:
    return random_model(K2Config.preset("k2-debug").replace(num_hidden_layers=1), seed=3)


def test_a_draft_model_writes_on_greedily(model: K2Model, tokenizer: Tokenizer, make_engine: EngineMaker) -> None:
    draft_model = DraftModel(model, tokenizer, cache_tokens=256)
    done = make_engine(speculation="off").generate([list(range(30))], GREEDY)[0]
    assert draft_model.propose(done.prompt_ids, 5) == list(done.ids[:5])
    assert draft_model.propose([*done.prompt_ids, *done.ids[:7]], 4) == list(done.ids[7:11])
    assert draft_model.propose([1] * 250, 8) == [], "no room"
    draft_model._pool.check_integrity()


def test_a_draft_model_reads_a_long_prompt_over_several_calls(
    model: K2Model, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch, make_engine: EngineMaker
) -> None:
    monkeypatch.setattr("openk2.engine.draft_model.READ_AT_ONCE", 16)
    draft_model = DraftModel(model, tokenizer, cache_tokens=256)
    expected = make_engine(speculation="off").generate([list(range(40))], GREEDY)[0]
    guesses = [draft_model.propose(list(range(40)), 3) for _ in range(3)]
    assert guesses == [[], [], list(expected.ids[:3])]


def test_a_perfect_draft_model_saves_most_steps_and_a_poor_one_changes_nothing(
    make_engine: EngineMaker, model: K2Model, tokenizer: Tokenizer, other_model: K2Model
) -> None:
    prompts = random_prompts(3, 40, seed=9)
    plain = make_engine(speculation="off").generate(prompts, GREEDY)
    for proposer in (
        DraftModel(model, tokenizer, cache_tokens=512),
        DraftModel(other_model, tokenizer, cache_tokens=512),
    ):
        engine = make_engine(speculation=proposer)
        assert results(engine.generate(prompts, GREEDY)) == results(plain)
        assert idle(engine)
    perfect = make_engine(speculation=DraftModel(model, tokenizer, cache_tokens=512))
    perfect.generate(prompts[:1], GREEDY)
    assert perfect.load.counters.accepted_tokens == perfect.load.counters.proposed_tokens > 0


def test_a_draft_model_needs_room(model: K2Model, tokenizer: Tokenizer) -> None:
    with pytest.raises(EngineError, match="cache_tokens is 4; accepted: 8 or more"):
        DraftModel(model, tokenizer, cache_tokens=4)


# The distribution.


class Chance:
    """In place of the network: one of four fixed distributions over eight tokens, chosen by the last token."""

    TABLE_KV = torch.log(
        torch.tensor([[8, 4, 2, 1, 1, 4, 8, 4], [1, 1, 9, 1, 1, 1, 9, 9], [3] * 8, [9, 5, 3, 2, 2, 1, 1, 9.0]])
    )

    def __init__(self, engine: Engine) -> None:
        self._vocab = len(engine._sampler.banned_V)

    def __call__(self, chunks: Sequence[object]) -> torch.Tensor:
        rows = []
        for chunk in chunks:
            wanted: int = chunk.wanted  # type: ignore[attr-defined]
            ids: Sequence[int] = chunk.ids  # type: ignore[attr-defined]
            for id in ids[len(ids) - wanted :]:
                row_V = torch.full((self._vocab,), float("-inf"))
                row_V[:8] = self.TABLE_KV[id % 4]
                rows.append(row_V)
        return torch.stack(rows) if rows else torch.zeros(0, self._vocab)


def test_guesses_do_not_change_how_often_tokens_come(make_engine: EngineMaker) -> None:
    """Chi-square over what follows each token, against the distribution itself; half of the guesses are right."""

    class Likely:
        def propose(self, ids: Sequence[int], most: int) -> list[int]:
            return [int(Chance.TABLE_KV[ids[-1] % 4].argmax())] * most

    engine = make_engine(speculation=Likely(), max_batch=4)
    engine._forward = Chance(engine)  # type: ignore[assignment]
    engine._cost.hurdle = lambda running: 0.02  # type: ignore[method-assign]
    wishes = [SamplingParams(temperature=1.0, seed=seed, max_tokens=500) for seed in range(4)]
    done = engine.generate([[0]] * 4, wishes)
    pairs = Counter(pair for one in done for pair in zip([0, *one.ids], one.ids, strict=False))
    statistic = 0.0
    for state in range(4):
        counts_V = torch.tensor([sum(pairs[before, id] for before in range(state, 8, 4)) for id in range(8)])
        expected_V = Chance.TABLE_KV[state].softmax(-1) * counts_V.sum()
        statistic += float(((counts_V - expected_V) ** 2 / expected_V).sum())
    assert statistic < 56.9, "the 99.9 % quantile of chi-square with 4 × 7 degrees of freedom"
    counters = engine.load.counters
    assert 100 < counters.accepted_tokens < counters.proposed_tokens
