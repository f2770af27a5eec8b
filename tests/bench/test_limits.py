"""The arithmetic of limits, beside counts that come from the model itself."""

from __future__ import annotations

import random

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from openk2.bench import limits
from openk2.bench.random_model import random_model
from openk2.config import K2Config

DEBUG = K2Config.preset("k2-debug")


def test_one_token_reads_its_own_experts_and_all_else() -> None:
    model, c = random_model(DEBUG, "bf16"), DEBUG
    weights = limits.weight_bytes(model)
    experts = c.n_routed_experts * 3 * c.moe_intermediate_size * c.hidden_size * 2
    assert weights.routed == 2 * experts  # two layers have experts
    whole = sum(tensor.nbytes for tensor in model.state_dict().values())
    embedding = model.model.embed_tokens.weight.nbytes
    assert weights.always == whole - 2 * experts - embedding + embedding / c.vocab_size
    step = limits.step_work(c, weights, experts=c.num_experts_per_tok, batch=1, known=10, latent_width=2)
    assert step.weights == weights.always + 2 * experts * c.num_experts_per_tok / c.n_routed_experts
    assert step.latents == 10 * 3 * c.cache_width * 2


def test_a_step_reads_latents_or_multiplies_with_them_whichever_takes_longer() -> None:
    c, T = DEBUG, 10
    step = limits.step_work(c, limits.WeightBytes(100.0, 0.0), experts=0, batch=2, known=T, latent_width=2)
    query_HC, known_TC = torch.ones(c.num_attention_heads, c.cache_width), torch.ones(T, c.cache_width)
    with FlopCounterMode(display=False) as counter:
        (query_HC @ known_TC.mT) @ known_TC[:, : c.kv_lora_rank]
    assert step.latent_flops == 2 * c.num_hidden_layers * counter.get_total_flops()
    assert step.seconds(1.0, 1e9) == 100 + step.latents
    assert not step.multiplies(1.0, 1e9)
    assert step.seconds(1e9, 1.0) == pytest.approx(step.latent_flops, rel=1e-6)
    assert step.multiplies(1e9, 1.0)


def test_a_head_that_is_the_embedding_is_read_whole() -> None:
    tied = DEBUG.replace(tie_word_embeddings=True)
    assert limits.weight_bytes(random_model(tied, "bf16")).always == pytest.approx(
        limits.weight_bytes(random_model(DEBUG, "bf16")).always, rel=0.01
    )


@pytest.mark.parametrize("batch", [1, 2, 5, 40])
def test_expected_experts_are_those_of_even_routing(batch: int) -> None:
    draw, E, K = random.Random(0), DEBUG.n_routed_experts, DEBUG.num_experts_per_tok
    tries = 2000
    used = sum(len({e for _ in range(batch) for e in draw.sample(range(E), K)}) for _ in range(tries)) / tries
    assert limits.expected_experts(DEBUG, batch) == pytest.approx(used, rel=0.03)


def test_the_operations_of_a_prompt_are_those_the_network_makes() -> None:
    c, T = DEBUG, 48
    model = random_model(c, "bf16").use_kernels("reference")
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model(torch.arange(T)[None], last_only=True)
    head = 2 * c.hidden_size * c.vocab_size
    widths = c.num_attention_heads * (c.qk_head_dim + c.v_head_dim)
    above_diagonal = c.num_hidden_layers * 2 * widths * (T * T - T * (T + 1) / 2)
    made = counter.get_total_flops() - head - above_diagonal
    assert limits.prompt_flops(c, T) == pytest.approx(made, rel=0.01)  # the norms' weights are counted as if multiplied


def test_a_prompt_behind_others_attends_to_them_too() -> None:
    whole, first = limits.prompt_flops(DEBUG, 100), limits.prompt_flops(DEBUG, 60)
    assert limits.prompt_flops(DEBUG, 40, depth=60) == pytest.approx(whole - first)
