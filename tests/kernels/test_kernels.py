"""Each fast form equals its readable reference, in values and in gradients."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from openk2.errors import ConfigError
from openk2.kernels import reference
from openk2.kernels.attention import QUERY_BLOCK, causal_attention
from openk2.kernels.choice import choose
from openk2.kernels.cross_entropy import ROWS, linear_cross_entropy
from openk2.kernels.experts import routed_experts


def normal(*shape: int, seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Standard normal numbers that want a gradient."""
    numbers = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return numbers.to(dtype).requires_grad_()


def gradients(result: Tensor, inputs: list[Tensor], seed: int = 99) -> tuple[Tensor, ...]:
    """Gradients of a random weighing of `result`."""
    weights = torch.randn(result.shape, generator=torch.Generator().manual_seed(seed)).to(result.dtype)
    return torch.autograd.grad((result * weights).sum(), inputs)


def assert_near(ours: Tensor, theirs: Tensor, relative: float = 2e-5) -> None:
    """Equal up to rounding, measured against the largest magnitude."""
    assert ours.shape == theirs.shape
    assert (ours - theirs).abs().max() <= relative * theirs.abs().max().clamp(min=1e-6)


def assert_finite_differences(f: Callable[..., Tensor], inputs: list[Tensor], step: float = 1e-5) -> None:
    """The gradient along a random direction equals the slope of float64 values."""
    directions = [
        torch.randn(x.shape, generator=torch.Generator().manual_seed(i)).double() for i, x in enumerate(inputs)
    ]
    slope = sum((g * d).sum() for g, d in zip(torch.autograd.grad(f(*inputs), inputs), directions, strict=True))
    with torch.no_grad():
        ahead = f(*[x + step * d for x, d in zip(inputs, directions, strict=True)])
        behind = f(*[x - step * d for x, d in zip(inputs, directions, strict=True)])
    torch.testing.assert_close(slope, (ahead - behind) / (2 * step), rtol=1e-6, atol=1e-8)


