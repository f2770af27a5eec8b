"""The network over one step's tokens, whatever sequences they belong to: a flat list of N tokens, no padding.

A token's result depends on nothing but the tokens before it in its own sequence: not on what else is in the step, not
on how a prompt was cut into chunks, not on what came out of the cache. In float32 this holds bit for bit, so that
greedy and seeded outputs can be compared with `==`. What it takes, measured on CPU with MKL and tested in
`tests/engine`:

* Matrix products x @ W with W stored [K, N], of K ≤ 512 and not too few rows (`products.fewest_rows`), give a row the
  same bits whatever the other rows are. So weights are re-laid (this is also the faster layout for few rows), few rows
  are filled up, longer K is split.
* Vectorised exp and its kin differ in the last bit from the scalar code that handles an array's odd end. So arrays are
  kept to whole vectors: the step is filled up to a multiple of rows that makes them so, and long ones go in blocks.
* Attention is always absorbed (DeepSeek-V2, arXiv 2405.04434, section 2.1.2) and sees whole pages up to the token's
  own: its shapes follow from the token's position alone.

Shapes: N tokens of the step, M = heads × tokens of one span, S known tokens, P pairs of token and expert.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

import torch
from torch import Tensor

from openk2.engine.cache import PagePool, PageTable
from openk2.engine.delta import DeltaStep
from openk2.engine.expert_cache import CachedExperts, ExpertCache
from openk2.engine.products import VECTOR, fewest_rows, filled, product, project, silu_
from openk2.kernels.choice import AUTO
from openk2.kernels.reference import ExpertMatrices
from openk2.model import K2Model
from openk2.model.attention import Attention
from openk2.model.delta_attention import DeltaAttention
from openk2.model.experts import MixtureOfExperts, SwiGLU
from openk2.model.rotary import rotation_table
from openk2.model.transformer import Block


@dataclass(frozen=True)
class Chunk:
    """The tokens of one sequence that a step computes."""

    table: PageTable
    """Has room for them."""
    ids: Sequence[int]
    start: int
    """Position of the first of `ids`; everything before it is in the cache."""
    wanted: int
    """How many of the last of `ids` have their logits returned; 0: none."""


@dataclass(frozen=True)
class _Span:
    """Tokens of one chunk whose positions lie in one page."""

    begin: int
    """Row of the first one in the step."""
    end: int
    place: int | Tensor
    """Where the pages up to this one are (`PagePool.locate`)."""
    known: int
    """S: tokens of these pages."""
    hidden_T1t: Tensor
    """Added to the scores of the last page's t tokens: −inf where a token comes after the one that looks."""


