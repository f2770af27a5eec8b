"""Kept responses: whose they are, how many, how large and how long."""

from __future__ import annotations

from typing import Any

from openk2.server.metering import Caller
from openk2.server.responses.store import Kept, MemoryStore

ANN, BOB = Caller(key_id="ann"), Caller(key_id="bob")


def kept(id: str, owner: Caller = ANN, text: str = "", status: str = "completed") -> Kept:
    output: list[Any] = [{"type": "message", "id": f"msg_{id}", "text": text}]
    given: tuple[Any, ...] = ({"type": "message", "id": f"in_{id}"},)
    return Kept(owner, {"id": id, "status": status, "output": output}, (), given)


def store(number: int = 10, size: int = 10_000, seconds: float = 100.0) -> tuple[MemoryStore, list[float]]:
    now = [0.0]
    return MemoryStore(number=number, size=size, seconds=seconds, clock=lambda: now[0]), now


def test_what_is_kept_is_found_by_its_owner_alone() -> None:
    held, _ = store()
    held.put(kept("a"))
    assert held.find(ANN, "a") is not None
    assert held.item(ANN, "msg_a") is not None
    assert held.item(ANN, "in_a") is not None
    for other in (BOB, Caller()):
        assert held.find(other, "a") is None
        assert held.item(other, "msg_a") is None
        assert not held.remove(other, "a")


def test_an_item_is_its_owners_whatever_others_call_theirs() -> None:
    held, _ = store()
    held.put(kept("a", ANN))
    theirs = Kept(BOB, {"id": "b", "status": "completed", "output": [{"id": "msg_a", "text": "bob's"}]}, (), ())
    held.put(theirs)
    assert held.item(ANN, "msg_a") == {"type": "message", "id": "msg_a", "text": ""}
    assert held.item(BOB, "msg_a") == {"id": "msg_a", "text": "bob's"}


def test_the_oldest_go_where_there_are_too_many() -> None:
    held, _ = store(number=2)
    for id in "abc":
        held.put(kept(id))
    assert [held.find(ANN, id) is not None for id in "abc"] == [False, True, True]
    assert held.item(ANN, "msg_a") is None


def test_the_oldest_go_where_they_are_too_large() -> None:
    held, _ = store(size=1000)
    for id in "abc":
        held.put(kept(id, text="x" * 300))
    assert [held.find(ANN, id) is not None for id in "abc"] == [False, True, True]
    held.put(kept("d", text="x" * 5000))
    assert [held.find(ANN, id) is not None for id in "abcd"] == [False, False, False, True]
    held.put(kept("e"))
    assert [held.find(ANN, id) is not None for id in "de"] == [False, True]


def test_what_is_old_is_gone() -> None:
    held, now = store(seconds=10)
    held.put(kept("a"))
    now[0] = 6
    held.put(kept("b"))
    assert held.find(ANN, "a") is not None
    now[0] = 11
    assert held.find(ANN, "a") is None
    assert held.find(ANN, "b") is not None


def test_a_response_that_goes_on_keeps_its_place_and_its_age() -> None:
    held, now = store(number=2, seconds=10)
    held.put(kept("a", status="in_progress"))
    held.put(kept("b"))
    now[0] = 9
    held.put(kept("a"))
    found = held.find(ANN, "a")
    assert found is not None
    assert found.over
    now[0] = 11
    assert held.find(ANN, "a") is None


def test_what_is_removed_is_gone_with_its_items() -> None:
    held, _ = store()
    held.put(kept("a"))
    assert held.remove(ANN, "a")
    assert held.find(ANN, "a") is None
    assert held.item(ANN, "msg_a") is None
    assert not held.remove(ANN, "a")
