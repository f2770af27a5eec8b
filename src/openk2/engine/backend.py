"""The engine's side of the chat seam: messages are rendered to ids, sampled ids are parsed to events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import replace

from openk2.chat.call_ids import count_calls
from openk2.chat.events import Event, Finished, FinishReason, PromptTokens, TextDelta, Tokens, ToolCallStart, Usage
from openk2.chat.messages import ChatRequest
from openk2.chat.parser import OutputParser
from openk2.chat.template import render
from openk2.engine.engine import Engine
from openk2.engine.stopping import StopText


class EngineBackend:
    """Answers conversations with an engine. Stop strings are looked for in the answer's text, not in reasoning or
    calls."""

    def __init__(self, engine: Engine, name: str, style: str = "instruct") -> None:
        """`name`: the model's, for people; `style`: the chat template's, `instruct` or `thinking`."""
        self.engine, self.style = engine, style
        self.tokenizer = engine.tokenizer
        """Spells the ids of `Tokens`; who reports log-probabilities needs it."""
        self.name = name
        self.context_length: int | None = engine.max_context

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """See `ChatBackend.stream`; a failing step is an EngineError."""
        tokenizer = self.engine.tokenizer
        prompt = render(request.messages, request.tools, tokenizer=tokenizer, style=self.style)
        self.engine.check(prompt)
        yield PromptTokens(tuple(prompt))
        parser = OutputParser(tokenizer, count_calls(request.messages), request.tools)
        shown = _Shown(request.sampling.stop)
        cached = sampled = 0
        reason: FinishReason | None = None
        async with aclosing(self.engine.stream(prompt, replace(request.sampling, stop=()))) as pieces:
            async for piece in pieces:
                sampled, cached, reason = sampled + 1, piece.cached_tokens, piece.finish
                yield Tokens((piece.id,), () if piece.logprob is None else (piece.logprob,))
                for event in shown.take(parser.push([piece.id])):
                    yield event
                if shown.stopped:
                    break
        for event in shown.end(parser.finish()):
            yield event
        yield Usage(len(prompt), cached, sampled)
        yield Finished(shown.reason(reason))


class _Shown:
    """What of the parser's events comes out: text up to a stop string, everything else as it is."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stop = StopText(stops)
        self._calls = False

    @property
    def stopped(self) -> bool:
        return self._stop.stopped

    def take(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events that can be shown now; text that may begin a stop string waits, but not behind other events."""
        for event in events:
            text = self._stop.push(event.text) if isinstance(event, TextDelta) else self._stop.flush()
            if text:
                yield TextDelta(text)
            if self._stop.stopped:
                return
            if not isinstance(event, TextDelta):
                self._calls = self._calls or isinstance(event, ToolCallStart)
                yield event

    def end(self, events: Iterable[Event]) -> Iterator[Event]:
        """The last events and the text that still waited."""
        if not self._stop.stopped:
            yield from self.take(events)
        if text := self._stop.flush():
            yield TextDelta(text)

    def reason(self, engine: FinishReason | None) -> FinishReason:
        """Why the answer ended, given why the engine did; it did not when a stop string was met here."""
        if self._stop.stopped or engine is None:
            return "stop"
        return "tool_calls" if self._calls and engine == "stop" else engine
