"""A Messages body → the package's own request.

The form is that of Anthropic's API reference. What only Anthropic's servers have (service tiers, containers, context
management, betas named in headers) is ignored, as clients send it to every server. Temperatures are those of
Anthropic's scale and mapped to the model's: Moonshot's platform multiplies by 0.6 on this route, so that a client's
usual 1.0 is the 0.6 that Kimi K2 is advised to be run at. Models that reason are advised to be run at 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from openk2.chat.messages import ChatRequest
from openk2.chat.sampling import SamplingParams
from openk2.server.anthropic.answer import MessagesWriter
from openk2.server.anthropic.claude_code import session_of
from openk2.server.anthropic.conversation import read_conversation
from openk2.server.anthropic.tools import read_tool_choice, read_tools
from openk2.server.bodies import Body, checked
from openk2.server.errors import ApiError
from openk2.server.fields import object_at, text_at, wrong
from openk2.server.protocol import Call, Json
from openk2.server.sealing import Seal
from openk2.server.served import Served, ServedModel

MAX_STOP_TEXTS = 64

_EFFORTS = {"low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
"""Anthropic's levels of effort → the model's."""
_THINKING = {"enabled": True, "disabled": False, "adaptive": None, "between_tools": None}
"""`thinking.type` → whether the model reasons; None: as it is used to."""


class CountBody(Body):
    """The JSON body of `POST /v1/messages/count_tokens`: what a prompt is made of."""

    model: str
    """A name from `/v1/models`."""
    messages: list[Any]
    """The conversation so far; its last turn may be the assistant's, which then goes on."""
    system: str | list[Any] | None = None
    """Text, or text blocks, that stand before the conversation."""
    tools: list[Any] | None = None
    """Tools the model may call, each with `name`, `description` and `input_schema`."""
    tool_choice: dict[str, Any] | None = None
    """`auto`, `any`, `tool` with a name, or `none`; each with `disable_parallel_tool_use`."""
    thinking: dict[str, Any] | None = None
    """`enabled`, `disabled` or `adaptive`. A budget is not kept to: the model decides how long it thinks."""
    output_config: dict[str, Any] | None = None
    """`format`: a JSON schema that the answer follows; `effort`: low, medium, high, xhigh or max."""
    output_format: dict[str, Any] | None = None
    """An older name of `output_config.format`."""


class MessagesBody(CountBody):
    """The JSON body of `POST /v1/messages`."""

    max_tokens: int
    """Stop after this many tokens, thinking included."""
    temperature: float | None = None
    """0 takes the most probable token, 1 is the usual."""
    top_p: float | None = None
    """Keep the smallest set of tokens whose probabilities sum to this."""
    top_k: int | None = None
    """Keep this many most probable tokens."""
    stop_sequences: list[str] | None = None
    """Texts that end the answer where they appear."""
    stream: bool | None = None
    """Answer piece by piece, as server-sent events."""
    metadata: dict[str, Any] | None = None
    """`user_id`: requests of one user are sent where the beginning of their prompt is cached."""


@dataclass(frozen=True)
class MessagesRules:
    """What this server does on the Messages routes."""

    seal: Seal
    temperature: float | None
    """The model's temperature for one of 1.0; None: what its release advises."""


def read_count(data: Json, served: Served, rules: MessagesRules) -> tuple[ServedModel, ChatRequest]:
    """The model and the request whose prompt is to be counted; raises as `read_messages_call` does."""
    body = checked(CountBody, data)
    return served.find(body.model), _request(body, SamplingParams(), rules)


def read_messages_call(
    data: Json, headers: Mapping[str, str], request_id: str, served: Served, rules: MessagesRules
) -> Call:
    """Read and check a request.

    Raises ApiError: 404 for a model that is not served, 400 for a field of the wrong type or an unsupported value; and
    RequestError, which names the field, for sampling that is wrong in itself.
    """
    body = checked(MessagesBody, data)
    model = served.find(body.model)
    session = session_of(headers) or _user(body.metadata)
    request = _request(body, _sampling(body, model, rules), rules, request_id, session)
    writer = partial(
        MessagesWriter,
        seal=rules.seal,
        shows_thinking=(body.thinking or {}).get("display") != "omitted",
        max_tokens=body.max_tokens,
    )
    return Call(body.model, model, request, bool(body.stream), writer)


def _request(
    body: CountBody,
    sampling: SamplingParams,
    rules: MessagesRules,
    request_id: str | None = None,
    cache_key: str | None = None,
) -> ChatRequest:
    tools = read_tools(body.tools)
    config = body.output_config or {}
    messages = read_conversation(body.system, body.messages, rules.seal)
    schema = _schema(body, config)
    if schema is not None and messages[-1].partial:
        raise ApiError(
            400,
            "output_config.format is given with an assistant's turn at the end; accepted: one of them",
            param="output_config.format",
        )
    return ChatRequest(
        messages=messages,
        tools=tools,
        sampling=sampling,
        request_id=request_id,
        tool_choice=read_tool_choice(body.tool_choice, tools),
        answer_schema=schema,
        thinking=_thinking(body.thinking),
        reasoning_effort=_effort(config.get("effort")),
        cache_key=cache_key,
    )


def _sampling(body: MessagesBody, model: ServedModel, rules: MessagesRules) -> SamplingParams:
    """How the answer is drawn; what is not given is the model's own advice or changes nothing."""
    stops = body.stop_sequences or []
    if len(stops) > MAX_STOP_TEXTS:
        raise ApiError(
            400, f"stop_sequences holds {len(stops)} texts; accepted: at most {MAX_STOP_TEXTS}", param="stop_sequences"
        )
    if not all(stops):
        raise ApiError(
            400, "stop_sequences holds an empty text; accepted: texts of one character or more", param="stop_sequences"
        )
    temperature = 1.0 if body.temperature is None else body.temperature
    if not 0 <= temperature <= 1:
        raise wrong("temperature", temperature, "0 … 1")
    usual = model.temperature if rules.temperature is None else rules.temperature
    given: dict[str, Any] = {"temperature": temperature * usual}
    if body.top_p is not None:
        given["top_p"] = body.top_p
    if body.top_k is not None:
        given["top_k"] = body.top_k
    return SamplingParams(**given, max_tokens=body.max_tokens, stop=tuple(stops))


def _schema(body: CountBody, config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    where = "output_format" if body.output_format is not None else "output_config.format"
    value = body.output_format if body.output_format is not None else config.get("format")
    if value is None:
        return None
    form = object_at(value, where)
    if form.get("type") != "json_schema":
        raise wrong(f"{where}.type", form.get("type"), "json_schema")
    return object_at(form.get("schema"), f"{where}.schema")


def _thinking(value: Mapping[str, Any] | None) -> bool | None:
    if value is None:
        return None
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _THINKING:
        raise wrong("thinking.type", kind, ", ".join(_THINKING))
    budget = value.get("budget_tokens")
    if kind == "enabled" and (isinstance(budget, bool) or not isinstance(budget, int) or budget < 1):
        raise wrong("thinking.budget_tokens", budget, "a whole number of 1 or more")
    return _THINKING[kind]


def _effort(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in _EFFORTS:
        raise wrong("output_config.effort", value, ", ".join(_EFFORTS))
    return _EFFORTS[value]


def _user(metadata: Mapping[str, Any] | None) -> str | None:
    user = (metadata or {}).get("user_id")
    return None if user is None else text_at(user, "metadata.user_id") or None
