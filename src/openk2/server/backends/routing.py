"""Which replica gets a request: `cache` (where its beginning was computed), `least` (the least busy), `weighted`.

Cache-aware routing keeps a map from beginnings of conversations to the replica that saw them last, as SGLang's router
does with a radix tree of texts. A conversation whose beginning nobody knows goes to the least busy replica; so does one
whose replica is far busier than the least busy, because waiting then costs more than computing the beginning again. Its
`cache_key`, where it has one, counts as a beginning too. Beginnings that many conversations share (a system prompt)
soon belong to all replicas, and among several owners the least busy is taken.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Sequence
from typing import Literal, Protocol

from openk2.server.backends.fingerprint import Chain

RouteName = Literal["cache", "least", "weighted"]

IMBALANCE = 8
"""A replica with this many more answers per weight in progress than the least busy one is not asked for its cache."""
REMEMBERED = 65_536
"""Beginnings kept; those used longest ago are forgotten."""


class Candidate(Protocol):
    """What routing knows of a replica."""

    name: str
    weight: float
    in_progress: int


class Route(Protocol):
    """An order in which to try replicas."""

    def order(self, candidates: Sequence[Candidate], chain: Chain, key: str | None) -> list[int]:
        """Places in `candidates`, the best first."""
        ...

    def served(self, candidate: Candidate, chain: Chain, key: str | None) -> None:
        """A replica has begun to answer, and so has the prompt in its cache."""
        ...


def _busy(candidate: Candidate) -> float:
    return (candidate.in_progress + 1) / candidate.weight


class LeastLoaded:
    """The fewest answers in progress per weight first; among equals one after the other."""

    def __init__(self) -> None:
        self._turn = 0

    def order(self, candidates: Sequence[Candidate], chain: Chain, key: str | None) -> list[int]:
        """See `Route`."""
        self._turn += 1
        count = len(candidates)
        return sorted(range(count), key=lambda place: (_busy(candidates[place]), (place - self._turn) % count))

    def served(self, candidate: Candidate, chain: Chain, key: str | None) -> None:
        """Nothing to remember."""


class Weighted:
    """Drawn at random, each as often as its weight says."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)

    def order(self, candidates: Sequence[Candidate], chain: Chain, key: str | None) -> list[int]:
        """See `Route`. Exponential times with the weights as rates: the first to ring is drawn in proportion."""
        times = [self._random.expovariate(candidate.weight) for candidate in candidates]
        return sorted(range(len(candidates)), key=times.__getitem__)

    def served(self, candidate: Candidate, chain: Chain, key: str | None) -> None:
        """Nothing to remember."""


class CacheAware:
    """The replica that knows most of the request's beginning, unless it is far busier than the others."""

    def __init__(self) -> None:
        self._least = LeastLoaded()
        self._owners: OrderedDict[bytes, set[str]] = OrderedDict()

    def order(self, candidates: Sequence[Candidate], chain: Chain, key: str | None) -> list[int]:
        """See `Route`."""
        by_load = self._least.order(candidates, chain, key)
        least = candidates[by_load[0]]
        usable = {
            place
            for place in by_load
            if candidates[place].in_progress / candidates[place].weight < least.in_progress / least.weight + IMBALANCE
        }
        for link in reversed(_links(chain, key)):
            owners = self._owners.get(link)
            found = [place for place in by_load if place in usable and owners and candidates[place].name in owners]
            if found:
                self._owners.move_to_end(link)
                return [*found, *(place for place in by_load if place not in found)]
        return by_load

    def served(self, candidate: Candidate, chain: Chain, key: str | None) -> None:
        """Remember who has the beginnings of this request."""
        for link in _links(chain, key):
            self._owners.setdefault(link, set()).add(candidate.name)
            self._owners.move_to_end(link)
        while len(self._owners) > REMEMBERED:
            self._owners.popitem(last=False)


def _links(chain: Chain, key: str | None) -> list[bytes]:
    """From the weakest sign of a common beginning to the strongest: the first message, the key, all messages."""
    if key is None:
        return list(chain)
    return [*chain[:1], b"key:" + key.encode(), *chain[1:]]


def route(name: RouteName) -> Route:
    """The route of a name."""
    routes: dict[RouteName, type[Route]] = {"cache": CacheAware, "least": LeastLoaded, "weighted": Weighted}
    return routes[name]()
