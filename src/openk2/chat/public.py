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

    Messages and tools are openk2's own or in chat-completions form, the role tool_declare and pictures (as their
    placeholder) included; the tokenizer is one, or the name or directory of a model; the style is `instruct` or
    `thinking`. Raises ChatError naming the field that is wrong.
    """
    return template.render(
        messages_from_openai(_forms(messages), template_forms=True),
        tools_from_openai(_forms(tools)),
        tokenizer=_tokenizer(tokenizer),
        style=style,
        add_generation_prompt=add_generation_prompt,
    )


def parse(
    ids: Iterable[int],
    tokenizer: Tokenizer | str | Path,
    tools: Sequence[ToolSpec | Mapping[str, Any]] | None = None,
) -> Message:
    """The assistant message that sampled token ids mean; `tools` name a call for which the model gave a bare number.

    Raises ChatError for an id outside the vocabulary.
    """
    given = (int(id) for id in ids)
    return parser.parse(given, _tokenizer(tokenizer), tools=tools_from_openai(_forms(tools)))


def _forms(items: object) -> object:
    """Chat-completions forms in place of openk2's own objects; what is neither goes on to be refused by name."""
    if not isinstance(items, Sequence) or isinstance(items, str):
        return items
    return [item.to_openai() if isinstance(item, Message | ToolSpec) else item for item in items]


def _tokenizer(given: Tokenizer | str | Path) -> Tokenizer:
    return given if isinstance(given, Tokenizer) else load_tokenizer(given)
