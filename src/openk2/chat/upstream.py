"""A connection to a model behind HTTP: one POST, its answer as a stream of JSON texts.

A request that is refused for now (429, 5xx, no connection) is tried again, after the time the server asks for; once the
answer has begun nothing is repeated. Closing the stream closes the connection, by which servers notice that nobody
listens.
"""

import asyncio
import json
import math
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from openk2.chat.remote_answer import error_text, sse_data
from openk2.errors import RequestError, UpstreamError

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 60.0
_OUT_OF_MONEY = ("exceeded_current_quota", "insufficient_quota")
_NOT_ABOUT_THE_REQUEST = (401, 403, 404, 429)
"""Refusals that concern the key, the model's name or the load, each worth its own status."""


class Upstream:
    """One address that requests are posted to."""

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        *,
        timeout: float = 300.0,
        retries: int = 4,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`url`: of the endpoint; `api_key`: `$OPENAI_API_KEY` where not given, none where that is not set; `timeout`:
        seconds without a byte; `retries`: attempts after the first; `transport` and `sleep`: for tests. Raises
        RequestError when the key cannot be one."""
        self._url = url
        self.shown = str(httpx.URL(url).copy_with(userinfo=b""))
        """The address as errors name it, which others than its owner may read."""
        self._headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        key = (os.environ.get("OPENAI_API_KEY", "") if api_key is None else api_key).strip()
        if not (key.isascii() and key.isprintable()):
            raise RequestError("the API key holds characters that no key has; accepted: printable ASCII")
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._timeout = httpx.Timeout(timeout, connect=min(timeout, 10.0))
        self._retries = retries
        self._transport = transport
        self._sleep = sleep

    async def post(self, body: Mapping[str, Any]) -> AsyncGenerator[str, None]:
        """The JSON texts that the answer to `body` consists of: several where it is streamed, one by servers that do
        not stream. Raises RequestError with the server's own words when it refuses the request as it is, and
        UpstreamError when the fault is not the request's: no answer, none in time, one that breaks off, or a key that
        is not accepted."""
        async with self._response(json.dumps(body).encode()) as response:
            try:
                if response.headers.get("content-type", "").startswith("application/json"):
                    yield (await response.aread()).decode("utf-8", errors="replace")
                    return
                async for data in sse_data(response.aiter_bytes()):
                    yield data
            except httpx.TimeoutException:
                raise UpstreamError(
                    f"{self.shown}: silent for {self._timeout.read:g} s within an answer", 504
                ) from None
            except httpx.HTTPError as error:
                raise UpstreamError(f"{self.shown}: the connection broke within an answer: {error}") from None

    @asynccontextmanager
    async def _response(self, body: bytes) -> AsyncIterator[httpx.Response]:
        """The response that begins an answer, after as many attempts as it takes."""
        async with httpx.AsyncClient(transport=self._transport, timeout=self._timeout, headers=self._headers) as client:
            for attempt in range(self._retries + 1):
                wait = min(_FIRST_WAIT * 2**attempt, _LONGEST_WAIT)
                try:
                    response = await client.send(client.build_request("POST", self._url, content=body), stream=True)
                    if response.is_success:
                        break
                    await response.aread()
                    words = f"{self.shown}: {response.status_code}: {error_text(response.text)}"
                    again = _is_passing(response, words)
                    wait = _asked_wait(response, wait)
                    problem = _refusal(response, words, wait if again else None)
                except httpx.TimeoutException as error:
                    seconds = self._timeout.connect if isinstance(error, httpx.ConnectTimeout) else self._timeout.read
                    problem, again = UpstreamError(f"{self.shown}: no answer within {seconds:g} s", 504), True
                except httpx.HTTPError as error:
                    what = str(error) or type(error).__name__
                    problem, again = UpstreamError(f"{self.shown}: cannot be reached: {what}"), True
                if not again or attempt == self._retries or wait > _LONGEST_WAIT:
                    raise problem
                await self._sleep(wait)
            try:
                yield response
            finally:
                await response.aclose()


def checked_address(url: str) -> str:
    """The address of an API without a slash at its end. Raises RequestError for what is none."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise RequestError(f"base_url is {url!r}; accepted: an http:// or https:// address")
    return url.rstrip("/")


def _refusal(response: httpx.Response, words: str, retry_after: float | None) -> RequestError:
    """The error that a refusal is: of the request itself, or of something that the request cannot help."""
    if response.status_code in _NOT_ABOUT_THE_REQUEST:
        return UpstreamError(words, response.status_code, retry_after=retry_after)
    return RequestError(words) if response.is_client_error else UpstreamError(words)


def _is_passing(response: httpx.Response, words: str) -> bool:
    """Whether asking again may help: too many requests or a server fault, but not an empty account."""
    if any(kind in words for kind in _OUT_OF_MONEY):
        return False
    return response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error


def _asked_wait(response: httpx.Response, otherwise: float) -> float:
    """Seconds to wait: what `Retry-After` asks for, in seconds or as a date."""
    asked = response.headers.get("retry-after", "")
    try:
        seconds = float(asked)
        return max(0.0, seconds) if math.isfinite(seconds) else otherwise
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return otherwise
