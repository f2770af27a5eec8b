"""Rates and which tasks are asked."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.environments.catalogue import COMBINATIONS, DIALOGUE, TRAINED
from openk2.errors import EvaluationError
from openk2.evaluation.rates import Rate, rate
from openk2.evaluation.selection import families_of, select_tasks


def test_wilson_s_interval_has_the_published_values() -> None:
    assert Rate(8, 10).interval == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert Rate(0, 10).interval == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert Rate(10, 10).interval == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert Rate(0, 0).interval == (0.0, 1.0)


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_holds_the_rate_and_narrows_with_more_tries(hits: int, more: int) -> None:
    tries = hits + more
    low, high = Rate(hits, tries).interval
    assert 0 <= low <= hits / tries <= high <= 1
    wide = Rate(hits * 9, tries * 9).interval
    assert wide[1] - wide[0] < high - low


def test_rates_add_and_record() -> None:
    assert rate([True, False, True]) + Rate(1, 1) == Rate(3, 4)
    assert Rate(3, 4).record() == {"n": 4, "hits": 3, "rate": 0.75, "interval": [0.3006, 0.9544]}


def test_the_tasks_are_divided_over_splits_and_families() -> None:
    tasks = select_tasks(210)
    assert Counter(task.split for task in tasks) == {
        "new_values": 90, "new_phrasings": 60, "new_tool_names": 30, "new_combinations": 30
    }  # fmt: skip
    families = Counter(task.family for task in tasks if task.split == "new_values")
    assert set(families) == {*TRAINED, DIALOGUE}
    assert max(families.values()) - min(families.values()) <= 1
    assert len({task.id for task in tasks}) == 210


def test_a_seed_names_the_same_tasks() -> None:
    ids = [task.id for task in select_tasks(30, seed=4)]
    assert ids == [task.id for task in select_tasks(30, seed=4)]
    assert not set(ids) & {task.id for task in select_tasks(30, seed=5)}


def test_one_split_or_family_can_be_asked() -> None:
    assert {task.family for task in select_tasks(10, split="new_combinations")} == set(COMBINATIONS)
    assert {task.split for task in select_tasks(12, family="calc")} == {"new_values", "new_phrasings", "new_tool_names"}
    assert {task.split for task in select_tasks(4, family="sql_read")} == {"new_combinations"}


def test_an_unknown_split_or_family_is_named() -> None:
    with pytest.raises(EvaluationError, match="no split 'old'"):
        select_tasks(3, split="old")
    with pytest.raises(EvaluationError, match="no task family 'cook'"):
        select_tasks(3, family="cook")
    with pytest.raises(EvaluationError, match="split new_tool_names has no family 'chat'"):
        select_tasks(3, split="new_tool_names", family="chat")
    assert "chat" not in families_of("new_tool_names")
