"""The page pool: nothing lost, nothing shared that must not be, and every sequence reads what was written for it."""

from __future__ import annotations

import zlib

import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from openk2.config import K2Config
from openk2.engine.cache import PagePool, PageTable
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
