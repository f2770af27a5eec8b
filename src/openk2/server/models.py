"""`/v1/models`: what is served."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from openk2.server.served import ServedModel
from openk2.server.services import Services


def routes(app: FastAPI, services: Services) -> None:
    """Add them to the application."""
    served = services.served

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        """What is served."""
        return {"object": "list", "data": [_model_json(model) for model in served]}

    @app.get("/v1/models/{name:path}")
    async def one_model(name: str) -> dict[str, Any]:
        """One model by name; names may contain slashes."""
        return _model_json(served.named(name))


def _model_json(model: ServedModel) -> dict[str, Any]:
    return {
        "id": model.name,
        "object": "model",
        "created": model.created,
        "owned_by": model.owner,
        "context_length": model.backend.context_length,
        "max_model_len": model.backend.context_length,
    }
