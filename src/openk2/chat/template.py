"""Messages to token ids, as the K2 releases' chat templates write them.

A turn is `<|im_ROLE|>NAME<|im_middle|>CONTENT<|im_end|>`; turns follow each other without a newline. Tools are declared
first, then comes a system turn (the default one where the conversation has none), then the messages, then the opening
of the assistant's turn, or of the turn that a partial message begins. Two styles: `instruct` (Kimi-K2-Instruct, no
reasoning) and `thinking` (Kimi-K2-Thinking).

The conversation becomes segments, control tokens and text apart. Text is encoded as text whatever it spells, so no
message can forge a turn. What the assistant samples, from behind `<|im_middle|>` to its `<|im_end|>`, is marked.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openk2.chat.call_ids import canonical
from openk2.chat.messages import Message, ToolSpec
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import ChatError

STYLES = ("instruct", "thinking")
DEFAULT_SYSTEM = "You are Kimi, an AI assistant created by Moonshot AI."
AFTER_DEFAULT_SYSTEM = {"instruct": "\n", "thinking": ""}
"""What stands between the default system turn, not one of the conversation's own, and the next turn."""

IM_USER, IM_ASSISTANT, IM_SYSTEM = "<|im_user|>", "<|im_assistant|>", "<|im_system|>"
IM_MIDDLE, IM_END = "<|im_middle|>", "<|im_end|>"
THINK, END_THINK = "<think>", "</think>"
SECTION_BEGIN, SECTION_END = "<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"
CALL_BEGIN, ARGUMENTS_BEGIN, CALL_END = "<|tool_call_begin|>", "<|tool_call_argument_begin|>", "<|tool_call_end|>"

_ROLE_TOKENS = {"user": IM_USER, "assistant": IM_ASSISTANT}


@dataclass(frozen=True)
class Segment:
    """A piece of a rendered conversation."""

    text: str
    special: bool = False
    """A control token, spelled by its name; else ordinary text."""
    sampled: bool = False
    """The assistant emits it; else it is part of the prompt."""


def render(
    messages: Sequence[Message],
    tools: Sequence[ToolSpec] = (),
    *,
    tokenizer: Tokenizer,
    style: str = "instruct",
    add_generation_prompt: bool = True,
    thinking: bool | None = None,
) -> list[int]:
    """Token ids of the conversation, ready for the model to continue with `add_generation_prompt`.

    In style `thinking` the reasoning of turns up to the last answer without calls is left out, as the release does;
    with `thinking` false the answer's own is over before it begins, as in the history. A partial message at the end is
    the beginning of the answer: of its text, or, where there is none, of its reasoning. Raises ChatError when the
    conversation is empty, a tool message answers no call, a partial message stands where none can, or the style is
    unknown.
    """
    pieces = segments(messages, tools, style, add_generation_prompt)
    if thinking is False and style == "thinking" and add_generation_prompt and not _begun(messages[-1]):
        pieces += [Segment(THINK, special=True), Segment(END_THINK, special=True)]
    return _encode(pieces, tokenizer)[0]


def render_text(
    messages: Sequence[Message],
    tools: Sequence[ToolSpec] = (),
    *,
    style: str = "instruct",
    add_generation_prompt: bool = True,
) -> str:
    """What `render` encodes, as text: for people to read. Encoding it again is not injection-safe."""
    return "".join(segment.text for segment in segments(messages, tools, style, add_generation_prompt))


def render_with_mask(
    messages: Sequence[Message], tools: Sequence[ToolSpec] = (), *, tokenizer: Tokenizer, style: str = "instruct"
) -> tuple[list[int], list[bool]]:
    """Token ids of a finished conversation, and for each whether the assistant sampled it: where to train.

    What stands before a masked turn is exactly what `render` prompts with for it, in both styles. In style `thinking`
    a final answer keeps its reasoning (it has just been sampled), and earlier turns whose reasoning has left the
    context are not masked; to train on each of them, cut the conversation after it. Raises ChatError as `render` does.
    """
    return _encode(segments(messages, tools, style, False, ends_sampled=True), tokenizer)


def render_answer(message: Message, *, tokenizer: Tokenizer, style: str = "instruct") -> list[int]:
    """The ids a model samples to say `message`, `<|im_end|>` included; call ids as they are."""
    return _encode(list(_emission(message, style, keep_reasoning=True)), tokenizer)[0]


