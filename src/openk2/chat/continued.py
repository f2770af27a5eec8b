"""Text that goes on: prompts of token ids, continued as they are, without messages, template or parser.

What comes out are the same events as of a conversation, so that everything behind them (admission, metering, streams)
is the same too. Several prompts are computed side by side; answer number `prompt · n + choice` belongs to them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from openk2.chat.backend import TokenBackend
from openk2.chat.events import (
    Event,
    Finished,
    FinishReason,
    OfChoice,
    PromptTokens,
    TextDelta,
    Tokens,
    Usage,
)
from openk2.chat.messages import ChatRequest
from openk2.chat.pieces import TokenPiece
from openk2.chat.sampling import SamplingParams
from openk2.chat.stopping import StopText
from openk2.chat.tokenizer import IncrementalDecoder, Tokenizer

_WAITING_EVENTS = 256
"""Events that may wait to be taken; then their prompts wait."""


@dataclass(frozen=True)
class TextRequest(ChatRequest):
    """A question that is no conversation; `messages` is empty."""

    prompts: tuple[tuple[int, ...], ...] = ()
    """Token ids, each prompt with one id or more."""
    prompt_only: bool = False
    """Nothing is said; all that is asked for are the prompts' own log-probabilities."""

    @property
    def answers(self) -> int:
        """How many answers are asked for: so many for each prompt."""
        return len(self.prompts) * self.sampling.n

    @property
    def about_tokens(self) -> int:
        """How many tokens the prompts have."""
        return sum(map(len, self.prompts))


async def continued(tokens: TokenBackend, request: TextRequest) -> AsyncGenerator[Event, None]:
    """The answers to all prompts. Raises RequestError where one of them cannot be a prompt, before anything is said.

    Special tokens that are sampled are no text; a prompt's log-probabilities come with its PromptTokens.
    """
    for prompt in request.prompts:
        tokens.check(prompt)
    parts = [_Part(tokens, request, number) for number in range(len(request.prompts))]
    async with aclosing(_side_by_side([part.events() for part in parts])) as events:
        async for event in events:
            yield event
    replies = [reply for part in parts for reply in part.replies]
    yield Usage(
        request.about_tokens,
        sum(part.cached for part in parts),
        sum(reply.sampled for reply in replies),
        sum(reply.proposed for reply in replies),
        sum(reply.accepted for reply in replies),
        cache_write_tokens=sum(part.written for part in parts),
    )
    yield Finished("length") if request.prompt_only else replies[0].finished()


async def _side_by_side(sources: Sequence[AsyncGenerator[Event, None]]) -> AsyncGenerator[Event, None]:
    """The events of all as they come. Leaving it closes all of them."""
    if len(sources) == 1:
        async with aclosing(sources[0]) as events:
            async for event in events:
                yield event
        return
    queue: asyncio.Queue[Event | Exception | None] = asyncio.Queue(_WAITING_EVENTS)

    async def pump(source: AsyncGenerator[Event, None]) -> None:
        try:
            async with aclosing(source) as events:
                async for event in events:
                    await queue.put(event)
        except Exception as error:
            await queue.put(error)
        else:
            await queue.put(None)

    tasks = [asyncio.ensure_future(pump(source)) for source in sources]
    try:
        left = len(tasks)
        while left:
            item = await queue.get()
            if isinstance(item, Exception):
                raise item
            if item is None:
                left -= 1
            else:
                yield item
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Part:
    """One prompt and its answers."""

    def __init__(self, tokens: TokenBackend, request: TextRequest, number: int) -> None:
        self._tokens, self._prompt = tokens, request.prompts[number]
        self._sampling, self._prompt_only = request.sampling, request.prompt_only
        self._first = number * self._sampling.n
        self.replies = [
            _Reply(tokens.tokenizer, self._sampling, first=not (self._first or choice))
            for choice in range(self._sampling.n)
        ]
        self.cached = self.written = 0

    async def events(self) -> AsyncGenerator[Event, None]:
        """All but the end of the request's first answer, which comes behind everything."""
        begun = False
        async with aclosing(self._tokens.generate(self._prompt, replace(self._sampling, stop=()))) as batches:
            async for pieces in batches:
                self.cached, self.written = pieces[-1].cached_tokens, pieces[-1].written_tokens
                if not begun:
                    begun = True
                    yield self._of(0, _prompt_tokens(self._prompt, pieces[0]))
                    if self._prompt_only:
                        break
                for piece in pieces:
                    for event in self.replies[piece.choice].take(piece):
                        yield self._of(piece.choice, event)
                if all(reply.over for reply in self.replies):
                    break
        if self._prompt_only:
            for choice in range(self._sampling.n):
                if self._first + choice:
                    yield self._of(choice, Finished("length"))

    def _of(self, choice: int, event: Event) -> Event:
        answer = self._first + choice
        return OfChoice(answer, event) if answer else event


def _prompt_tokens(prompt: tuple[int, ...], first: TokenPiece) -> PromptTokens:
    logprobs = tuple(token.logprob for token in first.prompt_logprobs)
    tops = tuple(token.top for token in first.prompt_logprobs)
    return PromptTokens(prompt, first.cached_tokens, logprobs, tops)


class _Reply:
    """One answer: pieces in, events out."""

    def __init__(self, tokenizer: Tokenizer, sampling: SamplingParams, *, first: bool) -> None:
        """`first`: of the request; its end is left to the end of all."""
        self._tokenizer, self._sampling, self._first = tokenizer, sampling, first
        self._decoder = IncrementalDecoder(tokenizer)
        self._stop = StopText(sampling.stop)
        self._reason: FinishReason | None = None
        self.over = False
        """Whether no more is to come of it."""
        self.sampled = self.proposed = self.accepted = 0

    def take(self, piece: TokenPiece) -> Iterator[Event]:
        """What a piece brings, and the end where it is the last or completes a stop string; nothing after that."""
        if self.over:
            return
        self.sampled += 1
        self.proposed, self.accepted = piece.proposed, piece.accepted
        yield Tokens(
            (piece.id,),
            (piece.logprob,) if piece.logprob is not None else (),
            (piece.top_logprobs,) if piece.top_logprobs else (),
        )
        silent = piece.id >= self._tokenizer.base_size or piece.id in self._sampling.stop_token_ids
        text = self._decoder.flush() if silent else self._decoder.push(piece.id)
        text = self._stop.push(text) if self.sampled > self._sampling.min_tokens else text
        self._reason = piece.finish
        self.over = piece.finish is not None or self._stop.stopped
        if self.over and not self._stop.stopped:
            text += self._stop.push(self._decoder.flush()) + self._stop.flush()
        if text:
            yield TextDelta(text)
        if self.over and not self._first:
            yield self.finished()

    def finished(self) -> Finished:
        """The answer's last event."""
        if self._stop.stopped or self._reason is None:
            return Finished("stop", self._stop.met)
        return Finished(self._reason)
