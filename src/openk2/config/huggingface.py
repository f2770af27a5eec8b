"""The forms a `config.json` comes in, brought to the one set of names that K2Config has, and back.

DeepSeek-V3, Moonlight and K2 name the fields as K2Config does; Kimi Linear has names of its own; transformers 5 writes
`rope_parameters` and spells the kinds of layers out; the multimodal releases nest everything in `text_config`.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection
from typing import Any

from openk2.config.parts import LinearAttention, RopeScaling, checked
from openk2.errors import ConfigError

_KIMI_LINEAR_NAMES = {
    "n_routed_experts": "num_experts",
    "num_experts_per_tok": "num_experts_per_token",
    "n_shared_experts": "num_shared_experts",
    "norm_topk_prob": "moe_renormalize",
    "n_group": "num_expert_group",
    "scoring_func": "moe_router_activation_func",
    "max_position_embeddings": "model_max_length",
}
"""K2Config's name → the name in Kimi Linear's `config.json`."""

_OTHER_NAMES = {theirs: ours for ours, theirs in _KIMI_LINEAR_NAMES.items()} | {"num_local_experts": "n_routed_experts"}

_ONLY: dict[str, Any] = {
    "attention_bias": False,
    "attention_dropout": 0,
    "hidden_act": "silu",
    "mlp_bias": False,
    "moe_layer_freq": 1,
    "rope_interleave": True,
    "topk_method": "noaux_tc",
}
"""Fields with one value throughout the family; another one would be another network."""

_DERIVED = {
    "num_key_value_heads": ("num_attention_heads",),
    "qk_head_dim": ("qk_nope_head_dim", "qk_rope_head_dim"),
}
"""Fields that are the sum of others."""

_ONLY_IN_ROPE: dict[str, Any] = {"attention_factor": None, "partial_rotary_factor": 1, "truncate": True}

_WORDS = """
where it comes from, how it is stored, how transformers runs it:
_name_or_path architectures auto_map dtype torch_dtype transformers_version quantization_config compression_config
use_cache use_bfloat16 torchscript return_dict output_attentions output_hidden_states output_router_logits
output_scores return_dict_in_generate chunk_size_feed_forward attn_implementation _attn_implementation
_attn_implementation_autoset gradient_checkpointing tokenizer_class mamba_ssm_dtype
derived from other fields:
head_dim
training losses, the parallelism of training, the multi-token prediction layer:
aux_loss_alpha seq_aux router_aux_loss_coef ep_size pretraining_tp num_nextn_predict_layers num_mtp_layers
tasks this network is not made for:
add_cross_attention cross_attention_hidden_size decoder_start_token_id finetuning_task id2label is_decoder
is_encoder_decoder label2id num_labels prefix problem_type pruned_heads sep_token_id task_specific_params
tf_legacy_loss tie_encoder_decoder
sampling, which transformers 4 wrote beside the shape:
bad_words_ids begin_suppress_tokens diversity_penalty do_sample early_stopping encoder_no_repeat_ngram_size
exponential_decay_length_penalty forced_bos_token_id forced_eos_token_id length_penalty max_length min_length
no_repeat_ngram_size num_beam_groups num_beams num_return_sequences remove_invalid_values repetition_penalty
suppress_tokens temperature top_k top_p typical_p
"""

IRRELEVANT = frozenset(word for line in _WORDS.splitlines() if not line.endswith(":") for word in line.split())
"""Fields that say nothing about the network; they are ignored. Any other unknown field is an error."""


def read(fields: dict[str, Any], origin: str, known: Collection[str]) -> dict[str, Any]:
    """Fields under the names of K2Config (`known`), their values not yet checked one by one.

    Raises ConfigError for a field that is unknown, or that contradicts the network or another field.
    """
    fields = _renamed(_text_part(fields, origin), origin)
    _only(fields, _ONLY, origin)
    rope = _rope_fields(fields, origin)
    linear = _linear_attention(fields, origin)
    _dense_layers(fields, origin)
    _derived(fields, origin)
    chosen = {name: value for name, value in fields.items() if name in known}
    unknown = [name for name in fields if name not in known and name not in IRRELEVANT]
    if unknown:
        near = difflib.get_close_matches(unknown[0], [*known, *_OTHER_NAMES], 3)
        hint = f"nearest known: {', '.join(near)}" if near else "openk2 knows no field like it"
        raise ConfigError(f"{origin}: unknown field {unknown[0]} ({fields[unknown[0]]!r}); {hint}")
    if isinstance(chosen.get("eos_token_id"), list) and chosen["eos_token_id"]:
        chosen["eos_token_id"] = chosen["eos_token_id"][0]
    chosen |= {"rope_scaling": _rope_scaling(rope, origin), "linear_attn_config": linear}
    if "rope_theta" in rope:
        chosen["rope_theta"] = rope["rope_theta"]
    if chosen.get("model_type") == "kimi_linear":
        chosen.setdefault("mla_use_nope", True)
    return chosen


def write(fields: dict[str, Any]) -> dict[str, Any]:
    """The released form of K2Config's fields."""
    fields = {name: value for name, value in fields.items() if value is not None or name not in _ABSENT_WHERE_NONE}
    kimi_linear = fields["model_type"] == "kimi_linear"
    if fields["rope_scaling"] is not None:
        fields["rope_scaling"] = {"type": "yarn", **fields["rope_scaling"]}
    if "linear_attn_config" in fields:
        delta = list(fields["linear_attn_config"]["kda_layers"])
        full = [layer for layer in range(1, fields["num_hidden_layers"] + 1) if layer not in delta]
        fields["linear_attn_config"] |= {"kda_layers": delta, "full_attn_layers": full}
    if kimi_linear:
        fields = {_KIMI_LINEAR_NAMES.get(name, name): value for name, value in fields.items()}
    else:
        del fields["mla_use_nope"]
    return {
        "architectures": ["KimiLinearForCausalLM" if kimi_linear else "DeepseekV3ForCausalLM"],
        **fields,
        "num_key_value_heads": fields["num_attention_heads"],
        **({"use_grouped_topk": True} if kimi_linear else {"topk_method": "noaux_tc"}),
        "moe_layer_freq": 1,
        "hidden_act": "silu",
        "attention_bias": False,
        "attention_dropout": 0.0,
        "num_nextn_predict_layers": 0,
    }


