"""Models with Kimi Delta Attention in the engine: a prompt goes on from a snapshot, and only the time changes."""

from __future__ import annotations

import pytest
import torch
from conftest import EngineMaker, random_model, random_prompts

from openk2.chat.sampling import SamplingParams
from openk2.config import K2Config
from openk2.config.parts import LinearAttention
from openk2.engine import Completion
from openk2.engine.cache import PagePool, PageTable
from openk2.engine.scheduler import Scheduler, Sequence
from openk2.errors import EngineError
from openk2.model import K2Model

HYBRID = K2Config.preset("k2-debug").replace(
    model_type="kimi_linear",
    mla_use_nope=True,
    linear_attn_config=LinearAttention(kda_layers=(1, 3), num_heads=2, head_dim=16, short_conv_kernel_size=4),
)
SIZE = 4


@pytest.fixture(scope="module")
def hybrid() -> K2Model:
    return random_model(HYBRID)


def tokens(completions: list[Completion]) -> list[tuple[int, ...]]:
    return [one.ids for one in completions]


@torch.no_grad()
def test_the_engine_draws_the_model_s_own_most_probable_tokens(make_engine: EngineMaker, hybrid: K2Model) -> None:
    prompt = list(range(40))
    engine = make_engine(model=hybrid, step_tokens=32)
    done = engine.generate([prompt], SamplingParams(temperature=0, max_tokens=12))
    ids = list(prompt)
    for id in done[0].ids:
        logits_V = hybrid(torch.tensor([ids]))[0, -1].masked_fill(engine._sampler.banned_V, float("-inf"))
        assert logits_V.max() - logits_V[id] < 1e-4
        ids.append(id)


def test_together_preempted_and_from_snapshots_each_request_gets_its_own_tokens(
    make_engine: EngineMaker, hybrid: K2Model
) -> None:
    stem = random_prompts(1, 30, seed=4)[0]
    prompts = [[*stem, *prompt] for prompt in random_prompts(10, 40, seed=3)]
    sampling = SamplingParams(temperature=1.0, seed=5, max_tokens=20)
    alone = [make_engine(model=hybrid).generate([prompt], sampling)[0] for prompt in prompts]
    small = make_engine(model=hybrid, max_context=96, cache_tokens=128, page_tokens=8, step_tokens=32)
    assert tokens(small.generate(prompts, sampling)) == tokens(alone)
    assert small.load.counters.preemptions > 0
    again = small.generate(prompts[:1], sampling) + small.generate(prompts[:1], sampling)
    assert again[1].cached_tokens > 0
    assert tokens(again) == tokens(alone[:1] * 2)


def test_n_answers_begin_at_copies_of_one_state(make_engine: EngineMaker, hybrid: K2Model) -> None:
    prompt = random_prompts(1, 50, seed=6)[0]
    sampling = SamplingParams(temperature=1.0, seed=1, max_tokens=8, n=3)
    forked, waiting = make_engine(model=hybrid), make_engine(model=hybrid, max_batch=1, step_tokens=16)
    choices = [[one.ids for one in engine.generate([prompt], sampling)[0].choices] for engine in (forked, waiting)]
    assert choices[0] == choices[1]
    assert len(set(choices[0])) == 3


def pool(pages: int = 32, states: int = 8, every: int = 1000) -> PagePool:
    return PagePool(HYBRID, pages * SIZE, page_tokens=SIZE, states=states, snapshot_tokens=every)


def compute(scheduler: Scheduler, ids: list[int]) -> tuple[Sequence, list[int]]:
    """Run a prompt to its end; returns how many tokens had been computed after each step."""
    sequence = Sequence(ids)
    scheduler.add(sequence)
    ends = []
    while sequence.missing:
        scheduler.advance(scheduler.plan())
        scheduler.check_integrity()
        ends.append(sequence.computed)
    return sequence, ends


def test_steps_end_where_snapshots_are_wanted() -> None:
    scheduler = Scheduler(pool(every=2 * SIZE), max_batch=2, step_tokens=64)
    sequence, ends = compute(scheduler, list(range(21)))
    assert ends == [8, 16, 20, 21], "every two pages, at the last full page, and the end"
    scheduler.remove(sequence)
    assert scheduler.pool.match(list(range(21))).published == 5
    assert scheduler.pool.match([*range(18), 99]).published == 4


def test_where_two_prompts_part_the_second_one_leaves_a_snapshot_for_the_third() -> None:
    scheduler = Scheduler(pool(), max_batch=2, step_tokens=64)
    stem = list(range(12))
    found = []
    for number in range(3):
        sequence, ends = compute(scheduler, [*stem, *[50 + number] * 9])
        found.append((sequence.cached_tokens, ends))
        scheduler.remove(sequence)
    assert found == [(0, [20, 21]), (0, [12, 20, 21]), (12, [20, 21])]


