"""K2Config: every preset, both forms of `config.json`, and one clear line for whatever is wrong."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from openk2.config import K2Config, LinearAttention, RopeScaling
from openk2.config.huggingface import IRRELEVANT
from openk2.errors import ConfigError

RELEASED = {
    "hidden_size": 7168,
    "intermediate_size": 18432,
    "moe_intermediate_size": 2048,
    "num_hidden_layers": 61,
    "first_k_dense_replace": 1,
    "n_routed_experts": 384,
    "num_experts_per_tok": 8,
    "n_shared_experts": 1,
    "n_group": 1,
    "topk_group": 1,
    "routed_scaling_factor": 2.827,
    "norm_topk_prob": True,
    "num_attention_heads": 64,
    "q_lora_rank": 1536,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "rope_theta": 50000.0,
    "vocab_size": 163840,
    "bos_token_id": 163584,
    "pad_token_id": 163839,
    "model_type": "kimi_k2",
}


def fields(**changes: Any) -> dict[str, Any]:
    """The debug shape as a `config.json`, with changes; a value of `...` removes the field."""
    merged = {**K2Config.preset("k2-debug").to_hf_dict(), **changes}
    return {name: value for name, value in merged.items() if value is not ...}


@pytest.mark.parametrize(
    ("name", "factor", "context", "eps", "scale"),
    [
        ("k2-base", 32, 131072, 1e-6, 0.1308607999631),
        ("k2-instruct", 32, 131072, 1e-6, 0.1308607999631),
        ("k2-instruct-0905", 64, 262144, 1e-6, 0.1446796258027),
        ("k2-thinking", 64, 262144, 1e-5, 0.1446796258027),
    ],
)
def test_released_presets(name: str, factor: float, context: int, eps: float, scale: float) -> None:
    config = K2Config.preset(name)
    assert {field: getattr(config, field) for field in RELEASED} == RELEASED
    assert config.rope_scaling == RopeScaling(factor, 4096, 1.0, 1.0, 1.0, 1.0)
    assert (config.max_position_embeddings, config.rms_norm_eps) == (context, eps)
    assert config.softmax_scale == pytest.approx(scale, rel=1e-12)
    assert config.rope_scaling.table_factor == 1.0
    assert config.cache_width == 576
    assert [config.is_moe_layer(layer) for layer in (0, 1, 60)] == [False, True, True]


def test_deepseek_v3_has_groups_three_dense_layers_and_yarn_40() -> None:
    config = K2Config.preset("deepseek-v3")
    assert (config.n_routed_experts, config.n_group, config.topk_group, config.num_experts_per_tok) == (256, 8, 4, 8)
    assert (config.num_attention_heads, config.routed_scaling_factor, config.vocab_size) == (128, 2.5, 129280)
    assert [config.is_moe_layer(layer) for layer in (0, 2, 3, 60)] == [False, False, True, True]
    assert config.rope_scaling == RopeScaling(40.0, 4096, beta_fast=32.0)
    assert config.rope_theta == 10000.0
    assert config.softmax_scale == pytest.approx(192**-0.5 * (0.1 * math.log(40) + 1) ** 2)


def test_moonlight_projects_queries_directly_and_has_two_shared_experts() -> None:
    config = K2Config.preset("moonlight-16b-a3b")
    assert (config.q_lora_rank, config.rope_scaling, config.n_shared_experts) == (None, None, 2)
    assert (config.n_routed_experts, config.num_experts_per_tok, config.rms_norm_eps) == (64, 6, 1e-5)


def test_kimi_linear_has_three_delta_layers_to_one_that_attends_without_positions() -> None:
    config = K2Config.preset("kimi-linear-48b-a3b")
    assert config.latent_layers == [3, 7, 11, 15, 19, 23, 26]
    assert config.mla_use_nope
    assert config.linear_attn_config == LinearAttention(
        tuple(layer for layer in range(1, 28) if layer not in (4, 8, 12, 16, 20, 24, 27)), 32, 128, 4
    )
    assert (config.linear_attn_config.width, config.softmax_scale) == (4096, pytest.approx(192**-0.5))
    written = config.to_hf_dict()
    assert written["linear_attn_config"]["full_attn_layers"] == [4, 8, 12, 16, 20, 24, 27]
    assert (written["num_experts"], written["model_max_length"], written["moe_renormalize"]) == (256, 1048576, True)
    assert written["architectures"] == ["KimiLinearForCausalLM"]


@pytest.mark.parametrize("name", ["deepseek-v3", "moonlight-16b-a3b", "kimi-linear-48b-a3b", "k2-thinking"])
def test_what_transformers_writes_is_read_as_the_same_shape(name: str, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    config = K2Config.preset(name)
    kimi_linear = config.model_type == "kimi_linear"
    kind = transformers.KimiLinearConfig if kimi_linear else transformers.DeepseekV3Config
    kind(**config.to_hf_dict()).save_pretrained(tmp_path)
    assert "layer_types" in json.loads((tmp_path / "config.json").read_text()) or not kimi_linear
    # transformers keeps neither Kimi Linear's rope_theta, which rotates nothing, nor K2's own model_type
    lost = {"rope_theta": 10000.0} if kimi_linear else {"model_type": "deepseek_v3"}
    assert K2Config.from_json(tmp_path).replace(**lost) == config.replace(**lost)


BESIDE_THE_SHAPE = {
    "_name_or_path": "some/model",
    "auto_map": {"AutoConfig": "configuration_deepseek.DeepseekV3Config"},
    "aux_loss_alpha": 0.001,
    "ep_size": 1,
    "head_dim": 64,
    "id2label": {"0": "LABEL_0", "1": "LABEL_1"},
    "num_nextn_predict_layers": 1,
    "output_attentions": False,
    "pretraining_tp": 1,
    "quantization_config": {"quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [128, 128]},
    "seq_aux": True,
    "temperature": 1.0,
    "torch_dtype": "bfloat16",
    "dtype": "bfloat16",
    "transformers_version": "4.48.3",
    "use_cache": True,
}


@pytest.mark.parametrize("name", ["deepseek-v3", "moonlight-16b-a3b", "kimi-linear-48b-a3b", "k2-thinking"])
def test_what_releases_say_beside_the_shape_is_ignored(name: str) -> None:
    config = K2Config.preset(name)
    assert K2Config.from_hf_dict({**config.to_hf_dict(), **BESIDE_THE_SHAPE}) == config


@given(st.from_regex(r"[a-z]{3,10}_[a-z]{3,10}", fullmatch=True), st.none() | st.integers() | st.lists(st.integers()))
def test_any_other_field_is_refused_by_name(name: str, value: object) -> None:
    config = fields()
    assume(name not in config and name not in IRRELEVANT)
    with pytest.raises(ConfigError, match=f"unknown field {name} "):
        K2Config.from_hf_dict({**config, name: value})


@given(
    st.sampled_from([field for field in fields() if field not in IRRELEVANT]),
    st.sampled_from(["text", [0.5], {"a": 1}]),
)
def test_no_value_of_a_wrong_type_goes_through(name: str, value: object) -> None:
    if isinstance(fields()[name], str) and isinstance(value, str):
        value = 0
    with pytest.raises(ConfigError, match=name):
        K2Config.from_hf_dict({**fields(), name: value})


def test_of_a_multimodal_release_the_text_part_is_read() -> None:
    nested = {"model_type": "kimi_k25", "vision_config": {"depth": 27}, "text_config": fields(num_beams=1)}
    assert K2Config.from_hf_dict(nested) == K2Config.preset("k2-debug")


@pytest.mark.parametrize("name", ["k2-mini", "k2-nano", "k2-debug"])
def test_small_presets_keep_the_special_tokens_at_the_end_of_the_vocabulary(name: str) -> None:
    config = K2Config.preset(name)
    assert config.bos_token_id == config.vocab_size - 256
    assert config.eos_token_id == config.bos_token_id + 2
    assert config.pad_token_id == config.vocab_size - 1
    assert config.softmax_scale == pytest.approx(config.qk_head_dim**-0.5)


def test_preset_names_are_these_ten() -> None:
    released = ["k2-base", "k2-instruct", "k2-instruct-0905", "k2-thinking"]
    relatives = ["deepseek-v3", "moonlight-16b-a3b", "kimi-linear-48b-a3b"]
    assert K2Config.preset_names() == sorted([*released, *relatives, "k2-debug", "k2-mini", "k2-nano"])
    with pytest.raises(ConfigError, match="unknown preset 'k3'; accepted: deepseek-v3, k2-base, k2-debug"):
        K2Config.preset("k3")


@pytest.mark.parametrize("name", K2Config.preset_names())
def test_what_is_written_is_read_back(name: str, tmp_path: Path) -> None:
    config = K2Config.preset(name)
    (tmp_path / "config.json").write_text(json.dumps(config.to_hf_dict()))
    assert K2Config.from_json(tmp_path) == config
    assert K2Config.from_json(tmp_path / "config.json") == config


def test_both_rope_forms_give_the_same_config() -> None:
    yarn = {"factor": 32.0, "original_max_position_embeddings": 4096, "beta_fast": 1.0, "beta_slow": 1.0}
    yarn |= {"mscale": 1.0, "mscale_all_dim": 1.0}
    released = K2Config.from_hf_dict(fields(rope_theta=7000.0, rope_scaling={"type": "yarn", **yarn}))
    later = {"rope_type": "yarn", "rope_theta": 7000.0, **yarn}
    assert K2Config.from_hf_dict(fields(rope_theta=..., rope_scaling=..., rope_parameters=later)) == released
    assert (released.rope_theta, released.rope_scaling) == (7000.0, RopeScaling(32.0))
    plain = K2Config.from_hf_dict(
        fields(rope_theta=..., rope_scaling=..., rope_parameters={"rope_type": "default", "rope_theta": 7000.0})
    )
    assert (plain.rope_theta, plain.rope_scaling) == (7000.0, None)


def test_yarn_fields_that_are_absent_take_the_values_other_engines_take() -> None:
    config = K2Config.from_hf_dict(fields(rope_scaling={"type": "yarn", "factor": 40}))
    assert config.rope_scaling == RopeScaling(40.0, 4096, beta_fast=32.0, beta_slow=1.0, mscale=1.0, mscale_all_dim=0.0)
    assert config.rope_scaling.softmax_factor == 1.0


def test_the_first_of_several_end_tokens_is_taken_and_foreign_fields_are_ignored() -> None:
    config = K2Config.from_hf_dict(fields(eos_token_id=[258, 257], transformers_version="5.0", use_cache=True))
    assert config.eos_token_id == 258


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_size": ...}, "hidden_size is missing"),
        ({"hidden_size": None}, "hidden_size is missing"),
        ({"hidden_size": "64"}, "hidden_size is '64'; accepted: a value of type int"),
        ({"hidden_size": 64.5}, "hidden_size is 64.5"),
        ({"hidden_size": True}, "hidden_size is True"),
        ({"hidden_size": 0}, "hidden_size is 0; a positive number"),
        ({"n_shared_experts": 0}, "n_shared_experts is 0"),
        ({"rms_norm_eps": float("nan")}, "rms_norm_eps is nan; accepted: a finite number"),
        ({"rope_theta": -1.0}, "rope_theta is -1.0; a positive number"),
        ({"q_lora_rank": 0}, "q_lora_rank is 0"),
        ({"qk_rope_head_dim": 7}, "qk_rope_head_dim is 7; accepted: an even number"),
        ({"num_experts_per_tok": 9}, "num_experts_per_tok is 9; accepted: at most n_routed_experts"),
        ({"n_group": 3}, "n_group is 3; accepted: a divisor of n_routed_experts"),
        ({"n_group": 4, "topk_group": 5}, "topk_group is 5"),
        ({"n_group": 8, "topk_group": 1}, "topk_group is 1; accepted: enough groups"),
        ({"first_k_dense_replace": 4}, "first_k_dense_replace is 4"),
        ({"scoring_func": "tanh"}, "scoring_func is 'tanh'; accepted: sigmoid or softmax"),
        ({"topk_method": "greedy"}, "topk_method is 'greedy'; accepted: 'noaux_tc'"),
        ({"hidden_act": "gelu"}, "hidden_act is 'gelu'; accepted: 'silu'"),
        ({"attention_dropout": 0.1}, "attention_dropout is 0.1; accepted: 0"),
        ({"num_key_value_heads": 2}, "num_key_value_heads is 2; accepted: 4"),
        ({"qk_head_dim": 16}, "qk_head_dim is 16; accepted: 24"),
        ({"model_type": "llama"}, "model_type is 'llama'; accepted: kimi_k2, deepseek_v3 or kimi_linear"),
        ({"hidden_sizes": 64}, "unknown field hidden_sizes (64); nearest known: hidden_size"),
        ({"sliding_window": 4096}, "unknown field sliding_window (4096); openk2 knows no field like it"),
        ({"num_experts": 16}, "num_experts is 16 but n_routed_experts is 8; one is enough"),
        ({"text_config": [1]}, "text_config is [1]; accepted: an object"),
        ({"mla_use_nope": True}, "mla_use_nope is True; accepted: true for kimi_linear only"),
        ({"eos_token_id": []}, "eos_token_id is"),
        ({"rope_scaling": "yarn"}, "rope_scaling is 'yarn'; accepted: an object"),
        ({"rope_scaling": {"type": "linear", "factor": 2.0}}, "rope_scaling.type is 'linear'; accepted: yarn, default"),
        ({"rope_scaling": {"type": "yarn"}}, "rope_scaling.factor is missing"),
        ({"rope_scaling": {"factor": 32.0}}, "rope_scaling.type is missing; accepted: yarn, default"),
        ({"rope_scaling": {"type": "yarn", "factor": "32"}}, "rope_scaling.factor is '32'"),
        ({"rope_scaling": {"type": "yarn", "factor": 0}}, "rope_scaling.factor is 0; a positive number"),
        ({"rope_scaling": {"type": "yarn", "factor": 2.0, "beta_fast": None}}, "rope_scaling.beta_fast is None"),
        (
            {"rope_scaling": {"type": "yarn", "factor": 2.0, "beta": 1}},
            "unknown field rope_scaling.beta; accepted: type",
        ),
        ({"rope_scaling": {"type": "yarn", "factor": 2.0, "truncate": False}}, "rope_scaling.truncate is False"),
    ],
)
def test_a_bad_field_is_named_with_its_file_and_what_is_accepted(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        K2Config.from_hf_dict(fields(**changes), "some/config.json")
    assert message in str(caught.value)
    assert str(caught.value).startswith("some/config.json: ")
    assert "\n" not in str(caught.value)


HYBRID = {"kda_layers": [1, 2], "full_attn_layers": [3], "num_heads": 4, "head_dim": 8, "short_conv_kernel_size": 4}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"linear_attn_config": [1, 2]}, "linear_attn_config is [1, 2]; accepted: an object with kda_layers"),
        ({"linear_attn_config": HYBRID, "model_type": "kimi_k2"}, "accepted: null where model_type is not kimi_linear"),
        ({"linear_attn_config": {**HYBRID, "full_attn_layers": [2]}}, "full_attn_layers is [2]; accepted: the layers"),
        ({"linear_attn_config": {**HYBRID, "kda_layers": 1}}, "kda_layers is 1; accepted: a list of layer numbers"),
        ({"linear_attn_config": {**HYBRID, "kda_layers": [2, 2], "full_attn_layers": ...}}, "each once, in order"),
        (
            {"linear_attn_config": {**HYBRID, "kda_layers": [1, 4], "full_attn_layers": ...}},
            "numbers of the 3 layers, from",
        ),
        ({"linear_attn_config": {**HYBRID, "num_heads": ...}}, "linear_attn_config.num_heads is missing"),
        ({"linear_attn_config": {**HYBRID, "num_heads": 0}}, "linear_attn_config.num_heads is 0; a positive"),
        ({"linear_attn_config": {**HYBRID, "head_dim": "8"}}, "linear_attn_config.head_dim is '8'"),
        ({"linear_attn_config": {**HYBRID, "gate": 1}}, "unknown field linear_attn_config.gate; accepted: kda_layers"),
        ({"layer_types": ["full_attention"]}, "layer_types is ['full_attention']; accepted: one of full_attention"),
        ({"mlp_layer_types": ["sparse", "dense", "sparse"]}, "accepted: first_k_dense_replace times dense"),
        ({"rope_scaling": {"type": "yarn", "factor": 2.0}}, "accepted: null where mla_use_nope is true"),
        (
            {"num_expert_group": 2, "topk_group": 2, "use_grouped_topk": False},
            "use_grouped_topk is False but n_group is 2",
        ),
    ],
)
def test_a_bad_field_of_kimi_linear_is_named(changes: dict[str, Any], message: str) -> None:
    kimi = {**fields(n_group=...), "model_type": "kimi_linear", "linear_attn_config": HYBRID, **changes}
    if isinstance(kimi.get("linear_attn_config"), dict):
        kimi["linear_attn_config"] = {k: v for k, v in kimi["linear_attn_config"].items() if v is not ...}
    with pytest.raises(ConfigError) as caught:
        K2Config.from_hf_dict(kimi, "some/config.json")
    assert message in str(caught.value)
    assert str(caught.value).startswith("some/config.json: ")
    assert "\n" not in str(caught.value)


def test_kimi_linear_may_have_one_kind_of_layers() -> None:
    """A part of a model, such as its first layers, often has only one."""
    kimi = {**fields(n_group=...), "model_type": "kimi_linear"}
    full = {**HYBRID, "kda_layers": [], "full_attn_layers": [1, 2, 3]}
    delta = {**HYBRID, "kda_layers": [1, 2, 3], "full_attn_layers": []}
    assert K2Config.from_hf_dict({**kimi, "linear_attn_config": full}).latent_layers == [0, 1, 2]
    assert K2Config.from_hf_dict({**kimi, "linear_attn_config": delta}).latent_layers == []


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe{}"])
def test_a_file_that_is_no_json_object_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"config\.json"):
        K2Config.from_json(path)
    path.unlink()
    with pytest.raises(ConfigError, match="no such file"):
        K2Config.from_json(path)


def test_replace_checks_the_result() -> None:
    config = K2Config.preset("k2-debug")
    assert config.replace(num_hidden_layers=5).num_hidden_layers == 5
    with pytest.raises(ConfigError, match="unknown config field 'num_layers'; accepted: num_hidden_layers"):
        config.replace(num_layers=5)
    with pytest.raises(ConfigError, match="num_hidden_layers is '5'"):
        config.replace(num_hidden_layers="5")
    with pytest.raises(ConfigError, match="rope_scaling is"):
        config.replace(rope_scaling={"factor": 2.0})
    with pytest.raises(ConfigError, match="vocab_size is null"):
        config.replace(vocab_size=None)