def heads(B: int, H: int, T: int, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """Queries, keys of width 12 and values of width 8."""
    return [normal(B, H, T, width, seed=T + i, dtype=dtype) for i, width in enumerate((12, 12, 8))]


def starts(*lengths: int) -> Tensor:
    """`[1, T]` first tokens of documents of these lengths packed in one row."""
    firsts = torch.tensor([0, *lengths[:-1]]).cumsum(0)
    return firsts.repeat_interleave(torch.tensor(lengths))[None]


@pytest.mark.parametrize("tokens", [1, 2, QUERY_BLOCK - 1, QUERY_BLOCK, QUERY_BLOCK + 1, 2 * QUERY_BLOCK + 17])
@pytest.mark.parametrize("packed", [False, True])
def test_attention_values_gradients_and_largest_logits_equal_the_reference(tokens: int, packed: bool) -> None:
    inputs = heads(2, 3, tokens)
    cuts = starts(tokens // 2 + 1, tokens - tokens // 2 - 1).expand(2, -1) if packed and tokens > 1 else None
    ours, our_max_H = causal_attention(*inputs, 0.4, cuts)
    theirs, their_max_H = reference.causal_attention(*inputs, 0.4, cuts)
    assert_near(ours, theirs)
    torch.testing.assert_close(our_max_H, their_max_H)
    for our_gradient, their_gradient in zip(gradients(ours, inputs), gradients(theirs, inputs), strict=True):
        assert_near(our_gradient, their_gradient)


def test_attention_gradients_are_slopes() -> None:
    inputs = heads(1, 2, QUERY_BLOCK + 3, torch.float64)
    cuts = starts(50, QUERY_BLOCK - 47)
    assert_finite_differences(lambda q, k, v: causal_attention(q, k, v, 0.4, cuts)[0].square().sum(), inputs)


@settings(max_examples=15, deadline=None)
@given(lengths=st.lists(st.integers(1, 90), min_size=2, max_size=5))
@pytest.mark.parametrize("form", [causal_attention, reference.causal_attention])
def test_packed_documents_do_not_see_each_other(form: Callable[..., tuple[Tensor, Tensor]], lengths: list[int]) -> None:
    with torch.no_grad():
        q, k, v = heads(1, 2, sum(lengths))
        packed, packed_max_H = form(q, k, v, 0.4, starts(*lengths))
        alone = [
            form(*(x[:, :, begin : begin + length] for x in (q, k, v)), 0.4)
            for begin, length in zip(starts(*lengths)[0].unique().tolist(), lengths, strict=True)
        ]
    torch.testing.assert_close(packed, torch.cat([out for out, _ in alone], 2))
    torch.testing.assert_close(packed_max_H, torch.stack([max_H for _, max_H in alone]).amax(0))


@pytest.mark.parametrize("form", [causal_attention, reference.causal_attention])
def test_the_largest_logit_ignores_what_causality_hides(form: Callable[..., tuple[Tensor, Tensor]]) -> None:
    q = torch.ones(1, 2, 3, 4)
    k = torch.zeros(1, 2, 3, 4)
    k[0, 0, 1], k[0, 1, 0] = 5.0, -1.0
    k[0, 1, 1:] = -2.0
    q[0, 0, 0] = 100.0  # would see 5·100·4 at key 1, but key 1 comes later
    _, max_H = form(q, k, torch.ones(1, 2, 3, 6), 0.5)
    assert max_H.tolist() == [10.0, -2.0]


def test_attention_without_gradients_keeps_no_probabilities_and_gives_the_same() -> None:
    inputs = heads(1, 2, QUERY_BLOCK + 9)
    ours, max_H = causal_attention(*inputs, 0.4)
    with torch.no_grad():
        again, again_max_H = causal_attention(*inputs, 0.4)
    assert again.grad_fn is None
    assert torch.equal(ours, again)
    assert torch.equal(max_H, again_max_H)


def chosen(tokens: int, experts: int, k: int, *, unused: int = 0, seed: int = 5) -> Tensor:
    """K different experts per token, never one of the last `unused`."""
    scores_NE = torch.rand(tokens, experts - unused, generator=torch.Generator().manual_seed(seed))
    return scores_NE.topk(k, -1).indices


def expert_inputs(tokens: int, experts: int, k: int, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """Tokens of width 16, experts of width 8, and routing weights."""
    shapes = [(tokens, 16), (experts, 16, 16), (experts, 16, 8), (tokens, k)]
    return [normal(*shape, seed=i, dtype=dtype) for i, shape in enumerate(shapes)]


@pytest.mark.parametrize(("tokens", "unused"), [(1, 0), (3, 0), (40, 0), (40, 4), (2, 4)])
def test_expert_values_and_gradients_equal_the_reference_also_for_experts_without_tokens(
    tokens: int, unused: int
) -> None:
    x, gate_up, down, weights = inputs = expert_inputs(tokens, 8, 3)
    experts_NK = chosen(tokens, 8, 3, unused=unused)
    ours = routed_experts(x, gate_up, down, experts_NK, weights)
    theirs = reference.routed_experts(x, gate_up, down, experts_NK, weights)
    assert_near(ours, theirs)
    for our_gradient, their_gradient in zip(gradients(ours, inputs), gradients(theirs, inputs), strict=True):
        assert_near(our_gradient, their_gradient)


def test_an_expert_without_tokens_gets_a_gradient_of_exactly_zero() -> None:
    x, gate_up, down, weights = expert_inputs(6, 8, 2)
    ours = routed_experts(x, gate_up, down, chosen(6, 8, 2, unused=3), weights)
    dgate_up, ddown = gradients(ours, [gate_up, down])
    assert (dgate_up[5:] == 0).all()
    assert (ddown[5:] == 0).all()
    assert (dgate_up[:5] != 0).any()


def test_shapes_the_grouped_product_refuses_still_compute() -> None:
    experts_NK, weights_NK = chosen(5, 4, 2), torch.rand(5, 2)
    for width, inner, dtype in (
        (6, 8, torch.float32),
        (8, 6, torch.float32),
        (4, 8, torch.bfloat16),
        (8, 8, torch.float64),
    ):
        x, gate_up, down = (
            normal(*shape, seed=i, dtype=dtype).detach()
            for i, shape in enumerate([(5, width), (4, 2 * inner, width), (4, width, inner)])
        )
        ours = routed_experts(x, gate_up, down, experts_NK, weights_NK)
        assert torch.equal(ours, reference.routed_experts(x, gate_up, down, experts_NK, weights_NK))


@pytest.mark.parametrize("tokens", [1, 5, 64])
def test_experts_in_bfloat16_stay_near_the_reference(tokens: int) -> None:
    with torch.no_grad():
        inputs = expert_inputs(tokens, 8, 3)
        x, gate_up, down, weights = (t.to(torch.bfloat16) for t in inputs)
        experts_NK = chosen(tokens, 8, 3)
        ours = routed_experts(x, gate_up, down, experts_NK, weights.float())
        exact = [t.float() for t in (x, gate_up, down)]
        assert ours.dtype == torch.bfloat16
        assert_near(ours.float(), reference.routed_experts(*exact, experts_NK, weights.float()), relative=2e-2)


@pytest.mark.parametrize("rows", [1, ROWS, ROWS + 5])
def test_cross_entropy_and_its_gradients_equal_the_reference(rows: int) -> None:
    x, head = inputs = [normal(rows, 8, seed=1), normal(30, 8, seed=2)]
    targets = torch.randint(30, (rows,), generator=torch.Generator().manual_seed(3))
    weights = torch.rand(rows, generator=torch.Generator().manual_seed(4)).round(decimals=1)
    ours, theirs = (f(x, head, targets, weights) for f in (linear_cross_entropy, reference.linear_cross_entropy))
    torch.testing.assert_close(ours, theirs)
    for our_gradient, their_gradient in zip(
        torch.autograd.grad(3 * ours, inputs), torch.autograd.grad(3 * theirs, inputs), strict=True
    ):
        assert_near(our_gradient, their_gradient)


def test_cross_entropy_with_weight_zero_leaves_a_token_out() -> None:
    x, head = normal(4, 8, seed=1), normal(30, 8, seed=2)
    targets = torch.tensor([1, 2, 3, 4])
    part = linear_cross_entropy(x, head, targets, torch.tensor([1.0, 0.0, 1.0, 0.0]))
    torch.testing.assert_close(part, linear_cross_entropy(x[::2], head, targets[::2], torch.ones(2)))
    assert (torch.autograd.grad(part, x)[0][1::2] == 0).all()


def test_cross_entropy_without_gradients_gives_the_same_loss() -> None:
    x, head, targets, weights = normal(9, 8, seed=1), normal(30, 8, seed=2), torch.arange(9), torch.ones(9)
    with torch.no_grad():
        loss = linear_cross_entropy(x, head, targets, weights)
    assert not loss.requires_grad
    assert loss == linear_cross_entropy(x, head, targets, weights)


def test_the_reference_can_be_chosen_and_an_unknown_name_is_refused() -> None:
    assert choose("reference").causal_attention is reference.causal_attention
    assert choose("reference").routed_experts is reference.routed_experts
    assert choose("auto").routed_experts is routed_experts
    with pytest.raises(ConfigError, match="unknown kernels 'turbo'; accepted: auto, reference"):
        choose("turbo")
