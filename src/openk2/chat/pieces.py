"""What a model says before anybody has read it: sampled token ids, one by one, with what each of them brought."""

from collections.abc import Sequence
from dataclasses import dataclass

from openk2.chat.events import FinishReason

Alternatives = tuple[tuple[int, float], ...]
"""Ids and the natural logarithms of their probabilities, the most probable first."""


@dataclass(frozen=True)
class TokenLogprob:
    """A token with the natural logarithm of its probability."""

    id: int
    logprob: float
    top: Alternatives = ()
    """The most probable ids there and their logarithms, as many as were asked for."""


@dataclass(frozen=True)
class TokenPiece:
    """The next sampled token of a request and what it brought."""

    choice: int
    """Which of the request's `n` answers it belongs to."""
    id: int
    logprob: float | None = None
    """Natural logarithm of its probability; None unless the request asked."""
    top_logprobs: Alternatives = ()
    finish: FinishReason | None = None
    """Why this answer ended, on its last piece."""
    cached_tokens: int = 0
    """How many tokens of the prompt came out of the cache."""
    proposed: int = 0
    """Tokens that speculation guessed for this answer so far."""
    accepted: int = 0
    """How many of them were right."""
    prompt_logprobs: tuple[TokenLogprob, ...] = ()
    """On the first piece of the first answer where asked for: one per prompt token but the first."""
    written_tokens: int = 0
    """How many more of the prompt's tokens are in the cache by now, for requests to come."""


Pieces = Sequence[TokenPiece]
"""Those that are there together, at least one: whoever is slower than a model takes several at a time."""
