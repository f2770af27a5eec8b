"""The scheduler: whatever arrives, leaves or grows, every sequence is computed in order and comes to its end."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from openk2.config import K2Config
from openk2.engine.cache import PagePool
from openk2.engine.scheduler import Scheduler, Sequence

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
