"""`/v1/models`: what is served, in the shape of OpenAI's API, or Anthropic's for clients that send its version header.

Models are listed from the first moment on, loaded or not. Aliases are listed too: some clients offer only names that
they know. Fields beyond OpenAI's are those of Moonshot's platform and vLLM.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict

from openk2.server.dialect import Dialect, dialect_of
from openk2.server.errors import ApiError
from openk2.server.openai.web_search import WEB_SEARCH
from openk2.server.protocol import Json
from openk2.server.served import ServedModel
from openk2.server.services import Services, caller_of

PAGE = 20
"""Models of one page in Anthropic's shape, where the client does not say."""


class Model(BaseModel):
    """A model in OpenAI's shape."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    object: Literal["model"]
    created: int
    """When it began to be served, in seconds since 1970."""
    owned_by: str
    context_length: int | None
    """Most tokens that prompt and answer may have together."""
    max_model_len: int | None
    """The same, as vLLM names it."""
    supports_image_in: bool
    supports_video_in: bool
    supports_reasoning: bool
    """Whether it reasons before it answers."""
    openk2_builtin_tools: list[str]
    """Names of the builtin tools that requests may declare here, as `$web_search`."""


class ModelList(BaseModel):
    """All models in OpenAI's shape."""

    object: Literal["list"]
    data: list[Model]


class AnthropicModel(BaseModel):
    """A model in Anthropic's shape."""

    type: Literal["model"]
    id: str
    display_name: str
    created_at: datetime
    lifecycle: Literal["active"]
    max_input_tokens: int | None
    max_tokens: int | None


class AnthropicModelList(BaseModel):
    """A page of models in Anthropic's shape."""

    data: list[AnthropicModel]
    first_id: str | None
    last_id: str | None
    has_more: bool


def routes(app: FastAPI, services: Services) -> None:
    """Add them to the application."""
    served = services.served
    builtin_tools = [WEB_SEARCH.name] if services.settings.search_url else []

    def as_openai(id: str, model: ServedModel) -> Json:
        return _openai(id, model) | {"openk2_builtin_tools": builtin_tools}

    @app.get("/anthropic/v1/models", include_in_schema=False)
    @app.get("/v1/models", responses={200: {"model": ModelList | AnthropicModelList}})
    async def models(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=1000, description="Models of one page; Anthropic's shape only.")] = PAGE,
        after_id: Annotated[str | None, Query(description="Begin behind this one; Anthropic's shape only.")] = None,
        before_id: Annotated[str | None, Query(description="End before this one; Anthropic's shape only.")] = None,
    ) -> Json:
        """What is served, as far as the caller may use it."""
        allowed = caller_of(request).models
        listed = [(id, model) for id, model in served.names() if allowed is None or model.name in allowed]
        if dialect_of(request.scope) is not Dialect.ANTHROPIC:
            return {"object": "list", "data": [as_openai(id, model) for id, model in listed]}
        return _page([_anthropic(id, model) for id, model in listed], limit, after_id, before_id)

    @app.get("/anthropic/v1/models/{name:path}", include_in_schema=False)
    @app.get("/v1/models/{name:path}", responses={200: {"model": Model | AnthropicModel}})
    async def one_model(request: Request, name: str) -> Json:
        """One model by name; names may contain slashes."""
        model = served.named(name)
        return _anthropic(name, model) if dialect_of(request.scope) is Dialect.ANTHROPIC else as_openai(name, model)


def _openai(id: str, model: ServedModel) -> Json:
    return {
        "id": id,
        "object": "model",
        "created": model.created,
        "owned_by": model.owner,
        "context_length": model.backend.context_length,
        "max_model_len": model.backend.context_length,
        "supports_image_in": False,
        "supports_video_in": False,
        "supports_reasoning": model.thinks,
    }


def _anthropic(id: str, model: ServedModel) -> Json:
    return {
        "type": "model",
        "id": id,
        "display_name": id,
        "created_at": datetime.fromtimestamp(model.created, UTC).isoformat().replace("+00:00", "Z"),
        "lifecycle": "active",
        "max_input_tokens": model.backend.context_length,
        "max_tokens": model.backend.context_length,
    }


def _page(models: Sequence[Json], limit: int, after: str | None, before: str | None) -> dict[str, Any]:
    """The models next to a given one, in their order; raises ApiError where that one is not listed."""
    ids = [model["id"] for model in models]
    for name, given in (("after_id", after), ("before_id", before)):
        if given is not None and given not in ids:
            raise ApiError(400, f"{name} is {given!r}; accepted: the id of a listed model", param=name)
    start = 0 if after is None else ids.index(after) + 1
    end = len(ids) if before is None else ids.index(before)
    within = models[start:end]
    chosen = within[-limit:] if before is not None and after is None else within[:limit]
    return {
        "data": list(chosen),
        "first_id": chosen[0]["id"] if chosen else None,
        "last_id": chosen[-1]["id"] if chosen else None,
        "has_more": len(within) > len(chosen),
    }
