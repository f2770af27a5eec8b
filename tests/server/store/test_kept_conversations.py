"""Conversations in both kinds of database: kept, listed, searched, each its owner's alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from databases import KINDS, fresh_url

from openk2.server.conversations.document import Conversation, read_conversation
from openk2.server.conversations.sharing import Sharing
from openk2.server.conversations.store import MAX_CONVERSATIONS, Conversations, excerpt
from openk2.server.errors import ApiError
from openk2.server.store import Database


def conversation(number: int, *texts: str, title: str = "", **more: Any) -> Conversation:
    turns: list[dict[str, Any]] = []
    for index, text in enumerate(texts):
        role = "user" if index % 2 == 0 else "assistant"
        parent = turns[-1]["id"] if turns else None
        turns.append({"id": f"turn-{index:04}", "parent": parent, "role": role, "content": text})
    head = turns[-1]["id"] if turns else None
    document = {
        "id": f"conv-{number:04}",
        "title": title,
        "updated": 1000 + number,
        "head": head,
        "turns": turns,
        **more,
    }
    return read_conversation(document)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def trying(
    kind: str, folder: Path, check: Callable[[Conversations, Sharing, Clock], Awaitable[None]], *, indexed: bool = True
) -> None:
    async def run() -> None:
        async with Database(fresh_url(kind, folder)) as database:
            clock = Clock()
            conversations = Conversations(database, clock)
            if not indexed:
                conversations._indexed = False
            await check(conversations, Sharing(database, conversations), clock)

    asyncio.run(run())


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_is_read_back_replaced_and_deleted(kind: str, tmp_path: Path) -> None:
    async def check(kept: Conversations, sharing: Sharing, clock: Clock) -> None:
        first = conversation(1, "Hello \0 😀 中文", title="A\0B")
        assert await kept.save("ada", first)
        assert read_conversation(json.loads(await kept.find("ada", first.id))) == first
        changed = first.model_copy(update={"title": "C"})
        assert not await kept.save("ada", changed)
        assert [(line.id, line.title) for line in await kept.newest("ada", 9, None)] == [(first.id, "C")]
        await kept.delete("ada", first.id)
        assert await kept.newest("ada", 9, None) == []
        for gone in (kept.find, kept.delete):
            with pytest.raises(ApiError) as caught:
                await gone("ada", first.id)
            assert caught.value.status == 404

    trying(kind, tmp_path, check)


@pytest.mark.parametrize("kind", KINDS)
def test_two_owners_may_use_one_id_and_see_only_their_own(kind: str, tmp_path: Path) -> None:
    async def check(kept: Conversations, sharing: Sharing, clock: Clock) -> None:
        await kept.save("ada", conversation(1, "of ada"))
        await kept.save("bob", conversation(1, "of bob"))
        await kept.save("bob", conversation(2, "only bob"))
        assert b"of ada" in await kept.find("ada", "conv-0001")
        assert b"of bob" in await kept.find("bob", "conv-0001")
        assert [line.id for line in await kept.newest("ada", 9, None)] == ["conv-0001"]
        assert await kept.search("ada", ["bob"], 9, None) == []
        with pytest.raises(ApiError):
            await kept.find("ada", "conv-0002")
        await kept.delete("bob", "conv-0001")
        assert b"of ada" in await kept.find("ada", "conv-0001")

    trying(kind, tmp_path, check)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_goes_on_after_its_last_line(kind: str, tmp_path: Path) -> None:
    async def check(kept: Conversations, sharing: Sharing, clock: Clock) -> None:
        # Three of one time, so that the time alone tells no place.
        await kept.create("ada", [conversation(number, updated=1000 + number // 3) for number in range(7)])
        lines, after = [], None
        while page := await kept.newest("ada", 2, after):
            lines += [line.id for line in page]
            after = page[-1].cursor
        assert lines == [f"conv-{number:04}" for number in reversed(range(7))]
        for wrong in ("x", "1", "9" * 30 + ".a"):
            with pytest.raises(ApiError, match="after is"):
                await kept.newest("ada", 2, wrong)

    trying(kind, tmp_path, check)


SEARCHES = [
    (["snow"], ["conv-0002", "conv-0001"]),
    (["SNOW", "white"], ["conv-0001"]),
    (["hit"], ["conv-0001"]),
    (["是白"], ["conv-0003"]),
    (["雪是白的"], ["conv-0003"]),
    (["a"], ["conv-0004", "conv-0002", "conv-0001"]),
    (["titled"], ["conv-0004"]),
    (["100%"], ["conv-0004"]),
    (["0%5"], []),
    (["under_score"], []),
    (['"quoted"'], ["conv-0004"]),
    (["*"], []),
    (["NEAR("], []),
    (["text:x"], []),
    (["blizzard"], []),
]


@pytest.mark.parametrize(("kind", "indexed"), [("sqlite", True), ("sqlite", False), ("postgresql", False)])
def test_every_word_must_stand_somewhere(kind: str, indexed: bool, tmp_path: Path) -> None:
    async def check(kept: Conversations, sharing: Sharing, clock: Clock) -> None:
        await kept.save("ada", conversation(1, "Why is Snow white?", "It scatters."))
        await kept.save("ada", conversation(2, "a snowman"))
        await kept.save("ada", conversation(3, "雪是白的。"))
        await kept.save("ada", conversation(4, 'not "quoted" in vain', title="Titled 100% underscore"))
        await kept.save("ada", conversation(5, "blizzard"))
        await kept.save("ada", conversation(5, "cool"))
        await kept.save("ada", conversation(6, "blizzard again"))
        await kept.delete("ada", "conv-0006")
        for words, expected in SEARCHES:
            found = await kept.search("ada", words, 9, None)
            assert [line.id for line in found] == expected, words
        assert [line.id for line in await kept.search("ada", ["snow"], 1, None)] == ["conv-0002"]
        after = (await kept.search("ada", ["snow"], 1, None))[0].cursor
        assert [line.id for line in await kept.search("ada", ["snow"], 9, after)] == ["conv-0001"]

    trying(kind, tmp_path, check, indexed=indexed)


def test_an_excerpt_stands_around_the_first_match() -> None:
    said = "Title\n" + "x" * 100 + " the Needle is here " + "y" * 300
    assert excerpt(said, ["needle"]).startswith("…xxx")
    assert "Needle is here" in excerpt(said, ["needle"])
    assert excerpt("Needle\nnothing", ["needle"]) == ""
    assert excerpt("T\nneedle\nnext line", ["needle"]) == "needle next line"


@pytest.mark.parametrize("kind", KINDS)
def test_of_several_new_ones_all_are_kept_or_none(kind: str, tmp_path: Path) -> None:
    async def check(kept: Conversations, sharing: Sharing, clock: Clock) -> None:
        await kept.create("ada", [conversation(1)])
        with pytest.raises(ApiError, match="exists already") as caught:
            await kept.create("ada", [conversation(2), conversation(1)])
        assert caught.value.status == 409
        assert [line.id for line in await kept.newest("ada", 9, None)] == ["conv-0001"]

    trying(kind, tmp_path, check)


def test_number_and_size_of_an_owners_conversations_are_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(kept: Conversations, sharing: Sharing, clock: Clock) -> None:
        await kept.create("ada", [conversation(1), conversation(2)])
        with pytest.raises(ApiError, match="2 conversations"):
            await kept.save("ada", conversation(3))
        await kept.save("bob", conversation(3, "x" * 100_000))
        with pytest.raises(ApiError, match="200,000 bytes"):
            await kept.save("bob", conversation(4, "x" * 100_000))
        assert [line.id for line in await kept.newest("bob", 9, None)] == ["conv-0003"]

    assert MAX_CONVERSATIONS > 2
    monkeypatch.setattr("openk2.server.conversations.store.MAX_CONVERSATIONS", 2)
    monkeypatch.setattr("openk2.server.conversations.store.MAX_BYTES", 200_000)
    trying("sqlite", tmp_path, check)


@pytest.mark.parametrize("kind", KINDS)
def test_a_shared_copy_is_frozen_expires_and_is_taken_back(kind: str, tmp_path: Path) -> None:
    async def check(kept: Conversations, sharing: Sharing, clock: Clock) -> None:
        told = conversation(1, "before", title="Snow")
        await kept.save("ada", told)
        token, share = await sharing.share("ada", told, 2)
        assert (share.created, share.expires) == (1_000_000, 1_000_000 + 2 * 24 * 3600 * 1000)
        await kept.save("ada", conversation(1, "after"))
        page = await sharing.read(token)
        assert page.title == "Snow"
        assert "before" in page.html
        assert "after" not in page.html
        assert await sharing.shares("ada", told.id) == [share]
        assert await sharing.shares("bob", told.id) == []
        await sharing.take_back("bob", told.id)
        assert (await sharing.read(token)).title == "Snow"
        clock.now += 2 * 24 * 3600
        with pytest.raises(ApiError, match="nothing is shared"):
            await sharing.read(token)
        again, _ = await sharing.share("ada", told, 1)
        await sharing.take_back("ada", told.id)
        with pytest.raises(ApiError, match="nothing is shared"):
            await sharing.read(again)
        last, _ = await sharing.share("ada", told, 1)
        await kept.delete("ada", told.id)
        with pytest.raises(ApiError, match="nothing is shared"):
            await sharing.read(last)

    trying(kind, tmp_path, check)
