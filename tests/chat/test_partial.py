"""Partial mode: the prompt ends within the assistant's turn, and the answer is what follows."""

from dataclasses import replace

import pytest
from dialogues import TEXT, TOOLS, dialogues
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.events import fold
from openk2.chat.messages import Message, ToolCall, ToolSpec
from openk2.chat.parser import OutputParser
from openk2.chat.template import STYLES, render, render_answer, render_text, render_with_mask
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import ChatError

BYTES = Tokenizer.bytes_only()
ASKED = [Message("system", "S"), Message("user", "Q")]
OPEN = "<|im_assistant|>assistant<|im_middle|>"
styles = pytest.mark.parametrize("style", STYLES)


def begun(content: str = "", reasoning: str | None = None, name: str | None = None) -> Message:
    return Message("assistant", content, reasoning, name=name, partial=True)


def ending(message: Message, style: str) -> str:
    """What stands behind the question."""
    return render_text([*ASKED, message], style=style).split("<|im_end|>")[-1]


def test_the_turn_is_open_behind_what_is_given() -> None:
    assert ending(begun("Hello, "), "instruct") == f"{OPEN}Hello, "
    assert ending(begun("Hello, "), "thinking") == f"{OPEN}<think></think>Hello, "
    assert ending(begun("Hello, ", "Greet."), "thinking") == f"{OPEN}<think>Greet.</think>Hello, "


def test_reasoning_alone_goes_on_as_reasoning() -> None:
    assert ending(begun(reasoning="First, "), "thinking") == f"{OPEN}<think>First, "


@styles
def test_nothing_given_is_the_beginning_of_any_turn(style: str) -> None:
    assert render_text([*ASKED, begun()], style=style) == render_text(ASKED, style=style)


@styles
def test_a_name_is_who_speaks(style: str) -> None:
    assert ending(begun(name="Dr. Kelsier"), style) == "<|im_assistant|>Dr. Kelsier<|im_middle|>"


@styles
@given(messages=dialogues(), tools=TOOLS, content=TEXT.filter(bool), reasoning=TEXT, name=st.sampled_from([None, "凯"]))
def test_the_prompt_is_the_beginning_of_the_turn_as_the_template_writes_it(
    style: str, messages: list[Message], tools: tuple[ToolSpec, ...], content: str, reasoning: str, name: str | None
) -> None:
    """With the end of the turn, a partial answer is the whole answer to the last token."""
    partial = begun(content, reasoning or None, name)
    prompt = render([*messages, partial], tools, tokenizer=BYTES, style=style)
    whole, sampled = render_with_mask([*messages, replace(partial, partial=False)], tools, tokenizer=BYTES, style=style)
    assert [*prompt, BYTES.id("<|im_end|>")] == whole
    assert sampled[-1]


@given(messages=dialogues(), reasoning=TEXT.filter(bool))
def test_begun_reasoning_is_the_beginning_of_the_turn_too(messages: list[Message], reasoning: str) -> None:
    prompt = render([*messages, begun(reasoning=reasoning)], tokenizer=BYTES, style="thinking")
    whole, _ = render_with_mask(
        [*messages, Message("assistant", "so", reasoning=reasoning)], tokenizer=BYTES, style="thinking"
    )
    assert whole[: len(prompt)] == prompt
    assert whole[len(prompt)] == BYTES.id("</think>")


@styles
@given(cut=st.integers(0, 40))
def test_the_answer_is_the_continuation_alone(style: str, cut: int) -> None:
    """Reasoning, text and calls come apart behind the beginning as they do behind none."""
    said = Message(
        "assistant",
        " Let me look: 世界",
        "Two places." if style == "thinking" else None,
        (ToolCall("functions.f:0", "f", "{}"),),
    )
    ids = render_answer(said, tokenizer=BYTES, style=style)
    reasoning, text = said.reasoning or "", said.content
    size = min(cut, len(reasoning) + len(text))
    given_reasoning, given_text = reasoning[:size], text[: max(0, size - len(reasoning))]
    partial = begun(given_text, given_reasoning or None)
    opening = render([*ASKED, partial], tokenizer=BYTES, style=style)[len(render(ASKED, tokenizer=BYTES)) :]
    rest = ids[len(opening) :]
    assert opening + rest == ids
    parser = OutputParser(BYTES, continues=partial)
    answer = fold([*parser.push(rest), *parser.finish()])
    assert (answer.reasoning or "") == reasoning[len(given_reasoning) :]
    assert answer.content == text[len(given_text) :]
    assert answer.tool_calls == said.tool_calls


def test_whitespace_behind_a_beginning_counts_also_before_calls() -> None:
    rest = [
        *BYTES.encode("\n\n"),
        *render_answer(Message("assistant", tool_calls=(ToolCall("functions.f:0", "f", "{}"),)), tokenizer=BYTES),
    ]
    parser = OutputParser(BYTES, continues=begun("Look:"))
    assert fold([*parser.push(rest), *parser.finish()]).content == "\n\n"


def test_reasoning_that_is_switched_off_is_over_before_the_answer_begins() -> None:
    prompt = render(ASKED, tokenizer=BYTES, style="thinking")
    off = render(ASKED, tokenizer=BYTES, style="thinking", thinking=False)
    assert off == [*prompt, BYTES.id("<think>"), BYTES.id("</think>")]
    assert render(ASKED, tokenizer=BYTES, style="thinking", thinking=True) == prompt
    assert render(ASKED, tokenizer=BYTES, thinking=False) == render(ASKED, tokenizer=BYTES)
    given_text = [*ASKED, begun("So")]
    assert render(given_text, tokenizer=BYTES, style="thinking", thinking=False) == render(
        given_text, tokenizer=BYTES, style="thinking"
    )


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        ([begun("a"), Message("user", "b")], r"messages\[0\] is partial and is of role assistant, 1 of 2"),
        ([Message("user", "b", partial=True)], r"messages\[0\] is partial and is of role user, 1 of 1"),
        (
            [Message("assistant", "", tool_calls=(ToolCall("functions.f:0", "f", "{}"),), partial=True)],
            "partial and makes calls",
        ),
    ],
)
def test_a_partial_message_that_no_answer_can_follow_is_refused(messages: list[Message], complaint: str) -> None:
    with pytest.raises(ChatError, match=complaint):
        render(messages, tokenizer=BYTES)
