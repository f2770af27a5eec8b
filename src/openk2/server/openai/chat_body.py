"""The JSON body of `POST /v1/chat/completions`: OpenAI's API reference, with what Moonshot's platform and vLLM add.

What they mean is in `chat_request.py`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from openk2.server.bodies import Body

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class StreamOptions(Body):
    """What a stream carries besides the answer."""

    include_usage: bool | None = None
    """Send one more chunk at the end, with empty `choices` and the token counts."""


class Thinking(Body):
    """Moonshot's switch of a model's reasoning."""

    type: Literal["enabled", "disabled", "auto"]


class TemplateArguments(Body):
    """Arguments of the chat template, as vLLM and SGLang pass them on."""

    thinking: bool | None = None
    """Whether the model reasons before it answers."""
    enable_thinking: bool | None = None
    """The same, as some clients name it."""


class JsonSchemaFormat(Body):
    """A named JSON schema."""

    name: str | None = None
    """For people."""
    description: str | None = None
    """For people."""
    schema_: dict[str, Any] = Field(alias="schema")
    """The schema that the answer follows, by grammar."""
    strict: bool | None = None
    """Accepted; the answer follows the schema in any case."""


class ResponseFormat(Body):
    """What the answer's text looks like."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchemaFormat | None = None
    """With `json_schema` only."""


class ChatBody(Body):
    """The JSON body of `POST /v1/chat/completions`."""

    model: str
    """A name from `/v1/models`."""
    messages: list[dict[str, Any]]
    """The conversation so far. A last message of the assistant's with `partial: true` is continued."""
    tools: list[dict[str, Any]] | None = None
    """Functions the model may call; of Moonshot's own, `$web_search` where the server has a search address. Tools of
    other types are no concern of a model behind this API and are ignored."""
    tool_choice: str | dict[str, Any] | None = None
    """`auto` (the default), `none`, `required`, `{"type": "function", "function": {"name": …}}`, or `allowed_tools`."""
    parallel_tool_calls: bool | None = None
    """Whether one answer may make several calls; true is the default."""
    response_format: ResponseFormat | None = None
    """Free text, any JSON object, or JSON of a schema."""
    thinking: Thinking | None = None
    """Whether the model reasons before it answers."""
    chat_template_kwargs: TemplateArguments | None = None
    """The same, as vLLM has it."""
    reasoning_effort: Effort | None = None
    """How much the model reasons, where it knows such a setting; `none` is not at all."""
    prompt_cache_key: str | None = None
    """Requests of one dialogue share it, so that each finds its beginning in a cache."""
    temperature: float | None = None
    """0 takes the most probable token; the default is the model's own advice, 0.6, or 1.0 for those that reason."""
    top_p: float | None = None
    """Keep the smallest set of tokens whose probabilities sum to this."""
    top_k: int | None = None
    """Keep this many most probable tokens; 0 keeps all."""
    max_completion_tokens: int | None = None
    """Stop after this many tokens, reasoning included."""
    max_tokens: int | None = None
    """The older name of `max_completion_tokens`."""
    stop: str | list[str] | None = None
    """Texts that end the answer where they appear."""
    min_p: float | None = None
    """Keep tokens at least this many times as probable as the most probable one."""
    presence_penalty: float | None = None
    """Subtracted from the logit of every token that the answer has already."""
    frequency_penalty: float | None = None
    """Subtracted from the logit of every token as often as the answer has it already."""
    repetition_penalty: float | None = None
    """Divides the logit of every token that prompt or answer has already."""
    logit_bias: dict[str, float] | None = None
    """Token id → number added to its logit."""
    stop_token_ids: list[int] | None = None
    """Token ids that end the answer besides the model's own."""
    ignore_eos: bool | None = None
    """Go on where the model ends its turn."""
    min_tokens: int | None = None
    """No end before this many tokens."""
    priority: int | None = None
    """Requests of higher priority are served earlier."""
    n: int | None = None
    """Answers to give."""
    seed: int | None = None
    """The same seed and request draw the same tokens."""
    logprobs: bool | None = None
    """Report the log-probability of every sampled token, markers included."""
    top_logprobs: int | None = None
    """Only with `logprobs`: also report this many most probable tokens at each place."""
    stream: bool | None = None
    """Answer piece by piece, as server-sent events."""
    stream_options: StreamOptions | None = None
    """Only together with `stream`."""
    store: bool | None = None
    """Accepted; nothing is stored."""
    metadata: dict[str, Any] | None = None
    """Accepted and ignored, like `user`, `service_tier` and `verbosity`."""
    user: str | None = None
    """The caller's own name for whoever asks."""
    service_tier: str | None = None
    """There is one tier."""
    verbosity: str | None = None
    """The model has no such setting."""
