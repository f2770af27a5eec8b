"""The HTTP surface: one application over the models that are served.

The application knows nothing of engines: whatever answers messages with events can be served. This file is the table
of rooms, each of which adds its own routes; the life of one answer is in `answer.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp

from openk2.chat.backend import ChatBackend
from openk2.errors import OpenK2Error
from openk2.server import artifact, health, models, tokens
from openk2.server.accounts import routes as accounting
from openk2.server.accounts.prices import Prices
from openk2.server.admission import Admission
from openk2.server.anthropic import routes as anthropic
from openk2.server.backends.response_cache import response_cache
from openk2.server.bodies import shown
from openk2.server.conversations import routes as conversations
from openk2.server.cors import with_cors
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
from openk2.server.page import Asset, asset_response, load_page
from openk2.server.responses import routes as responses
from openk2.server.served import Served
from openk2.server.services import Services
from openk2.server.settings import ServerSettings
from openk2.server.watching import Observer, Observers

if TYPE_CHECKING:
    from openk2.server.accounts.accounts import Accounts


def create_app(
    backend: ChatBackend | Served,
    settings: ServerSettings | None = None,
    accounts: Accounts | None = None,
    prices: Prices | None = None,
) -> Guard:
    """The server's application over one backend or several models; raises ServerError when the page is missing.

    `accounts`: who may use it, opened and closed with it; None: everybody. `prices`: without accounts, what is said to
    cost what; the shipped ones where not given.
    """
    settings = settings or ServerSettings()
    served = backend if isinstance(backend, Served) else Served.of(backend)
    admission = Admission(settings.max_requests, settings.max_waiting_tokens)
    metrics = Metrics(EngineCollector(served))
    observers: list[Observer] = [metrics, RequestLog(prompts=settings.log_prompts)]
    if settings.traces:
        from openk2.server.observe.traces import Traces

        observers.append(Traces())
    observer = Observers(*observers)
    library = Library(settings.data_dir and settings.data_dir / "files", settings.files)
    meter = accounts.meter if accounts is not None else FreeMeter(prices or Prices.load())
    kept = response_cache(settings.response_cache, shared=settings.share_responses)
    services = Services(settings, served, admission, meter, observer, library, accounts, kept)
    # The interactive documentation pages load their scripts from another host.
    app = FastAPI(title="openk2", docs_url=None, redoc_url=None, lifespan=_lifespan(accounts))
    describe(app)
    _answer_errors(app)
    openai.routes(app, services)
    responses.routes(app, services)
    anthropic.routes(app, services)
    models.routes(app, services)
    tokens.routes(app, services)
    files.routes(app, services)
    health.routes(app, services, metrics)
    accounting.routes(app, services)
    conversations.routes(app, services)
    artifact.routes(app)
    page = load_page()
    _serve_page(app, page)
    open_app = with_cors(_gated(app, accounts, settings, page), settings.allowed_origins)
    return Guard(open_app, settings, admission)


def _lifespan(accounts: Accounts | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        if accounts is None:
            yield
            return
        await accounts.open()
        try:
            yield
        finally:
            await accounts.close()

    return life


def _gated(app: FastAPI, accounts: Accounts | None, settings: ServerSettings, page: Iterable[str]) -> ASGIApp:
    """The application behind the key check, where there are keys."""
    if accounts is None:
        return app
    from openk2.server.accounts.gate import OPEN, Gate

    open_metrics = ["/metrics"] if settings.open_metrics else []
    return Gate(app, accounts, [*OPEN, *open_metrics, *(f"/{file}" for file in page)])


def _answer_errors(app: FastAPI) -> None:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, OpenK2Error)
        return refusal(error, request.scope)

    async def no_such_route(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        message = f"{request.method} {request.url.path}: {error.detail}"
        return refusal(ApiError(error.status_code, message, headers=error.headers), request.scope)

    async def wrong_parameter(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        name = str(first["loc"][-1])
        accepted = {"int_parsing": "a whole number", "bool_parsing": "true or false"}.get(first["type"], first["msg"])
        complaint = f"{name} is {shown(first['input'])}; accepted: {accepted}"
        return refusal(ApiError(400, complaint, param=name), request.scope)

    async def left(request: Request, error: Exception) -> Response:
        # Nobody reads this; without it a body that breaks off would be logged as a fault of the server.
        return Response(status_code=400)

    async def failed(request: Request, error: Exception) -> Response:
        return refusal(ApiError(500, "internal error; the server's log has the details"), request.scope)

    app.add_exception_handler(OpenK2Error, refused)
    app.add_exception_handler(HTTPException, no_such_route)
    app.add_exception_handler(RequestValidationError, wrong_parameter)
    app.add_exception_handler(ClientDisconnect, left)
    app.add_exception_handler(Exception, failed)


def _serve_page(app: FastAPI, page: Mapping[str, Asset]) -> None:
    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def index(request: Request) -> Response:
        return asset_response(page["index.html"], request)

    @app.api_route("/{file}", methods=["GET", "HEAD"], include_in_schema=False)
    async def asset(request: Request, file: str) -> Response:
        if file not in page:
            raise HTTPException(404, "Not Found")
        return asset_response(page[file], request)
