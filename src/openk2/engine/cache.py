"""The latent cache: one pool of fixed-size pages for all sequences, `[layers, pages, page_tokens, C]`.

A sequence's page table lists its pages in the order of its tokens. Full pages can be shared (a fork, a prompt that
begins alike); a page that is still being filled belongs to one sequence. Pages are taken next to one another where
possible: then attention reads a sequence's latents in place, and gathers them only where they lie apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor

from openk2.config import K2Config
from openk2.engine.prefix import ROOT, PrefixIndex
from openk2.errors import EngineError

PAGE_TOKENS = 32


@dataclass
class PageTable:
    """Where one sequence's latents are."""

    pages: list[int] = field(default_factory=list)
    """The sequence's pages, first tokens first."""
    published: int = 0
    """How many of the pages were offered to the prefix index."""
    node: int = ROOT
    """The prefix index's node of the last of them."""


class PagePool:
    """All the pages, who holds them, and which tokens the full ones stand for."""

    def __init__(
        self,
        config: K2Config,
        tokens: int,
        *,
        page_tokens: int = PAGE_TOKENS,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        """Room for `tokens` tokens, rounded up to whole pages."""
        self.page_tokens = page_tokens
        self.pages = self.pages_for(tokens)
        shape = (config.num_hidden_layers, self.pages, page_tokens, config.cache_width)
        self.latents_LPtC = torch.zeros(shape, dtype=dtype, device=device)
        self._flat_SC: list[Tensor] = [layer_PtC.flatten(0, 1) for layer_PtC in self.latents_LPtC]
        self.clear()

    def clear(self) -> None:
        """Forget everything: no page is held, none is cached."""
        self._holders = [0] * self.pages
        self._free = set(range(self.pages))
        self._index = PrefixIndex(self.page_tokens)

    def pages_for(self, tokens: int) -> int:
        """Pages that `tokens` tokens fill or begin."""
        return -(-tokens // self.page_tokens)

    @property
    def available(self) -> int:
        """Pages a sequence could be given: free ones, and cached ones that nobody holds."""
        return len(self._free) + self._index.idle

    def match(self, ids: Sequence[int]) -> PageTable:
        """A table that holds the cached beginning of `ids`; the last token is never taken from the cache, because its
        result is wanted."""
        pages, node = self._index.find(ids, (len(ids) - 1) // self.page_tokens)
        for page in pages:
            self._hold(page)
        return PageTable(pages, len(pages), node)

    def extend(self, table: PageTable, tokens: int) -> bool:
        """Give `table` room for `tokens` tokens in all; False, and nothing changes, when there are not enough pages."""
        missing = self.pages_for(tokens) - len(table.pages)
        if missing > self.available:
            return False
        for _ in range(missing):
            table.pages.append(self._take(table.pages[-1] if table.pages else None))
        return True

    def shrink(self, table: PageTable, tokens: int) -> None:
        """Take back the pages of `table` beyond its first `tokens` tokens; they were never published."""
        kept = max(self.pages_for(tokens), table.published)
        for page in table.pages[kept:]:
            self._holders[page] -= 1
            if self._holders[page] == 0:
                self._free.add(page)
        del table.pages[kept:]

    def publish(self, table: PageTable, ids: Sequence[int], computed: int) -> None:
        """Offer the pages that the first `computed` of `ids` have filled to sequences that begin alike."""
        size = self.page_tokens
        for number in range(table.published, computed // size):
            run = tuple(ids[number * size : (number + 1) * size])
            table.node = self._index.add(table.pages[number], table.node, run)
            table.published = number + 1

    def fork(self, table: PageTable, tokens: int) -> PageTable | None:
        """A second table with the same `tokens` tokens: full pages are shared, a begun one is copied.

        None when there is no page for the copy.
        """
        full, begun = divmod(tokens, self.page_tokens)
        if begun and not self.available:
            return None
        twin = PageTable(table.pages[:full], table.published, table.node)
        for page in twin.pages:
            self._hold(page)
        if begun:
            twin.pages.append(self._take(twin.pages[-1] if twin.pages else None))
            self.latents_LPtC[:, twin.pages[-1], :begun] = self.latents_LPtC[:, table.pages[full], :begun]
        return twin

    def release(self, table: PageTable) -> None:
        """Let go of every page; what the index knows stays cached, the rest is free."""
        for page in reversed(table.pages):
            self._holders[page] -= 1
            if self._holders[page] == 0:
                if page in self._index:
                    self._index.rest(page)
                else:
                    self._free.add(page)
        table.pages, table.published, table.node = [], 0, ROOT

    def slot(self, table: PageTable, position: int) -> int:
        """Where the token at `position` is stored: an index into the tokens of a layer, for `store`."""
        return table.pages[position // self.page_tokens] * self.page_tokens + position % self.page_tokens

    def store(self, layer: int, slots_N: Tensor, latents_NC: Tensor) -> None:
        """Write latents of one layer at their slots."""
        self._flat_SC[layer].index_copy_(0, slots_N, latents_NC)

    def locate(self, table: PageTable, pages: int) -> int | Tensor:
        """The first `pages` pages of a table as `read` wants them: the first slot where they lie side by side, else the
        list."""
        wanted = table.pages[:pages]
        if all(after == page + 1 for page, after in pairwise(wanted)):
            return wanted[0] * self.page_tokens
        return torch.tensor(wanted, device=self.latents_LPtC.device)

    def read(self, layer: int, place: int | Tensor, tokens: int) -> Tensor:
        """Latents `[S, C]` of one layer at a place from `locate`, `tokens` of them (whole pages); not to be written
        to."""
        if isinstance(place, int):
            return self._flat_SC[layer][place : place + tokens]
        return self.latents_LPtC[layer].index_select(0, place).flatten(0, 1)

    def check(self, tables: Iterable[PageTable] = ()) -> None:
        """Raise EngineError unless every page is free, cached or held by exactly the given tables as often as
        counted."""
        held = Counter(page for table in tables for page in table.pages)
        for page in range(self.pages):
            places = (page in self._free) + (held[page] > 0 or page in self._index)
            if held[page] != self._holders[page] or places != 1:
                raise EngineError(
                    f"cache page {page} is held by {held[page]} sequences and counted {self._holders[page]} times, "
                    f"{'free' if page in self._free else 'not free'}: the page pool is corrupt"
                )
        idle = sum(page in self._index and not held[page] for page in range(self.pages))
        if idle != self._index.idle:
            raise EngineError(f"{idle} cached pages have no holder but {self._index.idle} can be evicted")

    def _hold(self, page: int) -> None:
        self._holders[page] += 1
        self._index.hold(page)

    def _take(self, after: int | None) -> int:
        """A page for one sequence, zeroed: what was never written must be finite, because it is multiplied by zero."""
        page = self._choose(after) if self._free else self._index.evict()
        self._free.discard(page)
        self._holders[page] = 1
        self.latents_LPtC[:, page].zero_()
        return page

    def _choose(self, after: int | None) -> int:
        """A free page: the neighbour of `after`, else one in the widest gap, in its middle so that the page before the
        gap keeps room to grow."""
        if after is not None and after + 1 in self._free:
            return after + 1
        best = width = 0
        begin = -1
        for page in range(self.pages + 1):
            if page in self._free:
                begin = page if begin < 0 else begin
            elif begin >= 0:
                if page - begin > width:
                    best, width = begin, page - begin
                begin = -1
        return best if best == 0 else best + width // 2
