"""The HTTP surface: one application over the models that are served.

The application knows nothing of engines: whatever answers messages with events can be served. This file is the table
of rooms, each of which adds its own routes; the life of one answer is in `answer.py`.
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
from openk2.server import models
from openk2.server.admission import Admission
from openk2.server.dialect import refusal
from openk2.server.errors import ApiError
from openk2.server.guard import Guard
from openk2.server.metering import FreeMeter
from openk2.server.openai import routes as openai
from openk2.server.openapi import describe
from openk2.server.page import asset_response, load_page
from openk2.server.served import Served
from openk2.server.services import Services
from openk2.server.settings import ServerSettings


def create_app(backend: ChatBackend | Served, settings: ServerSettings | None = None) -> ASGIApp:
    """The server's application over one backend or several models; raises ServerError when the page is missing."""
    settings = settings or ServerSettings()
    served = backend if isinstance(backend, Served) else Served.of(backend)
    services = Services(settings, served, Admission(settings.max_requests), FreeMeter())
    # The interactive documentation pages load their scripts from another host.
    app = FastAPI(title="openk2", docs_url=None, redoc_url=None)
    describe(app)
    _answer_errors(app)
    openai.routes(app, services)
    models.routes(app, services)
    _say_health(app, services)
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
        return refusal(error, request.scope)

    async def no_such_route(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        message = f"{request.method} {request.url.path}: {error.detail}"
        return refusal(ApiError(error.status_code, message), request.scope)

    async def left(request: Request, error: Exception) -> Response:
        # Nobody reads this; without it a body that breaks off would be logged as a fault of the server.
        return Response(status_code=400)

    async def failed(request: Request, error: Exception) -> Response:
        return refusal(ApiError(500, "internal error; the server's log has the details"), request.scope)

    app.add_exception_handler(OpenK2Error, refused)
    app.add_exception_handler(HTTPException, no_such_route)
    app.add_exception_handler(ClientDisconnect, left)
    app.add_exception_handler(Exception, failed)


def _say_health(app: FastAPI, services: Services) -> None:
    @app.get("/health")
    async def health() -> dict[str, Any]:
        """The server is alive."""
        return {"status": "ok", "model": services.served.default.name, "requests": services.admission.running}


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
