"""The HTTP surface: OpenAI's chat completions and models over one chat backend, `/health`, and the chat page.

The application knows nothing of engines: whatever answers messages with events can be served. The life of one answer is
in `answer.py`; this file is the table of routes.
"""

from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp

from openk2.chat.backend import ChatBackend
from openk2.errors import OpenK2Error
from openk2.server.admission import Admission
from openk2.server.answer import Answer
from openk2.server.errors import ApiError, as_api_error, error_response
from openk2.server.guard import Guard
from openk2.server.metering import NOBODY, FreeMeter
from openk2.server.openai.chat_request import ChatBody, read_chat_call
from openk2.server.page import asset_response, load_page
from openk2.server.served import Served, ServedModel
from openk2.server.settings import ServerSettings

_CHAT_BODY_SCHEMA = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": ChatBody.model_json_schema()}}}
}


def create_app(backend: ChatBackend | Served, settings: ServerSettings | None = None) -> ASGIApp:
    """The server's application over one backend or several models; raises ServerError when the page is missing."""
    settings = settings or ServerSettings()
    served = backend if isinstance(backend, Served) else Served.of(backend)
    # The interactive documentation pages load their scripts from another host.
    app = FastAPI(title="openk2", docs_url=None, redoc_url=None)
    _answer_errors(app)
    _serve_chat(app, served, settings)
    _serve_models(app, served)
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


def _serve_chat(app: FastAPI, served: Served, settings: ServerSettings) -> None:
    admission = Admission(settings.max_requests)
    meter = FreeMeter()

    @app.post("/v1/chat/completions", openapi_extra=_CHAT_BODY_SCHEMA)
    async def chat_completions(request: Request) -> Response:
        """Answer a conversation, whole or as server-sent events."""
        # A page elsewhere can send text/plain without asking first; JSON makes its browser ask.
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            raise ApiError(415, "content-type is not application/json; accepted: application/json")
        call = read_chat_call(await request.body(), request.state.request_id, served)
        return Answer(
            call,
            admission=admission,
            open_tab=lambda: meter.open(NOBODY, call, 0),
            refuse=error_response,
            heartbeat_seconds=settings.heartbeat_seconds,
        )

    @app.get("/health")
    async def health() -> dict[str, Any]:
        """The server is alive."""
        return {"status": "ok", "model": served.default.name, "requests": admission.running}


def _serve_models(app: FastAPI, served: Served) -> None:
    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        """What is served."""
        return {"object": "list", "data": [_model_json(model) for model in served]}

    @app.get("/v1/models/{name:path}")
    async def one_model(name: str) -> dict[str, Any]:
        """One model by name; names may contain slashes."""
        return _model_json(served.find(name))


def _model_json(model: ServedModel) -> dict[str, Any]:
    return {
        "id": model.name,
        "object": "model",
        "created": model.created,
        "owned_by": model.owner,
        "context_length": model.backend.context_length,
        "max_model_len": model.backend.context_length,
    }


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
