"""Which experts the cache keeps: against a simulation that looks at everything again at every request."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from openk2.engine.expert_policy import ENOUGH, HALF_LIFE, USEFUL, ExpertCounters, ExpertPolicy, ExpertRequest, replay

Key = tuple[int, int]
SIZES = {1: 10, 2: 10, 4: 7}
"""Layers with experts, and what one takes."""


class Simulation:
    """The rule from its definition: every worth is summed anew over all requests, victims go one by one."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.asked: list[tuple[int, Key]] = []
        self.requests = 0
        self.cached: list[Key] = []
        self.awaited: list[Key] = []
        self.last: list[Key] = []
        self.hits = self.misses = self.bytes = self.evictions = self.ahead = self.useful = 0

    def worth(self, key: Key) -> float:
        exponents = [(time - self.requests) / len(SIZES) / HALF_LIFE for time, asked in self.asked if asked == key]
        return sum(2.0**exponent for exponent in exponents)

    def bring(self, key: Key, keep: Sequence[Key]) -> None:
        if len(self.cached) == self.slots:
            movable = [other for other in self.cached if other not in keep]
            victim = min(movable, key=lambda other: (other in self.awaited, self.worth(other), other))
            self.cached.remove(victim)
            self.awaited = [other for other in self.awaited if other != victim]
            self.evictions += 1
        self.cached.append(key)
        self.bytes += SIZES[key[0]]

    def play(self, request: ExpertRequest) -> None:
        keys = [(request.layer, expert) for expert in request.experts]
        if request.ahead:
            self.foresee(request.layer, keys)
            return
        self.requests += 1
        self.asked += [(self.requests, key) for key in keys]
        self.useful += sum(key in self.awaited for key in keys)
        self.awaited = [key for key in self.awaited if key[0] != request.layer]
        self.hits += sum(key in self.cached for key in keys)
        for key in keys:
            if key not in self.cached:
                self.misses += 1
                self.bring(key, keys)
        self.last = keys

    def foresee(self, layer: int, keys: Sequence[Key]) -> None:
        missing = [key for key in keys if key not in self.cached]
        if len(self.awaited) + len(missing) > self.slots // 2:
            return
        for key in missing:
            if len(self.cached) == self.slots and set(self.cached) <= {*self.last, *self.awaited}:
                return
            self.bring(key, [*self.last, *self.awaited])
            self.awaited.append(key)
            self.ahead += 1

    @property
    def counters(self) -> ExpertCounters:
        return ExpertCounters(self.hits, self.misses, self.bytes, self.evictions, self.ahead, self.useful)


