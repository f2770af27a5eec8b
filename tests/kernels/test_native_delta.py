"""Kimi Delta Attention in C++: the rule as the reference computes it, a layer's attention half as the model does, and
states in slots that are all a sequence needs to go on."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from openk2.config import K2Config, LinearAttention
from openk2.kernels import reference
from openk2.kernels.choice import REFERENCE
from openk2.kernels.native.delta import DeltaWeights, delta_attention, delta_rule
from openk2.kernels.native.interface import Layout
from openk2.kernels.native.library import Level
from openk2.kernels.native.packed import Packed, pack
from openk2.model.cache import DeltaState
from openk2.model.delta_attention import DeltaAttention

SHAPES = ((1, 1, 1, 1), (2, 3, 5, 8), (1, 2, 40, 20), (1, 1, 17, 33), (1, 1, 20, 80), (1, 2, 33, 128), (2, 2, 1, 128))
"""B, H, T, d: less than a vector, vectors not filled, one and several vectors at once, more tokens than are prepared
together."""
SUMS = 2e-6
"""A few hundred additions in float32, relative to the largest magnitude."""
D = 70
"""Model width; fills no brick."""


def normal(*shape: int, seed: int) -> Tensor:
    """Standard normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def steps(B: int, H: int, T: int, d: int, seed: int = 0) -> list[Tensor]:
    """Queries, unit keys, values, decays, rates, and a state."""
    q, k, v, decay = (normal(B, H, T, d, seed=seed + i) for i in range(4))
    rate, state = normal(B, H, T, seed=seed + 4).sigmoid(), normal(B, H, d, d, seed=seed + 5)
    return [q, k / k.norm(dim=-1, keepdim=True), v, -decay.abs(), rate, state]


def assert_near(ours: Tensor, theirs: Tensor, bound: float = SUMS) -> None:
    """Equal but for rounding, measured against the largest magnitude."""
    assert ours.shape == theirs.shape
    assert ours.isfinite().all()
    assert (ours - theirs).abs().max() <= bound * theirs.abs().max()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_rule_is_that_of_the_reference(level: Level, shape: tuple[int, int, int, int]) -> None:
    given = steps(*shape)
    kept = [x.clone() for x in given]
    for ours, exact in zip(delta_rule(level, *given), reference.delta_rule(*(x.double() for x in given)), strict=True):
        assert_near(ours, exact)
    assert all(torch.equal(now, was) for now, was in zip(given, kept, strict=True))


def test_a_decay_of_minus_infinity_forgets_all_and_one_of_zero_nothing(level: Level) -> None:
    q, k, v, decay, rate, state = steps(1, 2, 3, 20)
    decay[:, :, 0], decay[:, :, 1:] = float("-inf"), 0.0
    rate[:, :, 1:] = 0.0
    read, last = delta_rule(level, q, k, v, decay, rate, state)
    assert_near(last, (k[:, :, 0, :, None] * (rate[:, :, 0, None, None] * v[:, :, 0, None])).double())
    assert_near(read[:, :, 2], (last.double() * q[:, :, 2, :, None]).sum(2))


@pytest.mark.parametrize("d", [20, 128])
def test_where_the_tokens_are_cut_changes_no_bit(level: Level, d: int) -> None:
    *given, state = steps(1, 2, 41, d)
    read, last = delta_rule(level, *given, state)
    parts = []
    for begin, end in ((0, 1), (1, 17), (17, 18), (18, 41)):
        part, state = delta_rule(level, *(x[:, :, begin:end] for x in given), state)
        parts.append(part)
    assert torch.equal(torch.cat(parts, 2), read)
    assert torch.equal(state, last)


def layer_of(H: int, d: int, length: int) -> DeltaAttention:
    """A layer with telling weights."""
    config = K2Config.preset("k2-debug").replace(
        model_type="kimi_linear",
        mla_use_nope=True,
        hidden_size=D,
        linear_attn_config=LinearAttention((1,), num_heads=H, head_dim=d, short_conv_kernel_size=length),
    )
    layer = DeltaAttention(config, 0).eval().requires_grad_(False)
    for i, (name, tensor) in enumerate(sorted(layer.state_dict().items())):
        made = normal(*tensor.shape, seed=i)
        scale = 1.0 if tensor.dim() < 2 else tensor.shape[-1] ** -0.5
        tensor.copy_(1 + 0.3 * made if name == "o_norm.weight" else scale * made)
    layer.kernels = REFERENCE
    return layer


