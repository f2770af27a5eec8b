"""A backend that says what a test tells it to, and the application over a real loopback port."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager

from openk2.chat.backend import ChatBackend
from openk2.chat.events import (
    Event,
    Finished,
    PromptTokens,
    ReasoningDelta,
    TextDelta,
    ToolCallArguments,
    ToolCallEnd,
    ToolCallStart,
    Usage,
)
from openk2.chat.messages import ChatRequest, Message
from openk2.server import ServerSettings, bind, create_app
from openk2.server.accounts.accounts import Accounts
from openk2.server.run import Server

Cut = Callable[[str], list[str]]


class Gate:
    """Holds an answer back until the test opens it, from whatever thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event: asyncio.Event | None = None
        self.reached = threading.Event()
        self.opened = False

    async def wait(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self.reached.set()
        await self._event.wait()

    def open(self) -> None:
        assert self.reached.wait(20), "the answer never came to its gate"
        assert self._loop is not None
        assert self._event is not None
        self.opened = True
        self._loop.call_soon_threadsafe(self._event.set)


Step = Event | Gate | Exception
Reply = Message | Sequence[Step]


def words(text: str) -> list[str]:
    """Small pieces that a model could have said: words with the space before them."""
    pieces = text.replace(" ", "\0 ").split("\0")
    return [piece for piece in pieces if piece]


def events_of(message: Message, cut: Cut = words) -> list[Event]:
    """An answer that adds up to `message`, its texts cut by `cut`."""
    events: list[Event] = [PromptTokens((1, 2, 3))]
    events += [ReasoningDelta(piece) for piece in cut(message.reasoning or "")]
    events += [TextDelta(piece) for piece in cut(message.content)]
    for index, call in enumerate(message.tool_calls):
        events.append(ToolCallStart(index, call.id, call.name))
        events += [ToolCallArguments(index, piece) for piece in cut(call.arguments)]
        events.append(ToolCallEnd(index))
    return [*events, *ending("tool_calls" if message.tool_calls else "stop")]


def ending(reason: str = "stop") -> list[Event]:
    return [Usage(prompt_tokens=12, cached_tokens=8, completion_tokens=5), Finished(reason)]  # type: ignore[arg-type]


class StagedBackend:
    """Answers each request with what `reply` makes of it."""

    name = "staged"
    context_length: int | None = 4096

    def __init__(self, reply: Callable[[ChatRequest], Reply], cut: Cut = words) -> None:
        self._reply = reply
        self._cut = cut
        self.requests: list[ChatRequest] = []
        self.cancelled = threading.Event()
        """Set when an answer was left before its end."""

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        self.requests.append(request)
        reply = self._reply(request)
        steps = events_of(reply, self._cut) if isinstance(reply, Message) else reply
        complete = False
        try:
            for step in steps:
                if isinstance(step, Gate):
                    await step.wait()
                elif isinstance(step, Exception):
                    complete = True
                    raise step
                else:
                    yield step
                    await asyncio.sleep(0)
            complete = True
        finally:
            if not complete:
                self.cancelled.set()


def says(text: str) -> StagedBackend:
    """A backend that always answers the same."""
    return StagedBackend(lambda request: Message("assistant", text))


@contextmanager
def running(
    backend: ChatBackend, settings: ServerSettings | None = None, accounts: Accounts | None = None
) -> Iterator[str]:
    """The application on a free loopback port, in a thread of its own; yields its address."""
    bound = bind("127.0.0.1", 0)
    ready = threading.Event()
    server = Server(create_app(backend, settings, accounts), drain_seconds=1, on_ready=ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    thread.start()
    try:
        assert ready.wait(30), "the server did not start"
        yield address
    finally:
        server.should_exit = True
        thread.join(20)
