"""The HTTP surface: one application over the models that are served.

The application knows nothing of engines: whatever answers messages with events can be served. This file is the table
of rooms, each of which adds its own routes; the life of one answer is in `answer.py`.
"""

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from openk2.chat.backend import ChatBackend
from openk2.errors import OpenK2Error
from openk2.server import health, models
from openk2.server.admission import Admission
from openk2.server.dialect import refusal
from openk2.server.errors import ApiError
from openk2.server.files import routes as files
from openk2.server.files.library import Library
from openk2.server.guard import Guard
from openk2.server.metering import FreeMeter
from openk2.server.observe.engines import EngineCollector
from openk2.server.observe.metrics import Metrics
from openk2.server.observe.request_log import RequestLog
from openk2.server.openai import routes as openai
from openk2.server.openapi import describe
from openk2.server.page import asset_response, load_page
from openk2.server.served import Served
from openk2.server.services import Services
from openk2.server.settings import ServerSettings
from openk2.server.watching import Observers


def create_app(backend: ChatBackend | Served, settings: ServerSettings | None = None) -> Guard:
    """The server's application over one backend or several models; raises ServerError when the page is missing."""
    settings = settings or ServerSettings()
    served = backend if isinstance(backend, Served) else Served.of(backend)
    admission = Admission(settings.max_requests, settings.max_waiting_tokens)
    metrics = Metrics(EngineCollector(served, admission))
    observer = Observers(metrics, RequestLog(prompts=settings.log_prompts))
    library = Library(settings.data_dir and settings.data_dir / "files", settings.files)
    services = Services(settings, served, admission, FreeMeter(), observer, library)
    # The interactive documentation pages load their scripts from another host.
    app = FastAPI(title="openk2", docs_url=None, redoc_url=None)
    describe(app)
    _answer_errors(app)
    openai.routes(app, services)
    models.routes(app, services)
    files.routes(app, services)
    health.routes(app, services, metrics)
    _serve_page(app)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.allowed_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "x-request-id"],
            expose_headers=["x-request-id"],
        )
    return Guard(app, settings, admission)


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
