"""Products and elementwise functions that give a row the same bits whatever the other rows are; `forward.py` says why
it takes care."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from openk2.model.head import TiedHead
from openk2.model.linear import Linear
from openk2.quantization.stored import StoredLinear

LONGEST_SUM = 512
"""Products over more than this many terms are split; MKL regroups longer sums according to the number of rows."""
VECTOR = 32
"""Elements torch handles per vectorised round (two AVX-512 registers of float32)."""
ELEMENTWISE = 32_768
"""Elements up to which torch does not share an elementwise operation out to threads, at ends that need not be whole
vectors."""


@cache
def fewest_rows() -> int:
    """From how many rows on a float32 product of this machine gives a row the same bits: MKL has other routines for
    fewer, which ones depends on the CPU (2 rows on Intel's, 12 on AMD's)."""
    generator = torch.Generator().manual_seed(0)
    x_NK, w_KM = torch.randn(64, 96, generator=generator), torch.randn(96, 64, generator=generator)
    all_NM = torch.mm(x_NK, w_KM)
    different = [N for N in range(1, 64) if not torch.equal(torch.mm(x_NK[:N], w_KM), all_NM[:N])]
    return max(different, default=1) + 1


def product(x_NK: Tensor, weight_MK: Tensor, out_NM: Tensor | None = None) -> Tensor:
    """`x @ weightᵀ`, into `out_NM` where given; longer float32 sums than LONGEST_SUM are made in a fixed order."""
    N = x_NK.shape[0]
    if 0 < N < fewest_rows() and x_NK.dtype == torch.float32:
        filled_NM = product(filled(x_NK), weight_MK)
        return filled_NM[:N] if out_NM is None else out_NM.copy_(filled_NM[:N])
    weight_KM = weight_MK.mT
    K = weight_KM.shape[0]
    if K <= LONGEST_SUM or x_NK.dtype != torch.float32:
        return torch.mm(x_NK, weight_KM, out=out_NM)
    out_NM = torch.mm(x_NK[:, :LONGEST_SUM], weight_KM[:LONGEST_SUM], out=out_NM)
    for begin in range(LONGEST_SUM, K, LONGEST_SUM):
        some = slice(begin, begin + LONGEST_SUM)
        out_NM.addmm_(x_NK[:, some], weight_KM[some])
    return out_NM


def filled(x_NK: Tensor) -> Tensor:
    """The rows, and the last one as often again as makes `fewest_rows`."""
    missing = fewest_rows() - x_NK.shape[0]
    return torch.cat([x_NK, x_NK[-1:].expand(missing, -1)]) if missing > 0 else x_NK


def project(linear: nn.Module, x_NK: Tensor) -> Tensor:
    """The product with a linear layer's weight, piece by piece where it is stored in a number format."""
    if isinstance(linear, StoredLinear):
        return torch.cat([product(x_NK, tile_MK) for tile_MK in linear.weight.tiles()], -1)
    assert isinstance(linear, Linear | TiedHead)
    return product(x_NK, linear.weight)


def silu_(x_NF: Tensor) -> Tensor:
    """SiLU in place, in blocks of rows that are whole vectors and stay on one thread."""
    for block in _blocks(x_NF):
        F.silu(block, inplace=True)
    return x_NF


def blockwise(function: Callable[[Tensor], Tensor], x_NF: Tensor) -> Tensor:
    """An elementwise function, in the blocks of `silu_`."""
    blocks = _blocks(x_NF)
    return function(x_NF) if len(blocks) == 1 else torch.cat([function(block) for block in blocks])


def _blocks(x_NF: Tensor) -> list[Tensor]:
    N, width = x_NF.shape
    if N * width <= ELEMENTWISE:
        return [x_NF]
    return list(x_NF.split(max(ELEMENTWISE // width // VECTOR, 1) * VECTOR))
