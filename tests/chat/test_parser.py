"""The output parser: every id sequence has a meaning, the same however it arrives."""

import random

import pytest
from dialogues import TOOLS, dialogues
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.call_ids import count_calls
from openk2.chat.events import (
    Event,
    ReasoningDelta,
    TextDelta,
    ToolCallArguments,
    ToolCallEnd,
    ToolCallStart,
    fold,
)
from openk2.chat.messages import Message, ToolCall, ToolSpec
from openk2.chat.parser import TABLE, OutputParser, State, parse
from openk2.chat.template import render, render_answer, render_with_mask
from openk2.chat.tokenizer import SPECIAL_NAMES, Tokenizer
from openk2.errors import ChatError

BYTES = Tokenizer.bytes_only()
WITHOUT_THINK = Tokenizer(
    BYTES.ranks, digits=1, names={slot: n for slot, n in SPECIAL_NAMES.items() if "think" not in n}
)
"""Like the first releases, in which `<think>` is ordinary text."""

BEGIN, END = "<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"
CALL, WITH, DONE = "<|tool_call_begin|>", "<|tool_call_argument_begin|>", "<|tool_call_end|>"
SINGULAR, SINGULAR_END = "<|tool_call_section_begin|>", "<|tool_call_section_end|>"


def sampled(text: str, tokenizer: Tokenizer = BYTES) -> list[int]:
    """Ids in which the names of special tokens are control tokens."""
    return tokenizer.encode(text, allow_special=True)


def said(content: str = "", reasoning: str | None = None, *calls: tuple[str, str, str]) -> Message:
    return Message("assistant", content, reasoning, tuple(ToolCall(*call) for call in calls))


F0 = ("functions.f:0", "f", "{}")
CALL_F0 = f"{CALL}functions.f:0{WITH}{{}}{DONE}"

