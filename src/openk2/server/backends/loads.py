"""How busy engines are that stand behind the served models, as plain numbers, whatever lies between."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from openk2.chat.backend import ChatBackend
from openk2.chat.rendered import RenderedBackend
from openk2.server.backends.pool import ChatPool, TokenPool

if TYPE_CHECKING:
    from openk2.engine.backend import EngineTokens


@dataclass(frozen=True)
class EngineLoad:
    """One engine, now and since it was made."""

    running: int
    """Answers that are being computed."""
    waiting: int
    cache_used: float
    """Share of the latent cache that is held, 0 … 1."""
    prefix_queries: int
    """Prompt tokens looked up in the cache."""
    prefix_hits: int
    """Prompt tokens found there."""
    preemptions: int
    kernels: str
    """The level of the native kernels, or `pytorch`."""
    bounds: Sequence[float]
    """Upper bounds in seconds of the classes of durations; one more class has no bound."""
    queued: tuple[Sequence[int], float]
    """How many requests waited for a step so long, class by class, and the sum of their seconds."""
    prefill: tuple[Sequence[int], float]
    """The same for how long prompts took from then."""
    others: dict[str, dict[str, float]] = field(default_factory=dict)
    """Counters of what the engine works with, by name."""


@runtime_checkable
class HasLoad(Protocol):
    """A token backend that tells how busy its engine is, such as one in another process."""

    def load(self) -> EngineLoad | None:
        """The last known load; None while there is none."""
        ...


def loads_of(backend: ChatBackend) -> Iterator[tuple[str, EngineLoad]]:
    """The engines behind a backend, each with the name of its replica."""
    tokens = backend.tokens if isinstance(backend, RenderedBackend) else backend
    if isinstance(tokens, ChatPool | TokenPool):
        for replica in tokens.replicas:
            inner = replica.backend.tokens if isinstance(replica.backend, RenderedBackend) else replica.backend
            for _, load in _one(inner):
                yield replica.name, load
    else:
        yield from _one(tokens)


def _one(tokens: object) -> Iterator[tuple[str, EngineLoad]]:
    # Where no engine was ever made, its room with PyTorch is not imported, and need not be.
    engines = sys.modules.get("openk2.engine.backend")
    if engines is not None and isinstance(tokens, engines.EngineTokens):
        yield "engine", load_of(tokens)
    elif isinstance(tokens, HasLoad) and (load := tokens.load()) is not None:
        yield "engine", load


def load_of(tokens: EngineTokens) -> EngineLoad:
    """The load of an engine in this process."""
    load = tokens.engine.load
    return EngineLoad(
        load.running,
        load.waiting,
        1 - load.pages_available / load.pages if load.pages else 0.0,
        load.counters.prompt_tokens,
        load.counters.prefix_tokens,
        load.counters.preemptions,
        tokens.engine.kernels,
        load.queued.bounds,
        (load.queued.counts, load.queued.seconds),
        (load.prefill.counts, load.prefill.seconds),
        {name: dict(values) for name, values in load.others.items()},
    )
