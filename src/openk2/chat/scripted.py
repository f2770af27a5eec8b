"""A chat backend that plays a script: agents and servers are tested without a model.

The replies go through the template and the parser like a model's, so they arrive as sampled ids and the events of those
ids, in small pieces, with the call ids of their place in the dialogue.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from openk2.chat.call_ids import canonical, count_calls
from openk2.chat.events import Event, Finished, FinishReason, PromptTokens, Tokens, Usage
from openk2.chat.messages import ChatRequest, Message
from openk2.chat.parser import OutputParser
from openk2.chat.template import render, render_answer
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import ContextLengthError, RequestError


class ScriptedBackend:
    """Answers with given messages in turn, or with what a function makes of each request."""

    def __init__(
        self,
        replies: Iterable[Message] | Callable[[ChatRequest], Message],
        *,
        name: str = "scripted",
        context_length: int | None = None,
        style: str = "instruct",
        tokenizer: Tokenizer | None = None,
        piece: int = 8,
    ) -> None:
        """`replies`: assistant messages; their call ids do not matter. `tokenizer`: one id per byte where none is
        given. `piece`: ids per streamed piece."""
        self.name = name
        self.context_length = context_length
        self.requests: list[ChatRequest] = []
        """Every request so far."""
        self._answer = replies if callable(replies) else partial(self._next, iter(replies))
        self._style = style
        self._tokenizer = tokenizer or Tokenizer.bytes_only()
        self._piece = piece

    def _next(self, replies: Iterator[Message], request: ChatRequest) -> Message:
        reply = next(replies, None)
        if reply is None:
            raise RequestError(f"the script of {self.name} is over: no reply for request {len(self.requests)}")
        return reply

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        """The next reply in pieces, cut off at `max_tokens`; other sampling settings change nothing. Raises ChatError
        when the messages cannot be rendered, RequestError when there is no reply left or the prompt is too long."""
        self.requests.append(request)
        prompt = render(request.messages, request.tools, tokenizer=self._tokenizer, style=self._style)
        if self.context_length is not None and len(prompt) >= self.context_length:
            raise ContextLengthError(f"the prompt has {len(prompt)} tokens; accepted: fewer than {self.context_length}")
        ids = self._sampled(request)
        limits = [request.sampling.max_tokens, self.context_length and self.context_length - len(prompt)]
        kept = ids[: min(limit for limit in (len(ids), *limits) if limit is not None)]
        yield PromptTokens(tuple(prompt))
        parser = OutputParser(self._tokenizer, count_calls(request.messages), request.tools)
        for start in range(0, len(kept), self._piece):
            piece = tuple(kept[start : start + self._piece])
            yield Tokens(piece, (0.0,) * len(piece) if request.sampling.logprobs else ())
            for event in parser.push(piece):
                yield event
            await asyncio.sleep(0)
        for event in parser.finish():
            yield event
        reason: FinishReason = "tool_calls" if parser.call_count else "stop"
        yield Usage(prompt_tokens=len(prompt), cached_tokens=0, completion_tokens=len(kept))
        yield Finished(reason if len(kept) == len(ids) else "length")

    def _sampled(self, request: ChatRequest) -> list[int]:
        """The ids of the reply, its calls named by their place in the dialogue."""
        reply = self._answer(request)
        reply = canonical([*request.messages, replace(reply, role="assistant")])[-1]
        style = "instruct" if reply.reasoning is None else "thinking"
        return render_answer(reply, tokenizer=self._tokenizer, style=style)
