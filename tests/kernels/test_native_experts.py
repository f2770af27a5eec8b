"""Rows shared out to packed experts: as `kernels.reference` says, on every level and in every layout.

The yardstick is the reference in float64 over the weights' own numbers, with inputs and hidden rows rounded as the
layout says.
"""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from native_numbers import EXACT_ON_ALL_LEVELS, FLOAT32, Weight, hold, normal, rounded, step, sum_error
from torch import Tensor

from openk2.kernels import reference
from openk2.kernels.native.interface import Layout
from openk2.kernels.native.library import Level
from openk2.kernels.native.packed import Packed, routed_experts

Expert = tuple[Weight, Weight, Weight]
"""Gate, up and down."""

E, K, D, WIDTH = 6, 2, 100, 75
FLIPS = 3.0
"""A hidden value between two codes may land on either: so many of a row's that weigh most."""
SILU = 16 * FLOAT32

layouts = pytest.mark.parametrize("layout", Layout, ids=lambda layout: layout.name)


def experts_of(layout: Layout, count: int = E, width: int = WIDTH, inputs: int = D) -> list[Expert]:
    """Experts of random weights, each of another size."""
    return [
        (
            hold(layout, 0.2 * normal(width, inputs, seed=3 * e)),
            hold(layout, 0.1 * (e + 1) * normal(width, inputs, seed=3 * e + 1)),
            hold(layout, 0.1 * normal(inputs, width, seed=3 * e + 2)),
        )
        for e in range(count)
    ]


def packed_for(level: Level, experts: list[Expert]) -> list[tuple[Packed, Packed, Packed]]:
    return [(gate.packed(level), up.packed(level), down.packed(level)) for gate, up, down in experts]


def scattered(rows: int, seed: int = 1) -> Tensor:
    """K different experts for every row, `[N, K]`."""
    return torch.stack([torch.randperm(E, generator=torch.Generator().manual_seed(seed + n))[:K] for n in range(rows)])


def loads() -> dict[str, Tensor]:
    """Who is chosen by whom."""
    one = torch.zeros(150, 1, dtype=torch.long)
    most = torch.cat([torch.zeros(40, 1), 1 + torch.arange(40)[:, None] % 3], 1).long()
    return {
        "one row": scattered(1),
        "few rows": scattered(5),
        "many rows": scattered(70),
        "all to one": one + 3,
        "one has half": most,  # and two have none
        "every row to every expert": torch.arange(E).flip(0).repeat(7, 1),
    }


def expected(experts: list[Expert], x_ND: Tensor, experts_NK: Tensor, weights_NK: Tensor) -> tuple[Tensor, Tensor]:
    """The sum in float64, and how far from it a float32 computation may be."""
    layout = experts[0][0].layout
    x_ND, sum_ND = rounded(layout, x_ND), torch.zeros(x_ND.shape, dtype=torch.float64)
    slack_ND = sum_ND.clone()
    for e, (gate, up, down) in enumerate(experts):
        factor_N1 = (weights_NK.double() * (experts_NK == e)).sum(1, keepdim=True)
        gate_NF, up_NF = x_ND @ gate.exact_OI.mT, x_ND @ up.exact_OI.mT
        exact_NF = F.silu(gate_NF) * up_NF
        hidden_NF = rounded(layout, exact_NF.float())
        sum_ND += factor_N1 * (hidden_NF @ down.exact_OI.mT)
        # silu is at most 1.1 times as steep as its input, and is made of some roundings itself.
        gate_error_NF = 1.1 * sum_error(layout, D) * (x_ND.abs() @ gate.exact_OI.abs().mT)
        up_error_NF = sum_error(layout, D) * (x_ND.abs() @ up.exact_OI.abs().mT)
        error_NF = gate_error_NF * up_NF.abs() + F.silu(gate_NF).abs() * up_error_NF + SILU * exact_NF.abs()
        error_NF = error_NF + sum_error(layout, exact_NF.shape[1]) * hidden_NF.abs()
        flip_ND = (2 * step(layout, exact_NF)[:, None] * down.exact_OI.abs()).amax(-1)
        slack_ND += factor_N1.abs() * (error_NF @ down.exact_OI.abs().mT + FLIPS * flip_ND)
    return sum_ND, slack_ND


@layouts
@pytest.mark.parametrize("load", loads())
def test_experts_are_those_of_the_reference(level: Level, layout: Layout, load: str) -> None:
    experts, experts_NK = experts_of(layout), loads()[load]
    x_ND, weights_NK = normal(len(experts_NK), D, seed=1), normal(*experts_NK.shape, seed=2)
    y_ND = routed_experts(level, packed_for(level, experts), x_ND, experts_NK, weights_NK)
    sum_ND, slack_ND = expected(experts, x_ND, experts_NK, weights_NK)
    assert ((y_ND.double() - sum_ND).abs() <= slack_ND).all()
    # And that yardstick is the reference, but for the rounding of activations.
    gate_up_EFD = torch.stack([torch.cat([gate.exact_OI, up.exact_OI]) for gate, up, _ in experts])
    down_EDF = torch.stack([down.exact_OI for _, _, down in experts])
    reference_ND = reference.routed_experts(x_ND.double(), gate_up_EFD, down_EDF, experts_NK, weights_NK.double())
    lost = {Layout.F32: 1e-6, Layout.INT8: 0.02, Layout.INT4: 0.02}.get(layout, 0.006)
    assert (y_ND - reference_ND).norm() <= lost * reference_ND.norm()


