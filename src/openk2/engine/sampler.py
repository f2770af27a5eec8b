"""From logits to tokens. A row's token is a pure function of that row and its `Wish`: never of the rows beside it.

What is done to a row, in this order:

1. `logit_bias` is added.
2. Penalties: repetition (over prompt and answer), then frequency and presence (over the answer).
3. What may not come is removed: what the grammar forbids and, before `min_tokens`, the ids that end the output.
4. At temperature 0 the largest logit wins, of equal ones the smallest id; nothing below applies.
5. Logits are divided by the temperature and turned into probabilities.
6. top-k, of what is left top-p, of what is left min-p. Of equal probabilities the smaller id counts as the larger.
7. The cumulative distribution, in the order of ids, is inverted: the token at which it passes the row's number.

One number per token, from the request's own generator: so the same seed, request and model give the same tokens in any
company. Ids that stand for nothing (reserved slots, padding, rows beyond the vocabulary) do not exist here.
Log-probabilities are the model's own, of step 0: at temperature 1, before bias, penalties, masks and cuts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer

SHORTLIST = 256
"""Most probable tokens looked at before all are sorted; nearly every nucleus lies among them."""


@dataclass(frozen=True)
class Wish:
    """What one row's token depends on besides its logits."""

    params: SamplingParams
    number: float = 0.0
    """In [0, 1); greedy rows do not look at it."""
    counts: Mapping[int, int] = field(default_factory=dict)
    """Ids of prompt and answer so far, with how often the answer has each; only where `params.counts_tokens`."""
    held_back: Sequence[int] = ()
    """Ids that may not come unless nothing else may: those that end the output, before `min_tokens`."""
    allowed_V: Tensor | None = None
    """What the grammar allows, at least one id; None: everything."""

    @property
    def plain(self) -> bool:
        """Whether the row's largest logit is its token."""
        return not (
            self.params.temperature
            or self.params.logit_bias
            or self.params.counts_tokens
            or self.held_back
            or self.allowed_V is not None
        )


@dataclass(frozen=True)
class TokenLogprob:
    """A token with the natural logarithm of its probability (see the module)."""

    id: int
    logprob: float
    top: tuple[tuple[int, float], ...] = ()
    """The most probable ids there and their logarithms, as many as were asked for."""


@dataclass(frozen=True)
class Draw:
    """One sampled token."""

    id: int
    report: TokenLogprob | None
    """None unless asked for."""


class Sampler:
    """Draws tokens for the rows of a step."""

    def __init__(self, tokenizer: Tokenizer, vocab_size: int, device: torch.device | str = "cpu") -> None:
        """`vocab_size`: columns of the logits, which may be more than the tokenizer has ids."""
        self.banned_V = torch.zeros(vocab_size, dtype=torch.bool, device=device)
        self.banned_V[tokenizer.vocab_size :] = True
        for name, id in tokenizer.special.items():
            if id < vocab_size and (name.startswith("<|reserved_token_") or name in ("[PAD]", "[UNK]")):
                self.banned_V[id] = True

    def ban_(self, logits_NV: Tensor) -> Tensor:
        """Remove the ids that stand for nothing, in place; to be done once to every logit."""
        return logits_NV.masked_fill_(self.banned_V, float("-inf"))

    @torch.inference_mode()
    def __call__(self, logits_BV: Tensor, wishes: Sequence[Wish]) -> list[Draw]:
        """One token per row of logits that went through `ban_`."""
        ids = logits_BV.argmax(-1).tolist()
        for row, wish in enumerate(wishes):
            if not wish.plain:
                ids[row] = draw(logits_BV[row], wish)
        asked = [row for row, wish in enumerate(wishes) if wish.params.logprobs]
        most = max((wishes[row].params.top_logprobs for row in asked), default=0)
        reports = dict(zip(asked, report(logits_BV[asked], [ids[row] for row in asked], most), strict=True))
        return [Draw(id, _cut_report(reports.get(row), wishes[row])) for row, id in enumerate(ids)]


def report(logits_NV: Tensor, ids: Sequence[int], alternatives: int) -> list[TokenLogprob]:
    """What the model itself gave each row's id, and its most probable ids."""
    if not ids:
        return []
    log_p_NV = logits_NV.log_softmax(-1)
    own_N = log_p_NV.gather(1, torch.tensor(ids, device=logits_NV.device)[:, None])[:, 0].tolist()
    top_NK, top_ids_NK = log_p_NV.topk(alternatives)
    return [
        TokenLogprob(id, own, tuple(zip(top_ids, top, strict=True)))
        for id, own, top, top_ids in zip(ids, own_N, top_NK.tolist(), top_ids_NK.tolist(), strict=True)
    ]


