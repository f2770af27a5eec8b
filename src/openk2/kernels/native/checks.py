"""What a level must compute before it may serve: one small case of every operation, beside the reference.

A check takes a level and returns the largest error and the bound it must keep. To add one, put it into `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable

from openk2.kernels.native.library import Level

Check = Callable[[Level], tuple[float, float]]
"""Level → (largest error, bound)."""

CHECKS: dict[str, Check] = {}
"""Name, as `openk2 kernels` shows it → check; run in this order."""
