"""Latent attention over pages, on every level: softmax in float64 over the latents gathered token by token.

Where a level multiplies bfloat16 pairs, queries and softmax weights are rounded to bfloat16 as well; queries here are
such numbers unless a test says otherwise, so that what is left is 2⁻⁸ of the softmax weights, or sums in float32.

Shapes: N tokens, T known ones, H heads, R latent rank, C = R + width of the rotated part, S slots.
"""

from __future__ import annotations

import ctypes
import mmap
import sys
from dataclasses import dataclass, replace

import pytest
import torch
from native_numbers import BFLOAT16, FLOAT32, normal
from torch import Tensor

from openk2.kernels.native.library import Level
from openk2.kernels.native.packed import Lookup, latent_attention

TYPES = (torch.float32, torch.bfloat16)
PAIRS = ("avx512_bf16", "amx")
"""Levels that multiply bfloat16 pairs where latents are bfloat16."""

types = pytest.mark.parametrize("dtype", TYPES, ids=["float32", "bfloat16"])


@dataclass(frozen=True)
class Sequence:
    """One sequence: its pages, and the tokens that ask."""

    start: int
    queries_NHC: Tensor
    pages: Tensor

    @property
    def lookup(self) -> Lookup:
        return Lookup(self.start, len(self.queries_NHC), self.pages)

    def cut(self, *sizes: int) -> list[Sequence]:
        """Itself in chunks of these sizes."""
        begins = [sum(sizes[:i]) for i in range(len(sizes))]
        parts = self.queries_NHC.split(sizes)
        return [Sequence(self.start + b, part, self.pages) for b, part in zip(begins, parts, strict=True)]


