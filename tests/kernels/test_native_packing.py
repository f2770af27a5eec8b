"""Packed weights lie as `cpp/bricks.h` says: an unpacker written from its words gives back every code and scale."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from native_numbers import hold, normal
from torch import Tensor

from openk2.errors import KernelError
from openk2.kernels.native.interface import Layout
from openk2.kernels.native.library import Level, Library
from openk2.kernels.native.packed import Packed, code_bytes, pack, pack_scales
from openk2.quantization import int4

layouts = pytest.mark.parametrize("layout", Layout, ids=lambda layout: layout.name)
sizes = st.integers(1, 70)


def unpack(packed: Packed) -> Tensor:
    """Codes `[panels · 16, bricks · 32]` in the order of the weight."""
    panels, bricks = -(-packed.outputs // 16), -(-packed.inputs // 32)
    match packed.layout:
        case Layout.F32:
            codes = packed.codes.view(torch.float32).view(panels, bricks, 32, 16)
            codes = codes.permute(0, 3, 1, 2)
        case Layout.BF16 | Layout.FP8:
            one = torch.bfloat16 if packed.layout == Layout.BF16 else torch.uint8
            codes = packed.codes.view(one).view(panels, bricks, 16, 16, 2)
            codes = codes.permute(0, 3, 1, 2, 4)
        case Layout.INT8 | Layout.INT8_A16:
            codes = packed.codes.view(torch.int8).view(panels, bricks, 8, 16, 4)
            codes = codes.permute(0, 3, 1, 2, 4)
        case _:
            pairs = packed.codes.view(panels, bricks, 4, 16, 4)
            codes = torch.cat([pairs & 15, pairs >> 4], 2).to(torch.int8) - 8
            codes = codes.permute(0, 3, 1, 2, 4)
    return codes.reshape(panels * 16, bricks * 32)


def random_codes(layout: Layout, outputs: int, inputs: int, seed: int) -> Tensor:
    """Any codes the layout can hold."""
    if layout in (Layout.F32, Layout.BF16):
        return normal(outputs, inputs, seed=seed).to(torch.float32 if layout == Layout.F32 else torch.bfloat16)
    generator = torch.Generator().manual_seed(seed)
    if layout == Layout.FP8:
        return torch.randint(0, 256, (outputs, inputs), generator=generator, dtype=torch.uint8)
    least, end = (-128, 128) if layout in (Layout.INT8, Layout.INT8_A16) else (-8, 8)
    return torch.randint(least, end, (outputs, inputs), generator=generator, dtype=torch.int8)


@layouts
@settings(max_examples=15)
@given(outputs=sizes, inputs=sizes, seed=st.integers(0, 1000))
def test_unpacking_gives_the_codes_back(library: Library, layout: Layout, outputs: int, inputs: int, seed: int) -> None:
    level = library.level(library.levels[0])
    codes_OI = random_codes(layout, outputs, inputs, seed)
    rows = int4.pack(codes_OI) if layout in (Layout.INT4, Layout.INT4_A16) else codes_OI
    packed = pack(level, layout, rows, inputs=inputs)
    assert packed.codes.nbytes == code_bytes(layout, outputs, inputs)
    assert packed.codes.data_ptr() % 64 == 0
    unpacked_OI = unpack(packed)
    assert torch.equal(unpacked_OI[:outputs, :inputs], codes_OI)
    assert not unpacked_OI[outputs:].any()
    assert not unpacked_OI[:, inputs:].any()


@layouts
def test_all_levels_pack_alike(levels: list[Level], layout: Layout) -> None:
    weight = hold(layout, normal(50, 75, seed=1))
    first, *others = (weight.packed(level).codes for level in levels)
    assert all(torch.equal(first, codes) for codes in others)


@layouts
def test_rows_may_be_apart(level: Level, layout: Layout) -> None:
    """A slice of a larger tensor is packed where it lies; one that is transposed is copied first."""
    weight = hold(layout, normal(48, 64, seed=1))
    whole = weight.packed(level)
    beside = torch.cat([weight.rows, weight.rows], 1)[:, : weight.rows.shape[1]]
    assert not beside.is_contiguous()
    across = weight.rows.mT.contiguous().mT
    for rows in (beside, across):
        assert torch.equal(pack(level, layout, rows, weight.scales, 64).codes, whole.codes)


def test_scales_go_with_their_panels() -> None:
    panels, bricks = 10, 7  # 150 outputs, 200 inputs
    fp8_oi = 1 + torch.arange(4.0).view(2, 2)
    packed_Pi = pack_scales(Layout.FP8, fp8_oi, 150, 200)
    assert torch.equal(packed_Pi, fp8_oi.repeat_interleave(8, 0)[:panels])
    int8_O = torch.arange(150.0)
    for layout in (Layout.INT8, Layout.INT8_A16):
        assert torch.equal(pack_scales(layout, int8_O, 150, 200)[:150], int8_O)
        assert pack_scales(layout, int8_O, 150, 200).shape == (panels * 16,)
    int4_Og = torch.arange(150 * bricks).view(150, bricks).bfloat16()
    for layout in (Layout.INT4, Layout.INT4_A16):
        packed_PgO = pack_scales(layout, int4_Og, 150, 200)
        assert packed_PgO.shape == (panels, bricks, 16)
        assert torch.equal(packed_PgO.transpose(1, 2).reshape(-1, bricks)[:150], int4_Og)


def test_int4_scales_of_another_type_are_an_error_that_says_which_is_accepted(level: Level) -> None:
    words_Ow, scales_Og = int4.pack(torch.zeros(16, 32, dtype=torch.int8)), torch.ones(16, 1)
    with pytest.raises(KernelError, match=r"INT4 scales are torch\.float32; the kernels accept torch\.bfloat16"):
        pack(level, Layout.INT4, words_Ow, scales_Og, 32)
