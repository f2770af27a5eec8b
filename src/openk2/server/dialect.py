"""Refusals in the words of whoever asked: OpenAI's error body, or Anthropic's.

Which one is told by the path, and on paths that both speak (`/v1/models`, unknown ones) by the `anthropic-version`
header, which Anthropic's clients always send. Inside the server an error has one status; where the two APIs know
another for the same thing, each gets its own: a spent budget (402) is 429 with `insufficient_quota` for OpenAI's
clients, a full server (503) is 529 for Anthropic's.
"""

from enum import Enum
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from openk2.errors import OpenK2Error
from openk2.server.errors import ApiError, as_api_error, error_body, openai_status


class Dialect(Enum):
    """Whose API a request speaks."""

    OPENAI = "openai"
    MOONSHOT = "moonshot"
    """OpenAI's, with error bodies as Moonshot's platform has them."""
    ANTHROPIC = "anthropic"


_ANTHROPIC_PATHS = ("/v1/messages", "/anthropic/")
_OPENAI_PATHS = ("/v1/chat/", "/v1/completions", "/v1/responses")

_ANTHROPIC_STATUSES = {503: 529}

ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "request_too_large",
    415: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""Status → `error.type` of Anthropic's API."""


def dialect_of(scope: Scope) -> Dialect:
    """Whose API the request of an ASGI scope speaks."""
    path = scope["path"]
    if path.startswith(_ANTHROPIC_PATHS):
        return Dialect.ANTHROPIC
    if not path.startswith(_OPENAI_PATHS) and "anthropic-version" in Headers(scope=scope):
        return Dialect.ANTHROPIC
    return Dialect.MOONSHOT if scope.get("state", {}).get("moonshot_strict") else Dialect.OPENAI


def anthropic_status(error: ApiError) -> int:
    """The status that says the same in Anthropic's API."""
    return _ANTHROPIC_STATUSES.get(error.status, error.status)


def anthropic_error_body(error: ApiError, request_id: str) -> dict[str, Any]:
    """The JSON body of a refusal in Anthropic's form; also what an `error` event of a stream carries."""
    status = anthropic_status(error)
    kind = ANTHROPIC_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": str(error)}, "request_id": request_id}


def refusal(error: OpenK2Error, scope: Scope) -> Response:
    """The whole answer to a refused request, with the headers that tell a client whether to try again."""
    refused = as_api_error(error)
    headers = {"x-should-retry": "false"}
    if refused.retry_after is not None:
        headers = {"x-should-retry": "true", "retry-after": str(refused.retry_after)}
    dialect = dialect_of(scope)
    if dialect is Dialect.ANTHROPIC:
        request_id = scope.get("state", {}).get("request_id", "")
        status, body = anthropic_status(refused), anthropic_error_body(refused, request_id)
    else:
        status, body = openai_status(refused), error_body(refused, bare=dialect is Dialect.MOONSHOT)
    return Response(orjson.dumps(body), status, headers | refused.headers, "application/json")
