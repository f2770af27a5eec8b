"""What an answer's events become in the Responses API: the full sequence, and the same response whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.events import (
    Event,
    Finished,
    Fold,
    PromptTokens,
    ReasoningDelta,
    TextDelta,
    Tokens,
    ToolCallArguments,
    ToolCallEnd,
    ToolCallStart,
    Usage,
)
from openk2.server.errors import ApiError
from openk2.server.protocol import Head, Json
from openk2.server.responses.answer import ResponsesWriter
from openk2.server.responses.output import OutputItems
from openk2.server.responses.resource import Resource, error_json
from openk2.server.responses.tools import Tools
from openk2.server.sealing import Seal

SEAL = Seal(b"a secret")
USAGE = Usage(12, 8, 5, reasoning_tokens=2, cache_write_tokens=4)
PROMPT = PromptTokens(tuple(range(12)), 8)
COUNTS = {
    "input_tokens": 12,
    "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 4},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 2},
    "total_tokens": 17,
    "cost": 1,
}


class Writing:
    """A writer and what it keeps."""

    def __init__(self, *, encloses: bool = False) -> None:
        self.kept: list[Json] = []
        tools = Tools()
        function = {"type": "function", "name": "mail", "parameters": {}}
        tools.declare(
            [{"type": "custom", "name": "patch"}, {"type": "namespace", "name": "n", "tools": [function]}], "t"
        )
        head = Head(request_id="req-1", model="k2", created=0, answers=1, price=lambda usage: {"cost": 1})
        self.writer = ResponsesWriter(
            head,
            resource=Resource({"model": "k2"}, "resp_1", 7),
            items=OutputItems(tools, SEAL, encloses=encloses),
            keep=self.kept.append,
        )


def records(stream: bytes) -> list[dict[str, Any]]:
    """The data of each record; its `event:` line says the same as its type, and the numbers count."""
    found = []
    for number, record in enumerate(stream.decode().split("\n\n")[:-1]):
        name, data = record.split("\n")
        value = orjson.loads(data.removeprefix("data: "))
        assert name == f"event: {value['type']}"
        assert value.pop("sequence_number") == number
        found.append(value)
    return found


def streamed(events: Sequence[Event], **options: bool) -> list[dict[str, Any]]:
    writing = Writing(**options)
    writer = writing.writer
    pushed = b"".join(writer.push(0, event) for event in events)
    # The opening is asked for after the first event.
    found = records(pushed + writer.opening() + writer.closing())
    assert writing.kept == [found[-1]["response"]]
    return found


def whole(events: Sequence[Event], **options: bool) -> dict[str, Any]:
    folded = Fold()
    for event in events:
        folded.add(event)
    writing = Writing(**options)
    response = writing.writer.whole([folded])
    assert writing.kept == [response]
    return response


def ending(reason: Any = "stop") -> list[Event]:
    return [USAGE, Finished(reason)]


def nameless(value: Any, names: dict[str, str] | None = None) -> Any:
    """Ids by the order of their first appearance."""
    names = {} if names is None else names
    if isinstance(value, dict):
        return {
            key: names.setdefault(item, f"#{len(names)}")
            if key in ("id", "item_id")
            else 0
            if key == "completed_at" and item
            else nameless(item, names)
            for key, item in value.items()
        }
    return [nameless(item, names) for item in value] if isinstance(value, list) else value


def test_the_whole_sequence_of_a_stream() -> None:
    events = [PROMPT, Tokens((1,)), ReasoningDelta("Hm"), ReasoningDelta("."), TextDelta("See"), TextDelta(":")]
    events += [
        ToolCallStart(0, "functions.now:3", "now"),
        ToolCallArguments(0, "{"),
        ToolCallArguments(0, "}"),
        ToolCallEnd(0),
        *ending("tool_calls"),
    ]
    found = nameless(streamed(events))
    part: Json = {"type": "output_text", "text": "See:", "annotations": [], "logprobs": []}
    thought: Json = {"type": "reasoning_text", "text": "Hm."}
    reasoning = {"type": "reasoning", "id": "#1", "summary": [], "content": [thought], "status": "completed"}
    message = {"type": "message", "id": "#2", "role": "assistant", "content": [part], "status": "completed"}
    call = {"type": "function_call", "id": "#3", "call_id": "functions.now:3", "name": "now"}
    called = {**call, "arguments": "{}", "status": "completed"}
    about_thought = {"item_id": "#1", "output_index": 0, "content_index": 0}
    about_text = {"item_id": "#2", "output_index": 1, "content_index": 0}
    about_call = {"item_id": "#3", "output_index": 2}
    begun = {
        "id": "#0",
        "object": "response",
        "created_at": 7,
        "status": "in_progress",
        "model": "k2",
        "output": [],
        "usage": None,
        "error": None,
        "incomplete_details": None,
        "completed_at": None,
    }
    assert found == [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**reasoning, "content": [], "status": "in_progress"},
        },
        {"type": "response.content_part.added", **about_thought, "part": {**thought, "text": ""}},
        {"type": "response.reasoning_text.delta", **about_thought, "delta": "Hm"},
        {"type": "response.reasoning_text.delta", **about_thought, "delta": "."},
        {"type": "response.reasoning_text.done", **about_thought, "text": "Hm."},
        {"type": "response.content_part.done", **about_thought, "part": thought},
        {"type": "response.output_item.done", "output_index": 0, "item": reasoning},
        {
            "type": "response.output_item.added",
            "output_index": 1,
            "item": {**message, "content": [], "status": "in_progress"},
        },
        {"type": "response.content_part.added", **about_text, "part": {**part, "text": ""}},
        {"type": "response.output_text.delta", **about_text, "delta": "See", "logprobs": []},
        {"type": "response.output_text.delta", **about_text, "delta": ":", "logprobs": []},
        {"type": "response.output_text.done", **about_text, "text": "See:", "logprobs": []},
        {"type": "response.content_part.done", **about_text, "part": part},
        {"type": "response.output_item.done", "output_index": 1, "item": message},
        {
            "type": "response.output_item.added",
            "output_index": 2,
            "item": {**call, "arguments": "", "status": "in_progress"},
        },
        {"type": "response.function_call_arguments.delta", **about_call, "delta": "{"},
        {"type": "response.function_call_arguments.delta", **about_call, "delta": "}"},
        {"type": "response.function_call_arguments.done", **about_call, "arguments": "{}", "name": "now"},
        {"type": "response.output_item.done", "output_index": 2, "item": called},
        {
            "type": "response.completed",
            "response": {
                **begun,
                "status": "completed",
                "output": [reasoning, message, called],
                "usage": COUNTS,
                "completed_at": 0,
            },
        },
    ]


def test_a_custom_tools_text_comes_in_one_piece() -> None:
    events = [
        ToolCallStart(0, "functions.patch:0", "patch"),
        ToolCallArguments(0, '{"inp'),
        ToolCallArguments(0, 'ut": "a\\nb"}'),
        ToolCallEnd(0),
        *ending("tool_calls"),
    ]
    found = streamed(events)
    assert [(record["type"], record.get("delta"), record.get("input")) for record in found[2:-1]] == [
        ("response.output_item.added", None, None),
        ("response.custom_tool_call_input.delta", "a\nb", None),
        ("response.custom_tool_call_input.done", None, "a\nb"),
        ("response.output_item.done", None, None),
    ]
    (item,) = found[-1]["response"]["output"]
    assert (item["type"], item["name"], item["input"]) == ("custom_tool_call", "patch", "a\nb")


def test_a_function_of_a_namespace_comes_out_with_both_names() -> None:
    events = [ToolCallStart(0, "functions.n__mail:0", "n__mail"), ToolCallEnd(0), *ending("tool_calls")]
    (item,) = whole(events)["output"]
    assert (item["namespace"], item["name"], item["arguments"]) == ("n", "mail", "")


def test_an_answer_cut_off_by_its_limit_is_incomplete() -> None:
    events = [TextDelta("half"), *ending("length")]
    last = streamed(events)[-1]
    assert last["type"] == "response.incomplete"
    for response in (last["response"], whole(events)):
        assert response["status"] == response["output"][0]["status"] == "incomplete"
        assert response["incomplete_details"] == {"reason": "max_output_tokens"}


def test_reasoning_is_enclosed_where_the_client_wants_it() -> None:
    for response in (
        whole([ReasoningDelta("Hm."), *ending()], encloses=True),
        streamed([ReasoningDelta("Hm."), *ending()], encloses=True)[-1]["response"],
    ):
        (item,) = response["output"]
        assert SEAL.disclose(item["encrypted_content"]) == "Hm."


def test_a_heartbeat_is_an_event_with_a_number() -> None:
    writer = Writing().writer
    found = records(writer.heartbeat() + writer.opening() + writer.heartbeat() + writer.push(0, TextDelta("a")))
    assert [record["type"] for record in found[:4]] == [
        "response.created",
        "response.in_progress",
        "keepalive",
        "response.output_item.added",
    ]


def test_a_failure_is_the_last_event_and_is_kept() -> None:
    writing = Writing()
    body = writing.writer.push(0, TextDelta("half")) + writing.writer.failure(ApiError(500, "it broke"))
    last = records(body)[-1]
    assert last["type"] == "response.failed"
    assert last["response"]["error"] == {"code": "server_error", "message": "it broke"}
    assert last["response"]["output"][0]["content"][0]["text"] == "half"
    assert writing.kept == [last["response"]]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ApiError(400, "too long", code="context_length_exceeded"), "context_length_exceeded", "too long"),
        (ApiError(400, "wrong"), "invalid_prompt", "wrong"),
        (ApiError(402, "spent", code="insufficient_quota"), "insufficient_quota", "spent"),
        (ApiError(402, "spent"), "insufficient_quota", "spent"),
        (
            ApiError(429, "too fast", code="rate_limit_exceeded", retry_after=2),
            "rate_limit_exceeded",
            "too fast. Please try again in 2s.",
        ),
        (ApiError(503, "full"), "server_is_overloaded", "full. Please try again in 1s."),
        (ApiError(502, "gone"), "server_error", "gone"),
    ],
)
def test_failures_have_the_codes_that_codex_reads(error: ApiError, code: str, said: str) -> None:
    assert error_json(error) == {"code": code, "message": said}


@pytest.mark.parametrize("events", [[TextDelta("a")], [TextDelta("a"), USAGE, Finished("cancelled")]])
def test_an_answer_that_did_not_end_is_an_error(events: list[Event]) -> None:
    folded = Fold()
    for event in events:
        folded.add(event)
    writing = Writing()
    with pytest.raises(ApiError):
        writing.writer.whole([folded])
    assert writing.kept == []


texts = st.text(max_size=6)
pieces = st.lists(texts, max_size=4)


@st.composite
def answers(draw: st.DrawFn) -> list[Event]:
    """Reasoning, text and calls in the order in which the parser gives them, cut anywhere, and cut off."""
    events: list[Event] = [PROMPT] if draw(st.booleans()) else []
    events += [ReasoningDelta(piece) for piece in draw(pieces)]
    events += [TextDelta(piece) for piece in draw(pieces)]
    calls = draw(st.lists(st.tuples(st.sampled_from(["f", "patch", "n__mail"]), pieces), max_size=3))
    for index, (name, arguments) in enumerate(calls):
        events.append(ToolCallStart(index, f"functions.{name}:{index}", name))
        events += [ToolCallArguments(index, piece) for piece in arguments]
        events.append(ToolCallEnd(index))
    if draw(st.booleans()):
        if calls and draw(st.booleans()):
            events.pop()
        return [*events, *ending("length")]
    return [*events, *ending("tool_calls" if calls else "stop")]


def accumulated(stream: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The output that a client adds up from a stream's deltas."""
    output: list[dict[str, Any]] = []
    for record in stream:
        item = output[record["output_index"]] if record.get("output_index", len(output)) < len(output) else {}
        match record["type"].removeprefix("response."):
            case "output_item.added":
                output.append(record["item"])
            case "content_part.added":
                item["content"].append(record["part"])
            case "output_text.delta" | "reasoning_text.delta":
                item["content"][record["content_index"]]["text"] += record["delta"]
            case "function_call_arguments.delta":
                item["arguments"] += record["delta"]
            case "custom_tool_call_input.delta":
                item["input"] += record["delta"]
            case "output_item.done":
                item["status"] = record["item"]["status"]
                assert item == record["item"]
    return output


@given(answers())
def test_what_a_stream_adds_up_to_is_the_whole_response(events: list[Event]) -> None:
    found = streamed(events)
    response = found[-1]["response"]
    assert accumulated(found) == response["output"]
    assert nameless(response) == nameless(whole(events))
