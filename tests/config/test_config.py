"""K2Config: every preset, both forms of `config.json`, and one clear line for whatever is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from openk2.config import K2Config, RopeScaling
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


@pytest.mark.parametrize("name", ["k2-mini", "k2-nano", "k2-debug"])
def test_small_presets_keep_the_special_tokens_at_the_end_of_the_vocabulary(name: str) -> None:
    config = K2Config.preset(name)
    assert config.bos_token_id == config.vocab_size - 256
    assert config.eos_token_id == config.bos_token_id + 2
    assert config.pad_token_id == config.vocab_size - 1
    assert config.softmax_scale == pytest.approx(config.qk_head_dim**-0.5)


def test_preset_names_are_these_seven() -> None:
    released = ["k2-base", "k2-instruct", "k2-instruct-0905", "k2-thinking"]
    assert K2Config.preset_names() == sorted([*released, "k2-debug", "k2-mini", "k2-nano"])
    with pytest.raises(ConfigError, match="unknown preset 'k3'; accepted: k2-base, k2-debug, k2-instruct"):
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
        ({"scoring_func": "softmax"}, "scoring_func is 'softmax'; accepted: sigmoid"),
        ({"topk_method": "greedy"}, "topk_method is 'greedy'; accepted: 'noaux_tc'"),
        ({"hidden_act": "gelu"}, "hidden_act is 'gelu'; accepted: 'silu'"),
        ({"tie_word_embeddings": True}, "tie_word_embeddings is True; accepted: false"),
        ({"model_type": "llama"}, "model_type is 'llama'; accepted: kimi_k2 or deepseek_v3"),
        ({"eos_token_id": []}, "eos_token_id is"),
        ({"rope_scaling": "yarn"}, "rope_scaling is 'yarn'; accepted: an object"),
        ({"rope_scaling": {"type": "linear", "factor": 2.0}}, "rope_scaling.type is 'linear'; accepted: yarn, default"),
        ({"rope_scaling": {"type": "yarn"}}, "rope_scaling.factor is missing"),
        ({"rope_scaling": {"type": "yarn", "factor": "32"}}, "rope_scaling.factor is '32'"),
        ({"rope_scaling": {"type": "yarn", "factor": 0}}, "rope_scaling.factor is 0; a positive number"),
        ({"rope_scaling": {"type": "yarn", "factor": 2.0, "beta_fast": None}}, "rope_scaling.beta_fast is None"),
    ],
)
def test_a_bad_field_is_named_with_its_file_and_what_is_accepted(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        K2Config.from_hf_dict(fields(**changes), "some/config.json")
    assert message in str(caught.value)
    assert str(caught.value).startswith("some/config.json: ")
    assert "\n" not in str(caught.value)


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