@dataclass(frozen=True)
class Cache:
    """Latents of a layer, in pages that are handed out in random order."""

    slots_SC: Tensor
    rank: int
    page_tokens: int
    order: Tensor

    @staticmethod
    def of(tokens: int, rank: int, rope: int, page_tokens: int, dtype: torch.dtype, seed: int = 1) -> Cache:
        """Room for sequences of so many tokens in all."""
        pages = -(-tokens // page_tokens) + 3
        slots_SC = (0.3 + normal(pages * page_tokens, rank + rope, seed=seed)).to(dtype)
        order = torch.randperm(pages, generator=torch.Generator().manual_seed(seed)).int()
        return Cache(slots_SC, rank, page_tokens, order)

    def sequence(self, start: int, tokens: int, heads: int, first_page: int = 0, seed: int = 5) -> Sequence:
        """`tokens` tokens after `start` known ones, in pages from `first_page` of the order."""
        C = self.slots_SC.shape[1]
        # scores of a few units: softmax is neither flat nor a choice of one
        queries_NHC = (2 * normal(tokens, heads, C, seed=seed) / C**0.5).bfloat16().float()
        used = -(-(start + tokens) // self.page_tokens)
        return Sequence(start, queries_NHC, self.order[first_page : first_page + used].contiguous())

    def slots(self, sequence: Sequence) -> Tensor:
        """Where its tokens lie, in order."""
        first_P1 = sequence.pages.long()[:, None] * self.page_tokens
        return (first_P1 + torch.arange(self.page_tokens)).flatten()

    def attend(self, level: Level, *sequences: Sequence) -> Tensor:
        """`[N, H, R]` of all their tokens."""
        queries_NHC = torch.cat([one.queries_NHC for one in sequences])
        lookups = [one.lookup for one in sequences]
        return latent_attention(level, self.slots_SC, self.rank, self.page_tokens, lookups, queries_NHC)

    def expected(self, sequence: Sequence) -> tuple[Tensor, Tensor]:
        """The same of one sequence in float64, and how far from it a float32 computation may be."""
        known_TC = self.slots_SC.double()[self.slots(sequence)]
        queries_NHC = sequence.queries_NHC.double()
        own_N = sequence.start + torch.arange(len(queries_NHC))
        hidden_NT = torch.arange(len(known_TC)) > own_N[:, None]
        scores_NHT = (queries_NHC @ known_TC.mT).masked_fill(hidden_NT[:, None], -torch.inf)
        weights_NHT = scores_NHT.softmax(-1)
        values_TR = known_TC[:, : self.rank]
        C, T = known_TC.shape[1], len(known_TC)
        score_error = 4 * C**0.5 * FLOAT32 * (queries_NHC.abs() @ known_TC.abs().mT).amax()
        slack_NHR = weights_NHT @ values_TR.abs() * (2 * score_error + (4 * T**0.5 + 32) * FLOAT32)
        return weights_NHT @ values_TR, slack_NHR


def assert_attention(level: Level, cache: Cache, y_NHR: Tensor, sequence: Sequence) -> None:
    """What one sequence's tokens got is right."""
    expected_NHR, slack_NHR = cache.expected(sequence)
    if level.name in PAIRS and cache.slots_SC.dtype == torch.bfloat16:
        # Σ p ε (v − y), |ε| ≤ 2⁻⁸: far less where errors are of both signs, as they are on average
        assert (y_NHR - expected_NHR).norm() <= BFLOAT16 / 2 * expected_NHR.norm()
        slack_NHR = slack_NHR * (1 + BFLOAT16 / FLOAT32 / 16)
    assert ((y_NHR - expected_NHR).abs() <= slack_NHR).all()


@types
@pytest.mark.parametrize("page_tokens", [8, 16, 64, 256])
def test_several_sequences_over_pages_in_any_order(level: Level, dtype: torch.dtype, page_tokens: int) -> None:
    """A prompt from its beginning, a chunk in the middle of one, and sequences that each decode one token."""
    cache = Cache.of(600 + 6 * page_tokens, 64, 32, page_tokens, dtype)
    sequences, page = [], 0
    for start, tokens in ((0, 40), (37, 1), (100, 23), (0, 1), (300, 1), (31, 2)):
        sequences.append(cache.sequence(start, tokens, heads=3, first_page=page, seed=start))
        page += len(sequences[-1].pages)
    y_NHR = cache.attend(level, *sequences)
    for part_NHR, one in zip(y_NHR.split([len(s.queries_NHC) for s in sequences]), sequences, strict=True):
        assert_attention(level, cache, part_NHR, one)


@types
@pytest.mark.parametrize(
    ("rank", "rope"),
    [(32, 8), (64, 64), (48, 16), (40, 8), (512, 64), (96, 10), (33, 7), (1, 1), (16, 0)],
)
@pytest.mark.parametrize("heads", [1, 3, 12, 64])
def test_widths_and_heads(level: Level, dtype: torch.dtype, rank: int, rope: int, heads: int) -> None:
    """Widths that fill tiles, pairs or vectors, and that do not."""
    cache = Cache.of(80, rank, rope, 16, dtype)
    for start, tokens in ((0, 5), (70, 1)):
        sequence = cache.sequence(start, tokens, heads)
        assert_attention(level, cache, cache.attend(level, sequence), sequence)


@types
@pytest.mark.parametrize("start", [480, 511, 512, 1023, 1100])
def test_segments_are_joined(level: Level, dtype: torch.dtype, start: int) -> None:
    """Known tokens are worked on 512 at a time."""
    cache = Cache.of(start + 40, 64, 32, 16, dtype)
    for tokens in (1, 40):
        sequence = cache.sequence(start, tokens, heads=3)
        assert_attention(level, cache, cache.attend(level, sequence), sequence)


@types
@pytest.mark.parametrize("start", [2048, 2100, 2559])
@pytest.mark.parametrize("page_tokens", [8, 32])
def test_latents_that_do_not_stay_near(level: Level, dtype: torch.dtype, start: int, page_tokens: int) -> None:
    """Some megabytes of latents, of which the next are fetched while those at hand are worked on."""
    cache = Cache.of(start + 40, 512, 64, page_tokens, dtype)
    for heads in (3, 40):
        sequence = cache.sequence(start, 2, heads)
        assert_attention(level, cache, cache.attend(level, sequence), sequence)


@types
@pytest.mark.parametrize(("rank", "rope"), [(64, 32), (48, 8), (40, 9)])
@pytest.mark.parametrize("start", [0, 490])
def test_a_tokens_result_depends_on_its_own_sequence_alone(
    level: Level, dtype: torch.dtype, rank: int, rope: int, start: int
) -> None:
    """The same bits however its sequence is cut into chunks, whatever else is computed, on any number of threads."""
    cache = Cache.of(2 * start + 300, rank, rope, 16, dtype)
    sequence = cache.sequence(start, 70, heads=3)
    other = cache.sequence(25, 9, heads=3, first_page=len(sequence.pages), seed=6)
    whole_NHR = cache.attend(level, sequence)
    assert_attention(level, cache, whole_NHR, sequence)
    cuts = ((1, 69), (33, 37), (5, 17, 20, 28), (16, 16, 16, 16, 6), (1,) * 70)
    for threads, some in ((1, cuts), (2, cuts[1:3]), (3, cuts[2:3])):
        level.library.threads = threads
        assert torch.equal(cache.attend(level, sequence), whole_NHR)
        assert torch.equal(cache.attend(level, other, sequence)[9:], whole_NHR)
        assert torch.equal(cache.attend(level, sequence, other)[:70], whole_NHR)
        for sizes in some:
            parts = sequence.cut(*sizes)
            assert torch.equal(cache.attend(level, *parts), whole_NHR)
            alone = torch.cat([cache.attend(level, part) for part in parts[:3]])
            assert torch.equal(alone, whole_NHR[: len(alone)])


@types
@pytest.mark.parametrize("start", [4095, 4600, 36000])
def test_stretches_are_joined(level: Level, dtype: torch.dtype, start: int) -> None:
    """Four segments are a stretch, joined by whoever computed them. One thread takes all, few take stretches, many take
    segments; the bits are the same."""
    cache = Cache.of(start + 20, 16, 16, 64, dtype)
    sequence = cache.sequence(start, 2, heads=3)
    level.library.threads = 1
    whole_NHR = cache.attend(level, sequence)
    assert_attention(level, cache, whole_NHR, sequence)
    for threads in (2, 3):
        level.library.threads = threads
        assert torch.equal(cache.attend(level, sequence), whole_NHR)
        assert torch.equal(torch.cat([cache.attend(level, part) for part in sequence.cut(1, 1)]), whole_NHR)


@types
@pytest.mark.parametrize(("rank", "rope"), [(48, 16), (48, 8), (40, 9)])
def test_many_columns_share_what_is_prepared(level: Level, dtype: torch.dtype, rank: int, rope: int) -> None:
    """The more columns, the more of them are worked on together."""
    cache = Cache.of(700, rank, rope, 16, dtype)
    sequence = cache.sequence(500, 45, heads=40)
    level.library.threads = 1
    whole_NHR = cache.attend(level, sequence)
    assert_attention(level, cache, whole_NHR, sequence)
    for sizes in ((45,), (20, 25), (1,) * 5 + (40,)):
        assert torch.equal(torch.cat([cache.attend(level, part) for part in sequence.cut(*sizes)]), whole_NHR)
    level.library.threads = 2
    assert torch.equal(cache.attend(level, sequence), whole_NHR)


@types
def test_one_head_of_many_is_that_head_alone(level: Level, dtype: torch.dtype) -> None:
    cache = Cache.of(600, 64, 32, 16, dtype)
    sequence = cache.sequence(530, 6, heads=12)
    together_NHR = cache.attend(level, sequence)
    for head in (0, 5, 11):
        alone = Sequence(sequence.start, sequence.queries_NHC[:, head : head + 1].contiguous(), sequence.pages)
        assert torch.equal(cache.attend(level, alone)[:, 0], together_NHR[:, head])


@types
@pytest.mark.parametrize(("rank", "rope"), [(64, 32), (48, 8), (40, 9)])
def test_what_comes_later_does_not_leak(level: Level, dtype: torch.dtype, rank: int, rope: int) -> None:
    """Later tokens of the same chunk may hold huge numbers. Slots that nobody asked for may hold anything, NaN too."""
    cache = Cache.of(200, rank, rope, 16, dtype)
    sequence = cache.sequence(45, 30, heads=3)
    before_NHR = cache.attend(level, sequence)
    slots = cache.slots(sequence)
    cache.slots_SC[slots[45 + 10 : 45 + 30]] = 3e38
    after_NHR = cache.attend(level, sequence)
    assert torch.equal(after_NHR[:10], before_NHR[:10])
    asked = torch.zeros(len(cache.slots_SC), dtype=torch.bool)
    asked[slots[: 55 + 1]] = True
    cache.slots_SC[~asked] = torch.nan
    assert torch.equal(cache.attend(level, *sequence.cut(10, 20)[:1]), before_NHR[:10])


def with_nothing_behind(numbers: Tensor) -> Tensor:
    """The same, in memory whose next byte must not be read: who does is killed."""
    size = numbers.nbytes + -numbers.nbytes % mmap.PAGESIZE
    memory = mmap.mmap(-1, size + mmap.PAGESIZE)
    begin = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    assert protect(ctypes.c_void_p(begin + size), ctypes.c_size_t(mmap.PAGESIZE), 0) == 0
    copy = torch.frombuffer(memory, dtype=numbers.dtype, count=len(numbers), offset=size - numbers.nbytes)
    return copy.copy_(numbers)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is protected as Linux does it")
@types
@pytest.mark.parametrize("start", [1_900, 18_100])
def test_no_page_is_asked_for_behind_the_last(level: Level, dtype: torch.dtype, start: int) -> None:
    """Also by what fetches latents ahead."""
    cache = Cache.of(start + 1, 64, 32, 16, dtype)
    sequence = cache.sequence(start, 1, heads=2)
    level.library.threads = 2
    told = replace(sequence, pages=with_nothing_behind(sequence.pages))
    assert torch.equal(cache.attend(level, told), cache.attend(level, sequence))


@types
def test_scores_far_from_zero(level: Level, dtype: torch.dtype) -> None:
    """Softmax is taken relative to the largest score: hundreds above or below zero are no matter."""
    cache = Cache.of(700, 64, 32, 16, dtype)
    for shift in (-300.0, 300.0):
        sequence = cache.sequence(600, 20, heads=3)
        cache.slots_SC[:, -1] = 16.0
        sequence.queries_NHC[..., -1] = shift / 16
        y_NHR = cache.attend(level, sequence)
        assert_attention(level, cache, y_NHR, sequence)


@types
def test_a_score_that_outweighs_all_others_gives_its_token(level: Level, dtype: torch.dtype) -> None:
    """Wherever it lies: what was seen before it has faded to nothing, what comes after it weighs nothing."""
    cache = Cache.of(1300, 64, 32, 16, dtype)
    sequence = cache.sequence(1250, 1, heads=1)
    slots = cache.slots(sequence)
    sequence.queries_NHC[:] = 0
    sequence.queries_NHC[..., 0] = 1
    for position in (0, 31, 32, 511, 512, 800, 1250):
        cache.slots_SC[:, 0] = -100
        cache.slots_SC[slots[position], 0] = 100
        y_R = cache.attend(level, sequence)[0, 0]
        torch.testing.assert_close(y_R, cache.slots_SC[slots[position], :64].float(), rtol=1e-6, atol=0)


@types
def test_without_queries_the_mean_is_seen(level: Level, dtype: torch.dtype) -> None:
    cache = Cache.of(600, 64, 32, 16, dtype)
    sequence = cache.sequence(580, 3, heads=2)
    sequence.queries_NHC[:] = 0
    y_NHR = cache.attend(level, sequence)
    assert_attention(level, cache, y_NHR, sequence)
    assert torch.equal(y_NHR[:, 0], y_NHR[:, 1])


def test_queries_of_any_precision(level: Level) -> None:
    """Levels that multiply bfloat16 pairs round the queries; the others use them as they are."""
    cache = Cache.of(400, 64, 32, 16, torch.bfloat16)
    sequence = cache.sequence(300, 30, heads=3)
    exact_NHC = sequence.queries_NHC + 1e-3 * normal(30, 3, 96, seed=9)
    y_NHR = cache.attend(level, Sequence(sequence.start, exact_NHC, sequence.pages))
    used_NHC = exact_NHC.bfloat16().float() if level.name in PAIRS else exact_NHC
    assert_attention(level, cache, y_NHR, Sequence(sequence.start, used_NHC, sequence.pages))


@types
def test_all_levels_agree(levels: list[Level], dtype: torch.dtype) -> None:
    """On float32 latents bit by bit; on bfloat16 ones those that work in float32."""
    cache = Cache.of(700, 48, 8, 16, dtype)
    sequence = cache.sequence(600, 20, heads=3)
    alike = [level for level in levels if dtype == torch.float32 or level.name not in PAIRS]
    first_NHR, *others = (cache.attend(level, sequence) for level in alike)
    assert all(torch.equal(first_NHR, y_NHR) for y_NHR in others)
