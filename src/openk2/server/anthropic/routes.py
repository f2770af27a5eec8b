"""The routes of Anthropic's API."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from openk2.server.anthropic.request import (
    CountBody,
    MessagesBody,
    MessagesRules,
    read_count,
    read_messages_call,
)
from openk2.server.anthropic.shapes import Message, TokenCount
from openk2.server.errors import ApiError
from openk2.server.openapi import answer_of, body_of
from openk2.server.sealing import Seal
from openk2.server.services import Services

_PREFIXES = ("", "/anthropic")
"""Moonshot's platform has Anthropic's API below `/anthropic`, which is what its clients are told to use."""


def routes(app: FastAPI, services: Services) -> None:
    """Add them to the application."""
    settings = services.settings
    rules = MessagesRules(Seal(settings.signing_secret), settings.anthropic_temperature)

    async def messages(request: Request) -> Response:
        """Answer a conversation, whole or as server-sent events."""
        data = await services.body(request)
        call = read_messages_call(data, request.headers, request.state.request_id, services.served, rules)
        return services.answer(request, call)

    async def count_tokens(request: Request) -> dict[str, Any]:
        """How many tokens the prompt of a conversation has, tools and system text included."""
        model, asked = read_count(await services.body(request), services.served, rules)
        count = getattr(model.backend, "count", None)
        if count is None:
            raise ApiError(404, f"{model.name} does not tell how it counts tokens; accepted: models that render here")
        return {"input_tokens": count(asked)}

    for prefix in _PREFIXES:
        shown = not prefix
        app.post(
            f"{prefix}/v1/messages",
            openapi_extra=body_of(MessagesBody),
            responses=answer_of(Message),
            include_in_schema=shown,
        )(messages)
        app.post(
            f"{prefix}/v1/messages/count_tokens",
            openapi_extra=body_of(CountBody),
            responses={200: {"model": TokenCount}},
            include_in_schema=shown,
        )(count_tokens)
