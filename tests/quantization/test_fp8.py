"""Block FP8: the grid, its error bound, and that writing what was read changes nothing."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from openk2.quantization.fp8 import BLOCK, LARGEST, dequantise, quantise, scale_shape

sizes = st.integers(1, 300)


@st.composite
def weights(draw: st.DrawFn) -> Tensor:
    """A weight `[O, I]` whose blocks differ widely in magnitude."""
    rows, columns, seed = draw(sizes), draw(sizes), draw(st.integers(0, 2**31))
    generator = torch.Generator().manual_seed(seed)
    weight_OI = torch.randn(rows, columns, generator=generator)
    exponents_oi = torch.randint(-40, 40, scale_shape(weight_OI.shape), generator=generator)
    weight_OI *= exponents_oi.repeat_interleave(BLOCK, 0)[:rows].repeat_interleave(BLOCK, 1)[:, :columns].float().exp2()
    return weight_OI * draw(st.sampled_from([0.0, 1.0, 1e-20]))


@settings(max_examples=40, deadline=None)
@given(weights())
def test_shapes_and_types_are_those_of_the_release_with_partial_last_blocks(weight_OI: Tensor) -> None:
    values_OI, scales_oi = quantise(weight_OI)
    rows, columns = weight_OI.shape
    assert (values_OI.dtype, scales_oi.dtype) == (torch.float8_e4m3fn, torch.float32)
    assert values_OI.shape == weight_OI.shape
    assert scales_oi.shape == ((rows + 127) // 128, (columns + 127) // 128)


@settings(max_examples=40, deadline=None)
@given(weights())
def test_each_weight_is_off_by_at_most_half_a_step_of_its_block(weight_OI: Tensor) -> None:
    values_OI, scales_oi = quantise(weight_OI)
    off_OI = (dequantise(values_OI, scales_oi) - weight_OI).abs()
    scale_OI = dequantise(torch.ones_like(values_OI, dtype=torch.float32), scales_oi)
    # Normal numbers have 3 mantissa bits, so half a step is 1/16 of the value; below 2^-6 the step is 2^-9.
    bound_OI = torch.maximum(weight_OI.abs() / 16, scale_OI * 2.0**-10) * (1 + 1e-5)
    assert (off_OI <= bound_OI).all()


@settings(max_examples=40, deadline=None)
@given(weights(), st.sampled_from([torch.float32, torch.bfloat16]))
def test_what_was_dequantised_quantises_to_the_same_values(weight_OI: Tensor, dtype: torch.dtype) -> None:
    values_OI, scales_oi = quantise(weight_OI)
    again_OI, scales_again_oi = quantise(dequantise(values_OI, scales_oi, dtype))
    assert torch.equal(again_OI.view(torch.uint8), values_OI.view(torch.uint8))
    assert torch.allclose(scales_again_oi, scales_oi, rtol=torch.finfo(dtype).eps)


def test_the_scale_multiplies_and_the_largest_of_a_block_is_exact() -> None:
    weight_OI = torch.zeros(130, 128)
    weight_OI[3, 5], weight_OI[129, 7] = -2 * LARGEST, 3 * LARGEST
    values_OI, scales_oi = quantise(weight_OI)
    assert scales_oi.tolist() == [[2.0], [3.0]]
    assert (values_OI[3, 5].item(), values_OI[129, 7].item()) == (-LARGEST, LARGEST)
    assert torch.equal(dequantise(values_OI, scales_oi), weight_OI)


def test_dequantising_equals_the_definition_element_by_element() -> None:
    values_OI = torch.randn(200, 260).to(torch.float8_e4m3fn)
    scales_oi = torch.rand(2, 3)
    weight_OI = dequantise(values_OI, scales_oi)
    for row, column in ((0, 0), (127, 128), (128, 127), (199, 259)):
        expected = values_OI[row, column].float() * scales_oi[row // 128, column // 128]
        assert weight_OI[row, column] == expected


@pytest.mark.parametrize("magnitude", [0.0, 1e-45, 1e-38, 3e38])
def test_extreme_blocks_stay_finite(magnitude: float) -> None:
    weight_OI = torch.full((3, 5), magnitude)
    values_OI, scales_oi = quantise(weight_OI)
    assert scales_oi.isfinite().all()
    assert torch.allclose(dequantise(values_OI, scales_oi), weight_OI, rtol=1e-6, atol=2e-38)
