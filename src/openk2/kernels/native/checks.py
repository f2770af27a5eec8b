"""What a level must compute before it may serve: a small case of every operation, beside float64.

A check takes a level and returns the largest error and the bound it must keep. To add one, put it into `CHECKS`. What
the number format itself loses is part of what is expected (activations are rounded as the kernels round them), so the
bounds are those of sums in float32; one wrong code or scale exceeds them by orders of magnitude.

Shapes: O outputs, I inputs, N rows, E experts, K chosen, D model width, F expert width, H heads, C latent width, R
latent rank, S slots, T known tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from openk2.kernels import reference
from openk2.kernels.native.delta import delta_rule
from openk2.kernels.native.interface import Layout
from openk2.kernels.native.library import Level
from openk2.kernels.native.packed import (
    BRICK,
    FP8_BLOCK,
    Lookup,
    Packed,
    latent_attention,
    linear,
    pack,
    routed_experts,
)
from openk2.kernels.native.sampling import Wanted, report, sample

Check = Callable[[Level], tuple[float, float]]
"""Level → (largest error, bound), relative to the largest magnitude expected."""

SUMS = 1e-5
"""Some hundred additions in float32."""
ROUNDINGS = 4e-3
"""A hidden value or a softmax weight may be rounded to the neighbouring bfloat16 or int8."""
ROWS = (1, 3, 16, 45)
"""Rows of a product: decoding, a few sequences, a whole block, more than a tile."""
THREADS = (1, 3)


@dataclass(frozen=True)
class Weight:
    """A weight as checkpoints hold it, and the numbers it stands for."""

    layout: Layout
    rows: Tensor
    scales: Tensor | None
    exact_OI: Tensor
    """float64."""

    def packed(self, level: Level) -> Packed:
        """In the kernels' order."""
        return pack(level, self.layout, self.rows, self.scales, self.exact_OI.shape[1])


def check_linear(layout: Layout, level: Level) -> tuple[float, float]:
    """Outputs and inputs fill neither panels nor bricks nor FP8's blocks."""
    weight = _weight(layout, 150, 205, seed=1)
    packed = weight.packed(level)
    errors = []
    for N in [rows for _ in _each_team(level) for rows in ROWS]:
        x_NI = _normal(N, 205, seed=N)
        errors.append(_error(linear(level, packed, x_NI), _rounded(layout, x_NI) @ weight.exact_OI.mT))
    return _worst(errors), SUMS


def check_experts(layout: Layout, level: Level) -> tuple[float, float]:
    """Five experts, one without rows and one with most of them; a token chooses two."""
    E, D, width, N = 5, 96, 70, 40
    weights = [
        (_weight(layout, width, D, e), _weight(layout, width, D, e + 20), _weight(layout, D, width, e + 40))
        for e in range(E)
    ]
    packed = [(gate.packed(level), up.packed(level), down.packed(level)) for gate, up, down in weights]
    x_ND, factors_NK = _normal(N, D, seed=1), _normal(N, 2, seed=2).abs()
    experts_NK = torch.stack([torch.zeros(N), 1 + torch.arange(N) % (E - 2)], 1).long()
    expected_ND = torch.zeros(N, D, dtype=torch.float64)
    for n in range(N):
        for e, factor in zip(experts_NK[n].tolist(), factors_NK[n].tolist(), strict=True):
            gate, up, down = (weight.exact_OI for weight in weights[e])
            x_1D = _rounded(layout, x_ND[n : n + 1])
            hidden_1F = (F.silu(x_1D @ gate.mT) * (x_1D @ up.mT)).float()
            expected_ND[n] += factor * (_rounded(layout, hidden_1F) @ down.mT)[0]
    errors = [
        _error(routed_experts(level, packed, x_ND, experts_NK, factors_NK), expected_ND) for _ in _each_team(level)
    ]
    return _worst(errors), SUMS if layout == Layout.F32 else ROUNDINGS


