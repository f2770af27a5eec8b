"""The builtin tool `$web_search`: the platform's loop over a search engine of one's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import httpx
import pytest
import uvicorn
from openai import OpenAI
from serving import StagedBackend, running

from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.errors import ServerError
from openk2.server import ServerSettings, bind
from openk2.server.openai.web_search import EXCERPT_CHARACTERS, RESULTS, JsonSearch, Search, searched

SEARCH: Any = {"type": "builtin_function", "function": {"name": "$web_search"}}
FOUND = {"results": [{"title": "Kimi\nK2", "url": "https://a.example", "content": "A  model."}, {"url": "https://b"}]}


def engine(answer: httpx.Response | Exception, asked: list[httpx.URL] | None = None) -> JsonSearch:
    def respond(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request.url)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return JsonSearch("http://search.example/search?language=en", transport=httpx.MockTransport(respond))


def results(search: Search, query: str = "kimi k2") -> str:
    return asyncio.run(search.results(query))


def test_results_are_numbered_titles_addresses_and_excerpts() -> None:
    asked: list[httpx.URL] = []
    text = results(engine(httpx.Response(200, json=FOUND), asked))
    assert text == "[1] Kimi K2\nhttps://a.example\nA model.\n\n[2] https://b\nhttps://b"
    assert dict(asked[0].params) == {"language": "en", "q": "kimi k2", "format": "json"}


def test_results_are_bounded_and_remembered() -> None:
    many = {"results": [{"url": f"https://{i}", "content": "x" * 10_000} for i in range(50)]}
    asked: list[httpx.URL] = []
    search = engine(httpx.Response(200, json=many), asked)
    text = results(search)
    assert len(text.split("\n\n")) == RESULTS
    assert text.count("x") == RESULTS * EXCERPT_CHARACTERS
    assert results(search) == text
    assert len(asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout(""),
        httpx.Response(500, text="down"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"answers": []}),
        httpx.Response(200, content=b"x" * (5 * 2**20)),
    ],
)
def test_a_search_that_fails_is_one_line_for_the_model(answer: Any) -> None:
    text = results(engine(answer))
    assert text.startswith("error: the search failed")
    assert "\n" not in text


def test_nothing_found_says_so() -> None:
    assert results(engine(httpx.Response(200, json={"results": []}))) == "Nothing was found."


@pytest.mark.parametrize("url", ["", "ftp://a/b", "search", "http://"])
def test_an_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ServerError, match="accepted: an http:// or https:// address"):
        JsonSearch(url)


class Known:
    async def results(self, query: str) -> str:
        return f"found for {query}"


@pytest.mark.parametrize(
    ("echoed", "read"),
    [
        ('{"query": "北京"}', "found for 北京"),
        ("my own results", "my own results"),
        ('{"query": ""}', '{"query": ""}'),
        ('{"query": 5}', '{"query": 5}'),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_only_an_echo_is_replaced(echoed: str, read: str) -> None:
    backend = StagedBackend(lambda request: Message("assistant", "done"))
    echo = Message("tool", echoed, tool_call_id="a", name="$web_search")
    other = Message("tool", '{"query": "x"}', tool_call_id="b", name="other")
    request = ChatRequest((Message("user", "?"), echo, other))

    async def drain() -> None:
        async for _ in searched(backend, request, Known()):
            pass

    asyncio.run(drain())
    assert [message.content for message in backend.requests[0].messages] == ["?", read, '{"query": "x"}']


def test_the_platforms_loop_works_with_the_official_client() -> None:
    """A search server on a real port; the client declares the tool and echoes what the call says."""

    def reply(request: ChatRequest) -> Message:
        last = request.messages[-1]
        if last.role == "tool":
            return Message("assistant", f"I read: {last.content}")
        return Message("assistant", tool_calls=(ToolCall("functions.$web_search:0", "$web_search", '{"query": "k2"}'),))

    backend = StagedBackend(reply)
    with search_server() as url, running(backend, ServerSettings(search_url=url)) as address:
        api = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
        messages: Any = [{"role": "user", "content": "What is K2?"}]
        choice = api.chat.completions.create(model="staged", messages=messages, tools=[SEARCH]).choices[0]
        assert choice.finish_reason == "tool_calls"
        call = choice.message.tool_calls[0]  # type: ignore[index]
        messages.append(choice.message)
        messages.append({"role": "tool", "tool_call_id": call.id, "content": call.function.arguments})  # type: ignore[union-attr]
        final = api.chat.completions.create(model="staged", messages=messages, tools=[SEARCH]).choices[0]
    assert final.message.content == "I read: [1] about k2\nhttp://found"
    assert backend.requests[0].tools[0].parameters["required"] == ["query"]


class SearchPage:
    """A search engine that finds one page about anything."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = httpx.QueryParams(scope["query_string"].decode())["q"]
        body = json.dumps({"results": [{"title": f"about {query}", "url": "http://found"}]}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Announced(uvicorn.Server):
    """Says when it answers."""

    def __init__(self) -> None:
        super().__init__(uvicorn.Config(SearchPage(), lifespan="off", log_level="warning"))
        self.ready = Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def search_server() -> Iterator[str]:
    bound, server = bind("127.0.0.1", 0), Announced()
    thread = Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    assert server.ready.wait(30)
    yield f"http://127.0.0.1:{bound.getsockname()[1]}/search"
    server.should_exit = True
    thread.join(20)
