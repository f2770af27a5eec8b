"""What the model remembers of all sequences: latents in fixed-size pages of one pool, and, for layers with Kimi Delta
Attention, states of fixed size in slots (`states.py`).

A sequence's page table lists its pages in the order of its tokens and has its state's slot. Full pages can be shared (a
fork, a prompt that begins alike); a page that is still being filled belongs to one sequence. A state cannot be shared
or cut: a prompt goes on from a snapshot. Pages are taken next to one another where possible: then attention reads a
sequence's latents in place, and gathers them only where they lie apart.

L counts the layers with multi-head latent attention, P pages, t the tokens of a page, S = P·t the places for tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import torch
from torch import Tensor

from openk2.config import K2Config
from openk2.engine.pages import FreePages
from openk2.engine.prefix import Node, PrefixTree
from openk2.engine.states import StatePool
from openk2.errors import EngineError
from openk2.kernels.native.large_pages import ask_for_large_pages

PAGE_TOKENS = 32
SNAPSHOT_TOKENS = 1024
"""Tokens between two snapshots of a state. One of Kimi Linear's takes as much memory as the latents of 5,400 tokens."""


@dataclass
class PageTable:
    """Where one sequence's latents and its state are."""

    pages: list[int] = field(default_factory=list)
    """The sequence's pages, first tokens first."""
    published: int = 0
    """How many of the pages are in the prefix tree."""
    node: Node | None = None
    """The tree's node of the last of them."""
    state: int | None = None
    """The live slot of a model with Kimi Delta Attention, from `extend` to `release`."""
    borders: set[int] = field(default_factory=set)
    """Numbers of tokens after which a snapshot of the state is wanted, besides every `snapshot_tokens`."""
    matched: int = 0
    """How many tokens the sequence had when it was matched; behind them, token by token, a snapshot is made of every
    full page."""


