"""A model's weights in bricks, and the `Network` of the kernels that points at them.

Weights keep their number format: float32, bfloat16, block FP8, INT8 or INT4. Of the latent's up-projection the key half
is turned around (absorbed attention multiplies by its transpose), which no scale along the inputs survives, so it is
held in floats; the value half stays as it is where every row has scales of its own.

Shapes: O outputs, I inputs, H heads, d head width without position, v value width, R latent rank, E experts, F expert
width, S slots of the latent cache.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from openk2.engine.cache import PagePool
from openk2.engine.states import StatePool
from openk2.kernels.native.delta import DeltaWeights
from openk2.kernels.native.interface import DELTA, FeedForward, Latents, Layer, Layout, Network
from openk2.kernels.native.large_pages import Slabs
from openk2.kernels.native.library import Level
from openk2.kernels.native.packed import Packed, code_bytes, pack_into, pack_scales
from openk2.model import K2Model
from openk2.model.attention import Attention
from openk2.model.delta_attention import DeltaAttention
from openk2.model.experts import MixtureOfExperts, SwiGLU
from openk2.model.head import TiedHead
from openk2.model.rotary import rotation_table
from openk2.model.transformer import Block
from openk2.quantization.formats import Format
from openk2.quantization.stored import StoredWeight

PACKING_THREADS = 2

LAYOUTS = {"fp8": Layout.FP8, "int8": Layout.INT8, "int4": Layout.INT4}
"""Number format → layout; products of integer weights take int8 activations."""
EXACT = {Layout.INT8: Layout.INT8_A16, Layout.INT4: Layout.INT4_A16}
"""Layout → the one of the same codes whose products take bfloat16 activations."""


@dataclass(frozen=True)
class Rows:
    """A weight as checkpoints hold it: rows of floats or codes, and their scales."""

    layout: Layout
    rows: Tensor
    scales: Tensor | None
    inputs: int

    def part(self, rows: slice) -> Rows:
        """Some of the rows, of a weight whose every row has scales of its own."""
        assert self.layout != Layout.FP8
        return replace(self, rows=self.rows[rows], scales=None if self.scales is None else self.scales[rows])


class Packer:
    """Packs for one level; `exact` weights meet bfloat16 activations, and what is packed is let go of if `consume`."""

    def __init__(self, level: Level, *, exact: bool, consume: bool) -> None:
        self._level, self.exact, self._consume = level, exact, consume
        self._slabs = Slabs()
        self._lock = threading.Lock()

    def linear(self, module: nn.Module) -> Packed:
        """The weight of a linear layer, float or stored."""
        weight: Tensor | StoredWeight = module.weight  # type: ignore[assignment]
        packed = self.rows(rows_of(weight, self.exact))
        if self._consume and not isinstance(module, TiedHead):  # whose weight is the embedding, still needed
            _empty(module, "weight", weight)
        return packed

    def rows(self, weight: Rows) -> Packed:
        """One weight."""
        return self.stacked([weight])

    def stacked(self, weights: Sequence[Rows]) -> Packed:
        """Weights of one shape behind one another, each filled to whole panels; `outputs` is that of one."""
        first = weights[0]
        outputs = first.rows.shape[0]
        size = code_bytes(first.layout, outputs, first.inputs)
        with self._lock:
            codes = self._slabs.take(len(weights) * size)
        scales = []
        for number, weight in enumerate(weights):
            pack_into(
                self._level, weight.layout, weight.rows, codes[number * size : (number + 1) * size], weight.inputs
            )
            if weight.scales is not None:
                scales.append(pack_scales(weight.layout, weight.scales, outputs, weight.inputs))
        return Packed(first.layout, outputs, first.inputs, codes, torch.cat(scales) if scales else None)

    def up_projection(self, attention: Attention) -> tuple[Packed, Packed]:
        """The key half `[H, R, d]` and the value half `[H, v, R]` of the latent's up-projection."""
        c = attention.config
        weight = attention.kv_b_proj.weight
        up_OR = attention.kv_b_proj.matrix().detach()
        step = c.qk_nope_head_dim + c.v_head_dim
        begins = range(0, len(up_OR), step)
        keys = [rows_of(up_OR[begin : begin + c.qk_nope_head_dim].mT.contiguous(), self.exact) for begin in begins]
        held = rows_of(weight, self.exact)
        whole = rows_of(up_OR, self.exact) if held.layout == Layout.FP8 else held
        values = [whole.part(slice(begin + c.qk_nope_head_dim, begin + step)) for begin in begins]
        packed = self.stacked(keys), self.stacked(values)
        if self._consume:
            _empty(attention.kv_b_proj, "weight", weight)
        return packed

    def swiglu(self, mlp: SwiGLU) -> tuple[Packed, Packed, Packed]:
        """Gate, up, down."""
        return self.linear(mlp.gate_proj), self.linear(mlp.up_proj), self.linear(mlp.down_proj)

    def experts(self, moe: MixtureOfExperts) -> tuple[Packed, Packed, Packed]:
        """Gate, up and down of all experts, each stacked."""
        gate_up, down = moe.experts.gate_up_EFD, moe.experts.down_EDF
        E = gate_up.shape[0]
        packed = tuple(
            self.stacked([rows_of_expert(weight, expert, half, self.exact) for expert in range(E)])
            for weight, half in ((gate_up, 0), (gate_up, 1), (down, None))
        )
        if self._consume:
            for name, weight in (("gate_up_EFD", gate_up), ("down_EDF", down)):
                _empty(moe.experts, name, weight)
        return packed  # type: ignore[return-value]


