"""Answers are what `/openapi.json` says of them; thousands of others are tried with `make test-clients`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest
from serving import running, says


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with running(says("yes")) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def matches(client: httpx.Client, method: str, path: str, answer: httpx.Response) -> None:
    document = client.get("/openapi.json").json()
    described = document["paths"][path][method]["responses"][str(answer.status_code)]["content"]["application/json"]
    assert "$ref" in described["schema"] or "anyOf" in described["schema"]
    jsonschema.validate(answer.json(), {**described["schema"], "components": document["components"]})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "hi"}]}),
        ("/v1/messages", {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 5}),
        ("/v1/responses", {"input": "hi"}),
    ],
)
def test_answers_of_the_three_protocols(client: httpx.Client, path: str, body: dict[str, Any]) -> None:
    matches(client, "post", path, client.post(path, json={"model": "staged", **body}))


@pytest.mark.parametrize("purpose", ["file-extract", "user_data"])
def test_files(client: httpx.Client, purpose: str) -> None:
    made = client.post("/v1/files", files={"file": ("a.txt", b"hello")}, data={"purpose": purpose})
    matches(client, "post", "/v1/files", made)
    matches(client, "get", "/v1/files", client.get("/v1/files"))
    id = made.json()["id"]
    matches(client, "get", "/v1/files/{id}", client.get(f"/v1/files/{id}"))
    matches(client, "delete", "/v1/files/{id}", client.delete(f"/v1/files/{id}"))


@pytest.mark.parametrize("headers", [{}, {"anthropic-version": "2023-06-01"}])
def test_models(client: httpx.Client, headers: dict[str, str]) -> None:
    matches(client, "get", "/v1/models", client.get("/v1/models", headers=headers))
    matches(client, "get", "/v1/models/{name}", client.get("/v1/models/staged", headers=headers))


def test_readiness(client: httpx.Client) -> None:
    matches(client, "get", "/ready", client.get("/ready"))