@pytest.mark.parametrize("later", [False, True])
def test_one_of_two_prompts_at_once_stops_where_they_part_and_the_other_goes_on_from_there(later: bool) -> None:
    scheduler = Scheduler(pool(), max_batch=2, step_tokens=16)
    one, two = (Sequence([*range(32), *[50 + number] * 9]) for number in range(2))
    scheduler.add(one)
    if later:
        scheduler.advance(scheduler.plan())
    scheduler.add(two)
    while one.missing or two.missing:
        scheduler.advance(scheduler.plan())
        scheduler.check_integrity()
    assert (one.cached_tokens, two.cached_tokens) == (0, 32)


def test_a_conversation_goes_on_from_the_last_full_page_of_the_answer() -> None:
    scheduler = Scheduler(pool(), max_batch=2, step_tokens=64)
    sequence, _ = compute(scheduler, list(range(10)))
    for id in range(7):
        sequence.ids.append(id)
        scheduler.advance(scheduler.plan())
    scheduler.remove(sequence)
    following, _ = compute(scheduler, [*sequence.ids, 7, 7, 7])
    assert following.cached_tokens == 16


def test_a_snapshot_passed_without_a_branch_goes_before_an_older_one() -> None:
    small = pool(states=3, every=2 * SIZE)
    scheduler = Scheduler(small, max_batch=1, step_tokens=64)
    for first in (0, 100):
        sequence, _ = compute(scheduler, list(range(first, first + 17)))
        scheduler.remove(sequence)
    kept = sorted(len(node.path()) for node in small._tree if node.snapshot is not None)
    assert kept == [4, 4], "the two ends are kept, and neither on the way"
    assert small.match(list(range(17))).published == 4


def test_a_snapshot_where_prompts_part_stays_when_one_lies_behind_it() -> None:
    small = pool(states=3)
    scheduler = Scheduler(small, max_batch=1, step_tokens=64)
    cached = []
    for number in range(3):
        sequence, _ = compute(scheduler, [*range(8), *[50 + number] * 9])
        cached.append(sequence.cached_tokens)
        scheduler.remove(sequence)
    assert cached == [0, 0, 8]


def test_the_least_recently_used_snapshot_goes_first() -> None:
    small = pool(states=3)
    scheduler = Scheduler(small, max_batch=1, step_tokens=64)
    for first in (0, 100, 0, 200):
        sequence, _ = compute(scheduler, list(range(first, first + 9)))
        scheduler.remove(sequence)
    assert [small.match(list(range(first, first + 9))).published for first in (0, 100, 200)] == [2, 0, 2]


def test_a_snapshot_leaves_with_its_page() -> None:
    small = pool(pages=6)
    scheduler = Scheduler(small, max_batch=1, step_tokens=64)
    sequence, _ = compute(scheduler, list(range(2 * SIZE + 1)))
    scheduler.remove(sequence)
    assert small.states is not None
    assert small.states.available == 8
    assert sum(node.snapshot is not None for node in small._tree) == 1
    table = PageTable()
    assert small.extend(table, 6 * SIZE)
    assert small.states.available == 7
    small.release(table)
    small.check_integrity()
    assert small.match(list(range(2 * SIZE + 1))).published == 0


def test_the_only_slot_left_may_be_the_snapshot_itself() -> None:
    small = pool(states=2)
    assert small.states is not None
    scheduler = Scheduler(small, max_batch=2, step_tokens=64)
    sequence, _ = compute(scheduler, list(range(9)))
    small.states.memory_LSHdd[:, sequence.table.state] = 7.0
    scheduler.remove(sequence)
    node = next(node for node in small._tree if node.snapshot is not None)
    small.states.memory_LSHdd[:, node.snapshot] = 5.0
    other = PageTable()
    assert small.extend(other, 1)
    table = small.match(list(range(9)))
    assert small.extend(table, 9)
    assert bool((small.states.memory_LSHdd[:, table.state] == 5.0).all())
    assert node.snapshot is None
    assert not small.extend(PageTable(), 1), "no slot is left"


def test_a_new_sequence_begins_with_an_empty_state() -> None:
    small = pool(states=1)
    assert small.states is not None
    for _ in range(2):
        table = PageTable()
        assert small.extend(table, 1)
        assert not small.states.memory_LSHdd[:, table.state].any()
        assert not small.states.tails_LSJX[:, table.state].any()
        small.states.memory_LSHdd.fill_(1.0)
        small.states.tails_LSJX.fill_(1.0)
        small.release(table)


def test_drafts_are_not_computed_because_a_state_cannot_go_back() -> None:
    scheduler = Scheduler(pool(), max_batch=2, step_tokens=64)
    sequence, _ = compute(scheduler, list(range(9)))
    sequence.ids.append(1)
    sequence.draft = [2, 3]
    assert [work.draft for work in scheduler.plan()] == [()]


def test_a_lost_slot_is_noticed() -> None:
    small = pool()
    table = PageTable()
    assert small.extend(table, 1)
    table.state = None
    with pytest.raises(EngineError, match="state slots"):
        small.check_integrity([(table, [1])])
