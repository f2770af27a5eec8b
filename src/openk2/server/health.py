"""Whether the server is alive, whether it is ready, whether it can say a word; and the page of metrics.

Three questions for three askers: `/health` for whoever would restart the process, `/ready` for whoever sends it
requests (not while a model loads, the queue is full or the server drains), `/health/generate` for a person who wants to
know whether the model works: it computes one token. A page of any site can have a browser send a GET, so this computes
once at a time and is then kept for `KEPT_SECONDS`, however often it is asked for.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Literal

from fastapi import FastAPI, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from openk2.chat.backend import complete
from openk2.chat.messages import ChatRequest, Message
from openk2.chat.sampling import SamplingParams
from openk2.server.observe.metrics import CONTENT_TYPE, Metrics
from openk2.server.services import Services

KEPT_SECONDS = 5.0
"""How long `/health/generate` is answered with what the model said last."""


class Readiness(BaseModel):
    """Whether requests are welcome."""

    status: Literal["ready", "not ready"]
    why: list[str] | None = None
    """What they would wait for."""


def routes(app: FastAPI, services: Services, metrics: Metrics) -> None:
    """Add them."""
    admission, served = services.admission, services.served
    word = _Word(services)

    @app.get("/health")
    async def health() -> dict[str, Any]:
        """The process is alive."""
        return {"status": "ok", "model": served.default.name, "requests": admission.running}

    @app.get("/ready", responses={200: {"model": Readiness}, 503: {"model": Readiness, "description": "Not now"}})
    async def ready() -> Response:
        """Requests are welcome: all models are loaded, the queue has room, the server is not about to end."""
        why = [f"{name} is loading" for name in served.loading]
        why += ["the queue is full"] if admission.full else []
        why += ["the server is shutting down"] if admission.closed else []
        if why:
            return JSONResponse({"status": "not ready", "why": why}, 503, {"retry-after": "1"})
        return JSONResponse({"status": "ready"})

    @app.get("/health/generate")
    async def generate(request: Request) -> dict[str, Any]:
        """One token of the first model."""
        return await word.said(request.state.request_id)

    @app.get("/metrics", include_in_schema=False)
    async def metrics_page() -> Response:
        """Prometheus's text form."""
        return Response(metrics.page(), media_type=CONTENT_TYPE)


class _Word:
    """One token of the first model, computed once for all who ask at about the same time."""

    def __init__(self, services: Services) -> None:
        self._admission, self._served = services.admission, services.served
        self._computing = asyncio.Lock()
        self._last: dict[str, Any] | None = None
        self._at = 0.0

    async def said(self, request_id: str) -> dict[str, Any]:
        """What it says. Raises OpenK2Error where it cannot say it."""
        async with self._computing:
            if self._last is None or time.monotonic() - self._at >= KEPT_SECONDS:
                self._last = await self._compute(request_id)
                self._at = time.monotonic()
            return self._last

    async def _compute(self, request_id: str) -> dict[str, Any]:
        model = self._served.find(self._served.default.name)
        question = ChatRequest(
            (Message("user", "Hi"),),
            sampling=SamplingParams(temperature=0, max_tokens=1),
            request_id=request_id,
        )
        with self._admission.admit():
            answer = await complete(model.backend, question)
        return {"status": "ok", "model": model.name, "finish": answer.reason}
