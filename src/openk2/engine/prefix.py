"""Which full pages hold which tokens: a tree over page-sized runs of token ids, so that a prompt whose beginning was
computed before starts where it differs.

A page's place in the tree is (the node before it, its own ids), and both are compared on a hit, never a hash alone.
Pages that nobody holds stay until their memory is wanted; the least recently used one goes first. Its node's number is
never given again, so what hung below it can no longer be found, and in time goes the same way.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

ROOT = 0
"""The node before a first page."""

_Key = tuple[int, tuple[int, ...]]


class PrefixIndex:
    """Finds, adds and evicts pages by the tokens they hold."""

    def __init__(self, page_tokens: int) -> None:
        self.page_tokens = page_tokens
        self._nodes: dict[_Key, tuple[int, int]] = {}
        self._key_of: dict[int, _Key] = {}
        self._alive = {ROOT}
        self._idle: OrderedDict[int, None] = OrderedDict()
        self._numbers = ROOT

    def __contains__(self, page: int) -> bool:
        """Whether `page` is in the tree."""
        return page in self._key_of

    @property
    def idle(self) -> int:
        """Pages in the tree that nobody holds."""
        return len(self._idle)

    def find(self, ids: Sequence[int], most: int) -> tuple[list[int], int]:
        """The pages, at most `most`, that hold the beginning of `ids`, and the node of the last."""
        pages: list[int] = []
        node = ROOT
        for begin in range(0, most * self.page_tokens, self.page_tokens):
            hit = self._nodes.get((node, tuple(ids[begin : begin + self.page_tokens])))
            if hit is None:
                break
            node = hit[0]
            pages.append(hit[1])
        return pages, node

    def add(self, page: int, before: int, ids: tuple[int, ...]) -> int:
        """Put `page`, full of `ids`, behind node `before`; returns the node that now stands for these tokens.

        That is another page's node where one already holds them, and `before` itself where that was evicted: in both
        cases `page` stays outside the tree.
        """
        if before not in self._alive:
            return before
        key = (before, ids)
        if key in self._nodes:
            return self._nodes[key][0]
        self._numbers += 1
        self._nodes[key] = (self._numbers, page)
        self._key_of[page] = key
        self._alive.add(self._numbers)
        return self._numbers

    def hold(self, page: int) -> None:
        """Somebody holds `page`: it cannot be evicted."""
        self._idle.pop(page, None)

    def rest(self, page: int) -> None:
        """Nobody holds `page` any more; let go of a sequence's pages last to first, so that the last is evicted
        first."""
        self._idle[page] = None

    def evict(self) -> int:
        """Forget the least recently used page that nobody holds, and return it; there must be one."""
        page, _ = self._idle.popitem(last=False)
        node, _ = self._nodes.pop(self._key_of.pop(page))
        self._alive.remove(node)
        return page
