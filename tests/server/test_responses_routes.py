"""The Responses API over HTTP: what is kept, what runs in the background, whose it is."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import Gate, StagedBackend, ending, running, says

from openk2.chat.events import PromptTokens, TextDelta
from openk2.chat.messages import ChatRequest, Message
from openk2.server import ServerSettings
from openk2.server.errors import ApiError
from openk2.server.responses.file_store import FileStore


class Api:
    """Requests to one server."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=30)

    def create(self, given: Any = "hi", **fields: Any) -> httpx.Response:
        return self._http.post("/v1/responses", json={"model": "staged", "input": given, **fields})

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self._http.get(f"/v1/responses/{path}", params=query)

    def post(self, path: str) -> httpx.Response:
        return self._http.post(f"/v1/responses/{path}")

    def delete(self, id: str) -> httpx.Response:
        return self._http.delete(f"/v1/responses/{id}")

    def close(self) -> None:
        self._http.close()


@contextmanager
def api(backend: StagedBackend, settings: ServerSettings | None = None) -> Iterator[Api]:
    with running(backend, settings) as address:
        opened = Api(address)
        yield opened
        opened.close()


def echo() -> StagedBackend:
    """Says how the conversation went so far."""

    def reply(request: ChatRequest) -> Message:
        return Message("assistant", " | ".join(message.content for message in request.messages))

    return StagedBackend(reply)


def text(response: httpx.Response) -> str:
    return str(response.json()["output"][-1]["content"][0]["text"])


def events(body: str) -> list[dict[str, Any]]:
    return [json.loads(record.split("data: ")[1]) for record in body.split("\n\n") if record]


def test_a_kept_response_is_the_one_that_was_answered() -> None:
    with api(says("Hello.")) as server:
        made = server.create().json()
        assert server.get(made["id"]).json() == made
        streamed = events(server.create(stream=True).text)[-1]["response"]
        assert server.get(streamed["id"]).json() == streamed


def test_the_next_turn_goes_on_from_what_is_kept() -> None:
    with api(echo()) as server:
        first = server.create("one", instructions="be brief")
        second = server.create("two", previous_response_id=first.json()["id"])
        third = server.create("three", previous_response_id=second.json()["id"], store=False)
    assert text(first) == "be brief | one"
    assert text(second) == "one | be brief | one | two", "instructions belong to one request"
    assert text(third).endswith("| two | one | be brief | one | two | three")


def test_the_same_response_can_be_gone_on_from_twice() -> None:
    with api(echo()) as server:
        first = server.create("one").json()["id"]
        assert text(server.create("a", previous_response_id=first)) == "one | one | a"
        assert text(server.create("b", previous_response_id=first)) == "one | one | b"


def test_an_item_can_be_meant_by_its_id() -> None:
    with api(echo()) as server:
        first = server.create("one").json()
        again = [{"type": "item_reference", "id": first["output"][0]["id"]}, {"role": "user", "content": "two"}]
        assert text(server.create(again)) == "one | two"


def test_what_is_not_to_be_kept_is_not() -> None:
    with api(says("Hello.")) as server:
        made = server.create(store=False).json()
        refused = server.get(made["id"])
        assert refused.status_code == 404
        assert server.create(previous_response_id=made["id"]).json()["error"]["param"] == "previous_response_id"


def test_a_deleted_response_is_gone() -> None:
    with api(says("Hello.")) as server:
        id = server.create().json()["id"]
        assert server.delete(id).json() == {"id": id, "object": "response", "deleted": True}
        assert server.get(id).status_code == server.delete(id).status_code == 404