def check_attention(dtype: torch.dtype, level: Level) -> tuple[float, float]:
    """One token after 1,100 known ones, and nine in the middle of a prompt; pages lie in no order.

    Levels with products of bfloat16 round queries to it, others do not: the closer expectation counts.
    """
    H, C, R, page = 5, 96, 64, 16
    latents_SC = _normal(80 * page, C, seed=1).to(dtype)
    order = torch.randperm(80, generator=torch.Generator().manual_seed(2)).int()
    lookups = (Lookup(1100, 1, order[:69].contiguous()), Lookup(20, 9, order[69:71].contiguous()))
    q_NHC = 0.3 * _normal(10, H, C, seed=3)
    pages = latents_SC.view(80, page, C)
    expected = [_attention(pages, R, lookups, rounded_NHC) for rounded_NHC in (q_NHC, q_NHC.to(dtype))]
    errors = []
    for _ in _each_team(level):
        actual_NHR = latent_attention(level, latents_SC, R, page, lookups, q_NHC)
        errors.append(torch.stack([_error(actual_NHR, expected_NHR) for expected_NHR in expected]).min())
    return _worst(errors), SUMS if dtype == torch.float32 else ROUNDINGS


def check_delta_rule(level: Level) -> tuple[float, float]:
    """More tokens than are prepared together, in heads that fill several vectors and part of one; then one more."""
    B, H, T, d = 2, 2, 20, 84
    q, k, v, decay = (_normal(B, H, T, d, seed=seed) for seed in range(4))
    given = (q, F.normalize(k, dim=-1), v, -decay.abs(), _normal(B, H, T, seed=4).sigmoid())
    state_BHdd = _normal(B, H, d, d, seed=5)
    expected = reference.delta_rule(*(x.double() for x in (*given, state_BHdd)))
    errors = []
    for _ in _each_team(level):
        read_BHTd, between_BHdd = delta_rule(level, *[x[:, :, :-1] for x in given] + [state_BHdd])
        last_BH1d, after_BHdd = delta_rule(level, *[x[:, :, -1:] for x in given] + [between_BHdd])
        errors.append(_error(torch.cat((read_BHTd, last_BH1d), 2), expected[0]))
        errors.append(_error(after_BHdd, expected[1]))
    return _worst(errors), SUMS


def check_sampling(level: Level) -> tuple[float, float]:
    """Tokens after a penalty, a mask, top-k, top-p and min-p, and log-probabilities, of ids that fill no whole block.

    The error is the share of wrong tokens, or that of the logarithms.
    """
    N, V = 40, 1000
    logits_NV, allowed_V = 3 * _normal(N, V, seed=1), _normal(V, seed=2) > 0
    numbers = [(n + 0.5) / N for n in range(N)]
    wanted = [
        Wanted(0.8, number, 300, 0.9, 1e-3, frequency_penalty=1.5, counts={n: 2}, allowed_V=allowed_V)
        for n, number in enumerate(numbers)
    ]
    adjusted_NV = logits_NV.masked_fill(~allowed_V, float("-inf"))
    adjusted_NV.diagonal().sub_(3)
    sorted_NV, order_NV = (adjusted_NV.double() / 0.8).softmax(-1).sort(descending=True)
    sorted_NV[:, 300:] = 0
    before_NV = sorted_NV.cumsum(-1) - sorted_NV
    sorted_NV[(before_NV >= 0.9 * sorted_NV.sum(-1, keepdim=True)) | (sorted_NV < 1e-3 * sorted_NV[:, :1])] = 0
    sums_NV = torch.zeros_like(sorted_NV).scatter(1, order_NV, sorted_NV).cumsum(-1)
    borders_N1 = sums_NV[:, -1:] * torch.tensor(numbers, dtype=torch.float64)[:, None]
    tokens_N = torch.searchsorted(sums_NV, borders_N1, right=True)[:, 0]
    log_p_NV = logits_NV.double().log_softmax(-1)
    errors = []
    for _ in _each_team(level):
        ids = sample(level, logits_NV, range(N), wanted)
        errors.append((torch.tensor(ids) != tokens_N).double().mean())
        own_N, top_N = zip(*report(level, logits_NV, range(N), ids, 1), strict=True)
        errors.append(_error(torch.tensor(own_N), log_p_NV[range(N), ids]))
        errors.append(_error(torch.tensor([logprob for ((_, logprob),) in top_N]), log_p_NV.amax(-1)))
    return _worst(errors), SUMS


CHECKS: dict[str, Check] = {
    **{f"linear {layout.name}": partial(check_linear, layout) for layout in Layout},
    **{f"experts {layout.name}": partial(check_experts, layout) for layout in Layout},
    "attention F32": partial(check_attention, torch.float32),
    "attention BF16": partial(check_attention, torch.bfloat16),
    "delta rule": check_delta_rule,
    "sampling": check_sampling,
}
"""Name, as `openk2 kernels` shows it → check; run in this order."""


