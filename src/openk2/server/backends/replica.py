"""One of several that answer under one name: what it is, how busy it is, and whether it is to be asked."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from openk2.errors import ChatError, EngineError, OpenK2Error, RequestError, UpstreamError
from openk2.server.backends.breaker import Breaker
from openk2.server.errors import ApiError

B = TypeVar("B")


@dataclass(eq=False)
class Replica(Generic[B]):
    """A backend among its like."""

    name: str
    """For logs, metrics and error messages; unique within its pool."""
    backend: B
    weight: float = 1.0
    """How much it can do, compared with the others."""
    tier: int = 0
    """Those of a higher tier are asked only when none of the lower ones answers."""
    breaker: Breaker = field(default_factory=Breaker)
    probe: Callable[[], Coroutine[Any, Any, None]] | None = None
    """Finds out without a request whether it is alive: raises OpenK2Error where it is not. None: only requests tell."""
    in_progress: int = 0
    """Answers begun and not ended."""
    answered: int = 0
    """Answers that began."""
    failures: int = 0
    """Requests that it failed by its own fault."""


def is_replicas_fault(error: Exception) -> bool:
    """Whether an error says something about the replica rather than the request. What the replica turned away for the
    moment (429) is neither, see `is_worth_another`."""
    if isinstance(error, UpstreamError):
        return error.status != 429
    if isinstance(error, ApiError):
        return error.status >= 500
    return isinstance(error, EngineError) or not isinstance(error, ChatError | RequestError | OpenK2Error)


def is_worth_another(error: Exception) -> bool:
    """Whether another replica may answer what this one did not."""
    return is_replicas_fault(error) or isinstance(error, UpstreamError)
