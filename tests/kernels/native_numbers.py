"""Weights in every layout of the native kernels beside the numbers they stand for; activations as products see them.

Shapes: O outputs, I inputs, N rows, g groups of 32 inputs.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from openk2.kernels.native.checks import Weight
from openk2.kernels.native.interface import Layout
from openk2.quantization import fp8, int4, int8

GROUP = 32
EXACT_ON_ALL_LEVELS = (Layout.F32, Layout.INT8, Layout.INT4)
"""Chains of fused products, or integer sums: the same bits whatever the instructions."""
BFLOAT16 = 2.0**-8
"""Largest relative error of rounding to bfloat16."""
FLOAT32 = 2.0**-24
SMALLEST = 2.0**-126
"""Products of bfloat16 pairs take smaller numbers, and make smaller results, for zero."""


def normal(*shape: int, seed: int) -> Tensor:
    """Standard normal numbers, float32."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def uneven(outputs: int, inputs: int, seed: int) -> Tensor:
    """A weight whose rows and groups differ in size up to some hundred times: a scale taken from elsewhere shows."""
    rows_O1 = normal(outputs, 1, seed=seed + 1000)
    groups_1I = normal(1, -(-inputs // GROUP), seed=seed + 2000).repeat_interleave(GROUP, 1)[:, :inputs]
    return 0.1 * normal(outputs, inputs, seed=seed) * (rows_O1 + groups_1I).exp()


def hold(layout: Layout, weight_OI: Tensor) -> Weight:
    """A float weight in a layout."""
    outputs, inputs = weight_OI.shape
    match layout:
        case Layout.F32:
            return Weight(layout, weight_OI, None, weight_OI.double())
        case Layout.BF16:
            return Weight(layout, weight_OI.bfloat16(), None, weight_OI.bfloat16().double())
        case Layout.FP8:
            values_OI, scales_oi = fp8.quantise(weight_OI)
            spread_OI = scales_oi.repeat_interleave(fp8.BLOCK, 0).repeat_interleave(fp8.BLOCK, 1)[:outputs, :inputs]
            return Weight(layout, values_OI, scales_oi, values_OI.double() * spread_OI.double())
        case Layout.INT8 | Layout.INT8_A16:
            codes_OI, scales_O = int8.quantise(weight_OI)
            return Weight(layout, codes_OI, scales_O, codes_OI.double() * scales_O[:, None].double())
        case Layout.INT4 | Layout.INT4_A16:
            codes_OI, scales_Og = int4.quantise(weight_OI)
            spread_OI = scales_Og.repeat_interleave(GROUP, 1)[:, :inputs]
            return Weight(layout, int4.pack(codes_OI), scales_Og, codes_OI.double() * spread_OI.double())


def rounded(layout: Layout, x_NI: Tensor) -> Tensor:
    """float64 of the activations that a product sees: float32, bfloat16, or int8 in groups of 32.

    int8: the largest magnitude of a group lands on 127, the others on the nearest code, ties on the even one; a group
    without anything above 1e-30 is zero.
    """
    match layout:
        case Layout.F32:
            return x_NI.double()
        case Layout.INT8 | Layout.INT4:
            inputs = x_NI.shape[1]
            groups_NgG = F.pad(x_NI.float(), (0, -inputs % GROUP)).unflatten(1, (-1, GROUP))
            largest_Ng1 = groups_NgG.abs().amax(-1, keepdim=True)
            last_Ng1 = torch.full_like(largest_Ng1, 127)  # a number divided by a tensor is rounded twice
            inverse_Ng1 = torch.where(largest_Ng1 > 1e-30, last_Ng1 / largest_Ng1, 0)
            codes_NgG = (groups_NgG * inverse_Ng1).round()
            return (codes_NgG.double() * (largest_Ng1 / last_Ng1).double()).flatten(1)[:, :inputs]
        case _:
            return x_NI.bfloat16().double()


def step(layout: Layout, x_NI: Tensor) -> Tensor:
    """At most this far, element by element, is a rounded activation from the exact one."""
    match layout:
        case Layout.F32:
            return torch.zeros_like(x_NI, dtype=torch.float64)
        case Layout.INT8 | Layout.INT4:
            inputs = x_NI.shape[1]
            groups_NgG = F.pad(x_NI.double(), (0, -inputs % GROUP)).unflatten(1, (-1, GROUP))
            half_Ng1 = groups_NgG.abs().amax(-1, keepdim=True) / 254 * (1 + 127 * 4 * FLOAT32) + 1e-30
            return half_Ng1.expand_as(groups_NgG).flatten(1)[:, :inputs]
        case _:
            return x_NI.double().abs() * BFLOAT16 + SMALLEST


def sum_error(layout: Layout, inputs: int) -> float:
    """Of a product's sums in float32, in parts of the sum of the magnitudes.

    One rounding an input, or one a group where the group's sum is an exact integer. Errors of such sums grow as the
    square root of their number (Higham and Mary 2019, "A new approach to probabilistic rounding error analysis"); 4
    standard deviations, never more than the worst case.
    """
    roundings = inputs if layout not in (Layout.INT8, Layout.INT4) else -(-inputs // GROUP)
    return min(roundings + 3.0, 4 * (roundings + 3.0) ** 0.5) * FLOAT32
