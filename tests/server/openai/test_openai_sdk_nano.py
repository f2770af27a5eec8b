"""The official client of OpenAI's API against the server with K2-nano, strict about every whole answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

import openai
import pytest
from nano import CONTENTS, PYTHON, READ_BOTH, READ_FILE, nano
from openai import OpenAI
from pydantic import BaseModel

TOOLS: Any = [
    {
        "type": "function",
        "function": {"name": "read_file", "description": "Read a text file.", "parameters": READ_FILE},
    },
    {
        "type": "function",
        "function": {
            "name": "python",
            "description": "Run Python code and return what it prints.",
            "parameters": PYTHON,
        },
    },
]


class Verdict(BaseModel):
    """What an answer is parsed into."""

    mood: Literal["good", "bad"]
    stars: int


@pytest.fixture(scope="module")
def api() -> Iterator[OpenAI]:
    with nano() as address:
        yield OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, _strict_response_validation=True)


def ask(api: OpenAI, messages: Any, **options: Any) -> Any:
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    return api.chat.completions.create(
        model="k2-nano", messages=messages, **{"temperature": 0, "max_tokens": 100, **options}
    )


def test_it_chats_and_names_the_request(api: OpenAI) -> None:
    answer = ask(api, "Hello!")
    assert (answer.object, answer.model, answer.choices[0].finish_reason) == ("chat.completion", "k2-nano", "stop")
    assert answer.choices[0].message.content
    assert answer._request_id
    usage = answer.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.completion_tokens_details.reasoning_tokens == 0


def test_a_stream_adds_up_to_the_whole_answer_and_its_usage(api: OpenAI) -> None:
    whole = ask(api, "Hello!")
    chunks = list(ask(api, "Hello!", stream=True, stream_options={"include_usage": True}))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-2].choices[0].finish_reason == whole.choices[0].finish_reason
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens


def test_two_calls_in_parallel_and_their_results(api: OpenAI) -> None:
    first = ask(api, READ_BOTH, tools=TOOLS)
    message = first.choices[0].message
    assert first.choices[0].finish_reason == "tool_calls"
    assert message.content is None
    paths = [json.loads(call.function.arguments)["path"] for call in message.tool_calls]
    assert paths == ["notes.txt", "plan.txt"]
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": CONTENTS[path]}
        for call, path in zip(message.tool_calls, paths, strict=True)
    ]
    said = [{"role": "user", "content": READ_BOTH}, message.model_dump(exclude_none=True)]
    second = ask(api, [*said, *results], tools=TOOLS)
    assert second.choices[0].finish_reason in ("stop", "tool_calls")
    assert second.usage.prompt_tokens_details.cached_tokens > 0.5 * first.usage.prompt_tokens


def test_the_clients_own_accumulation_equals_the_whole_answer(api: OpenAI) -> None:
    messages: Any = [{"role": "user", "content": READ_BOTH}]
    whole = ask(api, READ_BOTH, tools=TOOLS).choices[0]
    with api.chat.completions.stream(
        model="k2-nano", messages=messages, tools=TOOLS, temperature=0, max_tokens=100
    ) as stream:
        last = stream.get_final_completion().choices[0]
    assert last.finish_reason == whole.finish_reason
    assert last.message.tool_calls is not None
    assert [(call.id, call.function.name, call.function.arguments) for call in last.message.tool_calls] == [
        (call.id, call.function.name, call.function.arguments) for call in whole.message.tool_calls
    ]


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "python"}}])
@pytest.mark.parametrize("stream", [False, True])
def test_a_call_that_is_demanded_is_made_and_only_one(api: OpenAI, choice: Any, stream: bool) -> None:
    asked: Any = {"tools": TOOLS, "tool_choice": choice, "parallel_tool_calls": False, "max_tokens": 300}
    if stream:
        pieces = [
            piece
            for chunk in ask(api, "Hello!", stream=True, **asked)
            for piece in chunk.choices[0].delta.tool_calls or ()
        ]
        name, arguments = pieces[0].function.name, "".join(piece.function.arguments for piece in pieces)
        assert {piece.index for piece in pieces} == {0}
    else:
        (call,) = ask(api, "Hello!", **asked).choices[0].message.tool_calls
        name, arguments = call.function.name, call.function.arguments
    assert name == "python" if isinstance(choice, dict) else name in ("read_file", "python")
    key = "code" if name == "python" else "path"
    assert isinstance(json.loads(arguments)[key], str)


def test_no_call_is_made_where_none_may_be(api: OpenAI) -> None:
    answer = ask(api, READ_BOTH, tools=TOOLS, tool_choice="none").choices[0]
    assert answer.message.tool_calls is None
    assert answer.finish_reason in ("stop", "length")


def test_an_answer_is_parsed_into_the_clients_own_class(api: OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "Hello!"}]
    parsed = api.chat.completions.parse(
        model="k2-nano", messages=messages, response_format=Verdict, temperature=0, max_tokens=200
    )
    verdict = parsed.choices[0].message.parsed
    assert isinstance(verdict, Verdict)
    assert (
        json.loads(
            ask(api, "Hello!", response_format={"type": "json_object"}, max_tokens=300).choices[0].message.content or ""
        )
        is not None
    )


def test_an_answer_cut_by_its_length_says_so(api: OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "Hello!"}]
    with pytest.raises(openai.LengthFinishReasonError):
        api.chat.completions.parse(
            model="k2-nano", messages=messages, response_format=Verdict, temperature=0, max_tokens=2
        )


def test_a_partial_answer_goes_on_from_what_was_begun(api: OpenAI) -> None:
    whole = ask(api, "Hello!").choices[0].message.content
    begun = whole[: len(whole) // 2]
    messages = [{"role": "user", "content": "Hello!"}, {"role": "assistant", "content": begun, "partial": True}]
    rest = ask(api, messages).choices[0].message.content
    assert not rest.startswith(begun)
    assert rest


def test_several_answers_with_log_probabilities(api: OpenAI) -> None:
    answer = ask(api, "Hello!", n=3, seed=4, temperature=1, max_tokens=8, logprobs=True, top_logprobs=2)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    for choice in answer.choices:
        assert choice.logprobs is not None
        assert all(len(token.top_logprobs) == 2 for token in choice.logprobs.content)


def test_a_conversation_too_long_is_refused_as_the_clients_own_error(api: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        ask(api, "word " * 20_000)
    assert refused.value.code == "context_length_exceeded"
    assert refused.value.response.headers["x-should-retry"] == "false"


def test_a_schema_that_cannot_be_enforced_is_refused_by_its_keyword(api: OpenAI) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}
    given = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    with pytest.raises(openai.BadRequestError, match="uniqueItems"):
        ask(api, "Hello!", response_format=given)
