"""Stored weights by themselves: what they give equals the format's own definition, in the format's memory."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from openk2.kernels.experts import routed_experts
from openk2.quantization import stored as stored_module
from openk2.quantization.formats import FORMATS, Format
from openk2.quantization.stored import StoredLinear, StoredWeight

formats = st.sampled_from(list(FORMATS.values()))


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def held(
    format: Format, weight: Tensor, lead: tuple[int, ...] = (), dtype: torch.dtype = torch.float32
) -> StoredWeight:
    """The weight in the format."""
    rows = math.prod(weight.shape[:-1]) // math.prod(lead)
    return StoredWeight(format, rows, weight.shape[-1], lead=lead, dtype=dtype).quantise_(weight)


@settings(max_examples=30, deadline=None)
@given(formats, st.integers(1, 300), st.integers(1, 300))
def test_in_pieces_or_at_once_the_weight_is_the_same(format: Format, rows: int, inputs: int) -> None:
    weight_OI = normal(rows, inputs)
    codes, scales = format.quantise(weight_OI)
    at_once_OI = format.dequantise(codes, scales, inputs, torch.float32)
    before, stored_module.TILE = stored_module.TILE, 5000
    try:
        stored = held(format, weight_OI)
        tiles = list(stored.tiles())
    finally:
        stored_module.TILE = before
    assert len(tiles) >= rows * inputs / 5000 / 128
    assert torch.equal(torch.cat(tiles), at_once_OI)
    assert torch.equal(stored.dense(), at_once_OI)
    assert stored.shape == (rows, inputs)
    assert stored.codes.nbytes + stored.scales.nbytes == format.bytes(rows, inputs)


@pytest.mark.parametrize(("name", "bits"), [("fp8", 8 + 32 / 128**2), ("int4", 4 + 16 / 32), ("int8", 8 + 32 / 7168)])
def test_bits_per_weight_of_an_expert_of_k2(name: str, bits: float) -> None:
    assert FORMATS[name].bytes(2048, 7168) * 8 == pytest.approx(bits * 2048 * 7168)


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_layer_is_the_product_with_the_dense_weight(format: Format, dtype: torch.dtype) -> None:
    layer = StoredLinear(held(format, normal(200, 70), dtype=dtype))
    x = normal(2, 5, 70, seed=1).to(dtype)
    assert layer(x).dtype == dtype
    torch.testing.assert_close(layer(x), F.linear(x, layer.matrix()))
    assert not list(layer.parameters())


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_experts_are_their_own_matrices_gate_rows_before_up_rows(format: Format) -> None:
    gate_up_EFD, down_EDF = normal(5, 2 * 40, 48), normal(5, 48, 40, seed=1)
    ours = held(format, gate_up_EFD, (5, 2)), held(format, down_EDF, (5,))
    assert [weight.shape for weight in ours] == [(5, 80, 48), (5, 48, 40)]
    for expert in range(5):
        parts = [format.dequantise(*format.quantise(p), 48, torch.float32) for p in gate_up_EFD[expert].chunk(2)]
        assert torch.equal(ours[0][expert], torch.cat(parts))
    dense = [weight.dense() for weight in ours]
    assert torch.equal(dense[1][3], ours[1][3])
    x_ND, weights_NK = normal(9, 48, seed=2), torch.rand(9, 2, generator=torch.Generator().manual_seed(3))
    experts_NK = torch.rand(9, 4, generator=torch.Generator().manual_seed(4)).topk(2).indices  # never expert 4
    out_ND, expected_ND = (routed_experts(x_ND, *weights, experts_NK, weights_NK) for weights in (ours, dense))
    assert (out_ND - expected_ND).abs().max() <= 1e-5 * expected_ND.abs().max()


def test_only_the_experts_that_were_chosen_are_dequantised(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    plain = StoredWeight.__getitem__
    monkeypatch.setattr(StoredWeight, "__getitem__", lambda self, expert: asked.append(expert) or plain(self, expert))
    gate_up, down = held(FORMATS["int4"], normal(8, 64, 32), (8, 2)), held(FORMATS["int4"], normal(8, 32, 32), (8,))
    routed_experts(normal(2, 32), gate_up, down, torch.tensor([[6, 1], [1, 3]]), torch.ones(2, 2))
    assert sorted(asked) == [1, 1, 3, 3, 6, 6]


def test_moving_and_saving_keep_codes_and_scales() -> None:
    module = nn.Sequential(StoredLinear(held(FORMATS["fp8"], normal(30, 40))))
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    assert sorted(state) == ["0.weight.codes", "0.weight.scales", "0.weight.size"]
    assert state["0.weight.size"].tolist() == [30, 40]
    module.to(torch.bfloat16).half().float().double().to(torch.bfloat16)
    assert module[0].weight.dtype == torch.bfloat16
    other = nn.Sequential(StoredLinear(StoredWeight(FORMATS["fp8"], 30, 40, dtype=torch.bfloat16)))
    other.load_state_dict(module.state_dict())
    for name, tensor in other.state_dict().items():
        assert tensor.dtype == state[name].dtype
        assert torch.equal(tensor.view(torch.uint8), state[name].view(torch.uint8))


def test_on_the_meta_device_it_has_shapes_and_no_memory() -> None:
    with torch.device("meta"):
        weight = StoredWeight(FORMATS["int4"], 2048, 7168, lead=(384, 2), dtype=torch.bfloat16)
    assert weight.codes.is_meta
    assert weight.codes.shape == (384, 2, 2048, 896)
    assert weight.shape == (384, 4096, 7168)
    assert weight.size.tolist() == [2048, 7168]
