"""Muon against torch's own, QK-Clip's promises, AdamW against torch's own, balancing, schedule."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from openk2.config import K2Config
from openk2.kernels.cross_entropy import linear_cross_entropy
from openk2.model import K2Model
from openk2.optim import MuonClip
from openk2.optim.balance import nudge
from openk2.optim.muon import orthogonalize
from openk2.optim.muonclip import as_matrices, takes_muon
from openk2.optim.schedule import warmup_stable_decay


def small_model(seed: int = 0, **changes: object) -> K2Model:
    return K2Model(K2Config.preset("k2-debug").replace(**changes)).initialize(seed)


def backward(model: K2Model, seed: int) -> torch.Tensor:
    ids_BT = torch.randint(0, model.config.vocab_size, (2, 33), generator=torch.Generator().manual_seed(seed))
    x_ND = model.hidden(ids_BT[:, :-1]).flatten(0, 1)
    loss = linear_cross_entropy(x_ND, model.lm_head.weight, ids_BT[:, 1:].flatten(), torch.ones(64) / 64)
    loss.backward()
    return loss.detach()


def fresh(model: K2Model) -> None:
    model.zero_grad(set_to_none=True)
    for attention in model.attentions():
        attention.max_logit_H = None


def test_muon_update_equals_torch_muon_on_plain_matrices() -> None:
    model = small_model()
    twin = copy.deepcopy(model)
    ours = MuonClip(model, 0.02, weight_decay=0.1, tau=None)
    names = [n for n, p in twin.named_parameters() if p.ndim == 2 and takes_muon(n, p)]
    theirs = torch.optim.Muon(
        [twin.get_parameter(n) for n in names],
        lr=0.02,
        weight_decay=0.1,
        momentum=0.95,
        nesterov=True,
        adjust_lr_fn="match_rms_adamw",
    )
    for step in range(3):
        fresh(model)
        fresh(twin)
        backward(model, step)
        for name, parameter in twin.named_parameters():
            parameter.grad = model.get_parameter(name).grad.clone()
        before = {name: twin.get_parameter(name).detach().clone() for name in names}
        ours.step()
        theirs.step()
        for name in names:
            mine, other = model.get_parameter(name), twin.get_parameter(name)
            # both orthogonalise in bfloat16, whose products are summed in another order in a batch
            assert (mine - other).norm() < 0.01 * (other - before[name]).norm(), name
        for name, parameter in twin.named_parameters():
            parameter.data.copy_(model.get_parameter(name).data)


def test_muon_update_equals_torch_muon_when_a_matrix_stands_alone() -> None:
    gradient = torch.randn(48, 96, generator=torch.Generator().manual_seed(1))
    weight = torch.nn.Parameter(torch.zeros(48, 96))
    theirs = torch.optim.Muon([weight], lr=1.0, weight_decay=0.0, momentum=0.0, adjust_lr_fn="match_rms_adamw")
    weight.grad = gradient.clone()
    theirs.step()
    ours = -0.2 * 96**0.5 * orthogonalize(gradient[None])[0].float()
    # bit-equal where the processor sums a batched product as it sums a single one
    assert (ours - weight.detach()).norm() < 0.005 * weight.detach().norm()


@given(st.integers(2, 24), st.integers(2, 24), st.integers(0, 2**16))
def test_orthogonalized_matrices_have_singular_values_near_one(n: int, m: int, seed: int) -> None:
    m_Bnm = torch.randn(3, n, m, generator=torch.Generator().manual_seed(seed))
    values = torch.linalg.svdvals(orthogonalize(m_Bnm, torch.float32))
    condition = torch.linalg.svdvals(m_Bnm)
    kept = values[condition > 0.05 * condition.amax(-1, keepdim=True)]
    assert kept.min() > 0.5
    assert kept.max() < 1.3


def test_every_expert_is_orthogonalized_as_its_own_three_matrices() -> None:
    model = small_model()
    optimizer = MuonClip(model, 1.0, weight_decay=0.0, tau=None, orthogonal_dtype=torch.float32)
    backward(model, 0)
    name = "model.layers.1.mlp.experts.gate_up_EFD"
    before = as_matrices(name, model.get_parameter(name)).detach().clone()
    gradient = as_matrices(name, model.get_parameter(name).grad.clone())
    optimizer.step()
    update = before - as_matrices(name, model.get_parameter(name)).detach()
    c = model.config
    assert update.shape == (2 * c.n_routed_experts, c.moe_intermediate_size, c.hidden_size)
    scale = 0.2 * max(update.shape[1:]) ** 0.5
    for expert in range(3):
        alone = orthogonalize(gradient[expert : expert + 1] * (1 - 0.95) * (1 + 0.95), torch.float32)[0] * scale
        torch.testing.assert_close(update[expert], alone, atol=2e-3, rtol=2e-2)


def test_embedding_head_and_norms_take_adamw() -> None:
    model = small_model()
    twin = copy.deepcopy(model)
    ours = MuonClip(model, 1e-3, weight_decay=0.1, tau=None)
    names = [n for n, p in twin.named_parameters() if not takes_muon(n, p)]
    assert {"model.embed_tokens.weight", "lm_head.weight", "model.norm.weight"} <= set(names)
    theirs = torch.optim.AdamW(
        [twin.get_parameter(n) for n in names], lr=1e-3, weight_decay=0.1, betas=(0.9, 0.95), eps=1e-8
    )
    for step in range(3):
        fresh(model)
        backward(model, step)
        for name in names:
            twin.get_parameter(name).grad = model.get_parameter(name).grad.clone()
        ours.step()
        theirs.step()
    for name in names:
        torch.testing.assert_close(model.get_parameter(name), twin.get_parameter(name), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("q_lora_rank", [32, None])
def test_qk_clip_brings_every_head_under_the_threshold_and_touches_nothing_else(q_lora_rank: int | None) -> None:
    model = small_model(3, q_lora_rank=q_lora_rank).train()
    with torch.no_grad():
        for attention in model.attentions():
            query = attention.q_proj if q_lora_rank is None else attention.q_b_proj
            query.weight.mul_(60)
            attention.kv_b_proj.weight.mul_(60)
    ids_BT = torch.randint(0, 500, (2, 32), generator=torch.Generator().manual_seed(0))
    model.hidden(ids_BT)
    seen_LH = torch.stack([attention.max_logit_H for attention in model.attentions()])
    tau = float(seen_LH[0].median())
    before = copy.deepcopy(model.state_dict())
    clipped = MuonClip(model, 1e-3, tau=tau).clip()
    assert 0 < clipped < seen_LH.numel()
    c = model.config
    for layer, attention in enumerate(model.attentions()):
        prefix = f"model.layers.{layer}.self_attn."
        query_name = prefix + ("q_proj" if q_lora_rank is None else "q_b_proj") + ".weight"
        query = model.get_parameter(query_name).unflatten(0, (c.num_attention_heads, -1))
        key = attention.kv_b_proj.weight.unflatten(0, (c.num_attention_heads, -1))
        old_query = before[query_name].unflatten(0, (c.num_attention_heads, -1))
        old_key = before[prefix + "kv_b_proj.weight"].unflatten(0, (c.num_attention_heads, -1))
        assert torch.equal(key[:, c.qk_nope_head_dim :], old_key[:, c.qk_nope_head_dim :]), "value rows changed"
        calm = seen_LH[layer] <= tau
        assert torch.equal(query[calm], old_query[calm])
        assert torch.equal(key[calm], old_key[calm])
        assert not torch.equal(query[~calm], old_query[~calm]) or bool(calm.all())
    untouched = [n for n in before if "q_b_proj" not in n and "q_proj" not in n and "kv_b_proj" not in n]
    assert any("kv_a_proj_with_mqa" in n for n in untouched)
    assert all(torch.equal(model.state_dict()[n], before[n]) for n in untouched)
    first = model.attentions()[0]
    fresh(model)
    model.hidden(ids_BT)
    assert first.max_logit_H.max() <= tau * 1.01, "the first layer sees the same input, so its logits must obey"


def test_qk_clip_in_every_layer_holds_layer_by_layer_on_the_same_batch() -> None:
    model = small_model(5).train()
    with torch.no_grad():
        for attention in model.attentions():
            attention.q_b_proj.weight.mul_(50)
            attention.kv_b_proj.weight.mul_(50)
    ids_BT = torch.randint(0, 500, (2, 32), generator=torch.Generator().manual_seed(0))
    optimizer = MuonClip(model, 1e-3, tau=5.0)
    for _ in range(12):  # a clipped layer changes what the next ones see; the clip is applied again each step
        fresh(model)
        model.hidden(ids_BT)
        if optimizer.clip() == 0:
            break
    fresh(model)
    model.hidden(ids_BT)
    assert torch.stack([attention.max_logit_H for attention in model.attentions()]).max() <= 5.0 * 1.01


def test_owners_of_parts_together_make_the_whole_update() -> None:
    model = small_model()
    twin = copy.deepcopy(model)
    backward(model, 0)
    for name, parameter in twin.named_parameters():
        parameter.grad = model.get_parameter(name).grad.clone()
    MuonClip(model, 1e-2, orthogonal_dtype=torch.float32).step()
    names = [n for n, _ in twin.named_parameters()]
    for only in (names[::2], names[1::2]):
        MuonClip(twin, 1e-2, only=set(only), orthogonal_dtype=torch.float32).step()
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter, twin.get_parameter(name), atol=1e-5, rtol=1e-4)


def test_state_goes_through_a_file_form_and_continues_the_same() -> None:
    model = small_model()
    optimizer = MuonClip(model, 1e-2)
    backward(model, 0)
    optimizer.step()
    twin = copy.deepcopy(model)
    again = MuonClip(twin, 1e-2)
    again.load_named_state({name: tensor.clone() for name, tensor in optimizer.named_state().items()}, optimizer.steps)
    for one in (model, twin):
        fresh(one)
        backward(one, 1)
    optimizer.step()
    again.step()
    assert all(torch.equal(p, twin.get_parameter(n)) for n, p in model.named_parameters())


def test_balancing_moves_the_bias_against_the_load() -> None:
    bias_E = torch.zeros(4)
    nudge(bias_E, torch.tensor([40, 10, 10, 20]), 0.01)
    assert bias_E[0] < bias_E[3] < bias_E[1]
    assert bias_E.sum().abs() < 1e-7


@given(st.floats(0, 2000), st.sampled_from(["linear", "cosine"]))
def test_schedule_stays_within_its_bounds_and_falls_only_in_the_decay(done: float, shape: str) -> None:
    def factor(at: float) -> float:
        return warmup_stable_decay(at, 1000, warmup=100, decay=300, floor=0.1, shape=shape)

    assert 0 <= factor(done) <= 1
    if done >= 1000:
        assert factor(done) == pytest.approx(0.1)
    elif done >= 700:
        assert factor(done + 1) <= factor(done)
    elif done >= 100:
        assert factor(done) == 1.0
    else:
        assert factor(done) == pytest.approx(done / 100)
