"""A smaller model of the same vocabulary as a proposer (arXiv 2211.17192): it writes on greedily, with a cache of its
own."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from openk2.chat.tokenizer import Tokenizer
from openk2.engine import scheduler as scheduling
from openk2.engine.cache import PagePool
from openk2.engine.compute import compute
from openk2.engine.forward import Chunk
from openk2.engine.sampler import Sampler
from openk2.engine.speculation import READ_AT_ONCE
from openk2.errors import EngineError
from openk2.model import K2Model

PAGE_TOKENS = 8
"""Small pages: what was computed for the last guess is found again but for the tokens of a page begun."""


class DraftModel:
    """Proposes for any number of sequences; what it computed is found in its prefix cache, so it keeps nothing of
    them."""

    def __init__(self, model: K2Model, tokenizer: Tokenizer, *, cache_tokens: int, kernels: str = "auto") -> None:
        """`tokenizer`: the one it shares with the engine's model; `cache_tokens`: tokens its cache holds;
        `kernels`: as `Engine` has them. Raises EngineError when not even one page fits."""
        if cache_tokens < PAGE_TOKENS:
            raise EngineError(f"cache_tokens is {cache_tokens}; accepted: {PAGE_TOKENS} or more")
        weight = model.lm_head.weight
        self._longest = min(cache_tokens, model.config.max_position_embeddings)
        self._pool = PagePool(
            model.config, cache_tokens, page_tokens=PAGE_TOKENS, dtype=weight.dtype, device=weight.device
        )
        self._forward = compute(model.eval(), self._pool, self._longest, kernels=kernels)
        self._sampler = Sampler(tokenizer, model.config.vocab_size, weight.device)
        self._scheduler = scheduling.Scheduler(self._pool, max_batch=1, step_tokens=READ_AT_ONCE)

    @torch.inference_mode()
    def propose(self, ids: Sequence[int], most: int) -> list[int]:
        """See `Proposer`; nothing yet for a prompt that takes more than one step to read, nothing for one too long."""
        if not most or len(ids) + most > self._longest:
            return []
        sequence = scheduling.Sequence(list(ids))
        self._scheduler.add(sequence)
        try:
            for _ in range(most):
                (work,) = self._scheduler.plan()
                logits_NV = self._forward([Chunk(sequence.table, work.ids, sequence.computed, work.wanted)])
                complete = work.completes
                self._scheduler.advance([work])
                if not complete:
                    break
                sequence.ids.append(int(self._sampler.ban_(logits_NV)[0].argmax()))
            return sequence.ids[len(ids) :]
        finally:
            self._scheduler.remove(sequence)
