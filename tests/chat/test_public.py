"""openk2.render and openk2.parse: for callers who hold chat-completions JSON."""

from pathlib import Path

import pytest

import openk2
from openk2.chat import template
from openk2.chat.messages import Message, ToolCall, ToolSpec
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import ChatError

BYTES = Tokenizer.bytes_only()
MESSAGES = (
    Message("user", "Q"),
    Message("assistant", "", None, (ToolCall("x", "f", "{}"),)),
    Message("tool", "4", tool_call_id="x"),
)
TOOL = ToolSpec("f", "does f", {"type": "object"})


def test_openais_form_and_openk2s_own_render_to_the_same_ids(tmp_path: Path) -> None:
    BYTES.save(tmp_path)
    expected = template.render(MESSAGES, (TOOL,), tokenizer=BYTES, style="thinking", add_generation_prompt=False)
    forms = [message.to_openai() for message in MESSAGES]
    for messages, tools, tokenizer in ((MESSAGES, [TOOL], BYTES), (forms, [TOOL.to_openai()], str(tmp_path))):
        ids = openk2.render(messages, tools, tokenizer=tokenizer, style="thinking", add_generation_prompt=False)
        assert ids == expected
    assert openk2.render(forms, tokenizer=BYTES) == template.render(MESSAGES, tokenizer=BYTES)


def test_sampled_ids_are_parsed_to_a_message_with_a_tokenizer_or_its_directory(tmp_path: Path) -> None:
    BYTES.save(tmp_path)
    message = Message("assistant", "Hi.", "so", (ToolCall("functions.f:0", "f", '{"a": 1}'),))
    ids = template.render_answer(message, tokenizer=BYTES, style="thinking")
    assert openk2.parse(ids, BYTES) == openk2.parse(iter(ids), tmp_path) == message


@pytest.mark.parametrize(
    ("messages", "tools", "complaint"),
    [
        (None, None, "messages is missing; accepted: a list of messages"),
        ("Hi", None, "messages is text; accepted: a list of messages"),
        ([], None, "messages is empty"),
        (["Hi"], None, r"messages\[0\] is text; accepted: an object"),
        ([{"role": "human"}], None, r"messages\[0\]\.role is 'human'; accepted: system, user, assistant, tool"),
        ([{"role": "tool", "tool_call_id": "x"}], None, r"messages\[0\]\.tool_call_id is 'x', which no earlier"),
        (MESSAGES, {"f": {}}, "tools is an object; accepted: a list of tools"),
        (MESSAGES, [TOOL, TOOL], r"tools\[1\]\.function\.name is 'f', which is already declared"),
    ],
)
def test_a_wrong_field_is_named(messages: object, tools: object, complaint: str) -> None:
    with pytest.raises(ChatError, match=complaint):
        openk2.render(messages, tools, tokenizer=BYTES)