def _each_team(level: Level) -> Iterator[int]:
    """Every number of threads, set; in the end the number is again what it was."""
    before = level.library.threads
    for threads in THREADS:
        level.library.threads = threads
        yield threads
    level.library.threads = before


def _normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _scales(*shape: int, seed: int) -> Tensor:
    return 0.5 + torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def _error(actual: Tensor, expected: Tensor) -> Tensor:
    return (actual - expected).abs().max() / expected.abs().max()


def _worst(errors: list[Tensor]) -> float:
    """NaN if any is."""
    return float(torch.stack(errors).max())


def _attention(pages: Tensor, rank: int, lookups: tuple[Lookup, ...], q_NHC: Tensor) -> Tensor:
    """`[N, H, R]` in float64; `pages`: page, token, C."""
    out = []
    queries = q_NHC.double().split([lookup.tokens for lookup in lookups])
    for lookup, queries_NHC in zip(lookups, queries, strict=True):
        known_TC = pages[lookup.pages.long()].double().flatten(0, 1)
        for t, query_HC in enumerate(queries_NHC):
            seen_TC = known_TC[: lookup.start + t + 1]
            out.append((query_HC @ seen_TC.mT).softmax(-1) @ seen_TC[:, :rank])
    return torch.stack(out)


def _weight(layout: Layout, outputs: int, inputs: int, seed: int) -> Weight:
    normal_OI = _normal(outputs, inputs, seed=seed)
    match layout:
        case Layout.F32:
            return Weight(layout, normal_OI, None, normal_OI.double())
        case Layout.BF16:
            return Weight(layout, normal_OI.bfloat16(), None, normal_OI.bfloat16().double())
        case Layout.FP8:
            codes_OI = (64 * normal_OI).to(torch.float8_e4m3fn)
            scales_oi = _scales(-(-outputs // FP8_BLOCK), -(-inputs // FP8_BLOCK), seed=seed)
            spread_OI = scales_oi.double().repeat_interleave(FP8_BLOCK, 0).repeat_interleave(FP8_BLOCK, 1)
            return Weight(layout, codes_OI, scales_oi, codes_OI.double() * spread_OI[:outputs, :inputs])
        case Layout.INT8 | Layout.INT8_A16:
            codes_OI = (40 * normal_OI).round().clamp(-127, 127).to(torch.int8)
            scales_O = _scales(outputs, seed=seed)
            return Weight(layout, codes_OI, scales_O, codes_OI.double() * scales_O.double()[:, None])
        case Layout.INT4 | Layout.INT4_A16:
            groups = -(-inputs // BRICK)
            codes_OI = (3 * normal_OI).round().clamp(-8, 7).to(torch.int8)
            scales_Og = _scales(outputs, groups, seed=seed).bfloat16()
            spread_OI = scales_Og.double().repeat_interleave(BRICK, 1)[:, :inputs]
            nibbles_OI = F.pad(codes_OI + 8, (0, groups * BRICK - inputs)).to(torch.uint8)
            words_OI = nibbles_OI[:, 0::2] | nibbles_OI[:, 1::2] << 4
            return Weight(layout, words_OI, scales_Og, codes_OI.double() * spread_OI)


def _rounded(layout: Layout, x_NI: Tensor) -> Tensor:
    """float64 of the activations that a product of this layout sees: float32, bfloat16, or int8 by groups of 32."""
    if layout == Layout.F32:
        return x_NI.double()
    if layout not in (Layout.INT8, Layout.INT4):
        return x_NI.bfloat16().double()
    N, inputs = x_NI.shape
    grouped_NgG = F.pad(x_NI, (0, -inputs % BRICK)).view(N, -1, BRICK)
    largest_Ng1 = grouped_NgG.abs().amax(-1, keepdim=True).clamp(min=1e-30)
    last_Ng1 = torch.full_like(largest_Ng1, 127)  # a number divided by a tensor is rounded twice
    codes_NgG = (grouped_NgG * (last_Ng1 / largest_Ng1)).round()
    return (codes_NgG.double() * (largest_Ng1 / last_Ng1).double()).flatten(1)[:, :inputs]