def requests(seed: int, count: int, most: int) -> list[ExpertRequest]:
    """Uneven choices that drift, layer after layer."""
    draw = random.Random(seed)
    made = []
    for step in range(count):
        for layer in SIZES:
            favourites = [(step // 40 * 3 + layer + offset) % 16 for offset in range(6)]
            pool = favourites * 3 + list(range(16))
            chosen = {draw.choice(pool) for _ in range(draw.randint(1, most))}
            made.append(ExpertRequest(layer, tuple(sorted(chosen))))
    return made


@pytest.mark.parametrize("slots", [5, 8, 17, 48])
@pytest.mark.parametrize("seed", [0, 1])
def test_it_counts_what_a_simulation_counts_that_sums_every_worth_anew(slots: int, seed: int) -> None:
    record, simulation = requests(seed, 90, 5), Simulation(slots)
    for request in record:
        simulation.play(request)
    assert replay(ExpertPolicy(slots, SIZES), record) == simulation.counters
    assert slots == 48 or simulation.evictions > 50


def test_it_counts_the_same_when_forecasts_are_read() -> None:
    draw, slots = random.Random(3), 14
    record = []
    for request in requests(2, 120, 4):
        wrong = () if draw.random() < 0.9 else (draw.randrange(16),)
        record += [ExpertRequest(request.layer, tuple(sorted({*request.experts, *wrong})), ahead=True), request]
    policy, simulation = ExpertPolicy(slots, SIZES), Simulation(slots)
    trusted = 0
    for request in record:
        if request.ahead and policy.trusts_forecasts:
            trusted += 1
            simulation.play(request)
        elif not request.ahead:
            simulation.play(request)
        replay(policy, [request])
    assert trusted > 300
    assert policy.counters == simulation.counters
    assert policy.counters.read_ahead_useful > 0.8 * policy.counters.read_ahead > 0


def test_no_expert_of_the_last_request_is_ever_evicted_and_the_slots_suffice() -> None:
    slots = 9
    policy, draw = ExpertPolicy(slots, SIZES), random.Random(5)
    cached: set[Key] = set()
    held: set[Key] = set()
    for request in requests(4, 200, 9):
        ahead = draw.random() < 0.5
        decision = policy.ahead(request.layer, request.experts) if ahead else policy.request(*_pair(request))
        held = held if ahead else {(request.layer, expert) for expert in request.experts}
        assert not held & set(decision.evicted)
        assert set(decision.evicted) <= cached
        cached -= set(decision.evicted)
        cached |= {(request.layer, expert) for expert in decision.read}
        assert held <= cached
        assert len(cached) <= slots


def _pair(request: ExpertRequest) -> tuple[int, tuple[int, ...]]:
    return request.layer, request.experts


def test_an_expert_used_often_outlives_one_used_lately_until_it_has_faded() -> None:
    policy = ExpertPolicy(2, {0: 1})
    for _ in range(3):
        policy.request(0, [7])
    policy.request(0, [1])
    assert policy.request(0, [2]).evicted == ((0, 1),)
    for _ in range(4 * HALF_LIFE):
        policy.request(0, [2])
    policy.request(0, [3])
    assert policy.request(0, [7]).read == (7,)


def test_layers_share_the_slots_by_what_they_use() -> None:
    policy, draw = ExpertPolicy(12, {0: 1, 1: 1}), random.Random(0)
    for _ in range(300):
        policy.request(0, [draw.randrange(2)])
        policy.request(1, [draw.randrange(64)])
    before = policy.counters.misses
    for expert in (0, 1):
        policy.request(0, [expert])
    assert policy.counters.misses == before


def test_a_step_with_more_experts_than_slots_uses_first_what_is_there() -> None:
    policy = ExpertPolicy(4, {0: 1})
    policy.request(0, [2, 9, 11])
    groups = policy.groups(0, list(range(12)))
    assert groups == [[2, 9, 11, 0], [1, 3, 4, 5], [6, 7, 8, 10]]
    for group in groups:
        policy.request(0, group)
    assert (policy.counters.hits, policy.counters.misses) == (3, 12)


def test_forecasts_are_read_only_while_they_prove_right() -> None:
    policy, right = ExpertPolicy(8, {0: 1, 1: 1}), 0
    while not policy.trusts_forecasts:
        assert policy.ahead(1, [10 + right]).read == ()
        policy.request(1, [10 + right])
        right += 1
    assert ENOUGH <= right <= ENOUGH + 1
    assert policy.ahead(1, [50]).read == (50,)
    policy.request(1, [50])
    assert (policy.counters.read_ahead, policy.counters.read_ahead_useful) == (1, 1)
    wrong = 0
    while policy.trusts_forecasts:
        policy.ahead(1, [60 + wrong])
        policy.request(1, [0])
        wrong += 1
    assert right / (right + wrong) == pytest.approx(USEFUL, abs=0.05)
    assert policy.counters.read_ahead == 1 + wrong


def test_what_could_not_be_read_is_not_there() -> None:
    policy = ExpertPolicy(4, {0: 1})
    policy.request(0, [1, 2])
    policy.forget(0, 1)
    assert policy.request(0, [1, 2]).read == (1,)
