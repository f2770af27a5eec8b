"""Every family can be solved with the real tools, and pays nothing for doing nothing."""

from collections.abc import Callable

import pytest

from openk2.chat.messages import Message
from openk2.environments import FAMILIES, Bench, Task, make_task, verify
from openk2.environments.catalogue import COMBINATIONS, DIALOGUE, TRAINED
from openk2.errors import EvaluationError

CASES = [("train", name) for name in (*TRAINED, DIALOGUE)] + [("new_combinations", name) for name in COMBINATIONS]


@pytest.mark.parametrize(("split", "family"), CASES)
def test_the_oracle_solves_the_family_with_real_tools(
    split: str, family: str, bench: Bench, play: Callable[[Task], list[Message]]
) -> None:
    for number in range(2):
        task = make_task(split, number, seed=7, family=family)
        verdict = verify(task, play(task), bench.workspace)
        assert verdict.score == 1.0, (task.turns, verdict.reasons)


@pytest.mark.parametrize("family", TRAINED)
def test_the_oracle_solves_held_out_phrasings(family: str, bench: Bench, play: Callable[[Task], list[Message]]) -> None:
    task = make_task("new_phrasings", 1, seed=3, family=family)
    assert verify(task, play(task), bench.workspace).score == 1.0


@pytest.mark.parametrize("family", FAMILIES)
def test_the_oracle_makes_as_many_calls_as_the_family_says(family: str, play: Callable[[Task], list[Message]]) -> None:
    split = "train" if FAMILIES[family].trained else "new_combinations"
    messages = play(make_task(split, 0, family=family))
    calls = sum(len(message.tool_calls) for message in messages)
    assert calls >= FAMILIES[family].calls
    assert (calls == 0) == (FAMILIES[family].calls == 0)


@pytest.mark.parametrize("answer", ["", "Done.", "I do not know.", "0", "There are 2 lines."])
@pytest.mark.parametrize("family", FAMILIES)
def test_doing_nothing_pays_nothing(family: str, answer: str, bench: Bench) -> None:
    split = "train" if FAMILIES[family].trained else "new_combinations"
    for number in range(2):
        task = make_task(split, number, seed=11, family=family)
        expected = task.turns[0].expected
        if any(value in answer.split() for value in expected.values):
            continue
        bench.prepare(task)
        messages = [Message("user", task.turns[0].request), Message("assistant", answer)]
        assert verify(task, messages, bench.workspace).score == 0.0


def test_the_same_number_is_always_the_same_task() -> None:
    for number in range(20):
        one, other = make_task("train", number, seed=5), make_task("train", number, seed=5)
        assert [turn.request for turn in one.turns] == [turn.request for turn in other.turns]
        assert (one.world, one.tools, one.system) == (other.world, other.tools, other.system)


def test_requests_hardly_repeat() -> None:
    requests = [turn.request for number in range(600) for turn in make_task("train", number).turns if turn.tools]
    assert len(set(requests)) > 0.98 * len(requests)


def test_an_unknown_split_or_family_is_named() -> None:
    with pytest.raises(EvaluationError, match="no split 'test'; accepted: train, new_values"):
        make_task("test", 0)
    with pytest.raises(EvaluationError, match="no task family 'cooking'; accepted: chat"):
        make_task("train", 0, family="cooking")