def test_the_items_that_were_answered_come_in_pages() -> None:
    with api(echo()) as server:
        first = server.create("one").json()["id"]
        second = server.create("two", previous_response_id=first).json()["id"]
        listed = server.get(f"{second}/input_items", order="asc", limit=2).json()
        assert [item["content"][0]["text"] for item in listed["data"]] == ["one", "one"]
        assert listed["has_more"]
        rest = server.get(f"{second}/input_items", order="asc", limit=2, after=listed["last_id"]).json()
        assert [item["content"][0]["text"] for item in rest["data"]] == ["two"]
        assert not rest["has_more"]
        newest = server.get(f"{second}/input_items").json()["data"]
        assert newest == [*rest["data"], *listed["data"][::-1]]
        for query in ({"limit": 0}, {"order": "up"}, {"limit": "many"}):
            assert server.get(f"{second}/input_items", **query).status_code == 400
        assert server.get(f"{second}/input_items", after="x").status_code == 404


def test_a_response_in_the_background_goes_on_by_itself() -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [PromptTokens((1,)), TextDelta("a"), gate, TextDelta("b"), *ending()])
    with api(backend) as server:
        made = server.create(background=True).json()
        assert (made["status"], made["output"]) == ("queued", [])
        assert gate.reached.wait(20)
        assert server.get(made["id"]).json()["status"] == "queued"
        going = server.create(previous_response_id=made["id"])
        assert going.status_code == 400
        assert "still being answered" in going.json()["error"]["message"]
        gate.open()
        found = events(server.get(made["id"], stream=True).text)
        assert found[-1]["type"] == "response.completed"
        assert [event["sequence_number"] for event in found] == list(range(len(found)))
        done = server.get(made["id"]).json()
        assert done == found[-1]["response"]
        assert done["output"][0]["content"][0]["text"] == "ab"
        rest = events(server.get(made["id"], stream=True, starting_after=4).text)
        assert rest == found[5:], "its events can be read again, from any place"


def test_a_background_stream_may_be_left_and_followed_again() -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [TextDelta("a"), gate, TextDelta("b"), *ending()])
    with running(backend) as address:
        body = {"model": "staged", "input": "hi", "background": True, "stream": True}
        with httpx.stream("POST", f"{address}/v1/responses", json=body, timeout=30) as answer:
            lines = (line for line in answer.iter_lines() if line.startswith("data: "))
            first = json.loads(next(lines)[6:])
        assert first["type"] == "response.created"
        gate.open()
        server = Api(address)
        rest = events(server.get(first["response"]["id"], stream=True, starting_after=0).text)
        server.close()
    assert rest[0]["type"] == "response.in_progress"
    assert rest[-1]["response"]["output"][0]["content"][0]["text"] == "ab"
    assert not backend.cancelled.is_set()


def test_a_background_response_can_be_cancelled() -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [TextDelta("a"), gate, *ending()])
    with api(backend) as server:
        id = server.create(background=True).json()["id"]
        assert gate.reached.wait(20)
        assert server.post(f"{id}/cancel").json()["status"] == "cancelled"
        assert backend.cancelled.wait(20)
        assert server.post(f"{id}/cancel").json()["status"] == server.get(id).json()["status"] == "cancelled"


def test_deleting_a_background_response_ends_it() -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [TextDelta("a"), gate, *ending()])
    with api(backend) as server:
        id = server.create(background=True).json()["id"]
        assert gate.reached.wait(20)
        assert server.delete(id).json()["deleted"]
        assert backend.cancelled.wait(20)
        assert server.get(id).status_code == 404


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ApiError(402, "the budget is spent", code="insufficient_quota"), "insufficient_quota"),
        (ApiError(503, "all is taken", code="overloaded"), "overloaded"),
        (RuntimeError("a secret detail"), "server_error"),
    ],
)
def test_a_background_response_that_cannot_be_answered_has_failed(error: Exception, code: str) -> None:
    with api(StagedBackend(lambda request: [error])) as server:
        id = server.create(background=True).json()["id"]
        server.get(id, stream=True)
        failed = server.get(id).json()
        assert (failed["status"], failed["error"]["code"]) == ("failed", code)
        assert "secret" not in json.dumps(failed)


def test_only_responses_in_the_background_are_cancelled_and_followed() -> None:
    with api(says("Hello.")) as server:
        id = server.create().json()["id"]
        assert server.post(f"{id}/cancel").status_code == 400
        assert server.get(id, stream=True).status_code == 400


