"""INT8 per row: the grid, its error bound, and that quantising again changes nothing."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from openk2.quantization.int8 import dequantise, quantise


@st.composite
def weights(draw: st.DrawFn) -> Tensor:
    """A weight `[O, I]` whose rows differ widely in magnitude."""
    rows, inputs, seed = draw(st.integers(1, 9)), draw(st.integers(1, 80)), draw(st.integers(0, 2**31))
    generator = torch.Generator().manual_seed(seed)
    spread_O = torch.randint(-60, 60, (rows,), generator=generator).float().exp2()
    return torch.randn(rows, inputs, generator=generator) * spread_O[:, None] * draw(st.sampled_from([0.0, 1.0]))


@settings(max_examples=60, deadline=None)
@given(weights())
def test_each_weight_is_off_by_at_most_half_a_step_of_its_row(weight_OI: Tensor) -> None:
    codes_OI, scales_O = quantise(weight_OI)
    assert (codes_OI.dtype, codes_OI.shape) == (torch.int8, weight_OI.shape)
    assert (scales_O.dtype, scales_O.shape) == (torch.float32, weight_OI.shape[:1])
    assert ((dequantise(codes_OI, scales_O) - weight_OI).abs() <= 0.50001 * scales_O[:, None]).all()
    assert (codes_OI.abs() <= 127).all()


@settings(max_examples=60, deadline=None)
@given(weights())
def test_what_was_dequantised_quantises_to_the_same_codes(weight_OI: Tensor) -> None:
    codes_OI, scales_O = quantise(weight_OI)
    codes_again_OI, scales_again_O = quantise(dequantise(codes_OI, scales_O))
    assert torch.equal(codes_again_OI, codes_OI)
    torch.testing.assert_close(scales_again_O, scales_O, rtol=3e-7, atol=0)


def test_the_largest_of_a_row_lands_on_127() -> None:
    codes_OI, scales_O = quantise(torch.tensor([[1.0, -2.54, 0.02], [0.0, 0.0, 0.0]]))
    assert codes_OI.tolist() == [[50, -127, 1], [0, 0, 0]]
    torch.testing.assert_close(scales_O[0], torch.tensor(0.02))
