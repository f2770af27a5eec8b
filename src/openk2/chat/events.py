"""What a model says, piece by piece. Streaming and not streaming are the same events; `fold` is the one way to a
message.

The order within one answer: PromptTokens, then any number of deltas and Tokens, then Usage, then Finished. PromptTokens
comes when the prompt has been computed, with the first sampled token. Tool call `index` counts the calls of this answer
from 0; its arguments arrive in pieces between ToolCallStart and ToolCallEnd. Where several answers were asked for, the
events are the first answer's, and those of the others, up to their Finished, come as `OfChoice` in between.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from openk2.chat.messages import Message, ToolCall

FinishReason = Literal["stop", "length", "tool_calls", "cancelled"]


@dataclass(frozen=True)
class ReasoningDelta:
    """The next piece of the model's reasoning."""

    text: str


@dataclass(frozen=True)
class TextDelta:
    """The next piece of the answer's text."""

    text: str


@dataclass(frozen=True)
class ToolCallStart:
    """A tool call begins; its arguments follow."""

    index: int
    id: str
    name: str


@dataclass(frozen=True)
class ToolCallArguments:
    """The next piece of a call's arguments, JSON text."""

    index: int
    text: str


@dataclass(frozen=True)
class ToolCallEnd:
    """A tool call is complete."""

    index: int


@dataclass(frozen=True)
class PromptTokens:
    """The ids the model was prompted with, from backends that render the prompt themselves."""

    ids: tuple[int, ...]
    cached_tokens: int = 0
    """How many of them came out of a cache."""
    logprobs: tuple[float, ...] = ()
    """Where the request asked for them: one natural logarithm per id but the first."""
    top_logprobs: tuple[tuple[tuple[int, float], ...], ...] = ()
    """The most probable ids at each of those places with their logarithms, as many as the request asked for."""


@dataclass(frozen=True)
class Tokens:
    """The ids the model sampled since the last Tokens, as they were sampled, markers and end of turn included."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...] = ()
    """One natural logarithm per id when the request asked for them, else empty."""
    top_logprobs: tuple[tuple[tuple[int, float], ...], ...] = ()
    """The most probable ids at each place with their logarithms, as many as the request asked for."""


@dataclass(frozen=True)
class Usage:
    """What the request cost, in tokens."""

    prompt_tokens: int
    cached_tokens: int
    """How many of the prompt tokens came out of a cache."""
    completion_tokens: int
    """Of all answers together."""
    proposed_tokens: int = 0
    """Tokens that speculation guessed."""
    accepted_tokens: int = 0
    """How many of them were right."""
    reasoning_tokens: int = 0
    """How many of the completion's tokens are reasoning, its markers included; 0 where the backend does not tell."""
    cache_write_tokens: int = 0
    """How many of the prompt tokens that were not cached are now; 0 where the backend does not tell."""


@dataclass(frozen=True)
class Finished:
    """The answer is over."""

    reason: FinishReason
    stop_text: str | None = None
    """The stop string that ended it, where one did and the backend tells; it is not part of the text."""


@dataclass(frozen=True)
class OfChoice:
    """An event of another answer than the first (`SamplingParams.n`)."""

    choice: int
    """From 1 on."""
    event: "Event"


Event = (
    ReasoningDelta
    | TextDelta
    | ToolCallStart
    | ToolCallArguments
    | ToolCallEnd
    | PromptTokens
    | Tokens
    | Usage
    | Finished
    | OfChoice
)


class Fold:
    """Collects the events of one answer, one `add` at a time, in time linear in the text; those of other answers pass
    by."""

    def __init__(self) -> None:
        self._order: list[tuple[type[TextDelta] | type[ReasoningDelta], list[str]] | int] = []
        """Text and reasoning in pieces, and the calls by their index, as they began."""
        self._calls: dict[int, tuple[str, str, list[str]]] = {}
        self.open_calls: set[int] = set()
        """Calls that have begun and not ended; what is here when the answer is over was cut off."""
        self.prompt = PromptTokens(())
        """What the backend told of the prompt."""
        self.token_ids: list[int] = []
        """Every sampled id, in order; empty when the backend does not report ids."""
        self.logprobs: list[float] = []
        self.top_logprobs: list[tuple[tuple[int, float], ...]] = []
        self.usage: Usage | None = None
        self.reason: FinishReason | None = None
        """Why the answer ended; None while it has not."""
        self.stop_text: str | None = None
        """The stop string that ended it."""

    def add(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case Tokens(ids, logprobs, top_logprobs):
                self.token_ids += ids
                self.logprobs += logprobs
                self.top_logprobs += top_logprobs
            case TextDelta(text) | ReasoningDelta(text):
                last = self._order[-1] if self._order else None
                if isinstance(last, tuple) and last[0] is type(event):
                    last[1].append(text)
                elif text:
                    self._order.append((type(event), [text]))
            case ToolCallStart(index, id, name):
                self._order.append(index)
                self._calls[index] = (id, name, [])
                self.open_calls.add(index)
            case ToolCallArguments(index, text):
                if index in self._calls:
                    self._calls[index][2].append(text)
            case PromptTokens():
                self.prompt = event
            case Usage():
                self.usage = event
            case Finished(reason, stop_text):
                self.reason, self.stop_text = reason, stop_text
            case ToolCallEnd(index):
                self.open_calls.discard(index)
            case OfChoice():
                pass

    @property
    def prompt_ids(self) -> tuple[int, ...]:
        """The prompt's ids; empty when the backend does not report them."""
        return self.prompt.ids

    @property
    def message(self) -> Message:
        """The assistant message so far; reasoning is None when none was given."""
        calls = (self._calls[index] for index in sorted(self._calls))
        return Message(
            role="assistant",
            content=self._all_of(TextDelta),
            reasoning=self._all_of(ReasoningDelta) or None,
            tool_calls=tuple(ToolCall(id, name, "".join(pieces)) for id, name, pieces in calls),
        )

    def said(self) -> Iterator[Event]:
        """The answer's text, reasoning and calls so far, each in one piece, in the order in which they began; a call
        that was cut off is not ended."""
        for part in self._order:
            if isinstance(part, tuple):
                kind, pieces = part
                yield kind("".join(pieces))
                continue
            id, name, pieces = self._calls[part]
            yield ToolCallStart(part, id, name)
            if arguments := "".join(pieces):
                yield ToolCallArguments(part, arguments)
            if part not in self.open_calls:
                yield ToolCallEnd(part)

    def _all_of(self, kind: type[TextDelta] | type[ReasoningDelta]) -> str:
        return "".join(
            piece for part in self._order if isinstance(part, tuple) and part[0] is kind for piece in part[1]
        )


def fold(events: Iterable[Event]) -> Message:
    """The message that the events of one answer add up to."""
    folded = Fold()
    for event in events:
        folded.add(event)
    return folded.message
