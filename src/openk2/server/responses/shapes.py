"""The JSON of answers, for `/openapi.json`: what `resource.py` and `routes.py` write."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Shape(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class InputTokensDetails(_Shape):
    """What the prompt's tokens were."""

    cached_tokens: int
    cache_write_tokens: int


class OutputTokenCounts(_Shape):
    """What the answer's tokens were."""

    reasoning_tokens: int


class ResponseUsage(_Shape):
    """What the request cost, in tokens; with prices also `openk2_cost`."""

    model_config = ConfigDict(extra="allow")

    input_tokens: int
    input_tokens_details: InputTokensDetails
    output_tokens: int
    output_tokens_details: OutputTokenCounts
    total_tokens: int


class ResponseFailure(_Shape):
    """Why a response failed."""

    code: str
    message: str


class Response(_Shape):
    """A response of the Responses API; it also repeats the fields of its request."""

    model_config = ConfigDict(extra="allow")

    id: str
    object: Literal["response"]
    created_at: int
    """Seconds since 1970."""
    completed_at: int | None
    status: Literal["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]
    model: str
    output: list[dict[str, Any]]
    """Items: `reasoning`, `message`, `function_call`, `custom_tool_call`."""
    usage: ResponseUsage | None
    error: ResponseFailure | None
    incomplete_details: dict[str, Any] | None


class ResponseDeleted(_Shape):
    """A response that is gone."""

    id: str
    object: Literal["response"]
    deleted: Literal[True]


class ItemList(_Shape):
    """A page of items."""

    object: Literal["list"]
    data: list[dict[str, Any]]
    first_id: str | None
    last_id: str | None
    has_more: bool
