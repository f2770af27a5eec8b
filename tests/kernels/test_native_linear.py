"""Products of rows with packed weights: every layout, every level of instructions.

The yardstick is float64 of the weight's own numbers with the activations rounded as the layout says, so what is left is
the error of sums in float32: some 1e-6 of the sum of magnitudes. One swapped code, or a scale from elsewhere, is a
thousand times that.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from native_numbers import (
    BFLOAT16,
    EXACT_ON_ALL_LEVELS,
    SMALLEST,
    Weight,
    hold,
    normal,
    rounded,
    step,
    sum_error,
    uneven,
)
from torch import Tensor

from openk2.kernels.native.interface import Layout
from openk2.kernels.native.library import Level
from openk2.kernels.native.packed import linear
from openk2.quantization import fp8, int4, int8

SHAPES = ((1, 1), (16, 32), (48, 32), (17, 33), (50, 75), (130, 260), (70, 1000), (20, 4001))
"""Outputs and inputs: less than a panel and a brick, exactly one, three panels of one brick, a little more, FP8's
blocks crossed, long sums."""
ROWS = 150

layouts = pytest.mark.parametrize("layout", Layout, ids=lambda layout: layout.name)


def activations(rows: int, inputs: int, seed: int = 7) -> Tensor:
    """Rows of different sizes."""
    return normal(rows, inputs, seed=seed) * normal(rows, 1, seed=seed + 1).exp()


def assert_product(y_NO: Tensor, weight: Weight, x_NI: Tensor) -> None:
    """Equal to the product in float64 but for sums in float32."""
    x_NI, exact_NI = rounded(weight.layout, x_NI), x_NI.double()
    magnitude_NO = x_NI.abs() @ weight.exact_OI.abs().mT
    lost_NO = SMALLEST * (weight.exact_OI.abs().sum(1) + exact_NI.abs().sum(1, keepdim=True) + x_NI.shape[1])
    error_NO = (y_NO.double() - x_NI @ weight.exact_OI.mT).abs()
    assert y_NO.dtype == torch.float32
    assert (error_NO <= sum_error(weight.layout, x_NI.shape[1]) * magnitude_NO + lost_NO).all()


@layouts
def test_a_product_is_that_of_the_weight_and_the_rounded_activations(level: Level, layout: Layout) -> None:
    for outputs, inputs in SHAPES:
        weight = hold(layout, uneven(outputs, inputs, seed=outputs))
        x_NI = activations(ROWS, inputs)
        assert_product(linear(level, weight.packed(level), x_NI), weight, x_NI)


@layouts
def test_each_output_is_made_of_its_own_row_of_the_weight(level: Level, layout: Layout) -> None:
    """A row that is one at a single input reads the weight out, code by code and scale by scale."""
    weight = hold(layout, uneven(150, 200, seed=2))
    y_IO = linear(level, weight.packed(level), torch.eye(200))
    if layout in (Layout.INT8, Layout.INT4):  # 127 · (1 / 127)
        torch.testing.assert_close(y_IO, weight.exact_OI.mT.float(), rtol=3e-7, atol=0)
    else:
        assert torch.equal(y_IO, weight.exact_OI.mT.float())


@layouts
def test_activations_are_rounded_as_the_layout_says(level: Level, layout: Layout) -> None:
    """A weight of ones on the diagonal shows what the product sees: float32 itself, bfloat16 within 2⁻⁸ of each value,
    int8 within 1/254 of the largest value among 32."""
    weight = hold(layout, torch.eye(96))
    x_NI = activations(ROWS, 96)
    y_NI = linear(level, weight.packed(level), x_NI).double() / weight.exact_OI.diagonal()
    torch.testing.assert_close(y_NI, rounded(layout, x_NI), rtol=3e-7, atol=0)
    assert ((y_NI - x_NI.double()).abs() <= step(layout, x_NI) + 3e-7 * x_NI.abs()).all()


@layouts
def test_the_error_against_the_float_weight_is_the_formats_own(level: Level, layout: Layout) -> None:
    """What quantisation of the weight costs, and rounding of the activations; nothing of note beside."""
    float_OI = uneven(200, 512, seed=5)
    weight = hold(layout, float_OI)
    x_NI = normal(40, 512, seed=6)
    expected_NO = x_NI.double() @ float_OI.double().mT
    of_weight = (x_NI.double() @ weight.exact_OI.mT - expected_NO).norm()
    of_activations = ((rounded(layout, x_NI) - x_NI.double()) @ float_OI.double().mT).norm()
    error = (linear(level, weight.packed(level), x_NI) - expected_NO).norm()
    assert error <= 1.05 * (of_weight**2 + of_activations**2).sqrt() + 1e-6 * expected_NO.norm()


@layouts
def test_a_rows_result_depends_on_that_row_alone(level: Level, layout: Layout) -> None:
    """The same bits alone, among 2 … 150 rows, and in any order."""
    for outputs, inputs in ((50, 75), (130, 260)):
        packed = hold(layout, uneven(outputs, inputs, seed=3)).packed(level)
        x_NI = activations(ROWS, inputs)
        together_NO = linear(level, packed, x_NI)
        for rows in (*range(1, 20), 31, 32, 33, 47, 48, 49, 64, 65, 127, 128, 129):
            assert torch.equal(linear(level, packed, x_NI[:rows]), together_NO[:rows])
            assert torch.equal(linear(level, packed, x_NI[-rows:]), together_NO[-rows:])
        order_N = torch.randperm(ROWS, generator=torch.Generator().manual_seed(1))
        assert torch.equal(linear(level, packed, x_NI[order_N]), together_NO[order_N])


@layouts
def test_results_do_not_depend_on_the_number_of_threads(level: Level, layout: Layout) -> None:
    weight = hold(layout, uneven(300, 75, seed=4))
    packed, x_NI = weight.packed(level), activations(ROWS, 75)
    alone = [linear(level, packed, x_NI[:rows]) for rows in (1, 5, ROWS)]
    for threads in (2, 3):
        level.library.threads = threads
        assert level.library.threads == threads
        for rows, y_NO in zip((1, 5, ROWS), alone, strict=True):
            assert torch.equal(linear(level, packed, x_NI[:rows]), y_NO)


def test_the_number_of_threads_may_change_at_any_time(level: Level) -> None:
    """Between two calls and during one, while two threads of Python call."""
    weight = hold(Layout.INT8_A16, uneven(300, 75, seed=4))
    packed, x_NI = weight.packed(level), activations(20, 75)
    expected_NO = linear(level, packed, x_NI)

    def same(_: int) -> bool:
        return torch.equal(linear(level, packed, x_NI), expected_NO)

    with ThreadPoolExecutor(2) as callers:
        outcomes = callers.map(same, range(100))
        for change in range(100):
            level.library.threads = 1 + change % 4
            time.sleep(0)
        assert all(outcomes)
    for threads in (3, 2, 3, 1, 4, 1, 2, 4) * 10:
        level.library.threads = threads
        assert same(0)


@pytest.mark.parametrize("layout", EXACT_ON_ALL_LEVELS, ids=lambda layout: layout.name)
def test_all_levels_give_the_same_bits(levels: list[Level], layout: Layout) -> None:
    for outputs, inputs in SHAPES:
        weight = hold(layout, uneven(outputs, inputs, seed=outputs))
        x_NI = activations(ROWS, inputs)
        for rows in (1, 3, ROWS):
            first_NO, *others = (linear(level, weight.packed(level), x_NI[:rows]) for level in levels)
            assert all(torch.equal(first_NO, y_NO) for y_NO in others)


@layouts
def test_codes_at_the_ends_of_their_range(level: Level, layout: Layout) -> None:
    """Every code there is, among them −8 and −128, which our grids do not make, and FP8's smallest numbers; activations
    at ±127, where a sum of 16 bits would overflow."""
    match layout:
        case Layout.INT8 | Layout.INT8_A16:
            codes_OI = torch.arange(-128, 128, dtype=torch.int8).view(4, 64).repeat(5, 1)
            scales = 1 + torch.arange(20.0)
            weight = Weight(layout, codes_OI, scales, codes_OI.double() * scales[:, None])
        case Layout.INT4 | Layout.INT4_A16:
            codes_OI = (torch.arange(20 * 64) % 16 - 8).to(torch.int8).view(20, 64)
            scales = (1 + torch.arange(40.0)).view(20, 2).bfloat16()
            exact_OI = codes_OI.double() * scales.double().repeat_interleave(32, 1)
            weight = Weight(layout, int4.pack(codes_OI), scales, exact_OI)
        case Layout.FP8:
            bytes_OI = torch.tensor([b for b in range(256) if b & 127 != 127], dtype=torch.uint8).repeat(4)[:1000]
            values_OI = bytes_OI.view(20, 50).view(torch.float8_e4m3fn)
            weight = Weight(layout, values_OI, torch.full((1, 1), 3.0), values_OI.double() * 3)
        case _:
            weight = hold(layout, uneven(20, 64, seed=1))
    inputs = weight.exact_OI.shape[1]
    signs_I = torch.where(torch.arange(inputs) % 3 == 0, -1.0, 1.0)
    x_NI = torch.stack([torch.ones(inputs), -torch.ones(inputs), signs_I, torch.eye(inputs)[3]])
    for rows in (1, 4):
        assert_product(linear(level, weight.packed(level), x_NI[:rows]), weight, x_NI[:rows])
    assert_product(linear(level, weight.packed(level), x_NI.repeat(5, 1)), weight, x_NI.repeat(5, 1))


@layouts
def test_zeros_give_zeros(level: Level, layout: Layout) -> None:
    zero, some = hold(layout, torch.zeros(20, 70)), hold(layout, uneven(20, 70, seed=1))
    x_NI = activations(5, 70)
    x_NI[2] = 0
    assert not linear(level, zero.packed(level), x_NI).any()
    y_NO = linear(level, some.packed(level), x_NI)
    assert not y_NO[2].any()
    assert_product(y_NO, some, x_NI)


@layouts
@pytest.mark.parametrize("size", [1e-42, 1e-38, 1e-30, 1e-20, 1e20, 1e32])
def test_small_and_large_magnitudes(level: Level, layout: Layout, size: float) -> None:
    weight = hold(layout, uneven(20, 70, seed=1).clamp(-10, 10))
    x_NI = activations(6, 70) * size
    x_NI[3, 5:40] = 0
    x_NI[4] /= size
    assert_product(linear(level, weight.packed(level), x_NI), weight, x_NI)


@layouts
def test_no_rows(level: Level, layout: Layout) -> None:
    assert linear(level, hold(layout, uneven(20, 70, seed=1)).packed(level), torch.empty(0, 70)).shape == (0, 20)


def test_formats_are_those_of_quantization() -> None:
    """The numbers this file takes a weight to stand for are those that everything else takes it for."""
    float_OI = uneven(150, 200, seed=8)
    codes_OI, scales_Og = int4.quantise(float_OI)
    held = {
        Layout.FP8: fp8.dequantise(*fp8.quantise(float_OI)),
        Layout.INT8: int8.dequantise(*int8.quantise(float_OI)),
        Layout.INT4: int4.dequantise(codes_OI, scales_Og),
        Layout.BF16: float_OI.bfloat16().float(),
    }
    for layout, expected_OI in held.items():
        assert torch.equal(hold(layout, float_OI).exact_OI.float(), expected_OI)
    assert float(held[Layout.BF16].sub(float_OI).div(float_OI).abs().max()) <= BFLOAT16
