"""Which routed experts a cache of limited memory keeps: a rule without files or clocks, so that what it does for a
recorded sequence of requests can be worked out again, hit by hit.

An expert is worth Σ 2^((t − now) / 32), summed over the steps t in which it was asked for: how often, and how long ago.
The cache gives up the experts of least worth, whatever layer they are of. So layers have no fixed budgets: one that
uses few experts again and again keeps those, one that uses all evenly gets what the others leave.

Experts can also be asked for ahead, before it is certain that they are needed. They are read while such forecasts prove
right: every forecast of an expert that was not there is judged by the next request of its layer, whether the expert was
read or not.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

HALF_LIFE = 32
"""Steps after which a request counts half."""
USEFUL = 0.6
"""Share of right forecasts from which on they are read. A wrong one costs as much reading as a right one hides."""
REMEMBERED = 256
"""Forecasts that the share is taken over, about: older ones fade."""
ENOUGH = 16
"""Forecasts that must have been judged before any is read."""

_Key = tuple[int, int]


@dataclass(frozen=True)
class ExpertRequest:
    """Experts of one layer that are asked for."""

    layer: int
    experts: tuple[int, ...]
    """Ascending, each once."""
    ahead: bool = False
    """Whether it is a forecast."""


@dataclass(frozen=True)
class ExpertCounters:
    """What a cache has done so far."""

    hits: int = 0
    """Experts asked for that were there, or on their way because of a forecast."""
    misses: int = 0
    """Experts asked for that had to be read."""
    bytes_read: int = 0
    evictions: int = 0
    read_ahead: int = 0
    """Experts read because of a forecast."""
    read_ahead_useful: int = 0
    """Of those, how many the next request of their layer asked for: they are among the hits."""
    seconds_waited: float = 0.0
    """Time in which a request waited for the files."""

    @property
    def hit_rate(self) -> float:
        """Share of hits among what was asked for."""
        return self.hits / max(self.hits + self.misses, 1)


@dataclass(frozen=True)
class Decision:
    """What a request leads to."""

    read: tuple[int, ...]
    """Experts of its layer to be read."""
    evicted: tuple[_Key, ...]
    """Layer and expert of those that give way."""


class ExpertPolicy:
    """What is in a cache of `slots` experts, and what gives way. Experts of the last request never do."""

    def __init__(self, slots: int, sizes: Mapping[int, int]) -> None:
        """`sizes`: layer → bytes that reading one of its experts takes."""
        self.slots, self._sizes = slots, dict(sizes)
        self._clock = 0
        self._worth: dict[_Key, float] = {}
        """Log2 of an expert's worth at step 0; its order is that of the worths at any step."""
        self._present: set[_Key] = set()
        self._held: set[_Key] = set()
        self._awaited: set[_Key] = set()
        """Read ahead and not yet asked for."""
        self._forecast: dict[int, set[int]] = {}
        """Layer → experts that were foreseen and not there."""
        self._judged = self._right = 0.0
        self.counters = ExpertCounters()

    def request(self, layer: int, experts: Sequence[int]) -> Decision:
        """Experts of a layer that are needed now, at most `slots`; they stay until the next request."""
        wanted = {(layer, expert) for expert in experts}
        assert len(wanted) <= self.slots
        self._clock += 1
        self._judge(layer, experts)
        self._held = wanted
        now = self._clock / len(self._sizes) / HALF_LIFE
        for key in wanted:
            self._worth[key] = now + math.log2(1 + 2 ** (self._worth.get(key, -math.inf) - now))
        missing = sorted(wanted - self._present)
        useful = wanted & self._awaited
        self._awaited -= {key for key in self._awaited if key[0] == layer}
        evicted = self._make_room(len(missing), self._present - wanted)
        self._present |= wanted
        c = self.counters
        self.counters = replace(
            c,
            hits=c.hits + len(wanted) - len(missing),
            misses=c.misses + len(missing),
            bytes_read=c.bytes_read + len(missing) * self._sizes[layer],
            evictions=c.evictions + len(evicted),
            read_ahead_useful=c.read_ahead_useful + len(useful),
        )
        return Decision(tuple(expert for _, expert in missing), evicted)

    def ahead(self, layer: int, experts: Sequence[int]) -> Decision:
        """Experts that the next request of a layer may ask for. Nothing is read while forecasts are not right often
        enough, or where there are more than half the cache holds.
        """
        missing = [(layer, expert) for expert in sorted(set(experts)) if (layer, expert) not in self._present]
        self._forecast[layer] = {expert for _, expert in missing}
        if not self.trusts_forecasts or len(self._awaited) + len(missing) > self.slots // 2:
            return Decision((), ())
        movable = self._present - self._held - self._awaited
        missing = missing[: self.slots - len(self._present) + len(movable)]
        evicted = self._make_room(len(missing), movable)
        self._present.update(missing)
        self._awaited.update(missing)
        c = self.counters
        self.counters = replace(
            c,
            read_ahead=c.read_ahead + len(missing),
            bytes_read=c.bytes_read + len(missing) * self._sizes[layer],
            evictions=c.evictions + len(evicted),
        )
        return Decision(tuple(expert for _, expert in missing), evicted)

    @property
    def trusts_forecasts(self) -> bool:
        """Whether forecasts have been right often enough to be read."""
        return self._judged >= ENOUGH and self._right >= USEFUL * self._judged

    def groups(self, layer: int, experts: Sequence[int]) -> list[list[int]]:
        """The experts of a step in groups that can be requested one after the other: those that are there come first,
        so that none is evicted before it was used.
        """
        order = sorted(experts, key=lambda expert: ((layer, expert) not in self._present, expert))
        return [order[begin : begin + self.slots] for begin in range(0, len(order), self.slots)]

    def forget(self, layer: int, expert: int) -> None:
        """An expert that could not be read is not there."""
        for keys in (self._present, self._held, self._awaited):
            keys.discard((layer, expert))

    def _make_room(self, count: int, movable: Iterable[_Key]) -> tuple[_Key, ...]:
        """Take out the least worth of the movable so that `count` more fit; those read ahead go last."""
        excess = len(self._present) + count - self.slots
        if excess <= 0:
            return ()
        ranked = ((key in self._awaited, self._worth.get(key, -math.inf), key) for key in movable)
        evicted = tuple(key for _, _, key in heapq.nsmallest(excess, ranked))
        self._present.difference_update(evicted)
        self._awaited.difference_update(evicted)
        return evicted

    def _judge(self, layer: int, experts: Sequence[int]) -> None:
        foreseen = self._forecast.pop(layer, set())
        fade = (1 - 1 / REMEMBERED) ** len(foreseen)
        self._judged = self._judged * fade + len(foreseen)
        self._right = self._right * fade + len(foreseen & set(experts))


def replay(policy: ExpertPolicy, requests: Iterable[ExpertRequest]) -> ExpertCounters:
    """The counters after a recorded sequence of requests, with nothing read."""
    for request in requests:
        decide = policy.ahead if request.ahead else policy.request
        decide(request.layer, request.experts)
    return policy.counters
