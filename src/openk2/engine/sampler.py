"""From logits to tokens. A row's token is a pure function of that row and its `Wish`: never of the rows beside it.

What is done to a row, in this order:

1. `logit_bias` is added.
2. Penalties: repetition (over prompt and answer), then frequency and presence (over the answer).
3. What may not come is removed: what the grammar forbids and, before `min_tokens`, the ids that end the output.
4. At temperature 0 the largest logit wins, of equal ones the smallest id; nothing below applies.
5. Logits are divided by the temperature and turned into probabilities, in doubles.
6. top-k, of what is left top-p, of what is left min-p. Of equal probabilities the smaller id counts as the larger.
7. The cumulative distribution, in the order of ids, is inverted: the token at which it passes the row's number.

One number per token, from the request's own generator: so the same seed, request and model give the same tokens in any
company. Ids that stand for nothing (reserved slots, padding, rows beyond the vocabulary) do not exist here.
Log-probabilities are the model's own, of step 0: at temperature 1, before bias, penalties, masks and cuts.

Where the kernels in C++ compute the model they do this too (`kernels/native/sampling.py`); what is here in PyTorch is
their reference. Beside the kernels' threads no operation of PyTorch's own threads is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from openk2.chat.pieces import TokenLogprob
from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.kernels.native import sampling
from openk2.kernels.native.library import Level
from openk2.kernels.native.sampling import Wanted

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
class Draw:
    """One sampled token."""

    id: int
    report: TokenLogprob | None
    """None unless asked for."""


class Sampler:
    """Draws tokens for the rows of a step."""

    def __init__(
        self, tokenizer: Tokenizer, vocab_size: int, device: torch.device | str = "cpu", level: Level | None = None
    ) -> None:
        """`vocab_size`: columns of the logits, which may be more than the tokenizer has ids; `level`: of the native
        kernels that do it (None: PyTorch)."""
        self._level = level
        self.banned_V = torch.zeros(vocab_size, dtype=torch.bool, device=device)
        self.banned_V[tokenizer.vocab_size :] = True
        for name, id in tokenizer.special.items():
            if id < vocab_size and (name.startswith("<|reserved_token_") or name in ("[PAD]", "[UNK]")):
                self.banned_V[id] = True

        self._banned_ids = self.banned_V.nonzero()[:, 0].int()

    def ban_(self, logits_NV: Tensor) -> Tensor:
        """Remove the ids that stand for nothing, in place; to be done once to every logit.

        Raises ArithmeticError where a logit is not a number.
        """
        if self._level is not None:
            return sampling.ban_(self._level, logits_NV, self._banned_ids)
        if bool(torch.isnan(logits_NV).any()):
            raise ArithmeticError(sampling.NOT_NUMBERS)
        return logits_NV.masked_fill_(self.banned_V, float("-inf"))

    @torch.inference_mode()
    def __call__(self, logits_NV: Tensor, wishes: Sequence[Wish], rows: Sequence[int] | None = None) -> list[Draw]:
        """One token for each wish, from its row of logits that went through `ban_` (None: the rows in their order)."""
        rows = range(len(logits_NV)) if rows is None else rows
        if self._level is None:
            ids = _draw_all(logits_NV, rows, wishes)
        else:
            ids = sampling.sample(self._level, logits_NV, rows, [_wanted(wish) for wish in wishes])
        asked = [i for i, wish in enumerate(wishes) if wish.params.logprobs]
        most = max((wishes[i].params.top_logprobs for i in asked), default=0)
        made = self.report(logits_NV, [rows[i] for i in asked], [ids[i] for i in asked], most)
        reports = dict(zip(asked, made, strict=True))
        return [Draw(id, _cut_report(reports.get(i), wishes[i])) for i, id in enumerate(ids)]

    def report(
        self, logits_NV: Tensor, rows: Sequence[int], ids: Sequence[int], alternatives: int
    ) -> list[TokenLogprob]:
        """What the model itself gave an id of each of some rows, and the most probable ids there."""
        if not ids:
            return []
        if self._level is None:
            return report(logits_NV[list(rows)], ids, alternatives)
        made = sampling.report(self._level, logits_NV, rows, ids, alternatives)
        return [TokenLogprob(id, own, top) for id, (own, top) in zip(ids, made, strict=True)]


def _wanted(wish: Wish) -> Wanted:
    """A wish as the kernels are told it."""
    params = wish.params
    return Wanted(
        params.temperature,
        wish.number,
        params.top_k,
        params.top_p,
        params.min_p,
        params.repetition_penalty,
        params.frequency_penalty,
        params.presence_penalty,
        wish.counts if params.counts_tokens else {},
        params.logit_bias,
        wish.held_back,
        wish.allowed_V,
    )


def _draw_all(logits_NV: Tensor, rows: Sequence[int], wishes: Sequence[Wish]) -> list[int]:
    """The token of each row; the largest logits are looked for together."""
    some_BV = logits_NV if list(rows) == list(range(len(logits_NV))) else logits_NV[list(rows)]
    ids = some_BV.argmax(-1).tolist()
    return [id if wish.plain else draw(logits_V, wish) for id, wish, logits_V in zip(ids, wishes, some_BV, strict=True)]


def report(logits_NV: Tensor, ids: Sequence[int], alternatives: int) -> list[TokenLogprob]:
    """What the model itself gave each row's id, and its most probable ids."""
    if not ids:
        return []
    log_p_NV = logits_NV.log_softmax(-1)
    own_N = log_p_NV.gather(1, torch.tensor(ids, device=logits_NV.device)[:, None])[:, 0].tolist()
    top_NK, top_ids_NK = log_p_NV.topk(alternatives)
    return [
        TokenLogprob(id, own, tuple(pair for pair in zip(top_ids, top, strict=True) if pair[1] > float("-inf")))
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
    weights_V = ((logits_V.double() - logits_V.amax()) / temperature).exp()
    return invert(cut(weights_V, wish.params), wish.number)


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


def cut(weights_V: Tensor, params: SamplingParams) -> Tensor:
    """Probabilities, each times the same number, with 0 for everything outside top-k, top-p and min-p."""
    if params.top_k or params.top_p < 1:
        ids_k = _nucleus(weights_V, params.top_k or len(weights_V), params.top_p)
        weights_V = torch.zeros_like(weights_V).index_copy_(0, ids_k, weights_V[ids_k])
    if params.min_p:
        weights_V = weights_V.masked_fill(weights_V < params.min_p * weights_V.amax(), 0.0)
    return weights_V


def _nucleus(weights_V: Tensor, k: int, top_p: float) -> Tensor:
    """The k most probable ids, and of these the smallest set that reaches `top_p` of their sum."""
    V = len(weights_V)
    k = min(k, V)
    ids_k = _most_probable(weights_V, min(k, SHORTLIST))
    if len(ids_k) < k and (k < V or weights_V[ids_k].sum() <= (top_p + 1e-6) * weights_V.sum()):
        ids_k = _most_probable(weights_V, k)
    weights_k = weights_V[ids_k]
    total = weights_V.sum() if k == V else weights_k.sum()
    before_k = weights_k.cumsum(0) - weights_k
    return ids_k[before_k < top_p * total]


def _most_probable(weights_V: Tensor, k: int) -> Tensor:
    """The k most probable ids, the most probable first; of equal ones the smallest id first."""
    least = weights_V.topk(k).values[-1]
    ids = (weights_V >= least).nonzero()[:, 0]
    return ids[weights_V[ids].argsort(descending=True, stable=True)][:k]


def invert(weights_V: Tensor, number: float) -> int:
    """The first id at which the running sum exceeds number × total; one of probability 0 is never chosen."""
    sums_V = weights_V.cumsum(-1)
    total = sums_V[-1]
    # A number just below 1 times the total may round up to the total, which no running sum exceeds.
    target = torch.minimum(total * number, total.nextafter(torch.zeros_like(total)))
    return int(torch.searchsorted(sums_V, target, right=True))
