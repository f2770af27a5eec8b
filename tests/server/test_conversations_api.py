"""`/api/conversations` and `/share` over HTTP, as the page uses them and as others may not."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from people import People, serving_people
from serving import running, says

C, T1, T2 = "c-000001", "t-000001", "t-000002"

DOCUMENT: dict[str, Any] = {
    "format": "openk2.conversation/1",
    "id": C,
    "title": "Snow",
    "named": False,
    "created": 1_760_000_000_000,
    "updated": 1_760_000_009_000,
    "head": T2,
    "turns": [
        {"id": T1, "parent": None, "role": "user", "content": "Why is snow white?"},
        {"id": T2, "parent": T1, "role": "assistant", "content": "It scatters <b>light</b>.", "model": "k2-nano"},
    ],
}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with serving_people(tmp_path_factory.mktemp("people")) as people:
        yield people


@pytest.fixture
def ada(people: People) -> Iterator[httpx.Client]:
    with people.signed_in("ada") as client:
        for line in client.get("/api/conversations").json()["conversations"]:
            client.delete(f"/api/conversations/{line['id']}")
        yield client


@pytest.fixture
def bob(people: People) -> Iterator[httpx.Client]:
    with people.signed_in("bob") as client:
        yield client


def kept(client: httpx.Client) -> list[dict[str, Any]]:
    lines = client.get("/api/conversations").json()["conversations"]
    assert isinstance(lines, list)
    return lines


def test_a_conversation_is_saved_listed_loaded_and_removed(ada: httpx.Client) -> None:
    assert ada.put(f"/api/conversations/{C}", json=DOCUMENT).status_code == 201
    assert ada.put(f"/api/conversations/{C}", json={**DOCUMENT, "title": "Ice"}).status_code == 200
    assert kept(ada) == [{"id": C, "title": "Ice", "updated": DOCUMENT["updated"]}]
    loaded = ada.get(f"/api/conversations/{C}")
    assert loaded.headers["cache-control"] == "private, no-store"
    assert {key: loaded.json()[key] for key in ("id", "title", "head", "created")} == {
        "id": C,
        "title": "Ice",
        "head": T2,
        "created": DOCUMENT["created"],
    }
    assert ada.delete(f"/api/conversations/{C}").status_code == 204
    assert ada.get(f"/api/conversations/{C}").status_code == 404
    assert kept(ada) == []


def test_a_new_one_must_be_new(ada: httpx.Client) -> None:
    assert ada.post("/api/conversations", json=DOCUMENT).status_code == 201
    assert ada.post("/api/conversations", json=DOCUMENT).status_code == 409


def test_a_list_is_paged(ada: httpx.Client) -> None:
    for number in range(3):
        ada.post("/api/conversations", json={**DOCUMENT, "id": f"c-{number:06}", "updated": 5000 + number})
    first = ada.get("/api/conversations?limit=2").json()
    assert [line["id"] for line in first["conversations"]] == ["c-000002", "c-000001"]
    second = ada.get("/api/conversations", params={"limit": 2, "after": first["next"]}).json()
    assert [line["id"] for line in second["conversations"]] == ["c-000000"]
    assert second["next"] is None
    for wrong in ("limit=0", "limit=1001", "limit=x", "after=y", "q=" + "a+" * 20):
        answer = ada.get(f"/api/conversations?{wrong}")
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == wrong.partition("=")[0]


def test_a_search_tells_where_the_words_stand(ada: httpx.Client) -> None:
    ada.post("/api/conversations", json=DOCUMENT)
    found = ada.get("/api/conversations", params={"q": "scatters snow"}).json()["conversations"]
    excerpt = "Why is snow white? It scatters <b>light</b>."
    assert found == [{"id": C, "title": "Snow", "updated": DOCUMENT["updated"], "excerpt": excerpt}]
    assert ada.get("/api/conversations", params={"q": "grass"}).json()["conversations"] == []


def test_it_is_renamed_and_another_branch_is_shown(ada: httpx.Client) -> None:
    ada.post("/api/conversations", json=DOCUMENT)
    assert ada.patch(f"/api/conversations/{C}", json={"title": "Ice"}).json()["title"] == "Ice"
    assert ada.patch(f"/api/conversations/{C}", json={"head": T1}).status_code == 200
    document = ada.get(f"/api/conversations/{C}").json()
    assert (document["title"], document["named"], document["head"]) == ("Ice", True, T1)
    assert document["updated"] > DOCUMENT["updated"]
    for wrong in ({}, {"head": "t-nobody"}, {"title": 5}, {"title": "x" * 300}):
        assert ada.patch(f"/api/conversations/{C}", json=wrong).status_code == 400


def test_turns_are_added_and_replaced_without_sending_the_rest(ada: httpx.Client) -> None:
    ada.post("/api/conversations", json=DOCUMENT)
    more = [
        {**DOCUMENT["turns"][1], "content": "It reflects light."},
        {"id": "t-000003", "parent": T2, "role": "user", "content": "Why?"},
    ]
    assert ada.post(f"/api/conversations/{C}/turns", json={"turns": more}).status_code == 200
    document = ada.get(f"/api/conversations/{C}").json()
    assert [turn["content"] for turn in document["turns"]] == ["Why is snow white?", "It reflects light.", "Why?"]
    assert document["head"] == "t-000003"
    sibling = {"id": "t-000004", "parent": T1, "role": "assistant", "content": "Because."}
    ada.post(f"/api/conversations/{C}/turns", json={"turns": [sibling], "head": T2})
    assert ada.get(f"/api/conversations/{C}").json()["head"] == T2
    wrongs: list[dict[str, Any]] = [
        {},
        {"turns": []},
        {"turns": [5]},
        {"turns": [{"id": 5}]},
        {"turns": [{"id": {}}]},
        {"turns": [{**sibling, "id": "t-000005"}] * 2},
    ]
    for wrong in wrongs:
        assert ada.post(f"/api/conversations/{C}/turns", json=wrong).status_code == 400


def test_an_exported_conversation_can_be_imported_beside_itself(ada: httpx.Client) -> None:
    ada.post("/api/conversations", json=DOCUMENT)
    exported = ada.get(f"/api/conversations/{C}/export")
    assert exported.headers["content-disposition"] == "attachment; filename*=UTF-8''Snow.json"
    lines = ada.post("/api/conversations/import", json=exported.json()).json()["conversations"]
    assert len(lines) == 1
    assert lines[0]["id"] != C
    copy = ada.get(f"/api/conversations/{lines[0]['id']}").json()
    assert {**copy, "id": C} == exported.json()
    both = {"conversations": [exported.json(), exported.json()]}
    assert len(ada.post("/api/conversations/import", json=both).json()["conversations"]) == 2
    assert len(kept(ada)) == 4
    wrong = ada.post("/api/conversations/import", json={"conversations": [exported.json(), {"id": "x"}]})
    assert wrong.status_code == 400
    assert "conversations[1]: id is" in wrong.json()["error"]["message"]
    assert len(kept(ada)) == 4


def test_markdown_and_html_are_exported_as_files(ada: httpx.Client) -> None:
    ada.post("/api/conversations", json={**DOCUMENT, "title": "../雪 \r\nx: y"})
    markdown = ada.get(f"/api/conversations/{C}/export?format=markdown")
    assert "## k2-nano\n\nIt scatters <b>light</b>.\n" in markdown.text
    assert markdown.headers["content-disposition"] == "attachment; filename*=UTF-8''___%E9%9B%AA%20__x_%20y.md"
    page = ada.get(f"/api/conversations/{C}/export?format=html").text
    assert "It scatters &lt;b&gt;light&lt;/b&gt;." in page
    assert ada.get(f"/api/conversations/{C}/export?format=pdf").status_code == 400


def test_the_address_and_the_document_must_agree(ada: httpx.Client) -> None:
    answer = ada.put("/api/conversations/c-000009", json=DOCUMENT)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "id")


def test_nobody_reads_changes_or_finds_anothers_conversation(
    people: People, ada: httpx.Client, bob: httpx.Client
) -> None:
    ada.post("/api/conversations", json=DOCUMENT)
    ada.post(f"/api/conversations/{C}/share", json={"days": 1})
    with people.with_key("ada") as key, people.with_key("bob") as other:
        for client in (bob, key, other):
            at = f"/api/conversations/{C}"
            assert kept(client) == []
            assert client.get("/api/conversations?q=snow").json()["conversations"] == []
            for method, path, body in (
                ("GET", at, None),
                ("DELETE", at, None),
                ("PATCH", at, {"title": "mine"}),
                ("POST", f"{at}/turns", {"turns": DOCUMENT["turns"]}),
                ("GET", f"{at}/export", None),
                ("POST", f"{at}/share", {"days": 1}),
            ):
                assert client.request(method, path, json=body).status_code == 404, (method, path)
            assert client.get(f"{at}/share").json() == {"shares": []}
            assert client.delete(f"{at}/share").status_code == 204
    assert ada.get(f"/api/conversations/{C}").json()["title"] == "Snow"
    assert len(ada.get(f"/api/conversations/{C}/share").json()["shares"]) == 1
    with people.nobody() as nobody:
        assert nobody.get("/api/conversations").status_code == 401
        assert nobody.get(f"/api/conversations/{C}").status_code == 401


def test_a_shared_page_is_read_by_anybody_until_it_is_taken_back(people: People, ada: httpx.Client) -> None:
    ada.post("/api/conversations", json=DOCUMENT)
    assert ada.get(f"/api/conversations/{C}/share").json() == {"shares": []}
    made = ada.post(f"/api/conversations/{C}/share", json={"days": 7})
    assert made.status_code == 201
    address = "/" + made.json()["url"]
    with people.nobody() as reader:
        page = reader.get(address)
        assert page.status_code == 200
        assert "It scatters &lt;b&gt;light&lt;/b&gt;." in page.text
        assert "<script" not in page.text
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "sandbox" in policy
        assert "script" not in policy
        assert page.headers["referrer-policy"] == "no-referrer"
        file = reader.get(f"{address}/file")
        assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''Snow.html"
        assert file.text == page.text
        assert reader.get("/share/" + "x" * 43).status_code == 404
        assert ada.delete(f"/api/conversations/{C}/share").status_code == 204
        assert reader.get(address).status_code == 404
    for days in (0, 366, "7", 1.5, True, None):
        assert ada.post(f"/api/conversations/{C}/share", json={"days": days}).status_code == 400


def test_the_database_does_not_know_the_address_of_a_shared_page(people: People, ada: httpx.Client) -> None:
    ada.post("/api/conversations", json=DOCUMENT)
    token = ada.post(f"/api/conversations/{C}/share", json={"days": 1}).json()["url"].removeprefix("share/")
    with sqlite3.connect(people.database) as database:
        hashes = [row[0] for row in database.execute("SELECT token_hash FROM conversation_share")]
        dump = "\n".join(database.iterdump())
    assert hashlib.sha256(token.encode()).hexdigest() in hashes
    assert token not in dump


def test_without_accounts_conversations_stay_in_the_browser() -> None:
    with running(says("yes")) as address:
        assert httpx.get(f"{address}/api/conversations").status_code == 404
        assert httpx.get(f"{address}/share/x").status_code == 404
