"""Accounts over HTTP: who gets in, what is refused in whose words, what is said of usage."""

from __future__ import annotations

import asyncio
import csv
import io
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import httpx
import openai
import pytest
from accounting import PRICES
from databases import KINDS, fresh_url
from serving import Gate, StagedBackend, ending, running, says

from openk2.chat.backend import ChatBackend
from openk2.chat.events import PromptTokens, TextDelta, Tokens
from openk2.chat.messages import Message
from openk2.errors import RequestError
from openk2.server import ServerSettings
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.budgets import Budget, Owner
from openk2.server.accounts.keys import NewKey
from openk2.server.accounts.limits import Limits
from openk2.server.store import Database

PASSWORD = "long enough"
ASK: dict[str, Any] = {"model": "staged", "messages": [{"role": "user", "content": "hi"}]}
MESSAGES = {**ASK, "max_tokens": 50}


@dataclass(frozen=True)
class Site:
    """A running server with accounts."""

    address: str
    keys: dict[str, str]
    file: Path

    def ask(self, key: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self.post("/v1/chat/completions", key, body or ASK)

    def post(self, path: str, key: str, body: dict[str, Any]) -> httpx.Response:
        return httpx.post(self.address + path, json=body, headers=self.head(key), timeout=60)

    def get(self, path: str, key: str, **query: Any) -> httpx.Response:
        return httpx.get(self.address + path, params=query, headers=self.head(key), timeout=60)

    def requests(self, key: str, least: int) -> int:
        """How many requests the key sees, once there are so many: an answer is settled a moment after its last
        byte."""
        for _ in range(1000):
            if (count := int(self.get("/api/usage", key).json()["total"]["requests"])) >= least:
                return count
        raise AssertionError(f"{key} sees {count} requests instead of {least}")

    def head(self, key: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.keys.get(key, key)}"}

    @contextmanager
    def signed_in(self, name: str) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=self.address, timeout=60) as page:
            answer = page.post("/api/session", json={"name": name, "password": PASSWORD})
            assert answer.status_code == 200
            yield page