_ABSENT_WHERE_NONE = ("latent_norm_eps", "linear_attn_config")


def _text_part(fields: dict[str, Any], origin: str) -> dict[str, Any]:
    """The language model's fields of a multimodal release, or all of them."""
    text = fields.get("text_config")
    if text is None:
        return {name: value for name, value in fields.items() if name != "text_config"}
    if not isinstance(text, dict):
        raise ConfigError(f"{origin}: text_config is {text!r}; accepted: an object with the language model's fields")
    return text


def _renamed(fields: dict[str, Any], origin: str) -> dict[str, Any]:
    """Kimi Linear's names replaced by K2Config's; both may stand there if they agree."""
    renamed = {name: value for name, value in fields.items() if name not in _OTHER_NAMES}
    for theirs, ours in _OTHER_NAMES.items():
        if theirs in fields and renamed.setdefault(ours, fields[theirs]) != fields[theirs]:
            raise ConfigError(
                f"{origin}: {theirs} is {fields[theirs]!r} but {ours} is {renamed[ours]!r}; one is enough"
            )
    return renamed


def _only(fields: dict[str, Any], accepted: dict[str, Any], origin: str, group: str = "") -> None:
    """Take out the fields with one accepted value, and null; refuse other values."""
    for name, value in accepted.items():
        found = fields.pop(name, None)
        if found is not None and found != value:
            raise ConfigError(f"{origin}: {group}{name} is {found!r}; accepted: {value!r}")


def _derived(fields: dict[str, Any], origin: str) -> None:
    """Take out the fields that follow from others."""
    for name, sources in _DERIVED.items():
        parts = [part for part in map(fields.get, sources) if isinstance(part, int)]
        found = fields.pop(name, None)
        if found is not None and len(parts) == len(sources) and found != sum(parts):
            raise ConfigError(f"{origin}: {name} is {found!r}; accepted: {sum(parts)}")
    grouped = fields.pop("use_grouped_topk", None)
    if grouped is False and fields.get("n_group", 1) != 1:
        raise ConfigError(f"{origin}: use_grouped_topk is False but n_group is {fields['n_group']!r}; accepted: 1")


def _rope_fields(fields: dict[str, Any], origin: str) -> dict[str, Any]:
    """Whichever of `rope_scaling` and `rope_parameters` there is, as a copy."""
    older, newer = fields.pop("rope_scaling", None), fields.pop("rope_parameters", None)
    rope = newer or older
    if rope is not None and not isinstance(rope, dict):
        raise ConfigError(f"{origin}: rope_scaling is {rope!r}; accepted: an object with type, factor, …, or null")
    return dict(rope or {})