def test_a_silent_stream_sends_events_as_heartbeats() -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [gate, TextDelta("a"), *ending()])
    with running(backend, ServerSettings(heartbeat_seconds=0.02)) as address:
        body = {"model": "staged", "input": "hi", "stream": True}
        found: list[dict[str, Any]] = []
        with httpx.stream("POST", f"{address}/v1/responses", json=body, timeout=30) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    found.append(json.loads(line[6:]))
                    if len(found) == 4:
                        gate.open()
    assert [event["type"] for event in found[:4]] == [
        "response.created",
        "response.in_progress",
        "keepalive",
        "keepalive",
    ]
    assert found[-1]["type"] == "response.completed"
    assert [event["sequence_number"] for event in found] == list(range(len(found)))


def test_a_stream_that_breaks_off_ends_with_a_failed_response_that_is_kept() -> None:
    backend = StagedBackend(lambda request: [TextDelta("half"), ApiError(503, "the replica is gone")])
    with api(backend) as server:
        last = events(server.create(stream=True).text)[-1]
        assert last["type"] == "response.failed"
        assert server.get(last["response"]["id"]).json() == last["response"]


def test_refusals_before_an_answer_have_their_status() -> None:
    with api(StagedBackend(lambda request: [ApiError(429, "too fast", code="rate_limit_exceeded")])) as server:
        for stream in (False, True):
            refused = server.create(stream=stream)
            assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
            assert refused.headers["retry-after"] == "1"


def test_processes_of_one_server_share_what_is_kept(tmp_path: Path) -> None:
    gate = Gate()

    def reply(request: ChatRequest) -> Any:
        said = request.messages[-1].content
        return [TextDelta("a"), gate, TextDelta("b"), *ending()] if said == "wait" else Message("assistant", said)

    one, other = StagedBackend(reply), StagedBackend(reply)
    settings = ServerSettings(responses_file=tmp_path / "responses.db")
    with api(one, settings) as here, api(other, settings) as there:
        first = here.create("one").json()["id"]
        there.create("two", previous_response_id=first)
        assert [message.content for message in other.requests[0].messages] == ["one", "one", "two"]
        running_here = here.create("wait", background=True).json()["id"]
        assert gate.reached.wait(20)
        with ThreadPoolExecutor(1) as pool:
            following = pool.submit(there.get, running_here, stream=True)
            gate.open()
            found = events(following.result(20).text)
        assert found[-1]["response"]["output"][0]["content"][0]["text"] == "ab"
        assert [event["sequence_number"] for event in found] == list(range(len(found)))


def test_the_events_of_another_process_may_be_kept_after_the_end(tmp_path: Path) -> None:
    settings = ServerSettings(responses_file=tmp_path / "responses.db")
    with api(says("x"), settings) as here, api(says("x"), settings) as there:
        id = here.create(background=True).json()["id"]
        told = here.get(id, stream=True).text
        store = FileStore(tmp_path / "responses.db", number=9, size=10**6, seconds=1e4)
        while not (kept := store.find("nobody", id)) or not kept.log:
            time.sleep(0.01)
        store.put(replace(kept, log=()))
        with ThreadPoolExecutor(1) as pool:
            following = pool.submit(there.get, id, stream=True)
            time.sleep(0.2)
            store.put(kept)
            assert following.result(20).text == told


def test_a_response_of_another_process_can_be_cancelled(tmp_path: Path) -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [TextDelta("a"), gate, *ending()])
    settings = ServerSettings(responses_file=tmp_path / "responses.db")
    with api(backend, settings) as here, api(says("x"), settings) as there:
        id = here.create(background=True).json()["id"]
        assert gate.reached.wait(20)
        assert there.post(f"{id}/cancel").json()["status"] == "cancelled"
        assert backend.cancelled.wait(20)
        assert here.get(id).json()["status"] == there.get(id).json()["status"] == "cancelled"
