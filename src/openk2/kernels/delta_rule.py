"""The gated delta rule in chunks (Kimi Linear, arXiv 2510.26692, section 3): matrix products in place of a loop.

Within a chunk the tokens' corrections U depend on each other through a unit lower triangular system, solved at once for
all chunks; only the state goes from chunk to chunk. The paper divides keys by their cumulative decay, K/Γ, which
overflows when memory fades fast. Here every exponent is a sum of decays between a token and a later place, so it is
never positive, and none is a difference of two sums, so nothing cancels: inside a block of a few tokens the sums are
taken pair by pair, between blocks in two parts that meet at the start of the later block.

Shapes: N chunks of C tokens, each of M blocks of c tokens; d is the width of a head.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from openk2.kernels import reference

CHUNK, BLOCK = 64, 8


def delta_rule(
    q_BHTd: Tensor, k_BHTd: Tensor, v_BHTd: Tensor, decay_BHTd: Tensor, rate_BHT: Tensor, state_BHdd: Tensor
) -> tuple[Tensor, Tensor]:
    """Fast form of `reference.delta_rule`: same arguments and result."""
    T = q_BHTd.shape[2]
    if T == 1:
        return reference.delta_rule(q_BHTd, k_BHTd, v_BHTd, decay_BHTd, rate_BHT, state_BHdd)
    chunk = min(CHUNK, -(-T // BLOCK) * BLOCK)
    q, k, v, decay, rate = (
        F.pad(x, (0, 0, 0, -T % chunk)).unflatten(2, (-1, chunk // BLOCK, BLOCK))
        for x in (q_BHTd, k_BHTd, v_BHTd, decay_BHTd, rate_BHT[..., None])
    )
    seen_BHNCC, told_BHNCC, q_faded, k_faded, k_fading = _within(q, k, decay)
    v, rate = v.flatten(3, 4), rate.flatten(3, 4)
    system = (rate * told_BHNCC).tril(-1)
    right = rate * torch.cat((v, k_faded), -1)
    solved = torch.linalg.solve_triangular(system, right, upper=False, unitriangular=True)
    u_BHNCd, w_BHNCd = solved.chunk(2, -1)
    fade_BHNd1 = decay.sum((3, 4)).exp()[..., None]
    read = []
    for n in range(q.shape[2]):
        correction_BHCd = u_BHNCd[:, :, n] - w_BHNCd[:, :, n] @ state_BHdd
        read.append(q_faded[:, :, n] @ state_BHdd + seen_BHNCC[:, :, n] @ correction_BHCd)
        state_BHdd = fade_BHNd1[:, :, n] * state_BHdd + k_fading[:, :, n].mT @ correction_BHCd
    return torch.cat(read, 2)[:, :, :T], state_BHdd


def _within(q: Tensor, k: Tensor, decay: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """What the tokens of a chunk are to each other, from `[B, H, N, M, c, d]`.

    Returns q·k and k·k `[B, H, N, C, C]` under the decay from the later factor (column) to the earlier (row), zero
    above the diagonal; then queries and keys faded since the start of the chunk, and keys fading until its end, each
    `[B, H, N, C, d]`.
    """
    q_near, k_near = _near(q, k, decay)
    since = decay.cumsum(-2).exp()
    until = F.pad(decay[..., 1:, :], (0, 0, 0, 1)).flip(-2).cumsum(-2).flip(-2).exp()
    block_fade = decay.sum(-2, keepdim=True).exp()
    q_since, k_since, k_until = q * since, k * since, k * until
    M, c = q.shape[3:5]
    earlier = k_until[..., 0, :0, :]
    fade = torch.ones_like(block_fade[..., 0, :, :])
    rows_q: list[Tensor] = []
    rows_k: list[Tensor] = []
    q_faded: list[Tensor] = []
    k_faded: list[Tensor] = []
    for m in range(M):
        later = (M - 1 - m) * c
        for rows, x, near in ((rows_q, q_since, q_near), (rows_k, k_since, k_near)):
            row = torch.cat((x[..., m, :, :] @ earlier.mT, near[..., m, :, :]), -1)
            rows.append(F.pad(row, (0, later)))
        q_faded.append(q_since[..., m, :, :] * fade)
        k_faded.append(k_since[..., m, :, :] * fade)
        fade = fade * block_fade[..., m, :, :]
        earlier = torch.cat((earlier * block_fade[..., m, :, :], k_until[..., m, :, :]), -2)
    return torch.cat(rows_q, -2), torch.cat(rows_k, -2), torch.cat(q_faded, -2), torch.cat(k_faded, -2), earlier


def _near(q: Tensor, k: Tensor, decay: Tensor) -> tuple[Tensor, Tensor]:
    """q·k and k·k of the tokens of one block, `[…, c, c]`, under the decay between them, zero above the diagonal."""
    c = q.shape[-2]
    after = torch.ones(c, c, dtype=torch.bool, device=q.device).tril(-1)
    # [..., t, j, d]: decay of token t where it comes after j; summed over t up to i
    between = decay[..., :, None, :].masked_fill(~after[..., None], 0).cumsum(-3)
    faded = k[..., None, :, :] * between.exp()
    return (q[..., :, None, :] * faded).sum(-1).tril(), (k[..., :, None, :] * faded).sum(-1).tril()