def _empty(module: nn.Module, name: str, weight: Tensor | StoredWeight) -> None:
    """Free the memory of a weight that was packed."""
    if isinstance(weight, StoredWeight):
        weight.codes, weight.scales = weight.codes.new_empty(0), weight.scales.new_empty(0)
    else:
        setattr(module, name, nn.Parameter(weight.new_empty(0), requires_grad=False))


def layout_for(format: Format | None, dtype: torch.dtype, exact: bool) -> Layout:
    """How a weight in a number format is packed, or, without one, floats of a type."""
    if format is None:
        return Layout.BF16 if dtype == torch.bfloat16 else Layout.F32
    layout = LAYOUTS[format.name]
    return EXACT.get(layout, layout) if exact else layout


def layout_of(weight: Tensor | StoredWeight, exact: bool) -> Layout:
    """How a weight is packed."""
    return layout_for(weight.format if isinstance(weight, StoredWeight) else None, weight.dtype, exact)


def rows_of(weight: Tensor | StoredWeight, exact: bool) -> Rows:
    """The rows of one weight; floats that are not bfloat16 as float32."""
    layout = layout_of(weight, exact)
    if isinstance(weight, StoredWeight):
        return Rows(layout, weight.codes, weight.scales, weight.inputs)
    rows = weight.detach()
    return Rows(layout, rows if layout == Layout.BF16 else rows.float(), None, rows.shape[1])


def rows_of_expert(weight: nn.Parameter | StoredWeight, expert: int, half: int | None, exact: bool) -> Rows:
    """The rows of one expert's matrix; `half` 0 is the gate of gate and up, 1 the up."""
    if isinstance(weight, StoredWeight):
        at = (expert,) if half is None else (expert, half)
        return Rows(layout_of(weight, exact), weight.codes[at], weight.scales[at], weight.inputs)
    rows = weight.detach()[expert]
    return rows_of(rows if half is None else rows.chunk(2)[half], exact)


