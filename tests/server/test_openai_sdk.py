"""The official client against the server on a loopback port."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest
from openai import OpenAI
from serving import Gate, StagedBackend, ending, running, says

from openk2.chat.events import TextDelta
from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.server import ServerSettings

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
ASK = [{"role": "user", "content": "How is the weather in Paris and in 北京?"}]


def client(address: str) -> OpenAI:
    return OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)


def weather_reply(request: ChatRequest) -> Message:
    """Two calls at once, then an answer made of their results."""
    results = [message.content for message in request.messages if message.role == "tool"]
    if results:
        return Message("assistant", f"Paris: {results[0]}. 北京: {results[1]}.")
    calls = (
        ToolCall("functions.weather:0", "weather", '{"city": "Paris"}'),
        ToolCall("functions.weather:1", "weather", '{"city": "北京"}'),
    )
    return Message("assistant", reasoning="Two cities, two calls.", tool_calls=calls)


def test_chat_answers_with_content_usage_and_an_id() -> None:
    with running(says("Two peaks stand in the snow.")) as address:
        answer = client(address).chat.completions.create(model="staged", messages=ASK)
    assert answer.choices[0].message.content == "Two peaks stand in the snow."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.id.startswith("chatcmpl-")
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (12, 5, 17)
    assert answer.usage.prompt_tokens_details is not None
    assert answer.usage.prompt_tokens_details.cached_tokens == 8


def test_stream_has_a_constant_head_a_role_first_and_usage_last() -> None:
    with running(says("Two peaks stand in the snow.")) as address:
        chunks = list(
            client(address).chat.completions.create(
                model="staged", messages=ASK, stream=True, stream_options={"include_usage": True}
            )
        )
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Two peaks stand in the snow."
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 17


def test_two_parallel_tool_calls_and_their_results() -> None:
    backend = StagedBackend(weather_reply)
    with running(backend) as address:
        api = client(address)
        first = api.chat.completions.create(model="staged", messages=ASK, tools=[WEATHER])  # type: ignore[list-item]
        message = first.choices[0].message
        assert first.choices[0].finish_reason == "tool_calls"
        assert message.content is None
        assert message.reasoning_content == "Two cities, two calls."  # type: ignore[attr-defined]
        calls = message.tool_calls or []
        assert [call.id for call in calls] == ["functions.weather:0", "functions.weather:1"]
        assert [json.loads(call.function.arguments)["city"] for call in calls] == ["Paris", "北京"]  # type: ignore[union-attr]
        results = [
            {"role": "tool", "tool_call_id": call.id, "content": degrees}
            for call, degrees in zip(calls, ("7 °C", "-2 °C"), strict=True)
        ]
        second = api.chat.completions.create(
            model="staged",
            messages=[*ASK, message.model_dump(exclude_none=True), *results],  # type: ignore[list-item]
            tools=[WEATHER],  # type: ignore[list-item]
        )
    assert second.choices[0].message.content == "Paris: 7 °C. 北京: -2 °C."
    assert backend.requests[1].messages[1].reasoning == "Two cities, two calls."
    assert backend.requests[0].tools[0].name == "weather"


def test_the_clients_own_accumulation_of_a_stream_equals_the_whole_answer() -> None:
    with running(StagedBackend(weather_reply)) as address:
        api = client(address)
        whole = api.chat.completions.create(model="staged", messages=ASK, tools=[WEATHER])  # type: ignore[list-item]
        with api.chat.completions.stream(model="staged", messages=ASK, tools=[WEATHER]) as stream:  # type: ignore[list-item]
            streamed = stream.get_final_completion()
    left = streamed.choices[0].message.model_dump(exclude={"parsed"})
    right = whole.choices[0].message.model_dump()
    for call in left["tool_calls"]:
        call.pop("index")
        call["function"].pop("parsed_arguments")
    assert {key: value for key, value in left.items() if value is not None} == {
        key: value for key, value in right.items() if value is not None
    }
    assert streamed.choices[0].finish_reason == whole.choices[0].finish_reason


def test_sampling_fields_reach_the_backend() -> None:
    backend = says("yes")
    with running(backend) as address:
        client(address).chat.completions.create(
            model="staged",
            messages=[{"role": "developer", "content": "Be brief."}, *ASK],  # type: ignore[list-item]
            temperature=0,
            top_p=0.9,
            max_completion_tokens=7,
            stop=["\n\n", "END"],
            seed=11,
            tools=[WEATHER],  # type: ignore[list-item]
            tool_choice="none",
            extra_body={"top_k": 40, "unknown_field": {"is": "ignored"}},
            user="somebody",
        )
    request = backend.requests[0]
    assert [message.role for message in request.messages] == ["system", "user"]
    assert [tool.name for tool in request.tools] == ["weather"]
    assert request.tool_choice.mode == "none"
    sampling = request.sampling
    assert (sampling.temperature, sampling.top_p, sampling.top_k) == (0, 0.9, 40)
    assert (sampling.max_tokens, sampling.stop, sampling.seed) == (7, ("\n\n", "END"), 11)


def test_models_lists_and_finds_the_model() -> None:
    with running(says("yes")) as address:
        api = client(address)
        assert [model.id for model in api.models.list()] == ["staged"]
        assert api.models.retrieve("staged").id == "staged"
        with pytest.raises(openai.NotFoundError, match="accepted: staged"):
            api.models.retrieve("someone/else")


def test_errors_arrive_as_the_clients_own_classes() -> None:
    with running(says("yes")) as address:
        api = client(address)
        with pytest.raises(openai.NotFoundError) as unknown:
            api.chat.completions.create(model="gpt-5", messages=ASK)
        assert unknown.value.code == "model_not_found"
        assert unknown.value.param == "model"
        with pytest.raises(openai.BadRequestError, match="tool_choice") as refused:
            api.chat.completions.create(model="staged", messages=ASK, tool_choice="required")
        assert refused.value.request_id


def test_an_error_inside_a_stream_is_raised_by_the_client() -> None:
    backend = StagedBackend(lambda request: [TextDelta("half"), RuntimeError("a secret detail")])
    with running(backend) as address:
        stream = client(address).chat.completions.create(model="staged", messages=ASK, stream=True)
        with pytest.raises(openai.APIError, match="internal error") as broken:
            list(stream)
    assert "secret" not in str(broken.value)


def test_32_concurrent_requests_each_get_their_own_answer() -> None:
    everyone = threading.Barrier(32)

    def reply(request: ChatRequest) -> Message:
        number = int(request.messages[-1].content)
        return Message("assistant", " ".join(f"{number}.{i}" for i in range(1 + number * 7)))

    with running(StagedBackend(reply)) as address:
        api = client(address)

        def ask(number: int) -> str:
            everyone.wait(20)
            messages = [{"role": "user", "content": str(number)}]
            if number % 2:
                answer = api.chat.completions.create(model="staged", messages=messages)  # type: ignore[arg-type]
                return answer.choices[0].message.content or ""
            stream = api.chat.completions.create(model="staged", messages=messages, stream=True)  # type: ignore[arg-type]
            return "".join(chunk.choices[0].delta.content or "" for chunk in stream)

        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(ask, range(32)))
    assert answers == [" ".join(f"{n}.{i}" for i in range(1 + n * 7)) for n in range(32)]


def test_leaving_a_stream_cancels_the_generation_and_frees_its_place() -> None:
    gate = Gate()
    replies = iter([[TextDelta("a"), gate, TextDelta("b"), *ending()], [TextDelta("next"), *ending()]])
    backend = StagedBackend(lambda request: next(replies))
    with running(backend, ServerSettings(max_requests=1)) as address:
        api = client(address)
        stream = api.chat.completions.create(model="staged", messages=ASK, stream=True)
        assert next(stream).choices[0].delta.role == "assistant"
        assert gate.reached.wait(20)
        with pytest.raises(openai.InternalServerError, match="try again") as busy:
            api.chat.completions.create(model="staged", messages=ASK)
        assert (busy.value.status_code, busy.value.response.headers["retry-after"]) == (503, "1")
        stream.close()
        assert backend.cancelled.wait(20)
        while httpx.get(f"{address}/health").json()["requests"]:
            pass
        assert api.chat.completions.create(model="staged", messages=ASK).choices[0].message.content == "next"


def test_leaving_before_a_whole_answer_is_complete_cancels_it() -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [gate, *ending()])
    body = json.dumps({"model": "staged", "messages": ASK}).encode()
    with running(backend) as address:
        host = address.removeprefix("http://")
        name, port = host.split(":")
        with socket.create_connection((name, int(port))) as connection:
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            assert gate.reached.wait(20)
        assert backend.cancelled.wait(20)
