"""The chat template: the release's strings, injection-safe ids, and the mask of what was sampled."""

from dataclasses import replace

import pytest
from dialogues import MARKERS, TEXT, TOOLS, dialogues
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.call_ids import canonical
from openk2.chat.messages import Message, ToolCall, ToolSpec
from openk2.chat.template import STYLES, declaration, render, render_answer, render_text, render_with_mask
from openk2.chat.tokenizer import SPECIAL_NAMES, Tokenizer
from openk2.errors import ChatError

BYTES = Tokenizer.bytes_only()
WITHOUT_THINK = Tokenizer(
    BYTES.ranks, digits=1, names={slot: n for slot, n in SPECIAL_NAMES.items() if "think" not in n}
)
"""Like the first releases, in which `<think>` is ordinary text."""
DEFAULT = "<|im_system|>system<|im_middle|>You are Kimi, an AI assistant created by Moonshot AI.<|im_end|>"
WEATHER = ToolSpec("get_weather", "天气", {"type": "object", "properties": {"city": {"type": "string"}}})
HISTORY = [
    Message("system", "S"),
    Message("user", "Q1"),
    Message("assistant", "A1", reasoning="old"),
    Message("user", "Q2"),
    Message("assistant", reasoning="r1", tool_calls=(ToolCall("call_a", "get_weather", '{"city":"X"}'),)),
    Message("tool", "Sunny", tool_call_id="call_a", name="get_weather"),
]


def test_instruct_with_a_system_message() -> None:
    assert render_text([Message("system", "S"), Message("user", "Hi")]) == (
        "<|im_system|>system<|im_middle|>S<|im_end|><|im_user|>user<|im_middle|>Hi<|im_end|>"
        "<|im_assistant|>assistant<|im_middle|>"
    )


def test_the_default_system_message_ends_in_a_newline_in_instruct_style_only() -> None:
    hi = "<|im_user|>user<|im_middle|>Hi<|im_end|><|im_assistant|>assistant<|im_middle|>"
    assert render_text([Message("user", "Hi")], style="thinking") == DEFAULT + hi
    assert render_text([Message("user", "Hi")], style="instruct") == DEFAULT + "\n" + hi


def test_thinking_with_tools_and_history() -> None:
    assert render_text(HISTORY, [WEATHER], style="thinking") == (
        '<|im_system|>tool_declare<|im_middle|>[{"function":{"description":"天气","name":"get_weather","parameters":'
        '{"properties":{"city":{"type":"string"}},"type":"object"}},"type":"function"}]<|im_end|>'
        "<|im_system|>system<|im_middle|>S<|im_end|>"
        "<|im_user|>user<|im_middle|>Q1<|im_end|>"
        "<|im_assistant|>assistant<|im_middle|><think></think>A1<|im_end|>"
        "<|im_user|>user<|im_middle|>Q2<|im_end|>"
        "<|im_assistant|>assistant<|im_middle|><think>r1</think><|tool_calls_section_begin|>"
        '<|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city":"X"}<|tool_call_end|>'
        "<|tool_calls_section_end|><|im_end|>"
        "<|im_system|>get_weather<|im_middle|>## Return of functions.get_weather:0\nSunny<|im_end|>"
        "<|im_assistant|>assistant<|im_middle|>"
    )


def test_instruct_has_no_reasoning_and_a_nameless_result_speaks_as_tool() -> None:
    calls = (ToolCall("a", "f", "{}"), ToolCall("b", "g-h", " {not json"))
    messages = [
        Message("system", "S"),
        Message("user", "Q", name="Ann"),
        Message("assistant", "One moment.", reasoning="hidden", tool_calls=calls),
        Message("tool", "2", tool_call_id="b"),
    ]
    assert render_text(messages, add_generation_prompt=False) == (
        "<|im_system|>system<|im_middle|>S<|im_end|><|im_user|>Ann<|im_middle|>Q<|im_end|>"
        "<|im_assistant|>assistant<|im_middle|>One moment.<|tool_calls_section_begin|>"
        "<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}<|tool_call_end|>"
        "<|tool_call_begin|>functions.g-h:1<|tool_call_argument_begin|> {not json<|tool_call_end|>"
        "<|tool_calls_section_end|><|im_end|>"
        "<|im_system|>tool<|im_middle|>## Return of functions.g-h:1\n2<|im_end|>"
    )


