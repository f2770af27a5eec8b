"""The two limits of a machine, measured: bytes read per second, and operations per second of a product of matrices.

Decoding one token reads every active weight once, so it cannot be faster than active bytes ÷ `read_bandwidth`. A long
prompt is a product of large matrices, so it cannot be faster than its operations ÷ `matmul_peak`. Both move with
whatever else runs on the machine: compare only with figures of the same minute.

bfloat16 numbers are float32 numbers too. A processor without instructions for products of bfloat16 makes them faster as
float32, so the limit is the faster of the two.
"""

from __future__ import annotations

import os
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
SIZES = (256, 1024, 2048, 4096)
"""Rows and columns of the products."""
SLOW = 0.5
"""Seconds; a product that would take longer is not tried."""


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


def matmul_peak(threads: int | None = None) -> float:
    """Operations per second of the fastest product of bfloat16 numbers with that many threads."""
    return max(matmul_rates(threads).values())


def matmul_rates(threads: int | None = None, sizes: tuple[int, ...] = SIZES) -> dict[str, float]:
    """Operations (multiplications and additions) per second of the best product in `bfloat16` and in `float32`.

    float32 is the better of torch's and numpy's: torch's library leaves a third of an AMD processor unused. numpy's
    takes every core, so it is asked only where `threads` are as many.
    """
    threads = threads or torch.get_num_threads()
    with _torch_threads(threads), torch.inference_mode():
        bfloat16 = _best_rate(lambda size: partial(torch.mm, *torch.randn(2, size, size).bfloat16()), sizes)
        float32 = _best_rate(lambda size: partial(torch.mm, *torch.randn(2, size, size)), sizes)
        if threads == os.cpu_count():
            of_numpy = _best_rate(lambda size: partial(np.matmul, *torch.randn(2, size, size).numpy()), sizes)
            float32 = max(float32, of_numpy)
    return {"bfloat16": bfloat16, "float32": float32}


def _best_rate(product: Callable[[int], Callable[[], object]], sizes: tuple[int, ...]) -> float:
    """Of a product of each size, until the next would be slow."""
    best = 0.0
    for size in sizes:
        if best and 2 * size**3 / best > SLOW:
            break
        work = product(size)
        work()  # the first one prepares what later ones reuse
        best = max(best, 2 * size**3 / min(_seconds(work) for _ in range(PASSES)))
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
