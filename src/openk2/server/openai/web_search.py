"""Moonshot's builtin tool `$web_search` over a search engine of one's own.

As on the platform, a client declares `{"type": "builtin_function", "function": {"name": "$web_search"}}`, and where the
model calls it sends the call's arguments back unchanged as the tool message. Here the search happens then: what the
client echoed becomes the results before the model is asked again. Nothing is kept for it between requests but a memory
of recent results, so that a dialogue that goes on finds the same ones and its beginning in the cache.

The search engine is any that answers `GET URL?q=…&format=json` with `{"results": [{"title", "url", "content"}]}`, as
SearXNG does (docs.searxng.org, Search API).
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, Protocol

import httpx

from openk2.chat.backend import ChatBackend, closing
from openk2.chat.events import Event
from openk2.chat.messages import ChatRequest, Message, ToolSpec
from openk2.errors import ServerError

BUILTIN = "builtin_function"
"""The type of tools that the platform runs."""

WEB_SEARCH = ToolSpec(
    "$web_search",
    "Search the web. Returns titles, addresses and excerpts of the pages found.",
    {
        "type": "object",
        "properties": {"query": {"type": "string", "description": "What to search for."}},
        "required": ["query"],
        "additionalProperties": False,
    },
)
"""What the model is told of it."""

RESULTS = 8
"""Most results of one search."""
EXCERPT_CHARACTERS = 600
"""Most characters of a result's excerpt."""
_REMEMBERED = 1024
_LARGEST_ANSWER = 4 * 2**20


class Search(Protocol):
    """Finds pages."""

    async def results(self, query: str) -> str:
        """What the model reads: the pages found, or one line that says why there are none. Raises nothing."""
        ...


class JsonSearch:
    """A search engine behind a URL."""

    def __init__(self, url: str, *, timeout: float = 10.0, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`url`: up to and including the path, as `http://localhost:8888/search`; `timeout`: seconds. Raises
        ServerError where it is no address."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            parsed = httpx.URL("")
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ServerError(f"search URL is {url!r}; accepted: an http:// or https:// address")
        self._url = parsed
        self._timeout = timeout
        self._transport = transport
        self._recent: OrderedDict[str, str] = OrderedDict()

    async def results(self, query: str) -> str:
        """See `Search.results`."""
        if query in self._recent:
            self._recent.move_to_end(query)
            return self._recent[query]
        try:
            found = _readable(await self._ask(query))
        except (httpx.HTTPError, ValueError) as error:
            return f"error: the search failed: {type(error).__name__}"
        self._recent[query] = found
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        return found

    async def _ask(self, query: str) -> Any:
        async with (
            httpx.AsyncClient(transport=self._transport, timeout=self._timeout) as client,
            client.stream("GET", self._url.copy_merge_params({"q": query, "format": "json"})) as response,
        ):
            response.raise_for_status()
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > _LARGEST_ANSWER:
                    raise ValueError("the search engine's answer is too large")
        return json.loads(body)


async def searched(backend: ChatBackend, request: ChatRequest, search: Search) -> AsyncIterator[Event]:
    """The backend's answer to the request with every echo replaced by what its search finds."""
    messages = [await _with_results(message, search) for message in request.messages]
    events = backend.stream(replace(request, messages=tuple(messages)))
    async with closing(events):
        async for event in events:
            yield event


async def _with_results(message: Message, search: Search) -> Message:
    if message.role != "tool" or message.name != WEB_SEARCH.name:
        return message
    query = _query(message.content)
    if query is None:
        return message
    return replace(message, content=await search.results(query))


def _query(echoed: str) -> str | None:
    """The query in a call's arguments; None where the tool message is something else, such as the client's own
    results."""
    try:
        arguments = json.loads(echoed)
    except (ValueError, RecursionError):
        return None
    query = arguments.get("query") if isinstance(arguments, dict) else None
    return query if isinstance(query, str) and query.strip() else None


def _readable(answer: Any) -> str:
    """The results as numbered paragraphs; raises ValueError where the answer has none of that form."""
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list):
        raise ValueError("the search engine's answer has no results")
    shown = list(_paragraphs(results))[:RESULTS]
    return "\n\n".join(f"[{number}] {text}" for number, text in enumerate(shown, 1)) or "Nothing was found."


def _paragraphs(results: list[Any]) -> Iterator[str]:
    for result in results:
        if isinstance(result, dict) and isinstance(result.get("url"), str):
            title = " ".join(str(result.get("title") or result["url"]).split())
            excerpt = " ".join(str(result.get("content") or "").split())[:EXCERPT_CHARACTERS]
            yield f"{title}\n{result['url']}" + (f"\n{excerpt}" if excerpt else "")
