"""The official client of OpenAI's Responses API against the server: K2-nano answers, and a staged model that thinks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from nano import CONTENTS, PYTHON, READ_BOTH, READ_FILE, nano
from openai import OpenAI
from serving import StagedBackend, running

from openk2.chat.messages import ChatRequest, Message, ToolCall

TOOLS: Any = [
    {
        "type": "function",
        "name": "read_file",
        "description": "Read a text file.",
        "parameters": READ_FILE,
        "strict": False,
    },
    {
        "type": "function",
        "name": "python",
        "description": "Run Python code and return what it prints.",
        "parameters": PYTHON,
        "strict": False,
    },
]


def client(address: str) -> OpenAI:
    return OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, _strict_response_validation=True)


@pytest.fixture(scope="module")
def api() -> Iterator[OpenAI]:
    with nano() as address:
        yield client(address)


def ask(api: OpenAI, given: Any, **options: Any) -> Any:
    return api.responses.create(
        model="k2-nano", input=given, **{"temperature": 0, "max_output_tokens": 100, "tools": TOOLS, **options}
    )


def called(response: Any) -> list[Any]:
    return [item for item in response.output if item.type == "function_call"]


def test_it_chats(api: OpenAI) -> None:
    answer = ask(api, "Hello!")
    assert (answer.object, answer.status, answer.model) == ("response", "completed", "k2-nano")
    assert answer.output_text
    usage = answer.usage
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert (
        usage.input_tokens_details.cached_tokens + usage.input_tokens_details.cache_write_tokens <= usage.input_tokens
    )
    assert answer._request_id


def test_it_streams_what_it_says_whole(api: OpenAI) -> None:
    whole = ask(api, "Hello!")
    with api.responses.stream(
        model="k2-nano", input="Hello!", temperature=0, max_output_tokens=100, tools=TOOLS
    ) as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert len(deltas) > 1
    assert "".join(deltas) == final.output_text == whole.output_text
    assert final.usage is not None
    assert final.usage.output_tokens == whole.usage.output_tokens
    assert final.usage.input_tokens == whole.usage.input_tokens


def test_events_count_from_0(api: OpenAI) -> None:
    numbers = [event.sequence_number for event in ask(api, READ_BOTH, stream=True)]
    assert numbers == list(range(len(numbers)))


def test_two_calls_in_parallel_and_their_results(api: OpenAI) -> None:
    first = ask(api, READ_BOTH)
    calls = called(first)
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [
        ("read_file", {"path": "notes.txt"}),
        ("read_file", {"path": "plan.txt"}),
    ]
    results: Any = [
        {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": CONTENTS[json.loads(call.arguments)["path"]],
        }
        for call in calls
    ]
    by_id = ask(api, results, previous_response_id=first.id)
    by_items = ask(
        api,
        [
            {"role": "user", "content": READ_BOTH},
            *(item.model_dump(exclude_none=True) for item in first.output),
            *results,
        ],
        store=False,
    )
    assert by_id.output
    assert [item.model_dump(exclude={"id", "call_id"}) for item in by_id.output] == [
        item.model_dump(exclude={"id", "call_id"}) for item in by_items.output
    ]
    seen = first.usage.input_tokens + first.usage.output_tokens
    assert by_id.usage.input_tokens_details.cached_tokens >= seen // 16 * 16 - 16
    listed = api.responses.input_items.list(by_id.id, order="asc")
    assert [item.type for item in listed] == ["message", *["function_call"] * 2, *["function_call_output"] * 2]


def test_the_clients_own_accumulation_of_a_stream_equals_the_whole_answer(api: OpenAI) -> None:
    whole = ask(api, READ_BOTH)
    with api.responses.stream(
        model="k2-nano", input=READ_BOTH, temperature=0, max_output_tokens=100, tools=TOOLS
    ) as stream:
        final = stream.get_final_response()
    assert [(call.name, call.arguments) for call in called(final)] == [
        (call.name, call.arguments) for call in called(whole)
    ]


def test_a_call_that_is_demanded_is_made(api: OpenAI) -> None:
    answer = ask(api, "Hello!", tool_choice={"type": "function", "name": "python"}, parallel_tool_calls=False)
    assert [call.name for call in called(answer)] == ["python"]
    assert "code" in json.loads(called(answer)[0].arguments)
    assert not called(ask(api, READ_BOTH, tool_choice="none"))


def test_an_answer_keeps_to_its_schema(api: OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"count": {"type": "integer", "minimum": 1, "maximum": 9}},
        "required": ["count"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "name": "answer", "schema": schema, "strict": True}
    answer = ask(api, "Hello!", tools=[], text={"format": form})
    assert json.loads(answer.output_text)["count"] in range(1, 10)


def test_an_answer_that_was_cut_off_is_incomplete(api: OpenAI) -> None:
    answer = ask(api, "Hello!", max_output_tokens=3)
    assert answer.status == "incomplete"
    assert answer.incomplete_details.reason == "max_output_tokens"
    assert answer.usage.output_tokens == 3


def test_responses_are_retrieved_and_deleted(api: OpenAI) -> None:
    answer = ask(api, "Hello!")
    assert api.responses.retrieve(answer.id).output_text == answer.output_text
    api.responses.delete(answer.id)
    with pytest.raises(openai.NotFoundError):
        api.responses.retrieve(answer.id)


def test_a_response_in_the_background_is_followed(api: OpenAI) -> None:
    queued = ask(api, "Hello!", background=True)
    assert queued.status == "queued"
    events = list(api.responses.retrieve(queued.id, stream=True))
    assert events[-1].type == "response.completed"
    assert api.responses.retrieve(queued.id).status == "completed"
    assert api.responses.cancel(queued.id).status == "completed"


def test_a_conversation_too_long_is_refused_or_cut_as_asked(api: OpenAI) -> None:
    turns: Any = [{"role": "user", "content": "word " * 1500} for _ in range(4)]
    turns.append({"role": "user", "content": "Hello!"})
    with pytest.raises(openai.BadRequestError) as refused:
        ask(api, turns)
    assert refused.value.code == "context_length_exceeded"
    assert ask(api, turns, truncation="auto").status == "completed"


def thinking_reply(request: ChatRequest) -> Message:
    results = [message.content for message in request.messages if message.role == "tool"]
    if results:
        thought = next(message.reasoning for message in request.messages if message.role == "assistant")
        return Message("assistant", f"It is {results[0]}; I thought: {thought}", reasoning="Now I know.")
    return Message(
        "assistant", reasoning="I must look.", tool_calls=(ToolCall("functions.read_file:0", "read_file", "{}"),)
    )


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("keeps", [False, True])
def test_reasoning_goes_out_and_comes_back(keeps: bool, stream: bool) -> None:
    """By the server's own keeping, or enclosed, as clients send it back that keep nothing readable."""
    with running(StagedBackend(thinking_reply)) as address:
        api = client(address)

        def say(given: Any, **more: Any) -> Any:
            options: Any = {"model": "staged", "input": given, "tools": TOOLS, "store": keeps, **more}
            options["include"] = ["reasoning.encrypted_content"]
            if not stream:
                return api.responses.create(**options)
            with api.responses.stream(**options) as events:
                return events.get_final_response()

        first = say("Look.")
        reasoning, call = first.output
        assert reasoning.content[0].text == "I must look."
        result = {"type": "function_call_output", "call_id": call.call_id, "output": "blue"}
        if keeps:
            second = say([result], previous_response_id=first.id)
        else:
            enclosed = reasoning.model_dump(include={"type", "id", "summary", "encrypted_content"})
            items = [{"role": "user", "content": "Look."}, enclosed, call.model_dump(exclude_none=True), result]
            second = say(items)
    assert second.output_text == "It is blue; I thought: I must look."
