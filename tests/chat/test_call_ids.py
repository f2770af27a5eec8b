"""Call ids: whatever a client calls them, the model sees functions.NAME:IDX."""

import re

import pytest
from dialogues import NAMES, dialogues
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.call_ids import call_id, canonical, count_calls, inward, is_indexed, outward, tool_name
from openk2.chat.messages import Message, ToolCall
from openk2.errors import ChatError


def asks(*ids: str, name: str = "f") -> Message:
    """An assistant message that makes calls with these ids."""
    return Message("assistant", tool_calls=tuple(ToolCall(id, name, "{}") for id in ids))


def answers(id: str) -> Message:
    return Message("tool", "result", tool_call_id=id)


def ids(messages: list[Message]) -> list[list[str] | str | None]:
    """The ids of each message, in order."""
    return [[call.id for call in m.tool_calls] if m.tool_calls else m.tool_call_id for m in canonical(messages)]


def test_calls_are_counted_over_the_whole_dialogue_and_results_follow_their_call() -> None:
    dialogue = [
        Message("user"),
        asks("search:7", "call_9f", name="search"),
        answers("call_9f"),
        answers("search:7"),
        asks("x"),
        answers("x"),
    ]
    assert ids(dialogue) == [
        None,
        ["functions.search:0", "functions.search:1"],
        "functions.search:1",
        "functions.search:0",
        ["functions.f:2"],
        "functions.f:2",
    ]


def test_one_id_given_to_several_calls_is_answered_in_order_and_by_turn() -> None:
    dialogue = [asks("a", "a"), answers("a"), answers("a"), asks("a"), answers("a")]
    assert [i for i in ids(dialogue) if isinstance(i, str)] == ["functions.f:0", "functions.f:1", "functions.f:2"]


def test_a_result_without_a_call_is_refused() -> None:
    with pytest.raises(ChatError, match=r"messages\[1\] answers call 'b', which is not made before; made: a"):
        canonical([asks("a"), answers("b")])
    with pytest.raises(ChatError, match="made: none were made"):
        canonical([answers("b"), asks("b")])


@given(dialogues())
def test_canonical_ids_stay_as_they_are(messages: list[Message]) -> None:
    assert canonical(messages) == messages
    assert count_calls(messages) == sum(len(message.tool_calls) for message in messages)


@given(dialogues(), st.integers(0, 20))
def test_a_dialogue_that_grows_keeps_its_ids(messages: list[Message], length: int) -> None:
    assert canonical(messages[:length]) == canonical(messages)[:length]


@given(NAMES, st.integers(0, 10**6))
def test_the_name_is_read_back_from_an_id(name: str, index: int) -> None:
    assert tool_name(call_id(name, index)) == name
    assert is_indexed(call_id(name, index))


@pytest.mark.parametrize(
    ("id", "name", "indexed"),
    [
        ("functions.get_weather:0", "get_weather", True),
        ("get-weather:12", "get-weather", True),
        ("functions.a.b:0", "a.b", True),
        ("functions.a:1:2", "a:1", True),
        ("functions.f", "f", False),
        ("f:", "f:", False),
        ("3", "3", False),
        ("", "", False),
    ],
)
def test_ids_of_other_forms_still_name_a_tool(id: str, name: str, indexed: bool) -> None:
    assert (tool_name(id), is_indexed(id)) == (name, indexed)


ANY_ID = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.text("functionsxX-_0123456789ABCDEF:.", min_size=1, max_size=24),
    st.builds(call_id, NAMES, st.integers(0, 99)),
    st.builds(call_id, NAMES, st.integers(0, 99)).map(outward),
)


@given(ANY_ID)
def test_an_id_goes_out_in_plain_characters_and_comes_back(id: str) -> None:
    assert re.fullmatch("[A-Za-z0-9_-]+", outward(id))
    assert inward(outward(id)) == id


@given(ANY_ID, ANY_ID)
def test_different_ids_stay_different(one: str, other: str) -> None:
    assert (outward(one) == outward(other)) == (one == other)


@pytest.mark.parametrize(
    ("id", "plain"),
    [
        ("functions.Read:0", "functions_Read_0"),
        ("functions.read_file_2:13", "functions_read_file_2_13"),
        ("functions.mcp-git.log:1", "functions_mcp-git-x2E-log_1"),
        ("functions.天气:2", "functions_-x5929--x6C14-_2"),
        ("toolu_01A-9", "toolu_01A-9"),
        ("search:0", "search-x3A-0"),
        ("functions_Read_0", "-x66-unctions_Read_0"),
    ],
)
def test_the_usual_ids_stay_readable(id: str, plain: str) -> None:
    assert outward(id) == plain


@pytest.mark.parametrize("id", ["toolu_01A-9", "call_ab12", "0f8b-4c", "a-xyz", "-x-", "-xD800-", "-x110000-"])
def test_ids_of_clients_come_in_as_they_are(id: str) -> None:
    assert inward(id) == id
