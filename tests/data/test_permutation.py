"""The shuffle is a bijection computed in place, and another key is another shuffle."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.data.permutation import key_of, permute

KEYS = st.integers(0, 2**64 - 1)


@given(st.integers(1, 600), KEYS)
def test_every_item_comes_exactly_once(count: int, key: int) -> None:
    assert sorted(permute(index, count, key) for index in range(count)) == list(range(count))


@given(st.integers(2, 2**40), st.data(), KEYS)
def test_large_ranges_stay_inside_and_do_not_collide(count: int, data: st.DataObject, key: int) -> None:
    first, second = data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True))
    places = permute(first, count, key), permute(second, count, key)
    assert 0 <= min(places) <= max(places) < count
    assert places[0] != places[1]


def test_another_key_is_another_order_and_none_is_the_identity() -> None:
    orders = [tuple(permute(index, 200, key_of(seed)) for index in range(200)) for seed in range(20)]
    assert len({*orders, tuple(range(200))}) == 21


def test_neighbours_are_torn_apart() -> None:
    order = [permute(index, 1000, key_of(0)) for index in range(1000)]
    near = sum(abs(a - b) < 10 for a, b in pairwise(order))
    assert near < 60  # 19 are expected of a random order


def test_the_order_is_fixed_for_ever() -> None:
    # A changed order would silently change the data of every run that is resumed.
    assert [permute(index, 10, key_of(7, "block", 0)) for index in range(10)] == [4, 6, 8, 0, 3, 2, 7, 5, 1, 9]
    assert key_of("a", 1) != key_of("a1")


@pytest.mark.parametrize(("index", "count"), [(-1, 3), (3, 3), (0, 0)])
def test_an_index_outside_the_range_is_an_error(index: int, count: int) -> None:
    with pytest.raises(IndexError):
        permute(index, count, 1)
