"""The arithmetic of a shape: every tensor of a model from its configuration alone, and what follows from the list,
parameters, those at work in a token, bytes in each format, and what a token or a sequence takes in the cache.

Nothing is built: the full K2 takes as long as the smallest model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from openk2.checkpoint import formats
from openk2.checkpoint.layout import DiskTensor, kimi_linear_name
from openk2.checkpoint.parts import PARTS, part_of
from openk2.config import K2Config

_BF16, _FLOAT32 = 2, 4


@dataclass(frozen=True)
class ShapeRow:
    """Tensors of one kind: of the same shape in several layers, and of several experts."""

    name: str
    """Name on disk; N stands for the layer, M for the expert."""
    shape: tuple[int, ...]
    layers: tuple[int, ...] = ()
    """The layers that have it; none for what stands outside the layers."""
    experts: int = 1
    """How many of it each layer has."""

    @property
    def part(self) -> str:
        """Part of the network."""
        return part_of(self.name)

    @property
    def count(self) -> int:
        """How many tensors these are."""
        return max(len(self.layers), 1) * self.experts

    @property
    def parameters(self) -> int:
        """Of all of them."""
        return self.count * math.prod(self.shape)

    def tensor(self) -> DiskTensor:
        """One of them."""
        layer = str(self.layers[0]) if self.layers else ""
        name = self.name.replace(".N.", f".{layer}.").replace(".M.", ".0.")
        return DiskTensor(name, self.shape, name)


def shape_table(config: K2Config) -> list[ShapeRow]:
    """Every tensor of the model, the router's biases included."""
    D, layers = config.hidden_size, tuple(range(config.num_hidden_layers))
    rows = [ShapeRow("model.embed_tokens.weight", (config.vocab_size, D))]
    rows += [ShapeRow(f"model.layers.N.{name}.weight", (D,), layers) for name in _BLOCK_NORMS]
    rows += _latent_attention(config)
    rows += _delta_attention(config)
    dense = tuple(layer for layer in layers if not config.is_moe_layer(layer))
    sparse = layers[len(dense) :]
    E, F = config.n_routed_experts, config.moe_intermediate_size
    rows += _swiglu("model.layers.N.mlp", D, config.intermediate_size, dense)
    if sparse:
        rows.append(ShapeRow("model.layers.N.mlp.gate.weight", (E, D), sparse))
        rows.append(ShapeRow("model.layers.N.mlp.gate.e_score_correction_bias", (E,), sparse))
    rows += _swiglu("model.layers.N.mlp.experts.M", D, F, sparse, E)
    rows += _swiglu("model.layers.N.mlp.shared_experts", D, F * config.n_shared_experts, sparse)
    rows.append(ShapeRow("model.norm.weight", (D,)))
    if not config.tie_word_embeddings:
        rows.append(ShapeRow("lm_head.weight", (config.vocab_size, D)))
    rows = [row for row in rows if row.layers or ".N." not in row.name]
    if config.linear_attn_config is None:
        return rows
    return [replace(row, name=kimi_linear_name(row.name)) for row in rows]


_BLOCK_NORMS = ("input_layernorm", "post_attention_layernorm")


def _latent_attention(config: K2Config) -> Iterator[ShapeRow]:
    D, H, R, layers = config.hidden_size, config.num_attention_heads, config.kv_lora_rank, tuple(config.latent_layers)
    queries, rank = H * config.qk_head_dim, config.q_lora_rank
    shapes: dict[str, tuple[int, ...]] = {"q_proj": (queries, D)}
    if rank is not None:
        shapes = {"q_a_proj": (rank, D), "q_a_layernorm": (rank,), "q_b_proj": (queries, rank)}
    shapes |= {
        "kv_a_proj_with_mqa": (config.cache_width, D),
        "kv_a_layernorm": (R,),
        "kv_b_proj": (H * (config.qk_nope_head_dim + config.v_head_dim), R),
        "o_proj": (D, H * config.v_head_dim),
    }
    for name, shape in shapes.items():
        yield ShapeRow(f"model.layers.N.self_attn.{name}.weight", shape, layers)