class NativeWeights:
    """Everything the kernels read of a model, kept alive for them."""

    def __init__(
        self,
        model: K2Model,
        level: Level,
        pool: PagePool,
        max_context: int,
        *,
        exact: bool = False,
        consume: bool = False,
        without_experts: bool = False,
    ) -> None:
        """`pool`: where latents, bfloat16 or float32, and states are kept; `without_experts`: routed experts come from
        elsewhere.
        """
        c = model.config
        self._without_experts = without_experts
        self._alive: list[object] = []
        packer = Packer(level, exact=exact, consume=consume)
        blocks = [block for block in model.model.layers if isinstance(block, Block)]
        layers = (Layer * len(blocks))()
        for place, number in enumerate(c.latent_layers):
            slots_SC = pool.latents_LSC[place]
            bfloat16 = slots_SC.dtype == torch.bfloat16
            layers[number].latents = Latents(
                slots_SC.data_ptr(), bfloat16, c.cache_width, c.kv_lora_rank, pool.page_tokens
            )
        with ThreadPoolExecutor(PACKING_THREADS) as threads:
            list(threads.map(lambda pair: self._fill(packer, *pair), zip(layers, blocks, strict=True)))
        for place, number in enumerate(number for number in range(len(blocks)) if number not in c.latent_layers):
            assert pool.states is not None
            self._fill_delta(packer, layers[number], model.delta_attentions()[place], pool.states, place)
        self.network = network = Network()
        network.layers, network.width, network.heads = len(blocks), c.hidden_size, c.num_attention_heads
        network.nope, network.rope, network.value = c.qk_nope_head_dim, c.qk_rope_head_dim, c.v_head_dim
        network.rank, network.vocabulary = c.kv_lora_rank, c.vocab_size
        network.experts, network.chosen, network.expert_width = (
            c.n_routed_experts,
            c.num_experts_per_tok,
            c.moe_intermediate_size,
        )
        network.groups, network.chosen_groups = c.n_group, c.topk_group
        network.softmax_scores, network.normalise = c.scoring_func == "softmax", c.norm_topk_prob
        network.scaling, network.eps = c.routed_scaling_factor, c.rms_norm_eps
        network.latent_eps = c.rms_norm_eps if c.latent_norm_eps is None else c.latent_norm_eps
        network.softmax_scale = c.softmax_scale
        network.layer = layers
        embedding = model.model.embed_tokens.weight.detach()
        embedding = embedding if embedding.dtype == torch.bfloat16 else embedding.float()
        network.embedding, network.embedding_bfloat16 = self._keep(embedding), embedding.dtype == torch.bfloat16
        network.final_norm = self._floats(model.model.norm.weight)
        network.head = self._matrix(packer.linear(model.lm_head))
        cos_1Lr, sin_1Lr = rotation_table(c, torch.arange(max_context)[None])
        network.cosines, network.sines = self._floats(cos_1Lr[0]), self._floats(sin_1Lr[0])

    def _fill(self, packer: Packer, layer: Layer, block: Block) -> None:
        """One layer's pointers."""
        layer.input_norm = self._floats(block.input_layernorm.weight)
        layer.post_norm = self._floats(block.post_attention_layernorm.weight)
        if isinstance(block.self_attn, Attention):
            self._fill_latent_attention(packer, layer, block.self_attn)
        mlp = block.mlp
        dense = mlp.shared_experts if isinstance(mlp, MixtureOfExperts) else mlp
        layer.dense = FeedForward(*(self._matrix(packed) for packed in packer.swiglu(dense)))
        if isinstance(mlp, MixtureOfExperts):
            self._fill_experts(packer, layer, mlp)

    def _fill_latent_attention(self, packer: Packer, layer: Layer, attention: Attention) -> None:
        c = attention.config
        if c.q_lora_rank is None:
            layer.query_up = self._matrix(packer.linear(attention.q_proj))
        else:
            layer.query_down = self._matrix(packer.linear(attention.q_a_proj))
            layer.query_norm = self._floats(attention.q_a_layernorm.weight)
            layer.query_up = self._matrix(packer.linear(attention.q_b_proj))
        layer.latent_down = self._matrix(packer.linear(attention.kv_a_proj_with_mqa))
        layer.latent_norm = self._floats(attention.kv_a_layernorm.weight)
        key_up, value_up = packer.up_projection(attention)
        layer.key_up, layer.value_up = self._matrix(key_up), self._matrix(value_up)
        layer.output = self._matrix(packer.linear(attention.o_proj))

    def _fill_delta(
        self, packer: Packer, layer: Layer, attention: DeltaAttention, states: StatePool, place: int
    ) -> None:
        convolutions = (attention.q_conv1d, attention.k_conv1d, attention.v_conv1d)
        taps_XL = torch.cat([convolution.weight.detach()[:, 0] for convolution in convolutions]).float()
        weights = DeltaWeights(
            query=packer.linear(attention.q_proj),
            key=packer.linear(attention.k_proj),
            value=packer.linear(attention.v_proj),
            decay_down=packer.linear(attention.f_a_proj),
            decay_up=packer.linear(attention.f_b_proj),
            rate=packer.linear(attention.b_proj),
            gate_down=packer.linear(attention.g_a_proj),
            gate_up=packer.linear(attention.g_b_proj),
            output=packer.linear(attention.o_proj),
            taps_LX=taps_XL.mT.contiguous(),
            decay_rate_H=attention.A_log.detach().float().exp().flatten(),
            decay_bias_W=attention.dt_bias.detach().float(),
            norm_d=attention.o_norm.weight.detach().float(),
            eps=attention.o_norm.eps,
        )
        struct = weights.struct(states.memory_LSHdd[place], states.tails_LSJX[place])
        self._alive.extend((weights, struct))
        layer.attention, layer.delta = DELTA, ctypes.addressof(struct)

    def _fill_experts(self, packer: Packer, layer: Layer, moe: MixtureOfExperts) -> None:
        layer.routed = 1
        layer.router = self._matrix(packer.rows(rows_of(moe.gate.weight.detach().float(), exact=False)))
        layer.router_bias = self._floats(moe.gate.e_score_correction_bias)
        if self._without_experts:
            return
        layer.expert_format = layout_of(moe.experts.down_EDF, exact=packer.exact)
        stacks = packer.experts(moe)
        self._alive.extend(stacks)
        E = moe.gate.weight.shape[0]
        table = (FeedForward * E)(
            *(FeedForward(*three) for three in zip(*map(_matrices, stacks, [E] * 3), strict=True))
        )
        self._alive.append(table)
        layer.experts = ctypes.addressof(table)

    def _matrix(self, packed: Packed) -> object:
        self._alive.append(packed)
        return packed.matrix

    def _floats(self, values: Tensor) -> int:
        return self._keep(values.detach().float().contiguous())

    def _keep(self, tensor: Tensor) -> int:
        self._alive.append(tensor)
        return tensor.data_ptr()


def _matrices(stack: Packed, count: int) -> Iterator[object]:
    """One matrix after the other of `count` stacked ones."""
    code_step = stack.codes.nbytes // count
    scale_step = 0 if stack.scales is None else stack.scales.nbytes // count
    for number in range(count):
        matrix = stack.matrix
        matrix.codes += number * code_step
        if matrix.scales is not None:
            matrix.scales += number * scale_step
        yield matrix
