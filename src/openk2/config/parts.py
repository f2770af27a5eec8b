"""The two groups of fields inside a `config.json`, and the check every field goes through."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from openk2.errors import ConfigError


@dataclass(frozen=True)
class RopeScaling:
    """YaRN context extension (arXiv 2309.00071); Hugging Face name `rope_scaling`."""

    factor: float
    """How many times the original context is stretched: 32 (K2 Base, Instruct), 64 (0905, Thinking), 40 (V3)."""
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
class LinearAttention:
    """Kimi Delta Attention in some of the layers (arXiv 2510.26692); Hugging Face name `linear_attn_config`."""

    kda_layers: tuple[int, ...]
    """The layers that have it, counted from 1 as the release counts them; the others attend in full."""
    num_heads: int
    """Heads, each with a state of its own."""
    head_dim: int
    """Width of a head's queries, keys and values; the state is a square of this side."""
    short_conv_kernel_size: int = 4
    """Tokens the short convolutions over queries, keys and values see."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self)[1:]:
            value = checked("config", f"linear_attn_config.{field.name}", getattr(self, field.name), "int")
            if value is None or value <= 0:
                raise ConfigError(
                    f"config field linear_attn_config.{field.name} is {value}; a positive number is needed"
                )
        layers = self.kda_layers
        numbers = isinstance(layers, tuple) and layers and all(isinstance(layer, int) and layer > 0 for layer in layers)
        if not numbers or list(layers) != sorted(set(layers)):
            accepted = "one or more layer numbers from 1, each once, in order"
            raise ConfigError(f"config field linear_attn_config.kda_layers is {layers!r}; accepted: {accepted}")

    @property
    def width(self) -> int:
        """Width of all heads' queries together; as wide are the keys and the values."""
        return self.num_heads * self.head_dim


def checked(origin: str, name: str, value: Any, annotation: str) -> Any:
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


def _yarn_magnitude(factor: float, mscale: float) -> float:
    return 1.0 if factor <= 1 else 0.1 * mscale * math.log(factor) + 1.0
