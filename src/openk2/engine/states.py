"""States of Kimi Delta Attention: a fixed number of slots, each with the state of all its layers after some tokens.

A running sequence has one live slot, which every step overwrites. A snapshot is a copy kept with a node of the prefix
tree: the state after that page's last token, from which a prompt that begins alike can go on. Snapshots take the slots
that no sequence needs; when one is wanted the least recently used snapshot goes, but before it those that lie on the
way to a later one without a branch between: whoever comes by there goes on to the later one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import torch

from openk2.config import K2Config
from openk2.engine.prefix import Node
from openk2.errors import EngineError


class StatePool:
    """All slots, which of them are free, and which node each snapshot belongs to. L counts the layers with Kimi Delta
    Attention only, S the slots."""

    def __init__(self, config: K2Config, slots: int, device: torch.device | str) -> None:
        c = config.linear_attn_config
        assert c is not None
        L, J = len(c.kda_layers), c.short_conv_kernel_size - 1
        self.memory_LSHdd = torch.zeros(L, slots, c.num_heads, c.head_dim, c.head_dim, device=device)
        """Keys to values, float32."""
        self.tails_LSJX = torch.zeros(L, slots, J, 3 * c.width, device=device)
        """The last J inputs of the short convolutions over queries, keys and values, float32."""
        self.slots = slots
        self.clear()

    def clear(self) -> None:
        """Forget everything: every slot is free."""
        self._free = list(range(self.slots))[::-1]
        self._kept: OrderedDict[Node, None] = OrderedDict()
        """Nodes with a snapshot, the least recently used first."""

    @property
    def available(self) -> int:
        """Slots a sequence could be given: free ones and snapshots."""
        return len(self._free) + len(self._kept)

    def begin(self, node: Node | None) -> int | None:
        """A live slot with the state after `node`, which has a snapshot (None: before the first token).

        None when every slot is live.
        """
        source = None if node is None else node.snapshot
        slot = self._take()
        if slot is None:
            return None
        if node is None:
            self.memory_LSHdd[:, slot].zero_()
            self.tails_LSJX[:, slot].zero_()
        else:
            assert source is not None
            self._copy(source, slot)
        return slot

    def twin(self, slot: int) -> int | None:
        """A second live slot with the same state; None when every slot is live."""
        other = self._take()
        if other is not None:
            self._copy(slot, other)
        return other

    def end(self, slot: int) -> None:
        """The live slot's sequence is gone."""
        self._free.append(slot)

    def keep(self, node: Node, slot: int) -> None:
        """A snapshot of live `slot` for `node`, at the cost of the least recently used one if need be; none when every
        slot is live."""
        if node.snapshot is not None:
            self._kept.move_to_end(node)
            return
        passed = node.before
        while passed is not None and len(passed.after) == 1 and passed.snapshot is None:
            passed = passed.before
        if passed is not None and len(passed.after) == 1:
            self._kept.move_to_end(passed, last=False)
        copy = self._take()
        if copy is not None:
            self._copy(slot, copy)
            node.snapshot = copy
            self._kept[node] = None

    def use(self, node: Node) -> None:
        """The node's snapshot is about to be used."""
        self._kept.move_to_end(node)

    def forget(self, node: Node) -> None:
        """The node leaves the tree, and its snapshot, if it has one, with it."""
        if node.snapshot is not None:
            del self._kept[node]
            self._free.append(node.snapshot)
            node.snapshot = None

    def check(self, live: Iterable[int | None], nodes: Iterable[Node]) -> None:
        """Raise EngineError unless every slot is exactly one of free, live and a snapshot of one of `nodes`."""
        kept = {node for node in nodes if node.snapshot is not None}
        if kept != set(self._kept):
            raise EngineError(f"{len(kept)} nodes have a snapshot of their state, {len(self._kept)} are listed")
        used = sorted([*self._free, *(-1 if slot is None else slot for slot in live), *(n.snapshot or 0 for n in kept)])
        if used != list(range(self.slots)):
            raise EngineError(f"state slots in use are {used}; accepted: each of {self.slots} once")

    def _take(self) -> int | None:
        """A free slot, else that of the least recently used snapshot, whose content is still there."""
        if not self._free and self._kept:
            self.forget(next(iter(self._kept)))
        return self._free.pop() if self._free else None

    def _copy(self, source: int, target: int) -> None:
        if source != target:
            self.memory_LSHdd[:, target] = self.memory_LSHdd[:, source]
            self.tails_LSJX[:, target] = self.tails_LSJX[:, source]


def snapshots_within(config: K2Config, memory: int, most: int) -> int:
    """How many states fit `memory` bytes, between 1 and `most`; 0 without Kimi Delta Attention."""
    c = config.linear_attn_config
    if c is None:
        return 0
    return max(min(memory // (len(c.kda_layers) * c.num_heads * c.head_dim**2 * 4), most), 1)
