"""`openk2.render` and `openk2.parse`: the template and the parser for callers who hold chat-completions JSON."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openk2.chat import parser, template
from openk2.chat.messages import Message, ToolSpec, messages_from_openai, tools_from_openai
from openk2.chat.tokenizer import Tokenizer, load_tokenizer


def render(
    messages: Sequence[Message | Mapping[str, Any]],
    tools: Sequence[ToolSpec | Mapping[str, Any]] | None = None,
    *,
    tokenizer: Tokenizer | str | Path,
    style: str = "instruct",
    add_generation_prompt: bool = True,
) -> list[int]:
    """Token ids of a conversation.

    Messages and tools are openk2's own or in chat-completions form; the tokenizer is one, or the name or directory of a
    model; the style is `instruct` or `thinking`. Raises ChatError naming the field that is wrong.
    """
    forms = [item.to_openai() if isinstance(item, Message) else item for item in messages]
    declared = [item.to_openai() if isinstance(item, ToolSpec) else item for item in tools or ()]
    return template.render(
        messages_from_openai(forms),
        tools_from_openai(declared),
        tokenizer=_tokenizer(tokenizer),
        style=style,
        add_generation_prompt=add_generation_prompt,
    )


def parse(ids: Iterable[int], tokenizer: Tokenizer | str | Path) -> Message:
    """The assistant message that sampled token ids mean. Raises ChatError for an id outside the vocabulary."""
    return parser.parse(ids, _tokenizer(tokenizer))


def _tokenizer(given: Tokenizer | str | Path) -> Tokenizer:
    return given if isinstance(given, Tokenizer) else load_tokenizer(given)
