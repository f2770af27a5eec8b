"""What layers with Kimi Delta Attention mean to the rooms around the model: optimiser, engine."""

import pytest
import torch
from torch import Tensor

from openk2.config import K2Config, LinearAttention
from openk2.kernels.cross_entropy import linear_cross_entropy
from openk2.model import K2Model
from openk2.optim import MuonClip
from openk2.optim.muonclip import takes_muon


def hybrid(preset: str, layers: tuple[int, ...], heads: int, head_dim: int) -> K2Model:
    """A small preset with Kimi Delta Attention in these layers (from 1) and no positions in the others."""
    config = K2Config.preset(preset).replace(
        model_type="kimi_linear", mla_use_nope=True, linear_attn_config=LinearAttention(layers, heads, head_dim)
    )
    return K2Model(config).initialize(0).train()


def alternating_rows(generator: torch.Generator) -> Tensor:
    """Rows of two of sixteen tokens in turn: what comes next costs ln 16 = 2.77 nats without memory."""
    return torch.randint(16, (8, 2), generator=generator).repeat(1, 17)[:, :33]


def losses(model: K2Model, steps: int, lr: float) -> list[float]:
    """Mean loss (nats) of each step of MuonClip."""
    optimizer, generator = MuonClip(model, lr), torch.Generator().manual_seed(1)
    seen = []
    for _ in range(steps):
        rows_BT = alternating_rows(generator)
        targets_N = rows_BT[:, 1:].flatten()
        x_ND = model.hidden(rows_BT[:, :-1]).flatten(0, 1)
        weights_N = torch.full(targets_N.shape, 1 / targets_N.numel())
        loss = linear_cross_entropy(x_ND, model.lm_head.weight, targets_N, weights_N)
        model.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        optimizer.clip()
        for attention in model.attentions():
            attention.max_logit_H = None
        seen.append(float(loss.detach()))
    return seen


def test_a_small_hybrid_learns() -> None:
    seen = losses(hybrid("k2-debug", (1, 2), 2, 16), 40, 1e-2)
    assert seen[0] == pytest.approx(6.24, abs=0.1)  # ln 512
    assert sum(seen[-5:]) / 5 < 1.5


@pytest.mark.slow
def test_a_hybrid_of_the_size_of_k2_nano_learns() -> None:
    seen = losses(hybrid("k2-nano", (1, 2, 3, 5), 4, 64), 36, 5e-3)
    assert seen[0] == pytest.approx(8.32 + 256 * 0.02**2 / 2, abs=0.1)  # ln 4096, and half the variance of fresh logits
    assert sum(seen[-5:]) / 5 < 2.0


def test_matrices_take_muon_and_vectors_adamw_without_decay_of_the_decays() -> None:
    model = hybrid("k2-debug", (1, 2), 2, 16)
    prefix = "model.layers.0.self_attn."
    names = {name.removeprefix(prefix) for name, _ in model.named_parameters() if name.startswith(prefix)}
    matrices = {f"{part}_proj.weight" for part in ("q", "k", "v", "o", "b", "f_a", "f_b", "g_a", "g_b")}
    vectors = {"A_log", "dt_bias", "o_norm.weight", *(f"{part}_conv1d.weight" for part in "qkv")}
    assert names == matrices | vectors
    assert {n for n in names if takes_muon(n, model.get_parameter(prefix + n))} == matrices
    optimizer = MuonClip(model, 1e-3, weight_decay=0.1)
    owned = [(name, group) for group in optimizer.param_groups for name in group["names"]]
    assert sorted(name for name, _ in owned) == sorted(name for name, _ in model.named_parameters())
    for name, group in owned:
        assert group["part"] == ("muon" if takes_muon(name, model.get_parameter(name)) else "adamw")
        assert group["weight_decay"] == (0.0 if name.endswith(("A_log", "dt_bias")) else 0.1)


def test_qk_clip_acts_on_latent_layers_only() -> None:
    model = hybrid("k2-debug", (1, 3), 2, 16)
    with torch.no_grad():
        for attention in model.attentions():
            attention.q_b_proj.weight.mul_(60)
            attention.kv_b_proj.weight.mul_(60)
    model.hidden(torch.randint(512, (2, 32), generator=torch.Generator().manual_seed(0)))
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    optimizer = MuonClip(model, 1e-3, tau=1.0)
    assert optimizer.layers == [1]
    assert optimizer.clip() > 0
    changed = {name for name, parameter in model.named_parameters() if not torch.equal(parameter, before[name])}
    assert changed == {f"model.layers.1.self_attn.{part}_b_proj.weight" for part in ("q", "kv")}


def test_a_tied_head_is_updated_once_with_the_embedding() -> None:
    model = K2Model(K2Config.preset("k2-debug").replace(tie_word_embeddings=True)).initialize(0).train()
    names = [name for name, _ in model.named_parameters()]
    assert "model.embed_tokens.weight" in names
    assert not any("lm_head" in name for name in model.state_dict())
    seen = losses(model, 20, 1e-2)
    assert seen[-1] < seen[0] - 1
    assert model.lm_head.weight is model.model.embed_tokens.weight
