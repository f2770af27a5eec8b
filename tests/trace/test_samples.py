"""From a run's records to training samples: recorded ids as they are, each sampled id trained once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.errors import TraceError
from openk2.trace.records import End, Header, Record, Step, ToolResult, Verdict
from openk2.trace.samples import Sample, conversation, samples


def step(ids: str, sampled: str = "", position: int | None = None, logprobs: tuple[float, ...] = ()) -> Step:
    """A step whose ids are the characters' codes, prompt first."""
    mask = (False,) * len(ids) + (True,) * len(sampled)
    message = {"role": "assistant", "content": sampled}
    return Step(message, tuple(map(ord, ids + sampled)), mask, logprobs, position)


def read(sample: Sample) -> tuple[str, str]:
    """The ids and the mask as text."""
    return "".join(map(chr, sample.token_ids)), "".join(".x"[trained] for trained in sample.mask)


def test_a_context_that_only_grows_is_one_sample() -> None:
    run: list[Record] = [
        Header(),
        step("sys user "),
        step("", "call."),
        ToolResult("functions.f:0", "f", True, "4"),
        step("result ", "four.", position=14),
        Verdict(0.0),
        Verdict(1.0),
        End("done"),
    ]
    (sample,) = samples(run)
    assert read(sample) == ("sys user call.result four.", ".........xxxxx.......xxxxx")
    assert sample.score == 1.0


def test_a_rewritten_context_begins_a_sample_that_trains_nothing_twice() -> None:
    first, second = samples([step("ab", "CD"), step("e", "F", position=3)])
    assert read(first) == ("abCD", "..xx")
    assert read(second) == ("abCeF", "....x")


def test_a_sequence_in_which_nothing_was_sampled_is_left_out() -> None:
    assert samples([Header(), step("prompt"), End("cancelled")]) == []
    (only,) = samples([step("long prompt"), step("short", "A", position=0)])
    assert read(only) == ("shortA", ".....x")


def test_steps_without_recorded_ids_give_no_samples() -> None:
    assert samples([Step({"role": "user", "content": "hi"}), Step({"role": "assistant", "content": "ho"})]) == []


def test_logprobs_are_kept_where_every_step_of_the_sequence_has_them() -> None:
    (sample,) = samples([step("a", "BC", logprobs=(-1.0, -2.0)), step("d"), step("", "E", logprobs=(-3.0,))])
    assert sample.logprobs == (-1.0, -2.0, -3.0)
    (sample,) = samples([step("a", "BC", logprobs=(-1.0, -2.0)), step("", "E")])
    assert sample.logprobs == ()
    _, second = samples([step("a", "B"), step("", "C", position=1, logprobs=(-3.0,))])
    assert second.logprobs == (-3.0,)


@pytest.mark.parametrize("position", [-1, 4])
def test_a_position_outside_the_sequence_is_named(position: int) -> None:
    with pytest.raises(TraceError, match=f"step 2: position is {position}; accepted: 0 to 3"):
        samples([step("ab", "C"), step("d", "E", position=position)])


@given(
    st.lists(st.tuples(st.text("abc", max_size=4), st.text("XYZ", max_size=4), st.none() | st.floats(0, 1)), max_size=8)
)
def test_every_sampled_id_is_trained_once_behind_what_the_model_saw(turns: list[tuple[str, str, float | None]]) -> None:
    steps, contexts, context = [], [], ""
    for prompt, sampled, keep in turns:
        position = None if keep is None else int(keep * len(context))
        steps.append(step(prompt, sampled, position))
        context = context[:position] + prompt
        contexts += [(context + sampled[:i], sampled[i]) for i in range(len(sampled))]
        context += sampled
    trained = []
    for sample in samples(steps):
        text, mask = read(sample)
        trained += [(text[:i], text[i]) for i in range(len(text)) if mask[i] == "x"]
    assert trained == contexts


def test_the_conversation_holds_messages_and_tool_results_in_order() -> None:
    run: list[Record] = [Header(), step("q"), step("", "call"), ToolResult("functions.f:0", "f", False, "error: no")]
    assert [message["role"] for message in conversation(run)] == ["assistant", "assistant", "tool"]
    assert conversation(run)[-1] == {
        "role": "tool",
        "content": "error: no",
        "tool_call_id": "functions.f:0",
        "name": "f",
    }
