"""What holds for every route: request ids, pages of other sites, probes, and the document that describes them all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from serving import says

from openk2.server import ServerSettings, create_app
from openk2.server.cors import SENT_HEADERS

OK = {"model": "staged", "messages": [{"role": "user", "content": "hi"}]}
NOTES = ServerSettings(allowed_origins=("https://notes.example",))


def ask(method: str, path: str, settings: ServerSettings | None = None, **options: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(says("yes"), settings), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/chat/completions", OK),
        ("POST", "/v1/chat/completions", {**OK, "stream": True}),
        ("POST", "/v1/chat/completions", {}),
        ("POST", "/v1/messages", {}),
        ("GET", "/v1/nothing", None),
        ("GET", "/v1/chat/completions", None),
        ("GET", "/v1/models", None),
        ("HEAD", "/", None),
    ],
)
def test_every_answer_carries_the_request_id_under_both_names(method: str, path: str, body: Any) -> None:
    given = ask(method, path, json=body, headers={"x-request-id": "mine-1"}).headers
    assert (given["x-request-id"], given["request-id"]) == ("mine-1", "mine-1")
    made = ask(method, path, json=body).headers
    assert made["x-request-id"] == made["request-id"]
    assert made["x-request-id"].startswith("req-")


def test_a_base_url_that_ends_in_v1_already_works() -> None:
    assert ask("POST", "/v1/v1/chat/completions", json=OK).json()["choices"][0]["message"]["content"] == "yes"
    assert ask("GET", "/v1/v1/nothing").status_code == 404


def test_clients_may_probe_with_head() -> None:
    probe = ask("HEAD", "/")
    assert (probe.status_code, probe.content) == (200, b"")


def test_a_wrong_method_is_told_the_right_one() -> None:
    response = ask("GET", "/v1/chat/completions")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/models"])
def test_pages_of_allowed_sites_may_send_what_the_official_clients_send(path: str) -> None:
    asked = {
        "origin": "https://notes.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": ", ".join(SENT_HEADERS),
    }
    granted = ask("OPTIONS", path, NOTES, headers=asked)
    assert granted.status_code == 200
    assert granted.headers["access-control-allow-origin"] == "https://notes.example"
    for name in ("x-api-key", "anthropic-version", "authorization", "x-stainless-lang"):
        assert name in granted.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in ask("OPTIONS", path, headers=asked).headers
    foreign = ask("OPTIONS", path, NOTES, headers=asked | {"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in foreign.headers


def test_pages_of_allowed_sites_can_read_refusals_and_request_ids() -> None:
    refused = ask("POST", "/v1/chat/completions", NOTES, json={}, headers={"origin": "https://notes.example"})
    assert refused.status_code == 400
    assert refused.headers["access-control-allow-origin"] == "https://notes.example"
    assert "x-request-id" in refused.headers["access-control-expose-headers"]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return dict(ask("GET", "/openapi.json").json())


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known


def test_every_route_says_how_it_refuses_and_bodies_are_described(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert {"4XX", "5XX"} <= operation["responses"].keys(), (method, path)
            assert "422" not in operation["responses"], (method, path)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                assert content["schema"], (method, path)
    bodies = {
        path: operations["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
        for path, operations in document["paths"].items()
        if "application/json" in operations.get("post", {}).get("requestBody", {}).get("content", {})
        and path.startswith("/v1/")
    }
    assert (
        bodies.items()
        >= {
            "/v1/chat/completions": "ChatBody",
            "/v1/completions": "TextBody",
            "/v1/messages": "MessagesBody",
            "/v1/tokenize": "TokenizeBody",
        }.items()
    )
    fields = document["components"]["schemas"]["ChatBody"]["properties"]
    assert fields["parallel_tool_calls"]["description"].startswith("Whether one answer may make several calls")


def test_a_stream_is_described_by_its_events(document: dict[str, Any]) -> None:
    for path in ("/v1/chat/completions", "/v1/completions", "/v1/messages", "/v1/responses"):
        schema = document["paths"][path]["post"]["responses"]["200"]["content"]["text/event-stream"]["schema"]
        assert (schema["type"], schema["required"]) == ("object", ["data"]), path


def test_a_server_that_is_not_ready_answers_as_described(document: dict[str, Any]) -> None:
    described = document["paths"]["/ready"]["get"]["responses"]["503"]["content"]["application/json"]["schema"]
    assert described == {"$ref": "#/components/schemas/Readiness"}


def test_refusals_are_described_in_the_words_of_each_api(document: dict[str, Any]) -> None:
    def refused(path: str, method: str) -> Any:
        return document["paths"][path][method]["responses"]["4XX"]["content"]["application/json"]["schema"]

    assert refused("/v1/chat/completions", "post") == {"$ref": "#/components/schemas/Refusal"}
    assert refused("/v1/messages", "post") == {"$ref": "#/components/schemas/AnthropicRefusal"}
    assert len(refused("/v1/models", "get")["anyOf"]) == 2
