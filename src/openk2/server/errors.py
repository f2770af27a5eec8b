"""What a refusal is: a status, a message and the field at fault; and its body in OpenAI's form, `{"error": {"message",
"type", "param", "code"}}`. Other forms: `dialect.py`.

The OpenAI clients retry 408, 409, 429 and every 5xx, unless `x-should-retry` says otherwise; what cannot succeed when
sent again says so, and so does what was sent again already (502, 504: a remote backend tries several times).
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from openk2.errors import ChatError, ContextLengthError, OpenK2Error, RequestError, ServerError, UpstreamError

_TYPES = {
    400: "invalid_request_error",
    401: "invalid_authentication_error",
    402: "insufficient_quota",
    403: "permission_denied_error",
    404: "resource_not_found_error",
    405: "invalid_request_error",
    413: "invalid_request_error",
    415: "invalid_request_error",
    429: "engine_overloaded_error",
    500: "server_error",
    502: "server_error",
    503: "server_error",
    504: "server_error",
}
"""Status → error type, in the words of Moonshot's platform."""

_TYPES_OF_CODES = {
    "insufficient_quota": "insufficient_quota",
    "rate_limit_exceeded": "rate_limit_reached_error",
}
"""Code → error type, where the status alone does not say it."""

_PLATFORM_TYPES = {"insufficient_quota": "exceeded_current_quota_error"}
"""Error type → Moonshot's word for it, where its platform has another."""

_STATUSES = {402: 429}
"""OpenAI's clients know a spent budget as 429 with the code `insufficient_quota`."""

_FIELD = re.compile(r"[a-z_]+(?:\[\d+\]|\.[a-z_]+)*(?= (?:is|holds)\b)")


class ApiError(ServerError):
    """A request is refused: status, message, and the field at fault where there is one."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after: int | None = 1,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`code`: `insufficient_quota` with 402 (a spent budget), `rate_limit_exceeded` with 429 (a limit of the
        caller's), others for people; `retry_after`: for 429 and 503, seconds after which to ask again; None: asking
        again does not help; `headers`: what else the refusal's head says."""
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after if status in (429, 503) else None
        self.param = param
        self.code = code
        self.headers = dict(headers or {})


def as_api_error(error: OpenK2Error) -> ApiError:
    """The HTTP form of any error of the package.

    Messages about a request begin with the path of the field (`messages[0].role is ...`), which becomes `param`.
    """
    if isinstance(error, ApiError):
        return error
    if isinstance(error, ContextLengthError):
        return ApiError(400, str(error), param="messages", code="context_length_exceeded")
    if isinstance(error, UpstreamError):
        wait = None if error.retry_after is None else math.ceil(error.retry_after)
        return ApiError(error.status, str(error), retry_after=wait)
    if isinstance(error, ChatError | RequestError):
        field = _FIELD.match(str(error))
        return ApiError(400, str(error), param=field.group() if field else None)
    return ApiError(500, str(error))


def error_body(error: ApiError, *, bare: bool = False) -> dict[str, Any]:
    """The JSON body of a refusal; also what a broken stream carries. `bare`: message and type alone, as Moonshot's
    platform has it."""
    kind = _TYPES.get(error.status, "server_error" if error.status >= 500 else "invalid_request_error")
    kind = _TYPES_OF_CODES.get(error.code or "", kind)
    if bare:
        return {"error": {"message": str(error), "type": _PLATFORM_TYPES.get(kind, kind)}}
    return {"error": {"message": str(error), "type": kind, "param": error.param, "code": error.code}}


def openai_status(error: ApiError) -> int:
    """The status that says the same in OpenAI's API."""
    return _STATUSES.get(error.status, error.status)
