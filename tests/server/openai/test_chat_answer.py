"""How an answer is written where clients and settings ask for more than the plain form; the document says the same."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import jsonschema
import pytest
from serving import StagedBackend
from starlette.types import ASGIApp

from openk2.chat.events import Event, Finished, PromptTokens, ReasoningDelta, TextDelta, Usage
from openk2.chat.messages import Message, ToolCall
from openk2.server import ServerSettings, create_app
from openk2.server.openai.shapes import ChatCompletion

ASK: dict[str, Any] = {"model": "staged", "messages": [{"role": "user", "content": "hi"}]}
USAGE = Usage(100, 64, 30, proposed_tokens=9, accepted_tokens=4, reasoning_tokens=12, cache_write_tokens=32)
STEPS: list[Event] = [
    PromptTokens((1, 2)),
    ReasoningDelta("Hm"),
    ReasoningDelta("m."),
    TextDelta("Hello."),
    USAGE,
    Finished("stop"),
]
COUNTS = {
    "prompt_tokens": 100,
    "completion_tokens": 30,
    "total_tokens": 130,
    "cached_tokens": 64,
    "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 32},
    "completion_tokens_details": {
        "reasoning_tokens": 12,
        "accepted_prediction_tokens": 4,
        "rejected_prediction_tokens": 5,
    },
}


def post(app: ASGIApp, body: dict[str, Any]) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post("/v1/chat/completions", json=body)

    return asyncio.run(send())


def whole(settings: ServerSettings | None = None, **fields: Any) -> dict[str, Any]:
    return dict(post(create_app(StagedBackend(lambda request: STEPS), settings), ASK | fields).json())


def chunks(settings: ServerSettings | None = None, **fields: Any) -> list[dict[str, Any]]:
    app = create_app(StagedBackend(lambda request: STEPS), settings)
    *records, end, rest = post(app, ASK | {"stream": True} | fields).text.split("\n\n")
    assert (end, rest) == ("data: [DONE]", "")
    return [json.loads(record.removeprefix("data: ")) for record in records]


def counts(usage: dict[str, Any]) -> dict[str, Any]:
    return {name: usage[name] for name in COUNTS}


def test_usage_tells_cached_written_reasoned_and_guessed_tokens() -> None:
    assert counts(whole()["usage"]) == COUNTS


def test_a_stream_has_usage_in_its_last_choice_as_moonshots_clients_expect() -> None:
    last = chunks()[-1]["choices"][0]
    assert last["finish_reason"] == "stop"
    assert counts(last["usage"]) == COUNTS


def test_a_server_can_send_usage_to_clients_that_do_not_ask_for_it() -> None:
    assert not [chunk for chunk in chunks() if "usage" in chunk]
    told = chunks(ServerSettings(always_usage=True))
    assert [chunk["usage"] for chunk in told[:-1]] == [None] * (len(told) - 1)
    assert (told[-1]["choices"], counts(told[-1]["usage"])) == ([], COUNTS)


def test_reasoning_is_sent_under_its_other_name_too_where_the_server_is_told_so() -> None:
    message = whole()["choices"][0]["message"]
    assert "reasoning" not in message
    both = ServerSettings(reasoning_alias=True)
    message = whole(both)["choices"][0]["message"]
    assert message["reasoning"] == message["reasoning_content"] == "Hmm."
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks(both)]
    assert [delta["reasoning"] for delta in deltas if "reasoning_content" in delta] == ["Hm", "m."]


def test_errors_have_the_platforms_form_where_its_rules_hold() -> None:
    strict = ServerSettings(moonshot_strict=True)
    app = create_app(StagedBackend(lambda request: [TextDelta("x"), RuntimeError("secret")]), strict)
    refused = post(app, ASK | {"temperature": 2})
    assert refused.status_code == 400
    message = "invalid temperature: only 0 to 1 is allowed for this model"
    assert refused.json() == {"error": {"message": message, "type": "invalid_request_error"}}
    broken = post(app, ASK | {"stream": True}).text.split("\n\n")[-2]
    assert set(json.loads(broken.removeprefix("data: "))["error"]) == {"message", "type"}


@pytest.mark.parametrize(
    "message",
    [
        Message("assistant", "Hello."),
        Message("assistant", "", "Hm."),
        Message("assistant", "", None, (ToolCall("functions.f:0", "f", "{}"),)),
    ],
)
def test_answers_are_as_the_document_says(message: Message) -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    answer = post(create_app(StagedBackend(lambda request: message)), ASK | {"tools": tools}).json()
    jsonschema.validate(answer, ChatCompletion.model_json_schema())
