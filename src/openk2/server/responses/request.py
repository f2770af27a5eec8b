"""A Responses body → the package's own request, and the response object it is the beginning of.

The form is that of OpenAI's API reference. Fields that would change the answer and cannot be honoured are refused by
name; what this server does not know is ignored. `instructions` belong to one request; what is kept for the next turn
are the items.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openk2.chat.messages import ChatRequest
from openk2.chat.sampling import SamplingParams
from openk2.server.bodies import Body, checked, refuse_given
from openk2.server.errors import ApiError
from openk2.server.fields import object_at, wrong
from openk2.server.protocol import Json
from openk2.server.responses.items import Conversation
from openk2.server.responses.resource import Resource
from openk2.server.responses.store import ResponseStore
from openk2.server.responses.tools import Tools, read_tool_choice
from openk2.server.responses.truncation import truncated
from openk2.server.sealing import Seal
from openk2.server.served import Served, ServedModel

_ENCLOSED = "reasoning.encrypted_content"
_EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
"""OpenAI's levels of effort → the model's; `none` turns reasoning off."""
_FORMATS = ("text", "json_object", "json_schema")
_ONLY: dict[str, tuple[Any, ...]] = {"conversation": (), "prompt": (), "top_logprobs": (0,)}
"""Field → the only values it may have besides null; anything else would change the answer and is refused."""


class ResponsesBody(Body):
    """The JSON body of `POST /v1/responses`."""

    model: str
    """A name from `/v1/models`."""
    input: str | list[Any]
    """What is said, or the items of the conversation so far."""
    instructions: str | None = None
    """What stands before the conversation, for this request alone."""
    previous_response_id: str | None = None
    """A kept response that this one goes on from."""
    tools: list[Any] | None = None
    """Functions, custom tools and namespaces of them; tools that run at OpenAI are passed over."""
    tool_choice: str | dict[str, Any] | None = None
    """`auto`, `none`, `required`, a function or custom tool by name, or `allowed_tools`."""
    parallel_tool_calls: bool | None = None
    """Several calls in one answer; true where nothing is said."""
    text: dict[str, Any] | None = None
    """`format`: text, `json_object`, or `json_schema` with a `schema` that the answer follows."""
    reasoning: dict[str, Any] | None = None
    """`effort`: none, minimal, low, medium, high or xhigh."""
    max_output_tokens: int | None = None
    """Stop after this many tokens, reasoning included."""
    temperature: float | None = None
    """0 takes the most probable token; the default is the model's advice."""
    top_p: float | None = None
    """Keep the smallest set of tokens whose probabilities sum to this."""
    stream: bool | None = None
    """Answer event by event."""
    store: bool | None = None
    """Keep the response for retrieval and the next turn; true where nothing is said."""
    background: bool | None = None
    """Answer at once with a response that goes on by itself."""
    metadata: dict[str, str] | None = None
    """Repeated in the response."""
    prompt_cache_key: str | None = None
    """Requests of one dialogue share it, so that they are sent where its beginning is cached."""
    include: list[str] | None = None
    """`reasoning.encrypted_content`: reasoning also in a form that comes back with the next request."""
    truncation: str | None = None
    """`auto`: leave out the oldest turns where all do not fit the context; `disabled` (the default): refuse."""


@dataclass(frozen=True)
class Asked:
    """A request as read."""

    body: ResponsesBody
    model: ServedModel
    request: ChatRequest
    tools: Tools
    resource: Resource
    context: tuple[Json, ...]
    """Items of earlier turns."""
    input: tuple[Json, ...]
    """Items of this request, each with an id."""

    @property
    def keeps(self) -> bool:
        """Whether the response is to be kept."""
        return self.body.store is not False

    @property
    def encloses(self) -> bool:
        """Whether reasoning is to come in a form the client can send back."""
        return _ENCLOSED in (self.body.include or ())


