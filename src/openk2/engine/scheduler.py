"""Decides what each step computes. There is no prefill phase and no decode phase: every sequence has tokens, some of
them computed, and a step brings the computed ones closer to all of them.

All sequences stand in one line, by arrival; a level of priority is worth PATIENCE steps of waiting, so nobody waits
forever. A step serves running sequences that wait for their next token first, then prompts in the line's order, in
chunks that fill the step's token budget; new sequences join behind them while there are pages for all they have. One
that begins like a sequence whose beginning is just being computed waits for that and takes it from the cache. What is
left of the budget goes to drafts (speculation). When a running sequence cannot get a page, the last of the line gives
up its own and later starts again from its tokens (recompute).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from openk2.engine.cache import PagePool, PageTable
from openk2.errors import EngineError

PATIENCE = 1024
"""Steps of waiting that weigh as much as one level of priority."""


@dataclass(eq=False)
class Sequence:
    """One request as the scheduler sees it."""

    ids: list[int]
    """The prompt, then every sampled token."""
    priority: int = 0
    """Higher is served earlier."""
    whole: bool = False
    """Whether every token must be computed and none come out of the cache (log-probabilities of the prompt)."""
    draft: list[int] = field(default_factory=list)
    """Proposed continuation of `ids`, of which nobody knows yet whether it is right. Whoever proposes sets it between
    `advance` and `plan`; the step that computes the last known token takes of it what the budget allows, and `advance`
    empties it."""
    table: PageTable = field(default_factory=PageTable)
    computed: int = 0
    """How many of `ids` have their latents in the cache."""
    cached_tokens: int | None = None
    """Prompt tokens that came out of the cache when it was first admitted; None before that."""
    preemptions: int = 0
    """How often its pages were taken away."""
    turn: tuple[int, int] = (0, 0)
    """Place in the line; the scheduler sets it."""
    leader: tuple[Sequence, int] | None = None
    """A sequence earlier in line that has yet to compute the same beginning, and how many tokens that is; the scheduler
    sets it."""

    @property
    def missing(self) -> int:
        """Tokens known and not computed."""
        return len(self.ids) - self.computed


@dataclass(frozen=True)
class Work:
    """The next tokens of one sequence."""

    sequence: Sequence
    tokens: int
    """Known tokens to compute."""
    draft: tuple[int, ...] = ()
    """Proposed tokens to compute after them; only where the step `completes`."""

    @property
    def completes(self) -> bool:
        """Whether the step computes the last token the sequence has, so that the next one can be sampled.

        Like `ids` this is about the time between `plan` and `advance`.
        """
        return self.tokens == self.sequence.missing

    @property
    def ids(self) -> list[int]:
        """What the step computes, the first at position `sequence.computed`."""
        begin = self.sequence.computed
        return [*self.sequence.ids[begin : begin + self.tokens], *self.draft]

    @property
    def wanted(self) -> int:
        """How many of the last `ids` need their logits: of the last known token and of each proposed one."""
        return 1 + len(self.draft) if self.completes else 0


class Scheduler:
    """Waiting and running sequences over one page pool. A sequence must fit the pool on its own: the engine sees to
    that."""

    def __init__(self, pool: PagePool, *, max_batch: int, step_tokens: int, prompt_tokens: int | None = None) -> None:
        """`max_batch`: most running sequences; `step_tokens`: most tokens per step, at least `max_batch`, so that every
        running sequence moves; `prompt_tokens`: the same of a step that makes nobody's next token wait (None: as many).
        """
        self.pool = pool
        self.max_batch, self.step_tokens, self.prompt_tokens = max_batch, step_tokens, prompt_tokens
        self.waiting: list[Sequence] = []
        """In the line's order."""
        self.running: list[Sequence] = []
        """In the line's order."""
        self._steps = 0
        self._most = step_tokens
        """Tokens of the step that is planned."""
        self._arrivals = 0

    def add(self, sequence: Sequence) -> None:
        """Queue a new sequence behind all of its priority."""
        self._arrivals += 1
        sequence.turn = (self._steps - sequence.priority * PATIENCE, self._arrivals)
        self._find_leader(sequence, [*self.running, *self.waiting], 0)
        insort(self.waiting, sequence, key=_turn)

    def fork(self, sequence: Sequence) -> Sequence:
        """A second sequence with the same tokens, right behind the first in line (for `n` answers to one prompt).

        Call it between `advance` and the first sampled token of the original: full pages are shared and the begun one
        is copied. Where there is no page or no place for it now, the fork waits and starts from the cached prefix.
        """
        twin = Sequence(list(sequence.ids), sequence.priority, cached_tokens=sequence.cached_tokens)
        self._arrivals += 1
        twin.turn = (sequence.turn[0], self._arrivals)
        table = None
        if sequence in self.running and len(self.running) < self.max_batch:
            table = self.pool.fork(sequence.table, sequence.computed)
        if table is None:
            insort(self.waiting, twin, key=_turn)
        else:
            twin.table, twin.computed = table, sequence.computed
            insort(self.running, twin, key=_turn)
        return twin

    def remove(self, sequence: Sequence) -> None:
        """A sequence is finished, cancelled or failed: let go of its pages."""
        (self.running if sequence in self.running else self.waiting).remove(sequence)
        self.pool.release(sequence.table)

    def plan(self) -> list[Work]:
        """The next step: admits, takes pages, preempts. Empty only when there is nothing to do."""
        self._steps += 1
        waits = any(sequence.missing == 1 for sequence in self.running)
        self._most = self.step_tokens if waits or self.prompt_tokens is None else self.prompt_tokens
        step: dict[Sequence, Work] = {}
        for sequence in sorted(self.running, key=lambda one: one.missing > 1):
            work = self._next(sequence, step)
            preempted = sequence not in self.running
            if not preempted and work.tokens and self._grow(sequence, sequence.computed + work.tokens, step):
                step[sequence] = work
        while self._budget(step) and (admitted := self._admit()) is not None:
            step[admitted] = self._next(admitted, step)
        for work in list(step.values()):
            self._add_draft(work, step)
        return list(step.values())

    def advance(self, step: Iterable[Work]) -> None:
        """The step was computed; what was proposed is in the pages but does not count until it is accepted."""
        for work in step:
            sequence = work.sequence
            if work.completes:
                sequence.draft = []
            self._count(sequence, work.tokens)

    def accept(self, work: Work, kept: int) -> None:
        """The first `kept` proposed tokens of `work` were right and are now known; the others never were.

        Call it after `advance` for each work with a draft, before another token is appended; pages that only the wrong
        ones needed are given back.
        """
        sequence = work.sequence
        sequence.ids.extend(work.draft[:kept])
        self._count(sequence, kept)
        self.pool.shrink(sequence.table, sequence.computed)

    def check_integrity(self) -> None:
        """Raise EngineError unless every page is accounted for and both lines are in order."""
        for line, name in ((self.running, "running"), (self.waiting, "waiting")):
            if any(not a.turn < b.turn for a, b in zip(line, islice(line, 1, None), strict=False)):
                raise EngineError(f"the {name} sequences are not in the order of their turns")
        for sequence in self.waiting:
            if sequence.table.pages or sequence.computed:
                raise EngineError(f"a waiting sequence holds {len(sequence.table.pages)} pages; accepted: none")
        for sequence in self.running:
            room = len(sequence.table.pages) * self.pool.page_tokens
            if not sequence.computed <= min(len(sequence.ids), room):
                raise EngineError(
                    f"a sequence of {len(sequence.ids)} tokens with room for {room} has {sequence.computed} computed"
                )
        self.pool.check_integrity((sequence.table, sequence.ids) for sequence in self.running)

    def _count(self, sequence: Sequence, tokens: int) -> None:
        sequence.computed += tokens
        self.pool.publish(sequence.table, sequence.ids, sequence.computed)

    def _budget(self, step: dict[Sequence, Work]) -> int:
        return self._most - sum(work.tokens + len(work.draft) for work in step.values())

    def _next(self, sequence: Sequence, step: dict[Sequence, Work]) -> Work:
        """As many of the sequence's tokens as the budget allows, up to where a snapshot of its state is wanted."""
        tokens = min(sequence.missing, self._budget(step))
        border = self.pool.border(sequence.table, sequence.computed)
        return Work(sequence, tokens if border is None else min(tokens, border - sequence.computed))

    def _add_draft(self, work: Work, step: dict[Sequence, Work]) -> None:
        """As much of the sequence's draft as budget and free pages allow; nobody gives way to it, and a state, which
        cannot go back, gets none."""
        sequence, pool = work.sequence, self.pool
        if not work.completes or sequence.table.state is not None:
            return
        room = (len(sequence.table.pages) + pool.available) * pool.page_tokens - len(sequence.ids)
        draft = tuple(sequence.draft[: min(self._budget(step), room)])
        if draft and pool.extend(sequence.table, len(sequence.ids) + len(draft)):
            step[sequence] = Work(sequence, work.tokens, draft)

    def _admit(self) -> Sequence | None:
        """Let the first waiting sequence run that need not wait for another's beginning, if the pool has pages for all
        of its own."""
        if len(self.running) == self.max_batch:
            return None
        for sequence in islice(self.waiting, self.max_batch):
            if self._follows(sequence):
                continue
            table = self.pool.match(sequence.ids, reuse=not sequence.whole)
            computed = table.published * self.pool.page_tokens
            if self._find_leader(sequence, self.running, computed):
                self.pool.release(table)
                continue
            if not self.pool.extend(table, len(sequence.ids)):
                self.pool.release(table)
                return None
            self.waiting.remove(sequence)
            insort(self.running, sequence, key=_turn)
            sequence.table, sequence.computed = table, computed
            if sequence.cached_tokens is None:
                sequence.cached_tokens = computed
            table.borders |= {one.leader[1] for one in self.waiting if one.leader and one.leader[0] is sequence}
            return sequence
        return None

    def _follows(self, sequence: Sequence) -> bool:
        """Whether the sequence's leader is still on its way."""
        if sequence.leader is None:
            return False
        leader, tokens = sequence.leader
        return leader.computed < tokens and (leader in self.running or leader in self.waiting)

    def _find_leader(self, sequence: Sequence, others: list[Sequence], computed: int) -> bool:
        """Look among `others` for one, earlier in line, that has yet to compute more of this one's beginning than is
        `computed`; it will leave a snapshot where they part."""
        sequence.leader = None
        size = self.pool.page_tokens
        most = 0 if sequence.whole else (len(sequence.ids) - 1) // size
        for other in others:
            if other.turn < sequence.turn and other.missing:
                tokens = _common(sequence.ids, other.ids, most, size) * size
                if tokens > max(computed, other.computed):
                    sequence.leader, computed = (other, tokens), tokens
        if sequence.leader is None:
            return False
        leader, tokens = sequence.leader
        leader.table.borders.add(tokens)
        return True

    def _grow(self, sequence: Sequence, tokens: int, step: dict[Sequence, Work]) -> bool:
        """Room for `tokens` tokens, at the cost of the last in line if need be; False when the sequence itself had to
        go."""
        while not self.pool.extend(sequence.table, tokens):
            last = self.running.pop()
            step.pop(last, None)
            self.pool.release(last.table)
            last.computed = 0
            last.preemptions += 1
            insort(self.waiting, last, key=_turn)
            if last is sequence:
                return False
        return True


def _common(a: list[int], b: list[int], pages: int, size: int) -> int:
    """How many of the first `pages` pages of two lists are the same; found by halving."""
    low, high = 0, min(pages, len(b) // size)
    while low < high:
        middle = (low + high + 1) // 2
        if a[low * size : middle * size] == b[low * size : middle * size]:
            low = middle
        else:
            high = middle - 1
    return low


def _turn(sequence: Sequence) -> tuple[int, int]:
    return sequence.turn
