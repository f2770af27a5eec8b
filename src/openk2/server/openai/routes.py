"""The routes of OpenAI's API."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response

from openk2.server.bodies import json_body
from openk2.server.openai.chat_body import ChatBody
from openk2.server.openai.chat_request import read_chat_call
from openk2.server.openai.shapes import ChatCompletion, TextCompletion
from openk2.server.openai.text_request import TextBody, read_text_call
from openk2.server.openai.web_search import JsonSearch
from openk2.server.openapi import answer_of, body_of
from openk2.server.services import Services


def routes(app: FastAPI, services: Services) -> None:
    """Add them to the application."""
    settings = services.settings
    search = None if settings.search_url is None else JsonSearch(settings.search_url)

    @app.post("/v1/chat/completions", openapi_extra=body_of(ChatBody), responses=answer_of(ChatCompletion))
    async def chat_completions(request: Request) -> Response:
        """Answer a conversation, whole or as server-sent events."""
        body = await services.body(request)
        call = read_chat_call(body, request.state.request_id, services.served, settings, search)
        return services.answer(request, call)

    @app.post("/v1/completions", openapi_extra=body_of(TextBody), responses=answer_of(TextCompletion))
    async def completions(request: Request) -> Response:
        """Continue a text or token ids, whole or as server-sent events."""
        body = await json_body(request)
        return services.answer(request, read_text_call(body, request.state.request_id, services.served, settings))
