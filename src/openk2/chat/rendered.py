"""A chat backend from a token backend: `render → grammar → sample → parse`.

Messages become ids by the template, sampled ids become events by the parser, both here: what is sampled may come from
the package's own engine or over HTTP, and tool calls, reasoning and stop strings are the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import replace

from openk2.chat.backend import TokenBackend
from openk2.chat.call_ids import count_calls
from openk2.chat.events import (
    Event,
    Finished,
    FinishReason,
    OfChoice,
    PromptTokens,
    TextDelta,
    Tokens,
    ToolCallStart,
    Usage,
)
from openk2.chat.messages import ChatRequest
from openk2.chat.parser import OutputParser
from openk2.chat.pieces import TokenPiece
from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.chat.stopping import StopText
from openk2.chat.template import render
from openk2.chat.tool_grammar import grammar_of
from openk2.errors import RequestError


class RenderedBackend:
    """Answers conversations with a token backend. Stop strings are looked for in the answer's text, not in reasoning or
    calls."""

    def __init__(self, tokens: TokenBackend, style: str = "instruct") -> None:
        """`style`: the chat template's, `instruct` or `thinking`."""
        self.tokens, self.style = tokens, style
        self.tokenizer = tokens.tokenizer
        """Spells the ids of `Tokens`; who reports log-probabilities needs it."""
        self.name = tokens.name
        self.context_length = tokens.context_length

    def render(self, request: ChatRequest) -> list[int]:
        """The ids that the model is prompted with. Raises ChatError when the conversation cannot be rendered."""
        return render(
            request.messages, request.tools, tokenizer=self.tokenizer, style=self.style, thinking=request.thinking
        )

    def count(self, request: ChatRequest) -> int:
        """How many tokens the prompt has. Raises as `render` does."""
        return len(self.render(request))

    def _parser(self, request: ChatRequest) -> OutputParser:
        last = request.messages[-1]
        if self.style == "instruct":
            last = replace(last, reasoning=None)
        return OutputParser(
            self.tokenizer, count_calls(request.messages), request.tools, last if last.partial else None
        )

    def _grammar(self, request: ChatRequest) -> GrammarSpec | None:
        """See `grammar_of`. A backend that follows no grammars is asked all the same where none has to be followed."""
        grammar = grammar_of(request, self.tokenizer, self.style)
        if grammar is None or self.tokens.grammars:
            return grammar
        for given, what in (
            (request.sampling.grammar is not None, "a grammar"),
            (request.answer_schema is not None, "a schema of the answer"),
            (request.tool_choice.mode == "required", "a required call"),
        ):
            if given:
                raise RequestError(f"{what} is asked for, which {self.name} cannot be held to; accepted: none")
        return None

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """See `ChatBackend.stream`; PromptTokens comes with the first sampled token. Of several answers one that met
        its stop string is heard no more, but computed until all others ended."""
        prompt = self.render(request)
        self.tokens.check(prompt)
        # A schema that is new takes a while to be looked through.
        grammar = await asyncio.to_thread(self._grammar, request)
        sampling = replace(request.sampling, grammar=grammar)
        replies = [_Reply(self._parser(request), sampling) for _ in range(sampling.n)]
        cached = written = 0
        begun = False
        async with aclosing(self.tokens.generate(prompt, replace(sampling, stop=()))) as pieces:
            async for piece in pieces:
                cached, written = piece.cached_tokens, piece.written_tokens
                if not begun:
                    begun = True
                    yield PromptTokens(tuple(prompt), cached)
                for event in replies[piece.choice].take(piece):
                    yield OfChoice(piece.choice, event) if piece.choice else event
                if all(reply.over for reply in replies):
                    break
        sampled, proposed, accepted, reasoned = (
            sum(counts)
            for counts in zip(*((r.sampled, r.proposed, r.accepted, r.reasoned) for r in replies), strict=True)
        )
        yield Usage(len(prompt), cached, sampled, proposed, accepted, reasoned, written)
        yield replies[0].finished()


class _Reply:
    """One answer: pieces in, events out. The first answer's Finished is left to the end of all."""

    def __init__(self, parser: OutputParser, sampling: SamplingParams) -> None:
        self._parser, self._min_tokens = parser, sampling.min_tokens
        self._shown = _Shown(sampling.stop)
        self._reason: FinishReason | None = None
        self.over = False
        """Whether no more is to come of it."""
        self.sampled = self.proposed = self.accepted = self.reasoned = 0

    def take(self, piece: TokenPiece) -> Iterator[Event]:
        """What a piece brings, and the end of the answer where it is the last; nothing once that is over."""
        if self.over:
            return
        self.sampled += 1
        self.proposed, self.accepted, self._reason = piece.proposed, piece.accepted, piece.finish
        yield Tokens(
            (piece.id,),
            (piece.logprob,) if piece.logprob is not None else (),
            (piece.top_logprobs,) if piece.top_logprobs else (),
        )
        watched = self.sampled > self._min_tokens
        reasoned = self._parser.reasons
        events = self._parser.push([piece.id])
        self.reasoned += reasoned or self._parser.reasons
        yield from self._shown.take(events, watched=watched)
        if self._shown.stopped or piece.finish is not None:
            self.over = True
            yield from self._shown.end(self._parser.finish())
            if piece.choice:
                yield self.finished()

    def finished(self) -> Finished:
        """The answer's last event."""
        return Finished(self._shown.reason(self._reason), self._shown.met)


class _Shown:
    """What of the parser's events comes out: text up to a stop string, everything else as it is."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stop = StopText(stops)
        self._calls = False

    @property
    def stopped(self) -> bool:
        return self._stop.stopped

    @property
    def met(self) -> str | None:
        return self._stop.met

    def take(self, events: Iterable[Event], *, watched: bool = True) -> Iterator[Event]:
        """The events that can be shown now; text that may begin a stop string waits, but not behind other events.
        Where not `watched`, text is shown whatever it says."""
        for event in events:
            if isinstance(event, TextDelta):
                text = self._stop.push(event.text) if watched else event.text
            else:
                text = self._stop.flush()
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
