"""What an answer's events become in the Messages API: the full sequence, and the same message whole."""

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
from openk2.server.anthropic.answer import MessagesWriter
from openk2.server.anthropic.blocks import arguments_object, outward_id
from openk2.server.errors import ApiError
from openk2.server.openai.chat_answer import usage_json as openai_usage
from openk2.server.protocol import Head
from openk2.server.sealing import Seal

SEAL = Seal(b"a secret")
USAGE = Usage(prompt_tokens=12, cached_tokens=8, completion_tokens=5, reasoning_tokens=2)
PROMPT = PromptTokens(tuple(range(12)), 8)
START_USAGE = {
    "input_tokens": 4,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 8,
    "output_tokens": 0,
}
END_USAGE = {**START_USAGE, "output_tokens": 5, "output_tokens_details": {"thinking_tokens": 2}, "cost": 1}
CALLS: list[Event] = [
    ToolCallStart(0, "functions.weather:3", "weather"),
    ToolCallArguments(0, '{"city": '),
    ToolCallArguments(0, '"北京"}'),
    ToolCallEnd(0),
    ToolCallStart(1, "functions.now:4", "now"),
    ToolCallEnd(1),
]


def writer(*, shows_thinking: bool = True, max_tokens: int = 100) -> MessagesWriter:
    head = Head(request_id="req-1", model="k2", created=0, answers=1, price=lambda usage: {"cost": 1})
    return MessagesWriter(head, seal=SEAL, shows_thinking=shows_thinking, max_tokens=max_tokens)


def records(stream: bytes) -> list[dict[str, Any]]:
    """The data of each record, whose `event:` line must say the same as its type."""
    found = []
    for record in stream.decode().split("\n\n")[:-1]:
        name, data = record.split("\n")
        value = orjson.loads(data.removeprefix("data: "))
        assert name == f"event: {value['type']}"
        found.append(value)
    return found


def streamed(events: Sequence[Event], **options: Any) -> list[dict[str, Any]]:
    writing = writer(**options)
    body = writing.opening() + b"".join(writing.push(0, event) for event in events) + writing.closing()
    return records(body)


def whole(events: Sequence[Event], **options: Any) -> dict[str, Any]:
    folded = Fold()
    for event in events:
        folded.add(event)
    return writer(**options).whole([folded])


def ending(reason: Any = "stop", stop_text: str | None = None) -> list[Event]:
    return [USAGE, Finished(reason, stop_text)]


