"""An OpenAI chat-completions body → the package's own request.

Fields that would change the answer and cannot be honoured are refused by name; fields this server does not know are
ignored, as OpenAI's own servers and clients expect. The form is that of OpenAI's API reference, with Moonshot's rules
for `tool_choice` (`none` and `auto`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from openk2.chat.messages import ChatRequest, Message, messages_from_openai, tools_from_openai
from openk2.chat.sampling import SamplingParams
from openk2.server.bodies import Body, checked, refuse_given, shown
from openk2.server.errors import ApiError
from openk2.server.openai.chat_answer import ChatWriter
from openk2.server.protocol import Call, Json
from openk2.server.served import Served

MAX_STOP_TEXTS = 16


class StreamOptions(Body):
    """What a stream carries besides the answer."""

    include_usage: bool | None = None
    """Send one more chunk at the end, with empty `choices` and the token counts."""


class ChatBody(Body):
    """The JSON body of `POST /v1/chat/completions`."""

    model: str
    """A name from `/v1/models`."""
    messages: list[Any]
    """The conversation so far."""
    tools: list[Any] | None = None
    """Functions the model may call."""
    tool_choice: Any = None
    """`auto` (the default), or `none`: no tool is declared, and a call that the model writes all the same is text."""
    parallel_tool_calls: bool | None = None
    """Only true: the model decides how many calls it makes."""
    temperature: float | None = None
    """0 takes the most probable token; the default is Kimi K2's advice, 0.6."""
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


_ONLY: dict[str, tuple[Any, ...]] = {
    "parallel_tool_calls": (True,),
    "functions": ([],),
    "function_call": ("none", "auto"),
    "modalities": (["text"],),
    "audio": (),
    "response_format": ({"type": "text"},),
    "tool_choice": ("none", "auto"),
}
"""Field → the only values it may have besides null; anything else would change the answer and is refused."""


def read_chat_call(data: Json, request_id: str, served: Served) -> Call:
    """Read and check a request body.

    Raises ApiError: 404 for a model that is not served, 400 for a field of the wrong type or an unsupported value; and
    ChatError or RequestError, which name the field, for messages, tools and sampling that are wrong in themselves.
    """
    for name, accepted in _ONLY.items():
        refuse_given(data, name, accepted)
    chat = checked(ChatBody, data)
    tools = tools_from_openai(chat.tools)
    request = ChatRequest(
        messages=named_results(messages_from_openai(chat.messages)),
        tools=() if chat.tool_choice == "none" else tools,
        sampling=_sampling(chat),
        request_id=request_id,
    )
    if chat.stream_options is not None and not chat.stream:
        raise ApiError(
            400, "stream_options is given without stream; accepted: only with stream true", param="stream_options"
        )
    include_usage = chat.stream_options is not None and bool(chat.stream_options.include_usage)
    model = served.find(chat.model)
    piece = model.piece() if request.sampling.logprobs else None
    return Call(
        chat.model, model, request, bool(chat.stream), partial(ChatWriter, include_usage=include_usage, piece=piece)
    )


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


def _sampling(chat: ChatBody) -> SamplingParams:
    """Unset fields keep the package's defaults."""
    limit = chat.max_tokens if chat.max_completion_tokens is None else chat.max_completion_tokens
    if chat.max_tokens is not None and chat.max_tokens != limit:
        raise ApiError(
            400,
            f"max_tokens is {chat.max_tokens} and max_completion_tokens is {limit}; accepted: one of them",
            param="max_tokens",
        )
    stop = (chat.stop,) if isinstance(chat.stop, str) else tuple(chat.stop or ())
    if len(stop) > MAX_STOP_TEXTS:
        raise ApiError(400, f"stop holds {len(stop)} texts; accepted: at most {MAX_STOP_TEXTS}", param="stop")
    same = {name: value for name in _SAME_NAME if (value := getattr(chat, name)) is not None}
    return SamplingParams(
        **same,
        max_tokens=limit,
        stop=stop,
        stop_token_ids=tuple(chat.stop_token_ids or ()),
        logit_bias=_logit_bias(chat.logit_bias or {}),
    )


_SAME_NAME = (
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
    "logprobs",
    "top_logprobs",
)
"""Fields that `ChatBody` and `SamplingParams` both have and mean alike."""


def _logit_bias(given: Mapping[str, float]) -> dict[int, float]:
    """OpenAI's form: ids as text, biases from -100, which forbids, to 100."""
    for id, bias in given.items():
        if not (id.isascii() and id.isdigit()):
            raise ApiError(400, f"logit_bias holds {shown(id)}; accepted: token ids", param="logit_bias")
        if not -100 <= bias <= 100:
            raise ApiError(400, f"logit_bias gives {bias} to {id}; accepted: -100 … 100", param="logit_bias")
    return {int(id): bias for id, bias in given.items()}
