"""Whoever asks is refused in the words of the API they speak."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from openk2.server.dialect import ANTHROPIC_TYPES, Dialect, dialect_of, refusal
from openk2.server.errors import ApiError

VERSION = [(b"anthropic-version", b"2023-06-01")]


def scope(path: str, headers: list[tuple[bytes, bytes]] | None = None, **state: Any) -> dict[str, Any]:
    return {"type": "http", "path": path, "headers": headers or [], "state": {"request_id": "r-1", **state}}


@pytest.mark.parametrize(
    ("path", "headers", "dialect"),
    [
        ("/v1/chat/completions", [], Dialect.OPENAI),
        ("/v1/chat/completions", VERSION, Dialect.OPENAI),
        ("/v1/completions", VERSION, Dialect.OPENAI),
        ("/v1/responses", VERSION, Dialect.OPENAI),
        ("/v1/messages", [], Dialect.ANTHROPIC),
        ("/v1/messages/count_tokens", [], Dialect.ANTHROPIC),
        ("/anthropic/v1/messages", [], Dialect.ANTHROPIC),
        ("/v1/models", [], Dialect.OPENAI),
        ("/v1/models", VERSION, Dialect.ANTHROPIC),
        ("/nothing", VERSION, Dialect.ANTHROPIC),
        ("/nothing", [], Dialect.OPENAI),
    ],
)
def test_path_and_header_tell_who_asks(path: str, headers: list[tuple[bytes, bytes]], dialect: Dialect) -> None:
    assert dialect_of(scope(path, headers)) is dialect


OPENAI_TYPES = {
    400: (400, "invalid_request_error"),
    401: (401, "invalid_authentication_error"),
    402: (429, "insufficient_quota"),
    403: (403, "permission_denied_error"),
    404: (404, "resource_not_found_error"),
    413: (413, "invalid_request_error"),
    429: (429, "engine_overloaded_error"),
    500: (500, "server_error"),
    502: (502, "server_error"),
    503: (503, "server_error"),
}


@pytest.mark.parametrize(("status", "said"), OPENAI_TYPES.items())
def test_openais_clients_get_its_body_and_status(status: int, said: tuple[int, str]) -> None:
    response = refusal(ApiError(status, "why", param="field"), scope("/v1/chat/completions"))
    body = orjson.loads(response.body)
    assert (response.status_code, body["error"]["type"]) == said
    assert body == {"error": {"message": "why", "type": said[1], "param": "field", "code": None}}


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 429, 500, 502, 503, 504])
def test_anthropics_clients_get_its_body_and_status(status: int) -> None:
    response = refusal(ApiError(status, "why", param="field"), scope("/v1/messages"))
    expected = 529 if status == 503 else status
    assert response.status_code == expected
    assert orjson.loads(response.body) == {
        "type": "error",
        "error": {"type": ANTHROPIC_TYPES[expected], "message": "why"},
        "request_id": "r-1",
    }


@pytest.mark.parametrize(("code", "said"), [("rate_limit_exceeded", "rate_limit_reached_error"), (None, None)])
def test_a_limit_of_ones_own_is_not_an_overloaded_server(code: str | None, said: str | None) -> None:
    body = orjson.loads(refusal(ApiError(429, "slow down", code=code), scope("/v1/completions")).body)
    assert body["error"]["type"] == (said or "engine_overloaded_error")


def test_a_spent_budget_has_the_platforms_word_where_its_rules_hold() -> None:
    error = ApiError(402, "spent", code="insufficient_quota")
    response = refusal(error, scope("/v1/chat/completions", moonshot_strict=True))
    assert response.status_code == 429
    assert orjson.loads(response.body) == {"error": {"message": "spent", "type": "exceeded_current_quota_error"}}


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_whether_to_ask_again_is_said_in_headers(path: str) -> None:
    never = refusal(ApiError(400, "wrong"), scope(path)).headers
    assert (never["x-should-retry"], never.get("retry-after")) == ("false", None)
    soon = refusal(ApiError(503, "full", retry_after=7), scope(path)).headers
    assert (soon["x-should-retry"], soon["retry-after"]) == ("true", "7")
    spent = refusal(ApiError(402, "spent"), scope(path)).headers
    assert (spent["x-should-retry"], spent.get("retry-after")) == ("false", None)