@contextmanager
def site(
    folder: Path,
    keys: dict[str, dict[str, Any]],
    *,
    backend: ChatBackend | None = None,
    settings: ServerSettings | None = None,
    required: bool = True,
    budgets: dict[str, Budget] | None = None,
    kind: str = "sqlite",
) -> Iterator[Site]:
    """`keys`: name → what is special about it; `budgets`: name of a key → a day's budget. The users are ada, bob, and
    root, an administrator."""
    url = fresh_url(kind, folder)

    async def make() -> dict[str, str]:
        async with Database(url) as database:
            accounts = Accounts(database, PRICES)
            users = {
                name: await accounts.directory.create_user(name, password=PASSWORD, admin=name == "root")
                for name in ("ada", "bob", "root")
            }
            texts = {}
            for name, special in keys.items():
                user = users[special.get("user", "ada")]
                more = {key: value for key, value in special.items() if key != "user"}
                key, texts[name] = await accounts.keys.create(NewKey(name, user.organisation.id, user.id, **more))
                owner: Owner = ("key", key.id)
                if budgets and name in budgets:
                    await accounts.budgets.set(owner, "day", budgets[name])
            return texts

    texts = asyncio.run(make())
    accounts = Accounts(Database(url), PRICES, required=required)
    with running(backend or says("hello there"), settings or ServerSettings(data_dir=folder), accounts) as address:
        yield Site(address, texts, Path(url.removeprefix("sqlite:///")))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for tests that do not count what was used."""
    keys: dict[str, dict[str, Any]] = {
        "plain": {},
        "bob's": {"user": "bob"},
        "files only": {"scopes": frozenset({"files"})},
        "other model": {"models": frozenset({"k3"})},
        "admin": {"user": "root", "scopes": frozenset({"admin"})},
        "with limits": {"limits": Limits(requests_per_minute=1000, tokens_per_minute=9000)},
    }
    with site(tmp_path_factory.mktemp("site"), keys) as shared:
        yield shared


def test_every_route_but_the_page_and_health_asks_for_a_key(shared: Site) -> None:
    open_routes = {"/", "/health", "/ready", "/openapi.json", "/api/session", "/app.js", "/artifact"}
    document = httpx.get(f"{shared.address}/openapi.json").json()
    routes = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert len(routes) > 10
    for path, method in [*routes, ("/metrics", "get"), ("/v1/no-such-route", "post")]:
        answer = httpx.request(method, shared.address + path, timeout=60)
        if (path, method) == ("/api/session", "delete"):
            continue  # 401 as well: nobody is signed in
        if path in open_routes or path.startswith("/share/"):
            assert answer.status_code not in (401, 403), (path, method)
        else:
            assert answer.status_code == 401, (path, method, answer.text)
    for path in open_routes - {"/artifact"}:
        assert httpx.get(shared.address + path).status_code == 200, path


@pytest.mark.parametrize(
    "headers",
    [
        lambda key: {"authorization": f"Bearer {key}"},
        lambda key: {"authorization": f"bearer  {key}"},
        lambda key: {"x-api-key": key},
        lambda key: {"x-api-key": key, "authorization": "Bearer of another system"},
        lambda key: {"x-api-key": "of another system", "authorization": f"Bearer {key}"},
    ],
)
def test_a_key_is_taken_from_either_header(shared: Site, headers: Any) -> None:
    answer = httpx.post(f"{shared.address}/v1/chat/completions", json=ASK, headers=headers(shared.keys["plain"]))
    assert answer.status_code == 200


def test_an_unknown_key_is_401_in_the_words_of_each_protocol(shared: Site) -> None:
    ours = shared.ask("sk-ok2-unknown")
    assert ours.status_code == 401
    assert ours.headers["x-should-retry"] == "false"
    assert ours.json()["error"]["code"] == "invalid_api_key"
    theirs = shared.post("/v1/messages", "sk-ok2-unknown", MESSAGES)
    assert theirs.status_code == 401
    assert theirs.json()["error"]["type"] == "authentication_error"
    api = openai.OpenAI(base_url=f"{shared.address}/v1", api_key="wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        api.models.list()
    claude = anthropic.Anthropic(base_url=shared.address, api_key="wrong", max_retries=0)
    with pytest.raises(anthropic.AuthenticationError):
        claude.messages.create(**MESSAGES)


def test_a_key_without_the_scope_is_403(shared: Site) -> None:
    refused = shared.ask("files only")
    assert refused.status_code == 403
    assert refused.json()["error"]["message"] == "this needs the scope 'generate', which the key has not; it has: files"
    assert shared.get("/v1/files", "files only").status_code == 200
    assert shared.get("/v1/models", "files only").status_code == 200
    assert shared.get("/api/usage", "files only").status_code == 403
    assert shared.get("/metrics", "plain").status_code == 403
    assert shared.get("/metrics", "admin").status_code == 200


def test_a_model_that_the_key_may_not_use_is_403(shared: Site) -> None:
    refused = shared.ask("other model")
    assert refused.status_code == 403
    assert refused.json()["error"]["message"] == "model is 'staged', which this key may not use; accepted: k3"
    assert refused.json()["error"]["param"] == "model"


def test_limits_and_cost_are_in_the_headers_of_whole_answers(shared: Site) -> None:
    answer = shared.ask("with limits")
    assert answer.headers["x-ratelimit-limit-requests"] == "1000"
    assert answer.headers["x-ratelimit-limit-tokens"] == "9000"
    assert int(answer.headers["x-ratelimit-remaining-tokens"]) < 9000
    # 12 prompt tokens, 8 of them cached, and 5 of the answer.
    assert answer.headers["x-openk2-cost"] == "0.000016100"
    assert answer.json()["usage"]["openk2_cost"] == 0.0000161


def test_the_cost_is_in_the_usage_of_every_protocol(shared: Site) -> None:
    for path, body in (("/v1/messages", MESSAGES), ("/v1/responses", {"model": "staged", "input": "hi"})):
        answer = shared.post(path, "plain", body)
        assert answer.json()["usage"]["openk2_cost"] == 0.0000161, path
        assert answer.headers["x-openk2-cost"] == "0.000016100"


def test_without_accounts_costs_are_said_all_the_same() -> None:
    with running(says("hello")) as address:
        answer = httpx.post(f"{address}/v1/chat/completions", json=ASK)
        assert answer.json()["usage"]["openk2_cost"] == 0
        session = httpx.get(f"{address}/api/session").json()
        assert (session["accounts"], session["user"]) == (False, None)
        assert httpx.get(f"{address}/api/keys").status_code == 404


def test_a_reached_limit_is_429_that_says_when_to_come_again(tmp_path: Path) -> None:
    with site(tmp_path, {"slow": {"limits": Limits(requests_per_minute=1)}}) as here:
        assert here.ask("slow").status_code == 200
        refused = here.ask("slow")
        assert refused.status_code == 429
        error = refused.json()["error"]
        assert (error["type"], error["code"]) == ("rate_limit_reached_error", "rate_limit_exceeded")
        assert "Please try again in" in error["message"]
        assert refused.headers["x-should-retry"] == "true"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["x-ratelimit-remaining-requests"] == "0"
        theirs = here.post("/v1/messages", "slow", MESSAGES)
        assert (theirs.status_code, theirs.json()["error"]["type"]) == (429, "rate_limit_error")


def test_the_keys_of_one_user_share_the_user_s_limits(tmp_path: Path) -> None:
    with site(tmp_path, {"one": {}, "two": {}, "bob's": {"user": "bob"}}) as here:

        async def limit() -> None:
            async with Database(str(here.file)) as database:
                await Accounts(database, PRICES).directory.set_limits("ada", Limits(requests_per_minute=1))

        asyncio.run(limit())
        assert [here.ask(key).status_code for key in ("one", "two", "bob's")] == [200, 429, 200]


def test_answers_in_progress_at_one_time_are_bounded_and_their_places_come_back(tmp_path: Path) -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [gate, TextDelta("a"), *ending()] if len(backend.requests) == 1 else said)
    said = Message("assistant", "b")
    with (
        site(tmp_path, {"one at a time": {"limits": Limits(streams=1)}}, backend=backend) as here,
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(here.ask, "one at a time", ASK | {"stream": True})
        assert gate.reached.wait(20)
        refused = here.ask("one at a time")
        assert refused.status_code == 429
        assert "this key's limit of 1 answers in progress is reached" in refused.json()["error"]["message"]
        gate.open()
        assert first.result().status_code == 200
        # The place comes back when the answer has ended, which its client may see a moment earlier.
        while (again := here.ask("one at a time")).status_code == 429:
            pass
        assert again.status_code == 200


def test_a_spent_budget_is_429_insufficient_quota_for_openai_and_402_for_anthropic_clients(tmp_path: Path) -> None:
    with site(tmp_path, {"poor": {}}, budgets={"poor": Budget(tokens=17)}) as here:
        assert here.ask("poor").status_code == 200
        assert here.requests("poor", 1) == 1
        refused = here.ask("poor")
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == refused.json()["error"]["type"] == "insufficient_quota"
        assert refused.headers["x-should-retry"] == "false"
        assert "retry-after" not in refused.headers
        theirs = here.post("/v1/messages", "poor", MESSAGES)
        assert theirs.status_code == 402
        assert theirs.json()["error"]["type"] == "billing_error"
        assert theirs.headers["x-should-retry"] == "false"
        usage = here.get("/api/usage", "poor").json()
        (budget,) = usage["budgets"]
        assert (budget["owner"], budget["name"], budget["period"]) == ("key", "poor", "day")
        assert (budget["tokens"], budget["used_tokens"], budget["money"]) == (17, 17, None)


@pytest.mark.parametrize("kind", KINDS)
def test_one_key_cannot_read_another_s_usage(kind: str, tmp_path: Path) -> None:
    with site(tmp_path, {"ada's": {}, "ada's other": {}, "bob's": {"user": "bob"}}, kind=kind) as here:
        for key, times in (("ada's", 1), ("ada's other", 2), ("bob's", 3)):
            for _ in range(times):
                assert here.ask(key).status_code == 200
        assert [here.requests(key, times) for key, times in zip(here.keys, (1, 2, 3), strict=True)] == [1, 2, 3]
        for key, times in (("ada's", 1), ("bob's", 3)):
            rows = here.get("/api/usage/requests", key).json()["requests"]
            assert [row["key_name"] for row in rows] == [key] * times
            assert here.get("/api/usage", key, whose="all").status_code == 403
            assert here.get("/api/usage/requests", key, whose="all").status_code == 403
        with here.signed_in("ada") as page:
            assert page.get("/api/usage").json()["total"]["requests"] == 3
            assert page.post("/v1/chat/completions", json=ASK).status_code == 200
            while page.get("/api/usage").json()["total"]["requests"] < 4:
                pass  # an answer is settled a moment after its last byte
            assert page.get("/api/usage", params={"whose": "all"}).status_code == 403
        with here.signed_in("root") as page:
            by = page.get("/api/usage", params={"whose": "all", "by": "user,key"}).json()
            counts = {(row["user_name"], row["key_name"]): row["requests"] for row in by["rows"]}
            assert counts == {("ada", None): 1, ("ada", "ada's"): 1, ("ada", "ada's other"): 2, ("bob", "bob's"): 3}
            assert by["total"]["requests"] == 7


@pytest.mark.parametrize("kind", KINDS)
def test_usage_comes_as_sums_and_request_by_request_in_json_and_csv(kind: str, tmp_path: Path) -> None:
    with site(tmp_path, {"=key": {}}, kind=kind) as here:
        for _ in range(3):
            here.ask("=key")
        assert here.requests("=key", 3) == 3
        usage = here.get("/api/usage", "=key", by="day,model").json()
        (row,) = usage["rows"]
        counts: dict[str, float] = {"requests": 3, "prompt_tokens": 36, "cached_tokens": 24, "reasoning_tokens": 0}
        counts |= {"completion_tokens": 15, "cost": 0.0000483}
        assert row == {"day": usage["to"], "model": "staged", **counts}
        assert usage["total"] == counts
        assert usage["currency"] == "USD"
        sheet = here.get("/api/usage", "=key", by="key", format="csv")
        assert sheet.headers["content-type"].startswith("text/csv")
        (line,) = csv.DictReader(io.StringIO(sheet.text))
        assert line["key_name"] == "'=key", "a spreadsheet must not run it"
        assert (line["requests"], line["cost"]) == ("3", "0.0000483")
        page = here.get("/api/usage/requests", "=key", limit=2).json()
        rest = here.get("/api/usage/requests", "=key", limit=2, before=page["next"]).json()
        assert (len(page["requests"]), len(rest["requests"]), rest["next"]) == (2, 1, None)
        assert len({one["request_id"] for one in page["requests"] + rest["requests"]}) == 3
        one = rest["requests"][0]
        assert (one["status"], one["backend"], one["model"]) == ("stop", "staged", "staged")
        assert one["first_ms"] <= one["total_ms"]


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-12-01", "to": "2026-11-01"}, "from"),
        ({"by": "day,planet"}, "by"),
        ({"whose": "yours"}, "whose"),
        ({"format": "xml"}, "format"),
    ],
)
def test_a_question_about_usage_that_cannot_be_answered_names_the_field(
    shared: Site, query: dict[str, str], param: str
) -> None:
    refused = shared.get("/api/usage", "plain", **query)
    assert refused.status_code == 400, refused.text
    assert refused.json()["error"]["param"] == param
    for name, value in (("limit", "0"), ("limit", "x"), ("before", "'; --")):
        assert shared.get("/api/usage/requests", "plain", **{name: value}).json()["error"]["param"] == name


def test_an_answer_that_its_client_left_is_in_the_ledger_at_what_it_used(tmp_path: Path) -> None:
    hold = Gate()
    steps = [PromptTokens((1,) * 30, 10), Tokens((7,)), TextDelta("a"), Tokens((8, 9)), TextDelta("b"), hold, *ending()]
    with site(tmp_path, {"key": {}}, backend=StagedBackend(lambda request: steps)) as here:
        url, head = f"{here.address}/v1/chat/completions", here.head("key")
        with httpx.stream("POST", url, json=ASK | {"stream": True}, headers=head) as answer:
            for line in answer.iter_lines():
                if '"b"' in line:
                    break
        rows: list[dict[str, Any]] = []
        while not rows:
            rows = here.get("/api/usage/requests", "key").json()["requests"]
        (row,) = rows
        assert row["status"] == "client left"
        assert (row["prompt_tokens"], row["cached_tokens"], row["completion_tokens"]) == (30, 10, 3)
        assert row["cost"] == pytest.approx((20 * 600 + 10 * 150 + 3 * 2500) / 1e9)


def test_a_request_that_was_refused_before_its_first_byte_costs_nothing(tmp_path: Path) -> None:
    steps = [PromptTokens((1,) * 30, 10), RequestError("no room")]
    with site(tmp_path, {"key": {}}, backend=StagedBackend(lambda request: steps)) as here:
        assert here.ask("key").status_code == 400
        assert here.requests("key", 1) == 1
        (row,) = here.get("/api/usage/requests", "key").json()["requests"]
        assert (row["status"], row["prompt_tokens"], row["cost"]) == ("no room", 0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_people_make_see_and_revoke_their_own_keys(kind: str, tmp_path: Path) -> None:
    with site(
        tmp_path, {"bob's": {"user": "bob"}, "with keys": {"scopes": frozenset({"keys", "generate"})}}, kind=kind
    ) as here:
        with here.signed_in("ada") as page:
            made = page.post(
                "/api/keys",
                json={
                    "name": "notebook",
                    "scopes": ["generate", "usage"],
                    "models": ["staged"],
                    "tokens_per_minute": 20000,
                    "expires": "2099-01-31",
                    "budgets": {"day": {"tokens": 1000, "money": 0.5}},
                },
            )
            assert made.status_code == 201, made.text
            assert made.headers["cache-control"] == "no-store"
            key = made.json()
            assert key["expires"] == "2099-01-31T00:00:00Z"
            assert key["budgets"] == {"day": {"tokens": 1000, "money": 0.5}, "month": None}
            assert key["key"].startswith(key["prefix"])
            assert here.ask(key["key"]).status_code == 200
            listed = page.get("/api/keys").json()["keys"]
            assert [one["name"] for one in listed] == ["notebook", "with keys"]
            assert key["key"] not in str(listed)
            assert page.get("/api/keys", params={"whose": "all"}).status_code == 403
            others = here.get("/api/keys", "with keys").json()["keys"]
            assert {one["name"] for one in others} == {"notebook", "with keys"}
            revoked = page.delete(f"/api/keys/{key['id']}").json()
            assert revoked["state"] == "revoked"
            assert here.ask(key["key"]).status_code == 401
        with here.signed_in("bob") as page:
            (bobs,) = page.get("/api/keys").json()["keys"]
            assert page.delete(f"/api/keys/{key['id']}").status_code == 404
            assert page.delete("/api/keys/%00").status_code == 404
        with here.signed_in("root") as page:
            assert len(page.get("/api/keys", params={"whose": "all"}).json()["keys"]) == 3
            assert page.delete(f"/api/keys/{bobs['id']}").json()["state"] == "revoked"


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "name"),
        ({"name": ""}, 400, "name"),
        ({"name": "a\x00b"}, 400, "name"),
        ({"name": "a", "scopes": ["root"]}, 400, "scopes"),
        ({"name": "a", "scopes": ["admin"]}, 403, "scopes"),
        ({"name": "a", "expires": "soon"}, 400, "expires"),
        ({"name": "a", "expires": "9999-12-31T23:59:59-23:59"}, 400, "expires"),
        ({"name": "a", "streams": 0}, 400, "streams"),
        ({"name": "a", "budgets": {"day": {"tokens": -1}}}, 400, "budgets.day.tokens"),
        ({"name": "a", "budgets": {"day": {"money": 1e300}}}, 400, "budgets.day.money"),
        ({"name": "a", "user_id": "user-of-somebody"}, 403, None),
    ],
)
def test_a_key_that_cannot_be_made_is_refused_with_its_field(
    shared: Site, body: dict[str, Any], status: int, param: str | None
) -> None:
    with shared.signed_in("ada") as page:
        refused = page.post("/api/keys", json=body)
        assert (refused.status_code, refused.json()["error"]["param"]) == (status, param), refused.text


def test_no_key_makes_keys_but_an_administrator_s(shared: Site) -> None:
    assert shared.post("/api/keys", "admin", {"name": "made"}).status_code == 201
    with shared.signed_in("ada") as page:
        key = page.post("/api/keys", json={"name": "a", "scopes": ["keys"]}).json()["key"]
        assert shared.post("/api/keys", key, {"name": "b"}).status_code == 403


def test_the_session_says_who_is_there_and_its_cookie_is_out_of_reach(shared: Site) -> None:
    with httpx.Client(base_url=shared.address) as page:
        assert page.get("/api/session").json()["user"] is None
        refused = page.post("/api/session", json={"name": "ada", "password": "wrong one"})
        assert (refused.status_code, refused.json()["error"]["message"]) == (401, "name or password is wrong")
        answer = page.post("/api/session", json={"name": "ada", "password": PASSWORD})
        flags = answer.headers["set-cookie"].lower()
        assert "httponly" in flags
        assert "samesite=strict" in flags
        session = page.get("/api/session").json()
        assert session == answer.json()
        assert session["user"]["name"] == "ada"
        assert session["user"]["organisation"]["name"] == "default"
        assert page.get("/v1/models").status_code == 200
        cookie = dict(page.cookies)
        assert page.delete("/api/session").status_code == 204
        assert page.get("/v1/models").status_code == 401
        assert httpx.get(f"{shared.address}/v1/models", cookies=cookie).status_code == 401, "the server forgot it too"
        assert page.delete("/api/session").status_code == 401


def test_another_site_s_page_cannot_sign_in_or_ask_with_the_session(shared: Site) -> None:
    with shared.signed_in("ada") as page:
        for path, body in (("/v1/chat/completions", ASK), ("/api/keys", {"name": "stolen"})):
            refused = page.post(path, json=body, headers={"origin": "https://elsewhere.example"})
            assert refused.status_code == 403


def test_where_keys_are_not_required_they_count_and_others_are_nobody(tmp_path: Path) -> None:
    with site(tmp_path, {"key": {}}, required=False) as here:
        assert here.ask("key").status_code == 200
        assert here.ask("none").status_code == 200, "clients must send something"
        assert httpx.post(f"{here.address}/v1/chat/completions", json=ASK).status_code == 200
        assert here.ask("sk-ok2-unknown").status_code == 401
        assert here.get("/api/usage", "none").status_code == 401
        assert httpx.post(f"{here.address}/api/keys", json={"name": "a"}).status_code == 401
        assert here.requests("key", 1) == 1
        with here.signed_in("root") as page:
            rows = page.get("/api/usage", params={"whose": "all", "by": "key"}).json()["rows"]
            assert {row["key_id"]: row["requests"] for row in rows}[""] == 2


def test_metrics_can_be_open(tmp_path: Path) -> None:
    settings = ServerSettings(data_dir=tmp_path, open_metrics=True)
    with site(tmp_path, {}, settings=settings) as here:
        assert httpx.get(f"{here.address}/metrics").status_code == 200


def test_no_key_password_or_session_is_in_the_database_or_the_logs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), site(tmp_path, {"key": {}}) as here, here.signed_in("ada") as page:
        assert here.ask("key").status_code == 200
        assert here.ask("sk-ok2-wrong-but-secret").status_code == 401
        made = page.post("/api/keys", json={"name": "notebook"}).json()["key"]
        assert here.ask(made).status_code == 200
        secrets = [here.keys["key"], made, PASSWORD, page.cookies["openk2_session"], "sk-ok2-wrong-but-secret"]
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    output = capfd.readouterr()
    # What tests' own clients log is theirs.
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("openk2"))
    for secret in secrets:
        assert secret.encode() not in stored
        assert secret not in logged + output.out + output.err
