"""What clients of other projects rely on beside the APIs' references: each of these broke somebody's program once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx
import jsonschema
import pytest
from nano import READ_BOTH, READ_FILE, nano
from openai import OpenAI
from people import serving_people
from serving import StagedBackend, running

from openk2.chat.events import TextDelta
from openk2.server.errors import ApiError

DRAFT_7 = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "shape": {"$ref": "#/$defs/Shape"},
        "next": {"anyOf": [{"$ref": "#/$defs/Shape"}, {"type": "null"}]},
    },
    "required": ["shape", "next"],
    "additionalProperties": False,
    "$defs": {
        "Shape": {
            "title": "Shape",
            "type": "object",
            "properties": {"sides": {"type": "integer", "minimum": 3, "maximum": 8}},
            "required": ["sides"],
            "additionalProperties": False,
        }
    },
}
"""As pydantic and zod write a schema."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with nano() as url:
        yield url


def chat(address: str, **fields: Any) -> httpx.Response:
    body = {"model": "k2-nano", "messages": [{"role": "user", "content": "Hello!"}], "temperature": 0, **fields}
    return httpx.post(f"{address}/v1/chat/completions", json=body, timeout=120)


def test_a_stream_is_charged_though_its_client_did_not_ask_for_usage(tmp_path: Path) -> None:
    with serving_people(tmp_path) as people, people.with_key("ada") as ada:
        body = {"model": "staged", "messages": [{"role": "user", "content": "hi"}], "stream": True}
        streamed = ada.post("/v1/chat/completions", json=body)
        assert '"choices":[]' not in streamed.text
        # The request is settled once its last byte has left.
        until = time.monotonic() + 20
        while not (used := ada.get("/api/usage").json()["total"])["requests"] and time.monotonic() < until:
            time.sleep(0.05)
    assert (used["requests"], used["prompt_tokens"], used["completion_tokens"]) == (1, 12, 5)


@pytest.mark.parametrize("choice", ["required", "auto", {"type": "function", "function": {"name": "read_file"}}])
@pytest.mark.parametrize(
    ("strict", "closed"), [(True, {"additionalProperties": False}), (None, {})], ids=["added", "stripped"]
)
def test_calls_are_calls_and_valid_whatever_a_client_adds_to_a_schema_or_strips(
    address: str, choice: Any, strict: bool | None, closed: dict[str, Any]
) -> None:
    function = {"name": "read_file", "description": "Read a text file.", "parameters": {**READ_FILE, **closed}}
    if strict is not None:
        function["strict"] = strict
    api = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
    options: Any = {
        "model": "k2-nano",
        "messages": [{"role": "user", "content": READ_BOTH}],
        "tools": [{"type": "function", "function": function}],
        "tool_choice": choice,
        "temperature": 0,
        "max_tokens": 100,
    }
    with api.chat.completions.stream(**options) as events:
        streamed: Any = events.get_final_completion()
    for answer in (streamed, api.chat.completions.create(**options)):
        message = answer.choices[0].message
        assert message.tool_calls
        assert not message.content
        for call in message.tool_calls:
            jsonschema.validate(json.loads(call.function.arguments), READ_FILE)


def test_an_answer_follows_a_schema_as_libraries_write_it(address: str) -> None:
    schema = {"name": "shapes", "schema": DRAFT_7, "strict": True}
    answer = chat(address, response_format={"type": "json_schema", "json_schema": schema}, max_tokens=100).json()
    assert answer["choices"][0]["finish_reason"] == "stop"
    jsonschema.validate(json.loads(answer["choices"][0]["message"]["content"]), DRAFT_7)


def test_an_answer_cut_off_within_its_schema_says_so(address: str) -> None:
    schema = {"name": "shapes", "schema": DRAFT_7}
    answer = chat(address, response_format={"type": "json_schema", "json_schema": schema}, max_tokens=4).json()
    assert answer["choices"][0]["finish_reason"] == "length"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
@pytest.mark.parametrize("wrong", ["too long", "schema", "type"])
def test_what_can_never_succeed_is_not_to_be_sent_again(address: str, path: str, wrong: str) -> None:
    text = "word " * 5000 if wrong == "too long" else "hi"
    messages = [{"role": "user", "content": text}]
    body: dict[str, Any] = {"model": "k2-nano", "max_tokens": 5, "messages": messages, "input": messages}
    if wrong == "schema":
        # No grammar expresses what an `if` means.
        bad = {"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}}
        shapes = {
            "/v1/chat/completions": {"type": "function", "function": {"name": "f", "parameters": bad}},
            "/v1/messages": {"name": "f", "input_schema": bad},
            "/v1/responses": {"type": "function", "name": "f", "parameters": bad},
        }
        body["tools"] = [shapes[path]]
    if wrong == "type":
        body["temperature"] = "warm"
    refused = httpx.post(f"{address}{path}", json=body, timeout=60)
    assert refused.status_code == 400, refused.text
    assert refused.headers["x-should-retry"] == "false"
    assert "retry-after" not in refused.headers


@pytest.mark.parametrize("status", [429, 503])
def test_what_may_succeed_later_says_when(status: int) -> None:
    error = ApiError(status, "not now", code="rate_limit_exceeded" if status == 429 else None, retry_after=3)
    with running(StagedBackend(lambda request: [error])) as address:
        refused = httpx.post(
            f"{address}/v1/chat/completions", json={"model": "staged", "messages": [{"role": "user", "content": "hi"}]}
        )
    assert (refused.status_code, refused.headers["retry-after"], refused.headers["x-should-retry"]) == (
        status,
        "3",
        "true",
    )


def test_more_tokens_may_be_allowed_than_the_context_has_left(address: str) -> None:
    """Clients of Anthropic's API send the limit of the largest model they know, and refuse it themselves unless the
    answer is streamed."""
    api = anthropic.Anthropic(base_url=address, api_key="none", max_retries=0)
    hello: Any = [{"role": "user", "content": "Hello!"}]
    with pytest.raises(ValueError, match=r"[Ss]treaming"):
        api.messages.create(model="k2-nano", max_tokens=64_000, messages=hello)
    with api.messages.stream(model="k2-nano", max_tokens=64_000, messages=hello) as stream:
        assert stream.get_final_message().stop_reason == "end_turn"


def test_a_failed_response_is_the_end_of_its_stream() -> None:
    error = ApiError(429, "too fast", code="rate_limit_exceeded", retry_after=2)
    with (
        running(StagedBackend(lambda request: [TextDelta("half"), error])) as address,
        httpx.stream(
            "POST", f"{address}/v1/responses", json={"model": "staged", "input": "hi", "stream": True}, timeout=20
        ) as answer,
    ):
        events = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")]
    assert events[-1]["type"] == "response.failed"
    assert events[-1]["response"]["error"]["code"] == "rate_limit_exceeded"
    assert "try again in 2s" in events[-1]["response"]["error"]["message"]
