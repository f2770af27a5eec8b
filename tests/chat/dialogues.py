"""Generated conversations: any text, spelled markers included, tools, reasoning and calls."""

import json

from hypothesis import strategies as st

from openk2.chat.messages import Message, ToolCall, ToolSpec
from openk2.chat.tokenizer import SPECIAL_NAMES

MARKERS = (*SPECIAL_NAMES.values(), "<|tool_call_section_begin|>", "<|tool_call_section_end|>")
TEXT = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.sampled_from([*MARKERS, "<", "<|", " \n"])
    ),
    max_size=4,
).map("".join)
"""Anything a person or a tool may write."""

NAMES = st.text("abcXYZ019_-.é天", min_size=1, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner, max_size=2), max_leaves=4
)
ARGUMENTS = st.one_of(
    st.dictionaries(TEXT, JSON, max_size=3).map(lambda value: json.dumps(value, ensure_ascii=False)),
    TEXT.map(str.strip).filter(bool),
)
"""Mostly JSON objects, else whatever a model may come up with; never empty or with spaces around."""

REASONING = st.none() | TEXT.map(str.rstrip).map(lambda text: text or None)
TOOLS = st.lists(
    st.builds(ToolSpec, NAMES, TEXT, st.just({"type": "object", "properties": {"ß": {"type": "string"}}})),
    max_size=2,
    unique_by=lambda tool: tool.name,
).map(tuple)


def _said_before_calls(text: str) -> str:
    """Text as it can stand before calls: the parser drops blank text there, and a section marker spelled at its end."""
    return text + "." if not text.strip() or text.rstrip().endswith("section_begin|>") else text


@st.composite
def dialogues(draw: st.DrawFn, max_turns: int = 6) -> list[Message]:
    """A conversation with call ids as the models write them; every call is answered."""
    messages = [Message("system", draw(TEXT))] if draw(st.booleans()) else []
    messages.append(Message("user", draw(TEXT)))
    made = 0
    for _ in range(draw(st.integers(0, max_turns))):
        if draw(st.booleans()):
            messages.append(Message("user", draw(TEXT), name=draw(st.none() | NAMES)))
        names = draw(st.lists(NAMES, max_size=3))
        calls = tuple(ToolCall(f"functions.{name}:{made + i}", name, draw(ARGUMENTS)) for i, name in enumerate(names))
        made += len(calls)
        content = draw(TEXT)
        if calls:
            content = draw(st.just("") | st.just(_said_before_calls(content)))
        messages.append(Message("assistant", content, draw(REASONING), calls))
        for call in draw(st.permutations(calls)):
            messages.append(
                Message("tool", draw(TEXT), tool_call_id=call.id, name=draw(st.sampled_from([None, call.name])))
            )
    return messages
