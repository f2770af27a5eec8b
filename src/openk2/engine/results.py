"""What comes out of an engine: pieces one by one, completions whole, and counters."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openk2.chat.events import FinishReason
from openk2.chat.pieces import Alternatives, TokenLogprob, TokenPiece


@dataclass(frozen=True, kw_only=True)
class Piece(TokenPiece):
    """The next sampled token of a request, also as text."""

    text: str
    """Text that became certain: none while a character or a possible stop string is unfinished, never a special
    token."""


@dataclass(frozen=True)
class Choice:
    """One answer to a prompt."""

    ids: tuple[int, ...]
    """Sampled ids, the one that ended the turn included."""
    text: str
    """Their text without special tokens, up to the stop string."""
    logprobs: tuple[float, ...]
    """One per id where the request asked for them, else empty."""
    top_logprobs: tuple[Alternatives, ...]
    """One per id where the request asked for log-probabilities, else empty."""
    finish: FinishReason
    proposed: int
    """Tokens that speculation guessed."""
    accepted: int
    """How many of them were right."""


@dataclass(frozen=True)
class Completion:
    """All that came of one request."""

    prompt_ids: tuple[int, ...]
    choices: tuple[Choice, ...]
    """As many answers as `n` says."""
    cached_tokens: int
    """How many tokens of the prompt came out of the cache."""
    prompt_logprobs: tuple[TokenLogprob, ...] = ()
    """One per prompt token but the first where asked for, else empty."""

    @property
    def ids(self) -> tuple[int, ...]:
        """Of the first answer, like the following."""
        return self.choices[0].ids

    @property
    def text(self) -> str:
        """See `Choice.text`."""
        return self.choices[0].text

    @property
    def logprobs(self) -> tuple[float, ...]:
        """See `Choice.logprobs`."""
        return self.choices[0].logprobs

    @property
    def finish(self) -> FinishReason:
        """See `Choice.finish`."""
        return self.choices[0].finish


@dataclass
class Counters:
    """What an engine did since it was made."""

    steps: int = 0
    computed_tokens: int = 0
    """Tokens that went through the model, wrong guesses and recomputed ones included."""
    requests: int = 0
    """Requests whose prompt was computed."""
    prompt_tokens: int = 0
    """Tokens of those prompts."""
    prefix_hits: int = 0
    """Requests that found the beginning of their prompt in the cache."""
    prefix_tokens: int = 0
    """Prompt tokens that came out of the cache."""
    preemptions: int = 0
    """How often an answer lost its pages to another and was computed again."""
    proposed_tokens: int = 0
    """Tokens that speculation guessed and a step computed."""
    accepted_tokens: int = 0
    """How many of them were right."""


BOUNDS_SECONDS = (
    *(0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 120.0, 240.0, 480.0, 960.0),
    *(1920.0, 7680.0),
)
"""Upper bounds of a `Distribution`, those of vLLM's histograms of requests; one more class has no bound."""


@dataclass
class Distribution:
    """Durations, counted by classes."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_SECONDS) + 1))
    """How many fell into each class, see `BOUNDS_SECONDS`."""
    seconds: float = 0.0
    """Their sum."""

    @property
    def bounds(self) -> tuple[float, ...]:
        """Of the classes but the last."""
        return BOUNDS_SECONDS

    def add(self, seconds: float) -> None:
        """Count one more."""
        self.counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        self.seconds += seconds

    def copy(self) -> Distribution:
        """As it is now."""
        return Distribution(list(self.counts), self.seconds)


@dataclass(frozen=True)
class Load:
    """How busy an engine is, and what it did so far."""

    running: int
    """Answers that are being computed."""
    waiting: int
    pages: int
    """Pages of the latent cache in all."""
    pages_available: int
    """Pages that a sequence could be given."""
    counters: Counters
    queued: Distribution = field(default_factory=Distribution)
    """From when requests came until a step took them up."""
    prefill: Distribution = field(default_factory=Distribution)
    """From then until their prompts were computed."""
    others: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Counters of what the engine works with (`Engine.count_with`), by name."""


def fold(prompt_ids: Sequence[int], pieces: Sequence[Piece]) -> Completion:
    """The completion that all the pieces of a request add up to."""
    answers: dict[int, list[Piece]] = {}
    for piece in pieces:
        answers.setdefault(piece.choice, []).append(piece)
    first = answers[0][0]
    choices = tuple(_choice(answers[number]) for number in sorted(answers))
    return Completion(tuple(prompt_ids), choices, first.cached_tokens, first.prompt_logprobs)


def _choice(pieces: Sequence[Piece]) -> Choice:
    last = pieces[-1]
    assert last.finish is not None
    reported = [piece for piece in pieces if piece.logprob is not None]
    return Choice(
        tuple(piece.id for piece in pieces),
        "".join(piece.text for piece in pieces),
        tuple(piece.logprob for piece in reported if piece.logprob is not None),
        tuple(piece.top_logprobs for piece in reported),
        last.finish,
        last.proposed,
        last.accepted,
    )
