"""openk2.render and openk2.parse: for callers who hold chat-completions JSON."""

from pathlib import Path

import pytest

import openk2
from openk2.chat import template
from openk2.chat.messages import Message, ToolCall, ToolSpec, messages_from_openai
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


def rendered(*messages: dict[str, object], style: str = "instruct") -> str:
    """The text of a conversation's ids, without the system turn that goes before them."""
    system = {"role": "system", "content": "S"}
    ids = openk2.render([system, *messages], tokenizer=BYTES, style=style, add_generation_prompt=False)
    return BYTES.decode(ids).removeprefix("<|im_system|>system<|im_middle|>S<|im_end|>")


CONTENTS = {
    "text": ("Hi", "Hi"),
    "null": (None, ""),
    "no parts": ([], ""),
    "text parts without separators": ([{"type": "text", "text": "a\n"}, {"type": "text", "text": " b"}], "a\n b"),
    "plain texts": (["a", "b"], "ab"),
    "a picture": (
        [{"type": "text", "text": "See "}, {"type": "image_url", "image_url": {"url": "data:,"}}],
        "See <|media_start|>image<|media_content|><|media_pad|><|media_end|>",
    ),
    "another picture": ([{"type": "image"}], "<|media_start|>image<|media_content|><|media_pad|><|media_end|>"),
}


@pytest.mark.parametrize("case", CONTENTS)
def test_content_of_every_form_is_written_as_the_templates_write_it(case: str) -> None:
    content, written = CONTENTS[case]
    assert rendered({"role": "user", "content": content}) == f"<|im_user|>user<|im_middle|>{written}<|im_end|>"
    assert rendered({"role": "assistant", "content": content}, style="thinking") == (
        f"<|im_assistant|>assistant<|im_middle|><think></think>{written}<|im_end|>"
    )


def test_a_pictures_placeholder_is_text_and_no_control_token() -> None:
    ids = openk2.render([{"role": "user", "content": [{"type": "image"}]}], tokenizer=BYTES)
    media = {BYTES.id(name) for name in ("<|media_begin|>", "<|media_content|>", "<|media_pad|>", "<|media_end|>")}
    assert not media & set(ids)


def test_arguments_given_as_an_object_are_written_with_the_usual_separators() -> None:
    function = {"name": "f", "arguments": {"city": "北京", "days": [1, 2], "at": None, "exact": True}}
    call = {"id": "functions.f:0", "type": "function", "function": function}
    assert rendered({"role": "assistant", "content": None, "tool_calls": [call]}) == (
        "<|im_assistant|>assistant<|im_middle|><|tool_calls_section_begin|><|tool_call_begin|>functions.f:0"
        '<|tool_call_argument_begin|>{"city": "北京", "days": [1, 2], "at": null, "exact": true}<|tool_call_end|>'
        "<|tool_calls_section_end|><|im_end|>"
    )


def test_a_declaration_written_out_is_rendered_and_refused_by_readers_of_requests() -> None:
    message = {"role": "tool_declare", "content": "[]"}
    assert rendered(message) == "<|im_system|>tool_declare<|im_middle|>[]<|im_end|>"
    with pytest.raises(ChatError, match=r"messages\[0\]\.role is 'tool_declare'; accepted: system, user"):
        messages_from_openai([message])
    with pytest.raises(ChatError, match=r"content\[0\]\.type is 'image'; only 'text' parts are accepted"):
        messages_from_openai([{"role": "user", "content": [{"type": "image"}]}])


def test_sampled_ids_are_parsed_to_a_message_with_a_tokenizer_or_its_directory(tmp_path: Path) -> None:
    BYTES.save(tmp_path)
    message = Message("assistant", "Hi.", "so", (ToolCall("functions.f:0", "f", '{"a": 1}'),))
    ids = template.render_answer(message, tokenizer=BYTES, style="thinking")
    assert openk2.parse(ids, BYTES) == openk2.parse(iter(ids), tmp_path) == message
    counted = [*BYTES.encode("<|tool_call_begin|>0<|tool_call_end|>", allow_special=True)]
    assert openk2.parse(counted, BYTES, [TOOL.to_openai()]).tool_calls == (ToolCall("functions.f:0", "f", "{}"),)


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
