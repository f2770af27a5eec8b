"""A chat backend from a token backend: `render → grammar → sample → parse`.

Messages become ids by the template, sampled ids become events by the parser, both here: what is sampled may come from
the package's own engine or over HTTP, and tool calls, reasoning and stop strings are the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
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
from openk2.chat.pieces import Pieces, TokenPiece
from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.chat.stopping import StopText
from openk2.chat.template import CALL_BEGIN, SECTION_BEGIN, render
from openk2.chat.tool_grammar import grammar_of
from openk2.errors import RequestError

NEVER = -100.0
"""Added to a logit so that its token is not drawn: the least that OpenAI's API takes."""


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

    def _sampling(self, request: ChatRequest) -> SamplingParams:
        """How the answer is drawn: after its grammar. Where it may be all but a call, the tokens that begin one are
        left out: a model that was taught to use tools calls them without being given any."""
        grammar, biases = self._grammar(request), request.sampling.logit_bias
        if grammar is None and not request.may_call:
            special = self.tokenizer.special
            biases = {special[name]: NEVER for name in (SECTION_BEGIN, CALL_BEGIN) if name in special} | dict(biases)
        return replace(request.sampling, grammar=grammar, logit_bias=biases)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """See `ChatBackend.stream`; PromptTokens comes with the first sampled token. Of several answers one that met
        its stop string is heard no more, but computed until all others ended."""
        prompt = self.render(request)
        self.tokens.check(prompt)
        # A schema that is new takes a while to be looked through.
        sampling = await asyncio.to_thread(self._sampling, request)
        replies = [_Reply(self._parser(request), sampling) for _ in range(sampling.n)]
        last: TokenPiece | None = None
        async with aclosing(self.tokens.generate(prompt, replace(sampling, stop=()))) as batches:
            async for pieces in batches:
                if last is None:
                    yield PromptTokens(tuple(prompt), pieces[0].cached_tokens)
                last = pieces[-1]
                for choice, reply in enumerate(replies):
                    own = pieces if len(replies) == 1 else [piece for piece in pieces if piece.choice == choice]
                    for event in reply.take(own):
                        yield OfChoice(choice, event) if choice else event
                if all(reply.over for reply in replies):
                    break
        cached, written = (0, 0) if last is None else (last.cached_tokens, last.written_tokens)
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
        self.sampled = self.proposed = self.accepted = 0

    @property
    def reasoned(self) -> int:
        """How many tokens were reasoning."""
        return self._parser.reasoned

    def take(self, pieces: Pieces) -> list[Event]:
        """What pieces bring, and the end of the answer where the last is among them; nothing once that is over. Text of
        several tokens comes in one, unless a stop string may end the answer within it."""
        said: list[Event] = []
        for some in ([piece] for piece in pieces) if self._shown.watches else (pieces,):
            if some and not self.over:
                said += self._said(some)
        return said

    def _said(self, pieces: Pieces) -> list[Event]:
        last = pieces[-1]
        self.sampled += len(pieces)
        self.proposed, self.accepted, self._reason = last.proposed, last.accepted, last.finish
        ids = tuple([piece.id for piece in pieces])
        logprobs = tuple([piece.logprob for piece in pieces if piece.logprob is not None])
        top_logprobs = tuple([piece.top_logprobs for piece in pieces if piece.top_logprobs])
        events = self._parser.push(ids)
        said = [Tokens(ids, logprobs, top_logprobs), *self._shown.take(events, watched=self.sampled > self._min_tokens)]
        if self._shown.stopped or last.finish is not None:
            self.over = True
            said += self._shown.end(self._parser.finish())
            if last.choice:
                said.append(self.finished())
        return said

    def finished(self) -> Finished:
        """The answer's last event."""
        return Finished(self._shown.reason(self._reason), self._shown.met)


class _Shown:
    """What of the parser's events comes out: text up to a stop string, everything else as it is."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self.watches = bool(stops)
        """Whether there is a stop string to look for."""
        self._stop = StopText(stops)
        self._calls = False

    @property
    def stopped(self) -> bool:
        return self._stop.stopped

    @property
    def met(self) -> str | None:
        return self._stop.met

    def take(self, events: Sequence[Event], *, watched: bool = True) -> Iterable[Event]:
        """The events that can be shown now; text that may begin a stop string waits, but not behind other events.
        Where not `watched`, text is shown whatever it says."""
        self._calls = self._calls or any(isinstance(event, ToolCallStart) for event in events)
        return self._before_stop(events, watched) if self.watches else events

    def _before_stop(self, events: Iterable[Event], watched: bool) -> Iterator[Event]:
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
                yield event

    def end(self, events: Sequence[Event]) -> Iterator[Event]:
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
