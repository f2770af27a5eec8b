"""What foreign pages, foreign keys and foreign names cannot do, for every route there is."""

from __future__ import annotations

import logging
import re
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from people import PASSWORD, People, serving_people
from serving import says

from openk2.server import ServerSettings, bind, create_app
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.prices import Prices
from openk2.server.configuration.sections import ServeSection
from openk2.server.store import Database

JSON = {"content-type": "application/json"}
SAFE = {"GET", "HEAD", "OPTIONS"}
CHAT = {"model": "staged", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with serving_people(tmp_path_factory.mktemp("people")) as people:
        yield people


def all_routes() -> list[tuple[str, str]]:
    """Method and path of every route of a server with accounts; a new one is here by itself."""
    accounts = Accounts(Database("sqlite:///never-opened.db"), Prices.load())
    app: Any = create_app(says("x"), ServerSettings(), accounts)
    while not isinstance(app, FastAPI):
        app = app._app
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    return [
        (method, re.sub(r"\{[^}]*\}", "none-such", route.path))
        for route in routes
        for method in sorted(route.methods or ())
    ]


ROUTES = all_routes()
CHANGING = [(method, path) for method, path in ROUTES if method not in SAFE]


def test_the_walk_finds_the_routes() -> None:
    assert ("POST", "/v1/chat/completions") in CHANGING
    assert ("DELETE", "/api/conversations/none-such") in CHANGING
    assert len(CHANGING) > 15


FOREIGN = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
    {"origin": "http://["},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
)


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_no_foreign_page_changes_anything_even_with_the_readers_key(people: People, method: str, path: str) -> None:
    with people.with_key("ada") as client:
        for headers in FOREIGN:
            answer = client.request(method, path, content=b"{}", headers={**JSON, **headers})
            assert answer.status_code == 403, headers
            assert "may not use this server" in answer.text


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("GET", "/no-such-file")])
def test_a_name_pointed_at_this_machine_reaches_nothing(people: People, method: str, path: str) -> None:
    """DNS rebinding: the page and the request have the same foreign name."""
    headers = {"host": "evil.example", "origin": "http://evil.example", "content-type": "application/json"}
    with people.with_key("ada") as client:
        answer = client.request(method, path, headers=headers, content=b"{}" if method not in SAFE else None)
    assert answer.status_code == 403
    assert method == "HEAD" or "is not served here" in answer.text


BODILESS = {("POST", "/v1/responses/none-such/cancel")}


@pytest.mark.parametrize(("method", "path"), [route for route in CHANGING if route[0] != "DELETE"])
def test_what_a_page_can_send_without_asking_is_not_read(people: People, method: str, path: str) -> None:
    """Also where a browser says nothing of where it comes from. A DELETE is never sent without asking."""
    with people.signed_in("ada") as client:
        for kind in ("text/plain", "application/x-www-form-urlencoded", None):
            headers = {} if kind is None else {"content-type": kind}
            answer = client.request(method, path, headers=headers, content=b'{"model": "staged"}')
            assert answer.status_code == (404 if (method, path) in BODILESS else 415), (kind, answer.text)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_but_the_open_ones_asks_who_is_there(people: People, method: str, path: str) -> None:
    open_to_all = {"/", "/health", "/ready", "/api/session", "/artifact", "/share/none-such", "/share/none-such/file"}
    with people.nobody() as client:
        answer = client.request(method, path, headers={"content-type": "application/json"}, content=b"{}")
        with_wrong_key = client.request(method, path, headers={"authorization": "Bearer sk-ok2-wrong"}, content=b"{}")
    if path in open_to_all:
        assert answer.status_code != 403
        assert with_wrong_key.status_code == answer.status_code or method != "GET"
    else:
        assert (answer.status_code, with_wrong_key.status_code) == (401, 401)


def test_no_foreign_page_uses_the_session_of_who_reads_it(people: People) -> None:
    with people.signed_in("ada") as page:
        own = {"origin": people.address, "sec-fetch-site": "same-origin"}
        assert page.post("/v1/chat/completions", json=CHAT, headers=own).status_code == 200
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert page.post("/v1/chat/completions", json=CHAT, headers=headers).status_code == 403
            assert page.delete("/api/session", headers=headers).status_code == 403
            form = page.post("/v1/files", files={"file": ("a", b"x")}, data={"purpose": "batch"}, headers=headers)
            assert form.status_code == 403
        assert page.get("/v1/files").json()["data"] == []


