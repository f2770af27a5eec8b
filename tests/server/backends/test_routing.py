"""Which replica a request goes to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.messages import ChatRequest, Message, ToolSpec
from openk2.server.backends.fingerprint import chain_of, chain_of_ids
from openk2.server.backends.routing import IMBALANCE, RouteName, route


@dataclass
class Place:
    """What routing sees of a replica."""

    name: str
    weight: float = 1.0
    in_progress: int = 0


def talk(*texts: str, tool: str | None = None) -> ChatRequest:
    messages = tuple(Message("assistant" if i % 2 else "user", text) for i, text in enumerate(texts))
    return ChatRequest(messages, (ToolSpec(tool),) if tool else ())


def test_a_conversation_returns_to_the_replica_that_knows_most_of_it() -> None:
    subject = route("cache")
    places = [Place("a"), Place("b"), Place("c")]
    subject.served(places[0], chain_of(talk("system")), None)
    subject.served(places[2], chain_of(talk("system", "hello", "more")), None)
    assert subject.order(places, chain_of(talk("system", "hello", "more", "and", "on")), None)[0] == 2
    assert subject.order(places, chain_of(talk("system", "another")), None)[0] in (0, 2)


def test_requests_with_one_cache_key_stay_together() -> None:
    subject = route("cache")
    places = [Place("a"), Place("b")]
    subject.served(places[1], chain_of(talk("one")), "session-7")
    assert subject.order(places, chain_of(talk("two")), "session-7")[0] == 1


def test_a_replica_far_busier_than_the_others_is_not_asked_for_its_cache() -> None:
    subject = route("cache")
    places = [Place("a", in_progress=IMBALANCE), Place("b")]
    subject.served(places[0], chain_of(talk("hello")), None)
    assert subject.order(places, chain_of(talk("hello", "again")), None)[0] == 1
    places[0].in_progress -= 1
    assert subject.order(places, chain_of(talk("hello", "again")), None)[0] == 0


def test_equally_busy_replicas_take_turns() -> None:
    subject = route("least")
    places = [Place("a"), Place("b"), Place("c")]
    firsts = Counter(subject.order(places, (), None)[0] for _ in range(9))
    assert firsts == {0: 3, 1: 3, 2: 3}
    places[1].in_progress = -1
    assert subject.order(places, (), None)[0] == 1


def test_weights_are_shares() -> None:
    subject = route("weighted")
    places = [Place("a", weight=3), Place("b", weight=1)]
    firsts = Counter(subject.order(places, (), None)[0] for _ in range(4000))
    assert 0.70 < firsts[0] / 4000 < 0.80


@pytest.mark.parametrize("name", ["cache", "least", "weighted"])
def test_every_replica_is_in_the_order_once(name: RouteName) -> None:
    places = [Place(letter) for letter in "abcd"]
    subject = route(name)
    for number in range(5):
        chain = chain_of(talk(f"{number % 2}"))
        order = subject.order(places, chain, None)
        assert sorted(order) == [0, 1, 2, 3]
        subject.served(places[order[0]], chain, None)


@given(st.lists(st.text(max_size=5), min_size=1, max_size=6), st.lists(st.text(max_size=5), min_size=1, max_size=6))
def test_chains_agree_as_far_as_the_messages_do(first: list[str], second: list[str]) -> None:
    common = next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    agree = [a == b for a, b in zip(chain_of(talk(*first)), chain_of(talk(*second)), strict=False)]
    assert agree == [True] * common + [False] * (len(agree) - common)


def test_other_tools_are_another_beginning() -> None:
    assert chain_of(talk("hi", tool="f"))[0] != chain_of(talk("hi", tool="g"))[0]


def test_a_chain_of_ids_grows_by_whole_links() -> None:
    ids = list(range(200))
    assert chain_of_ids(ids[:130]) == chain_of_ids(ids)[:2]
    assert len(chain_of_ids([1])) == 1
