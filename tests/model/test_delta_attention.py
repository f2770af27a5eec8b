"""Kimi Delta Attention: the chunked form equals the recurrence, with gradients; its state is all it remembers."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from model_shapes import PATHS, random_config, telling_model
from torch import Tensor

from openk2.kernels import delta_rule, reference
from openk2.model import ContiguousCache, K2Model
from openk2.model.cache import fresh_states
from openk2.model.delta_attention import DeltaAttention

HYBRIDS = [path for path in PATHS if path.startswith("Kimi Linear")]
TOLERANCE = 1e-4


def inputs(T: int, decay: float, seed: int, *, start: int | None = None, d: int = 8) -> list[Tensor]:
    """Unit queries and keys, values, decays up to `decay` a token, rates, a state; all forgotten at `start`."""
    generator = torch.Generator().manual_seed(seed)
    q, k, v = (torch.randn(2, 3, T, d, generator=generator) for _ in range(3))
    decay_BHTd = -decay * torch.rand(2, 3, T, d, generator=generator)
    if start is not None:
        decay_BHTd[:, :, start] = float("-inf")
    rate_BHT = torch.rand(2, 3, T, generator=generator)
    state_BHdd = torch.randn(2, 3, d, d, generator=generator)
    q, k = (x / x.norm(dim=-1, keepdim=True) for x in (q, k))
    return [x.requires_grad_() for x in (q, k, v, decay_BHTd, rate_BHT, state_BHdd)]


def results(rule: object, given_inputs: list[Tensor]) -> list[Tensor]:
    """What was read, the last state, and the gradients of every input."""
    assert callable(rule)
    read, state = rule(*given_inputs)
    generator = torch.Generator().manual_seed(0)
    loss = sum((x * torch.randn(x.shape, generator=generator)).sum() for x in (read, state))
    return [read, state, *torch.autograd.grad(loss, given_inputs)]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 150), st.floats(-4, 4), st.integers(0, 2**16), st.booleans())
def test_chunks_equal_the_recurrence_with_gradients(T: int, power: float, seed: int, packed: bool) -> None:
    """Any length; decays from e^-0.0001 to e^-10000 a token, where keys over their cumulative decay would overflow."""
    made = inputs(T, 10**power, seed, start=T // 2 if packed else None)
    for ours, exact in zip(results(delta_rule.delta_rule, made), results(reference.delta_rule, made), strict=True):
        assert ours.isfinite().all()
        assert (ours - exact).abs().max() <= TOLERANCE * max(1.0, float(exact.detach().abs().max()))


@pytest.mark.parametrize("T", [1, 7, 8, 9, 63, 64, 65, 128, 131])
def test_chunks_equal_the_recurrence_around_every_border(T: int) -> None:
    made = inputs(T, 0.3, T)
    for ours, exact in zip(results(delta_rule.delta_rule, made), results(reference.delta_rule, made), strict=True):
        torch.testing.assert_close(ours, exact, rtol=0, atol=TOLERANCE)


def test_a_small_decay_after_a_huge_one_is_not_lost_in_rounding() -> None:
    """Were exponents differences of sums, e^-1000 before a token would cost the next ones four digits."""
    made = inputs(60, 0.1, 3)
    with torch.no_grad():
        made[3][:, :, :40] -= 1000
    read, state = delta_rule.delta_rule(*made)
    exact_read, exact_state = reference.delta_rule(*(x.double() for x in made))
    assert (read - exact_read).abs().max() < 1e-6
    assert (state - exact_state).abs().max() < 1e-6


def test_the_recurrence_is_the_papers_update() -> None:
    """S ← (I − β k kᵀ) Diag(α) S + β k vᵀ; o = Sᵀ q (arXiv 2510.26692, equation 1)."""
    q, k, v, decay, rate, state = (x[0, 0] for x in inputs(5, 1.0, 1))
    read, last = reference.delta_rule(*(x[None, None] for x in (q, k, v, decay, rate, state)))
    for t in range(5):
        forget = torch.eye(8) - rate[t] * torch.outer(k[t], k[t])
        state = forget @ torch.diag(decay[t].exp()) @ state + rate[t] * torch.outer(k[t], v[t])
        torch.testing.assert_close(read[0, 0, t], state.T @ q[t])
    torch.testing.assert_close(last[0, 0], state)


@pytest.fixture(params=HYBRIDS)
def hybrid(request: pytest.FixtureRequest) -> K2Model:
    """A model with Kimi Delta Attention in some layers."""
    return telling_model(random_config(request.param))


@torch.no_grad()
@pytest.mark.parametrize("kernels", ["auto", "reference"])
@pytest.mark.parametrize("lengths", [[1] * 37, [16, 11, 10], [30, 1, 1, 5]], ids=["token", "chunks", "mixed"])
def test_the_state_after_steps_is_that_after_prefill(
    hybrid: K2Model, ids: Tensor, lengths: list[int], kernels: str
) -> None:
    once, stepped = (ContiguousCache(hybrid.config, 2, 37) for _ in range(2))
    hybrid(ids, cache=once, positions_BT=once.positions(37))
    hybrid.use_kernels(kernels)
    for step in ids.split(lengths, 1):
        hybrid(step, cache=stepped, positions_BT=stepped.positions(step.shape[1]))
    assert once.states.keys() == {attention.layer for attention in hybrid.delta_attentions()}
    for layer, state in once.states.items():
        assert state.memory_BHdd.abs().max() > 0.1
        torch.testing.assert_close(stepped.states[layer].memory_BHdd, state.memory_BHdd, rtol=0, atol=TOLERANCE)
        torch.testing.assert_close(stepped.states[layer].tail_BJX, state.tail_BJX, rtol=0, atol=TOLERANCE)


def one_block(hybrid: K2Model) -> DeltaAttention:
    return hybrid.delta_attentions()[0]


@torch.no_grad()
def test_ignored_tokens_anywhere_leave_the_state_as_if_they_were_not_there(hybrid: K2Model) -> None:
    block, c = one_block(hybrid), hybrid.config
    table = (torch.empty(0), torch.empty(0))
    x_BTD = torch.randn(1, 11, c.hidden_size, generator=torch.Generator().manual_seed(2))
    seen = torch.tensor([True, True, False, True, False, False, True, True, True, False, True])
    positions = (seen.long().cumsum(0) - 1).masked_fill(~seen, -1)[None]
    holes, alone = (ContiguousCache(c, 1, 11) for _ in range(2))
    for cache in (holes, alone):  # something to remember before the step
        block(x_BTD[:, :5], table, cache, torch.arange(5)[None])
    with_holes = block(x_BTD, table, holes, positions)
    without = block(x_BTD[:, seen], table, alone, positions[:, seen])
    torch.testing.assert_close(with_holes[:, seen], without, rtol=0, atol=TOLERANCE)
    for name in ("memory_BHdd", "tail_BJX"):
        ours, exact = (getattr(cache.recall(block.layer), name) for cache in (holes, alone))
        torch.testing.assert_close(ours, exact, rtol=0, atol=TOLERANCE)


@torch.no_grad()
def test_a_step_of_ignored_tokens_alone_changes_nothing(hybrid: K2Model) -> None:
    block, cache = one_block(hybrid), ContiguousCache(hybrid.config, 2, 8)
    x_BTD = torch.randn(2, 3, hybrid.config.hidden_size)
    table = (torch.empty(0), torch.empty(0))
    block(x_BTD, table, cache, torch.arange(3).expand(2, -1))
    before = cache.recall(block.layer)
    block(x_BTD, table, cache, torch.full((2, 3), -1))
    assert torch.equal(cache.recall(block.layer).memory_BHdd, before.memory_BHdd)
    assert torch.equal(cache.recall(block.layer).tail_BJX, before.tail_BJX)


def test_gradients_of_packed_documents_are_those_of_each_alone(hybrid: K2Model) -> None:
    block, lengths = one_block(hybrid), [9, 1, 20]
    table = (torch.empty(0), torch.empty(0))
    x_BTD = torch.randn(1, 30, hybrid.config.hidden_size, generator=torch.Generator().manual_seed(5))
    starts_BT = torch.tensor([0, 9, 10]).repeat_interleave(torch.tensor(lengths))[None]

    def gradients(out_BTD: Tensor) -> list[Tensor]:
        weights = torch.randn(out_BTD.shape, generator=torch.Generator().manual_seed(6))
        return list(torch.autograd.grad((out_BTD * weights).sum(), list(block.parameters())))

    packed = gradients(block(x_BTD, table, starts_BT=starts_BT))
    alone = gradients(torch.cat([block(document, table) for document in x_BTD.split(lengths, 1)], 1))
    for ours, exact in zip(packed, alone, strict=True):
        torch.testing.assert_close(ours, exact, rtol=1e-3, atol=TOLERANCE)


def test_the_state_is_of_fixed_size_beside_the_latents() -> None:
    config = random_config("Kimi Linear")
    short, long = ContiguousCache(config, 2, 8), ContiguousCache(config, 2, 800)
    assert long.latents_LBSC.shape == (2, 2, 800, config.cache_width)  # 2 of 7 layers
    assert [s.memory_BHdd.shape for s in long.states.values()] == [(2, 3, 8, 8)] * 5
    assert [s.tail_BJX.shape for s in short.states.values()] == [(2, 3, 72)] * 5


def test_a_model_of_delta_layers_alone_needs_no_latents(ids: Tensor) -> None:
    config = random_config("Kimi Linear").replace(num_hidden_layers=3, linear_attn_config=None)
    kda = random_config("Kimi Linear").linear_attn_config
    assert kda is not None
    config = config.replace(linear_attn_config=type(kda)((1, 2, 3), kda.num_heads, kda.head_dim))
    model, cache = telling_model(config), ContiguousCache(config, 2, 4)
    with torch.no_grad():
        steps = [model(step, cache=cache, positions_BT=cache.positions(step.shape[1])) for step in ids.split(10, 1)]
        torch.testing.assert_close(torch.cat(steps, 1), model(ids), rtol=0, atol=TOLERANCE)


def test_fresh_decays_forget_at_different_speeds_and_stay_float32() -> None:
    block = one_block(K2Model(random_config("Kimi Linear").replace(initializer_range=0.02)).initialize(0))
    rate_H = block.A_log.detach().exp().flatten()
    assert ((rate_H >= 1) & (rate_H <= 16)).all()
    step_W = torch.nn.functional.softplus(block.dt_bias.detach())
    assert math.log10(step_W.min()) > -3.01
    assert math.log10(step_W.max()) < -0.99
    assert step_W.std() > 0.01
    bound = 4**-0.5
    assert bound * 0.9 < block.q_conv1d.weight.abs().max() <= bound
    exact = {name: getattr(block, name).detach().clone() for name in ("A_log", "dt_bias")}
    block.to(torch.bfloat16)
    assert block.q_proj.weight.dtype == block.q_conv1d.weight.dtype == torch.bfloat16
    assert all(torch.equal(getattr(block, name), value) for name, value in exact.items())


def test_states_are_made_for_delta_layers_only() -> None:
    assert fresh_states(random_config("no experts"), 2) == {}
    assert sorted(fresh_states(random_config("Kimi Linear, full attention first"), 2)) == [1, 2]