@layouts
def test_a_rows_result_depends_on_that_row_alone(level: Level, layout: Layout) -> None:
    """Whichever rows its experts have beside it, and however many threads there are."""
    packed, experts_NK = packed_for(level, experts_of(layout)), scattered(40)
    x_ND, weights_NK = normal(40, D, seed=1), normal(40, K, seed=2)
    together_ND = routed_experts(level, packed, x_ND, experts_NK, weights_NK)
    for threads in (1, 2, 3):
        level.library.threads = threads
        for rows in (slice(0, 1), slice(7, 8), slice(3, 8), slice(39, 40), slice(11, 36), slice(0, 40)):
            alone_nD = routed_experts(level, packed, x_ND[rows], experts_NK[rows], weights_NK[rows])
            assert torch.equal(alone_nD, together_ND[rows])
    order_N = torch.randperm(40, generator=torch.Generator().manual_seed(1))
    turned_ND = routed_experts(level, packed, x_ND[order_N], experts_NK[order_N], weights_NK[order_N])
    assert torch.equal(turned_ND, together_ND[order_N])


@layouts
def test_the_order_in_which_a_row_names_its_experts_does_not_matter(level: Level, layout: Layout) -> None:
    packed, experts_NK = packed_for(level, experts_of(layout)), scattered(20)
    x_ND, weights_NK = normal(20, D, seed=1), normal(20, K, seed=2)
    y_ND = routed_experts(level, packed, x_ND, experts_NK, weights_NK)
    assert torch.equal(routed_experts(level, packed, x_ND, experts_NK.flip(1), weights_NK.flip(1)), y_ND)


@pytest.mark.parametrize("layout", EXACT_ON_ALL_LEVELS, ids=lambda layout: layout.name)
def test_all_levels_give_the_same_bits(levels: list[Level], layout: Layout) -> None:
    experts, experts_NK = experts_of(layout), scattered(40)
    x_ND, weights_NK = normal(40, D, seed=1), normal(40, K, seed=2)
    first_ND, *others = (
        routed_experts(level, packed_for(level, experts), x_ND, experts_NK, weights_NK) for level in levels
    )
    assert all(torch.equal(first_ND, y_ND) for y_ND in others)


@layouts
@pytest.mark.parametrize("inputs", [32, D])
@pytest.mark.parametrize("width", [1, 16, 17, 48, 64])
def test_widths_that_fill_panels_and_bricks_and_that_do_not(
    level: Level, layout: Layout, width: int, inputs: int
) -> None:
    """Gate and up are made two panels at a time, which is one brick of what down reads; the last may be half. Scales
    of a single panel and brick take half a line of memory."""
    experts, experts_NK = experts_of(layout, 2, width, inputs), torch.arange(40)[:, None] % 2
    x_ND, weights_NK = normal(40, inputs, seed=1), normal(40, 1, seed=2)
    y_ND = routed_experts(level, packed_for(level, experts), x_ND, experts_NK, weights_NK)
    sum_ND, slack_ND = expected(experts, x_ND, experts_NK, weights_NK)
    assert ((y_ND.double() - sum_ND).abs() <= slack_ND).all()


@layouts
def test_zeros_and_extremes(level: Level, layout: Layout) -> None:
    """A zero row gives zero; gates far from zero close or open without overflow; a weight of zero adds nothing."""
    experts, experts_NK = experts_of(layout), scattered(4)
    x_ND, weights_NK = normal(4, D, seed=1), normal(4, K, seed=2)
    x_ND[0], x_ND[1], weights_NK[2] = 0, 1e6 * x_ND[1], 0
    y_ND = routed_experts(level, packed_for(level, experts), x_ND, experts_NK, weights_NK)
    sum_ND, slack_ND = expected(experts, x_ND, experts_NK, weights_NK)
    assert not y_ND[0].any()
    assert not y_ND[2].any()
    assert ((y_ND.double() - sum_ND).abs() <= slack_ND).all()


def test_silu_is_right_to_a_few_units_in_the_last_place(level: Level) -> None:
    """An expert of one hidden value and weights of one gives x · silu(x), over the whole range of e⁻ˣ."""
    one = hold(Layout.F32, torch.ones(1, 1))
    x_N1 = torch.cat([torch.linspace(-85, 85, 2001), torch.linspace(-1, 1, 501), torch.tensor([-200.0, -90, 90, 1e5])])
    x_N1 = x_N1[:, None]
    nobody_else = torch.zeros(len(x_N1), 1, dtype=torch.long)
    y_N1 = routed_experts(level, packed_for(level, [(one, one, one)]), x_N1, nobody_else, torch.ones_like(x_N1))
    torch.testing.assert_close(y_N1.double(), x_N1.double() * F.silu(x_N1.double()), rtol=8 * FLOAT32, atol=1e-33)


def test_no_rows(level: Level) -> None:
    packed = packed_for(level, experts_of(Layout.F32))
    nobody_NK = torch.empty(0, K, dtype=torch.long)
    assert routed_experts(level, packed, torch.empty(0, D), nobody_NK, torch.empty(0, K)).shape == (0, D)