MEANINGS = {
    "text": ("Hi.<|im_end|>", said("Hi.")),
    "no end of turn": ("Hi.", said("Hi.")),
    "nothing": ("", said()),
    "reasoning and text": ("<think>so</think>Hi.<|im_end|>", said("Hi.", "so")),
    "empty reasoning": ("<think></think>Hi.<|im_end|>", said("Hi.")),
    "text stays as it is": ("<think>a</think>\n\nHi. \n<|im_end|>", said("\n\nHi. \n", "a")),
    "blank text without calls": (" \n<|im_end|>", said(" \n")),
    "a call": (f"{BEGIN}{CALL_F0}{END}<|im_end|>", said("", None, F0)),
    "text and two calls": (
        f'Wait.\n{BEGIN}{CALL_F0}{CALL}functions.g-h.i:1{WITH}{{"a": 1}}{DONE}{END}<|im_end|>',
        said("Wait.\n", None, F0, ("functions.g-h.i:1", "g-h.i", '{"a": 1}')),
    ),
    "whitespace around id, arguments and calls": (
        f"<think>\nso \n</think> \n{BEGIN}\n{CALL} functions.f:0\n{WITH} \n{{ }}\n {DONE}\n{END}\n<|im_end|>",
        said("", "\nso", ("functions.f:0", "f", "{ }")),
    ),
    "no arguments": (f"{BEGIN}{CALL}functions.f:0{WITH} {DONE}{END}", said("", None, F0)),
    "no argument marker": (f"{BEGIN}{CALL}functions.f:0{DONE}{END}", said("", None, F0)),
    "a section without calls": (f"Hi.{BEGIN}{END}<|im_end|>", said("Hi.")),
    "reasoning that a section ends": (f"<think>so \n{BEGIN}{CALL_F0}{END}", said("", "so", F0)),
    "reasoning that a section ends, and text in it": (f"<think>so{BEGIN}one{CALL_F0}", said("", "so", F0)),
    "reasoning that a call ends": (f"<think>so{CALL_F0}", said("", "so", F0)),
    "reasoning that is cut off": ("<think>so I think ", said("", "so I think")),
    "reasoning in two parts": ("<think>a</think>x<think>b</think>y", said("xy", "ab")),
    "think within reasoning": ("<think>a<think>b</think>c", said("c", "ab")),
    "an end of reasoning that never began": ("a</think>b", said("ab")),
    "text after the section": (f"{BEGIN}{CALL_F0}{END}Now I wait.<think>x</think>", said("", None, F0)),
    "text between calls": (
        f"{BEGIN}one{CALL_F0}two{CALL}functions.f:1{WITH}{{}}{DONE}",
        said("", None, F0, ("functions.f:1", "f", "{}")),
    ),
    "a second section": (
        f"{BEGIN}{CALL_F0}{END}{BEGIN}{CALL}functions.f:1{WITH}{{}}{DONE}{END}",
        said("", None, F0, ("functions.f:1", "f", "{}")),
    ),
    "a call without section": (f"Hi.{CALL_F0}<|im_end|>", said("Hi.", None, F0)),
    "arguments that the section end closes": (f"{BEGIN}{CALL}functions.f:0{WITH}{{}}{END}", said("", None, F0)),
    "arguments that the turn end closes": (f"{BEGIN}{CALL}functions.f:0{WITH}{{}}<|im_end|>", said("", None, F0)),
    "arguments that the next call closes": (
        f"{BEGIN}{CALL}functions.f:0{WITH}{{}} {CALL}functions.g:1{WITH}{{}}{DONE}",
        said("", None, F0, ("functions.g:1", "g", "{}")),
    ),
    "arguments that are cut off": (
        f'{BEGIN}{CALL}functions.f:0{WITH}{{"a": ',
        said("", None, ("functions.f:0", "f", '{"a":')),
    ),
    "an id that is cut off": (f"Hi.{BEGIN}{CALL}functions.f", said("Hi.")),
    "an id that another call breaks off": (f"{BEGIN}{CALL}functions.g{CALL_F0}{END}", said("", None, F0)),
    "a call without id": (f"{BEGIN}{CALL} {WITH}{{}}{DONE}{CALL_F0}{END}", said("", None, F0)),
    "section markers spelled in the singular": (f"{SINGULAR}{CALL_F0}{SINGULAR_END}<|im_end|>", said("", None, F0)),
    "a spelled marker behind text": (f"Wait. {SINGULAR}\n{CALL_F0}{SINGULAR_END}", said("Wait. ", None, F0)),
    "a spelled marker ends reasoning": (f"<think>so\n{SINGULAR}{CALL_F0}", said("", "so", F0)),
    "a spelled marker and a real one": (f"{SINGULAR}{BEGIN}{CALL_F0}{END}", said("", None, F0)),
    "a spelled marker without a call is text": (f"It is {SINGULAR} then", said(f"It is {SINGULAR} then")),
    "a spelled marker at the end is text": (f"It is {SINGULAR}<|im_end|>", said(f"It is {SINGULAR}")),
    "half a spelled marker": (f"It is <|tool_call{BEGIN}{CALL_F0}", said("It is <|tool_call", None, F0)),
    "names with hyphens and dots": (
        f"{BEGIN}{CALL}functions.get-weather.v2:0{WITH}{{}}{DONE}{END}",
        said("", None, ("functions.get-weather.v2:0", "get-weather.v2", "{}")),
    ),
    "ids without functions": (
        f"{BEGIN}{CALL}search:0{WITH}{{}}{DONE}{END}",
        said("", None, ("search:0", "search", "{}")),
    ),
    "a bare counter where no tools are known": (
        f"{BEGIN}{CALL}4{WITH}{{}}{DONE}{END}",
        said("", None, ("functions.4:0", "4", "{}")),
    ),
    "reasoning that is cut off before a call": (f"<think>so {BEGIN}", said("", "so")),
    "two reasonings and a section": (f"<think>a</think>b<think>c{BEGIN}{CALL_F0}", said("b", "ac", F0)),
    "a call that ends with the output": (f"{BEGIN}{CALL}functions.f:0{WITH}{{}}", said("", None, F0)),
    "ids of other forms": (
        f"{CALL}search:0{WITH}{{}}{DONE}{CALL}search{WITH}{{}}{DONE}{CALL}4{WITH}{{}}{DONE}",
        said(
            "", None, ("search:0", "search", "{}"), ("functions.search:1", "search", "{}"), ("functions.4:2", "4", "{}")
        ),
    ),
    "one id for two calls": (f"{CALL_F0}{CALL_F0}", said("", None, F0, ("functions.f:1", "f", "{}"))),
    "a number that is taken": (
        f"{CALL}functions.f:1{WITH}{{}}{DONE}{CALL}f{WITH}{{}}{DONE}",
        said("", None, ("functions.f:1", "f", "{}"), ("functions.f:2", "f", "{}")),
    ),
    "what follows the turn": ("Hi.<|im_end|><|im_user|>user<|im_middle|>and?<|im_end|>", said("Hi.")),
    "another turn begins": ("Hi.<|im_user|>user<|im_middle|>and?<|im_end|>", said("Hi.")),
    "tokens without meaning": ("H<|im_middle|>i[BOS].[PAD]<|media_pad|><|reserved_token_261|>[EOS]x", said("Hi.")),
}


