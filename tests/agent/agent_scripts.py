"""Replies of scripted models."""

import json

from openk2.chat.messages import Message, ToolCall


def calls(*pairs: tuple[str, object]) -> Message:
    """An assistant message that makes these calls: (name, arguments object or text)."""
    texts = [(name, given if isinstance(given, str) else json.dumps(given)) for name, given in pairs]
    return Message("assistant", tool_calls=tuple(ToolCall(f"call{i}", *text) for i, text in enumerate(texts)))


def says(text: str) -> Message:
    """An assistant message without calls."""
    return Message("assistant", text)
