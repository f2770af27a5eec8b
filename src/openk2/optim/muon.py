"""Muon's orthogonalised update (Moonlight, arXiv 2502.16982, sections 2.1-2.2; Kimi K2, arXiv 2507.20534, algorithm 1).

A matrix's momentum M is replaced by the nearest semi-orthogonal matrix, found by five Newton-Schulz steps of an odd
quintic polynomial, and scaled by 0.2·√max(n, m) so that its root mean square matches AdamW's. Many matrices of one
shape (all experts of a layer, the same projection of all layers) go through as one batch.
"""

from __future__ import annotations

import torch
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
STEPS = 5
EPS = 1e-7
UPDATE_RMS = 0.2
"""Root mean square of an update before the learning rate; AdamW's lies between 0.2 and 0.4."""


def orthogonalize(m_Bnm: Tensor, dtype: torch.dtype = torch.bfloat16) -> Tensor:
    """Newton-Schulz on matrices `[B, n, m]`, computed and returned in `dtype`; singular values end near 1."""
    a, b, c = COEFFICIENTS
    wide = m_Bnm.shape[-2] <= m_Bnm.shape[-1]
    x = (m_Bnm if wide else m_Bnm.mT).to(dtype)
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=EPS)
    for _ in range(STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x if wide else x.mT


def scale(n: int, m: int) -> float:
    """Factor that gives an orthogonalised `[n, m]` update AdamW's root mean square."""
    return float(UPDATE_RMS * max(n, m) ** 0.5)