def _rope_scaling(rope: dict[str, Any], origin: str) -> RopeScaling | None:
    kind = rope.get("rope_type", rope.get("type"))
    if kind is None and "factor" in rope:
        raise ConfigError(f"{origin}: rope_scaling.type is missing; accepted: yarn, default")
    if kind not in (None, "default", "yarn"):
        raise ConfigError(f"{origin}: rope_scaling.type is {kind!r}; accepted: yarn, default")
    _only(rope, _ONLY_IN_ROPE, origin, "rope_scaling.")
    names = [field.name for field in dataclasses.fields(RopeScaling)]
    for name in rope:
        if name not in (*names, "type", "rope_type", "rope_theta"):
            raise ConfigError(f"{origin}: unknown field rope_scaling.{name}; accepted: type, {', '.join(names)}")
    if kind != "yarn":
        return None
    if "factor" not in rope:
        raise ConfigError(f"{origin}: rope_scaling.factor is missing; YaRN needs it")
    # Where a field is absent transformers and vLLM take these, not the values of K2.
    absent: dict[str, Any] = {"original_max_position_embeddings": 4096, "beta_fast": 32.0, "mscale_all_dim": 0.0}
    numbers: dict[str, Any] = {}
    for field in dataclasses.fields(RopeScaling):
        value = rope.get(field.name, absent.get(field.name, field.default))
        numbers[field.name] = checked(origin, f"rope_scaling.{field.name}", value, str(field.type))
        if value is None or (value <= 0 and not field.name.startswith("mscale")):
            raise ConfigError(f"{origin}: rope_scaling.{field.name} is {value}; a positive number is needed")
    return RopeScaling(**numbers)


def _linear_attention(fields: dict[str, Any], origin: str) -> LinearAttention | None:
    """Kimi Delta Attention from the released `linear_attn_config` or from what transformers writes."""
    layers = fields.get("num_hidden_layers")
    spelled_out = _linear_spelled_out(fields, origin)
    released = fields.pop("linear_attn_config", None)
    if released is None:
        released = spelled_out
    if released is None:
        return None
    if not isinstance(released, dict):
        raise ConfigError(
            f"{origin}: linear_attn_config is {released!r}; accepted: an object with kda_layers, …, or null"
        )
    released = dict(released)
    delta, full = released.get("kda_layers"), released.pop("full_attn_layers", None)
    if not isinstance(delta, list):
        raise ConfigError(f"{origin}: linear_attn_config.kda_layers is {delta!r}; accepted: a list of layer numbers")
    if full is not None and isinstance(layers, int) and sorted([*delta, *full]) != list(range(1, layers + 1)):
        raise ConfigError(
            f"{origin}: linear_attn_config.full_attn_layers is {full!r}; accepted: the layers of 1 … {layers} "
            "that are not in kda_layers"
        )
    if not delta:
        return None
    names = [field.name for field in dataclasses.fields(LinearAttention)]
    for name in released:
        if name not in names:
            known = ", ".join([*names, "full_attn_layers"])
            raise ConfigError(f"{origin}: unknown field linear_attn_config.{name}; accepted: {known}")
    for name in ("num_heads", "head_dim"):
        if name not in released:
            raise ConfigError(f"{origin}: linear_attn_config.{name} is missing; Kimi Delta Attention needs it")
    try:
        return LinearAttention(**{**released, "kda_layers": tuple(delta)})
    except ConfigError as error:
        raise ConfigError(f"{origin}: {error}") from None


def _linear_spelled_out(fields: dict[str, Any], origin: str) -> dict[str, Any] | None:
    """Take out what transformers writes; the released form of it where a layer has linear attention."""
    kinds = fields.pop("layer_types", None)
    shape = {
        ours: fields.pop(theirs)
        for theirs, ours in (
            ("linear_num_heads", "num_heads"),
            ("linear_head_dim", "head_dim"),
            ("linear_conv_kernel_dim", "short_conv_kernel_size"),
        )
        if theirs in fields
    }
    if kinds is None:
        return None
    _check_kinds(fields, "layer_types", kinds, ("full_attention", "linear_attention"), origin)
    delta = [number for number, kind in enumerate(kinds, 1) if kind == "linear_attention"]
    return {"kda_layers": delta, **shape} if delta else None


def _dense_layers(fields: dict[str, Any], origin: str) -> None:
    """`mlp_layer_types`, which transformers writes, to `first_k_dense_replace`."""
    kinds = fields.pop("mlp_layer_types", None)
    if kinds is None:
        return
    _check_kinds(fields, "mlp_layer_types", kinds, ("dense", "sparse"), origin)
    dense = kinds.count("dense")
    if kinds[:dense] != ["dense"] * dense or fields.setdefault("first_k_dense_replace", dense) != dense:
        accepted = "first_k_dense_replace times dense, then sparse"
        raise ConfigError(f"{origin}: mlp_layer_types is {kinds!r}; accepted: {accepted}")


def _check_kinds(fields: dict[str, Any], name: str, kinds: Any, accepted: tuple[str, str], origin: str) -> None:
    layers = fields.get("num_hidden_layers")
    if not isinstance(kinds, list) or len(kinds) != layers or not set(kinds) <= set(accepted):
        what = f"one of {', '.join(accepted)} for each of the {layers} layers"
        raise ConfigError(f"{origin}: {name} is {kinds!r}; accepted: {what}")
