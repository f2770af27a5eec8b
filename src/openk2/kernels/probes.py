"""The two limits of a machine, measured: bytes read per second, and operations per second of a bfloat16 product.

Decoding one token reads every active weight once, so it cannot be faster than active bytes ÷ `read_bandwidth`. A long
prompt is a product of large matrices, so it cannot be faster than its operations ÷ `matmul_peak`. Both move with
whatever else runs on the machine: compare only with figures of the same minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch

BYTES = 2**30
"""Read in one pass; reading through it leaves nothing in a cache that the next pass could use."""
PASSES = 3
SIZES = (1024, 2048, 4096)
"""Rows and columns of the products."""
SLOW = 0.5
"""Seconds of a product after which no larger one is tried."""


def read_bandwidth(threads: int | None = None, size: int = BYTES) -> float:
    """Bytes per second that `threads` (torch's number if not given) together read from memory, best of three passes.

    Each thread takes the largest number of its own slice, which a core does several times faster than memory delivers.
    """
    threads = threads or torch.get_num_threads()
    slices = np.array_split(np.empty(size // 4, np.int32), threads)
    with ThreadPoolExecutor(threads) as pool:
        # Each thread touches its own slice first, so that its pages lie near it.
        list(pool.map(lambda part: part.fill(1), slices))
        seconds = min(_seconds(lambda: list(pool.map(np.max, slices))) for _ in range(PASSES))
    return sum(part.nbytes for part in slices) / seconds


def matmul_peak(threads: int | None = None, sizes: tuple[int, ...] = SIZES) -> float:
    """Operations (multiplications and additions) per second of torch's best bfloat16 product with that many threads."""
    best = 0.0
    with _torch_threads(threads or torch.get_num_threads()), torch.inference_mode():
        for size in sizes:
            a_NN, b_NN = torch.randn(2, size, size).bfloat16()
            torch.mm(a_NN, b_NN)  # the first one prepares what later ones reuse
            seconds = min(_seconds(partial(torch.mm, a_NN, b_NN)) for _ in range(PASSES))
            best = max(best, 2 * size**3 / seconds)
            if seconds > SLOW:
                break
    return best


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@contextmanager
def _torch_threads(threads: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
