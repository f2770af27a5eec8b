"""Group INT4: packing loses nothing, the grid is the release's, and writing what was read changes nothing."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from openk2.quantization.int4 import GROUP, dequantise, groups, pack, quantise, unpack, words


@st.composite
def weights(draw: st.DrawFn) -> Tensor:
    """A weight `[O, I]` of any row length whose groups differ widely in magnitude."""
    rows, inputs, seed = draw(st.integers(1, 9)), draw(st.integers(1, 150)), draw(st.integers(0, 2**31))
    generator = torch.Generator().manual_seed(seed)
    exponents_Og = torch.randint(-30, 30, (rows, groups(inputs)), generator=generator)
    spread_OI = exponents_Og.float().exp2().repeat_interleave(GROUP, 1)[:, :inputs]
    return torch.randn(rows, inputs, generator=generator) * spread_OI * draw(st.sampled_from([0.0, 1.0, 1e-20]))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 100), st.integers(0, 2**31))
def test_unpacking_gives_back_what_was_packed_for_any_row_length(rows: int, inputs: int, seed: int) -> None:
    codes_OI = torch.randint(-8, 8, (rows, inputs), dtype=torch.int8, generator=torch.Generator().manual_seed(seed))
    words_Ow = pack(codes_OI)
    assert (words_Ow.dtype, words_Ow.shape) == (torch.int32, (rows, words(inputs)))
    assert torch.equal(unpack(words_Ow, inputs), codes_OI)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(1, 12), st.integers(0, 2**31))
def test_packing_gives_back_every_full_word(rows: int, count: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    words_Ow = torch.randint(-(2**31), 2**31, (rows, count), generator=generator).to(torch.int32)
    assert torch.equal(pack(unpack(words_Ow, 8 * count)), words_Ow)


@pytest.mark.parametrize("place", range(8))
def test_a_code_sits_in_its_four_bits_of_the_word(place: int) -> None:
    codes_OI = torch.full((1, 8), -8, dtype=torch.int8)  # −8 is stored as 0
    codes_OI[0, place] = 7  # and 7 as 15
    assert pack(codes_OI).item() & 0xFFFFFFFF == 15 << 4 * place


def test_places_beyond_the_row_hold_zero_bits() -> None:
    assert pack(torch.full((1, 9), 7, dtype=torch.int8)).view(torch.uint8).flatten().tolist() == [255] * 4 + [
        15,
        0,
        0,
        0,
    ]


@settings(max_examples=60, deadline=None)
@given(weights())
def test_each_weight_is_off_by_at_most_half_a_step_of_its_group(weight_OI: Tensor) -> None:
    codes_OI, scales_Og = quantise(weight_OI)
    assert (codes_OI.dtype, codes_OI.shape) == (torch.int8, weight_OI.shape)
    assert (scales_Og.dtype, scales_Og.shape) == (torch.bfloat16, (len(weight_OI), groups(weight_OI.shape[1])))
    step_OI = scales_Og.float().repeat_interleave(GROUP, 1)[:, : weight_OI.shape[1]]
    # The scale is rounded to 8 bits, so the largest may lie 7 · 2^-9 of a step beyond the last code.
    assert ((dequantise(codes_OI, scales_Og) - weight_OI).abs() <= 0.5 * step_OI + 1e-38).all()
    assert (codes_OI.abs() <= 7).all()


@settings(max_examples=60, deadline=None)
@given(weights())
def test_what_was_dequantised_quantises_to_the_same_codes_and_scales(weight_OI: Tensor) -> None:
    codes_OI, scales_Og = quantise(weight_OI)
    codes_again_OI, scales_again_Og = quantise(dequantise(codes_OI, scales_Og))
    assert torch.equal(codes_again_OI, codes_OI)
    assert torch.equal(scales_again_Og, scales_Og)


def test_dequantising_equals_the_definition_element_by_element() -> None:
    codes_OI = torch.randint(-8, 8, (3, 70), dtype=torch.int8, generator=torch.Generator().manual_seed(1))
    scales_Og = torch.rand(3, 3, generator=torch.Generator().manual_seed(2)).to(torch.bfloat16)
    weight_OI = dequantise(codes_OI, scales_Og)
    for row, column in ((0, 0), (1, 31), (1, 32), (2, 69)):
        assert weight_OI[row, column] == codes_OI[row, column].float() * scales_Og[row, column // 32].float()


@pytest.mark.parametrize("magnitude", [0.0, 1e-45, 1e-37, 3e38])
def test_extreme_groups_stay_finite(magnitude: float) -> None:
    codes_OI, scales_Og = quantise(torch.full((2, 40), magnitude))
    assert torch.allclose(dequantise(codes_OI, scales_Og), torch.full((2, 40), magnitude), rtol=5e-3, atol=1e-37)
