"""Kept responses: whose they are, how many, how large and how long; in memory and in a file alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openk2.errors import ServerError
from openk2.server.responses.file_store import FileStore
from openk2.server.responses.memory_store import MemoryStore
from openk2.server.responses.store import Kept, ResponseStore

ANN, BOB, NOBODY = "key:ann", "user:ann", "nobody"
Make = Callable[..., tuple[ResponseStore, list[float]]]


@pytest.fixture(params=["memory", "file"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """A store with bounds, and its clock."""

    def store(number: int = 10, size: int = 10_000, seconds: float = 100.0) -> tuple[ResponseStore, list[float]]:
        now = [0.0]
        bounds: Any = {"number": number, "size": size, "seconds": seconds, "clock": lambda: now[0]}
        if request.param == "memory":
            return MemoryStore(**bounds), now
        return FileStore(tmp_path / "kept" / "responses.db", **bounds), now

    return store


def kept(id: str, owner: str = ANN, text: str = "", status: str = "completed") -> Kept:
    output: list[Any] = [{"type": "message", "id": f"msg_{id}", "text": text}]
    given: tuple[Any, ...] = ({"type": "message", "id": f"in_{id}"},)
    return Kept(owner, {"id": id, "status": status, "output": output}, (), given)


def test_what_is_kept_comes_back_as_it_was(make: Make) -> None:
    held, _ = make()
    context: tuple[Any, ...] = ({"type": "message", "id": "m", "text": "北京"},)
    put = Kept(ANN, {"id": "a", "status": "failed", "output": []}, context, context, (b"one\n\n", b"two\n\n"))
    held.put(put)
    assert held.find(ANN, "a") == put


def test_what_is_kept_is_found_by_its_owner_alone(make: Make) -> None:
    held, _ = make()
    held.put(kept("a"))
    assert held.find(ANN, "a") is not None
    assert held.item(ANN, "msg_a") is not None
    assert held.item(ANN, "in_a") is not None
    for other in (BOB, NOBODY):
        assert held.find(other, "a") is None
        assert held.item(other, "msg_a") is None
        assert not held.remove(other, "a")


def test_an_item_is_its_owners_whatever_others_call_theirs(make: Make) -> None:
    held, _ = make()
    held.put(kept("a", ANN))
    held.put(Kept(BOB, {"id": "b", "status": "completed", "output": [{"id": "msg_a", "text": "the other's"}]}, (), ()))
    assert held.item(ANN, "msg_a") == {"type": "message", "id": "msg_a", "text": ""}
    assert held.item(BOB, "msg_a") == {"id": "msg_a", "text": "the other's"}


def test_the_oldest_go_where_there_are_too_many(make: Make) -> None:
    held, _ = make(number=2)
    for id in "abc":
        held.put(kept(id))
    assert [held.find(ANN, id) is not None for id in "abc"] == [False, True, True]
    assert held.item(ANN, "msg_a") is None


def test_the_oldest_go_where_they_are_too_large(make: Make) -> None:
    held, _ = make(size=1000)
    for id in "abc":
        held.put(kept(id, text="x" * 300))
    assert [held.find(ANN, id) is not None for id in "abc"] == [False, True, True]
    held.put(kept("d", text="x" * 5000))
    assert [held.find(ANN, id) is not None for id in "abcd"] == [False, False, False, True]
    held.put(kept("e"))
    assert [held.find(ANN, id) is not None for id in "de"] == [False, True]


def test_what_is_old_is_gone(make: Make) -> None:
    held, now = make(seconds=10)
    held.put(kept("a"))
    now[0] = 6
    held.put(kept("b"))
    assert held.find(ANN, "a") is not None
    now[0] = 11
    assert held.find(ANN, "a") is None
    assert held.item(ANN, "msg_a") is None
    assert held.find(ANN, "b") is not None


def test_a_response_that_goes_on_keeps_its_age(make: Make) -> None:
    held, now = make(number=2, seconds=10)
    held.put(kept("a", status="in_progress"))
    held.put(kept("b"))
    now[0] = 9
    held.put(kept("a"))
    found = held.find(ANN, "a")
    assert found is not None
    assert found.over
    now[0] = 11
    assert held.find(ANN, "a") is None


def test_what_is_removed_is_gone_with_its_items(make: Make) -> None:
    held, _ = make()
    held.put(kept("a"))
    assert held.remove(ANN, "a")
    assert held.find(ANN, "a") is None
    assert held.item(ANN, "msg_a") is None
    assert not held.remove(ANN, "a")


def test_a_file_is_shared_private_and_outlives_its_server(tmp_path: Path) -> None:
    file = tmp_path / "responses.db"
    bounds: Any = {"number": 10, "size": 10_000, "seconds": 100.0}
    first, second = FileStore(file, **bounds), FileStore(file, **bounds)
    first.put(kept("a"))
    assert second.find(ANN, "a") is not None
    second.put(kept("a", status="cancelled"))
    found = first.find(ANN, "a")
    assert found is not None
    assert found.response["status"] == "cancelled"
    assert file.stat().st_mode & 0o077 == 0
    del first, second
    assert FileStore(file, **bounds).find(ANN, "a") is not None


def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, " * 100, encoding="utf-8")
    for file in (tmp_path, tmp_path / "text.db"):
        with pytest.raises(ServerError, match=r"cannot be kept in .*: .+"):
            FileStore(file, number=1, size=1, seconds=1)
