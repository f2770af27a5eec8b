"""The response object: what was asked for, told again, with what has become of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from openk2.chat.events import Usage
from openk2.server.errors import ApiError
from openk2.server.protocol import Json

Status = Literal["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]
OVER: tuple[Status, ...] = ("completed", "incomplete", "failed", "cancelled")


@dataclass(frozen=True)
class Resource:
    """What stays the same of a response from its creation to its end."""

    echo: Mapping[str, Any]
    """The request's own fields, as the object repeats them."""
    id: str = field(default_factory=lambda: f"resp_{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def at(
        self,
        status: Status,
        output: Sequence[Json] = (),
        *,
        usage: Json | None = None,
        error: Json | None = None,
        incomplete: str | None = None,
    ) -> Json:
        """The object in a status. `incomplete`: why it is, where it is."""
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "status": status,
            **self.echo,
            "output": list(output),
            "usage": usage,
            "error": error,
            "incomplete_details": None if incomplete is None else {"reason": incomplete},
            "completed_at": int(time.time()) if status == "completed" else None,
        }


def usage_json(usage: Usage) -> Json:
    """Token counts: what came out of the cache is part of `input_tokens`, what was written into it as well."""
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }


_CODES = {402: "insufficient_quota", 429: "rate_limit_exceeded", 503: "server_is_overloaded", 400: "invalid_prompt"}
"""Status → `error.code` of a response that failed, in the words that clients act on."""


def error_json(error: ApiError) -> Json:
    """The error of a response that failed. When to ask again stands in the text, where codex reads it."""
    code = error.code or _CODES.get(error.status, "server_error")
    message = str(error)
    if error.retry_after is not None:
        message = f"{message}. Please try again in {error.retry_after}s."
    return {"code": code, "message": message}
