"""Balanced experts without an auxiliary loss (DeepSeek-V3, arXiv 2412.19437, section 2.1.2): after each step the router
bias of overloaded experts falls by a fixed amount and that of underloaded ones rises. The bias only chooses experts."""

from __future__ import annotations

import torch
from torch import Tensor


@torch.no_grad()
def nudge(bias_E: Tensor, load_E: Tensor, rate: float) -> None:
    """Move the bias in place by ±`rate` (0 where the load is exactly the mean), keeping its mean at zero."""
    load = load_E.float()
    bias_E += rate * torch.sign(load.mean() - load)
    bias_E -= bias_E.mean()
