"""Kept responses belong to whoever asked: a key, or a person who signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from people import People, serving_people

BODY: dict[str, Any] = {"model": "staged", "input": "a secret"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    folder: Path = tmp_path_factory.mktemp("people")
    with serving_people(folder) as people:
        yield people


def finds_nothing(other: httpx.Client, made: dict[str, Any]) -> None:
    """Nothing that `made` is or holds exists for somebody else."""
    id, item = made["id"], made["output"][0]["id"]
    answers = [
        other.get(f"/v1/responses/{id}"),
        other.get(f"/v1/responses/{id}", params={"stream": True}),
        other.get(f"/v1/responses/{id}/input_items"),
        other.post(f"/v1/responses/{id}/cancel"),
        other.delete(f"/v1/responses/{id}"),
        other.post("/v1/responses", json={**BODY, "previous_response_id": id}),
        other.post("/v1/responses", json={**BODY, "input": [{"type": "item_reference", "id": item}]}),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert not any("a secret" in answer.text for answer in answers)


def test_another_key_finds_nothing_even_of_the_same_person(people: People) -> None:
    with people.with_key("ada") as ada:
        made = ada.post("/v1/responses", json=BODY).json()
        for whose in ("ada's other", "bob"):
            with people.with_key(whose) as other:
                finds_nothing(other, made)
        assert ada.get(f"/v1/responses/{made['id']}").json() == made


def test_another_person_who_signed_in_finds_nothing(people: People) -> None:
    with people.signed_in("ada") as ada, people.signed_in("bob") as bob:
        made = ada.post("/v1/responses", json=BODY).json()
        finds_nothing(bob, made)
        assert ada.get(f"/v1/responses/{made['id']}").json() == made


def test_nobody_gets_in_without_a_key(people: People) -> None:
    with people.nobody() as nobody:
        assert nobody.post("/v1/responses", json=BODY).status_code == 401
        assert nobody.get("/v1/responses/resp_1").status_code == 401
        refused = nobody.post("/v1/messages", json={"model": "staged", "max_tokens": 5, "messages": []})
        assert (refused.status_code, refused.json()["error"]["type"]) == (401, "authentication_error")


def test_usage_says_what_it_cost_in_both_protocols(people: People) -> None:
    with people.with_key("ada") as ada:
        response = ada.post("/v1/responses", json=BODY).json()
        asked = {"model": "staged", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
        message = ada.post("/v1/messages", json=asked, headers={"x-api-key": people.keys["ada"]}).json()
    assert response["usage"]["openk2_cost"] == message["usage"]["openk2_cost"]