def segments(
    messages: Sequence[Message],
    tools: Sequence[ToolSpec],
    style: str,
    add_generation_prompt: bool,
    *,
    ends_sampled: bool = False,
) -> list[Segment]:
    """The rendered conversation in pieces; `ends_sampled`: the last assistant turn has just been sampled."""
    if style not in STYLES:
        raise ChatError(f"chat style is {style!r}; accepted: {', '.join(STYLES)}")
    if not messages:
        raise ChatError("messages is empty; accepted: one message or more")
    pieces: list[Segment] = []
    if tools:
        pieces += _turn(IM_SYSTEM, "tool_declare", [Segment(declaration(tools))])
    if messages[0].role != "system":
        pieces += _turn(IM_SYSTEM, "system", [Segment(DEFAULT_SYSTEM)])
        pieces.append(Segment(AFTER_DEFAULT_SYSTEM[style]))
    _check_partial(messages)
    partial = messages[-1].partial
    settled = messages[:-1] if partial or (ends_sampled and messages[-1].role == "assistant") else messages
    answered = _last_answer(settled) if style == "thinking" else -1
    for i, message in enumerate(canonical(messages)):
        pieces += _message(message, style, in_context=i > answered)
    if add_generation_prompt and not partial:
        pieces += [Segment(IM_ASSISTANT, special=True), Segment("assistant"), Segment(IM_MIDDLE, special=True)]
    return pieces


def declaration(tools: Sequence[ToolSpec]) -> str:
    """The tools as the model reads them: JSON, compact, keys sorted, characters as they are."""
    try:
        forms = [tool.to_openai() for tool in tools]
        return json.dumps(forms, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except (TypeError, ValueError) as error:
        names = ", ".join(tool.name for tool in tools)
        raise ChatError(f"tools {names}: the parameters are not JSON: {error}") from error


def _check_partial(messages: Sequence[Message]) -> None:
    for i, message in enumerate(messages):
        if not message.partial:
            continue
        if i < len(messages) - 1 or message.role != "assistant" or message.tool_calls:
            what = "makes calls" if message.tool_calls else f"is of role {message.role}, {i + 1} of {len(messages)}"
            raise ChatError(f"messages[{i}] is partial and {what}; accepted: an assistant's text, as the last message")


def _begun(message: Message) -> bool:
    """Whether the message is the beginning of an answer, of which there is something already."""
    return message.partial and bool(message.content or message.reasoning)


def _last_answer(messages: Sequence[Message]) -> int:
    """Index of the last assistant message without calls, −1 where there is none: up to there reasoning is dropped."""
    answers = (i for i, message in enumerate(messages) if message.role == "assistant" and not message.tool_calls)
    return max(answers, default=-1)


def _message(message: Message, style: str, in_context: bool) -> list[Segment]:
    """One turn. `in_context`: its reasoning still counts, so it stands as it was sampled."""
    role_token = _ROLE_TOKENS.get(message.role, IM_SYSTEM)
    name = message.name or message.role
    if message.role == "tool":
        return _turn(role_token, name, [Segment(f"## Return of {message.tool_call_id}\n{message.content}")])
    if message.role != "assistant":
        return _turn(role_token, name, [Segment(message.content)])
    opening = [Segment(role_token, special=True), Segment(name), Segment(IM_MIDDLE, special=True)]
    emitted = _emission(message, style, keep_reasoning=in_context)
    return opening + [Segment(piece.text, piece.special, sampled=in_context) for piece in emitted]


def _turn(role_token: str, name: str, content: list[Segment]) -> list[Segment]:
    opening = [Segment(role_token, special=True), Segment(name), Segment(IM_MIDDLE, special=True)]
    return [*opening, *content, Segment(IM_END, special=True)]


def _emission(message: Message, style: str, keep_reasoning: bool) -> Iterator[Segment]:
    """What the assistant writes into its turn: reasoning, text, calls, end of turn."""
    if style == "thinking" and (_begun(message) or not message.partial):
        yield Segment(THINK, special=True)
        yield Segment((message.reasoning or "") if keep_reasoning else "")
        if message.partial and not message.content:
            return
        yield Segment(END_THINK, special=True)
    yield Segment(message.content)
    if message.partial:
        return
    if message.tool_calls:
        yield Segment(SECTION_BEGIN, special=True)
        for call in message.tool_calls:
            yield Segment(CALL_BEGIN, special=True)
            yield Segment(call.id)
            yield Segment(ARGUMENTS_BEGIN, special=True)
            yield Segment(call.arguments)
            yield Segment(CALL_END, special=True)
        yield Segment(SECTION_END, special=True)
    yield Segment(IM_END, special=True)


def _encode(pieces: Sequence[Segment], tokenizer: Tokenizer) -> tuple[list[int], list[bool]]:
    """Ids and sampled mask. Neighbouring texts are encoded as one text, which never crosses the mask's border.

    `<think>` and `</think>` are ordinary text for tokenizers that do not have them (Kimi-K2-Instruct).
    """
    ids: list[int] = []
    mask: list[bool] = []
    text: list[str] = []

    def add(new: list[int], sampled: bool) -> None:
        ids.extend(new)
        mask.extend([sampled] * len(new))

    sampled = False
    for piece in pieces:
        optional = piece.text in (THINK, END_THINK)
        if not piece.special or (optional and piece.text not in tokenizer.special):
            text.append(piece.text)
            sampled = piece.sampled
            continue
        add(tokenizer.encode("".join(text)), sampled)
        text.clear()
        add([tokenizer.id(piece.text)], piece.sampled)
    add(tokenizer.encode("".join(text)), sampled)
    return ids, mask
