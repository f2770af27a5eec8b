"""Routed experts that pass through a cache on their way from the checkpoint's files to the step that needs them.

The cache is one block of memory cut into slots of one size, so what it takes is known from the start. The policy
(`expert_policy.py`) decides which experts keep their slots; readers bring missing ones in, several at a time. A step
asks for the experts of one layer after the other (`fetch`), and for those the next layer may need while it computes
(`read_ahead`); where it needs more experts of a layer than there are slots, it works in `groups`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from openk2.checkpoint.expert_files import ExpertFiles
from openk2.checkpoint.expert_layout import ALIGNMENT, ExpertLayout, StoredExpert, aligned
from openk2.engine.expert_policy import Decision, ExpertCounters, ExpertPolicy, ExpertRequest
from openk2.errors import EngineError
from openk2.kernels.reference import ExpertMatrices
from openk2.quantization.stored import laid

READERS = 4
"""Threads that read. One reader of large pieces saturates most disks; more hide what is done with each piece."""

log = logging.getLogger("openk2.engine")


class Packing(Protocol):
    """Another form of experts in the slots than that of the files."""

    def bytes(self, layout: ExpertLayout) -> int:
        """What an expert takes in a slot."""
        ...

    def pack(self, expert: StoredExpert, slot: Tensor) -> None:
        """Bring an expert into the slot, bytes aligned to `ALIGNMENT`. Called from many threads."""
        ...


class ExpertCache:
    """Holds routed experts in at most `size` bytes. One thread at a time may ask; `close` ends the readers."""

    def __init__(
        self,
        files: ExpertFiles,
        size: int,
        *,
        readers: int = READERS,
        record: list[ExpertRequest] | None = None,
    ) -> None:
        """`record` is appended every request, for `expert_policy.replay`. The cache closes `files` with itself.

        Raises EngineError where `size` does not hold one expert, or is more than there is.
        """
        self.files, self._size, self._record = files, size, record
        self._waited = 0.0
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="openk2-experts")
        self._buffers = threading.local()
        self.hold_as(None)

    def hold_as(self, packing: Packing | None) -> None:
        """Begin anew with slots that hold experts in another form; None: as in the files. Each reader then has a buffer
        for one expert beside the slots. Raises as the constructor does.
        """
        layouts = self.files.layouts
        self._packing = packing
        self._slot_bytes = aligned(max(map(packing.bytes, layouts.values())) if packing else self.files.expert_bytes)
        slots = min(self._size // self._slot_bytes, len(layouts) * self.files.config.n_routed_experts)
        if slots < 1:
            raise EngineError(
                f"{self._size:,} bytes of memory for experts hold none of {self.files.directory}; "
                f"accepted: {self._slot_bytes:,} or more"
            )
        self._memory = torch.empty(0)  # what there was goes before as much comes
        self._memory = _allocate(slots * self._slot_bytes)
        self._policy = policy_of(self.files, slots)
        self._free = list(range(slots))[::-1]
        self._slots: dict[tuple[int, int], int] = {}
        self._arriving: dict[int, Future[None]] = {}
        """Slot → what was last read into it, unless that is known to have arrived."""
        self._held: dict[tuple[int, int], Tensor] = {}

    @property
    def most_at_once(self) -> int:
        """Most experts that one `fetch` can ask for: the slots."""
        return self._policy.slots

    @property
    def size(self) -> int:
        """Bytes of all slots."""
        return self._policy.slots * self._slot_bytes

    @property
    def counters(self) -> ExpertCounters:
        """What was hit, missed, read and waited for so far."""
        return replace(self._policy.counters, seconds_waited=self._waited)

    def groups(self, layer: int, experts: Sequence[int]) -> list[list[int]]:
        """Experts of a step in groups of at most `most_at_once`, in the order in which to fetch them."""
        return self._policy.groups(layer, experts)

    def fetch(self, layer: int, experts: Sequence[int]) -> list[Tensor]:
        """The slots of experts of a layer, at most `most_at_once`, each once. They stay until the next `fetch`.

        Raises CheckpointError where one cannot be read; the cache goes on without it.
        """
        self._note(layer, experts, ahead=False)
        self._start(layer, self._policy.request(layer, experts))
        self._held = {}
        self._await(layer, experts)
        self._held = {(layer, expert): self._slot(self._slots[layer, expert]) for expert in experts}
        return list(self._held.values())

    def held(self, layer: int, expert: int) -> Tensor | None:
        """The slot of an expert of the last `fetch`."""
        return self._held.get((layer, expert))

    def read_ahead(self, layer: int, experts: Sequence[int]) -> None:
        """Experts that the next `fetch` of a layer may ask for; they are read meanwhile, if such forecasts prove right.

        Call it after the `fetch` of the layer before, so that what is certain is read first.
        """
        self._note(layer, experts, ahead=True)
        self._start(layer, self._policy.ahead(layer, experts))

    def close(self) -> None:
        """End the readers and close the files."""
        self._readers.shutdown(cancel_futures=True)
        self.files.close()
        self._held = {}
        c = self.counters
        log.info(
            "experts: %d hits, %d misses (%.1f %% hits), %.2f GB read, %.1f s waited, %d of %d read ahead were needed",
            c.hits,
            c.misses,
            100 * c.hit_rate,
            c.bytes_read / 1e9,
            c.seconds_waited,
            c.read_ahead_useful,
            c.read_ahead,
        )

    def __enter__(self) -> ExpertCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _note(self, layer: int, experts: Sequence[int], *, ahead: bool) -> None:
        if self._record is not None:
            self._record.append(ExpertRequest(layer, tuple(sorted(experts)), ahead))

    def _start(self, layer: int, decision: Decision) -> None:
        """Give the readers what is to be read, into the slots of what gives way."""
        self._free.extend(self._slots.pop(key) for key in decision.evicted)
        for expert in decision.read:
            slot = self._slots[layer, expert] = self._free.pop()
            before = self._arriving.get(slot)
            self._arriving[slot] = self._readers.submit(self._read, layer, expert, slot, before)

    def _read(self, layer: int, expert: int, slot: int, before: Future[None] | None) -> None:
        """What a reader does; what was on its way into the slot before, unused, has to be through."""
        if before is not None:
            wait([before])
        if self._packing is None:
            self.files.read(layer, expert, self._slot(slot))
        else:
            self._packing.pack(self.files.read(layer, expert, self._buffer()), self._slot(slot))

    def _buffer(self) -> Tensor:
        """Memory for one expert, each reader its own."""
        if not hasattr(self._buffers, "memory"):
            self._buffers.memory = _allocate(self.files.expert_bytes)
        memory: Tensor = self._buffers.memory
        return memory

    def _await(self, layer: int, experts: Sequence[int]) -> None:
        """Wait until the experts have arrived. All of them, also where one fails: readers write into their slots."""
        begin = time.perf_counter()
        coming = {expert: self._arriving.pop(self._slots[layer, expert], None) for expert in experts}
        wait([future for future in coming.values() if future is not None])
        self._waited += time.perf_counter() - begin
        failures = []
        for expert, future in coming.items():
            error = future.exception() if future is not None else None
            if error is not None:
                self._policy.forget(layer, expert)
                self._free.append(self._slots.pop((layer, expert)))
                failures.append(error)
        if failures:
            raise failures[0]

    def _slot(self, slot: int) -> Tensor:
        return self._memory[slot * self._slot_bytes : (slot + 1) * self._slot_bytes]


class CachedExperts:
    """The routed experts of one layer behind a cache, as the float matrices that a step multiplies with."""

    def __init__(self, cache: ExpertCache, layer: int, dtype: torch.dtype) -> None:
        self._cache, self._layer, self._dtype = cache, layer, dtype
        self._layout, experts = cache.files.layouts[layer], cache.files.config.n_routed_experts
        gate, down = self._layout.gate, self._layout.down
        self.gate_up_EFD: ExpertMatrices = _Matrices((experts, 2 * gate.rows, gate.inputs), self._gate_up)
        """Per expert the gate rows, then the up rows."""
        self.down_EDF: ExpertMatrices = _Matrices((experts, down.rows, down.inputs), self._down)

    def groups(self, experts: Sequence[int], then: Callable[[], None]) -> Iterator[list[int]]:
        """The experts of a step, group after group; while a group is at hand its matrices are in memory. `then` is
        called when the last group has come, before it is used.
        """
        groups = self._cache.groups(self._layer, experts)
        for number, group in enumerate(groups, 1):
            self._cache.fetch(self._layer, group)
            if number == len(groups):
                then()
            yield group

    def foresee(self, experts: Sequence[int]) -> None:
        """The next step's experts of this layer, as far as one can say."""
        self._cache.read_ahead(self._layer, experts)

    def _gate_up(self, expert: int) -> Tensor:
        found = self._expert(expert)
        return laid(torch.cat([found.gate.dense(self._dtype), found.up.dense(self._dtype)]))

    def _down(self, expert: int) -> Tensor:
        return laid(self._expert(expert).down.dense(self._dtype))

    def _expert(self, expert: int) -> StoredExpert:
        """One expert, fetched where it is not at hand."""
        slot = self._cache.held(self._layer, expert)
        return self._layout.of(self._cache.fetch(self._layer, [expert])[0] if slot is None else slot)


@dataclass(frozen=True)
class _Matrices:
    shape: tuple[int, ...]
    of: Callable[[int], Tensor]

    def __getitem__(self, expert: int) -> Tensor:
        return self.of(expert)


def policy_of(files: ExpertFiles, slots: int) -> ExpertPolicy:
    """The policy of a cache with so many slots: one with nothing in it, to `replay` a record."""
    return ExpertPolicy(slots, {layer: layout.file_bytes for layer, layout in files.layouts.items()})


def _allocate(size: int) -> Tensor:
    """So many bytes, aligned."""
    try:
        memory = torch.empty(size + ALIGNMENT, dtype=torch.uint8)
    except RuntimeError:
        raise EngineError(f"there is no memory for {size:,} bytes of experts; give them less") from None
    begin = -memory.data_ptr() % ALIGNMENT
    return memory[begin : begin + size]