class Forward:
    """Runs a model's weights over steps. Re-lays float32 weights in place: values, shapes and names stay, strides
    change."""

    @torch.no_grad()
    def __init__(self, model: K2Model, pool: PagePool, max_context: int, experts: ExpertCache | None = None) -> None:
        """`experts`: where the routed experts come from; None: from the model."""
        self.config, self.pool = model.config, pool
        self._model = model
        weight = model.lm_head.weight
        self._device, self._dtype = weight.device, weight.dtype
        self._routers = {layer: mlp.gate for layer, mlp in model.moe_blocks().items()}
        self._cached: dict[int, CachedExperts] = {}
        if experts is not None:
            for layer in self._routers:
                self._cached[layer] = CachedExperts(experts, layer, self._dtype)
        c = self.config
        if self._dtype == torch.float32:
            _relay(model)
        widths = [c.n_routed_experts, c.intermediate_size, c.moe_intermediate_size * c.n_shared_experts]
        if c.linear_attn_config is not None:
            widths += [c.linear_attn_config.num_heads, c.linear_attn_config.width]
        self._quantum = math.lcm(*(VECTOR // math.gcd(VECTOR, width) for width in widths))
        self._fewest = fewest_rows() if self._dtype == torch.float32 else 1
        cos_1Lr, sin_1Lr = rotation_table(c, torch.arange(max_context, device=self._device)[None])
        self._cos_Lr, self._sin_Lr = cos_1Lr[0], sin_1Lr[0]
        page = torch.ones(pool.page_tokens, pool.page_tokens, device=self._device)
        self._future_tt = (page * float("-inf")).triu(1).nan_to_num(nan=0.0, neginf=float("-inf"))
        self._blocks = [block for block in model.model.layers if isinstance(block, Block)]
        is_delta = [isinstance(block.self_attn, DeltaAttention) for block in self._blocks]
        self._places = [is_delta[:layer].count(kind) for layer, kind in enumerate(is_delta)]
        """Of each layer among those of its kind of attention."""
        self._absorbed = [_absorb(attention) for attention in model.attentions()]

    @torch.inference_mode()
    def __call__(self, chunks: Sequence[Chunk]) -> Tensor:
        """Compute the chunks, store their latents, and return the wanted logits `[sum of wanted, V]` float32, in
        order."""
        ids: list[int] = []
        positions: list[int] = []
        slots: list[int] = []
        rows: list[int] = []
        spans: list[_Span] = []
        for chunk in chunks:
            spans.extend(self._spans(chunk, len(ids)))
            ids.extend(chunk.ids)
            places = range(chunk.start, chunk.start + len(chunk.ids))
            positions.extend(places)
            slots.extend(self.pool.slot(chunk.table, position) for position in places)
            rows.extend(range(len(ids) - chunk.wanted, len(ids)))
        delta = None
        if self.pool.states is not None:
            delta = DeltaStep(self.pool.states, [(chunk.table, len(chunk.ids)) for chunk in chunks])
        filler = -max(len(ids), self._fewest) % self._quantum + max(self._fewest - len(ids), 0)
        x_ND = self._layers(
            self._tensor(ids + ids[-1:] * filler),
            self._tensor(positions + positions[-1:] * filler),
            self._tensor(slots),
            spans,
            delta,
        )
        return project(self._model.lm_head, x_ND[self._tensor(rows)]).float()

    def _tensor(self, numbers: list[int]) -> Tensor:
        return torch.tensor(numbers, dtype=torch.long, device=self._device)

    def _spans(self, chunk: Chunk, row: int) -> list[_Span]:
        """A chunk cut at the borders of pages; its first token is the step's `row`."""
        size = self.pool.page_tokens
        spans = []
        position, end = chunk.start, chunk.start + len(chunk.ids)
        while position < end:
            page, offset = divmod(position, size)
            tokens = min(size - offset, end - position)
            place = self.pool.locate(chunk.table, page + 1)
            hidden_T1t = self._future_tt[offset : offset + tokens, None]
            spans.append(_Span(row, row + tokens, place, (page + 1) * size, hidden_T1t))
            position, row = position + tokens, row + tokens
        return spans

    def _layers(
        self, ids_N: Tensor, positions_N: Tensor, slots_n: Tensor, spans: list[_Span], delta: DeltaStep | None
    ) -> Tensor:
        """The normalised residual stream `[N, D]`; rows after the n real ones are filler."""
        backbone = self._model.model
        table = self._cos_Lr[positions_N][None], self._sin_Lr[positions_N][None]
        x_ND = backbone.embed_tokens(ids_N)
        for layer, block in enumerate(self._blocks):
            attention, place, normed_ND = block.self_attn, self._places[layer], block.input_layernorm(x_ND)
            if isinstance(attention, DeltaAttention):
                assert delta is not None
                x_ND = x_ND + delta.attend(place, attention, normed_ND)
            else:
                x_ND = x_ND + self._attend(place, attention, normed_ND, table, slots_n, spans)
            x_ND = x_ND + self._feed(layer, block.mlp, block.post_attention_layernorm(x_ND))
        out: Tensor = backbone.norm(x_ND)
        return out

    def _attend(
        self,
        place: int,
        attention: Attention,
        x_ND: Tensor,
        table: tuple[Tensor, Tensor],
        slots_n: Tensor,
        spans: list[_Span],
    ) -> Tensor:
        """Store the step's latents, then mix for every token and head the latents it sees."""
        key_up_HdR, value_up_HRv = self._absorbed[place]
        q_nope, q_rope = attention.queries(x_ND[None], table)
        self.pool.store(place, slots_n, attention.latents(x_ND[None], table)[0, : len(slots_n)])
        q_HNR = torch.bmm(q_nope[0].transpose(0, 1), key_up_HdR)
        q_NHC = torch.cat((q_HNR.transpose(0, 1), q_rope[0]), -1) * self.config.softmax_scale
        mixed_NHR = torch.empty_like(q_NHC[..., : self.config.kv_lora_rank], memory_format=torch.contiguous_format)
        for span in spans:
            rows = slice(span.begin, span.end)
            known_SC = self.pool.read(place, span.place, span.known)
            _mix(q_NHC[rows], known_SC, span.hidden_T1t, mixed_NHR[rows])
        mixed_NHR[len(slots_n) :] = mixed_NHR[len(slots_n) - 1]
        out_HNv = torch.bmm(mixed_NHR.transpose(0, 1), value_up_HRv)
        return project(attention.o_proj, out_HNv.transpose(0, 1).flatten(1))

    def _feed(self, layer: int, mlp: MixtureOfExperts | SwiGLU, x_ND: Tensor) -> Tensor:
        if isinstance(mlp, SwiGLU):
            return _swiglu(mlp, x_ND)
        experts_NK, weights_NK = mlp.gate.choose(product(x_ND.float(), mlp.gate.weight.float()))
        cached = self._cached.get(layer)
        gate_up_EFD, down_EDF = (cached or mlp.experts).gate_up_EFD, (cached or mlp.experts).down_EDF
        if mlp.kernels is not AUTO:
            routed_ND = mlp.kernels.routed_experts(x_ND, gate_up_EFD, down_EDF, experts_NK, weights_NK)
        elif cached is None:
            routed_ND = routed(x_ND, gate_up_EFD, down_EDF, experts_NK, weights_NK)
        else:
            groups = cached.groups(experts_NK.unique().tolist(), partial(self._foresee, layer + 1, x_ND))
            routed_ND = routed(x_ND, gate_up_EFD, down_EDF, experts_NK, weights_NK, groups)
        return routed_ND + _swiglu(mlp.shared_experts, x_ND)

    def _foresee(self, layer: int, x_ND: Tensor) -> None:
        """Have a layer's likely experts read: those that its router likes best of what the router before it sees. Half
        as many as it will choose, for the first ones are most often right.
        """
        if layer in self._cached:
            experts_NK, weights_NK = self._routers[layer](x_ND)
            best_Nk = weights_NK.topk(max(experts_NK.shape[1] // 2, 1), -1).indices
            self._cached[layer].foresee(experts_NK.gather(-1, best_Nk).unique().tolist())


def _mix(q_THC: Tensor, known_SC: Tensor, hidden_T1t: Tensor, out_THR: Tensor) -> None:
    """Attention of one span: softmax in float32 over the known tokens that are not hidden, then their weighted sum."""
    T, H, C = q_THC.shape
    S, R = known_SC.shape[0], out_THR.shape[-1]
    q_MC = q_THC.view(T * H, C)
    scores_SM = torch.mm(known_SC, (filled(q_MC) if q_MC.dtype == torch.float32 else q_MC).t())
    scores_MS = scores_SM.t()[: T * H].float().contiguous()
    scores_MS.view(T, H, S)[..., S - hidden_T1t.shape[-1] :].add_(hidden_T1t)
    weights_MS = scores_MS.softmax(-1).to(q_THC.dtype)
    out_THR.view(T * H, R).copy_(product(weights_MS, known_SC[:, :R].mT))


def _swiglu(mlp: SwiGLU, x_ND: Tensor) -> Tensor:
    hidden_NF = silu_(project(mlp.gate_proj, x_ND)).mul_(project(mlp.up_proj, x_ND))
    return project(mlp.down_proj, hidden_NF)


def routed(
    x_ND: Tensor,
    gate_up_EFD: ExpertMatrices,
    down_EDF: ExpertMatrices,
    experts_NK: Tensor,
    weights_NK: Tensor,
    groups: Iterable[list[int]] | None = None,
) -> Tensor:
    """As `kernels.reference.routed_experts`, without gradient: pairs sorted by expert, one product per expert in use.

    As fast as torch's grouped product for many tokens, twice as fast for one, which uses K of E experts. `groups`: all
    experts in use, in parts of which only one after the other is in memory; None: one part.
    """
    N, K = experts_NK.shape
    expert_P = experts_NK.flatten()
    order_P = expert_P.argsort()
    counts_E = expert_P.bincount(minlength=gate_up_EFD.shape[0])
    ends_E, counts = counts_E.cumsum(0).tolist(), counts_E.tolist()
    pairs_PD = x_ND.new_empty(N * K, x_ND.shape[1])
    for group in [[expert for expert, count in enumerate(counts) if count]] if groups is None else groups:
        order_p = torch.cat([order_P[ends_E[expert] - counts[expert] : ends_E[expert]] for expert in group])
        ends = list(accumulate(counts[expert] for expert in group))
        spans = [slice(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]
        x_pD = x_ND[order_p // K]
        gate_up_pF = x_ND.new_empty(len(order_p), gate_up_EFD.shape[1])
        for expert, span in zip(group, spans, strict=True):
            product(x_pD[span], gate_up_EFD[expert], gate_up_pF[span])
        gate_pF, up_pF = gate_up_pF.chunk(2, -1)
        hidden_pF = silu_(gate_pF).mul_(up_pF).mul_(weights_NK.flatten()[order_p, None].to(x_ND.dtype))
        y_pD = torch.empty_like(x_pD)
        for expert, span in zip(group, spans, strict=True):
            product(hidden_pF[span], down_EDF[expert], y_pD[span])
        pairs_PD[order_p] = y_pD
    return pairs_PD.view(N, K, -1).sum(1)


def _absorb(attention: Attention) -> tuple[Tensor, Tensor]:
    """The key half `[H, d, R]` and the value half `[H, R, v]` of the latent's up-projection."""
    c = attention.config
    up_HdR = attention.kv_b_proj.matrix().detach().unflatten(0, (c.num_attention_heads, -1))
    key_up_HdR, value_up_HvR = up_HdR.split((c.qk_nope_head_dim, c.v_head_dim), 1)
    return key_up_HdR.contiguous(), value_up_HvR.mT.contiguous()


def _relay(model: K2Model) -> None:
    """Store every matrix with its rows' elements apart and its columns' together; the layout `product` wants."""
    for name, parameter in model.named_parameters():
        if parameter.dim() >= 2 and not name.endswith(("embed_tokens.weight", "kv_b_proj.weight")):
            parameter.data = parameter.data.mT.contiguous().mT