@pytest.mark.parametrize("case", MEANINGS)
def test_meaning_of(case: str) -> None:
    text, message = MEANINGS[case]
    ids = sampled(text)
    assert parse(ids, BYTES) == message
    parser = OutputParser(BYTES)
    assert fold([event for id in ids for event in parser.push([id])] + parser.finish()) == message


SPELLED_THINK = {
    "reasoning": (" <think>so\n</think>Hi.", said("Hi.", "so")),
    "only at the beginning": ("Hi. <think>so</think>", said("Hi. <think>so</think>")),
    "only once": ("<think>so</think><think>x", said("<think>x", "so")),
    "cut off": ("<think>so</thi", said("", "so</thi")),
    "not begun": (" <thi", said(" <thi")),
    "before calls": (f"<think>so </think> {BEGIN}{CALL_F0}", said("", "so", F0)),
    "ended by calls": (f"<think>so {BEGIN}{CALL_F0}", said("", "so", F0)),
}


@pytest.mark.parametrize("case", SPELLED_THINK)
def test_a_tokenizer_without_think_spells_it(case: str) -> None:
    text, message = SPELLED_THINK[case]
    assert parse(sampled(text, WITHOUT_THINK), WITHOUT_THINK) == message


def test_spelled_think_is_text_where_the_tokenizer_has_it() -> None:
    assert parse(BYTES.encode("<think>x</think>y"), BYTES) == said("<think>x</think>y")


def takes(name: str, *keys: str) -> ToolSpec:
    """A tool with these parameters."""
    return ToolSpec(name, "", {"type": "object", "properties": {key: {} for key in keys}})


READ, WRITE, NOW = takes("read", "path"), takes("write", "path", "text"), takes("now")
COUNTERS = {
    "the only tool": ("3", "{}", [READ], "read"),
    "the tool that knows most of the keys": ("0", '{"path": "a", "text": "b"}', [READ, WRITE], "write"),
    "the tool that alone knows a key": ("0", '{"text": "b", "x": 1}', [NOW, READ, WRITE], "write"),
    "several that know as many": ("7", '{"path": "a"}', [READ, WRITE], "7"),
    "none that knows a key": ("7", '{"x": 1}', [READ, WRITE], "7"),
    "no arguments": ("7", "", [READ, NOW], "7"),
    "arguments that are no object": ("7", '["path"]', [READ, NOW], "7"),
    "arguments that are not JSON": ("7", '{"path": ', [READ, NOW], "7"),
    "arguments too deep to read": ("7", "[" * 100_000, [READ, NOW], "7"),
    "schemas without properties": (
        "7",
        '{"path": 1}',
        [ToolSpec("f"), ToolSpec("g", "", {"properties": None}), ToolSpec("h", "", {"properties": 3}), READ],
        "read",
    ),
    "no tools": ("7", "{}", [], "7"),
    "a tool of that name": ("7", '{"path": 1}', [READ, ToolSpec("7")], "7"),
}


