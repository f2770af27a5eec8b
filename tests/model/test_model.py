"""The network by itself: sizes, positions, caches, router, packed rows and what training watches."""

import pytest
import torch
from model_shapes import RaggedCache
from torch import Tensor

from openk2.config import K2Config
from openk2.errors import ConfigError, RequestError
from openk2.kernels import attention as attention_kernel
from openk2.kernels import experts as experts_kernel
from openk2.model import ContiguousCache, K2Model
from openk2.model.experts import MixtureOfExperts, Router
from openk2.model.rotary import inverse_frequencies

PARAMETERS = {
    **dict.fromkeys(["k2-base", "k2-instruct", "k2-instruct-0905", "k2-thinking"], 1_026_408_232_448),
    "deepseek-v3": 671_026_419_200,
    "moonlight-16b-a3b": 15_960_110_208,
    "kimi-linear-48b-a3b": 49_122_681_728,
    "k2-mini": 500_640_704,
    "k2-nano": 16_114_400,
    "k2-debug": 243_856,
}
"""Published: K2 1026.4B (sum of the released tensors), DeepSeek-V3 671B without its prediction layer, Moonlight 16B
(15.29B without one embedding matrix), Kimi Linear 49.1B."""


@pytest.mark.parametrize("preset", K2Config.preset_names())
def test_a_preset_has_exactly_its_parameters(preset: str) -> None:
    with torch.device("meta"):
        model = K2Model(K2Config.preset(preset))
    assert sum(tensor.numel() for tensor in model.state_dict().values()) == PARAMETERS[preset]


def test_rope_is_a_hard_step_in_the_released_shape() -> None:
    base, thinking = (inverse_frequencies(K2Config.preset(name)) for name in ("k2-base", "k2-thinking"))
    plain = 50000.0 ** (-torch.arange(0, 64, 2, dtype=torch.float64) / 64)
    torch.testing.assert_close(base[:20].double(), plain[:20], rtol=1e-6, atol=0)
    torch.testing.assert_close(base[20:].double(), plain[20:] / 32, rtol=1e-6, atol=0)
    torch.testing.assert_close(thinking[20:].double(), plain[20:] / 64, rtol=1e-6, atol=0)


