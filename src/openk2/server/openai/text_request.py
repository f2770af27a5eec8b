"""`POST /v1/completions`: the body, and what it asks of a model.

OpenAI's older interface, which evaluation harnesses keep using: prompts are texts or token ids, one or several, and
with `echo` and `logprobs` the prompt's own probabilities come back. In a text the names of special tokens are those
tokens: whoever uses this interface writes the template themselves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial

from openk2.chat.continued import TextRequest, continued
from openk2.chat.events import Event
from openk2.chat.messages import ChatRequest
from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.server.bodies import Body, checked, refuse_given, shown
from openk2.server.errors import ApiError
from openk2.server.openai.chat_body import StreamOptions
from openk2.server.openai.chat_request import asks_for_usage, given_sampling, logit_biases, stop_texts
from openk2.server.openai.text_answer import Echo, TextForm, TextWriter
from openk2.server.protocol import Call, Json
from openk2.server.served import Served, ServedModel
from openk2.server.settings import ServerSettings

DEFAULT_MAX_TOKENS = 16
"""OpenAI's."""
MOST_ANSWERS = 2048
"""Most answers of one request, all prompts together."""


class TextBody(Body):
    """The JSON body of `POST /v1/completions`."""

    model: str
    """A name from `/v1/models`."""
    prompt: str | list[str] | list[int] | list[list[int]]
    """A text, token ids, or a list of either; each is continued on its own."""
    max_tokens: int | None = None
    """Stop after this many tokens; 16 is the default, 0 asks for the prompt alone."""
    echo: bool | None = None
    """Begin each answer with its prompt; with `logprobs` also with the prompt's log-probabilities."""
    logprobs: int | None = None
    """Report the log-probability of every token and of this many most probable ones beside it."""
    return_token_ids: bool | None = None
    """Also report the ids of prompt and answer."""
    return_tokens_as_token_ids: bool | None = None
    """With `logprobs`: call tokens `token_id:N` instead of spelling them."""
    n: int | None = None
    """Answers to each prompt."""
    best_of: int | None = None
    """Only the value of `n`: all answers that are computed are sent."""
    suffix: str | None = None
    """Only empty: the model does not fill gaps."""
    temperature: float | None = None
    """0 takes the most probable token; the default is the model's own advice."""
    top_p: float | None = None
    """Keep the smallest set of tokens whose probabilities sum to this."""
    top_k: int | None = None
    """Keep this many most probable tokens; 0 keeps all."""
    min_p: float | None = None
    """Keep tokens at least this many times as probable as the most probable one."""
    stop: str | list[str] | None = None
    """Texts that end an answer where they appear."""
    stop_token_ids: list[int] | None = None
    """Token ids that end an answer besides the model's own."""
    presence_penalty: float | None = None
    """Subtracted from the logit of every token that the answer has already."""
    frequency_penalty: float | None = None
    """Subtracted from the logit of every token as often as the answer has it already."""
    repetition_penalty: float | None = None
    """Divides the logit of every token that prompt or answer has already."""
    logit_bias: dict[str, float] | None = None
    """Token id → number added to its logit."""
    seed: int | None = None
    """The same seed and request draw the same tokens."""
    ignore_eos: bool | None = None
    """Go on where the model ends its turn."""
    min_tokens: int | None = None
    """No end before this many tokens."""
    priority: int | None = None
    """Requests of higher priority are served earlier."""
    prompt_cache_key: str | None = None
    """Requests that begin alike share it."""
    stream: bool | None = None
    """Answer piece by piece, as server-sent events."""
    stream_options: StreamOptions | None = None
    """Only together with `stream`."""
    user: str | None = None
    """Accepted and ignored."""


def read_text_call(data: Json, request_id: str, served: Served, settings: ServerSettings) -> Call:
    """Read and check a request body. Raises ApiError: 404 for a model that is not served, 400 for a field of the wrong
    type or an unsupported value; and RequestError for sampling that is wrong in itself."""
    refuse_given(data, "suffix", ("",))
    body = checked(TextBody, data)
    model = served.find(body.model)
    tokens = model.tokens()
    texts, prompts = _prompts(body.prompt, tokens.tokenizer)
    request = TextRequest(
        messages=(),
        prompts=prompts,
        prompt_only=body.max_tokens == 0,
        sampling=_sampling(body, model),
        request_id=request_id,
        cache_key=body.prompt_cache_key,
    )
    if request.answers > MOST_ANSWERS:
        raise ApiError(
            400, f"prompt and n ask for {request.answers} answers; accepted: at most {MOST_ANSWERS}", param="prompt"
        )

    def source(asked: ChatRequest) -> AsyncIterator[Event]:
        assert isinstance(asked, TextRequest)
        return continued(tokens, asked)

    form = TextForm(
        tokenizer=tokens.tokenizer,
        answers_per_prompt=request.sampling.n,
        echo=tuple(map(Echo, texts, prompts)) if body.echo else None,
        logprobs=body.logprobs is not None,
        token_ids=bool(body.return_token_ids),
        named_by_id=bool(body.return_tokens_as_token_ids),
        include_usage=asks_for_usage(body.stream_options, stream=bool(body.stream)) or settings.always_usage,
        silent_ids=request.sampling.stop_token_ids,
        bare_errors=settings.moonshot_strict,
    )
    return Call(body.model, model, request, bool(body.stream), partial(TextWriter, form=form), source)


def _prompts(
    given: str | list[str] | list[int] | list[list[int]], tokenizer: Tokenizer
) -> tuple[list[str], tuple[tuple[int, ...], ...]]:
    """The prompts as texts and as ids. Raises ApiError where there is none, or an id stands for nothing."""
    several: Sequence[str | Sequence[int]]
    if isinstance(given, str):
        several = [given]
    elif all(isinstance(one, int) for one in given):
        several = [given]  # type: ignore[list-item]
    else:
        several = given  # type: ignore[assignment]
    texts, ids = [], []
    for number, one in enumerate(several):
        where = "prompt" if len(several) == 1 else f"prompt[{number}]"
        if not one:
            raise ApiError(400, f"{where} is empty; accepted: one token or more", param="prompt")
        if isinstance(one, str):
            texts.append(one)
            ids.append(tuple(tokenizer.encode(one, allow_special=True)))
        else:
            wrong = next((id for id in one if not 0 <= id < tokenizer.vocab_size), None)
            if wrong is not None:
                raise ApiError(
                    400, f"{where} holds token id {wrong}; accepted: 0 … {tokenizer.vocab_size - 1}", param="prompt"
                )
            texts.append(tokenizer.decode(one))
            ids.append(tuple(one))
    if not ids:
        raise ApiError(400, "prompt is an empty list; accepted: one prompt or more", param="prompt")
    return texts, tuple(ids)


def _sampling(body: TextBody, model: ServedModel) -> SamplingParams:
    n = 1 if body.n is None else body.n
    if body.best_of not in (None, n):
        raise ApiError(
            400,
            f"best_of is {shown(body.best_of)}, which is not supported; accepted: {n}, the value of n, null",
            param="best_of",
        )
    limit = DEFAULT_MAX_TOKENS if body.max_tokens is None else body.max_tokens
    wanted = body.logprobs is not None
    sampling = SamplingParams(
        **{"temperature": model.temperature, **given_sampling(body)},
        max_tokens=limit or 1,
        stop=stop_texts(body.stop),
        stop_token_ids=tuple(body.stop_token_ids or ()),
        logit_bias=logit_biases(body.logit_bias or {}),
        logprobs=wanted,
        top_logprobs=body.logprobs or 0,
    )
    return replace(sampling, prompt_logprobs=wanted and bool(body.echo))
