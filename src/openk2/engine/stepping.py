"""An engine's steps driven by hand: its own forward, pages and sampler, without requests, text and threads.

For measuring. A step here is what the engine's worker computes between planning and handing out: the forward over
chunks, then one greedy token per sequence that is complete. The sampled tokens are not fed back, because a model with
random weights soon repeats itself, and with it the experts it chooses; the caller says what comes next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch

from openk2.chat.sampling import SamplingParams
from openk2.engine.cache import PageTable
from openk2.engine.compute import Compute, level_of
from openk2.engine.engine import Engine
from openk2.engine.forward import Chunk
from openk2.engine.native_forward import NativeForward
from openk2.engine.sampler import Wish
from openk2.errors import EngineError

GREEDY = Wish(SamplingParams(temperature=0))


@dataclass(eq=False)
class Track:
    """A sequence whose tokens nobody keeps."""

    table: PageTable
    known: int
    """Tokens whose latents are in the cache; may be set back, and what follows is computed again."""


class Stepper:
    """Steps of an engine that serves no request meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self._pool, self._sampler = engine._pool, engine._sampler
        self._forward: Compute = engine._forward
        self.step_tokens = engine._scheduler.prompt_tokens or engine._scheduler.step_tokens
        """Most tokens of a step of prompts, by which long ones are cut."""
        self.latent_width = self._pool.latents_LPtC.itemsize
        """Bytes of a number in the latent cache."""

    @property
    def kernels(self) -> str:
        """The level of the native kernels that compute, or `pytorch`."""
        level = level_of(self._forward)
        return "pytorch" if level is None else level.name

    def open(self, depth: int, tokens: int) -> Track:
        """A sequence with room for `tokens` behind `depth` ones, whose latents are random numbers as a norm gives them.

        Raises EngineError where the cache is too small.
        """
        table = PageTable()
        if not self._pool.extend(table, depth + tokens):
            raise EngineError(f"the cache has no room for {depth + tokens} tokens; accepted: a larger cache_tokens")
        for page in table.pages[: self._pool.pages_for(depth)]:
            self._pool.latents_LPtC[:, page].normal_()
        return Track(table, depth)

    def run(self, feeds: Iterable[tuple[Track, Sequence[int]]]) -> None:
        """Compute tokens behind what sequences have, in as many steps as their number takes, and sample after each
        sequence's last.
        """
        chunks: list[Chunk] = []
        left = self.step_tokens
        for track, ids in feeds:
            begin = 0
            while begin < len(ids):
                some = ids[begin : begin + left]
                begin += len(some)
                chunks.append(Chunk(track.table, some, track.known, wanted=int(begin == len(ids))))
                track.known += len(some)
                left -= len(some)
                if not left:
                    self._compute(chunks)
                    chunks, left = [], self.step_tokens
        if chunks:
            self._compute(chunks)

    def experts_used(self, feeds: Iterable[tuple[Track, Sequence[int]]]) -> float | None:
        """As `run`, in one step; returns how many experts of a layer it used, on average over the layers that have
        them, and None where the forward does not tell."""
        forward = self._forward
        if not isinstance(forward, NativeForward):
            self.run(feeds)
            return None
        forward.record_routes = True
        self.run(feeds)
        forward.record_routes = False
        routes_LNK = forward.routes_LNK
        assert routes_LNK is not None
        used = [len(experts_NK.unique()) for experts_NK in routes_LNK if int(experts_NK.amax()) >= 0]
        return sum(used) / len(used) if used else 0.0

    @torch.inference_mode()
    def _compute(self, chunks: Sequence[Chunk]) -> None:
        logits_NV = self._sampler.ban_(self._forward(chunks))
        self._sampler(logits_NV, [GREEDY] * len(logits_NV))