def _delta_attention(config: K2Config) -> Iterator[ShapeRow]:
    c, D = config.linear_attn_config, config.hidden_size
    if c is None:
        return
    W, d = c.width, c.head_dim
    shapes: dict[str, tuple[int, ...]] = {}
    shapes |= {f"{name}_proj.weight": (W, D) for name in "qkv"}
    shapes |= {f"{name}_conv1d.weight": (W, 1, c.short_conv_kernel_size) for name in "qkv"}
    shapes |= {"f_a_proj.weight": (d, D), "f_b_proj.weight": (W, d), "b_proj.weight": (c.num_heads, D)}
    shapes |= {"A_log": (1, 1, c.num_heads, 1), "dt_bias": (W,)}
    shapes |= {"g_a_proj.weight": (d, D), "g_b_proj.weight": (W, d)}
    shapes |= {"o_norm.weight": (d,), "o_proj.weight": (D, W)}
    layers = tuple(layer - 1 for layer in c.kda_layers)
    for name, shape in shapes.items():
        yield ShapeRow(f"model.layers.N.self_attn.{name}", shape, layers)


def _swiglu(prefix: str, width: int, hidden: int, layers: tuple[int, ...], experts: int = 1) -> Iterator[ShapeRow]:
    for name, shape in (("gate", (hidden, width)), ("up", (hidden, width)), ("down", (width, hidden))):
        yield ShapeRow(f"{prefix}.{name}_proj.weight", shape, layers, experts)


def parameters(config: K2Config) -> int:
    """All numbers of the model."""
    return sum(row.parameters for row in shape_table(config))


@dataclass(frozen=True)
class Active:
    """Parameters at work in a token, by what one counts."""

    with_head: int
    """The head, but not the input embedding, of which a token reads one row: the usual figure."""
    with_both: int
    """Head and input embedding."""
    with_neither: int
    """The layers and the last norm."""


def active(config: K2Config) -> Active:
    """Parameters at work in a token: of the routed experts the chosen ones."""
    neither = embedding = 0
    for row in shape_table(config):
        if row.part in ("embedding", "head"):
            embedding = row.parameters
        elif row.part == "routed experts":
            neither += row.parameters // config.n_routed_experts * config.num_experts_per_tok
        else:
            neither += row.parameters
    return Active(neither + embedding, neither + (1 if config.tie_word_embeddings else 2) * embedding, neither)


def format_bytes(config: K2Config, format: str) -> dict[str, int]:
    """Part → bytes of its tensors in a format of `formats.FORMATS`."""
    formats.check_format(format)
    sizes = dict.fromkeys(PARTS, 0)
    for row in shape_table(config):
        tensor = row.tensor()
        held = formats.entries(tensor, formats.storage(tensor, format))
        sizes[row.part] += row.count * sum(entry.bytes for entry in held)
    return sizes


def cache_bytes_per_token(config: K2Config, width: int = _BF16) -> int:
    """Bytes that multi-head latent attention caches of a token in all layers, `width` bytes a number."""
    return config.cache_width * len(config.latent_layers) * width


def state_bytes(config: K2Config) -> int:
    """Bytes of a sequence's state of Kimi Delta Attention in all layers, however long it is: memories in float32, the
    convolutions' last inputs in bfloat16.
    """
    c = config.linear_attn_config
    if c is None:
        return 0
    memory = c.num_heads * c.head_dim**2 * _FLOAT32
    tail = (c.short_conv_kernel_size - 1) * 3 * c.width * _BF16
    return len(c.kda_layers) * (memory + tail)


def layer_ranges(layers: Iterable[int]) -> str:
    """`0-2,5` for 0, 1, 2, 5."""
    ranges: list[list[int]] = []
    for layer in sorted(layers):
        if ranges and ranges[-1][1] == layer - 1:
            ranges[-1][1] = layer
        else:
            ranges.append([layer, layer])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)