def read_responses(data: Json, request_id: str, owner: str, served: Served, store: ResponseStore, seal: Seal) -> Asked:
    """Read and check a request. `owner`: whose kept responses it may go on from.

    Raises ApiError: 404 for a model, a response or an item that is not there, 400 for a field of the wrong type or an
    unsupported value; and RequestError, which names the field, for sampling that is wrong in itself.
    """
    for name, accepted in _ONLY.items():
        refuse_given(data, name, accepted)
    body = checked(ResponsesBody, data)
    if body.background and body.store is False:
        raise ApiError(400, "background is true and store is false; accepted: one of them", param="background")
    model = served.find(body.model)
    context = _previous(body.previous_response_id, owner, store)
    items = _input(body.input)
    tools = Tools()
    if body.tools is not None:
        tools.declare(body.tools, "tools")
    conversation = Conversation(tools, seal, lambda id: store.item(owner, id))
    if body.instructions:
        conversation.say("system", body.instructions)
    conversation.add(context, "previous_response_id")
    conversation.add(items, "input")
    messages = conversation.messages()
    if not messages:
        raise ApiError(400, "input is empty; accepted: text, or one item or more", param="input")
    request = ChatRequest(
        messages=messages,
        tools=tuple(tools.specs),
        sampling=_sampling(body, model),
        request_id=request_id,
        tool_choice=read_tool_choice(body.tool_choice, tools, body.parallel_tool_calls),
        answer_schema=_schema(body.text),
        thinking=False if _effort(body.reasoning) == "none" else None,
        reasoning_effort=_EFFORTS.get(_effort(body.reasoning) or ""),
        cache_key=body.prompt_cache_key,
    )
    if body.truncation not in (None, "auto", "disabled"):
        raise wrong("truncation", body.truncation, "auto, disabled")
    if body.truncation == "auto":
        request = truncated(request, model.backend)
    return Asked(body, model, request, tools, Resource(_echo(body, data, request.sampling)), context, items)


def _previous(id: str | None, owner: str, store: ResponseStore) -> tuple[Json, ...]:
    """The items that led to a kept response, and its own."""
    if id is None:
        return ()
    kept = store.find(owner, id)
    if kept is None:
        raise not_kept(id, "previous_response_id")
    if not kept.over:
        raise ApiError(
            400, f"previous_response_id is {id!r}, which is still being answered", param="previous_response_id"
        )
    return kept.items()


def not_kept(id: str, param: str | None = None) -> ApiError:
    """The refusal (404) of a response that is not there, or not the caller's."""
    return ApiError(404, f"response {id!r} is not kept here", param=param, code="previous_response_not_found")


def _input(given: str | list[Any]) -> tuple[Json, ...]:
    """The items of a request in the form in which they are kept and listed: each with type, id and status, and messages
    with parts."""
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    items = [dict(object_at(item, f"input[{i}]")) for i, item in enumerate(given)]
    for item in items:
        if not isinstance(item.get("id"), str):
            item["id"] = f"item_{uuid.uuid4().hex}"
        item.setdefault("status", "completed")
        if "role" in item:
            item.setdefault("type", "message")
        if item.get("type") == "message" and isinstance(item.get("content"), str):
            kind = "output_text" if item.get("role") == "assistant" else "input_text"
            item["content"] = [{"type": kind, "text": item["content"]}]
    return tuple(items)


def _sampling(body: ResponsesBody, model: ServedModel) -> SamplingParams:
    given: dict[str, Any] = {"temperature": model.temperature if body.temperature is None else body.temperature}
    if body.top_p is not None:
        given["top_p"] = body.top_p
    if body.max_output_tokens is not None and body.max_output_tokens < 1:
        raise wrong("max_output_tokens", body.max_output_tokens, "1 or more")
    return SamplingParams(**given, max_tokens=body.max_output_tokens)


def _schema(text: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    form = (text or {}).get("format")
    if form is None:
        return None
    kind = object_at(form, "text.format").get("type")
    if kind not in _FORMATS:
        raise wrong("text.format.type", kind, ", ".join(_FORMATS))
    if kind == "json_schema":
        return object_at(form.get("schema"), "text.format.schema")
    return {"type": "object"} if kind == "json_object" else None


def _effort(reasoning: Mapping[str, Any] | None) -> str | None:
    effort = (reasoning or {}).get("effort")
    if effort is not None and effort != "none" and effort not in _EFFORTS:
        raise wrong("reasoning.effort", effort, ", ".join(("none", *_EFFORTS)))
    return effort


def _echo(body: ResponsesBody, data: Json, sampling: SamplingParams) -> Json:
    """What the response object repeats."""
    reasoning = body.reasoning or {}
    return {
        "model": body.model,
        "instructions": body.instructions,
        "previous_response_id": body.previous_response_id,
        "tools": body.tools or [],
        "tool_choice": body.tool_choice or "auto",
        "parallel_tool_calls": body.parallel_tool_calls is not False,
        "text": {"format": {"type": "text"}, **(body.text or {})},
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "max_output_tokens": body.max_output_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "store": body.store is not False,
        "background": bool(body.background),
        "metadata": body.metadata or {},
        "prompt_cache_key": body.prompt_cache_key,
        "truncation": body.truncation or "disabled",
        "user": data.get("user"),
        "safety_identifier": data.get("safety_identifier"),
        "service_tier": "default",
    }
