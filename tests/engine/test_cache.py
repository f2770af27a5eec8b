"""The page pool: nothing lost, nothing shared that must not be, and every sequence reads what was written for it."""

from __future__ import annotations

import random
import zlib

import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from openk2.config import K2Config
from openk2.engine.cache import PagePool, PageTable
from openk2.engine.pages import FreePages
from openk2.errors import EngineError

CONFIG = K2Config.preset("k2-debug").replace(num_hidden_layers=2)
SIZE = 4
PAGES = 12


def latent(ids: list[int], layer: int) -> float:
    """A number that stands for the last of `ids` after all before it."""
    return float(zlib.crc32(bytes([layer, *ids])) % 10_007)


class Pool(RuleBasedStateMachine):
    """Sequences over three tokens come, grow, fork and go in a pool that is too small for them."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = PagePool(CONFIG, PAGES * SIZE, page_tokens=SIZE)
        self.known: list[tuple[PageTable, list[int]]] = []

    def write(self, table: PageTable, ids: list[int], begin: int) -> None:
        slots = torch.tensor([self.pool.slot(table, position) for position in range(begin, len(ids))])
        for layer in range(CONFIG.num_hidden_layers):
            values = torch.tensor([latent(ids[: position + 1], layer) for position in range(begin, len(ids))])
            self.pool.store(layer, slots, values[:, None].expand(-1, CONFIG.cache_width))
        self.pool.publish(table, ids, len(ids))

    @rule(ids=st.lists(st.integers(0, 2), min_size=1, max_size=5 * SIZE))
    def come(self, ids: list[int]) -> None:
        table = self.pool.match(ids)
        cached = len(table.pages) * SIZE
        assert cached < len(ids)
        if self.pool.extend(table, len(ids)):
            self.write(table, ids, cached)
            self.known.append((table, ids))
        else:
            assert self.pool.available < self.pool.pages_for(len(ids)) - len(table.pages)
            self.pool.release(table)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), more=st.lists(st.integers(0, 2), min_size=1, max_size=2 * SIZE))
    def grow(self, data: st.DataObject, more: list[int]) -> None:
        number = data.draw(st.integers(0, len(self.known) - 1))
        table, ids = self.known[number]
        pages = list(table.pages)
        if self.pool.extend(table, len(ids) + len(more)):
            self.write(table, ids + more, len(ids))
            self.known[number] = (table, ids + more)
        else:
            assert table.pages == pages

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def fork(self, data: st.DataObject) -> None:
        table, ids = data.draw(st.sampled_from(self.known))
        twin = self.pool.fork(table, len(ids))
        if twin is None:
            assert len(ids) % SIZE
            assert not self.pool.available
        else:
            self.known.append((twin, list(ids)))

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        table, _ = self.known.pop(data.draw(st.integers(0, len(self.known) - 1)))
        self.pool.release(table)

    @invariant()
    def every_page_is_accounted_for(self) -> None:
        self.pool.check_integrity(self.known)

    @invariant()
    def every_sequence_reads_its_own_latents(self) -> None:
        for table, ids in self.known:
            place = self.pool.locate(table, len(table.pages))
            for layer in range(CONFIG.num_hidden_layers):
                read_SC = self.pool.read(layer, place, len(table.pages) * SIZE)
                assert read_SC[: len(ids), 0].tolist() == [latent(ids[: i + 1], layer) for i in range(len(ids))]

    @invariant()
    def a_begun_page_has_one_holder(self) -> None:
        begun = [table.pages[-1] for table, ids in self.known if len(ids) % SIZE]
        held = [page for table, _ in self.known for page in table.pages]
        assert all(held.count(page) == 1 for page in begun)


TestPool = Pool.TestCase
TestPool.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def filled(pool: PagePool, ids: list[int]) -> PageTable:
    table = pool.match(ids)
    assert pool.extend(table, len(ids))
    pool.publish(table, ids, len(ids))
    return table


def test_the_last_token_of_a_prompt_is_never_taken_from_the_cache() -> None:
    pool = PagePool(CONFIG, 64, page_tokens=SIZE)
    pool.release(filled(pool, list(range(8))))
    assert len(pool.match(list(range(8))).pages) == 1
    assert len(pool.match(list(range(9))).pages) == 2


def test_the_least_recently_used_prefix_is_evicted_first_and_its_end_before_its_beginning() -> None:
    pool = PagePool(CONFIG, 4 * SIZE, page_tokens=SIZE)
    old, new = [0] * 2 * SIZE, [1] * 2 * SIZE
    pool.release(filled(pool, old))
    pool.release(filled(pool, new))
    other = filled(pool, [2] * SIZE)
    assert len(pool.match([*old, 9]).pages) == 1
    assert len(pool.match([*new, 9]).pages) == 2
    pool.release(other)


def test_a_page_held_by_somebody_is_never_evicted() -> None:
    pool = PagePool(CONFIG, 2 * SIZE, page_tokens=SIZE)
    table = filled(pool, [0] * 2 * SIZE)
    assert not pool.extend(PageTable(), 1)
    pool.release(table)
    assert pool.extend(PageTable(), 1)


def test_two_sequences_that_begin_alike_at_once_both_stay_findable() -> None:
    pool = PagePool(CONFIG, 64, page_tokens=SIZE)
    start = [0] * SIZE
    one, two = PageTable(), PageTable()
    for table, ids in ((one, start + [1] * SIZE), (two, start + [2] * SIZE)):
        assert pool.extend(table, len(ids))
    pool.publish(one, start + [1] * SIZE, 2 * SIZE)
    pool.publish(two, start + [2] * SIZE, 2 * SIZE)
    assert pool.match([*start, *[1] * SIZE, 9]).pages == one.pages
    assert pool.match([*start, *[2] * SIZE, 9]).pages == [one.pages[0], two.pages[1]]


def test_sequences_that_grow_side_by_side_stay_in_one_piece() -> None:
    pool = PagePool(CONFIG, 64 * SIZE, page_tokens=SIZE)
    tables = [PageTable() for _ in range(4)]
    for tokens in range(SIZE, 8 * SIZE + 1, SIZE):
        assert all(pool.extend(table, tokens) for table in tables)
    assert all(isinstance(pool.locate(table, 8), int) for table in tables)


def test_a_page_given_to_a_sequence_holds_nothing_of_the_last_one() -> None:
    pool = PagePool(CONFIG, SIZE, page_tokens=SIZE)
    table = PageTable()
    assert pool.extend(table, SIZE)
    pool.latents_LPtC.fill_(float("nan"))
    pool.release(table)
    assert pool.extend(table, 1)
    assert pool.read(0, 0, SIZE).count_nonzero() == 0


def test_a_lost_page_is_noticed() -> None:
    pool = PagePool(CONFIG, 64, page_tokens=SIZE)
    assert pool.extend(PageTable(), 1)
    with pytest.raises(EngineError, match="page 0 is held by 0 sequences and counted 1 times"):
        pool.check_integrity()


def test_a_beginning_is_never_evicted_before_what_hangs_on_it() -> None:
    pool = PagePool(CONFIG, 8 * SIZE, page_tokens=SIZE)
    stem = [0] * 2 * SIZE
    branches = [[*stem, *[number] * 2 * SIZE] for number in (1, 2, 3)]
    for ids in branches:
        pool.release(filled(pool, ids))
    held = filled(pool, [*branches[0], 9])
    pool.check_integrity([(held, [*branches[0], 9])])
    other = PageTable()
    for pages in range(1, pool.available + 1):
        assert pool.extend(other, pages * SIZE)
        reachable = set()
        for ids in branches:
            table = pool.match([*ids, 9])
            reachable |= set(table.pages)
            pool.release(table)
        assert len(reachable) == 8 - 1 - pages, "every cached page can still be found"
    pool.release(held)
    pool.release(other)
    pool.check_integrity()


def test_a_page_computed_twice_is_kept_once() -> None:
    pool = PagePool(CONFIG, 8 * SIZE, page_tokens=SIZE)
    ids = [1] * (2 * SIZE + 1)
    one, two = PageTable(), PageTable()
    for table in (one, two):
        assert pool.extend(table, len(ids))
    for table in (one, two):
        pool.publish(table, ids, len(ids))
    assert two.pages[:2] == one.pages[:2]
    assert two.pages[2] != one.pages[2]
    assert pool.available == 8 - 4
    pool.check_integrity([(one, ids), (two, ids)])


def test_pages_of_wrong_guesses_come_back() -> None:
    pool = PagePool(CONFIG, 8 * SIZE, page_tokens=SIZE)
    table = filled(pool, [1] * (SIZE + 1))
    assert pool.extend(table, 5 * SIZE)
    pool.shrink(table, SIZE + 1)
    assert (len(table.pages), pool.available) == (2, 6)
    pool.shrink(table, 0)
    assert len(table.pages) == 1, "what is in the prefix tree stays"


@pytest.mark.parametrize("seed", range(10))
def test_free_pages_are_those_given_and_not_taken(seed: int) -> None:
    draw, pages = random.Random(seed), 24
    free, taken = FreePages(pages), list[int]()
    for _ in range(300):
        if len(free) and (not taken or draw.random() < 0.5):
            after, before = draw.choice([None, *taken]), set(free)
            page = free.take(after, draw.randint(1, 6))
            assert page in before
            assert page == after + 1 if after is not None and after + 1 in before else True
            taken.append(page)
        else:
            free.give(taken.pop(draw.randrange(len(taken))))
        assert sorted([*free, *taken]) == list(range(pages))
        assert len(free) == pages - len(taken)


def test_a_prompt_takes_neighbours_from_the_widest_run() -> None:
    free = FreePages(64)
    for _ in range(64):
        free.take(None, 1)
    for page in [*range(4, 9), *range(20, 40)]:
        free.give(page)
    first = free.take(None, 12)
    rest = []
    for left in range(11, 0, -1):
        rest.append(free.take(rest[-1] if rest else first, left))
    assert [first, *rest] == list(range(24, 36)), "in the middle, with room before and behind"


def test_a_tree_that_is_not_whole_is_noticed() -> None:
    pool = PagePool(CONFIG, 64, page_tokens=SIZE)
    ids = [1] * (3 * SIZE)
    table = filled(pool, ids)
    pool.check_integrity([(table, ids)])
    with pytest.raises(EngineError, match="other pages than the prefix tree"):
        pool.check_integrity([(table, [2] * (3 * SIZE))])
    assert table.node is not None
    table.node.page = 9
    with pytest.raises(EngineError, match="page 9 is not where the prefix tree says"):
        pool.check_integrity([(table, ids)])
    table.node.page = table.pages[2]
    pool._tree.rest(table.pages[2])
    with pytest.raises(EngineError, match=f"page {table.pages[2]} has 1 holders and is wrongly listed for eviction"):
        pool.check_integrity([(table, ids)])
