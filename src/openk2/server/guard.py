"""What stands before every request: who it is addressed to, where it comes from, how large it is.

Loopback alone is no border: any web page can make a browser send requests to 127.0.0.1, directly or through a domain
name pointed there (DNS rebinding). So a request must be addressed to an allowed host name, and one that could change
something must not come from a foreign page. Plain ASGI, so that disconnects pass through.
"""

import re
import uuid
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from openk2.server.admission import Admission
from openk2.server.dialect import refusal
from openk2.server.errors import ApiError
from openk2.server.files.limits import UPLOAD_FORM_BYTES, UPLOAD_PATH
from openk2.server.settings import ServerSettings

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_TWICE = "/v1/v1/"
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class Guard:
    """Wraps the whole application; refusals have the same form as everyone's."""

    def __init__(self, app: ASGIApp, settings: ServerSettings, admission: Admission) -> None:
        self._app = app
        self._settings = settings
        self.admission = admission
        """Closed by whoever ends the server, see `run.py`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with a request id in `scope["state"]` and a body that cannot exceed the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _SANE_ID.fullmatch(given) else f"req-{uuid.uuid4().hex}"
        if scope["path"].startswith(_TWICE):
            # A base URL given with `/v1` to a client that adds its own.
            scope = {**scope, "path": scope["path"].removeprefix("/v1")}
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["moonshot_strict"] = self._settings.moonshot_strict
        # Streams send thousands of parts, and what lies between them and here looks at heads only.
        state["send_body"] = send

        async def send_marked(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                marks = [
                    (b"x-request-id", request_id.encode()),
                    (b"request-id", request_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (
                        b"cross-origin-resource-policy",
                        b"cross-origin" if self._settings.allowed_origins else b"same-origin",
                    ),
                ]
                message["headers"] = [*message.get("headers", ()), *marks]
            await send(message)

        try:
            self._check(scope["method"], headers)
        except ApiError as error:
            await refusal(error, scope)(scope, receive, send_marked)
            return
        limit = self._settings.max_body_bytes
        if scope["path"] == UPLOAD_PATH:
            limit = max(limit, self._settings.files.file_bytes + UPLOAD_FORM_BYTES)
        await self._app(scope, _bounded(receive, limit), send_marked)

    def _check(self, method: str, headers: Headers) -> None:
        host = headers.get("host", "")
        allowed = self._settings.allowed_hosts
        if allowed is not None and _host_name(host) not in allowed:
            raise ApiError(
                403, f"host {host!r} is not served here; accepted: {', '.join(allowed)}", code="host_refused"
            )
        origin = headers.get("origin")
        if method in _SAFE_METHODS or origin in self._settings.allowed_origins:
            return
        # A browser that keeps the origin to itself still says whether it is another one (Fetch Metadata, W3C).
        foreign = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if foreign if origin is None else not _is_page_of(origin, host):
            raise ApiError(403, f"pages of {origin or 'another site'!r} may not use this server", code="origin_refused")


def _bounded(receive: Receive, limit: int) -> Receive:
    """Counts the body as it arrives: a chunked one has no length, and a stated one need not be true."""
    seen = 0

    async def receive_bounded() -> MutableMapping[str, Any]:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise ApiError(413, f"the body is larger than {limit:,} bytes, which is this server's limit")
        return message

    return receive_bounded


def _is_page_of(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def _host_name(host: str) -> str:
    """`localhost:8000` → `localhost`, `[::1]:8000` → `::1`; what cannot be read is no name at all."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
