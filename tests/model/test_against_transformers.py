"""Float32 logits are within 1e-4 of transformers', however they are computed; bfloat16 errs no more than it does."""

from pathlib import Path

import pytest
import torch
from model_shapes import RaggedCache, random_config, telling_model
from safetensors import safe_open
from torch import Tensor

from openk2.checkpoint import load, save_model
from openk2.config import K2Config
from openk2.model import ContiguousCache, K2Model
from openk2.model.experts import Router
from openk2.model.rotary import inverse_frequencies, rotation_table

transformers = pytest.importorskip("transformers")
from model_peers import peer  # noqa: E402  it needs transformers

TOLERANCE = 1e-4
K2_PRESETS = ["k2-base", "k2-instruct", "k2-instruct-0905", "k2-thinking"]


def close(ours: Tensor, theirs: Tensor) -> bool:
    """Within the tolerance, of logits large enough for it to mean something."""
    assert theirs.abs().max() > 1
    return bool((ours - theirs).abs().max() < TOLERANCE)


@pytest.fixture(scope="session")
def theirs(model: K2Model) -> torch.nn.Module:
    """transformers' model with the same weights."""
    return peer(model)


@pytest.fixture
def their_logits(theirs: torch.nn.Module, ids: Tensor) -> Tensor:
    """What transformers computes for `ids`."""
    with torch.no_grad():
        logits: Tensor = theirs(ids).logits
    return logits


def set_absorb(model: K2Model, up_to: int) -> None:
    """Force the absorbed (a large number) or expanded (0) form with a cache."""
    for attention in model.attentions():
        attention.absorb_up_to = up_to


def in_steps(model: K2Model, ids: Tensor, lengths: list[int]) -> Tensor:
    """Logits of `ids` fed in steps of these lengths through a cache."""
    cache = ContiguousCache(model.config, ids.shape[0], ids.shape[1])
    steps = ids.split(lengths, 1)
    return torch.cat([model(step, cache=cache, positions_BT=cache.positions(step.shape[1])) for step in steps], 1)


@torch.no_grad()
@pytest.mark.parametrize("kernels", ["auto", "reference"])
def test_full_forward(model: K2Model, ids: Tensor, their_logits: Tensor, kernels: str) -> None:
    assert close(model.use_kernels(kernels)(ids), their_logits)
    model.use_kernels("auto")


@torch.no_grad()
@pytest.mark.parametrize("absorb_up_to", [0, 8, 1000])
@pytest.mark.parametrize(
    "lengths", [[1] * 37, [37], [16, 11, 10], [30, 1, 1, 5]], ids=["token", "once", "chunks", "mixed"]
)
def test_steps_with_a_cache(
    model: K2Model, ids: Tensor, their_logits: Tensor, lengths: list[int], absorb_up_to: int
) -> None:
    set_absorb(model, absorb_up_to)
    assert close(in_steps(model, ids, lengths), their_logits)
    set_absorb(model, 8)


@torch.no_grad()
def test_a_batch_with_padding(model: K2Model, theirs: torch.nn.Module, ids: Tensor) -> None:
    """Rows of unequal length, padded at the left as generation does, then decoded on in both."""
    lengths_B, T = torch.tensor([21, 30]), 30
    mask_BT = torch.arange(ids.shape[1]) >= T - lengths_B[:, None]
    expected = theirs(ids, attention_mask=mask_BT.long()).logits
    positions_BT = (mask_BT.long().cumsum(1) - 1).masked_fill(~mask_BT, -1)
    cache = RaggedCache(model.config, 2, ids.shape[1])
    steps = [slice(0, T), *(slice(t, t + 1) for t in range(T, ids.shape[1]))]
    ours = torch.cat([cache.step(model, ids[:, step], positions_BT[:, step]) for step in steps], 1)
    assert close(ours[mask_BT], expected[mask_BT])


@torch.no_grad()
def test_transformers_loads_what_we_write_and_we_load_what_it_writes(
    model: K2Model, ids: Tensor, their_logits: Tensor, tmp_path: Path
) -> None:
    if model.config.scoring_func == "softmax":
        pytest.skip("DeepSeek-V2's config.json describes no network of this family")
    save_model(model, tmp_path / "ours", format="fp32")
    loaded, report = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "ours", output_loading_info=True)
    assert not any(report.values()), report
    assert close(loaded.eval()(ids).logits, their_logits)
    if model.config.model_type == "kimi_linear" and model.config.first_k_dense_replace:
        return  # transformers writes a dense layer under the name of the experts, unlike the release; see below
    loaded.save_pretrained(tmp_path / "theirs")
    ours = load(tmp_path / "theirs")
    lost = {"model_type": "deepseek_v3"} if model.config.model_type == "kimi_k2" else {}
    assert ours.config == model.config.replace(latent_norm_eps=ours.config.latent_norm_eps, **lost)
    assert close(ours(ids), their_logits)