def weights_of(level: Level, layer: DeltaAttention, layout: Layout = Layout.F32) -> DeltaWeights:
    """Its weights for the kernels."""

    def packed(name: str) -> Packed:
        weight_OI = layer.get_parameter(f"{name}.weight").detach()
        return pack(level, layout, weight_OI.bfloat16() if layout == Layout.BF16 else weight_OI)

    names = ("q_proj", "k_proj", "v_proj", "f_a_proj", "f_b_proj", "b_proj", "g_a_proj", "g_b_proj", "o_proj")
    taps_XL = torch.cat([layer.get_parameter(f"{part}_conv1d.weight")[:, 0] for part in "qkv"])
    return DeltaWeights(
        *map(packed, names),
        taps_LX=taps_XL.mT.contiguous(),
        decay_rate_H=layer.A_log.exp().flatten(),
        decay_bias_W=layer.dt_bias,
        norm_d=layer.o_norm.weight,
        eps=layer.o_norm.eps,
    )


def states(layer: DeltaAttention, slots: int, seed: int = 1) -> tuple[Tensor, Tensor]:
    """Memories and tails of some slots, as of sequences long under way."""
    H, d, J = layer.heads, len(layer.o_norm.weight), layer.length - 1
    return normal(slots, H, d, d, seed=seed), normal(slots, J, 3 * H * d, seed=seed + 1)


@pytest.mark.parametrize(("H", "d", "length"), [(3, 8, 4), (2, 16, 3), (2, 40, 2), (1, 128, 4), (5, 16, 1)])
def test_a_layer_is_that_of_the_model(level: Level, H: int, d: int, length: int) -> None:
    """Three sequences in one step, in any slots: a long part, one token, and less than the convolutions see."""
    layer = layer_of(H, d, length)
    memory, tails = states(layer, 5)
    memory_before, tails_before = memory.clone(), tails.clone()
    lengths, slots = (37, 1, 2), (3, 0, 1)
    x_ND = normal(sum(lengths), D, seed=9)
    y_ND = delta_attention(level, weights_of(level, layer), memory, tails, lengths, slots, x_ND)
    for x_TD, y_TD, slot in zip(x_ND.split(lengths), y_ND.split(lengths), slots, strict=True):
        before = DeltaState(memory_before[slot, None], tails_before[slot, None])
        expected_1TD, after = layer._step(x_TD[None], before)
        assert_near(y_TD, expected_1TD[0], 2e-5)
        assert_near(memory[slot], after.memory_BHdd[0], 2e-5)
        if length > 1:
            assert_near(tails[slot], after.tail_BJX[0])
    for slot in (2, 4):
        assert torch.equal(memory[slot], memory_before[slot])
        assert torch.equal(tails[slot], tails_before[slot])


def test_a_fresh_state_is_zeros(level: Level) -> None:
    layer = layer_of(3, 8, 4)
    memory, tails = (torch.zeros_like(state) for state in states(layer, 1))
    x_ND = normal(20, D, seed=2)
    y_ND = delta_attention(level, weights_of(level, layer), memory, tails, [20], [0], x_ND)
    assert_near(y_ND, layer(x_ND[None], (x_ND, x_ND))[0], 2e-5)


@pytest.mark.parametrize("layout", [Layout.F32, Layout.BF16])
def test_neither_cuts_nor_company_nor_threads_change_a_bit(level: Level, layout: Layout) -> None:
    layer = layer_of(3, 40, 4)
    weights = weights_of(level, layer, layout)
    memory, tails = states(layer, 2)
    x_ND, company_ND = normal(50, D, seed=3), normal(60, D, seed=4)
    whole, whole_tails = memory.clone(), tails.clone()
    whole_ND = delta_attention(level, weights, whole, whole_tails, [50], [1], x_ND)
    for threads in (1, 3):
        level.library.threads = threads
        cut, cut_tails = memory.clone(), tails.clone()
        parts = []
        for begin, end in ((0, 2), (2, 3), (3, 30), (30, 31), (31, 50)):
            rows_ND = torch.cat((company_ND[begin:], x_ND[begin:end]))
            y_ND = delta_attention(
                level, weights, cut, cut_tails, [len(company_ND) - begin, end - begin], [0, 1], rows_ND
            )
            parts.append(y_ND[begin - end :])
        assert torch.equal(torch.cat(parts), whole_ND)
        assert torch.equal(cut[1], whole[1])
        assert torch.equal(cut_tails[1], whole_tails[1])
