"""The scheduler: whatever arrives, leaves or grows, every sequence is computed in order and comes to its end."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from openk2.config import K2Config
from openk2.engine.cache import PagePool
from openk2.engine.scheduler import PATIENCE, Scheduler, Sequence
from openk2.errors import EngineError

CONFIG = K2Config.preset("k2-debug").replace(num_hidden_layers=1, kv_lora_rank=2, qk_rope_head_dim=2)
SIZE, PAGES, MAX_BATCH, STEP_TOKENS = 4, 10, 3, 9
LONGEST = SIZE * PAGES


class Life(RuleBasedStateMachine):
    """Requests over two tokens, in a pool that holds about two of them."""

    def __init__(self) -> None:
        super().__init__()
        self.scheduler = Scheduler(
            PagePool(CONFIG, LONGEST, page_tokens=SIZE), max_batch=MAX_BATCH, step_tokens=STEP_TOKENS
        )
        self.left: dict[Sequence, int] = {}
        """Tokens each sequence still wants; in order of arrival."""

    @rule(ids=st.lists(st.integers(0, 1), min_size=1, max_size=LONGEST - 8), more=st.integers(1, 8))
    def arrive(self, ids: list[int], more: int) -> None:
        sequence = Sequence(list(ids))
        self.scheduler.add(sequence)
        self.left[sequence] = more

    @precondition(lambda self: self.left)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        sequence = data.draw(st.sampled_from(list(self.left)))
        self.scheduler.remove(sequence)
        del self.left[sequence]

    @rule(token=st.integers(0, 1))
    def step(self, token: int) -> None:
        step = self.scheduler.plan()
        assert bool(step) == bool(self.left)
        assert len({work.sequence for work in step}) == len(step) <= MAX_BATCH
        assert sum(work.tokens for work in step) <= STEP_TOKENS
        for work in step:
            sequence = work.sequence
            assert 0 < work.tokens <= len(sequence.ids) - sequence.computed
            assert len(sequence.table.pages) * SIZE >= sequence.computed + work.tokens
        if step:
            assert next(iter(self.left)) in {work.sequence for work in step}, "the oldest must always progress"
        complete = [work.sequence for work in step if work.completes]
        self.scheduler.advance(step)
        for sequence in complete:
            assert sequence.computed == len(sequence.ids)
            sequence.ids.append(token)
            self.left[sequence] -= 1
            if not self.left[sequence]:
                self.scheduler.remove(sequence)
                del self.left[sequence]

    @invariant()
    def every_page_is_accounted_for(self) -> None:
        self.scheduler.check_integrity()

    @invariant()
    def every_sequence_is_waiting_or_running_in_order_of_arrival(self) -> None:
        assert [*self.scheduler.running, *self.scheduler.waiting] == list(self.left)
        assert all(not sequence.table.pages for sequence in self.scheduler.waiting)

    def teardown(self) -> None:
        """Every request comes to its end, in few steps, and leaves nothing behind."""
        wanted = sum(len(sequence.ids) + left for sequence, left in self.left.items())
        for _ in range(4 * wanted):
            if not self.left:
                break
            self.step(token=0)
        assert not self.left
        self.scheduler.check_integrity()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def make(pages: int, **options: int) -> Scheduler:
    return Scheduler(PagePool(CONFIG, pages * SIZE, page_tokens=SIZE), **{"max_batch": 8, "step_tokens": 64, **options})


def test_a_long_prompt_is_cut_into_chunks_while_others_go_on() -> None:
    scheduler = make(32, step_tokens=8)
    short, long = Sequence([1, 2, 3]), Sequence([4] * 20)
    scheduler.add(short)
    scheduler.add(long)
    taken = []
    for _ in range(4):
        step = scheduler.plan()
        taken.append([(work.sequence is short, work.tokens) for work in step])
        scheduler.advance(step)
        short.ids.append(0)
    assert taken == [[(True, 3), (False, 5)], [(True, 1), (False, 7)], [(True, 1), (False, 7)], [(True, 1), (False, 1)]]


def test_a_step_is_larger_while_nobody_waits_for_a_next_token() -> None:
    scheduler = make(32, step_tokens=8, prompt_tokens=12)
    first, second = Sequence([1] * 14), Sequence([4] * 30)
    scheduler.add(first)
    scheduler.add(second)
    taken = []
    for _ in range(4):
        step = scheduler.plan()
        taken.append([work.tokens for work in step])
        scheduler.advance(step)
        if not first.missing:
            first.ids.append(0)
    assert taken == [[12], [2, 10], [1, 7], [1, 7]]


def test_a_small_request_does_not_overtake_a_large_one_that_waits_for_pages() -> None:
    scheduler = make(6)
    for size in (4 * SIZE, 3 * SIZE, 1):
        scheduler.add(Sequence([size] * size))
    assert len(scheduler.plan()) == 1
    assert len(scheduler.waiting) == 2


def test_the_youngest_gives_way_and_starts_again_from_what_is_still_cached() -> None:
    scheduler = make(4)
    old, young = Sequence([1] * (2 * SIZE - 1)), Sequence([2] * (2 * SIZE))
    scheduler.add(old)
    scheduler.add(young)
    for _ in range(2):
        step = scheduler.plan()
        scheduler.advance(step)
        for work in step:
            work.sequence.ids.append(3)
    step = scheduler.plan()
    assert [work.sequence for work in step] == [old]
    assert (young.preemptions, young.computed) == (1, 0)
    scheduler.remove(old)
    step = scheduler.plan()
    assert [work.sequence for work in step] == [young]
    assert young.computed == SIZE, "one page was taken for the older one, one was still there"
    assert young.cached_tokens == 0, "what a preemption recomputes does not count as cached"


def compute(scheduler: Scheduler, token: int = 0) -> list[Sequence]:
    """One step; everyone who is complete gets `token`. Returns who was served."""
    step = scheduler.plan()
    complete = [work.sequence for work in step if work.completes]
    scheduler.advance(step)
    for sequence in complete:
        sequence.ids.append(token)
    scheduler.check_integrity()
    return [work.sequence for work in step]


def test_every_running_sequence_moves_in_every_step_however_many_decode() -> None:
    scheduler = make(64, max_batch=4, step_tokens=4)
    decoding = [Sequence([number]) for number in range(3)]
    for sequence in decoding:
        scheduler.add(sequence)
    compute(scheduler)
    prompt = Sequence([9] * 20)
    scheduler.add(prompt)
    for done in range(1, 6):
        assert compute(scheduler) == [*decoding, prompt]
        assert prompt.computed == done


def test_higher_priority_is_admitted_first_and_within_one_the_earlier() -> None:
    scheduler = make(32, max_batch=1)
    names = {"late": 0, "low": -1, "later": 0, "high": 1}
    sequences = {name: Sequence([number] * 3, priority=names[name]) for number, name in enumerate(names)}
    for sequence in sequences.values():
        scheduler.add(sequence)
    order = []
    while scheduler.waiting or scheduler.running:
        (served,) = compute(scheduler)
        scheduler.remove(served)
        order.append(next(name for name, sequence in sequences.items() if sequence is served))
    assert order == ["high", "late", "later", "low"]


def test_who_waits_long_enough_goes_before_a_higher_priority() -> None:
    scheduler = make(32, max_batch=1)
    running, low = Sequence([0] * 3), Sequence([1] * 3)
    scheduler.add(running)
    scheduler.add(low)
    for _ in range(PATIENCE + 1):
        scheduler.plan()
    high = Sequence([2] * 3, priority=1)
    scheduler.add(high)
    assert scheduler.waiting == [low, high]


def test_the_lowest_priority_gives_way_before_the_youngest() -> None:
    scheduler = make(6, step_tokens=32)
    low, high = Sequence([1] * (2 * SIZE - 1), priority=0), Sequence([2] * (2 * SIZE - 1), priority=1)
    young = Sequence([3] * (2 * SIZE - 1), priority=1)
    for sequence in (low, high, young):
        scheduler.add(sequence)
    while not any(sequence.preemptions for sequence in (low, high, young)):
        compute(scheduler)
    assert (low.preemptions, high.preemptions, young.preemptions) == (1, 0, 0)
    while not young.preemptions:
        compute(scheduler)
    assert high.preemptions == 0


def test_a_prompt_waits_for_the_beginning_another_one_is_computing_and_takes_it_from_the_cache() -> None:
    scheduler = make(64, step_tokens=8)
    stem = [7] * (4 * SIZE)
    first, second, other = Sequence([*stem, 1]), Sequence([*stem, 2]), Sequence([8] * 9)
    for sequence in (first, second, other):
        scheduler.add(sequence)
    assert [compute(scheduler) for _ in range(3)] == [[first], [first], [first, second, other]]
    assert (second.cached_tokens, second.computed) == (4 * SIZE, 4 * SIZE + 1)


def test_nobody_waits_for_who_is_gone_or_behind_in_line() -> None:
    scheduler = make(64, step_tokens=8)
    first, second = Sequence([7] * 40), Sequence([7] * 40)
    urgent = Sequence([7] * 40, priority=1)
    scheduler.add(first)
    scheduler.add(second)
    assert compute(scheduler) == [first]
    scheduler.remove(first)
    assert compute(scheduler) == [second]
    assert second.cached_tokens == 2 * SIZE
    scheduler.step_tokens = 32
    scheduler.add(urgent)
    assert compute(scheduler) == [second, urgent]


def test_a_sequence_that_must_be_computed_whole_takes_nothing_from_the_cache() -> None:
    scheduler = make(64)
    scheduler.add(Sequence([7] * 20))
    compute(scheduler)
    whole = Sequence([7] * 20, whole=True)
    scheduler.add(whole)
    compute(scheduler)
    assert (whole.cached_tokens, whole.computed) == (0, 20)
    assert whole.table.pages[:5] == scheduler.running[0].table.pages[:5], "its full pages are those known already"


def drafting(scheduler: Scheduler, prompt: list[int], draft: list[int]) -> Sequence:
    """A sequence that waits for its second token and has a guess for the following ones."""
    sequence = Sequence(prompt)
    scheduler.add(sequence)
    compute(scheduler)
    sequence.draft = draft
    return sequence


@pytest.mark.parametrize("kept", [0, 1, 3, 5])
def test_of_a_draft_what_is_right_counts_as_computed_and_the_pages_of_the_rest_come_back(kept: int) -> None:
    scheduler = make(16)
    sequence = drafting(scheduler, [1, 2], [4, 5, 6, 7, 8])
    (work,) = scheduler.plan()
    assert (work.ids, work.wanted, len(sequence.table.pages)) == ([0, 4, 5, 6, 7, 8], 6, 2)
    scheduler.advance([work])
    assert (sequence.computed, sequence.draft) == (3, [])
    scheduler.accept(work, kept)
    assert sequence.ids == [1, 2, 0, 4, 5, 6, 7, 8][: 3 + kept]
    assert sequence.computed == len(sequence.ids)
    assert len(sequence.table.pages) == scheduler.pool.pages_for(3 + kept)
    scheduler.check_integrity()
    scheduler.remove(sequence)
    assert scheduler.pool.match([1, 2, 0, 4, 5]).published == (kept > 0), "only known tokens are published"


def test_a_draft_gets_what_the_step_has_left_and_nobody_gives_way_to_it() -> None:
    scheduler = make(5, step_tokens=8, max_batch=4)
    sequence = drafting(scheduler, [1, 2], [3] * 9)
    prompt = Sequence([9] * 5)
    scheduler.add(prompt)
    assert [(work.tokens, len(work.draft)) for work in scheduler.plan()] == [(1, 2), (5, 0)]
    scheduler = make(2, step_tokens=32)
    sequence = drafting(scheduler, [1, 2], [3] * 9)
    assert [(work.tokens, len(work.draft)) for work in scheduler.plan()] == [(1, 5)], "there are two pages"
    assert sequence.preemptions == 0


def test_a_fork_shares_full_pages_copies_the_begun_one_and_goes_its_own_way() -> None:
    scheduler = make(16)
    sequence = Sequence([5] * (SIZE + 2))
    scheduler.add(sequence)
    scheduler.advance(scheduler.plan())
    twin = scheduler.fork(sequence)
    assert scheduler.running == [sequence, twin]
    assert twin.table.pages[0] == sequence.table.pages[0]
    assert twin.table.pages[1] != sequence.table.pages[1]
    for one, token in ((sequence, 1), (twin, 2)):
        one.ids.append(token)
    assert compute(scheduler) == [sequence, twin]
    assert (sequence.ids[-2:], twin.ids[-2:]) == ([1, 0], [2, 0])


def test_a_fork_without_a_place_waits_and_starts_from_the_cached_prefix() -> None:
    scheduler = make(16, max_batch=1)
    sequence = Sequence([5] * (SIZE + 2))
    scheduler.add(sequence)
    scheduler.advance(scheduler.plan())
    twin = scheduler.fork(sequence)
    assert scheduler.waiting == [twin]
    twin.ids.append(3)
    scheduler.remove(sequence)
    assert compute(scheduler) == [twin]
    assert (twin.table.published, twin.computed) == (1, SIZE + 3)
    assert twin.cached_tokens == 0, "that of the prompt, which the original computed"


def test_a_line_out_of_order_and_tokens_without_pages_are_noticed() -> None:
    scheduler = make(16)
    for number in range(2):
        scheduler.add(Sequence([number] * 6))
    scheduler.waiting.reverse()
    with pytest.raises(EngineError, match="the waiting sequences are not in the order of their turns"):
        scheduler.check_integrity()
    scheduler.waiting.reverse()
    compute(scheduler)
    scheduler.running[0].computed = 30
    with pytest.raises(EngineError, match="a sequence of 7 tokens with room for 8 has 30 computed"):
        scheduler.check_integrity()