def test_a_declaration_is_shown_as_it_was_given_with_its_keys_sorted_at_every_depth() -> None:
    given = {
        "type": "function",
        "function": {
            "parameters": {"type": "object", "properties": {"b": {"enum": ["<", "é"]}, "a": {}}, "$defs": {}},
            "name": "f",
            "description": "",
            "strict": None,
            "returns": {"z": 1, "type": "number"},
        },
        "cache": True,
    }
    tool = ToolSpec.from_openai(given)
    assert declaration([tool]) == (
        '[{"cache":true,"function":{"description":"","name":"f","parameters":{"$defs":{},"properties":{"a":{},'
        '"b":{"enum":["<","é"]}},"type":"object"},"returns":{"type":"number","z":1},"strict":null},"type":"function"}]'
    )
    assert tool.to_openai() == given
    assert tool == ToolSpec("f", "", given["function"]["parameters"])


def test_a_declaration_that_was_changed_is_shown_as_it_is_now() -> None:
    tool = ToolSpec.from_openai({"type": "function", "function": {"name": "f", "returns": "a number"}})
    assert declaration([replace(tool, name="g")]) == '[{"function":{"name":"g"},"type":"function"}]'


def test_a_declaration_written_out_by_hand_is_a_turn_of_the_system() -> None:
    turn = "<|im_system|>tool_declare<|im_middle|>[]<|im_end|>"
    hi = "<|im_user|>user<|im_middle|>Hi<|im_end|>"
    declared, user = Message("tool_declare", "[]"), Message("user", "Hi")
    assert render_text([Message("system", "S"), declared, user], add_generation_prompt=False) == (
        "<|im_system|>system<|im_middle|>S<|im_end|>" + turn + hi
    )
    assert render_text([declared, user], style="thinking", add_generation_prompt=False) == DEFAULT + turn + hi


def test_a_misspelt_role_is_refused_and_not_a_turn_of_the_system() -> None:
    with pytest.raises(ChatError, match="message role is 'usr'; accepted: system, user, assistant, tool"):
        Message("usr", "Obey me.")


def test_reasoning_is_kept_from_behind_the_last_answer_only() -> None:
    def thoughts(*messages: Message) -> list[str]:
        return [piece.split("</think>")[0] for piece in render_text(messages, style="thinking").split("<think>")[1:]]

    call = Message("assistant", reasoning="c", tool_calls=(ToolCall("x", "f", "{}"),))
    answer = Message("assistant", "A", reasoning="a")
    result = Message("tool", "4", tool_call_id="x")
    assert thoughts(call, result, call, result) == ["c", "c"]
    assert thoughts(call, result, answer) == ["", ""]
    assert thoughts(call, result, answer, Message("user"), call) == ["", "", "c"]


@pytest.mark.parametrize("tokenizer", [BYTES, WITHOUT_THINK])
@given(messages=dialogues(), tools=TOOLS, style=st.sampled_from(STYLES), generation=st.booleans())
def test_ids_spell_the_text(
    tokenizer: Tokenizer, messages: list[Message], tools: tuple[ToolSpec, ...], style: str, generation: bool
) -> None:
    ids = render(messages, tools, tokenizer=tokenizer, style=style, add_generation_prompt=generation)
    text = render_text(messages, tools, style=style, add_generation_prompt=generation)
    assert tokenizer.decode(ids) == text


@given(TEXT, st.sampled_from(MARKERS))
def test_no_text_of_a_message_or_tool_becomes_a_control_token(text: str, marker: str) -> None:
    def controls(text: str) -> list[int]:
        messages = [
            Message("system", text),
            Message("user", text, name=text + "x"),
            Message("assistant", text, text, (ToolCall("c", text + "x", text),)),
            Message("tool", text, tool_call_id="c", name=text + "x"),
        ]
        tools = [ToolSpec(text, text, {text: text})]
        ids = render(messages, tools, tokenizer=BYTES, style="thinking")
        return [id for id in ids if id >= BYTES.base_size]

    assert controls(text + marker) == controls("")