@pytest.mark.parametrize("case", COUNTERS)
def test_a_bare_counter_means(case: str) -> None:
    counter, arguments, tools, name = COUNTERS[case]
    ids = sampled(f"{BEGIN}{CALL}{counter}{WITH} {arguments} {DONE}{CALL}functions.g:5{WITH}{{}}{DONE}{END}")
    expected = ToolCall(f"functions.{name}:2", name, arguments.strip() or "{}")
    assert parse(ids, BYTES, 2, tools).tool_calls == (expected, ToolCall("functions.g:5", "g", "{}"))


def test_a_bare_counter_without_an_arguments_marker_is_a_call_of_the_only_tool() -> None:
    assert parse(sampled(f"{BEGIN}{CALL}0{DONE}{END}"), BYTES, 0, [READ]) == said(
        "", None, ("functions.read:0", "read", "{}")
    )


def test_a_bare_counter_that_is_cut_off_is_not_ended() -> None:
    parser = OutputParser(BYTES, 0, [READ, WRITE])
    assert parser.push(sampled(f'{BEGIN}{CALL}0{WITH}{{"text": 1}}')) == []
    assert parser.finish() == [
        ToolCallStart(0, "functions.write:0", "write"),
        ToolCallArguments(0, '{"text": 1}'),
    ]


def test_calls_without_an_index_are_counted_on_from_the_dialogue() -> None:
    ids = sampled(f"{CALL}f{WITH}{{}}{DONE}{CALL}f{WITH}{{}}{DONE}")
    assert [call.id for call in parse(ids, BYTES, 5).tool_calls] == ["functions.f:5", "functions.f:6"]


def test_text_is_said_as_soon_as_it_is_certain() -> None:
    parser = OutputParser(BYTES)
    said_so_far = [parser.push(sampled(piece)) for piece in ("<think>a ", "b", "</think>", "x<", "|tool", "y", " ")]
    assert said_so_far == [
        [ReasoningDelta("a")],
        [ReasoningDelta(" b")],
        [],
        [TextDelta("x")],
        [],
        [TextDelta("<|tooly")],
        [TextDelta(" ")],
    ]
    calls = [parser.push(sampled(piece)) for piece in (BEGIN + CALL, "functions.f:0", WITH + '{"a', '": 1} ', DONE)]
    assert calls == [
        [],
        [],
        [ToolCallStart(0, "functions.f:0", "f"), ToolCallArguments(0, '{"a')],
        [ToolCallArguments(0, '": 1}')],
        [ToolCallEnd(0)],
    ]
    assert (parser.call_count, parser.over) == (1, False)
    assert parser.push(sampled("<|im_end|>")) == []
    assert parser.over


def test_characters_of_several_tokens_are_said_whole() -> None:
    parser = OutputParser(BYTES)
    first, *rest = "世".encode()
    assert parser.push([first]) == []
    assert parser.push(rest) == [TextDelta("世")]
    assert parser.push([first]) == []
    assert parser.finish() == [TextDelta("\ufffd")]


def test_a_call_that_was_cut_off_is_not_ended() -> None:
    parser = OutputParser(BYTES)
    events = parser.push(sampled(f'{CALL}functions.f:0{WITH}{{"a')) + parser.finish()
    assert ToolCallEnd(0) not in events
    assert parser.push(sampled("more" + DONE)) == []


@given(dialogues(max_turns=3), TOOLS)
def test_what_is_rendered_is_parsed_back(messages: list[Message], tools: tuple[ToolSpec, ...]) -> None:
    """Through the very ids of the rendered conversation: each assistant turn is what follows its prompt."""
    ids, _ = render_with_mask(messages, tools, tokenizer=BYTES)
    for i, message in enumerate(messages):
        if message.role == "assistant":
            prompt = render(messages[:i], tools, tokenizer=BYTES)
            expected = Message("assistant", message.content, None, message.tool_calls)
            assert parse(ids[len(prompt) :], BYTES, count_calls(messages[:i])) == expected
            assert parse(render_answer(message, tokenizer=BYTES, style="thinking"), BYTES) == message


