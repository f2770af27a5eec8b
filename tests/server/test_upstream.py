"""The server in front of a remote API: what goes wrong there is never passed off as the client's fault."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from openk2.chat.remote import RemoteBackend
from openk2.server import create_app

URL = "http://models.example/v1"
Upstream = Callable[[httpx.Request], httpx.Response]


class Body(httpx.AsyncByteStream):
    """A body that breaks off with an error, or just ends."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        choices = [{"index": 0, "delta": {"content": "half"}, "finish_reason": None}]
        yield f"data: {json.dumps({'choices': choices})}\n\n".encode()
        if self.error:
            raise self.error


def ask(upstream: Upstream | None, *, stream: bool, url: str = URL) -> httpx.Response:
    """One request to a server whose model is behind `upstream`, or at `url` of the real network."""

    async def no_sleep(seconds: float) -> None:
        pass

    transport = httpx.MockTransport(upstream) if upstream else None
    backend = RemoteBackend("k2", url, "sk-1", transport=transport, sleep=no_sleep, retries=2)
    body = {"model": "k2", "messages": [{"role": "user", "content": "hi"}], "stream": stream}

    async def post() -> httpx.Response:
        inside = httpx.ASGITransport(create_app(backend), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=inside, base_url="http://localhost") as client:
            return await client.post("/v1/chat/completions", json=body)

    return asyncio.run(post())


def answering(response: httpx.Response | Exception) -> Upstream:
    def upstream(request: httpx.Request) -> httpx.Response:
        if isinstance(response, Exception):
            raise response
        return response

    return upstream


def error_of(text: str) -> dict[str, Any]:
    body = json.loads(text)
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert "\n" not in body["error"]["message"]
    return dict(body["error"])


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("response", "status", "words"),
    [
        (httpx.ConnectError("refused"), 502, "cannot be reached: refused"),
        (httpx.RemoteProtocolError("gone"), 502, "cannot be reached: gone"),
        (httpx.ConnectTimeout(""), 504, "no answer within 10 s"),
        (httpx.ReadTimeout(""), 504, "no answer within 300 s"),
        (httpx.Response(500, text="<b>\ndown</b>"), 502, "500: <b> down</b>"),
        (httpx.Response(503, headers={"retry-after": "1"}), 502, "503: no explanation"),
        (httpx.Response(307, headers={"location": "/v2"}), 502, "307: no explanation"),
        (httpx.Response(200, json={"error": {"message": "out of memory"}}), 502, "the server broke off: out of memory"),
        (httpx.Response(200, text="data: {\n\n"), 502, "the server sent '{'; accepted: a JSON object"),
    ],
)
def test_an_upstream_that_fails_is_a_bad_gateway_and_named(
    response: httpx.Response | Exception, status: int, words: str, stream: bool
) -> None:
    answer = ask(answering(response), stream=stream)
    assert answer.status_code == status
    error = error_of(answer.text)
    assert (error["message"], error["type"]) == (f"{URL}/chat/completions: {words}", "server_error")
    assert answer.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("stream", [False, True])
def test_an_address_at_which_nobody_listens_is_a_bad_gateway(stream: bool) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        answer = ask(None, stream=stream, url=url)
    assert answer.status_code == 502
    assert error_of(answer.text)["message"].startswith(f"{url}/chat/completions: cannot be reached: ")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "invalid_authentication_error"),
        (403, "permission_denied_error"),
        (404, "resource_not_found_error"),
        (429, "engine_overloaded_error"),
    ],
)
def test_what_the_upstream_refuses_whoever_asks_keeps_its_status(status: int, kind: str, stream: bool) -> None:
    refusal = httpx.Response(status, json={"error": {"message": "not you"}}, headers={"retry-after": "90"})
    answer = ask(answering(refusal), stream=stream)
    assert answer.status_code == status
    error = error_of(answer.text)
    assert (error["message"], error["type"]) == (f"{URL}/chat/completions: {status}: not you", kind)
    later = status == 429
    assert answer.headers["x-should-retry"] == ("true" if later else "false")
    assert answer.headers.get("retry-after") == ("90" if later else None)


@pytest.mark.parametrize(("asked", "told"), [("7.2", "8"), ("inf", "2"), ("soon", "2")])
def test_the_time_to_wait_is_passed_on_in_whole_seconds(asked: str, told: str) -> None:
    answer = ask(answering(httpx.Response(429, headers={"retry-after": asked})), stream=False)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, told)


def test_an_empty_account_is_not_worth_asking_again() -> None:
    refusal = {"error": {"message": "pay", "type": "exceeded_current_quota_error"}}
    answer = ask(answering(httpx.Response(429, json=refusal, headers={"retry-after": "1"})), stream=False)
    assert (answer.status_code, answer.headers["x-should-retry"]) == (429, "false")
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("stream", [False, True])
def test_what_the_upstream_finds_wrong_with_the_request_stays_400(stream: bool) -> None:
    answer = ask(answering(httpx.Response(422, json={"error": {"message": "bad schema"}})), stream=stream)
    assert answer.status_code == 400
    assert error_of(answer.text)["type"] == "invalid_request_error"


BREAKS = [
    (None, 502, "the connection ended before the answer was finished"),
    (httpx.ReadError("reset"), 502, "the connection broke within an answer: reset"),
    (httpx.ReadTimeout(""), 504, "silent for 300 s within an answer"),
]


@pytest.mark.parametrize(("error", "status", "words"), BREAKS)
def test_an_upstream_that_breaks_off_ends_a_stream_with_an_error(
    error: Exception | None, status: int, words: str
) -> None:
    answer = ask(lambda request: httpx.Response(200, stream=Body(error)), stream=True)
    *chunks, last, end = answer.text.split("\n\n")
    assert json.loads(chunks[-1].removeprefix("data: "))["choices"][0]["delta"] == {"content": "half"}
    broken = error_of(last.removeprefix("data: "))
    assert (broken["message"], broken["type"]) == (f"{URL}/chat/completions: {words}", "server_error")
    assert end == ""


@pytest.mark.parametrize(("error", "status", "words"), BREAKS)
def test_an_upstream_that_breaks_off_is_a_bad_gateway_where_the_answer_is_whole(
    error: Exception | None, status: int, words: str
) -> None:
    answer = ask(lambda request: httpx.Response(200, stream=Body(error)), stream=False)
    assert answer.status_code == status
    assert error_of(answer.text)["message"] == f"{URL}/chat/completions: {words}"


def test_a_password_in_the_upstreams_address_is_not_told_to_clients() -> None:
    answer = ask(answering(httpx.ConnectError("refused")), stream=False, url="http://me:secret@models.example/v1")
    assert error_of(answer.text)["message"] == f"{URL}/chat/completions: cannot be reached: refused"
