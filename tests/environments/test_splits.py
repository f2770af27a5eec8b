"""What is held out stays out of training: values, phrasings, tool names, combinations of steps."""

import random
import re
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openk2.environments import Task, make_task, values
from openk2.environments.catalogue import COMBINATIONS, TRAINED
from openk2.environments.families import source, talk
from openk2.environments.names import TOOL_NAMES, is_held_out_name, new_name
from openk2.environments.phrasing import expand
from openk2.environments.values import Draw, is_held_out

SHARED = {
    *source._MORE_IMPERATIVE,
    *source._MORE_QUESTION,
    *(ask for asks in talk._BEYOND.values() for ask in asks),
    "",
}
"""Openings, which held-out phrasings use half of the time, and what a tool-less assistant is asked for."""
WITHOUT_PHRASINGS = {"chat"}


def _values(task: Task) -> set[str]:
    """File names without folder, whole, and the cells of tables."""
    stems = {path.rsplit("/", 1)[-1].rsplit(".", 1)[0] for path in task.world.paths}
    tables = [table for held in task.world.databases.values() for table in held.values()]
    return stems | {str(cell) for table in tables for row in table.rows for cell in row if "." not in str(cell)}


def _free(value: str) -> bool:
    """One-digit numbers are on both sides."""
    return value.isdigit() and int(value) < 10


def test_training_tasks_hold_no_held_out_value() -> None:
    seen = set().union(*(_values(make_task("train", number)) for number in range(300)))
    assert len(seen) > 1000
    assert not [value for value in seen if is_held_out(value) and not _free(value)]


@pytest.mark.parametrize("split", ["new_values", "new_phrasings", "new_tool_names", "new_combinations"])
def test_evaluation_tasks_hold_only_held_out_values(split: str) -> None:
    seen = set().union(*(_values(make_task(split, number)) for number in range(100)))
    assert len(seen) > 200
    assert not [value for value in seen if not is_held_out(value) and not _free(value)]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**9), new=st.booleans())
def test_every_drawn_value_is_on_its_side(seed: int, new: bool) -> None:
    draw = Draw(random.Random(seed), new_values=new)
    for make in (draw.word, draw.person, draw.place, draw.code, draw.invented, draw.stem, draw.folder, draw.identifier):
        assert is_held_out(str(make())) == new
    number = draw.number(2, 9999)
    assert 2 <= number <= 9999
    assert number < 10 or is_held_out(str(number)) == new
    assert is_held_out(draw.day().isoformat()) == new


def test_values_of_one_dialogue_do_not_repeat() -> None:
    draw = Draw(random.Random(1))
    drawn = [str(draw.word()) for _ in range(300)]
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("family", [name for name in TRAINED if name not in WITHOUT_PHRASINGS])
def test_held_out_phrasings_are_worded_differently(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    used: dict[str, set[str]] = defaultdict(set)
    split = ""

    def recording(rng: random.Random, pattern: str, slots: dict[str, str]) -> str:
        used[split].add(pattern)
        return expand(rng, pattern, slots)

    for module in (values, source, talk):
        monkeypatch.setattr(module, "expand", recording)
    for split in ("train", "new_phrasings"):
        for number in range(60):
            make_task(split, number, family=family)
    train, held_out = used["train"] - SHARED, used["new_phrasings"] - SHARED
    assert not train & held_out
    assert len(held_out) >= 4
    assert len(train) >= 5


def test_training_has_many_wordings_of_each_family() -> None:
    for family in TRAINED:
        wordings = set()
        for number in range(80):
            task = make_task("train", number, family=family)
            words = re.findall(r"[a-z]+", task.turns[0].request.lower())[:6]
            wordings.add(" ".join(words))
        assert len(wordings) >= 12, family


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**9), held_out=st.booleans(), tool=st.sampled_from(TOOL_NAMES))
def test_new_tool_names_are_on_their_side(seed: int, held_out: bool, tool: str) -> None:
    name = new_name(random.Random(seed), tool, held_out=held_out)
    assert is_held_out_name(name) == held_out
    assert name not in TOOL_NAMES
    assert re.fullmatch(r"[A-Za-z0-9_]+", name)


def test_the_split_of_new_tool_names_declares_no_known_name() -> None:
    for number in range(100):
        declared = make_task("new_tool_names", number).tools
        assert all(is_held_out_name(tool.name) for tool in declared)
    for number in range(300):
        assert not any(is_held_out_name(tool.name) for tool in make_task("train", number).tools)


def test_names_of_one_task_differ_and_include_what_is_needed() -> None:
    for number in range(200):
        task = make_task("train", number)
        names = [tool.name for tool in task.tools]
        assert len(set(names)) == len(names)
        assert {tool for turn in task.turns for tool in turn.tools} <= {tool.tool for tool in task.tools}


def test_held_out_combinations_are_never_trained() -> None:
    trained = {turn.family for number in range(400) for turn in make_task("train", number).turns}
    asked = {turn.family for number in range(60) for turn in make_task("new_combinations", number).turns}
    assert trained <= set(TRAINED)
    assert asked == set(COMBINATIONS)
