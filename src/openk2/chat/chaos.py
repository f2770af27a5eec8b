"""A chat backend that goes wrong on purpose: whoever asks must survive what models and networks really do.

Wraps another backend. Which fault strikes which request, and where, follows from the seed and the number of the request
alone, so a failing test fails again.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, fields

from openk2.chat.backend import ChatBackend, closing
from openk2.chat.call_ids import call_id, count_calls
from openk2.chat.events import (
    Event,
    PromptTokens,
    Tokens,
    ToolCallArguments,
    ToolCallEnd,
    ToolCallStart,
    Usage,
)
from openk2.chat.messages import ChatRequest
from openk2.errors import ChatError, RequestError


@dataclass(frozen=True)
class Faults:
    """How often each fault strikes: a share of the requests, 0 to 1. Several may strike one request."""

    error: float = 0.0
    """The request is refused before anything is said."""
    cut: float = 0.0
    """The answer breaks off with an error before it is finished."""
    delay: float = 0.0
    """Nothing comes for a while, before the answer or within it."""
    malformed: float = 0.0
    """The arguments of every call are not the JSON they were."""
    repeat: float = 0.0
    """Every call is made twice."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0.0 <= getattr(self, field.name) <= 1.0:
                raise ChatError(f"faults.{field.name} is {getattr(self, field.name)}; accepted: 0 to 1")


class ChaosBackend:
    """The inner backend's answers, with faults.

    Answers whose calls were changed carry no token ids: the ids would tell another story.
    """

    def __init__(
        self,
        inner: ChatBackend,
        seed: int,
        faults: Faults,
        *,
        longest_delay: float = 30.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`longest_delay`: seconds; `sleep`: what waits, so that tests need not."""
        self.name = f"chaos({inner.name})"
        self.context_length = inner.context_length
        self.injected: list[str] = []
        """Every fault so far, in words."""
        self._inner, self._seed, self._faults = inner, seed, faults
        self._longest_delay, self._sleep = longest_delay, sleep
        self._count = 0

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        """As the inner backend, or worse. Raises RequestError where an error or a cut strikes."""
        self._count += 1
        number = self._count
        draw = random.Random(f"{self._seed}/{number}")
        struck = {field.name for field in fields(Faults) if draw.random() < getattr(self._faults, field.name)}
        wait_at, cut_at = draw.randrange(8), draw.randrange(1, 24)
        if "error" in struck:
            self.injected.append(f"request {number}: error")
            raise RequestError(f"{self.name}: request {number} is refused: 503 the server is overloaded")
        events = self._inner.stream(request)
        if "malformed" in struck:
            events = self._malformed(events, number, draw)
        if "repeat" in struck:
            events = self._repeated(events, number, count_calls(request.messages))
        async with closing(events):
            place = 0
            async for event in events:
                if "delay" in struck and (place == wait_at or isinstance(event, Usage)):
                    struck.remove("delay")
                    seconds = draw.uniform(0, self._longest_delay)
                    self.injected.append(f"request {number}: {seconds:.1f} s of silence before event {place}")
                    await self._sleep(seconds)
                if "cut" in struck and (place == cut_at or isinstance(event, Usage)):
                    self.injected.append(f"request {number}: cut before event {place}")
                    raise RequestError(f"{self.name}: the answer to request {number} broke off")
                yield event
                place += 1

    async def _malformed(self, events: AsyncIterator[Event], number: int, draw: random.Random) -> AsyncIterator[Event]:
        """Each call's arguments, broken in one of the ways in which models break them."""
        arguments = ""
        async with closing(events):
            async for event in events:
                match event:
                    case Tokens() | PromptTokens():
                        continue
                    case ToolCallArguments(_, text):
                        arguments += text
                        continue
                    case ToolCallEnd(index):
                        broken = draw.choice(_WAYS_TO_BREAK)(arguments, draw)
                        self.injected.append(f"request {number}: arguments {arguments} became {broken}")
                        arguments = ""
                        yield ToolCallArguments(index, broken)
                yield event

    async def _repeated(self, events: AsyncIterator[Event], number: int, made: int) -> AsyncIterator[Event]:
        """Each call twice, as a model that forgets it has just made it; `made`: calls of the dialogue before."""
        index, name, arguments = 0, "", ""
        async with closing(events):
            async for event in events:
                match event:
                    case Tokens() | PromptTokens():
                        pass
                    case ToolCallStart(_, _, name):
                        arguments = ""
                        yield ToolCallStart(index, call_id(name, made + index), name)
                    case ToolCallArguments(_, text):
                        arguments += text
                        yield ToolCallArguments(index, text)
                    case ToolCallEnd():
                        yield ToolCallEnd(index)
                        self.injected.append(f"request {number}: {name} is called again")
                        yield ToolCallStart(index + 1, call_id(name, made + index + 1), name)
                        yield ToolCallArguments(index + 1, arguments)
                        yield ToolCallEnd(index + 1)
                        index += 2
                    case _:
                        yield event


_WAYS_TO_BREAK: tuple[Callable[[str, random.Random], str], ...] = (
    lambda arguments, draw: arguments[: draw.randrange(len(arguments))] if arguments else "{",
    lambda arguments, draw: arguments.replace('"', "'") + ",",
    lambda arguments, draw: f"[{arguments}]",
    lambda arguments, draw: f"Sure! Here are the arguments: {arguments}",
)