@torch.no_grad()
def test_kimi_linear_is_written_under_the_released_names(tmp_path: Path) -> None:
    model = telling_model(random_config("Kimi Linear"))
    save_model(model, tmp_path, format="bf16")
    with safe_open(tmp_path / "model.safetensors", "pt") as file:
        stored = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118  it is no dictionary
        shapes = {name: (tuple(part.get_shape()), part.get_dtype()) for name, part in stored.items()}
    c, kda = model.config, model.config.linear_attn_config
    D, F, W, d = c.hidden_size, c.moe_intermediate_size, kda.width, kda.head_dim
    layer = "model.layers.1."
    released = {
        **dict.fromkeys((f"self_attn.{part}_proj.weight" for part in "qkv"), ((W, D), "BF16")),
        **dict.fromkeys((f"self_attn.{part}_conv1d.weight" for part in "qkv"), ((W, 1, 4), "BF16")),
        **dict.fromkeys((f"self_attn.{part}_a_proj.weight" for part in "fg"), ((d, D), "BF16")),
        **dict.fromkeys((f"self_attn.{part}_b_proj.weight" for part in "fg"), ((W, d), "BF16")),
        "self_attn.A_log": ((1, 1, kda.num_heads, 1), "F32"),
        "self_attn.dt_bias": ((W,), "F32"),
        "self_attn.b_proj.weight": ((kda.num_heads, D), "BF16"),
        "self_attn.o_norm.weight": ((d,), "BF16"),
        "self_attn.o_proj.weight": ((D, W), "BF16"),
        "block_sparse_moe.gate.weight": ((c.n_routed_experts, D), "BF16"),
        "block_sparse_moe.gate.e_score_correction_bias": ((c.n_routed_experts,), "F32"),
        "block_sparse_moe.experts.0.w1.weight": ((F, D), "BF16"),
        "block_sparse_moe.experts.0.w2.weight": ((D, F), "BF16"),
        "block_sparse_moe.experts.0.w3.weight": ((F, D), "BF16"),
        "block_sparse_moe.shared_experts.gate_proj.weight": ((F, D), "BF16"),
    }
    assert {name: shapes.get(layer + name) for name in released} == released
    assert "model.layers.0.mlp.gate_proj.weight" in shapes
    again = load(tmp_path, dtype="float32").state_dict()
    for name, tensor in model.state_dict().items():
        torch.testing.assert_close(again[name], tensor, rtol=0.01, atol=0)


BF16_MARGIN = 1.2
"""How much larger our median error may be than the larger one of transformers' two ways to attend, which differ by 1.1.

The median, for one rounding can send a token to another expert; the mean is made of those.
"""


@torch.no_grad()
def test_bfloat16_errs_no_more_than_transformers_does(model: K2Model, theirs: torch.nn.Module) -> None:
    ids_BT = torch.randint(96, (8, 37), generator=torch.Generator().manual_seed(9))
    exact = theirs(ids_BT).logits

    def error(logits: Tensor) -> Tensor:
        return (logits.float() - exact).abs().median()

    allowed = max(error(peer(model, torch.bfloat16, attention)(ids_BT).logits) for attention in ("eager", "sdpa"))
    half = K2Model(model.config).eval()
    half.load_state_dict(model.state_dict())
    half.to(torch.bfloat16)
    assert error(half(ids_BT)) < BF16_MARGIN * allowed
    assert error(in_steps(half, ids_BT, [30, 1, 1, 5])) < BF16_MARGIN * allowed


@torch.no_grad()
def test_we_load_fused_experts(debug_model: K2Model, ids: Tensor, tmp_path: Path) -> None:
    # Under a model_type it does not know, transformers writes all experts of a layer as one tensor.
    config = transformers.DeepseekV3Config(**debug_model.config.to_hf_dict())
    config.model_type = "kimi_k2"
    theirs = transformers.DeepseekV3ForCausalLM(config).eval()
    theirs.save_pretrained(tmp_path)
    fused = load(tmp_path)
    assert (fused(ids) - theirs(ids).logits).abs().max() < TOLERANCE


@torch.no_grad()
@pytest.mark.parametrize(("groups", "kept"), [(1, 1), (8, 4), (4, 1), (8, 8)])
def test_the_router_chooses_and_weighs_as_theirs(groups: int, kept: int) -> None:
    from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3TopkRouter

    config = K2Config.preset("k2-debug").replace(n_routed_experts=32, n_group=groups, topk_group=kept)
    ours = Router(config)
    theirs = DeepseekV3TopkRouter(transformers.DeepseekV3Config(**config.to_hf_dict()))
    ours.weight.normal_(generator=torch.Generator().manual_seed(1))
    ours.e_score_correction_bias.normal_(generator=torch.Generator().manual_seed(2))
    theirs.load_state_dict(ours.state_dict())
    x_ND = torch.randn(200, config.hidden_size, generator=torch.Generator().manual_seed(3))
    experts_NK, weights_NK = ours(x_ND)
    _, their_weights_NK, their_experts_NK = theirs(x_ND)
    dense, their_dense = torch.zeros(200, 32), torch.zeros(200, 32)
    torch.testing.assert_close(
        dense.scatter(1, experts_NK, weights_NK), their_dense.scatter(1, their_experts_NK, their_weights_NK)
    )


@pytest.mark.parametrize("preset", [*K2_PRESETS, "k2-mini", "k2-nano", "deepseek-v3", "moonlight-16b-a3b"])
def test_rotary_tables_are_bit_equal_over_the_whole_context(preset: str) -> None:
    from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3RotaryEmbedding

    config = K2Config.preset(preset)
    theirs = DeepseekV3RotaryEmbedding(
        transformers.DeepseekV3Config(**{**config.to_hf_dict(), "model_type": "deepseek_v3"})
    )
    assert torch.equal(inverse_frequencies(config), theirs.inv_freq)
    positions_BT = torch.arange(0, config.max_position_embeddings, 997)[None]
    for ours, their_table in zip(
        rotation_table(config, positions_BT), theirs(torch.zeros(1), positions_BT), strict=True
    ):
        assert torch.equal(ours, their_table[..., : config.qk_rope_head_dim // 2])