def test_the_sessions_cookie_is_for_this_site_and_out_of_scripts_reach(people: People) -> None:
    with people.nobody() as client:
        answer = client.post("/api/session", json={"name": "ada", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie


def test_a_server_listens_on_this_machine_only_unless_told_otherwise() -> None:
    with bind(ServeSection().host, 0) as bound:
        assert bound.getsockname()[0] == "127.0.0.1"
    assert ServerSettings().allowed_hosts == ("localhost", "127.0.0.1", "::1")


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/../page.py",
        "/..%2fpage.py",
        "/%2e%2e/page.py",
        "/%2e%2e%2fpage.py",
        "/..%5cpage.py",
        "/....//page.py",
        "/static/../page.py",
        "/./../page.py",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/app.js/../../page.py",
        "/app.js%00.txt",
        "/share/..%2f..%2fpage.py",
        "/v1/files/..%2f..%2fopenk2.db/content",
        "/v1/models/..%2f..%2fpage.py",
    ],
)
def test_no_path_leads_out_of_the_page(people: People, path: str) -> None:
    """Sent as it is: clients of libraries would straighten it first."""
    host = people.address.removeprefix("http://")
    request = f"GET {path} HTTP/1.1\r\nhost: {host}\r\nx-api-key: {people.keys['ada']}\r\nconnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2]))) as connection:
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    status = int(answer.split(b" ", 2)[1])
    assert status in (400, 404), answer[:500]
    assert b"import gzip" not in answer
    assert b"root:" not in answer


def test_one_key_reads_nothing_of_another(people: People) -> None:
    with people.with_key("ada") as ada:
        file = ada.post("/v1/files", files={"file": ("a.txt", b"of ada")}, data={"purpose": "user_data"}).json()["id"]
        response = ada.post("/v1/responses", json={"model": "staged", "input": "secret of ada"}).json()["id"]
        assert ada.post("/v1/chat/completions", json=CHAT).status_code == 200
        assert ada.get(f"/v1/responses/{response}").status_code == 200
        ada.put("/api/conversations/c-of-ada", json={"id": "c-of-ada", "title": "of ada"})
    for whose in ("bob", "ada's other"):
        with people.with_key(whose) as other:
            assert other.get("/v1/files").json()["data"] == []
            part = {"type": "file", "file": {"file_id": file}}
            refused: list[tuple[str, str, Any]] = [
                ("GET", f"/v1/files/{file}", None),
                ("GET", f"/v1/files/{file}/content", None),
                ("DELETE", f"/v1/files/{file}", None),
                ("POST", "/v1/chat/completions", {**CHAT, "messages": [{"role": "user", "content": [part]}]}),
                ("GET", f"/v1/responses/{response}", None),
                ("GET", f"/v1/responses/{response}/input_items", None),
                ("POST", f"/v1/responses/{response}/cancel", None),
                ("DELETE", f"/v1/responses/{response}", None),
                ("GET", "/api/conversations/c-of-ada", None),
            ]
            for method, path, body in refused:
                answer = other.request(method, path, json=body)
                assert answer.status_code == 404, (whose, method, path)
                assert "of ada" not in answer.text
            goes_on = {"model": "staged", "input": "?", "previous_response_id": response}
            assert other.post("/v1/responses", json=goes_on).status_code in (400, 404)
            assert other.get("/api/conversations").json()["conversations"] == []
            usage = other.get("/api/usage").json()
            assert usage["total"]["requests"] == 0, usage
            assert other.get("/api/usage/requests").json()["requests"] == []
            assert other.get("/api/usage?whose=all").status_code == 403
    with people.with_key("ada") as ada:
        assert ada.get(f"/v1/files/{file}").status_code == 200
        assert ada.get("/api/usage").json()["total"]["requests"] == 2


def test_keys_and_passwords_are_neither_logged_nor_stored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving_people(tmp_path) as people:
        secrets = [*people.keys.values(), PASSWORD]
        key = people.keys["ada"]
        with people.with_key("ada") as client, people.signed_in("ada") as page, people.nobody() as nobody:
            answers = [
                client.post("/v1/chat/completions", json=CHAT),
                client.post("/v1/chat/completions", json={**CHAT, "model": key}),
                client.post("/v1/chat/completions", content=b"{" + key.encode(), headers=JSON),
                client.get(f"/v1/files/{key}"),
                client.get("/v1/files", params={"after": key}),
                nobody.post("/v1/messages", headers={"x-api-key": key}, json={**CHAT, "max_tokens": 5}),
                nobody.post("/v1/chat/completions", headers={"authorization": f"Bearer {key}x"}, json=CHAT),
                nobody.post("/v1/chat/completions", headers={"authorization": f"Basic {key}"}, json=CHAT),
                nobody.post("/api/session", json={"name": "ada", "password": PASSWORD + "!"}),
                page.get("/api/keys"),
                page.get("/api/usage"),
            ]
            secrets.append(page.cookies["openk2_session"])
        assert {answer.status_code for answer in answers} == {200, 400, 401, 404}
        for path in tmp_path.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert not [secret for secret in secrets if secret.encode() in content], path.name
        with sqlite3.connect(people.database) as database:
            dump = "\n".join(database.iterdump())
    assert not [secret for secret in secrets if secret in dump]
    assert [record for record in caplog.records if record.name.startswith("openk2")], "the server logs its requests"
    # What httpx logs of its own addresses is not the server's.
    said = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))
    )
    printed = capfd.readouterr()
    assert not [secret for secret in secrets if secret in said + printed.out + printed.err]
