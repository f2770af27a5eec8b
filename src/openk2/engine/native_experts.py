"""Routed experts for the kernels in C++ out of the expert cache: packed once, when they arrive from disk, and pointed
at when a step asks for them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import torch
from torch import Tensor

from openk2.checkpoint.expert_layout import ExpertLayout, MatrixLayout, StoredExpert, aligned
from openk2.engine.expert_cache import ExpertCache
from openk2.engine.native_weights import layout_for
from openk2.kernels.native.interface import FeedForward, Fetch, Layout, Matrix, Network
from openk2.kernels.native.library import Level
from openk2.kernels.native.packed import FP8_BLOCK, PANEL, code_bytes, pack_into, pack_scales

_SCALES = 1 << 14
"""Scales packed together: few enough for torch to stay on the thread that asks."""


class Bricks:
    """Experts in the order of the kernels: how they lie in a slot (`expert_cache.Packing`)."""

    def __init__(self, level: Level, dtype: torch.dtype, *, exact: bool) -> None:
        """`dtype`: what floats are held in, bfloat16 or float32; `exact`: integer weights meet bfloat16 activations
        instead of int8 ones.
        """
        self._level, self._dtype, self._exact = level, dtype, exact

    def layout(self, matrix: MatrixLayout) -> Layout:
        """How a matrix is packed."""
        return layout_for(matrix.format, self._dtype, self._exact)

    def bytes(self, layout: ExpertLayout) -> int:
        """What an expert takes in a slot."""
        return sum(aligned(codes) + aligned(scales) for codes, scales in map(self._sizes, layout.matrices))

    def pack(self, expert: StoredExpert, slot: Tensor) -> None:
        """Bring an expert into the slot."""
        for matrix, (codes, scales) in zip(expert.matrices, self._places(expert, slot), strict=True):
            layout, inputs = self.layout(matrix.layout), matrix.layout.inputs
            rows_OI = matrix.codes if matrix.layout.format else matrix.codes.to(self._dtype)
            pack_into(self._level, layout, rows_OI, codes, inputs)
            if matrix.scales is None:
                continue
            step, at = matrix.layout.rows, 0
            if layout != Layout.FP8:
                step = max(_SCALES // matrix.scales.shape[1] // PANEL, 1) * PANEL
            for begin in range(0, matrix.layout.rows, step):
                rows = min(step, matrix.layout.rows - begin)
                some = matrix.scales if layout == Layout.FP8 else matrix.scales[begin : begin + rows]
                packed = pack_scales(layout, some, rows, inputs).view(-1).view(torch.uint8)
                scales[at : at + len(packed)] = packed
                at += len(packed)

    def matrices(self, layout: ExpertLayout, slot: Tensor) -> FeedForward:
        """What the kernels want to know of a packed expert."""
        found, at = [], slot.data_ptr()
        for matrix in layout.matrices:
            codes, scales = self._sizes(matrix)
            place = at + aligned(codes) if scales else None
            found.append(Matrix(self.layout(matrix), matrix.rows, matrix.inputs, 0, at, place))
            at += aligned(codes) + aligned(scales)
        return FeedForward(*found)

    def _sizes(self, matrix: MatrixLayout) -> tuple[int, int]:
        """Bytes of packed codes and scales."""
        layout, panels = self.layout(matrix), -(-matrix.rows // PANEL)
        codes = code_bytes(layout, matrix.rows, matrix.inputs)
        if matrix.format is None:
            return codes, 0
        if layout == Layout.FP8:
            return codes, panels * -(-matrix.inputs // FP8_BLOCK) * torch.float32.itemsize
        return codes, panels * PANEL * matrix.scales_shape[1] * torch.bfloat16.itemsize

    def _places(self, expert: StoredExpert, slot: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Codes and scales of gate, up and down in the slot."""
        at = 0
        for matrix in expert.matrices:
            codes, scales = self._sizes(matrix.layout)
            behind = at + aligned(codes)
            yield slot[at : at + codes], slot[behind : behind + scales]
            at = behind + aligned(scales)


class NativeExperts:
    """Answers the kernels' `fetch` from a cache, whose slots it has hold experts in bricks."""

    def __init__(self, cache: ExpertCache, level: Level, dtype: torch.dtype, *, exact: bool) -> None:
        """As `Bricks`."""
        self._cache, self._bricks = cache, Bricks(level, dtype, exact=exact)
        cache.hold_as(self._bricks)
        self._known: dict[tuple[int, int], FeedForward] = {}
        self._callback = Fetch(self._fetch)
        self.error: Exception | None = None
        """What went wrong in the last `fetch` that failed."""

    def connect(self, network: Network) -> None:
        """Have a network ask here for its experts."""
        network.fetch, network.experts_at_once = self._callback, self._cache.most_at_once
        for layer, layout in self._cache.files.layouts.items():
            network.layer[layer].expert_format = self._bricks.layout(layout.gate)

    def _fetch(
        self,
        context: int | None,
        layer: int,
        count: int,
        experts: ctypes._Pointer[ctypes.c_int32],
        out: ctypes._Pointer[FeedForward],
    ) -> int:
        try:
            slots = self._cache.fetch(layer, experts[:count])
            for number, slot in enumerate(slots):
                out[number] = self._matrices(layer, slot)
        except Exception as error:  # the kernels know none: it is raised when the step has returned
            self.error = error
            return 1
        return 0

    def _matrices(self, layer: int, slot: Tensor) -> FeedForward:
        key = layer, slot.data_ptr()
        if key not in self._known:
            self._known[key] = self._bricks.matrices(self._cache.files.layouts[layer], slot)
        return self._known[key]
