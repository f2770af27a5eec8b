"""The engine's forward pass: the model's logits, and the same bits whatever a step holds and however it was cut."""

from __future__ import annotations

import random

import pytest
import torch
import torch.nn.functional as F
from conftest import random_model
from torch import Tensor

from openk2.checkpoint.storage import quantise_model
from openk2.config import K2Config, RopeScaling
from openk2.config.parts import LinearAttention
from openk2.engine.cache import PagePool, PageTable
from openk2.engine.forward import Chunk, Forward, routed
from openk2.engine.products import LONGEST_SUM, product, silu_
from openk2.kernels import reference
from openk2.model import K2Model

DEBUG = K2Config.preset("k2-debug")
SHAPES = {
    "k2-debug": DEBUG,
    "no query compression, grouped routing": DEBUG.replace(
        q_lora_rank=None, n_group=4, topk_group=2, num_attention_heads=3, num_hidden_layers=2
    ),
    "YaRN, two dense layers, two shared experts": DEBUG.replace(
        rope_scaling=RopeScaling(32.0, 64), first_k_dense_replace=2, n_shared_experts=2
    ),
    "widths that fill no vector": DEBUG.replace(
        n_routed_experts=6, moe_intermediate_size=22, intermediate_size=50, num_hidden_layers=2
    ),
    "tied head, softmax scores, no positions": DEBUG.replace(
        tie_word_embeddings=True, scoring_func="softmax", mla_use_nope=True, model_type="kimi_linear"
    ),
    "Kimi Delta Attention": DEBUG.replace(
        model_type="kimi_linear",
        mla_use_nope=True,
        linear_attn_config=LinearAttention(kda_layers=(1, 3), num_heads=3, head_dim=20, short_conv_kernel_size=4),
    ),
}
LENGTH = 75


class Lane:
    """One sequence computed chunk by chunk."""

    def __init__(self, forward: Forward, ids: list[int]) -> None:
        self.forward, self.ids, self.table, self.done = forward, ids, PageTable(), 0
        assert forward.pool.extend(self.table, len(ids))

    def chunk(self, tokens: int, wanted: int = 1) -> Chunk:
        chunk = Chunk(self.table, self.ids[self.done : self.done + tokens], self.done, wanted)
        self.done += tokens
        return chunk


def run(forward: Forward, ids: list[int], cuts: list[int], mates: int = 0) -> dict[int, Tensor]:
    """Logits by position at the end of every chunk, with `mates` other sequences around it in every step."""
    lane = Lane(forward, ids)
    others = [Lane(forward, [(7 * mate + i) % 256 for i in range(2 * LENGTH)]) for mate in range(mates)]
    logits = {}
    for step, (begin, end) in enumerate(zip([0, *cuts], cuts, strict=False)):
        before = [other.chunk(1 + (step + i) % 3) for i, other in enumerate(others[::2])]
        after = [other.chunk(1) for other in others[1::2]]
        logits[end - 1] = forward([*before, lane.chunk(end - begin), *after])[len(before)]
    for one in (lane, *others):
        forward.pool.release(one.table)
    return logits


@pytest.fixture(params=SHAPES.values(), ids=SHAPES.keys())
def model(request: pytest.FixtureRequest) -> K2Model:
    return random_model(request.param)


@pytest.fixture
def forward(model: K2Model) -> Forward:
    return Forward(model, PagePool(model.config, 2048, page_tokens=16), 256)


def ids(length: int = LENGTH) -> list[int]:
    draw = random.Random(5)
    return [draw.randrange(500) for _ in range(length)]


@torch.no_grad()
def test_gives_the_logits_of_the_model(model: K2Model) -> None:
    expected_TV = model(torch.tensor([ids()]))[0]
    forward = Forward(model, PagePool(model.config, 512, page_tokens=16), 256)
    for position, logits_V in run(forward, ids(), [9, 10, 11, 40, LENGTH]).items():
        torch.testing.assert_close(logits_V, expected_TV[position], rtol=1e-5, atol=1e-5)
    again_TV = model(torch.tensor([ids()]))[0]
    torch.testing.assert_close(again_TV, expected_TV, rtol=1e-5, atol=1e-5)


CUTS = {
    "at once": [LENGTH],
    "in chunks": [1, 17, 30, 64, LENGTH],
    "a prompt, then token by token": [40, *range(41, LENGTH + 1)],
}


@pytest.mark.parametrize("name", ["k2-debug", "no query compression, grouped routing", "Kimi Delta Attention"])
@pytest.mark.parametrize("mates", [0, 1, 15])
def test_bits_depend_neither_on_the_cut_nor_on_other_sequences(name: str, mates: int) -> None:
    model = random_model(SHAPES[name])
    forward = Forward(model, PagePool(model.config, 4096, page_tokens=16), 256)
    alone = run(forward, ids(), list(range(1, LENGTH + 1)))
    for cuts in CUTS.values():
        for position, logits_V in run(forward, ids(), cuts, mates).items():
            assert torch.equal(logits_V, alone[position]), (cuts, position)


