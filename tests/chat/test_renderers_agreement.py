"""Agreement with `renderers`, an independent byte-for-byte port of the Kimi-K2-Instruct template.

Skipped where the package is absent; it is no dependency: pip install --no-deps renderers==0.1.12 prime-pydantic-config
"""

from dataclasses import replace

import pytest

pytest.importorskip(
    "renderers.kimi_k2",
    reason="the yardstick is absent: pip install --no-deps renderers==0.1.12 prime-pydantic-config",
)

from dialogues import TOOLS, dialogues
from hypothesis import given, settings
from hypothesis import strategies as st
from renderers.kimi_k2 import KimiK2Renderer

import openk2
from openk2.chat.messages import Message, ToolSpec
from openk2.chat.template import render
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import ChatError

BYTES = Tokenizer.bytes_only()


class TheirTokenizer:
    """A tokenizer of ours as `renderers` calls one."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.unk_token_id, self.eos_token_id = tokenizer.id("[UNK]"), tokenizer.eos_id

    def encode(self, text: str, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        return self._tokenizer.encode(text)

    def decode(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids)

    def convert_tokens_to_ids(self, name: str) -> int:
        return self._tokenizer.special.get(name, self.unk_token_id)


THEIRS = KimiK2Renderer(TheirTokenizer(BYTES))


@settings(max_examples=500)
@given(messages=dialogues(), tools=TOOLS, generation=st.booleans())
def test_generated_dialogues_have_the_same_ids(
    messages: list[Message], tools: tuple[ToolSpec, ...], generation: bool
) -> None:
    """Speakers' names left out: see the differences below."""
    messages = [message if message.role == "tool" else replace(message, name=None) for message in messages]
    theirs = THEIRS.render_ids(
        [message.to_openai() for message in messages],
        tools=[tool.to_openai() for tool in tools],
        add_generation_prompt=generation,
    )
    assert render(messages, tools, tokenizer=BYTES, add_generation_prompt=generation) == theirs


SYSTEM = {"role": "system", "content": ""}
DEFAULT = "<|im_system|>system<|im_middle|>You are Kimi, an AI assistant created by Moonshot AI.<|im_end|>\n"
CALL = (
    "<|tool_calls_section_begin|><|tool_call_begin|>{}<|tool_call_argument_begin|>{}<|tool_call_end|>"
    "<|tool_calls_section_end|>"
)

DIFFERENCES = {
    "a speaker's name heads the turn": (
        [{"role": "user", "content": "Hi", "name": "Ann"}],
        DEFAULT + "<|im_user|>Ann<|im_middle|>Hi<|im_end|>",
        DEFAULT + "<|im_user|>user<|im_middle|>Hi<|im_end|>",
    ),
    "the default system turn goes before all turns": (
        [{"role": "tool_declare", "content": "[]"}],
        DEFAULT + "<|im_system|>tool_declare<|im_middle|>[]<|im_end|>",
        "<|im_system|>tool_declare<|im_middle|>[]<|im_end|>" + DEFAULT,
    ),
    "a picture is written as its placeholder": (
        [SYSTEM, {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}],
        "<|im_system|>system<|im_middle|><|im_end|><|im_user|>user<|im_middle|>"
        "<|media_start|>image<|media_content|><|media_pad|><|media_end|><|im_end|>",
        "<|im_system|>system<|im_middle|><|im_end|><|im_user|>user<|im_middle|><|im_end|>",
    ),
    "call ids are made canonical, absent arguments stay absent": (
        [
            SYSTEM,
            {"role": "assistant", "tool_calls": [{"id": "call_1", "function": {"name": "f", "arguments": None}}]},
        ],
        "<|im_system|>system<|im_middle|><|im_end|><|im_assistant|>assistant<|im_middle|>"
        + CALL.format("functions.f:0", "")
        + "<|im_end|>",
        "<|im_system|>system<|im_middle|><|im_end|><|im_assistant|>assistant<|im_middle|>"
        + CALL.format("call_1", "null")
        + "<|im_end|>",
    ),
}
"""Where openk2 differs on purpose: messages, ours, theirs. docs/decisions.md, "Templates", says why."""


@pytest.mark.parametrize("case", DIFFERENCES)
def test_a_known_difference_is_as_described(case: str) -> None:
    messages, ours, theirs = DIFFERENCES[case]
    assert BYTES.decode(openk2.render(messages, tokenizer=BYTES, add_generation_prompt=False)) == ours
    assert BYTES.decode(THEIRS.render_ids(messages)) == theirs


@pytest.mark.parametrize(
    "message",
    [{"role": "narrator", "content": "x"}, {"role": "user", "content": [{"type": "thinking", "thinking": "x"}]}],
)
def test_what_openk2_refuses_and_the_other_renders(message: dict[str, object]) -> None:
    assert THEIRS.render_ids([message])
    with pytest.raises(ChatError, match=r"messages\[0\]"):
        openk2.render([message], tokenizer=BYTES)


def test_text_between_control_tokens_is_encoded_in_one_piece_where_the_other_encodes_parts() -> None:
    """As the release does: a result that begins with a newline makes one token with the newline before it."""
    tokenizer = Tokenizer({**BYTES.ranks, b"\n\n": 256})
    call = {"id": "functions.f:0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        SYSTEM,
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "functions.f:0", "content": "\nx"},
    ]
    ours = openk2.render(messages, tokenizer=tokenizer)
    theirs = KimiK2Renderer(TheirTokenizer(tokenizer)).render_ids(messages, add_generation_prompt=True)
    assert (ours.count(256), theirs.count(256)) == (1, 0)
    assert tokenizer.decode(ours) == tokenizer.decode(theirs)
