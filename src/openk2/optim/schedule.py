"""Warm-up, stable, decay (Kimi K2, arXiv 2507.20534, section 2.5): the learning rate as a pure function of progress."""

from __future__ import annotations

import math


def warmup_stable_decay(
    done: float, total: float, *, warmup: float, decay: float, floor: float = 0.0, shape: str = "linear"
) -> float:
    """Factor of the peak learning rate after `done` of `total` (both in any one unit, such as tokens).

    Rises linearly over the first `warmup` (same unit), stays at 1, and falls to `floor` over the last `decay` (same
    unit), along a `linear` or `cosine` curve. Past the end it stays at `floor`.
    """
    if done < warmup:
        return done / warmup
    left = total - done
    if left >= decay or decay <= 0:
        return 1.0
    part = max(left, 0.0) / decay
    curve = part if shape == "linear" else (1 - math.cos(math.pi * part)) / 2
    return floor + (1 - floor) * curve