@given(dialogues(), TOOLS)
def test_an_instruct_prompt_is_a_prefix_of_the_whole_and_the_mask_is_what_follows_it(
    messages: list[Message], tools: tuple[ToolSpec, ...]
) -> None:
    ids, mask = render_with_mask(messages, tools, tokenizer=BYTES)
    assert ids == render(messages, tools, tokenizer=BYTES, add_generation_prompt=False)
    expected = [False] * len(ids)
    for i, message in enumerate(canonical(messages)):
        if message.role == "assistant":
            prompt = render(messages[:i], tools, tokenizer=BYTES)
            answer = render_answer(message, tokenizer=BYTES)
            assert ids[: len(prompt) + len(answer)] == prompt + answer
            expected[len(prompt) : len(prompt) + len(answer)] = [True] * len(answer)
    assert mask == expected


@given(dialogues(), TOOLS)
def test_a_thinking_sample_masks_the_last_run_with_its_reasoning_behind_its_own_prompts(
    messages: list[Message], tools: tuple[ToolSpec, ...]
) -> None:
    ids, mask = render_with_mask(messages, tools, tokenizer=BYTES, style="thinking")
    before = messages[:-1] if messages[-1].role == "assistant" else messages
    settled = max((i for i, m in enumerate(before) if m.role == "assistant" and not m.tool_calls), default=-1)
    expected = [False] * len(ids)
    for i, message in enumerate(messages):
        if message.role == "assistant" and i > settled:
            prompt = render(messages[:i], tools, tokenizer=BYTES, style="thinking")
            answer = render_answer(message, tokenizer=BYTES, style="thinking")
            assert ids[: len(prompt) + len(answer)] == prompt + answer
            expected[len(prompt) : len(prompt) + len(answer)] = [True] * len(answer)
    assert mask == expected


def test_a_final_answer_is_trained_with_its_reasoning() -> None:
    ids, mask = render_with_mask(HISTORY[:3], tokenizer=BYTES, style="thinking")
    sampled = BYTES.decode(id for id, trained in zip(ids, mask, strict=True) if trained)
    assert sampled == "<think>old</think>A1<|im_end|>"


@given(dialogues())
def test_text_is_encoded_in_one_piece_between_control_tokens(small: Tokenizer, messages: list[Message]) -> None:
    """As the release does: no token border where the template joins two texts."""
    ids, mask = render_with_mask(messages, tokenizer=small)
    again: list[int] = []
    text: list[int] = []
    for id in [*ids, -1]:
        if 0 <= id < small.base_size:
            text.append(id)
            continue
        again += [*small.encode(small.decode(text)), id]
        text.clear()
    assert again[:-1] == ids
    assert len(mask) == len(ids)


def test_what_cannot_be_rendered_is_refused() -> None:
    with pytest.raises(ChatError, match="chat style is 'chat'; accepted: instruct, thinking"):
        render([Message("user")], tokenizer=BYTES, style="chat")
    with pytest.raises(ChatError, match="messages is empty"):
        render([], tokenizer=BYTES)
    with pytest.raises(ChatError, match="answers call 'x', which is not made before"):
        render([Message("user"), Message("tool", tool_call_id="x")], tokenizer=BYTES)
    with pytest.raises(ChatError, match="tools f: the parameters are not JSON"):
        render([Message("user")], [ToolSpec("f", "", {"a": {1, 2}})], tokenizer=BYTES)


@given(dialogues())
def test_released_vocabulary_renders_the_same_text(kimi: Tokenizer, messages: list[Message]) -> None:
    ids = render(messages, [WEATHER], tokenizer=kimi, style="thinking")
    assert kimi.decode(ids) == render_text(messages, [WEATHER], style="thinking")
