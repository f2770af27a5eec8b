"""The routes of OpenAI's API."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response

from openk2.server.bodies import json_body
from openk2.server.openai.chat_request import ChatBody, read_chat_call
from openk2.server.openapi import body_of
from openk2.server.services import Services


def routes(app: FastAPI, services: Services) -> None:
    """Add them to the application."""

    @app.post("/v1/chat/completions", openapi_extra=body_of(ChatBody))
    async def chat_completions(request: Request) -> Response:
        """Answer a conversation, whole or as server-sent events."""
        call = read_chat_call(await json_body(request), request.state.request_id, services.served)
        return services.answer(request, call)
