"""From logits to tokens: temperature, top-k, top-p, seed, log-probabilities.

A row's token depends on that row and its own random numbers only, one number per token, so that the same seed, request
and model give the same tokens in any company. Sampling inverts the cumulative distribution: the token at which the
running sum of probabilities passes the number drawn.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer

SHORTLIST = 256
"""Most probable tokens looked at before all are sorted; nearly every nucleus lies among them."""


@dataclass(frozen=True)
class Draw:
    """One sampled token."""

    id: int
    logprob: float | None
    """Natural logarithm of its probability under the model at temperature 1, before top-k and top-p; None unless asked
    for."""


class Sampler:
    """Draws tokens; ids that stand for nothing (reserved slots, padding, rows beyond the vocabulary) are never
    drawn."""

    def __init__(self, tokenizer: Tokenizer, vocab_size: int, device: torch.device | str = "cpu") -> None:
        """`vocab_size`: columns of the logits, which may be more than the tokenizer has ids."""
        self.banned_V = torch.zeros(vocab_size, dtype=torch.bool, device=device)
        self.banned_V[tokenizer.vocab_size :] = True
        for name, id in tokenizer.special.items():
            if id < vocab_size and (name.startswith("<|reserved_token_") or name in ("[PAD]", "[UNK]")):
                self.banned_V[id] = True

    @torch.inference_mode()
    def __call__(self, logits_BV: Tensor, wishes: Sequence[tuple[SamplingParams, random.Random]]) -> list[Draw]:
        """One token per row; `logits_BV` is overwritten. Takes one number from the generator of each row that is not
        greedy."""
        logits_BV.masked_fill_(self.banned_V, float("-inf"))
        ids_B = logits_BV.argmax(-1)
        chosen = [row for row, (params, _) in enumerate(wishes) if params.temperature > 0]
        if chosen:
            numbers = [wishes[row][1].random() for row in chosen]
            ids_B[chosen] = draw(logits_BV[chosen], [wishes[row][0] for row in chosen], numbers)
        asked = [row for row, (params, _) in enumerate(wishes) if params.logprobs]
        logprobs: dict[int, float] = {}
        if asked:
            log_p_bV = logits_BV[asked].log_softmax(-1)
            logprobs = dict(zip(asked, log_p_bV.gather(1, ids_B[asked, None])[:, 0].tolist(), strict=True))
        return [Draw(id, logprobs.get(row)) for row, id in enumerate(ids_B.tolist())]


def draw(logits_BV: Tensor, params: Sequence[SamplingParams], numbers: Sequence[float]) -> Tensor:
    """Ids `[B]` at which each row's cumulative distribution passes its number in [0, 1)."""
    device = logits_BV.device
    temperature_B1 = torch.tensor([p.temperature for p in params], device=device)[:, None]
    number_B1 = torch.tensor(numbers, dtype=torch.float64, device=device)[:, None]
    # The largest logit is moved to 0 first: dividing by a tiny temperature must not overflow.
    p_BV = ((logits_BV - logits_BV.amax(-1, keepdim=True)) / temperature_B1).softmax(-1)
    cut = [row for row, p in enumerate(params) if p.top_k or p.top_p < 1]
    ids_B = _invert(p_BV, number_B1)
    if cut:
        ids_B[cut] = torch.cat([_draw_cut(p_BV[row], params[row], number_B1[row]) for row in cut])
    return ids_B


def _draw_cut(p_V: Tensor, params: SamplingParams, number_1: Tensor) -> Tensor:
    """One row with top-k, top-p or both: keep the k most probable, renormalise, keep the smallest set that reaches
    p."""
    V = p_V.shape[0]
    k = min(params.top_k or V, V)
    sorted_k, ids_k = p_V.topk(min(k, SHORTLIST))
    enough = len(ids_k) == k or (params.top_k == 0 and float(sorted_k.sum(dtype=torch.float64)) > params.top_p + 1e-6)
    if not enough:
        sorted_k, ids_k = p_V.topk(k)
    p_k = sorted_k.double()
    if params.top_k:
        p_k = p_k / p_k.sum()
    before_k = p_k.cumsum(0) - p_k
    kept_k = p_k * (before_k < params.top_p)
    return ids_k[_invert(kept_k[None], number_1[None])]


def _invert(p_BK: Tensor, number_B1: Tensor) -> Tensor:
    """Index `[B]` of the first entry at which the running sum exceeds number × total; an entry of 0 is never chosen."""
    sums_BK = p_BK.cumsum(-1, dtype=torch.float64)
    total_B1 = sums_BK[:, -1:]
    # A number just below 1 times the total may round up to the total, which no running sum exceeds.
    target_B1 = torch.minimum(number_B1 * total_B1, total_B1.nextafter(torch.zeros_like(total_B1)))
    return torch.searchsorted(sums_BK, target_B1, right=True)[:, 0]
