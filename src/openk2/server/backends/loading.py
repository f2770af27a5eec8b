"""A model whose weights are still being loaded: listed, and not able to answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

from openk2.chat.events import Event
from openk2.chat.messages import ChatRequest
from openk2.server.errors import ApiError


class NotLoaded:
    """Stands where a model's backend will be (a `ChatBackend`)."""

    context_length: int | None = None

    def __init__(self, name: str) -> None:
        self.name = name

    def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        """Raises ApiError (503)."""
        raise ApiError(503, f"{self.name} is loading; try again soon", code="model_loading", retry_after=3)
