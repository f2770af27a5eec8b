"""The arithmetic of a shape is that of the model, and gives the released figures."""

from __future__ import annotations

import math

import pytest
import torch

from openk2.checkpoint import shapes
from openk2.checkpoint.formats import FORMATS, entries, storage
from openk2.checkpoint.layout import disk_tensors
from openk2.checkpoint.parts import PARTS, part_of
from openk2.config import K2Config, LinearAttention
from openk2.model import K2Model

CONFIGS = {
    **{name: K2Config.preset(name) for name in ("k2-debug", "k2-nano", "k2-mini", "moonlight-16b-a3b")},
    "direct queries, two shared": K2Config.preset("k2-debug").replace(q_lora_rank=None, n_shared_experts=2),
    "no dense layer": K2Config.preset("k2-debug").replace(first_k_dense_replace=0),
    "dense layers only": K2Config.preset("k2-debug").replace(first_k_dense_replace=3),
    "tied": K2Config.preset("k2-debug").replace(tie_word_embeddings=True),
    "hybrid": K2Config.preset("k2-debug").replace(
        model_type="kimi_linear",
        mla_use_nope=True,
        linear_attn_config=LinearAttention(kda_layers=(1, 3), num_heads=2, head_dim=16),
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_table_is_the_model(name: str) -> None:
    config = CONFIGS[name]
    with torch.device("meta"):
        tensors = list(disk_tensors(K2Model(config).state_dict()))
    listed = {}
    for row in shapes.shape_table(config):
        for layer in row.layers or (None,):
            for expert in range(row.experts):
                full = row.name.replace(".N.", f".{layer}.").replace(".M.", f".{expert}.")
                assert full not in listed
                listed[full] = row.shape, row.part
    assert listed == {tensor.name: (tensor.shape, part_of(tensor.target)) for tensor in tensors}
    for format in FORMATS:
        sizes = dict.fromkeys(PARTS, 0)
        for tensor in tensors:
            sizes[part_of(tensor.target)] += sum(entry.bytes for entry in entries(tensor, storage(tensor, format)))
        assert shapes.format_bytes(config, format) == sizes


def test_every_preset_counts_as_its_model_does() -> None:
    for name in K2Config.preset_names():
        config = K2Config.preset(name)
        with torch.device("meta"):
            state = K2Model(config).state_dict()
        assert shapes.parameters(config) == sum(math.prod(tensor.shape) for tensor in state.values()), name


@pytest.mark.parametrize("name", ["k2-base", "k2-instruct", "k2-instruct-0905", "k2-thinking"])
def test_the_figures_of_k2(name: str) -> None:
    config = K2Config.preset(name)
    assert shapes.parameters(config) == 1_026_408_232_448
    assert shapes.active(config) == shapes.Active(
        with_head=31_687_095_808, with_both=32_861_500_928, with_neither=30_512_690_688
    )
    fp8 = sum(shapes.format_bytes(config, "fp8").values())
    assert fp8 == 1_029_173_249_888
    assert round(fp8 / 2**30, 1) == 958.5
    assert round(sum(shapes.format_bytes(config, "int4").values()) / 1e9, 1) == 594.2
    assert shapes.cache_bytes_per_token(config) == 70_272
    assert shapes.state_bytes(config) == 0
    parts = {part: sum(row.parameters for row in shapes.shape_table(config) if row.part == part) for part in PARTS}
    assert parts["attention"] == 61 * (101_122_048 + 2048)
    assert parts["dense MLP"] == 396_361_728
    assert parts["routed experts"] == 60 * 16_911_433_728
    assert parts["shared experts"] == 60 * 44_040_192
    assert parts["router"] == 60 * 2_752_896
    assert parts["embedding"] == parts["head"] == 1_174_405_120


@pytest.mark.parametrize(
    ("name", "published", "active"),
    [
        ("deepseek-v3", 671e9, 37e9),  # arXiv 2412.19437
        ("moonlight-16b-a3b", 15.96e9, 2.24e9),  # arXiv 2502.16982: 15.29B without embedding
        ("kimi-linear-48b-a3b", 49.12e9, 3e9),  # 49.1B; the files were not seen
    ],
)
def test_the_published_totals_of_the_family(name: str, published: float, active: float) -> None:
    config = K2Config.preset(name)
    assert shapes.parameters(config) == pytest.approx(published, rel=0.002)
    counted = shapes.active(config)
    assert min(abs(count / active - 1) for count in vars(counted).values()) < 0.04


def test_a_hybrid_caches_a_token_in_its_full_layers_only() -> None:
    config = K2Config.preset("kimi-linear-48b-a3b")
    assert shapes.cache_bytes_per_token(config) == 7 * 576 * 2
    assert shapes.state_bytes(config) == 20 * (32 * 128 * 128 * 4 + 3 * 3 * 4096 * 2)


def test_ranges_of_layers_are_written_short() -> None:
    assert shapes.layer_ranges([0, 1, 2, 5, 7, 8]) == "0-2,5,7-8"
    assert shapes.layer_ranges([]) == ""
