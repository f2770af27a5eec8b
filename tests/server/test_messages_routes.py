"""The Messages API over HTTP: where it is found, what it counts, how it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from serving import Gate, StagedBackend, ending, running, says

from openk2.chat.events import PromptTokens, TextDelta
from openk2.chat.messages import Message, ToolCall
from openk2.errors import ContextLengthError
from openk2.server import ServerSettings
from openk2.server.errors import ApiError
from openk2.server.served import Served, ServedModel

BODY: dict[str, Any] = {"model": "staged", "max_tokens": 20, "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(says("Hello.")) as where:
        yield where


def post(address: str, path: str = "/v1/messages", **fields: Any) -> httpx.Response:
    return httpx.post(f"{address}{path}", json={**BODY, **fields}, timeout=30)


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages?beta=true", "/anthropic/v1/messages"])
def test_the_api_is_at_its_own_place_and_below_anthropic(address: str, path: str) -> None:
    answer = post(address, path)
    assert answer.status_code == 200
    assert answer.json()["content"] == [{"type": "text", "text": "Hello."}]


def test_models_below_anthropic_have_anthropics_shape(address: str) -> None:
    listed = httpx.get(f"{address}/anthropic/v1/models").json()
    assert [model["type"] for model in listed["data"]] == ["model"]
    assert httpx.get(f"{address}/anthropic/v1/models/staged").json()["id"] == "staged"
    assert httpx.get(f"{address}/anthropic/v1/models/other").json()["error"]["type"] == "not_found_error"


def test_discovery_lists_the_aliases_that_claude_code_looks_for() -> None:
    served = Served(ServedModel("k2", says("x")), aliases={"claude-k2": "k2"})
    with running(served) as address:  # type: ignore[arg-type]
        headers = {"anthropic-version": "2023-06-01"}
        listed = httpx.get(f"{address}/v1/models", headers=headers).json()
        assert [model["id"] for model in listed["data"]] == ["k2", "claude-k2"]
        answer = post(address, model="claude-k2").json()
        assert (answer["model"], answer["content"][0]["text"]) == ("claude-k2", "x")


def test_any_beta_header_and_unknown_field_is_ignored(address: str) -> None:
    headers = {"anthropic-version": "2023-06-01", "anthropic-beta": "a-2030-01-01,b", "x-stainless-lang": "js"}
    answer = httpx.post(f"{address}/v1/messages", json={**BODY, "mcp_servers": [], "betas": ["c"]}, headers=headers)
    assert answer.status_code == 200


def test_every_answer_carries_its_request_id(address: str) -> None:
    for answer in (post(address), post(address, max_tokens="many")):
        assert answer.headers["request-id"] == answer.headers["x-request-id"]
    assert post(address, max_tokens="many").json()["request_id"].startswith("req")


def test_claude_codes_probe_is_answered(address: str) -> None:
    assert httpx.head(f"{address}/").status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "kind"),
    [
        ({"max_tokens": "many"}, 400, "invalid_request_error"),
        ({"max_tokens": 0}, 400, "invalid_request_error"),
        ({"messages": []}, 400, "invalid_request_error"),
        ({"model": "gpt-5"}, 404, "not_found_error"),
        ({"model": None}, 400, "invalid_request_error"),
    ],
)
def test_refusals_have_anthropics_form(address: str, change: dict[str, Any], status: int, kind: str) -> None:
    answer = post(address, **change)
    assert answer.status_code == status
    body = answer.json()
    assert (body["type"], body["error"]["type"]) == ("error", kind)
    assert "accepted" in body["error"]["message"]


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (ApiError(402, "the budget is spent"), 402, "billing_error"),
        (ApiError(403, "not this model"), 403, "permission_error"),
        (ApiError(429, "too fast"), 429, "rate_limit_error"),
        (ApiError(503, "all is taken"), 529, "overloaded_error"),
        (ContextLengthError("the prompt is too long"), 400, "invalid_request_error"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_refuses_an_answer_has_the_status_its_clients_know(
    error: Exception, status: int, kind: str, stream: bool
) -> None:
    with running(StagedBackend(lambda request: [error])) as address:
        answer = post(address, stream=stream)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)


def test_a_body_that_is_too_large_is_413() -> None:
    with running(says("x"), ServerSettings(max_body_bytes=1000)) as address:
        answer = post(address, system="x" * 2000)
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request_too_large")


def test_a_silent_stream_pings_and_then_starts() -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [gate, PromptTokens((1, 2)), TextDelta("a"), *ending()])
    with running(backend, ServerSettings(heartbeat_seconds=0.02)) as address:
        request = httpx.stream("POST", f"{address}/v1/messages", json={**BODY, "stream": True}, timeout=30)
        with request as answer:
            lines = answer.iter_lines()
            assert [next(lines), next(lines)] == ["event: ping", 'data: {"type":"ping"}']
            gate.open()
            names = [line for line in lines if line.startswith("event: ") and line != "event: ping"]
    assert names[0] == "event: message_start"
    assert names[-1] == "event: message_stop"


def test_a_stream_that_breaks_off_ends_with_an_error_event() -> None:
    backend = StagedBackend(lambda request: [TextDelta("half"), ApiError(503, "the replica is gone")])
    with running(backend) as address:
        records = post(address, stream=True).text.split("\n\n")
    assert records[-2].startswith("event: error\n")
    assert json.loads(records[-2].split("data: ")[1])["error"]["type"] == "overloaded_error"


def test_a_backend_that_keeps_its_tokens_to_itself_counts_none(address: str) -> None:
    answer = post(address, "/v1/messages/count_tokens")
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")


def test_calls_leave_with_letters_clients_take_and_their_results_come_back() -> None:
    call = ToolCall("functions.now:0", "now", "{}")
    backend = StagedBackend(
        lambda request: (
            Message("assistant", request.messages[-1].content)
            if request.messages[-1].role == "tool"
            else Message("assistant", tool_calls=(call,))
        )
    )
    tools = [{"name": "now", "input_schema": {"type": "object"}}]
    with running(backend) as address:
        first = post(address, tools=tools).json()
        made = first["content"][0]
        assert made == {"type": "tool_use", "id": "functions_now_0", "name": "now", "input": {}}
        result = {"type": "tool_result", "tool_use_id": made["id"], "content": "noon"}
        turns = [
            *BODY["messages"],
            {"role": "assistant", "content": first["content"]},
            {"role": "user", "content": [result]},
        ]
        second = post(address, tools=tools, messages=turns).json()
    assert second["content"] == [{"type": "text", "text": "noon"}]
    assert backend.requests[1].messages[1].tool_calls == (ToolCall("functions_now_0", "now", "{}"),)
