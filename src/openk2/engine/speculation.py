"""Speculation: guess the next tokens, compute them all in one step, keep those that turn out right.

A step gives logits behind each guessed token as it would have without the guess. The engine then draws position by
position with the request's own random numbers, one per token that comes out, and goes on while the token drawn is the
one guessed. So the output is, token for token, what it is without speculation, greedy or seeded; what is won or lost
is time alone. (Speculative sampling, arXiv 2302.01318, keeps the distribution only.)

`SuffixProposer` guesses that what followed the same words before follows them again, which agents that quote files and
repeat calls bear out (SuffixDecoding, arXiv 2411.04975). `draft_model.py` asks a smaller model. How much to guess is a
matter of costs (`StepCost`) and of luck so far (`Pace`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

SHORTEST_MATCH = 2
"""Tokens that must have come before in the same order; after a single one nearly anything may follow."""
READ_AT_ONCE = 4096
"""Tokens a proposer takes in per call, so that a long prompt does not hold up the other requests."""
WINDOW = 65_536
"""Tokens of a prompt that are looked at, its last ones."""

LONGEST_DRAFT = 16
"""Tokens guessed at most."""
MEMORY = 0.8
"""Weight that the past keeps with each guess judged; about the last five count."""
HOPE = (3.5, 5.0)
"""Right guesses of how many a request begins with."""
REST = 32
"""Tokens without a guess after which one is tried again, where guesses did not pay."""

FEW_ROWS = 64
"""Steps of more tokens say nothing about what one token more costs in a small step."""
STEP_MEMORY = 0.98
"""Weight that earlier steps keep with each new one; about the last fifty count."""
ROW_COST = 1 / 3
"""What a token more costs, as a part of what a step costs without any, before anything was measured: a mixture of
experts reads other experts for it."""
ROW_COST_BOUNDS = (0.02, 2.0)


class Proposer(Protocol):
    """Guesses how a sequence goes on."""

    def propose(self, ids: Sequence[int], most: int) -> list[int]:
        """At most `most` tokens that may follow `ids`; none where there is nothing to say."""


class SuffixProposer:
    """Continues the longest end of a sequence that came before in it, as it went on then. For one growing sequence.

    The index is the suffix automaton (Blumer et al. 1985), built token by token: the suffix link of the state of the
    whole sequence is that longest end. Each state remembers one place where its words ended, the latest at which they
    were the longest match.
    """

    def __init__(self) -> None:
        self._next: list[dict[int, int]] = [{}]
        self._link = [-1]
        self._length = [0]
        self._end = [-1]
        self._last = 0
        self._begin: int | None = None
        self._read = 0
        self._match = (0, 0)
        """Length of the longest end that came before, and the position behind its earlier place."""

    def propose(self, ids: Sequence[int], most: int) -> list[int]:
        """As many tokens as the match is long, at most `most`; where they run over the end, they repeat."""
        if self._begin is None:
            self._begin = self._read = max(0, len(ids) - WINDOW)
        for position in range(self._read, min(len(ids), self._read + READ_AT_ONCE)):
            self._match = self._extend(ids[position], position)
        self._read = min(len(ids), self._read + READ_AT_ONCE)
        length, start = self._match
        if self._read < len(ids) or length < SHORTEST_MATCH:
            return []
        draft: list[int] = []
        for position in range(start, start + min(most, length)):
            draft.append(ids[position] if position < len(ids) else draft[position - len(ids)])
        return draft

    def _extend(self, token: int, position: int) -> tuple[int, int]:
        """Take in one more token; returns the new `_match`."""
        state = self._state({}, self._length[self._last] + 1, position)
        before = self._last
        while before >= 0 and token not in self._next[before]:
            self._next[before][token] = state
            before = self._link[before]
        self._link[state] = self._target(before, token) if before >= 0 else 0
        self._last = state
        link = self._link[state]
        match = (self._length[link], self._end[link] + 1)
        self._end[link] = position
        return match

    def _target(self, before: int, token: int) -> int:
        """The state for the words of `before` and `token`, split off where they share one with longer words."""
        shared = self._next[before][token]
        length = self._length[before] + 1
        if self._length[shared] == length:
            return shared
        split = self._state(dict(self._next[shared]), length, self._end[shared])
        self._link[split], self._link[shared] = self._link[shared], split
        while before >= 0 and self._next[before].get(token) == shared:
            self._next[before][token] = split
            before = self._link[before]
        return split

    def _state(self, following: dict[int, int], length: int, end: int) -> int:
        self._next.append(following)
        self._link.append(0)
        self._length.append(length)
        self._end.append(end)
        return len(self._next) - 1


class StepCost:
    """What a token more in a step costs, learned from the times of steps: a line through (tokens, seconds)."""

    def __init__(self) -> None:
        self._sums = [0.0] * 5

    def add(self, tokens: int, seconds: float) -> None:
        """A step of `tokens` tokens took `seconds`."""
        if tokens <= FEW_ROWS:
            values = (1.0, tokens, tokens * tokens, seconds, tokens * seconds)
            self._sums = [STEP_MEMORY * old + new for old, new in zip(self._sums, values, strict=True)]

    def hurdle(self, running: int) -> float:
        """How probable a guess must be to pay when `running` sequences get a token each: the cost of a token guessed
        as a part of what a token of the step costs anyway."""
        cost = self._row_cost() * max(running, 1)
        return cost / (1 + cost)

    def _row_cost(self) -> float:
        count, tokens, squares, seconds, products = self._sums
        spread = squares * count - tokens * tokens
        if spread <= 0.05 * count * count:
            return ROW_COST
        slope = (products * count - tokens * seconds) / spread
        base = (seconds - slope * tokens) / count
        lowest, highest = ROW_COST_BOUNDS
        return highest if base <= 0 else min(max(slope / base, lowest), highest)


class Pace:
    """How many tokens to guess for one request: as many as are probable enough, given how often guesses were right."""

    def __init__(self) -> None:
        self._right, self._judged = HOPE
        self._rested = 0

    def most(self, hurdle: float) -> int:
        """Tokens worth guessing now, where a guess must be right with probability `hurdle`; now and then one that is
        not, to see whether times have changed."""
        rate = self._right / self._judged
        length, probability = 0, rate
        while probability > hurdle and length < LONGEST_DRAFT:
            length, probability = length + 1, probability * rate
        if length:
            return length
        self._rested += 1
        if self._rested <= REST or hurdle >= 0.5:
            return 0
        self._rested = 0
        return 1

    def judge(self, right: bool) -> None:
        """A guessed token was compared with the one that came; those behind a wrong one are not."""
        self._right = MEMORY * self._right + right
        self._judged = MEMORY * self._judged + 1
