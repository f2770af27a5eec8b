"""The verifier pays for right answers only: not for lists of guesses, padding, or a world left damaged."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.messages import Message, ToolCall
from openk2.environments import Expected, Task, Turn, World, verify
from openk2.environments.families.source import Finding
from openk2.environments.task import Query, Table
from openk2.environments.verifier import judge_answer
from openk2.environments.world import disturbed, lay_out

NUMBER = Expected("number", ("204",))
CITY = Expected("text", ("Oslo",), ("Rome", "Priya"))
FILES = Expected("list", ("a.txt", "b.md"))


def _unused() -> Finding:
    yield from ()
    return ""


def _task(expected: Expected, world: World | None = None, request: str = "Twelve times 17?") -> Task:
    turn = Turn("calc", request, expected, _unused)
    return Task("train/calc/0/0", "calc", "train", world or World(), None, (), (turn,))


def _said(*answers: str) -> list[Message]:
    return [message for answer in answers for message in (Message("user", "?"), Message("assistant", answer))]


@pytest.mark.parametrize("answer", ["204", "The result is 204.", "12 * 17 = 204", "It is 204.0!", "204."])
def test_a_number_is_accepted_in_any_words(answer: str) -> None:
    assert judge_answer(NUMBER, "What is 12 * 17?", answer) is None


@pytest.mark.parametrize(
    "answer",
    ["205", "The result is 2040.", "204 or 205", "202, 203, 204", "203 204", "It is 204 or 300, maybe 204.", "-204",
     "two hundred and four", "v204", "1.204", "The numbers are 1 2 3 4 5 204"],
)  # fmt: skip
def test_another_number_or_a_list_of_guesses_is_refused(answer: str) -> None:
    assert judge_answer(NUMBER, "What is 12 * 17?", answer) is not None


@given(st.lists(st.integers(0, 9999), min_size=2, max_size=30, unique=True))
def test_no_list_of_numbers_pays(guesses: list[int]) -> None:
    expected = Expected("number", (str(guesses[len(guesses) // 2]),))
    assert judge_answer(expected, "How many?", " ".join(map(str, guesses))) is not None


def test_a_number_of_the_request_may_be_repeated_but_not_answer() -> None:
    assert judge_answer(NUMBER, "12 * 17", "17 times 12 is 204") is None
    assert judge_answer(NUMBER, "12 * 17", "204 is 17 times 12") is not None


def test_thousands_may_be_grouped() -> None:
    assert judge_answer(Expected("number", ("12345",)), "", "The result is 12,345.") is None


@pytest.mark.parametrize("answer", ["Oslo", "The city is Oslo.", "'Oslo'"])
def test_a_text_is_accepted_as_a_whole_word(answer: str) -> None:
    assert judge_answer(CITY, "Which city is in a.txt?", answer) is None


@pytest.mark.parametrize(
    "answer",
    ["Oslove", "The city is Rome.", "Oslo, Rome", "Rome or Oslo", "oslo",
     "Oslo " + " ".join(f"word{number}" for number in range(40))],
)  # fmt: skip
def test_a_rival_a_part_or_padding_is_refused(answer: str) -> None:
    assert judge_answer(CITY, "Which city is in a.txt?", answer) is not None


def test_a_list_needs_every_item_and_no_other_file() -> None:
    assert judge_answer(FILES, "List.", "a.txt\nb.md") is None
    assert judge_answer(FILES, "List.", "The files are b.md and a.txt.") is None
    assert judge_answer(FILES, "List.", "a.txt") is not None
    assert judge_answer(FILES, "List.", "a.txt b.md c.log") is not None


def test_exact_texts_may_be_quoted_and_nothing_else() -> None:
    expected = Expected("exact", ("red lamp 7",))
    assert judge_answer(expected, "", '"red lamp 7"') is None
    assert judge_answer(expected, "", "red lamp 7!") is not None


def test_chat_is_refused_when_a_tool_was_called(tmp_path: Path) -> None:
    task = _task(Expected("any of", ("hello",), calls=False))
    call = ToolCall("functions.python:0", "python", "{}")
    silent = _said("Hello!")
    busy = [silent[0], Message("assistant", tool_calls=(call,)), Message("tool", "", tool_call_id=call.id), silent[1]]
    assert verify(task, silent, tmp_path).score == 1.0
    assert verify(task, busy, tmp_path).reasons == ("turn 1: a tool was called where none is needed",)


def test_a_turn_that_ends_in_a_call_has_no_answer(tmp_path: Path) -> None:
    call = ToolCall("functions.python:0", "python", "{}")
    messages = [Message("user", "?"), Message("assistant", "204", tool_calls=(call,))]
    assert verify(_task(NUMBER), messages, tmp_path).reasons == ("turn 1: no final answer",)


def test_files_must_hold_exactly_the_text(tmp_path: Path) -> None:
    task = _task(Expected("state", files={"out/a.txt": "204"}))
    assert "was not written" in verify(task, _said("Done."), tmp_path).reasons[0]
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.txt").write_text("The result is 204")
    assert "holds" in verify(task, _said("Done."), tmp_path).reasons[0]
    (tmp_path / "out/a.txt").write_text("204\n")
    assert verify(task, _said("Done."), tmp_path).score == 1.0


def test_rows_must_be_in_the_database(tmp_path: Path) -> None:
    world = World(databases={"s.db": {"t": Table(("name", "n"), (("a", 1), ("b", 2)))}})
    lay_out(world, tmp_path)
    query = Query("s.db", "SELECT name, n FROM t", (("b", 2), ("a", 1)))
    right = _task(Expected("state", queries=(query,)), world)
    assert verify(right, _said("Done."), tmp_path).score == 1.0
    wrong = _task(Expected("state", queries=(replace(query, rows=(("a", 9), ("b", 2))),)), world)
    assert verify(wrong, _said("Done."), tmp_path).score == 0.0


@pytest.mark.parametrize("damage", ["change", "delete", "row"])
def test_a_damaged_world_pays_nothing(tmp_path: Path, damage: str) -> None:
    world = World({"n/a.txt": "one\n"}, {"s.db": {"t": Table(("name",), (("a",),))}})
    lay_out(world, tmp_path)
    task = _task(NUMBER, world)
    assert verify(task, _said("204"), tmp_path).score == 1.0
    if damage == "change":
        (tmp_path / "n/a.txt").write_text("two\n")
    elif damage == "delete":
        (tmp_path / "n/a.txt").unlink()
    else:
        lay_out(World(databases={"s.db": {"other": Table(("name",), (("a",),))}}), _emptied(tmp_path))
    assert verify(task, _said("204"), tmp_path).score == 0.0
    assert disturbed(world, tmp_path, frozenset({"n/a.txt", "s.db"})) == []


def _emptied(workspace: Path) -> Path:
    (workspace / "s.db").unlink()
    return workspace


def test_the_score_is_the_share_of_turns_that_ended_right(tmp_path: Path) -> None:
    one = _task(NUMBER)
    task = replace(one, turns=(one.turns[0], replace(one.turns[0], expected=CITY)))
    assert verify(task, _said("204", "Oslo"), tmp_path).score == 1.0
    assert verify(task, _said("204", "Rome"), tmp_path).score == 0.5
    verdict = verify(task, _said("204"), tmp_path)
    assert verdict.score == 0.5
    assert verdict.reasons == ("turn 2: not answered",)
