"""The network over one step's tokens by the kernels in C++: one call a step.

As `forward.Forward`, a token's result depends on nothing but the tokens before it in its own sequence, bit for bit, in
every number format: the kernels make every sum in the order of its inputs whatever else is in the step (`cpp/`).
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence

import torch
from torch import Tensor

from openk2.engine.cache import PagePool
from openk2.engine.expert_cache import ExpertCache
from openk2.engine.expert_load import ExpertLoad
from openk2.engine.forward import Chunk
from openk2.engine.native_experts import NativeExperts
from openk2.engine.native_weights import NativeWeights
from openk2.errors import EngineError
from openk2.kernels.native import interface
from openk2.kernels.native.library import Level
from openk2.kernels.native.packed import operations
from openk2.model import K2Model


class NativeForward:
    """Runs a model's weights over steps, from a copy of them in the kernels' order."""

    def __init__(
        self,
        model: K2Model,
        pool: PagePool,
        max_context: int,
        level: Level,
        *,
        exact: bool = False,
        consume: bool = False,
        experts: ExpertCache | None = None,
    ) -> None:
        """`exact`: integer weights meet bfloat16 activations instead of int8 ones; `consume`: each weight of the model
        is let go of when it is copied, so that both are never in memory at once; `experts`: where routed experts come
        from (None: from the model)."""
        self.pool, self.level = pool, level
        self.record_routes = False
        """Whether the next steps leave their experts in `routes_LNK`."""
        self.routes_LNK: Tensor | None = None
        """Experts of the last step's tokens, −1 in layers without."""
        self.expert_load = ExpertLoad(model.config)
        self._config = model.config
        self._weights = NativeWeights(
            model, level, pool, max_context, exact=exact, consume=consume, without_experts=experts is not None
        )
        self._experts: NativeExperts | None = None
        if experts is not None:
            self._experts = NativeExperts(experts, level, model.lm_head.weight.dtype, exact=exact)
            self._experts.connect(self._weights.network)
        self._network = ctypes.byref(self._weights.network)
        self._step = operations(level).step

    def __call__(self, chunks: Sequence[Chunk]) -> Tensor:
        """Compute the chunks, store their latents, and return the wanted logits `[sum of wanted, V]` float32."""
        ids, positions, slots, rows = array("i"), array("i"), array("i"), array("i")
        table = (interface.Chunk * len(chunks))()
        pages = []
        for entry, chunk in zip(table, chunks, strict=True):
            tokens = len(chunk.ids)
            page_list = array("i", chunk.table.pages)
            pages.append(page_list)
            entry.row, entry.tokens, entry.start, entry.state = len(ids), tokens, chunk.start, chunk.table.state or 0
            entry.pages = page_list.buffer_info()[0]
            ids.extend(chunk.ids)
            positions.extend(range(chunk.start, chunk.start + tokens))
            slots.extend(self.pool.slot(chunk.table, position) for position in range(chunk.start, chunk.start + tokens))
            rows.extend(range(len(ids) - chunk.wanted, len(ids)))
        logits_NV = torch.empty(len(rows), self._config.vocab_size)
        c = self._config
        counted = self.expert_load.due()
        routes_LNK: Tensor | None = None
        if counted or self.record_routes:
            routes_LNK = torch.full((c.num_hidden_layers, len(ids), c.num_experts_per_tok), -1, dtype=torch.int32)
        step = interface.Step(
            len(ids),
            len(chunks),
            len(rows),
            0,
            ids.buffer_info()[0],
            positions.buffer_info()[0],
            slots.buffer_info()[0],
            table,
            rows.buffer_info()[0],
            logits_NV.data_ptr(),
            None if routes_LNK is None else routes_LNK.data_ptr(),
        )
        status = self._step(self._network, ctypes.byref(step))
        if status == interface.NO_MEMORY:
            raise EngineError("there is no memory for a step of this size")
        if status == interface.NO_EXPERTS and self._experts is not None and self._experts.error is not None:
            raise self._experts.error
        if self.record_routes:
            self.routes_LNK = routes_LNK
        if counted and routes_LNK is not None:
            self.expert_load.add(routes_LNK)
        return logits_NV
