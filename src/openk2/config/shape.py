"""The shape of a model: one frozen K2Config with the field names of the released `config.json`.

One set of fields covers the family: Kimi K2 (arXiv 2507.20534), DeepSeek-V3 (2412.19437), Moonlight (2502.16982) and
Kimi Linear (2510.26692), whose layers partly have Kimi Delta Attention.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import math
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from openk2.config import huggingface
from openk2.config.parts import LinearAttention, RopeScaling, checked
from openk2.errors import ConfigError


@dataclass(frozen=True)
class K2Config:
    """Every number that fixes the network's shape and arithmetic, under its name in Hugging Face's `config.json`."""

    vocab_size: int
    """V: rows of the embedding and of the head, special tokens included."""
    hidden_size: int
    """D: width of the residual stream."""
    intermediate_size: int
    """Width of the SwiGLU in the leading dense layers."""
    moe_intermediate_size: int
    """F: width of one expert's SwiGLU."""
    num_hidden_layers: int
    """Number of blocks, dense ones included."""
    num_attention_heads: int
    """H: heads of multi-head latent attention (MLA), which has as many key/value heads."""
    n_routed_experts: int
    """E: experts the router chooses from in each mixture-of-experts layer."""
    num_experts_per_tok: int
    """K: experts chosen per token."""
    q_lora_rank: int | None
    """Rank of the query compression; None projects queries directly from the residual stream."""
    kv_lora_rank: int
    """R: width of the cached key/value latent."""
    qk_nope_head_dim: int
    """Query/key width per head without position."""
    qk_rope_head_dim: int
    """Query/key width that is rotated; the key part is shared by all heads."""
    v_head_dim: int
    """Value width per head."""
    n_shared_experts: int = 1
    """Experts every token passes through; they form one SwiGLU of this many times F."""
    first_k_dense_replace: int = 1
    """Leading layers with a dense SwiGLU in place of experts (K2: layer 0)."""
    n_group: int = 1
    """Expert groups; K2 uses one, DeepSeek-V3 eight."""
    topk_group: int = 1
    """Groups kept per token before the experts are chosen."""
    routed_scaling_factor: float = 2.827
    """Multiplier of the routed experts' normalised weights; the shared expert is not scaled."""
    norm_topk_prob: bool = True
    """Whether the chosen experts' scores are normalised to sum to one."""
    scoring_func: str = "sigmoid"
    """How router logits become scores: `sigmoid` (every release) or `softmax`."""
    max_position_embeddings: int = 131072
    """Context length in tokens."""
    rope_theta: float = 50000.0
    """Base of the rotary frequencies."""
    rope_scaling: RopeScaling | None = None
    """YaRN settings, or None for plain rotary embeddings."""
    mla_use_nope: bool = False
    """Whether MLA rotates nothing (Kimi Linear): order is then known to the Kimi Delta Attention layers alone."""
    linear_attn_config: LinearAttention | None = None
    """The layers with Kimi Delta Attention in place of MLA, or None where every layer has MLA."""
    rms_norm_eps: float = 1e-6
    """Epsilon of the residual-stream norms, inside the square root."""
    latent_norm_eps: float | None = None
    """Epsilon of the two latent norms; None takes `rms_norm_eps` as vLLM and SGLang do (transformers uses 1e-6)."""
    initializer_range: float = 0.02
    """Standard deviation of fresh weights."""
    tie_word_embeddings: bool = False
    """Whether the head shares the embedding's weights; no release does."""
    bos_token_id: int = 163584
    """Id of [BOS]; not prepended by the chat template."""
    eos_token_id: int = 163586
    """Id that ends a generation; chat turns end with <|im_end|>."""
    pad_token_id: int = 163839
    """Id that fills unused positions."""
    model_type: str = "kimi_k2"
    """Hugging Face model type: `kimi_k2`, `deepseek_v3` or `kimi_linear`."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = checked("config", field.name, getattr(self, field.name), str(field.type))
            if value is None and not _optional(field):
                raise ConfigError(f"config field {field.name} is null; accepted: a value of type {field.type}")
            if field.name in _POSITIVE and value is not None and value <= 0:
                raise ConfigError(f"config field {field.name} is {value}; a positive number is needed")
        checks = [
            (self.rope_scaling is None or isinstance(self.rope_scaling, RopeScaling), "rope_scaling", "YaRN settings"),
            (self.num_experts_per_tok <= self.n_routed_experts, "num_experts_per_tok", "at most n_routed_experts"),
            (self.n_routed_experts % self.n_group == 0, "n_group", "a divisor of n_routed_experts"),
            (self.topk_group <= self.n_group, "topk_group", "at most n_group"),
            (
                self.num_experts_per_tok <= self.topk_group * (self.n_routed_experts // self.n_group),
                "topk_group",
                "enough groups to hold num_experts_per_tok experts",
            ),
            (0 <= self.first_k_dense_replace <= self.num_hidden_layers, "first_k_dense_replace", "0…num_hidden_layers"),
            (self.qk_rope_head_dim % 2 == 0, "qk_rope_head_dim", "an even number"),
            (self.scoring_func in ("sigmoid", "softmax"), "scoring_func", "sigmoid or softmax"),
            (self.model_type in _MODEL_TYPES, "model_type", f"{', '.join(_MODEL_TYPES[:-1])} or {_MODEL_TYPES[-1]}"),
            (not (self.mla_use_nope and self.rope_scaling), "rope_scaling", "null where mla_use_nope is true"),
            (not self.mla_use_nope or self.model_type == "kimi_linear", "mla_use_nope", "true for kimi_linear only"),
            (
                self.linear_attn_config is None or self.model_type == "kimi_linear",
                "linear_attn_config",
                "null where model_type is not kimi_linear",
            ),
            (
                self.linear_attn_config is None or isinstance(self.linear_attn_config, LinearAttention),
                "linear_attn_config",
                "the shape of Kimi Delta Attention",
            ),
        ]
        for holds, name, accepted in checks:
            if not holds:
                raise ConfigError(f"config field {name} is {getattr(self, name)!r}; accepted: {accepted}")
        if self.linear_attn_config is not None:
            self._check_delta_layers(self.linear_attn_config.kda_layers)

    def _check_delta_layers(self, layers: tuple[int, ...]) -> None:
        if max(layers) > self.num_hidden_layers:
            accepted = f"numbers of the {self.num_hidden_layers} layers, from 1"
            raise ConfigError(f"config field linear_attn_config.kda_layers is {layers}; accepted: {accepted}")

    @property
    def qk_head_dim(self) -> int:
        """Full query/key width per head."""
        return self.qk_nope_head_dim + self.qk_rope_head_dim

    @property
    def cache_width(self) -> int:
        """C: numbers cached per token and layer, the latent and the shared rotary key."""
        return self.kv_lora_rank + self.qk_rope_head_dim

    @property
    def softmax_scale(self) -> float:
        """Factor of q·k before the softmax: 1/√(query width) times YaRN's m²."""
        return (self.rope_scaling.softmax_factor if self.rope_scaling else 1.0) / math.sqrt(self.qk_head_dim)

    @property
    def latent_layers(self) -> list[int]:
        """The layers (from 0) with multi-head latent attention."""
        delta = () if self.linear_attn_config is None else self.linear_attn_config.kda_layers
        return [layer for layer in range(self.num_hidden_layers) if layer + 1 not in delta]

    def is_moe_layer(self, layer: int) -> bool:
        """Whether block `layer` (from 0) has experts."""
        return layer >= self.first_k_dense_replace

    def replace(self, **changes: Any) -> K2Config:
        """The same shape with some fields changed; raises ConfigError where the result is contradictory."""
        known = [field.name for field in dataclasses.fields(self)]
        for name in changes:
            if name not in known:
                near = ", ".join(difflib.get_close_matches(name, known, 3)) or ", ".join(known)
                raise ConfigError(f"unknown config field {name!r}; accepted: {near}")
        return dataclasses.replace(self, **changes)

    @staticmethod
    def preset_names() -> list[str]:
        """Names `preset` accepts."""
        names = [item.name for item in resources.files("openk2.presets").iterdir()]
        return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))

    @classmethod
    def preset(cls, name: str) -> K2Config:
        """A named shape; raises ConfigError for another name.

        Released: `k2-base`, `k2-instruct`, `k2-instruct-0905`, `k2-thinking`, `deepseek-v3`, `moonlight-16b-a3b`,
        `kimi-linear-48b-a3b`. Small: `k2-mini`, `k2-nano`, `k2-debug`.
        """
        names = cls.preset_names()
        if name not in names:
            raise ConfigError(f"unknown preset {name!r}; accepted: {', '.join(names)}")
        text = resources.files("openk2.presets").joinpath(f"{name}.json").read_text(encoding="utf-8")
        return cls.from_hf_dict(json.loads(text), name)

    @classmethod
    def from_json(cls, path: str | Path) -> K2Config:
        """Read a `config.json`, or the one inside a model directory. Raises ConfigError naming file and field."""
        path = Path(path)
        path = path / "config.json" if path.is_dir() else path
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ConfigError(f"{path}: no such file; a Hugging Face config.json is needed") from None
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ConfigError(f"{path}: cannot be read as JSON: {error}") from None
        if not isinstance(fields, dict):
            raise ConfigError(f"{path}: a JSON object is needed, found {type(fields).__name__}")
        return cls.from_hf_dict(fields, str(path))

    @classmethod
    def from_hf_dict(cls, fields: dict[str, Any], origin: str = "config") -> K2Config:
        """Build from the released form or the one transformers 5 writes; of a multimodal release the text part.

        Fields that say nothing about the network are ignored; raises ConfigError naming one that is unknown, missing
        or contradictory.
        """
        known = {field.name: field for field in dataclasses.fields(cls)}
        chosen = huggingface.read(fields, origin, known)
        for name in [name for name, value in chosen.items() if value is None and not _optional(known[name])]:
            del chosen[name]
        for name, value in chosen.items():
            chosen[name] = checked(origin, name, value, str(known[name].type))
        missing = [name for name, field in known.items() if field.default is dataclasses.MISSING and name not in chosen]
        if missing:
            raise ConfigError(f"{origin}: field {missing[0]} is missing; it is needed to build the model")
        try:
            return cls(**chosen)
        except ConfigError as error:
            raise ConfigError(f"{origin}: {error}") from None

    def to_hf_dict(self) -> dict[str, Any]:
        """The released `config.json` form; transformers loads it as DeepseekV3ForCausalLM or KimiLinearForCausalLM."""
        return huggingface.write(dataclasses.asdict(self))


_POSITIVE = frozenset(
    name
    for name, annotation in K2Config.__annotations__.items()
    if annotation in ("int", "float", "int | None", "float | None")
) - {"first_k_dense_replace", "bos_token_id", "eos_token_id", "pad_token_id", "initializer_range"}
"""Fields that must be greater than zero (where they are not None)."""


_MODEL_TYPES = ("kimi_k2", "deepseek_v3", "kimi_linear")


def _optional(field: dataclasses.Field[Any]) -> bool:
    return "None" in str(field.type)
