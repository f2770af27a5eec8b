"""What a model reads and how many tokens that is: `/v1/tokenize`, `/v1/detokenize`, `/v1/render`.

The first two are also found at `/tokenize` and `/detokenize`, beside `/tokenizer_info`: with these, as vLLM has them,
lm-evaluation-harness needs no tokenizer of its own. Token counts of Moonshot's platform are at
`/v1/tokenizers/estimate-token-count`.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict

from openk2.chat.messages import ChatRequest
from openk2.chat.template import IM_END
from openk2.chat.tokenizer import Tokenizer
from openk2.server.bodies import Body, checked, json_body
from openk2.server.errors import ApiError
from openk2.server.openai.chat_body import ChatBody
from openk2.server.openai.chat_request import read_chat_call
from openk2.server.openapi import body_of
from openk2.server.protocol import Json
from openk2.server.served import ServedModel
from openk2.server.services import Services


class TokenizeBody(Body):
    """A text to be cut into tokens."""

    model: str | None = None
    """A name from `/v1/models`; the first one where it is not given."""
    prompt: str
    """The text. Names of special tokens in it are those tokens, as in `/v1/completions`."""
    return_token_strs: bool | None = None
    """Also the tokens as text."""


class DetokenizeBody(Body):
    """Token ids to be put together."""

    model: str | None = None
    """A name from `/v1/models`; the first one where it is not given."""
    tokens: list[int]
    """The ids."""


class _Said(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class Tokenized(_Said):
    """A text's tokens."""

    count: int
    tokens: list[int]
    max_model_len: int | None
    """Most tokens that prompt and answer may have together."""
    token_strs: list[str] | None
    """Half a character shows as the replacement character."""


class Detokenized(_Said):
    """The text of token ids."""

    prompt: str


class Rendered(_Said):
    """A conversation as the model reads it."""

    prompt: str
    """Control tokens by their names. Text that spells one looks the same; the ids tell them apart."""
    tokens: list[int]
    count: int


class TotalTokens(_Said):
    """Moonshot's form of a count."""

    total_tokens: int


class EstimatedTokens(_Said):
    """Moonshot's answer to a count."""

    code: int
    status: bool
    data: TotalTokens


class TokenizerInfo(_Said):
    """What clients need to know of the tokenizer beside what it does."""

    tokenizer_class: str
    vocab_size: int
    bos_token: str
    eos_token: str
    """Ends a turn."""
    pad_token: str


@runtime_checkable
class Renders(Protocol):
    """A backend that writes its prompts itself."""

    def render(self, request: ChatRequest) -> list[int]:
        """The ids that the model is prompted with."""
        ...


def routes(app: FastAPI, services: Services) -> None:
    """Add them to the application."""
    served = services.served

    def found(name: str | None) -> ServedModel:
        return served.find(served.default.name if name is None else name)

    def rendered(body: Json) -> tuple[ServedModel, list[int]]:
        call = read_chat_call(body, "", served, services.settings)
        if not isinstance(call.served.backend, Renders):
            raise _no_tokenizer(call.served)
        return call.served, call.served.backend.render(call.request)

    async def tokenize(request: Request) -> Json:
        """Cut a text into tokens."""
        body = checked(TokenizeBody, await json_body(request))
        model = found(body.model)
        tokenizer = _tokenizer(model)
        ids = tokenizer.encode(body.prompt, allow_special=True)
        strings = [tokenizer.decode([id]) for id in ids] if body.return_token_strs else None
        return {
            "count": len(ids),
            "tokens": ids,
            "max_model_len": model.backend.context_length,
            "token_strs": strings,
        }

    async def detokenize(request: Request) -> Json:
        """Put token ids together."""
        body = checked(DetokenizeBody, await json_body(request))
        tokenizer = _tokenizer(found(body.model))
        wrong = next((id for id in body.tokens if not 0 <= id < tokenizer.vocab_size), None)
        if wrong is not None:
            raise ApiError(400, f"tokens holds {wrong}; accepted: 0 … {tokenizer.vocab_size - 1}", param="tokens")
        return {"prompt": tokenizer.decode(body.tokens)}

    for prefix in ("/v1", ""):
        shown = bool(prefix)
        app.post(
            f"{prefix}/tokenize",
            openapi_extra=body_of(TokenizeBody),
            responses={200: {"model": Tokenized}},
            include_in_schema=shown,
        )(tokenize)
        app.post(
            f"{prefix}/detokenize",
            openapi_extra=body_of(DetokenizeBody),
            responses={200: {"model": Detokenized}},
            include_in_schema=shown,
        )(detokenize)

    @app.post("/v1/render", openapi_extra=body_of(ChatBody), responses={200: {"model": Rendered}})
    async def render(request: Request) -> Json:
        """What the model reads of a conversation with its tools."""
        model, ids = rendered(await services.body(request))
        return {"prompt": _tokenizer(model).decode(ids), "tokens": ids, "count": len(ids)}

    @app.post(
        "/v1/tokenizers/estimate-token-count",
        openapi_extra=body_of(ChatBody),
        responses={200: {"model": EstimatedTokens}},
    )
    async def estimate(request: Request) -> Json:
        """How many tokens a conversation has, in the form of Moonshot's platform."""
        _, ids = rendered(await services.body(request))
        return {"code": 0, "status": True, "data": {"total_tokens": len(ids)}}

    @app.get("/tokenizer_info", responses={200: {"model": TokenizerInfo}})
    async def tokenizer_info() -> dict[str, Any]:
        """What the first model's tokenizer is."""
        tokenizer = _tokenizer(found(None))
        names = {id: name for name, id in tokenizer.special.items()}
        return {
            "tokenizer_class": "TikTokenTokenizer",
            "vocab_size": tokenizer.vocab_size,
            "bos_token": names[tokenizer.bos_id],
            "eos_token": IM_END,
            "pad_token": names[tokenizer.pad_id],
        }


def _tokenizer(model: ServedModel) -> Tokenizer:
    if model.tokenizer is None:
        raise _no_tokenizer(model)
    return model.tokenizer


def _no_tokenizer(model: ServedModel) -> ApiError:
    return ApiError(
        400,
        f"model is {model.name!r}, whose tokens are not known here; accepted: models that render here",
        param="model",
    )
