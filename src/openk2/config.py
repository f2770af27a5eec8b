"""The shape of a model: one frozen K2Config with the field names of the released `config.json`.

Reads the released form (`rope_theta` and `rope_scaling` beside the other fields) and the form transformers 5 writes
(`rope_parameters`). Values follow the released checkpoints of the Kimi K2 family (arXiv 2507.20534, section 2.3).
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

from openk2.errors import ConfigError


@dataclass(frozen=True)
class RopeScaling:
    """YaRN context extension (arXiv 2309.00071); Hugging Face name `rope_scaling`."""

    factor: float
    """How many times the original context is stretched: 32 (K2 Base, Instruct) or 64 (0905, Thinking)."""
    original_max_position_embeddings: int = 4096
    """Context length in tokens before the extension."""
    beta_fast: float = 1.0
    """Pairs that turn more often than this within the original context keep their frequency."""
    beta_slow: float = 1.0
    """Pairs that turn less often than this are slowed down by `factor`."""
    mscale: float = 1.0
    """Magnitude factor of the rotary tables."""
    mscale_all_dim: float = 1.0
    """Magnitude factor of the softmax scale; both being equal leaves the rotary tables unscaled."""

    @property
    def softmax_factor(self) -> float:
        """m² of the attention scale: m = 0.1·mscale_all_dim·ln(factor) + 1."""
        return _yarn_magnitude(self.factor, self.mscale_all_dim) ** 2

    @property
    def table_factor(self) -> float:
        """Multiplier of the rotary cosine and sine tables."""
        return _yarn_magnitude(self.factor, self.mscale) / _yarn_magnitude(self.factor, self.mscale_all_dim)


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
    """H: attention heads; MLA has as many key/value heads."""
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
    """How router logits become scores; the family uses `sigmoid`."""
    max_position_embeddings: int = 131072
    """Context length in tokens."""
    rope_theta: float = 50000.0
    """Base of the rotary frequencies."""
    rope_scaling: RopeScaling | None = None
    """YaRN settings, or None for plain rotary embeddings."""
    rms_norm_eps: float = 1e-6
    """Epsilon of the residual-stream norms, inside the square root."""
    latent_norm_eps: float | None = None
    """Epsilon of the two latent norms; None takes `rms_norm_eps` as vLLM and SGLang do (transformers uses 1e-6)."""
    initializer_range: float = 0.02
    """Standard deviation of fresh weights."""
    tie_word_embeddings: bool = False
    """Whether the head shares the embedding's weights; the family never does."""
    bos_token_id: int = 163584
    """Id of [BOS]; not prepended by the chat template."""
    eos_token_id: int = 163586
    """Id that ends a generation; chat turns end with <|im_end|>."""
    pad_token_id: int = 163839
    """Id that fills unused positions."""
    model_type: str = "kimi_k2"
    """Hugging Face model type: `kimi_k2` or `deepseek_v3`."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = _checked("config", field.name, getattr(self, field.name), str(field.type))
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
            (self.scoring_func == "sigmoid", "scoring_func", "sigmoid"),
            (not self.tie_word_embeddings, "tie_word_embeddings", "false"),
            (self.model_type in ("kimi_k2", "deepseek_v3"), "model_type", "kimi_k2 or deepseek_v3"),
        ]
        for holds, name, accepted in checks:
            if not holds:
                raise ConfigError(f"config field {name} is {getattr(self, name)!r}; accepted: {accepted}")

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

        Released: `k2-base`, `k2-instruct`, `k2-instruct-0905`, `k2-thinking`. Small: `k2-mini`, `k2-nano`, `k2-debug`.
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
        """Build from the released form or the one transformers 5 writes; fields openk2 does not need are ignored."""
        fields = dict(fields)
        rope = fields.get("rope_parameters") or fields.get("rope_scaling")
        if rope is not None and not isinstance(rope, dict):
            raise ConfigError(f"{origin}: rope_scaling is {rope!r}; accepted: an object with type, factor, …, or null")
        if rope and "rope_theta" in rope:
            fields["rope_theta"] = rope["rope_theta"]
        for contradiction, accepted in (
            ("attention_bias", False),
            ("hidden_act", "silu"),
            ("topk_method", "noaux_tc"),
            ("moe_layer_freq", 1),
            ("rope_interleave", True),
        ):
            if fields.get(contradiction, accepted) != accepted:
                raise ConfigError(f"{origin}: {contradiction} is {fields[contradiction]!r}; accepted: {accepted!r}")
        known = {field.name: field for field in dataclasses.fields(cls)}
        chosen: dict[str, Any] = {name: value for name, value in fields.items() if name in known}
        if isinstance(chosen.get("eos_token_id"), list) and chosen["eos_token_id"]:
            chosen["eos_token_id"] = chosen["eos_token_id"][0]
        for name in [name for name, value in chosen.items() if value is None and not _optional(known[name])]:
            del chosen[name]
        for name, value in chosen.items():
            chosen[name] = _checked(origin, name, value, str(known[name].type))
        missing = [name for name, field in known.items() if field.default is dataclasses.MISSING and name not in chosen]
        if missing:
            raise ConfigError(f"{origin}: field {missing[0]} is missing; it is needed to build the model")
        chosen["rope_scaling"] = _read_rope(rope, origin)
        try:
            return cls(**chosen)
        except ConfigError as error:
            raise ConfigError(f"{origin}: {error}") from None

    def to_hf_dict(self) -> dict[str, Any]:
        """The released `config.json` form; transformers loads it as DeepseekV3ForCausalLM."""
        fields = dataclasses.asdict(self)
        if self.latent_norm_eps is None:
            del fields["latent_norm_eps"]
        if self.rope_scaling is not None:
            fields["rope_scaling"] = {"type": "yarn", **fields["rope_scaling"]}
        return {
            "architectures": ["DeepseekV3ForCausalLM"],
            **fields,
            "num_key_value_heads": self.num_attention_heads,
            "topk_method": "noaux_tc",
            "moe_layer_freq": 1,
            "hidden_act": "silu",
            "attention_bias": False,
            "attention_dropout": 0.0,
            "num_nextn_predict_layers": 0,
        }


_POSITIVE = frozenset(
    name
    for name, annotation in K2Config.__annotations__.items()
    if annotation in ("int", "float", "int | None", "float | None")
) - {"first_k_dense_replace", "bos_token_id", "eos_token_id", "pad_token_id", "initializer_range"}
"""Fields that must be greater than zero (where they are not None)."""


def _yarn_magnitude(factor: float, mscale: float) -> float:
    return 1.0 if factor <= 1 else 0.1 * mscale * math.log(factor) + 1.0


def _optional(field: dataclasses.Field[Any]) -> bool:
    return "None" in str(field.type)


def _checked(origin: str, name: str, value: Any, annotation: str) -> Any:
    """`value` if it is of the field's type; ints are accepted as floats, booleans never as numbers."""
    if value is None:
        return None
    wanted = annotation.split(" | ")[0]
    accepted: Any = {"int": int, "float": (int, float), "bool": bool, "str": str}.get(wanted, object)
    if not isinstance(value, accepted) or (isinstance(value, bool) and wanted in ("int", "float")):
        raise ConfigError(f"{origin}: {name} is {value!r}; accepted: a value of type {wanted}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{origin}: {name} is {value}; accepted: a finite number")
    return float(value) if wanted == "float" else value


def _read_rope(rope: dict[str, Any] | None, origin: str) -> RopeScaling | None:
    kind = (rope or {}).get("rope_type", (rope or {}).get("type", "default"))
    if rope is None or kind == "default":
        return None
    if kind != "yarn":
        raise ConfigError(f"{origin}: rope_scaling.type is {kind!r}; accepted: yarn, default")
    if "factor" not in rope:
        raise ConfigError(f"{origin}: rope_scaling.factor is missing; YaRN needs it")
    # Where a field is absent transformers and vLLM take these, not the values of K2.
    absent: dict[str, Any] = {"original_max_position_embeddings": 4096, "beta_fast": 32.0, "mscale_all_dim": 0.0}
    numbers: dict[str, Any] = {}
    for field in dataclasses.fields(RopeScaling):
        value = rope.get(field.name, absent.get(field.name, field.default))
        numbers[field.name] = _checked(origin, f"rope_scaling.{field.name}", value, str(field.type))
        if value is None or (value <= 0 and not field.name.startswith("mscale")):
            raise ConfigError(f"{origin}: rope_scaling.{field.name} is {value}; a positive number is needed")
    return RopeScaling(**numbers)
