"""Every bad request gets a status a client can act on and a body in OpenAI's form that names the field."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from serving import StagedBackend, ending, says

from openk2.chat.events import TextDelta
from openk2.errors import ContextLengthError
from openk2.server import ServerSettings, create_app

OK = {"model": "staged", "messages": [{"role": "user", "content": "hi"}]}
JSON = {"content-type": "application/json"}
PATH = "/v1/chat/completions"


def call(
    body: bytes | dict[str, Any] | None,
    *,
    backend: StagedBackend | None = None,
    settings: ServerSettings | None = None,
    method: str = "POST",
    path: str = PATH,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    app = create_app(backend or says("yes"), settings)
    content = json.dumps(body).encode() if isinstance(body, dict) else body

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            return await client.request(method, path, content=content, headers=JSON if headers is None else headers)

    return asyncio.run(ask())


def error_of(response: httpx.Response) -> dict[str, Any]:
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert "\n" not in body["error"]["message"]
    assert response.headers["x-request-id"]
    return dict(body["error"])


TOOL = {"type": "function", "function": {"name": "f"}}
SEARCH = {"type": "builtin_function", "function": {"name": "$web_search"}}


def allowed(**changes: Any) -> dict[str, Any]:
    return {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [TOOL], **changes}}


CALL = {"id": "functions.f:0", "type": "function", "function": {"name": "f", "arguments": "{}"}}

WRONG_FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({"messages": []}, "messages", "one message or more"),
    ({"messages": "hi"}, "messages", "a list"),
    ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role", "system, user, assistant, tool"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "text"),
    (
        {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
        "messages[0].content[0].type",
        "only 'text'",
    ),
    (
        {"messages": [*OK["messages"], {"role": "tool", "tool_call_id": "functions.f:0", "content": "1"}]},
        "messages[1].tool_call_id",
        "no earlier message made",
    ),
    (
        {"messages": [{"role": "user", "content": "x", "tool_calls": [CALL]}]},
        "messages[0].tool_calls",
        "only assistant",
    ),
    ({"tools": [{"type": "function", "function": {"description": "x"}}]}, "tools[0].function.name", "missing"),
    ({"tools": [{"type": 5}]}, "tools[0].type", "text"),
    ({"tools": [5]}, "tools[0]", "an object"),
    ({"tools": [SEARCH]}, "tools[0].function.name", "not given a search address"),
    ({"tools": [{"type": "builtin_function"}]}, "tools[0].function.name", '"$web_search"'),
    ({"tool_choice": "required"}, "tool_choice", "at least one function"),
    ({"tool_choice": "always"}, "tool_choice", '"auto", "none", "required"'),
    ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, "tool_choice", "declared: none is"),
    ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}}, "tool_choice", "declared: f"),
    ({"tools": [TOOL], "tool_choice": {"type": "custom", "custom": {"name": "f"}}}, "tool_choice", '"required"'),
    ({"tools": [TOOL], "tool_choice": allowed(mode="none")}, "tool_choice.allowed_tools.mode", "auto, required"),
    ({"tools": [TOOL], "tool_choice": allowed(tools=[])}, "tool_choice.allowed_tools.tools", "a list of tools"),
    (
        {"tools": [TOOL], "tool_choice": allowed(tools=[{"type": "function", "function": {"name": "g"}}])},
        "tool_choice.allowed_tools.tools[0]",
        "declared: f",
    ),
    ({"parallel_tool_calls": "no"}, "parallel_tool_calls", "true or false"),
    ({"thinking": {"type": "on"}}, "thinking.type", "'enabled', 'disabled' or 'auto'"),
    ({"thinking": True}, "thinking", "an object"),
    ({"chat_template_kwargs": {"thinking": "yes"}}, "chat_template_kwargs.thinking", "true or false"),
    ({"reasoning_effort": "much"}, "reasoning_effort", "'low', 'medium', 'high'"),
    ({"prompt_cache_key": 5}, "prompt_cache_key", "text"),
    ({"messages": [{"role": "user", "content": "x", "partial": True}]}, "messages[0].partial", "an assistant's text"),
    ({"messages": [{"role": "assistant", "content": "x", "partial": 1}]}, "messages[0].partial", "true or false"),
    ({"temperature": "warm"}, "temperature", "a number"),
    ({"temperature": -1}, "temperature", "0 (greedy) or more"),
    ({"top_p": 0}, "top_p", "above 0"),
    ({"top_k": 1.5}, "top_k", "a whole number"),
    ({"max_tokens": 0}, "max_tokens", "1 or more"),
    ({"max_tokens": True}, "max_tokens", "a whole number"),
    ({"max_tokens": 5, "max_completion_tokens": 6}, "max_tokens", "one of them"),
    ({"stop": [""]}, "stop", "one character or more"),
    ({"stop": 3}, "stop", "text or a list"),
    ({"stop": ["x"] * 17}, "stop", "at most 16"),
    ({"seed": "7"}, "seed", "a whole number"),
    ({"stream": "yes"}, "stream", "true or false"),
    ({"stream_options": {"include_usage": True}}, "stream_options", "only with stream"),
    ({"stream": True, "stream_options": {"include_usage": 1}}, "stream_options.include_usage", "true or false"),
    ({"stream": True, "stream_options": 1}, "stream_options", "an object"),
    ({"n": 0}, "n", "accepted: 1"),
    ({"n": True}, "n", "a whole number"),
    ({"logprobs": True}, "logprobs", "reports none"),
    ({"top_logprobs": 3}, "top_logprobs", "only with logprobs"),
    ({"logprobs": True, "top_logprobs": 21}, "top_logprobs", "0 … 20"),
    ({"response_format": {"type": "xml"}}, "response_format.type", "'text', 'json_object' or 'json_schema'"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "an object"),
    ({"response_format": {"type": "json_schema", "json_schema": {}}}, "response_format.json_schema.schema", "a value"),
    (
        {
            "response_format": {"type": "json_object"},
            "messages": [*OK["messages"], {"role": "assistant", "content": "{", "partial": True}],
        },
        "response_format",
        "one of them",
    ),
    ({"presence_penalty": 2.5}, "presence_penalty", "-2 … 2"),
    ({"frequency_penalty": "much"}, "frequency_penalty", "a number"),
    ({"min_p": 2}, "min_p", "0 (all) … 1"),
    ({"min_tokens": 5, "max_tokens": 4}, "min_tokens", "max_tokens (4)"),
    ({"logit_bias": [5]}, "logit_bias", "an object"),
    ({"logit_bias": {"five": 1}}, "logit_bias", "token ids"),
    ({"logit_bias": {"5": 101}}, "logit_bias", "-100 … 100"),
    ({"functions": [{"name": "f"}]}, "functions", "not supported"),
    ({"model": None}, "model", "text"),
    ({"model": 3}, "model", "text"),
]


@pytest.mark.parametrize(("change", "param", "says_what"), WRONG_FIELDS)
def test_a_wrong_field_is_400_and_named(change: dict[str, Any], param: str, says_what: str) -> None:
    response = call({**OK, **change})
    error = error_of(response)
    assert response.status_code == 400
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert says_what in error["message"]
    assert response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("name", ["model", "messages"])
def test_a_missing_field_is_named(name: str) -> None:
    error = error_of(call({key: value for key, value in OK.items() if key != name}))
    assert error["param"] == name
    assert "missing" in error["message"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"model": "staged", "messages": [}', "column 34"),
        (b"[]", "one JSON object"),
        (b'"hi"', "one JSON object"),
        (b'{"model": "\xff"}', "not valid UTF-8 at byte 11"),
        (b'{"model": "\\ud800"}', "surrogate"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"temperature": NaN}', "not valid JSON"),
    ],
)
def test_a_body_that_is_not_a_json_object_is_400(body: bytes, what: str) -> None:
    response = call(body)
    assert response.status_code == 400
    assert what in error_of(response)["message"]


def test_an_unknown_model_is_404_and_lists_what_is_served() -> None:
    response = call({**OK, "model": "gpt-5"})
    assert response.status_code == 404
    error = error_of(response)
    assert (error["param"], error["code"]) == ("model", "model_not_found")
    assert "accepted: staged" in error["message"]


def test_unknown_fields_tool_types_query_parameters_and_nulls_are_ignored() -> None:
    nothing = dict.fromkeys(["tools", "tool_choice", "temperature", "stop", "n", "response_format", "stream_options"])
    accepted = {"store": True, "metadata": {"a": "1"}, "user": "u", "service_tier": "auto", "verbosity": "low"}
    hosted = {"tools": [{"type": "web_search", "made": {"up": 1}}, {"type": "custom", "custom": {"name": "c"}}]}
    backend = says("yes")
    response = call({**OK, **nothing, **accepted, **hosted, "made_up": []}, backend=backend, path=f"{PATH}?beta=true")
    assert response.status_code == 200
    assert backend.requests[0].tools == ()


@pytest.mark.parametrize("stream", [False, True])
def test_a_prompt_longer_than_the_context_is_400_in_both_forms(stream: bool) -> None:
    too_long = ContextLengthError("the prompt has 5,000 tokens; accepted: at most 4,096")
    response = call({**OK, "stream": stream}, backend=StagedBackend(lambda request: [too_long]))
    assert response.status_code == 400
    error = error_of(response)
    assert (error["message"], error["code"]) == (str(too_long), "context_length_exceeded")


def test_a_failing_backend_is_500_without_its_details() -> None:
    response = call(OK, backend=StagedBackend(lambda request: [TextDelta("x"), RuntimeError("a secret detail")]))
    assert response.status_code == 500
    assert "secret" not in response.text
    assert error_of(response)["type"] == "server_error"


@pytest.mark.parametrize("steps", [[TextDelta("x")], [TextDelta("x"), *ending("cancelled")]])
def test_an_answer_without_an_end_is_never_passed_off_as_whole(steps: list[Any]) -> None:
    backend = StagedBackend(lambda request: steps)
    assert call(OK, backend=backend).status_code in (500, 503)
    streamed = call({**OK, "stream": True}, backend=backend).text
    assert '"error"' in streamed.strip().splitlines()[-1]
    assert "[DONE]" not in streamed


def test_a_body_over_the_limit_is_413_even_when_its_length_is_not_declared() -> None:
    big = json.dumps({**OK, "padding": "x" * 2000}).encode()
    response = call(big, settings=ServerSettings(max_body_bytes=1000))
    assert response.status_code == 413
    assert "1,000 bytes" in error_of(response)["message"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_not_declared_as_json_is_415(kind: str | None) -> None:
    response = call(OK, headers={} if kind is None else {"content-type": kind})
    assert response.status_code == 415
    assert "application/json" in error_of(response)["message"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example", "", "[::1"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_host_name_is_refused_so_that_a_domain_cannot_be_pointed_at_loopback(host: str, method: str) -> None:
    response = call(OK if method == "POST" else None, method=method, headers={**JSON, "host": host})
    assert response.status_code == 403
    assert error_of(response)["code"] == "host_refused"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:9", "[::1]:8000", "LOCALHOST"])
def test_loopback_names_are_accepted_with_any_port(host: str) -> None:
    assert call(OK, headers={**JSON, "host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:9999", "http://"])
def test_a_foreign_page_cannot_ask(origin: str) -> None:
    response = call(OK, headers={**JSON, "origin": origin})
    assert response.status_code == 403
    assert error_of(response)["code"] == "origin_refused"


def test_the_servers_own_page_can_ask_and_gets_no_cors_headers() -> None:
    response = call(OK, headers={**JSON, "origin": "http://localhost:8000"})
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control-")]


def test_an_allowed_origin_gets_cors_headers() -> None:
    settings = ServerSettings(allowed_origins=("https://notes.example",))
    response = call(OK, settings=settings, headers={**JSON, "origin": "https://notes.example"})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "https://notes.example"
    assert call(OK, settings=settings, headers={**JSON, "origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("GET", "/v1/chat/completions", 405), ("POST", "/health", 405)],
)
def test_unknown_routes_and_methods_answer_in_the_same_form(method: str, path: str, status: int) -> None:
    response = call(None, method=method, path=path)
    assert response.status_code == status
    assert path in error_of(response)["message"]


def test_a_sane_request_id_is_kept_and_another_replaced() -> None:
    assert call(OK, headers={**JSON, "x-request-id": "mine-7"}).headers["x-request-id"] == "mine-7"
    assert call(OK, headers={**JSON, "x-request-id": "x" * 500}).headers["x-request-id"].startswith("req-")
