"""The JSON of answers, for `/openapi.json`: what `chat_answer.py` and `text_answer.py` write."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Shape(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class PromptTokensDetails(_Shape):
    """What the prompt's tokens were."""

    cached_tokens: int
    """Found in the cache."""
    cache_write_tokens: int
    """Put into the cache."""


class CompletionTokensDetails(_Shape):
    """What the answer's tokens were."""

    reasoning_tokens: int
    accepted_prediction_tokens: int
    """Guessed rightly by speculation."""
    rejected_prediction_tokens: int
    """Guessed wrongly; they are no part of the answer."""


class UsageShape(_Shape):
    """What the request cost, in tokens; with prices also `openk2_cost`."""

    model_config = ConfigDict(extra="allow", title="Usage")

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cached_tokens: int
    """As Moonshot's platform has it."""
    prompt_tokens_details: PromptTokensDetails
    completion_tokens_details: CompletionTokensDetails


class CalledFunction(_Shape):
    """The function of a call."""

    name: str
    arguments: str
    """JSON."""


class CallShape(_Shape):
    """A call that the model makes."""

    model_config = ConfigDict(title="ToolCall")

    id: str
    type: Literal["function"]
    function: CalledFunction


class AssistantMessage(_Shape):
    """What the model said."""

    role: Literal["assistant"]
    content: str | None
    """Null beside calls without text."""
    reasoning_content: str | None = None
    tool_calls: list[CallShape] | None = None


class TokenProbability(_Shape):
    """A token and the logarithm of its probability."""

    token: str
    bytes: list[int]
    logprob: float


class SampledToken(TokenProbability):
    """A token of the answer."""

    top_logprobs: list[TokenProbability]


class ChatLogprobs(_Shape):
    """Log-probabilities of the answer's tokens."""

    content: list[SampledToken]


class ChatChoice(_Shape):
    """One answer."""

    index: int
    message: AssistantMessage
    logprobs: ChatLogprobs | None
    finish_reason: Literal["stop", "length", "tool_calls"]


class ChatCompletion(_Shape):
    """The answers to a conversation."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    usage: UsageShape | None = None


class TextLogprobs(_Shape):
    """Parallel lists, one entry per token."""

    text_offset: list[int]
    token_logprobs: list[float | None]
    tokens: list[str]
    top_logprobs: list[dict[str, float] | None]


class TextChoice(_Shape):
    """One continuation."""

    index: int
    text: str
    logprobs: TextLogprobs | None
    finish_reason: Literal["stop", "length"]
    stop_reason: str | None
    """The stop text that ended it."""
    token_ids: list[int] | None = None
    prompt_token_ids: list[int] | None = None


class TextCompletion(_Shape):
    """The continuations of all prompts."""

    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    choices: list[TextChoice]
    usage: UsageShape | None = None