def test_fresh_weights_depend_on_the_seed_alone() -> None:
    config = K2Config.preset("k2-debug")
    first, again, other = (K2Model(config).initialize(seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["lm_head.weight"], other["lm_head.weight"])
    assert first["lm_head.weight"].std() == pytest.approx(config.initializer_range, rel=0.05)


@torch.no_grad()
@pytest.mark.parametrize("absorb_up_to", [0, 1000])
def test_rows_of_unequal_length_in_one_batch_equal_each_alone(model: K2Model, absorb_up_to: int) -> None:
    lengths, total = [5, 17, 11], 24
    ids = torch.randint(96, (3, total), generator=torch.Generator().manual_seed(1))
    alone = model(ids)
    for attention in model.attentions():
        attention.absorb_up_to = absorb_up_to
    cache = RaggedCache(model.config, 3, total)
    # Prefill, padded at the right; then one step in which the rows go on by 3, 1 and 2 tokens.
    padding = torch.arange(17) >= torch.tensor(lengths)[:, None]
    positions_BT = torch.arange(17).expand(3, -1).masked_fill(padding, -1)
    prefill = cache.step(model, ids[:, :17].masked_fill(padding, 0), positions_BT)
    more = [3, 1, 2]
    ids_BT = torch.stack(
        [
            torch.cat((ids[b, n : n + m], ids.new_zeros(3 - m)))
            for b, (n, m) in enumerate(zip(lengths, more, strict=True))
        ]
    )
    positions_BT = torch.stack(
        [torch.tensor([n + i if i < m else -1 for i in range(3)]) for n, m in zip(lengths, more, strict=True)]
    )
    step = cache.step(model, ids_BT, positions_BT)
    for attention in model.attentions():
        attention.absorb_up_to = 8
    assert prefill.isfinite().all()
    assert step.isfinite().all()
    for row, (length, new) in enumerate(zip(lengths, more, strict=True)):
        torch.testing.assert_close(prefill[row, :length], alone[row, :length], rtol=0, atol=1e-4)
        torch.testing.assert_close(step[row, :new], alone[row, length : length + new], rtol=0, atol=1e-4)


@torch.no_grad()
def test_last_only_gives_the_last_row_of_logits(debug_model: K2Model, ids: Tensor) -> None:
    full = debug_model(ids)
    assert full.dtype == torch.float32
    torch.testing.assert_close(debug_model(ids, last_only=True), full[:, -1:])


def test_a_cache_without_positions_or_without_room_is_refused(debug_model: K2Model, ids: Tensor) -> None:
    cache = ContiguousCache(debug_model.config, 2, 8)
    with pytest.raises(RequestError, match="positions_BT"):
        debug_model(ids, cache=cache)
    with pytest.raises(RequestError, match="holds 8 tokens per row; this step needs 37"):
        debug_model(ids, cache=cache, positions_BT=cache.positions(37))


@torch.no_grad()
def test_bfloat16_computes_near_float32_and_keeps_the_router_bias(debug_model: K2Model, ids: Tensor) -> None:
    half = K2Model(debug_model.config).eval()
    half.load_state_dict(debug_model.state_dict())
    half.to(torch.bfloat16)
    for layer, block in half.moe_blocks().items():
        exact = debug_model.moe_blocks()[layer].gate.e_score_correction_bias
        assert torch.equal(block.gate.e_score_correction_bias, exact)
    cache = ContiguousCache(half.config, 2, 37)  # float32: entries come back in the model's type
    stepped = half(ids, cache=cache, positions_BT=cache.positions(37))
    exact_logits = debug_model(ids)
    for logits in (half(ids), stepped):
        assert logits.dtype == torch.float32
        assert (logits - exact_logits).abs().mean() < 0.1 * exact_logits.abs().mean()


def router(bias: Tensor | None = None, **changes: object) -> Router:
    """A router of the debug shape with telling weights."""
    made = Router(K2Config.preset("k2-debug").replace(**changes))
    with torch.no_grad():
        made.weight.normal_(std=0.2, generator=torch.Generator().manual_seed(1))
        if bias is not None:
            made.e_score_correction_bias.copy_(bias)
    return made


def test_router_bias_changes_selection_but_not_weights() -> None:
    x_ND = torch.randn(50, 64, generator=torch.Generator().manual_seed(2))
    bias_E = torch.tensor([5.0, 5.0, 0, 0, 0, 0, 0, 0])
    plain, biased = router(), router(bias_E)
    experts_NK, weights_NK = biased(x_ND)
    assert (experts_NK.sort(-1).values == torch.tensor([0, 1])).all()
    assert (plain(x_ND)[0].sort(-1).values != torch.tensor([0, 1])).any()
    scores_NK = (x_ND @ biased.weight.T).sigmoid().gather(-1, experts_NK)
    torch.testing.assert_close(weights_NK, 2.827 * scores_NK / scores_NK.sum(-1, keepdim=True))


def test_router_weights_are_raw_scores_where_they_are_not_normalised() -> None:
    x_ND = torch.randn(50, 64, generator=torch.Generator().manual_seed(2))
    chooser = router(norm_topk_prob=False)
    experts_NK, weights_NK = chooser(x_ND)
    torch.testing.assert_close(weights_NK, 2.827 * (x_ND @ chooser.weight.T).sigmoid().gather(-1, experts_NK))


def test_router_weights_pass_gradients_and_the_bias_none() -> None:
    chooser = router()
    _, weights_NK = chooser(torch.randn(20, 64))
    weights_NK[:, 0].sum().backward()
    assert chooser.weight.grad.abs().sum() > 0
    assert not chooser.e_score_correction_bias.requires_grad


def test_packed_documents_equal_each_alone(model: K2Model) -> None:
    lengths = [9, 1, 20]
    ids_BT = torch.randint(96, (1, sum(lengths)), generator=torch.Generator().manual_seed(4))
    firsts = torch.tensor([0, 9, 10])
    with torch.no_grad():
        packed = model.hidden(ids_BT, starts_BT=firsts.repeat_interleave(torch.tensor(lengths))[None])
        alone = torch.cat([model.hidden(document) for document in ids_BT.split(lengths, 1)], 1)
    torch.testing.assert_close(packed, alone, rtol=0, atol=1e-4)


def test_training_watches_the_largest_logit_of_each_head_and_the_load_of_each_expert(ids: Tensor) -> None:
    config = K2Config.preset("k2-debug").replace(initializer_range=0.3)
    model = K2Model(config).initialize(3).train()
    model(ids)
    first = [attention.max_logit_H.clone() for attention in model.attentions()]
    model.use_kernels("reference")
    for attention in model.attentions():
        attention.max_logit_H = None
    model(ids)
    for attention, seen_H in zip(model.attentions(), first, strict=True):
        torch.testing.assert_close(attention.max_logit_H, seen_H)
    model(ids.flip(1))
    assert all((a.max_logit_H >= h - 1e-5).all() for a, h in zip(model.attentions(), first, strict=True))
    for block in model.moe_blocks().values():
        assert block.load_E.sum() == 3 * ids.numel() * config.num_experts_per_tok
        assert (block.load_E >= 0).all()


def test_evaluation_watches_nothing(debug_model: K2Model, ids: Tensor) -> None:
    with torch.no_grad():
        debug_model.eval()(ids)
    assert all(attention.max_logit_H is None for attention in debug_model.attentions())
    assert all(block.load_E is None for block in debug_model.moe_blocks().values())


@torch.no_grad()
def test_reference_kernels_are_really_used(debug_model: K2Model, ids: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = debug_model(ids)

    def refuse(*_: object) -> None:
        raise AssertionError("a fast kernel was called")

    monkeypatch.setattr(attention_kernel._BlockCausalAttention, "apply", refuse)
    monkeypatch.setattr(experts_kernel._GroupedExperts, "apply", refuse)
    with pytest.raises(AssertionError):
        debug_model.use_kernels("auto")(ids)
    slow = debug_model.use_kernels("reference")(ids)
    debug_model.use_kernels("auto")
    torch.testing.assert_close(slow, fast, rtol=0, atol=1e-4)
    with pytest.raises(ConfigError, match="unknown kernels"):
        debug_model.use_kernels("turbo")


def test_leading_layers_are_dense(model: K2Model) -> None:
    kinds = [isinstance(block.mlp, MixtureOfExperts) for block in model.model.layers]
    dense = model.config.first_k_dense_replace
    assert kinds == [False] * dense + [True] * (model.config.num_hidden_layers - dense)
