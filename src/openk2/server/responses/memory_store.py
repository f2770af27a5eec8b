"""Kept responses in the memory of this process; gone when it ends."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

import orjson

from openk2.server.protocol import Json
from openk2.server.responses.store import Kept


class MemoryStore:
    """A `ResponseStore` of this process alone."""

    def __init__(self, *, number: int, size: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """At most `number` responses of together `size` bytes, each for `seconds`."""
        self._number, self._size, self._seconds, self._clock = number, size, seconds, clock
        self._kept: OrderedDict[str, tuple[Kept, float, int]] = OrderedDict()
        """By id, the one that changed last at the end, with the time of their coming and their size."""
        self._items: dict[tuple[str, str], tuple[str, Json]] = {}
        """Owner and item id → the response it belongs to, and the item."""
        self._total = 0

    def put(self, kept: Kept) -> None:
        """See `ResponseStore.put`; the newest is kept even where it is larger than all may be together."""
        since = self._kept[kept.id][1] if kept.id in self._kept else self._clock()
        self._forget(kept.id)
        size = len(orjson.dumps([kept.response, kept.input])) + sum(map(len, kept.log))
        self._kept[kept.id] = kept, since, size
        self._total += size
        for item in (*kept.input, *kept.response["output"]):
            if "id" in item:
                self._items[kept.owner, item["id"]] = kept.id, item
        while len(self._kept) > 1 and (len(self._kept) > self._number or self._total > self._size):
            self._forget(next(iter(self._kept)))

    def find(self, owner: str, id: str) -> Kept | None:
        """See `ResponseStore.find`."""
        oldest = self._clock() - self._seconds
        for old in [old for old, (_, since, _) in self._kept.items() if since < oldest]:
            self._forget(old)
        kept = self._kept[id][0] if id in self._kept else None
        return kept if kept is not None and kept.owner == owner else None

    def item(self, owner: str, id: str) -> Json | None:
        """See `ResponseStore.item`."""
        response_id, item = self._items.get((owner, id), ("", None))
        return item if self.find(owner, response_id) is not None else None

    def remove(self, owner: str, id: str) -> bool:
        """See `ResponseStore.remove`."""
        if self.find(owner, id) is None:
            return False
        self._forget(id)
        return True

    def _forget(self, id: str) -> None:
        kept, _, size = self._kept.pop(id, (None, 0.0, 0))
        self._total -= size
        if kept is not None:
            for item in (*kept.input, *kept.response["output"]):
                place = kept.owner, str(item.get("id"))
                if self._items.get(place, ("", None))[0] == id:
                    del self._items[place]
