"""Requests as Claude Code, codex, kimi-code and Open WebUI send them, replayed against K2-nano: the answer to the first
goes into the second the way the client puts it there."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from nano import CONTENTS, nano
from serving import StagedBackend, running

from openk2.chat.messages import Message

CLIENTS = Path(__file__).parent / "clients"
Json = dict[str, Any]


class Client:
    """One client's recorded requests, sent to a server."""

    def __init__(self, name: str, address: str) -> None:
        recorded = json.loads((CLIENTS / f"{name}.json").read_text(encoding="utf-8"))
        self.bodies: list[Json] = recorded["bodies"]
        self._headers, self._url = recorded["headers"], address + recorded["path"]

    def send(self, body: Json) -> list[Json]:
        """The data of each record of the answer, or the whole answer; greedy, so that every run is the same."""
        answer = httpx.post(self._url, json={**body, "temperature": 0}, headers=self._headers, timeout=60)
        assert answer.status_code == 200, answer.text
        if not body["stream"]:
            return [answer.json()]
        lines = [line[6:] for line in answer.text.split("\n") if line.startswith("data: ")]
        return [json.loads(line) for line in lines if line != "[DONE]"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with nano() as where:
        yield where


def anthropic_message(records: list[Json]) -> Json:
    """What a client makes of a stream of the Messages API."""
    message: Json = records[0]["message"]
    texts: list[str] = []
    for record in records[1:]:
        match record["type"]:
            case "content_block_start":
                message["content"].append(record["content_block"])
                texts.append("")
            case "content_block_delta":
                delta = record["delta"]
                texts[record["index"]] += delta.get("text", "") + delta.get("partial_json", "")
            case "message_delta":
                message["stop_reason"] = record["delta"]["stop_reason"]
                message["usage"].update(record["usage"])
    for block, said in zip(message["content"], texts, strict=True):
        if block["type"] == "text":
            block["text"] = said
        elif said:
            block["input"] = json.loads(said)
    return message


def test_claude_code_makes_a_turn_and_the_second_comes_from_the_cache(address: str) -> None:
    client = Client("claude_code", address)
    (body,) = client.bodies
    first = anthropic_message(client.send(body))
    calls = [block for block in first["content"] if block["type"] == "tool_use"]
    assert first["stop_reason"] == "tool_use"
    assert {call["name"] for call in calls} <= {"Bash", "Read", "Grep"}
    # The next request: another code in the billing line, and the results behind what was said.
    second = copy.deepcopy(body)
    second["system"][0]["text"] = second["system"][0]["text"].replace("71fea", "0b33d")
    del second["messages"][0]["content"][-1]["cache_control"]
    results = [
        {"tool_use_id": call["id"], "type": "tool_result", "content": "1\ttitle: Rivers", "is_error": False}
        for call in calls
    ]
    results[-1]["cache_control"] = {"type": "ephemeral"}
    second["messages"] += [{"role": "assistant", "content": first["content"]}, {"role": "user", "content": results}]
    records = client.send(second)
    begun = records[0]["message"]["usage"]
    prompt = begun["input_tokens"] + begun["cache_read_input_tokens"]
    assert begun["cache_read_input_tokens"] > 0.9 * prompt
    assert anthropic_message(records)["usage"]["cache_read_input_tokens"] == begun["cache_read_input_tokens"]


def test_a_line_that_changes_every_time_would_keep_the_cache_from_being_used(address: str) -> None:
    """Why the billing line goes: anything else that changes there leaves nothing to be found."""
    client = Client("claude_code", address)
    body = copy.deepcopy(client.bodies[0])
    del body["tools"]
    body["max_tokens"] = 1
    reads = []
    for code in ("a1", "b2"):
        body["system"][0]["text"] = f"code={code};"
        reads.append(client.send(body)[0]["message"]["usage"])
    prompt = reads[1]["input_tokens"] + reads[1]["cache_read_input_tokens"]
    assert reads[1]["cache_read_input_tokens"] < 0.1 * prompt


def test_codex_makes_a_turn_and_the_next(address: str) -> None:
    client = Client("codex", address)
    (body,) = client.bodies
    records = client.send(body)
    assert [record["sequence_number"] for record in records] == list(range(len(records)))
    assert records[0]["type"] == "response.created"
    assert records[-1]["type"] == "response.completed"
    assert records[-1]["response"]["id"] == records[0]["response"]["id"]
    done = [record["item"] for record in records if record["type"] == "response.output_item.done"]
    assert done == records[-1]["response"]["output"]
    calls = [item for item in done if item["type"] == "function_call"]
    assert calls
    # codex sends items back without their ids and states.
    said = [{key: value for key, value in item.items() if key not in ("id", "status")} for item in done]
    results = [
        {
            "type": "function_call_output",
            "call_id": call["call_id"],
            "output": CONTENTS.get(json.loads(call["arguments"]).get("path", ""), ""),
        }
        for call in calls
    ]
    last = client.send({**body, "input": [*body["input"], *said, *results]})[-1]
    assert last["type"] == "response.completed"
    usage = last["response"]["usage"]
    assert usage["input_tokens_details"]["cached_tokens"] > 0.8 * usage["input_tokens"]


def test_kimi_code_makes_a_turn_and_the_next(address: str) -> None:
    client = Client("kimi_code", address)
    (body,) = client.bodies
    records = client.send(body)
    calls: list[Json] = []
    content = ""
    for choice in (record["choices"][0] for record in records if record["choices"]):
        content += choice["delta"].get("content") or ""
        for piece in choice["delta"].get("tool_calls", ()):
            if "id" in piece:
                calls.append({key: piece[key] for key in ("id", "type", "function")})
            else:
                calls[piece["index"]]["function"]["arguments"] += piece["function"]["arguments"]
    assert {call["function"]["name"] for call in calls} == {"read_file"}
    assert records[-1]["usage"]["total_tokens"] > 0
    results = [
        {
            "role": "tool",
            "tool_call_id": call["id"],
            "content": [{"type": "text", "text": CONTENTS[json.loads(call["function"]["arguments"])["path"]]}],
        }
        for call in calls
    ]
    said = {"role": "assistant", "content": content or None, "tool_calls": calls}
    usage = client.send({**body, "messages": [*body["messages"], said, *results]})[-1]["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] > 0.7 * usage["prompt_tokens"]


def test_kimi_code_gets_its_reasoning_and_sends_it_back() -> None:
    backend = StagedBackend(lambda request: Message("assistant", "Yes.", reasoning="Hm."))
    with running(backend) as address:
        client = Client("kimi_code", address)
        body = {**client.bodies[0], "model": "staged"}
        records = client.send(body)
        thought = "".join(
            record["choices"][0]["delta"].get("reasoning_content", "") for record in records if record["choices"]
        )
        assert thought == "Hm."
        said = {"role": "assistant", "content": "Yes.", "reasoning_content": thought}
        client.send({**body, "messages": [*body["messages"], said, {"role": "user", "content": "Sure?"}]})
    assert backend.requests[0].thinking is True
    assert backend.requests[0].cache_key == "0199c1e2-kimi"
    assert backend.requests[1].messages[2].reasoning == "Hm."


def test_open_webui_chats_and_asks_for_a_title_beside_it(address: str) -> None:
    client = Client("open_webui", address)
    chat, title = client.bodies
    records = client.send(chat)
    assert "".join(record["choices"][0]["delta"].get("content") or "" for record in records if record["choices"])
    assert records[-1]["usage"]["completion_tokens"] > 0
    assert client.send(title)[0]["choices"][0]["message"]["role"] == "assistant"
    assert httpx.get(f"{address}/v1/models").json()["data"][0]["id"] == "k2-nano"