def test_as_many_of_a_chunk_s_last_logits_come_out_as_are_wanted_and_with_the_same_bits() -> None:
    model = random_model(DEBUG)
    forward = Forward(model, PagePool(DEBUG, 4096, page_tokens=16), 256)
    alone = run(forward, ids(), list(range(1, LENGTH + 1)))
    lanes = [Lane(forward, ids()) for _ in range(4)]
    wanted = [3, 0, LENGTH, 1]
    logits_NV = forward([lane.chunk(LENGTH, some) for lane, some in zip(lanes, wanted, strict=True)])
    expected = [alone[position] for some in wanted for position in range(LENGTH - some, LENGTH)]
    assert torch.equal(logits_NV, torch.stack(expected))
    none = [Lane(forward, ids()).chunk(9, 0)]
    assert forward(none).shape == (0, DEBUG.vocab_size)


@pytest.mark.parametrize("layout", ["fp8", "int4-all", "int8"])
def test_weights_in_a_number_format_give_the_model_s_logits_and_bits_of_their_own(layout: str) -> None:
    config = DEBUG.replace(num_hidden_layers=2, hidden_size=LONGEST_SUM + 64)
    model = quantise_model(random_model(config), layout)
    forward = Forward(model, PagePool(config, 2048, page_tokens=16), 256)
    with torch.no_grad():
        expected_TV = model(torch.tensor([ids()]))[0]
    alone = run(forward, ids(), list(range(1, LENGTH + 1)))
    for cuts in CUTS.values():
        for position, logits_V in run(forward, ids(), cuts, 3).items():
            torch.testing.assert_close(logits_V, expected_TV[position], rtol=1e-5, atol=1e-4)
            assert torch.equal(logits_V, alone[position]), (cuts, position)


def test_bits_do_not_depend_on_where_the_pages_lie() -> None:
    model = random_model(DEBUG)
    forward = Forward(model, PagePool(DEBUG, 1024, page_tokens=16), 256)
    together = run(forward, ids(), CUTS["in chunks"])
    page_of = [PageTable() for _ in range(forward.pool.pages)]
    assert all(forward.pool.extend(table, 1) for table in page_of)
    for table in page_of[::2]:
        forward.pool.release(table)
    scattered = Lane(forward, ids())
    assert isinstance(forward.pool.locate(scattered.table, len(scattered.table.pages)), Tensor)
    forward.pool.release(scattered.table)
    apart = run(forward, ids(), CUTS["in chunks"])
    assert all(torch.equal(together[position], apart[position]) for position in together)


@torch.no_grad()
def test_bfloat16_weights_stay_as_they_are_and_give_the_model_s_logits_roughly() -> None:
    model = random_model(DEBUG).to(torch.bfloat16)
    for block in model.moe_blocks().values():
        block.gate.e_score_correction_bias = block.gate.e_score_correction_bias.float()
    expected_TV = model(torch.tensor([ids()]))[0]
    forward = Forward(model, PagePool(DEBUG, 256, page_tokens=16, dtype=torch.bfloat16), 256)
    assert all(parameter.is_contiguous() for parameter in model.parameters())
    logits_V = run(forward, ids(), [LENGTH])[LENGTH - 1]
    cosine = F.cosine_similarity(logits_V, expected_TV[-1], 0)
    assert cosine > 0.98


@pytest.mark.parametrize(
    ("inputs", "outputs"), [(64, 96), (384, 192), (192, 384), (384, 8192), (1024, 384), (1030, 40)]
)
def test_a_row_of_a_product_does_not_depend_on_the_other_rows(inputs: int, outputs: int) -> None:
    generator = torch.Generator().manual_seed(0)
    x_NK = torch.randn(300, inputs, generator=generator)
    weight_MK = torch.randn(inputs, outputs, generator=generator).mT
    expected_NM = product(x_NK, weight_MK)
    torch.testing.assert_close(expected_NM, F.linear(x_NK, weight_MK), rtol=1e-4, atol=1e-3)
    for rows in (1, 2, 3, 5, 8, 15, 16, 17, 31, 64, 129):
        assert torch.equal(product(x_NK[:rows], weight_MK), expected_NM[:rows]), rows


def test_long_sums_are_split() -> None:
    """Otherwise the case above with 1024 inputs would prove nothing."""
    assert LONGEST_SUM < 1024


@pytest.mark.parametrize("tokens", [1, 2, 5, 64])
def test_experts_give_the_reference_s_sums_and_bits_of_their_own(tokens: int) -> None:
    generator = torch.Generator().manual_seed(1)
    x_ND = torch.randn(64, 64, generator=generator)
    gate_up_EFD = torch.randn(8, 64, 64, generator=generator).mT.contiguous().mT
    down_EDF = torch.randn(8, 32, 64, generator=generator).mT
    experts_NK = torch.rand(64, 8, generator=generator).topk(2, -1).indices
    weights_NK = torch.rand(64, 2, generator=generator)
    whole_ND = routed(x_ND, gate_up_EFD, down_EDF, experts_NK, weights_NK)
    expected_ND = reference.routed_experts(x_ND, gate_up_EFD, down_EDF, experts_NK, weights_NK)
    torch.testing.assert_close(whole_ND, expected_ND, rtol=1e-4, atol=1e-3)
    part_ND = routed(x_ND[:tokens], gate_up_EFD, down_EDF, experts_NK[:tokens], weights_NK[:tokens])
    assert torch.equal(part_ND, whole_ND[:tokens])


def test_silu_in_blocks_is_silu() -> None:
    x_NF = torch.randn(100, 1024)
    expected_NF = torch.cat([silu_(row_1F.clone()) for row_1F in x_NF.split(1)])
    assert torch.equal(silu_(x_NF.clone()), expected_NF)
    torch.testing.assert_close(expected_NF, F.silu(x_NF))
