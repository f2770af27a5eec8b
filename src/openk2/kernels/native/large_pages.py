"""Memory in large pages: weights and latents are read from end to end every step, and with pages of 4 KB much of that
time goes into translating addresses.
"""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

LARGE_PAGE = 2 << 20
_MADV_HUGEPAGE = 14


def ask_for_large_pages(tensor: Tensor) -> Tensor:
    """The same tensor; what of its memory is not written to yet will lie in large pages where the system has them."""
    if tensor.device.type != "cpu":
        return tensor
    begin = -(-tensor.data_ptr() // LARGE_PAGE) * LARGE_PAGE
    end = (tensor.data_ptr() + tensor.nbytes) // LARGE_PAGE * LARGE_PAGE
    advise = _advise()
    if advise is not None and begin < end:
        advise(begin, end - begin, _MADV_HUGEPAGE)
    return tensor


class Slabs:
    """Hands out pieces of large blocks, so that small ones share large pages too."""

    SIZE = 64 << 20
    ALIGNMENT = 64

    def __init__(self) -> None:
        self._slab = torch.empty(0, dtype=torch.uint8)
        self._used = 0

    def take(self, size: int) -> Tensor:
        """`size` bytes, 64-byte aligned, unset."""
        if size > self.SIZE // 4:
            return _fresh(size)
        if self._used + size > self._slab.nbytes:
            self._slab, self._used = _fresh(self.SIZE), 0
        piece = self._slab[self._used : self._used + size]
        self._used += -(-size // self.ALIGNMENT) * self.ALIGNMENT
        return piece


def _fresh(size: int) -> Tensor:
    block = ask_for_large_pages(torch.empty(size + LARGE_PAGE, dtype=torch.uint8))
    skip = -block.data_ptr() % LARGE_PAGE
    return block[skip : skip + size]


@cache
def _advise() -> Callable[[int, int, int], int] | None:
    if platform.system() != "Linux":
        return None
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return advise
