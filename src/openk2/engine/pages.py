"""Free pages as runs of neighbours, so that a sequence can be given pages that lie side by side.

A page next to the sequence's last one is taken where it is free. Otherwise the sequence begins in the middle of the
widest run: what lies before the run keeps room to grow, and so does the newcomer. Every operation takes logarithmic
time, whatever the number of pages.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator


class FreePages:
    """The pages nobody wants anything of."""

    def __init__(self, pages: int) -> None:
        """Pages 0 … `pages` − 1, all free."""
        self._size: dict[int, int] = {}
        """First page of each run → its length."""
        self._first: dict[int, int] = {}
        """Last page of each run → its first."""
        self._widest: list[tuple[int, int]] = []
        """Heap of (−length, first), with some entries of runs that are no more."""
        self._count = pages
        self._add(0, pages)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        """All free pages."""
        for first, size in self._size.items():
            yield from range(first, first + size)

    def take(self, after: int | None, wanted: int) -> int:
        """A page for a sequence whose last one is `after` and that wants `wanted` pages now; there must be one."""
        page = first = -1 if after is None else after + 1
        if first not in self._size:
            first = self._find_widest()
            page = first + (max(self._size[first] - wanted, 0) // 2 if first else 0)
        size = self._remove(first)
        self._add(first, page - first)
        self._add(page + 1, first + size - page - 1)
        self._count -= 1
        return page

    def give(self, page: int) -> None:
        """`page` is free again."""
        first, size = page, 1
        if page - 1 in self._first:
            first = self._first[page - 1]
            size += self._remove(first)
        if page + 1 in self._size:
            size += self._remove(page + 1)
        self._add(first, size)
        self._count += 1

    def _add(self, first: int, size: int) -> None:
        if not size:
            return
        self._size[first], self._first[first + size - 1] = size, first
        heapq.heappush(self._widest, (-size, first))
        if len(self._widest) > 2 * len(self._size) + 64:
            self._widest = [(-size, first) for first, size in self._size.items()]
            heapq.heapify(self._widest)

    def _remove(self, first: int) -> int:
        size = self._size.pop(first)
        del self._first[first + size - 1]
        return size

    def _find_widest(self) -> int:
        """First page of the widest run."""
        while self._size.get(self._widest[0][1]) != -self._widest[0][0]:
            heapq.heappop(self._widest)
        return self._widest[0][1]
