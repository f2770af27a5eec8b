"""Which pages hold which tokens: a tree of full pages, so that a prompt that begins like one computed before starts
where it differs.

A page's place in the tree is the node before it and its own ids, and ids are compared on a hit, never a hash alone.
Pages that nobody holds stay until their memory is wanted. Who holds a page holds all before it, and lets go of the last
first; so in the order in which pages were let go every page comes before the one it hangs on, and the least recently
used page is always a leaf: eviction never cuts a page off from its beginning.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from openk2.errors import EngineError


@dataclass(eq=False, slots=True)
class Node:
    """One full page and the tokens it stands for."""

    before: Node | None
    """The node of the page before; None for a first page."""
    ids: tuple[int, ...]
    page: int
    after: dict[tuple[int, ...], Node] = field(default_factory=dict)
    """Pages that continue this one, by their ids."""
    snapshot: int | None = None
    """The slot with the state after this page's last token (`states.py`), if one is kept."""

    def path(self) -> list[Node]:
        """The nodes from the first page to this one."""
        nodes = [self]
        while (before := nodes[-1].before) is not None:
            nodes.append(before)
        return nodes[::-1]


class PrefixTree:
    """Finds, adds and evicts pages by the tokens they hold."""

    def __init__(self, page_tokens: int) -> None:
        self.page_tokens = page_tokens
        self._first: dict[tuple[int, ...], Node] = {}
        self._node_of: dict[int, Node] = {}
        self._idle: OrderedDict[int, None] = OrderedDict()

    def __contains__(self, page: int) -> bool:
        """Whether `page` is in the tree."""
        return page in self._node_of

    def __iter__(self) -> Iterator[Node]:
        """All nodes."""
        return iter(self._node_of.values())

    @property
    def idle(self) -> int:
        """Pages in the tree that nobody holds."""
        return len(self._idle)

    def find(self, ids: Sequence[int], most: int) -> list[Node]:
        """The pages, at most `most`, that hold the beginning of `ids`."""
        nodes: list[Node] = []
        after = self._first
        for begin in range(0, most * self.page_tokens, self.page_tokens):
            node = after.get(tuple(ids[begin : begin + self.page_tokens]))
            if node is None:
                break
            nodes.append(node)
            after = node.after
        return nodes

    def add(self, page: int, before: Node | None, ids: tuple[int, ...]) -> Node:
        """The node for `ids` behind `before`: a new one with `page`, or the one that is there already with its own."""
        after = self._first if before is None else before.after
        node = after.get(ids)
        if node is None:
            node = after[ids] = self._node_of[page] = Node(before, ids, page)
        return node

    def hold(self, page: int) -> None:
        """Somebody holds `page`: it cannot be evicted."""
        self._idle.pop(page, None)

    def rest(self, page: int) -> None:
        """Nobody holds `page` any more."""
        self._idle[page] = None

    def evict(self) -> Node:
        """Forget the least recently used page that nobody holds; there must be one."""
        page, _ = self._idle.popitem(last=False)
        node = self._node_of.pop(page)
        del (self._first if node.before is None else node.before.after)[node.ids]
        return node

    def check(self, holders: Callable[[int], int]) -> None:
        """Raise EngineError unless the tree is whole and the idle pages are those without holders, leaves first."""
        reached = 0
        stack: list[tuple[Node | None, dict[tuple[int, ...], Node]]] = [(None, self._first)]
        while stack:
            before, after = stack.pop()
            for ids, node in after.items():
                reached += 1
                stack.append((node, node.after))
                whole = node.before is before and node.ids == ids and len(ids) == self.page_tokens
                if not whole or self._node_of.get(node.page) is not node:
                    raise EngineError(f"cache page {node.page} is not where the prefix tree says")
        if reached != len(self._node_of):
            raise EngineError(f"{len(self._node_of) - reached} cached pages hang on pages that are gone")
        order = {page: place for place, page in enumerate(self._idle)}
        for page, node in self._node_of.items():
            if (page in order) != (holders(page) == 0):
                raise EngineError(f"cache page {page} has {holders(page)} holders and is wrongly listed for eviction")
            above = node.before
            if page not in order and above is not None and above.page in order:
                raise EngineError(f"cache page {page} is held, but not page {above.page} before it")
            if page in order and above is not None and order.get(above.page, len(order)) < order[page]:
                raise EngineError(f"cache page {above.page} would be evicted before page {page} that hangs on it")
        if len(order) > sum(page in self._node_of for page in order):
            raise EngineError("a page that is not in the prefix tree is listed for eviction")