class PagePool:
    """All the pages and states, who holds them, and which tokens they stand for."""

    def __init__(
        self,
        config: K2Config,
        tokens: int,
        *,
        page_tokens: int = PAGE_TOKENS,
        states: int = 32,
        snapshot_tokens: int = SNAPSHOT_TOKENS,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        """Room for `tokens` tokens, rounded up to whole pages.

        For a model with Kimi Delta Attention also `states` slots, one for each running sequence and the others for
        snapshots, which are made every `snapshot_tokens` tokens, rounded up to whole pages, and where prompts part.
        """
        self.page_tokens = page_tokens
        self.pages = self.pages_for(tokens)
        self.snapshot_tokens = self.pages_for(snapshot_tokens) * page_tokens
        shape = (len(config.latent_layers), self.pages * page_tokens, config.cache_width)
        self.latents_LSC = ask_for_large_pages(torch.empty(shape, dtype=dtype, device=device)).zero_()
        self.latents_LPtC = self.latents_LSC.view(shape[0], self.pages, page_tokens, shape[2])
        self.states = StatePool(config, states, device) if config.linear_attn_config else None
        self.clear()

    def clear(self) -> None:
        """Forget everything: no page is held, none is cached."""
        self._holders = [0] * self.pages
        self._free = FreePages(self.pages)
        self._tree = PrefixTree(self.page_tokens)
        if self.states is not None:
            self.states.clear()

    def pages_for(self, tokens: int) -> int:
        """Pages that `tokens` tokens fill or begin."""
        return -(-tokens // self.page_tokens)

    @property
    def available(self) -> int:
        """Pages a sequence could be given: free ones, and cached ones that nobody holds."""
        return len(self._free) + self._tree.idle

    def match(self, ids: Sequence[int], reuse: bool = True) -> PageTable:
        """A table that holds the cached beginning of `ids`, nothing where it must not `reuse`; the last token is never
        taken from the cache, because its result is wanted.

        With states it ends at a snapshot. Where other prompts part from this one and at the end of its last full page
        a snapshot will be wanted.
        """
        full = (len(ids) - 1) // self.page_tokens
        nodes = self._tree.find(ids, full if reuse else 0)
        borders: set[int] = set()
        if self.states is not None:
            borders = {len(nodes) * self.page_tokens, full * self.page_tokens} - {0}
            while nodes and nodes[-1].snapshot is None:
                nodes.pop()
            if nodes:
                self.states.use(nodes[-1])
        for node in nodes:
            self._hold(node.page)
        last = nodes[-1] if nodes else None
        return PageTable([node.page for node in nodes], len(nodes), last, borders=borders, matched=len(ids))

    def extend(self, table: PageTable, tokens: int) -> bool:
        """Give `table` room for `tokens` tokens in all, and a new one its state; False, and nothing changes, when there
        are not enough pages or no slot."""
        missing = max(self.pages_for(tokens) - len(table.pages), 0)
        if missing > self.available:
            return False
        if self.states is not None and table.state is None:
            table.state = self.states.begin(table.node)
            if table.state is None:
                return False
        while len(self._free) < missing:
            self._evict()
        for wanted in range(missing, 0, -1):
            self._take(table, wanted)
        self._zero(table.pages[len(table.pages) - missing :])
        return True

    def shrink(self, table: PageTable, tokens: int) -> None:
        """Take back the pages of `table` beyond those of its first `tokens` tokens and those in the prefix tree."""
        kept = max(self.pages_for(tokens), table.published)
        for page in table.pages[kept:]:
            self._drop(page)
        del table.pages[kept:]

    def publish(self, table: PageTable, ids: Sequence[int], computed: int) -> None:
        """The first `computed` of `ids` are in the pages, and the state is the one after them: offer full pages to
        sequences that begin alike, and a snapshot of the state where one is wanted.

        A page whose tokens another page holds already is given back for that one.
        """
        size = self.page_tokens
        for number in range(table.published, computed // size):
            run = tuple(ids[number * size : (number + 1) * size])
            own = table.pages[number]
            table.node = self._tree.add(own, table.node, run)
            if table.node.page != own:
                self._hold(table.node.page)
                table.pages[number] = table.node.page
                self._drop(own)
            table.published = number + 1
        regular = computed % self.snapshot_tokens == 0
        answer = computed > table.matched and computed % size == 0
        if self.states is not None and computed and (computed in table.borders or regular or answer):
            assert table.node is not None
            assert table.state is not None
            self.states.keep(table.node, table.state)

    def border(self, table: PageTable, computed: int) -> int | None:
        """After how many tokens the computation of a sequence that has `computed` of them has to stop next, so that
        `publish` can make a snapshot there; None without states."""
        if self.states is None:
            return None
        regular = (computed // self.snapshot_tokens + 1) * self.snapshot_tokens
        return min([regular, *(border for border in table.borders if border > computed)])

    def fork(self, table: PageTable, tokens: int) -> PageTable | None:
        """A second table with the same `tokens` tokens: full pages are shared, a begun one and the state are copied.

        None when there is no page or no slot for the copy.
        """
        full, begun = divmod(tokens, self.page_tokens)
        if begun and not self.available:
            return None
        state = None
        if self.states is not None and table.state is not None:
            state = self.states.twin(table.state)
            if state is None:
                return None
        twin = replace(table, pages=table.pages[:full], state=state, borders=set(table.borders))
        for page in twin.pages:
            self._hold(page)
        if begun:
            if not self._free:
                self._evict()
            self._take(twin, 1)
            # all of the page: the kernels may keep its tokens in an order of their own
            self.latents_LPtC[:, twin.pages[-1]] = self.latents_LPtC[:, table.pages[full]]
        return twin

    def release(self, table: PageTable) -> None:
        """Let go of every page and the state; what the tree knows stays cached, the rest is free."""
        for page in reversed(table.pages):
            self._drop(page)
        if self.states is not None and table.state is not None:
            self.states.end(table.state)
        table.pages, table.published, table.node, table.state = [], 0, None, None

    def slot(self, table: PageTable, position: int) -> int:
        """Where the token at `position` is stored: an index into the tokens of a layer, for `store`."""
        return table.pages[position // self.page_tokens] * self.page_tokens + position % self.page_tokens

    def store(self, layer: int, slots_N: Tensor, latents_NC: Tensor) -> None:
        """Write latents of one layer, counted among those with latents, at their slots."""
        self.latents_LSC[layer].index_copy_(0, slots_N, latents_NC)

    def locate(self, table: PageTable, pages: int) -> int | Tensor:
        """The first `pages` pages of a table as `read` wants them: the first slot where they lie side by side, else the
        list."""
        wanted = table.pages[:pages]
        if all(after == page + 1 for page, after in pairwise(wanted)):
            return wanted[0] * self.page_tokens
        return torch.tensor(wanted, device=self.latents_LSC.device)

    def read(self, layer: int, place: int | Tensor, tokens: int) -> Tensor:
        """Latents `[S, C]` of one layer at a place from `locate`, `tokens` of them (whole pages); not to be written
        to."""
        if isinstance(place, int):
            return self.latents_LSC[layer, place : place + tokens]
        return self.latents_LPtC[layer].index_select(0, place).flatten(0, 1)

    def check_integrity(self, held: Iterable[tuple[PageTable, Sequence[int]]] = ()) -> None:
        """Raise EngineError unless every page is free, cached or held by exactly the given tables as often as counted,
        their published pages stand in the prefix tree for their sequences' ids, the tree is whole, and every state slot
        is free, live in one table or a snapshot."""
        held = list(held)
        counts = Counter(page for table, _ in held for page in table.pages)
        free = Counter(self._free)
        for page in range(self.pages):
            places = free[page] + (counts[page] > 0 or page in self._tree)
            if counts[page] != self._holders[page] or places != 1:
                raise EngineError(
                    f"cache page {page} is held by {counts[page]} sequences and counted {self._holders[page]} times, "
                    f"{'free' if free[page] else 'not free'}: the page pool is corrupt"
                )
        self._tree.check(self._holders.__getitem__)
        for table, ids in held:
            path = [] if table.node is None else table.node.path()
            known = [(node.page, list(node.ids)) for node in path]
            size = self.page_tokens
            own = [(page, list(ids[n * size : (n + 1) * size])) for n, page in enumerate(table.pages[: len(path)])]
            if known != own or len(path) != table.published:
                raise EngineError(f"a sequence of {len(ids)} tokens has other pages than the prefix tree")
        if self.states is not None:
            self.states.check([table.state for table, _ in held], self._tree)

    def _hold(self, page: int) -> None:
        self._holders[page] += 1
        self._tree.hold(page)

    def _drop(self, page: int) -> None:
        self._holders[page] -= 1
        if self._holders[page] == 0:
            if page in self._tree:
                self._tree.rest(page)
            else:
                self._free.give(page)

    def _evict(self) -> None:
        node = self._tree.evict()
        if self.states is not None:
            self.states.forget(node)
        self._free.give(node.page)

    def _take(self, table: PageTable, wanted: int) -> None:
        """Give the table a free page, the first of `wanted`."""
        page = self._free.take(table.pages[-1] if table.pages else None, wanted)
        self._holders[page] = 1
        table.pages.append(page)

    def _zero(self, pages: list[int]) -> None:
        """What was never written must be finite, because it is multiplied by zero."""
        begin = 0
        for end in range(1, len(pages) + 1):
            if end == len(pages) or pages[end] != pages[end - 1] + 1:
                self.latents_LPtC[:, pages[begin] : pages[end - 1] + 1].zero_()
                begin = end
