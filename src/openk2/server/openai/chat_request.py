"""A chat-completions body → the package's own request.

Fields that would change the answer and cannot be honoured are refused by name; fields this server does not know are
ignored, as OpenAI's own servers and clients expect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import BaseModel

from openk2.chat.messages import ChatRequest, Message, messages_from_openai
from openk2.chat.sampling import SamplingParams
from openk2.server.bodies import checked, refuse_given, shown
from openk2.server.errors import ApiError
from openk2.server.openai import moonshot
from openk2.server.openai.chat_answer import ChatWriter, Form
from openk2.server.openai.chat_body import ChatBody, ResponseFormat, StreamOptions
from openk2.server.openai.tool_fields import read_tool_choice, read_tools
from openk2.server.openai.web_search import WEB_SEARCH, Search, searched
from openk2.server.protocol import Call, Json
from openk2.server.served import Served, ServedModel
from openk2.server.settings import ServerSettings

MOST_STOP_TEXTS = 16

_ONLY: dict[str, tuple[Any, ...]] = {
    "functions": ([],),
    "function_call": ("none", "auto"),
    "modalities": (["text"],),
    "audio": (),
}
"""Field → the only values it may have besides null; anything else would change the answer and is refused."""

_ANY_OBJECT: Mapping[str, Any] = {"type": "object"}
"""What `json_object` asks for."""

_EFFORTS = {"minimal": "low", "xhigh": "high", "max": "high"}
"""Grades of `reasoning_effort` that only some models know → the nearest that all know."""


def read_chat_call(
    data: Json, request_id: str, served: Served, settings: ServerSettings | None = None, search: Search | None = None
) -> Call:
    """Read and check a request body.

    Raises ApiError: 404 for a model that is not served, 400 for a field of the wrong type or an unsupported value; and
    ChatError or RequestError, which name the field, for messages, tools and sampling that are wrong in themselves.
    """
    settings = settings or ServerSettings()
    for name, accepted in _ONLY.items():
        refuse_given(data, name, accepted)
    chat = checked(ChatBody, data)
    model = served.find(chat.model)
    messages = named_results(messages_from_openai(chat.messages))
    thinks = read_thinking(chat)
    if settings.moonshot_strict:
        chat = moonshot.as_platform(chat, thinks=model.thinks if thinks is None else thinks)
    tools = read_tools(chat.tools, searchable=search is not None)
    request = ChatRequest(
        messages=messages,
        tools=tools,
        sampling=read_sampling(chat, model),
        request_id=request_id,
        tool_choice=read_tool_choice(chat.tool_choice, chat.parallel_tool_calls, tools),
        answer_schema=_answer_schema(chat.response_format, messages),
        thinking=thinks,
        reasoning_effort=_effort(chat),
        cache_key=chat.prompt_cache_key,
    )
    form = Form(
        include_usage=asks_for_usage(chat.stream_options, stream=bool(chat.stream)) or settings.always_usage,
        piece=model.piece() if request.sampling.logprobs else None,
        reasoning_alias=settings.reasoning_alias,
        bare_errors=settings.moonshot_strict,
    )
    call = Call(chat.model, model, request, bool(chat.stream), partial(ChatWriter, form=form))
    if search is not None and WEB_SEARCH in tools:
        call = replace(call, source=partial(searched, model.backend, search=search))
    return call


def named_results(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Tool messages that leave their tool's name out get it from the call they answer: the template writes it into the
    turn's header, and clients of OpenAI's API need not send it."""
    names: dict[str, str] = {}
    named = []
    for message in messages:
        names.update((call.id, call.name) for call in message.tool_calls)
        if message.role == "tool" and message.name is None and message.tool_call_id in names:
            message = replace(message, name=names[message.tool_call_id])
        named.append(message)
    return tuple(named)


def read_thinking(chat: ChatBody) -> bool | None:
    """Whether the model reasons, as the most explicit of the fields says; None where none does."""
    if chat.thinking is not None and chat.thinking.type != "auto":
        return chat.thinking.type == "enabled"
    arguments = chat.chat_template_kwargs
    if arguments is not None:
        for said in (arguments.thinking, arguments.enable_thinking):
            if said is not None:
                return said
    return False if chat.reasoning_effort == "none" else None


def _effort(chat: ChatBody) -> str | None:
    effort = chat.reasoning_effort
    return None if effort in (None, "none") else _EFFORTS.get(effort, effort)


def _answer_schema(given: ResponseFormat | None, messages: Sequence[Message]) -> Mapping[str, Any] | None:
    """The schema that the answer's text follows; raises ApiError where `response_format` says too little, or an answer
    has begun that the schema does not know of."""
    if given is None or given.type == "text":
        return None
    if messages[-1].partial:
        raise ApiError(
            400,
            f"response_format is {given.type} with a partial last message; accepted: one of them",
            param="response_format",
        )
    if given.type == "json_object":
        return _ANY_OBJECT
    if given.json_schema is None:
        raise ApiError(
            400, "response_format.json_schema is missing; accepted: an object", param="response_format.json_schema"
        )
    return given.json_schema.schema_


def asks_for_usage(options: StreamOptions | None, *, stream: bool) -> bool:
    """Whether the stream ends with token counts; raises ApiError for options of a stream that is none."""
    if options is not None and not stream:
        raise ApiError(
            400, "stream_options is given without stream; accepted: only with stream true", param="stream_options"
        )
    return options is not None and bool(options.include_usage)


def read_sampling(chat: ChatBody, model: ServedModel) -> SamplingParams:
    """How the answer is drawn; what is not given is the model's own advice or changes nothing."""
    limit = chat.max_tokens if chat.max_completion_tokens is None else chat.max_completion_tokens
    if chat.max_tokens is not None and chat.max_tokens != limit:
        raise ApiError(
            400,
            f"max_tokens is {chat.max_tokens} and max_completion_tokens is {limit}; accepted: one of them",
            param="max_tokens",
        )
    return SamplingParams(
        **{"temperature": model.temperature, **given_sampling(chat, "logprobs", "top_logprobs")},
        max_tokens=limit,
        stop=stop_texts(chat.stop),
        stop_token_ids=tuple(chat.stop_token_ids or ()),
        logit_bias=logit_biases(chat.logit_bias or {}),
    )


_SAMPLING = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "presence_penalty",
    "frequency_penalty",
    "repetition_penalty",
    "ignore_eos",
    "min_tokens",
    "priority",
    "n",
    "seed",
)
"""Fields that the bodies of chats and completions share with `SamplingParams`, by name and meaning."""


def given_sampling(body: BaseModel, *more: str) -> dict[str, Any]:
    """Those of the shared fields, and of `more`, that a body has."""
    return {name: value for name in (*_SAMPLING, *more) if (value := getattr(body, name)) is not None}


def stop_texts(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """The stop texts, one or several."""
    stop = (given,) if isinstance(given, str) else tuple(given or ())
    if len(stop) > MOST_STOP_TEXTS:
        raise ApiError(400, f"stop holds {len(stop)} texts; accepted: at most {MOST_STOP_TEXTS}", param="stop")
    return stop


def logit_biases(given: Mapping[str, float]) -> dict[int, float]:
    """OpenAI's form: ids as text, biases from -100, which forbids, to 100."""
    for id, bias in given.items():
        if not (id.isascii() and id.isdigit()):
            raise ApiError(400, f"logit_bias holds {shown(id)}; accepted: token ids", param="logit_bias")
        if not -100 <= bias <= 100:
            raise ApiError(400, f"logit_bias gives {bias} to {id}; accepted: -100 … 100", param="logit_bias")
    return {int(id): bias for id, bias in given.items()}
