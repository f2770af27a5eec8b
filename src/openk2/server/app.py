"""The HTTP surface: OpenAI's chat completions and models over one chat backend, `/health`, and the chat page.

The application knows nothing of engines: whatever answers messages with events can be served. The life of one answer is
in `answer.py`; this file is the table of routes.
"""

import time
from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp

from openk2.chat.backend import ChatBackend
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import OpenK2Error
from openk2.server.answer import Admission, ChatAnswer
from openk2.server.errors import ApiError, as_api_error, error_response
from openk2.server.guard import Guard
from openk2.server.openai_answer import Piece
from openk2.server.openai_request import ChatBody, read_chat_call
from openk2.server.page import asset_response, load_page
from openk2.server.settings import ServerSettings

_CHAT_BODY_SCHEMA = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": ChatBody.model_json_schema()}}}
}


def create_app(backend: ChatBackend, settings: ServerSettings | None = None) -> ASGIApp:
    """The server's application over `backend`; raises ServerError when the chat page is missing."""
    settings = settings or ServerSettings()
    # The interactive documentation pages load their scripts from another host.
    app = FastAPI(title="openk2", docs_url=None, redoc_url=None)
    _answer_errors(app)
    _serve_chat(app, backend, settings)
    _serve_models(app, backend)
    _serve_page(app)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.allowed_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "x-request-id"],
            expose_headers=["x-request-id"],
        )
    return Guard(app, settings)


def _answer_errors(app: FastAPI) -> None:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, OpenK2Error)
        return error_response(as_api_error(error))

    async def no_such_route(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        message = f"{request.method} {request.url.path}: {error.detail}"
        return error_response(ApiError(error.status_code, message))

    async def left(request: Request, error: Exception) -> Response:
        # Nobody reads this; without it a body that breaks off would be logged as a fault of the server.
        return Response(status_code=400)

    async def failed(request: Request, error: Exception) -> Response:
        return error_response(ApiError(500, "internal error; the server's log has the details"))

    app.add_exception_handler(OpenK2Error, refused)
    app.add_exception_handler(HTTPException, no_such_route)
    app.add_exception_handler(ClientDisconnect, left)
    app.add_exception_handler(Exception, failed)


def _serve_chat(app: FastAPI, backend: ChatBackend, settings: ServerSettings) -> None:
    admission = Admission(settings.max_requests)

    @app.post("/v1/chat/completions", openapi_extra=_CHAT_BODY_SCHEMA)
    async def chat_completions(request: Request) -> Response:
        """Answer a conversation, whole or as server-sent events."""
        # A page elsewhere can send text/plain without asking first; JSON makes its browser ask.
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            raise ApiError(415, "content-type is not application/json; accepted: application/json")
        call = read_chat_call(await request.body(), request.state.request_id)
        _check_model(backend, call.model)
        piece = _piece_of(backend) if call.request.sampling.logprobs else None
        return ChatAnswer(backend, call, admission, settings.heartbeat_seconds, piece)

    @app.get("/health")
    async def health() -> dict[str, Any]:
        """The server is alive."""
        return {"status": "ok", "model": backend.name, "requests": admission.running}


def _serve_models(app: FastAPI, backend: ChatBackend) -> None:
    model: dict[str, Any] = {
        "id": backend.name,
        "object": "model",
        "created": int(time.time()),
        "owned_by": "openk2",
        "context_length": backend.context_length,
        "max_model_len": backend.context_length,
    }

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        """What is served."""
        return {"object": "list", "data": [model]}

    @app.get("/v1/models/{name:path}")
    async def one_model(name: str) -> dict[str, Any]:
        """One model by name; names may contain slashes."""
        _check_model(backend, name)
        return model


def _serve_page(app: FastAPI) -> None:
    page = load_page()

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def index(request: Request) -> Response:
        return asset_response(page["index.html"], request)

    @app.api_route("/{file}", methods=["GET", "HEAD"], include_in_schema=False)
    async def asset(request: Request, file: str) -> Response:
        if file not in page:
            raise HTTPException(404, "Not Found")
        return asset_response(page[file], request)


def _check_model(backend: ChatBackend, name: str) -> None:
    if name != backend.name:
        raise ApiError(
            404,
            f"model is {name!r}, which is not served here; accepted: {backend.name}",
            param="model",
            code="model_not_found",
        )


def _piece_of(backend: ChatBackend) -> Piece:
    """How to spell the backend's token ids; only backends with a tokenizer of their own report log-probabilities."""
    tokenizer = getattr(backend, "tokenizer", None)
    if not isinstance(tokenizer, Tokenizer):
        raise ApiError(400, f"logprobs is true, but {backend.name} reports none; accepted: false", param="logprobs")
    return tokenizer.piece