def _cut_report(made: TokenLogprob | None, wish: Wish) -> TokenLogprob | None:
    return None if made is None else TokenLogprob(made.id, made.logprob, made.top[: wish.params.top_logprobs])


def draw(logits_V: Tensor, wish: Wish) -> int:
    """The token of one row: steps 1 to 7 of the module. `logits_V` stays as it is."""
    logits_V = remove(adjust(logits_V, wish), wish)
    temperature = wish.params.temperature
    if temperature == 0:
        return int(logits_V.argmax())
    # The largest logit is moved to 0 first: dividing by a tiny temperature must not overflow.
    p_V = ((logits_V - logits_V.amax()) / temperature).softmax(-1)
    return invert(cut(p_V, wish.params), wish.number)


def adjust(logits_V: Tensor, wish: Wish) -> Tensor:
    """Bias, then penalties."""
    params = wish.params
    if not (params.logit_bias or params.counts_tokens):
        return logits_V
    logits_V = logits_V.clone()
    if params.logit_bias:
        logits_V[list(params.logit_bias)] += logits_V.new_tensor(list(params.logit_bias.values()))
    if params.counts_tokens and wish.counts:
        ids = torch.tensor(list(wish.counts), device=logits_V.device)
        counts_n = logits_V.new_tensor(list(wish.counts.values()))
        some_n = logits_V[ids]
        penalty = params.repetition_penalty
        some_n = torch.where(some_n > 0, some_n / penalty, some_n * penalty)
        some_n -= counts_n * params.frequency_penalty + (counts_n > 0) * params.presence_penalty
        logits_V[ids] = some_n
    return logits_V


def remove(logits_V: Tensor, wish: Wish) -> Tensor:
    """What the grammar forbids, and what is held back unless nothing else is left."""
    if wish.allowed_V is not None:
        logits_V = logits_V.masked_fill(~wish.allowed_V, float("-inf"))
    if wish.held_back:
        rest_V = logits_V.clone()
        rest_V[list(wish.held_back)] = float("-inf")
        logits_V = logits_V if rest_V.isneginf().all() else rest_V
    return logits_V


def cut(p_V: Tensor, params: SamplingParams) -> Tensor:
    """Probabilities with 0 for everything outside top-k, top-p and min-p; what is left is not scaled up."""
    if params.top_k or params.top_p < 1:
        ids_k = _nucleus(p_V, params.top_k or len(p_V), params.top_p)
        p_V = torch.zeros_like(p_V).index_copy_(0, ids_k, p_V[ids_k])
    if params.min_p:
        p_V = p_V.masked_fill(p_V < params.min_p * p_V.amax(), 0.0)
    return p_V


def _nucleus(p_V: Tensor, k: int, top_p: float) -> Tensor:
    """The k most probable ids, and of these the smallest set that reaches `top_p` of their sum."""
    V = len(p_V)
    k = min(k, V)
    ids_k = _most_probable(p_V, min(k, SHORTLIST))
    if len(ids_k) < k and (k < V or float(p_V[ids_k].sum(dtype=torch.float64)) <= top_p + 1e-6):
        ids_k = _most_probable(p_V, k)
    p_k = p_V[ids_k].double()
    if k < V:
        p_k /= p_k.sum()
    before_k = p_k.cumsum(0) - p_k
    return ids_k[before_k < top_p]


def _most_probable(p_V: Tensor, k: int) -> Tensor:
    """The k most probable ids, the most probable first; of equal ones the smallest id first."""
    least = p_V.topk(k).values[-1]
    ids = (p_V >= least).nonzero()[:, 0]
    return ids[p_V[ids].argsort(descending=True, stable=True)][:k]


def invert(p_V: Tensor, number: float) -> int:
    """The first id at which the running sum exceeds number × total; one of probability 0 is never chosen."""
    sums_V = p_V.cumsum(-1, dtype=torch.float64)
    total = sums_V[-1]
    # A number just below 1 times the total may round up to the total, which no running sum exceeds.
    target = torch.minimum(total * number, total.nextafter(torch.zeros_like(total)))
    return int(torch.searchsorted(sums_V, target, right=True))
