"""The JSON of answers, for `/openapi.json`: what `answer.py` writes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Shape(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class OutputTokensDetails(_Shape):
    """What the answer's tokens were."""

    thinking_tokens: int


class MessageUsage(_Shape):
    """What the request cost, in tokens; with prices also `openk2_cost`."""

    model_config = ConfigDict(extra="allow")

    input_tokens: int
    """Tokens of the prompt that were computed."""
    cache_creation_input_tokens: int
    """Always 0: caching costs nothing."""
    cache_read_input_tokens: int
    """Tokens of the prompt that came out of the cache."""
    output_tokens: int
    output_tokens_details: OutputTokensDetails


class Message(_Shape):
    """A whole answer of the Messages API."""

    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: list[dict[str, Any]]
    """Blocks: `thinking` with its signature, `text`, `tool_use`."""
    stop_reason: Literal["end_turn", "max_tokens", "stop_sequence", "tool_use", "model_context_window_exceeded"]
    stop_sequence: str | None
    usage: MessageUsage


class TokenCount(_Shape):
    """How long a prompt is."""

    input_tokens: int
