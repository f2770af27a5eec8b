"""From the engine's worker into event loops: what steps brought, many tokens at once.

Whoever reads a stream does most of its work for every handover, not for every token, and while the model computes on
all cores, that work is taken from it. So a step that answers thirty requests of one loop wakes it once, and the tokens
of the next steps wait where passing them on would cost more than a small share of the time. A first or last token never
waits; a lone stream of a model that takes longer than a millisecond gets each token as it comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from openk2.engine.request import Outcome

SHARE = 0.05
"""Of its time that a loop may spend on tokens."""
LONGEST_WAIT_SECONDS = 0.1


class Mailbox:
    """What has come for one request, and whoever waits for it. All of it runs in its loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.begun = False
        """Whether something was sent here; the post's own note."""
        self._outcomes: list[Outcome] = []
        self._waiting: asyncio.Future[None] | None = None

    async def take(self) -> list[Outcome]:
        """All that has come since, at least one; for one reader."""
        if not self._outcomes:
            self._waiting = self.loop.create_future()
            await self._waiting
        taken, self._outcomes = self._outcomes, []
        return taken

    def receive(self, outcomes: Sequence[Outcome]) -> None:
        """Keep them for the reader."""
        self._outcomes += outcomes
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)


@dataclass
class _Bag:
    """What waits for one loop."""

    letters: dict[Mailbox, list[Outcome]] = field(default_factory=dict)
    urgent: bool = False
    sent: float = 0.0
    """When the last bag was."""
    cost: float = 0.0
    """Seconds for which it kept the loop busy."""


class Post:
    """What the worker has for mailboxes. Used by the worker alone."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._bags: dict[asyncio.AbstractEventLoop, _Bag] = {}
        self._clock = clock

    def put(self, box: Mailbox, outcome: Outcome) -> None:
        """To be delivered."""
        bag = self._bags.setdefault(box.loop, _Bag())
        bag.letters.setdefault(box, []).append(outcome)
        if not box.begun or isinstance(outcome, Exception) or outcome.finish is not None:
            box.begun = bag.urgent = True

    def deliver(self, *, everything: bool = False) -> None:
        """Hand over what is due; `everything`: there may be nothing more to hand over for a while."""
        now = self._clock()
        for loop, bag in list(self._bags.items()):
            wait = min(bag.cost / SHARE, LONGEST_WAIT_SECONDS)
            if bag.letters and (everything or bag.urgent or now - bag.sent >= wait):
                letters, bag.letters, bag.urgent, bag.sent = bag.letters, {}, False, now
                # Nobody is left to tell where a loop has ended.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._receive, bag, letters)
            if loop.is_closed():
                del self._bags[loop]

    def _receive(self, bag: _Bag, letters: dict[Mailbox, list[Outcome]]) -> None:
        """In the loop."""
        begun = self._clock()
        for box, outcomes in letters.items():
            box.receive(outcomes)

        def read() -> None:
            bag.cost = self._clock() - begun

        # Behind the readers that were just woken.
        asyncio.get_running_loop().call_soon(read)