OUTPUTS = st.lists(
    st.one_of(
        st.integers(BYTES.base_size, BYTES.vocab_size - 1),
        st.integers(BYTES.base_size + 10, BYTES.base_size + 23),
        st.sampled_from(sampled(f"f:0 \n<{{{BEGIN}{CALL}{WITH}{DONE}{END}<think></think>世")),
    ),
    max_size=40,
) | st.lists(
    st.sampled_from(["f", ":0", "7", '{"f": 1}', " ", "世", SINGULAR, *SPECIAL_NAMES.values()]), max_size=20
).map(lambda pieces: sampled("".join(pieces)))
"""Id sequences of any kind, dense in markers, whole and broken."""


DECLARED = st.sampled_from([(), (READ,), (takes("a", "f"), takes("b", "g"))])


@pytest.mark.parametrize("tokenizer", [BYTES, WITHOUT_THINK])
@given(ids=OUTPUTS, seed=st.integers(0, 10**6), tools=DECLARED)
def test_any_cutting_of_any_ids_gives_the_same_message(
    tokenizer: Tokenizer, ids: list[int], seed: int, tools: tuple[ToolSpec, ...]
) -> None:
    draw = random.Random(seed)
    parser = OutputParser(tokenizer, 0, tools)
    events: list[Event] = []
    start = 0
    while start < len(ids):
        end = start + draw.randint(1, 6)
        events += parser.push(ids[start:end])
        start = end
    events += parser.finish()
    assert fold(events) == parse(ids, tokenizer, 0, tools)


@pytest.mark.parametrize("tokenizer", [BYTES, WITHOUT_THINK])
@given(ids=OUTPUTS, tools=DECLARED)
def test_any_ids_give_well_formed_events_without_markers(
    tokenizer: Tokenizer, ids: list[int], tools: tuple[ToolSpec, ...]
) -> None:
    parser = OutputParser(tokenizer, 0, tools)
    events = parser.push(ids) + parser.finish()
    opened, ended = 0, 0
    for event in events:
        match event:
            case ToolCallStart(index, id, name):
                assert (index, bool(id), bool(name)) == (opened, True, True)
                opened += 1
            case ToolCallArguments(index, text):
                assert index == opened - 1 == ended
                assert text
            case ToolCallEnd(index):
                assert index == ended
                ended = opened
            case TextDelta(text) | ReasoningDelta(text):
                assert text
                assert opened == 0
            case _:
                pytest.fail(f"{event} is no event of a parser")
    assert parser.call_count == opened
    message = fold(events)
    assert len({call.id for call in message.tool_calls}) == len(message.tool_calls)
    controls = [name for name, id in tokenizer.special.items() if id in ids]
    words = [message.content, message.reasoning or "", *(c.id + c.name + c.arguments for c in message.tool_calls)]
    spelled = tokenizer.decode(id for id in ids if id < tokenizer.base_size)
    assert not [name for name in controls for text in words if name in text and name not in spelled]


@given(st.lists(st.integers(0, 163_839), max_size=30), st.integers(0, 5))
def test_ids_of_the_released_vocabulary_never_raise(kimi: Tokenizer, ids: list[int], cut: int) -> None:
    parser = OutputParser(kimi)
    events = parser.push(ids[:cut]) + parser.push(ids[cut:]) + parser.finish()
    assert fold(events) == parse(ids, kimi)


@given(dialogues(max_turns=2))
def test_released_vocabulary_is_parsed_back(kimi: Tokenizer, messages: list[Message]) -> None:
    for message in messages:
        if message.role == "assistant":
            assert parse(render_answer(message, tokenizer=kimi, style="thinking"), kimi) == message


def test_an_id_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ChatError, match="token id 512 is outside the vocabulary"):
        parse([512], BYTES)


def test_every_state_can_be_left_and_nothing_follows_the_end() -> None:
    assert {state for state, _ in TABLE} == set(State) - {State.OVER}
    assert {name for _, name in TABLE} <= set(BYTES.special)