def delta(index: int, kind: str, **fields: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def start(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def test_the_whole_sequence_of_a_stream() -> None:
    events = [
        PROMPT,
        Tokens((1,)),
        ReasoningDelta("Two "),
        ReasoningDelta("cities."),
        TextDelta("Let me see."),
        *CALLS,
        *ending("tool_calls"),
    ]
    first, *rest = streamed(events)
    message = first["message"]
    assert first["type"] == "message_start"
    assert message.pop("id").startswith("msg_")
    assert message == {
        "type": "message",
        "role": "assistant",
        "model": "k2",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": START_USAGE,
    }
    assert rest == [
        start(0, type="thinking", thinking="", signature=""),
        delta(0, "thinking_delta", thinking="Two "),
        delta(0, "thinking_delta", thinking="cities."),
        delta(0, "signature_delta", signature=SEAL.sign("Two cities.")),
        stop(0),
        start(1, type="text", text=""),
        delta(1, "text_delta", text="Let me see."),
        stop(1),
        start(2, type="tool_use", id="functions_weather_3", name="weather", input={}),
        delta(2, "input_json_delta", partial_json='{"city": '),
        delta(2, "input_json_delta", partial_json='"北京"}'),
        stop(2),
        start(3, type="tool_use", id="functions_now_4", name="now", input={}),
        stop(3),
        {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": END_USAGE},
        {"type": "message_stop"},
    ]


def test_the_whole_message() -> None:
    message = whole([PROMPT, ReasoningDelta("Hm."), TextDelta("See:"), *CALLS, *ending("tool_calls")])
    assert message.pop("id").startswith("msg_")
    assert message == {
        "type": "message",
        "role": "assistant",
        "model": "k2",
        "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": SEAL.sign("Hm.")},
            {"type": "text", "text": "See:"},
            {"type": "tool_use", "id": "functions_weather_3", "name": "weather", "input": {"city": "北京"}},
            {"type": "tool_use", "id": "functions_now_4", "name": "now", "input": {}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": END_USAGE,
    }


def test_nothing_comes_before_the_start_but_pings() -> None:
    writing = writer()
    assert writing.opening() == b""
    assert writing.heartbeat() == b'event: ping\ndata: {"type":"ping"}\n\n'
    assert records(writing.push(0, PROMPT))[0]["type"] == "message_start"


def test_a_backend_that_does_not_tell_the_prompts_tokens_first_tells_them_at_the_end() -> None:
    first, *_, last, _ = streamed([TextDelta("a"), *ending()])
    assert first["message"]["usage"]["input_tokens"] == 0
    assert last["usage"] == END_USAGE
    assert streamed(ending())[0]["message"]["usage"] == START_USAGE, "without a word, all is known at once"


@pytest.mark.parametrize(
    ("reason", "stop_text", "max_tokens", "said"),
    [
        ("stop", None, 100, "end_turn"),
        ("stop", "END", 100, "stop_sequence"),
        ("tool_calls", None, 100, "tool_use"),
        ("length", None, 5, "max_tokens"),
        ("length", None, 100, "model_context_window_exceeded"),
    ],
)
def test_stop_reasons(reason: Any, stop_text: str | None, max_tokens: int, said: str) -> None:
    events = [PROMPT, TextDelta("a"), *ending(reason, stop_text)]
    message = whole(events, max_tokens=max_tokens)
    assert (message["stop_reason"], message["stop_sequence"]) == (said, stop_text)
    assert streamed(events, max_tokens=max_tokens)[-2]["delta"] == {"stop_reason": said, "stop_sequence": stop_text}


@pytest.mark.parametrize("events", [[TextDelta("a")], [TextDelta("a"), USAGE, Finished("cancelled")]])
def test_an_answer_that_did_not_end_is_an_error(events: list[Event]) -> None:
    with pytest.raises(ApiError):
        whole(events)


def test_thinking_that_is_not_shown_travels_in_its_signature() -> None:
    events = [PROMPT, ReasoningDelta("Hm."), TextDelta("a"), *ending()]
    block = whole(events, shows_thinking=False)["content"][0]
    assert block["thinking"] == ""
    assert SEAL.disclose(block["signature"]) == "Hm."
    assert [record["type"] for record in streamed(events, shows_thinking=False)[1:4]] == [
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
    ]


def test_an_error_in_a_stream_is_an_event_of_its_own() -> None:
    (record,) = records(writer().failure(ApiError(503, "all is taken")))
    assert record == {
        "type": "error",
        "error": {"type": "overloaded_error", "message": "all is taken"},
        "request_id": "req-1",
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", {}),
        ('{"a": [1, 2]}', {"a": [1, 2]}),
        ('{"a": "half', {}),
        ('{"a": 1, "b": [1,', {"a": 1, "b": [1]}),
        ('{"a": [123456789012345678901234567890]}', {"a": [1.2345678901234568e29]}),
        ('{"a": NaN}', {"INVALID_JSON": '{"a": NaN}'}),
        ("[1]", {"INVALID_JSON": "[1]"}),
        ("{nonsense}", {"INVALID_JSON": "{nonsense}"}),
    ],
)
def test_arguments_are_always_an_object(text: str, value: dict[str, Any]) -> None:
    assert arguments_object(text) == value


@given(st.text(min_size=1, max_size=20), st.integers(0, 99))
def test_ids_have_the_letters_that_clients_take_and_stay_apart(name: str, index: int) -> None:
    id = outward_id(f"functions.{name}:{index}")
    assert all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in id)
    assert id.endswith(f"_{index}")


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_cached_tokens_are_beside_the_input_here_and_a_part_of_it_in_openais_api(
    cached: int, computed: int, said: int
) -> None:
    usage = Usage(cached + computed, cached, said)
    ours = whole([TextDelta("a"), usage, Finished("stop")])["usage"]
    theirs = openai_usage(usage)
    assert (
        ours["input_tokens"] + ours["cache_read_input_tokens"] + ours["cache_creation_input_tokens"]
        == theirs["prompt_tokens"]
        == usage.prompt_tokens
    )
    assert ours["cache_read_input_tokens"] == theirs["prompt_tokens_details"]["cached_tokens"] == cached
    assert ours["output_tokens"] == theirs["completion_tokens"] == said


texts = st.text(max_size=6)
pieces = st.lists(texts, max_size=4)
arguments = st.dictionaries(texts, st.one_of(texts, st.integers(-9, 9), st.none()), max_size=3)


@st.composite
def answers(draw: st.DrawFn) -> list[Event]:
    """Reasoning, text and calls in the order in which the parser gives them, cut anywhere."""
    events: list[Event] = [PROMPT] if draw(st.booleans()) else []
    events += [ReasoningDelta(piece) for piece in draw(pieces)]
    events += [TextDelta(piece) for piece in draw(pieces)]
    calls = draw(st.lists(arguments, max_size=3))
    for index, value in enumerate(calls):
        said = orjson.dumps(value).decode()
        cut = draw(st.integers(0, len(said)))
        events.append(ToolCallStart(index, f"functions.f:{index}", "f"))
        events += [ToolCallArguments(index, said[:cut]), ToolCallArguments(index, said[cut:]), ToolCallEnd(index)]
    return [*events, *ending("tool_calls" if calls else "stop")]


def accumulated(stream: list[dict[str, Any]]) -> dict[str, Any]:
    """The message that a client adds up from a stream."""
    message: dict[str, Any] = stream[0]["message"]
    json: list[str] = []
    for record in stream[1:]:
        match record["type"]:
            case "content_block_start":
                assert record["index"] == len(message["content"])
                message["content"].append(record["content_block"])
                json.append("")
            case "content_block_delta":
                block, change = message["content"][record["index"]], dict(record["delta"])
                kind = change.pop("type")
                if kind == "input_json_delta":
                    json[record["index"]] += change["partial_json"]
                elif kind == "signature_delta":
                    block["signature"] = change["signature"]
                else:
                    for key, value in change.items():
                        block[key] += value
            case "content_block_stop":
                if json[record["index"]]:
                    message["content"][record["index"]]["input"] = orjson.loads(json[record["index"]])
            case "message_delta":
                message.update(record["delta"])
                message["usage"].update(record["usage"])
    assert stream[-1] == {"type": "message_stop"}
    return message


@given(answers(), st.booleans())
def test_what_a_stream_adds_up_to_is_the_whole_message(events: list[Event], shows_thinking: bool) -> None:
    left = accumulated(streamed(events, shows_thinking=shows_thinking))
    right = whole(events, shows_thinking=shows_thinking)
    assert {**left, "id": ""} == {**right, "id": ""}
