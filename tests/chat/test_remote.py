"""The remote backend against servers of every temper, all in this process."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.backend import complete
from openk2.chat.events import Finished, Fold, ReasoningDelta, TextDelta, ToolCallStart, Usage
from openk2.chat.messages import ChatRequest, Message, ToolCall, ToolSpec
from openk2.chat.remote import RemoteBackend
from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.errors import RequestError

URL = "http://models.example/v1"
ASK = ChatRequest((Message("user", "Hi\u2028there"),))
Handler = Callable[[httpx.Request], httpx.Response]


def backend(handler: Handler, waits: list[float] | None = None, **settings: object) -> RemoteBackend:
    async def sleep(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)

    given = {"api_key": "sk-1", **settings}
    return RemoteBackend("k2", URL, transport=httpx.MockTransport(handler), sleep=sleep, **given)  # type: ignore[arg-type]


def ask(handler: Handler, request: ChatRequest = ASK, **settings: object) -> Fold:
    return asyncio.run(complete(backend(handler, **settings), request))


def chunk(delta: dict[str, object] | None = None, reason: str | None = None, **more: object) -> str:
    choices = [{"index": 0, "delta": delta or {}, "finish_reason": reason}]
    return json.dumps({"object": "chat.completion.chunk", "choices": choices, **more}, ensure_ascii=False)


def stream(*chunks: str, done: bool = True) -> bytes:
    return "".join(f"data: {data}\n\n" for data in (*chunks, *["[DONE]"] * done)).encode()


class Pieces(httpx.AsyncByteStream):
    """A body that arrives in pieces and knows whether it was closed."""

    def __init__(self, pieces: list[bytes], error: Exception | None = None) -> None:
        self.pieces, self.error, self.closed = pieces, error, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.error:
            raise self.error

    async def aclose(self) -> None:
        self.closed = True


def answering(body: bytes, seed: int = 0) -> Handler:
    """A server that streams this body in random pieces."""

    def handler(request: httpx.Request) -> httpx.Response:
        draw, pieces, start = random.Random(seed), [], 0
        while start < len(body):
            end = start + draw.randint(1, 40)
            pieces.append(body[start:end])
            start = end
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Pieces(pieces))

    return handler


WHOLE = stream(
    chunk({"role": "assistant", "content": None}),
    chunk({"reasoning_content": "so"}),
    chunk({"content": "Wait\u2028世"}),
    chunk(
        {
            "tool_calls": [
                {"index": 0, "id": "functions.f:0", "type": "function", "function": {"name": "f", "arguments": ""}}
            ]
        }
    ),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a'}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '": 1}'}}]}),
    chunk({"tool_calls": [{"index": 1, "id": "functions.g:1", "function": {"name": "g", "arguments": "{}"}}]}),
    chunk({}, "tool_calls"),
    json.dumps(
        {
            "choices": [],
            "usage": {"prompt_tokens": 9, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4}},
        }
    ),
)
WHOLE_MESSAGE = Message(
    "assistant",
    "Wait\u2028世",
    "so",
    (ToolCall("functions.f:0", "f", '{"a": 1}'), ToolCall("functions.g:1", "g", "{}")),
)


@given(st.integers(0, 10**6))
def test_a_streamed_answer_however_its_bytes_are_cut(seed: int) -> None:
    answer = ask(answering(WHOLE, seed))
    assert (answer.message, answer.reason, answer.usage) == (WHOLE_MESSAGE, "tool_calls", Usage(9, 4, 5))
    assert answer.token_ids == []


def test_pieces_are_events_as_they_come() -> None:
    async def collect() -> list[object]:
        return [event async for event in backend(answering(WHOLE)).stream(ASK)]

    events = asyncio.run(collect())
    assert events[:3] == [ReasoningDelta("so"), TextDelta("Wait\u2028世"), ToolCallStart(0, "functions.f:0", "f")]
    assert events[-2:] == [Usage(9, 4, 5), Finished("tool_calls")]


def test_comments_blank_lines_carriage_returns_and_a_last_line_without_end_are_read() -> None:
    body = b": hello\r\n\r\nevent: message\r\ndata:" + chunk({"content": "a"}).encode() + b"\r\n\r\ndata:\n\n"
    answer = ask(answering(body + b"data: " + chunk({"content": "b"}, "stop").encode()))
    assert (answer.message.content, answer.reason, answer.usage) == ("ab", "stop", Usage(0, 0, 0))


def test_an_answer_that_was_not_streamed_is_read_too() -> None:
    message = WHOLE_MESSAGE.to_openai()
    body = {
        "choices": [{"message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "cached_tokens": 1},
    }
    answer = ask(lambda request: httpx.Response(200, json=body))
    assert (answer.message, answer.reason, answer.usage) == (WHOLE_MESSAGE, "tool_calls", Usage(1, 1, 0))


def test_servers_that_number_every_call_0_or_give_no_ids_are_understood() -> None:
    pieces = [
        {"index": 0, "id": "x", "function": {"name": "f", "arguments": {"a": "世"}}},
        {"index": 0, "id": "y", "function": {"name": "f", "arguments": "{}"}},
    ]
    answer = ask(answering(stream(chunk({"tool_calls": pieces}, "stop"))))
    assert answer.message.tool_calls == (ToolCall("x", "f", '{"a": "世"}'), ToolCall("y", "f", "{}"))
    nameless = [{"index": i, "function": {"name": name, "arguments": "{}"}} for i, name in enumerate("fg")]
    asked = ChatRequest((*ASK.messages, WHOLE_MESSAGE))
    answer = ask(answering(stream(chunk({"tool_calls": nameless}, "tool_calls"))), asked)
    assert [call.id for call in answer.message.tool_calls] == ["functions.f:2", "functions.g:3"]


@pytest.mark.parametrize(("said", "meant"), [("length", "length"), ("stop", "stop"), ("content_filter", "stop")])
def test_finish_reasons(said: str, meant: str) -> None:
    assert ask(answering(stream(chunk({"content": "a"}, said)))).reason == meant


def test_what_openai_s_form_can_ask_for_is_asked_for_and_the_rest_refused() -> None:
    seen: list[dict[str, object]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return answering(WHOLE)(request)

    told = {"presence_penalty": 0.5, "frequency_penalty": 1.0, "repetition_penalty": 1.1, "min_p": 0.1, "min_tokens": 2}
    ask(handler, replace(ASK, sampling=SamplingParams(**told, logit_bias={7: 2.0}, stop_token_ids=(9,))))  # type: ignore[arg-type]
    assert seen[0].items() >= {**told, "logit_bias": {"7": 2.0}, "stop_token_ids": [9]}.items()
    for name, value in (("n", 2), ("grammar", GrammarSpec("regex", "a")), ("prompt_logprobs", True)):
        with pytest.raises(RequestError, match=f"{name} is given, which k2 behind .* is not asked for"):
            ask(handler, replace(ASK, sampling=SamplingParams(**{name: value})))  # type: ignore[arg-type]


def test_the_request_has_openais_form() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answering(WHOLE)(request)

    tool = ToolSpec("f", "does f", {"type": "object"})
    sampling = SamplingParams(0.0, 0.5, 20, 7, ("END",), 3)
    ask(handler, ChatRequest((*ASK.messages, WHOLE_MESSAGE, Message("user", "\ud800")), (tool,), sampling))
    ask(handler, ASK, api_key="")
    assert str(seen[0].url) == URL + "/chat/completions"
    assert [request.headers.get("authorization") for request in seen] == ["Bearer sk-1", None]
    assert json.loads(seen[0].content) == {
        "model": "k2",
        "messages": [ASK.messages[0].to_openai(), WHOLE_MESSAGE.to_openai(), {"role": "user", "content": "\ud800"}],
        "tools": [tool.to_openai()],
        "temperature": 0.0,
        "top_p": 0.5,
        "top_k": 20,
        "max_tokens": 7,
        "stop": ["END"],
        "seed": 3,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert set(json.loads(seen[1].content)) == {"model", "messages", "temperature", "stream", "stream_options"}


def test_the_key_comes_from_the_environment_where_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " sk-env\n")
    keys = []

    def handler(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers.get("authorization"))
        return answering(WHOLE)(request)

    ask(handler, api_key=None)
    assert keys == ["Bearer sk-env"]
    with pytest.raises(RequestError, match="the API key holds characters that no key has") as caught:
        RemoteBackend("k2", URL, "sk-é")
    assert "sk-" not in str(caught.value)


class Refusing:
    """A server that gives these responses or errors before it answers."""

    def __init__(self, *responses: httpx.Response | Exception) -> None:
        self.responses = list(responses)
        self.count = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.count += 1
        if not self.responses:
            return answering(WHOLE)(request)
        response = self.responses.pop(0)
        if isinstance(response, Exception):
            raise response
        return response


def test_what_may_pass_is_tried_again_after_the_time_the_server_asks_for() -> None:
    server = Refusing(
        httpx.Response(429, headers={"retry-after": "7"}),
        httpx.Response(503, headers={"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        httpx.Response(500, headers={"retry-after": "soon"}),
        httpx.ConnectError("refused"),
    )
    waits: list[float] = []
    assert ask(server, waits=waits).message == WHOLE_MESSAGE
    assert waits == [7.0, 0.0, 2.0, 4.0]
    assert server.count == 5


@pytest.mark.parametrize(
    ("response", "complaint"),
    [
        (httpx.Response(500, text="<html>\n<b>down</b>"), "500: <html> <b>down</b>"),
        (httpx.Response(503), "503: no explanation"),
        (httpx.ConnectError("refused"), "cannot be reached: refused"),
        (httpx.ReadTimeout(""), "no answer within 300 s"),
        (httpx.ConnectTimeout(""), "no answer within 10 s"),
    ],
)
def test_after_the_last_attempt_the_servers_words_are_the_error(
    response: httpx.Response | Exception, complaint: str
) -> None:
    server = Refusing(response, response, response)
    waits: list[float] = []
    with pytest.raises(RequestError) as caught:
        ask(server, waits=waits, retries=2)
    assert str(caught.value) == f"{URL}/chat/completions: {complaint}"
    assert (server.count, waits) == (3, [0.5, 1.0])


@pytest.mark.parametrize(
    ("response", "complaint"),
    [
        (
            httpx.Response(401, json={"error": {"message": "Incorrect\nkey", "type": "incorrect_api_key_error"}}),
            "401: Incorrect key (incorrect_api_key_error)",
        ),
        (httpx.Response(404, json={"detail": "Not Found"}), "404: Not Found"),
        (httpx.Response(400, json={"error": "bad"}), "400: bad"),
        (httpx.Response(400, json=["bad"]), "400: ['bad']"),
        (httpx.Response(400, text="x" * 999), f"400: {'x' * 300} …"),
        (httpx.Response(307, headers={"location": "/v2"}), "307: no explanation"),
        (
            httpx.Response(429, json={"error": {"message": "pay", "type": "exceeded_current_quota_error"}}),
            "429: pay (exceeded_current_quota_error)",
        ),
        (httpx.Response(429, headers={"retry-after": "3600"}, text="later"), "429: later"),
    ],
)
def test_what_will_not_pass_is_not_tried_again(response: httpx.Response, complaint: str) -> None:
    server = Refusing(response)
    with pytest.raises(RequestError) as caught:
        ask(server)
    assert str(caught.value) == f"{URL}/chat/completions: {complaint}"
    assert server.count == 1


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (stream(chunk({"content": "a"}), done=False), "the connection ended before the answer was finished"),
        (stream(chunk({"content": "a"})), "the connection ended before the answer was finished"),
        (
            stream('{"error": {"message": "out of memory", "type": "server_error"}}'),
            "the server broke off: out of memory (server_error)",
        ),
        (stream("{"), "the server sent '{'; accepted: a JSON object"),
        (stream("3"), "the server sent '3'; accepted: a JSON object"),
        (
            stream(chunk({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]})),
            "the server sent a piece of call 0, which is not open and has no name",
        ),
    ],
)
def test_an_answer_that_goes_wrong_is_an_error_and_not_a_short_answer(body: bytes, complaint: str) -> None:
    with pytest.raises(RequestError) as caught:
        ask(answering(body))
    assert str(caught.value) == f"{URL}/chat/completions: {complaint}"


@pytest.mark.parametrize(
    ("error", "complaint"),
    [
        (httpx.ReadTimeout(""), "silent for 300 s within an answer"),
        (httpx.ReadError("reset"), "the connection broke within an answer: reset"),
    ],
)
def test_an_answer_that_breaks_off_is_not_asked_for_again(error: Exception, complaint: str) -> None:
    bodies = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(Pieces([stream(chunk({"content": "a"}), done=False)], error))
        return httpx.Response(200, stream=bodies[-1])

    with pytest.raises(RequestError, match=complaint):
        ask(handler)
    assert [body.closed for body in bodies] == [True]


def test_closing_the_stream_closes_the_connection() -> None:
    body = Pieces([stream(chunk({"content": "a"}), done=False)] * 1000)

    async def leave_early() -> None:
        events = backend(lambda request: httpx.Response(200, stream=body)).stream(ASK)
        assert await anext(events) == TextDelta("a")
        assert not body.closed
        await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave_early())
    assert body.closed


def test_one_backend_serves_many_requests_at_once_and_in_several_event_loops() -> None:
    shared = backend(answering(WHOLE))

    async def many() -> list[Fold]:
        return list(await asyncio.gather(*(complete(shared, ASK) for _ in range(8))))

    assert [answer.message for _ in range(2) for answer in asyncio.run(many())] == [WHOLE_MESSAGE] * 16


@pytest.mark.parametrize("url", ["models.example/v1", "ftp://models.example", "http://", "http://host:port", ""])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(RequestError, match="accepted: an http:// or https:// address"):
        RemoteBackend("k2", url)
