"""Decides what each step computes. There is no prefill phase and no decode phase: every sequence has tokens, some of
them computed, and a step brings the computed ones closer to all of them.

First come, first served: running sequences that wait for their next token come first, then prompts by arrival, in
chunks that fill the step's token budget; new sequences join behind them while there are pages for all they have. When a
running sequence cannot get a page, the youngest gives up its own and later starts again from its tokens (recompute).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from openk2.engine.cache import PagePool, PageTable


@dataclass(eq=False)
class Sequence:
    """One request as the scheduler sees it."""

    ids: list[int]
    """The prompt, then every sampled token."""
    table: PageTable = field(default_factory=PageTable)
    computed: int = 0
    """How many of `ids` have their latents in the cache."""
    cached_tokens: int | None = None
    """Prompt tokens that came out of the cache when it was first admitted; None before that."""
    preemptions: int = 0
    """How often its pages were taken away."""


@dataclass(frozen=True)
class Work:
    """The next tokens of one sequence."""

    sequence: Sequence
    tokens: int

    @property
    def completes(self) -> bool:
        """Whether the step computes the last token the sequence has, so that the next one can be sampled."""
        return self.sequence.computed + self.tokens == len(self.sequence.ids)


class Scheduler:
    """Waiting and running sequences over one page pool. A sequence must fit the pool on its own: the engine sees to
    that."""

    def __init__(self, pool: PagePool, *, max_batch: int, step_tokens: int) -> None:
        """`max_batch`: most running sequences; `step_tokens`: most tokens per step, at least `max_batch`."""
        self.pool = pool
        self.max_batch, self.step_tokens = max_batch, step_tokens
        self.waiting: deque[Sequence] = deque()
        self.running: list[Sequence] = []
        """By arrival, oldest first."""

    def add(self, sequence: Sequence) -> None:
        """Queue a new sequence behind all others."""
        self.waiting.append(sequence)

    def remove(self, sequence: Sequence) -> None:
        """A sequence is finished, cancelled or failed: let go of its pages."""
        if sequence in self.running:
            self.running.remove(sequence)
        else:
            self.waiting.remove(sequence)
        self.pool.release(sequence.table)

    def plan(self) -> list[Work]:
        """The next step: admits, takes pages, preempts. Empty only when there is nothing to do."""
        step: dict[Sequence, Work] = {}

        def next_work(sequence: Sequence) -> Work:
            budget = self.step_tokens - sum(work.tokens for work in step.values())
            return Work(sequence, min(len(sequence.ids) - sequence.computed, budget))

        for sequence in sorted(self.running, key=lambda one: len(one.ids) - one.computed > 1):
            work = next_work(sequence)
            preempted = sequence not in self.running
            if not preempted and work.tokens and self._grow(sequence, sequence.computed + work.tokens, step):
                step[sequence] = work
        while self._admit(self.step_tokens - sum(work.tokens for work in step.values())):
            step[self.running[-1]] = next_work(self.running[-1])
        return list(step.values())

    def advance(self, step: Iterable[Work]) -> None:
        """The step was computed."""
        for work in step:
            sequence = work.sequence
            sequence.computed += work.tokens
            self.pool.publish(sequence.table, sequence.ids, sequence.computed)

    def _admit(self, budget: int) -> bool:
        """Let the first waiting sequence run, if the step has tokens left and the pool has pages for all of its own."""
        if not budget or not self.waiting or len(self.running) == self.max_batch:
            return False
        sequence = self.waiting[0]
        table = self.pool.match(sequence.ids)
        if not self.pool.extend(table, len(sequence.ids)):
            self.pool.release(table)
            return False
        self.waiting.popleft()
        self.running.append(sequence)
        sequence.table, sequence.computed = table, table.published * self.pool.page_tokens
        if sequence.cached_tokens is None:
            sequence.cached_tokens = sequence.computed
        return True

    def _grow(self, sequence: Sequence, tokens: int, step: dict[Sequence, Work]) -> bool:
        """Room for `tokens` tokens, at the cost of the youngest if need be; False when the sequence itself had to
        go."""
        while not self.pool.extend(sequence.table, tokens):
            youngest = self.running.pop()
            step.pop(youngest, None)
            self.pool.release(youngest.table)
            youngest.computed = 0
            youngest.preemptions += 1
            self.waiting.appendleft(youngest)
            if youngest is sequence:
                return False
        return True
