"""Pages of other sites that may use the server: which headers their scripts may send, and which they may read.

None, unless origins are configured. The lists are what the official JavaScript clients of OpenAI's and Anthropic's APIs
send from a browser, and what they look at in an answer (developer.mozilla.org: Cross-Origin Resource Sharing).
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

_STAINLESS = ("lang", "package-version", "os", "arch", "runtime", "runtime-version", "async", "retry-count", "timeout")
_STAINLESS_HELPERS = ("read-timeout", "helper-method", "poll-helper", "custom-poll-interval")

SENT_HEADERS = (
    "authorization",
    "content-type",
    "x-api-key",
    "x-request-id",
    "anthropic-version",
    "anthropic-beta",
    "anthropic-dangerous-direct-browser-access",
    "openai-organization",
    "openai-project",
    "openai-beta",
    "idempotency-key",
    *(f"x-stainless-{name}" for name in (*_STAINLESS, *_STAINLESS_HELPERS)),
)
READ_HEADERS = (
    "x-request-id",
    "request-id",
    "retry-after",
    "x-should-retry",
    "x-openk2-cost",
    "x-openk2-cache",
    *(f"x-ratelimit-{what}-{of}" for what in ("limit", "remaining", "reset") for of in ("requests", "tokens")),
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def with_cors(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """The application with answers that scripts of these origins may read, refusals included."""
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=list(origins),
        allow_methods=list(_METHODS),
        allow_headers=list(SENT_HEADERS),
        expose_headers=list(READ_HEADERS),
    )
