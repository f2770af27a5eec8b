"""Five small configurations that together take every path of the network, and models with telling weights."""

import random

import pytest
import torch

from openk2.config import K2Config, RopeScaling
from openk2.model import K2Model

PATHS: dict[str, dict[str, object]] = {
    "direct queries, plain rope": {"q_lora_rank": None, "rope_scaling": None},
    "compressed queries, YaRN 32": {"rope_scaling": RopeScaling(32.0)},
    "compressed queries, YaRN 64": {
        "rope_scaling": RopeScaling(64.0),
        "rms_norm_eps": 1e-5,
        "latent_norm_eps": 1e-6,
        "num_hidden_layers": 4,
    },
    "expert groups": {"n_routed_experts": 32, "n_group": 8, "topk_group": 4, "first_k_dense_replace": 0},
    "expert groups, direct queries, YaRN 32": {
        "q_lora_rank": None,
        "rope_scaling": RopeScaling(32.0, beta_fast=32.0, original_max_position_embeddings=512, mscale_all_dim=0.7),
        "n_routed_experts": 16,
        "n_group": 8,
        "topk_group": 4,
        "n_shared_experts": 2,
        "norm_topk_prob": False,
        "first_k_dense_replace": 2,
    },
}


def random_config(path: str) -> K2Config:
    """A small shape drawn from the path's name, with the fields that make the path."""
    draw = random.Random(path)
    shape = {
        "hidden_size": draw.choice([32, 48, 64]),
        "intermediate_size": draw.choice([40, 72]),
        "moe_intermediate_size": draw.choice([16, 24]),
        "num_attention_heads": draw.choice([2, 3, 4]),
        "num_experts_per_tok": draw.choice([2, 3]),
        "kv_lora_rank": draw.choice([16, 24]),
        "q_lora_rank": draw.choice([20, 28]),
        "qk_nope_head_dim": draw.choice([8, 12]),
        "qk_rope_head_dim": draw.choice([8, 16]),
        "v_head_dim": draw.choice([8, 14]),
        "n_routed_experts": draw.choice([6, 8]),
        "vocab_size": 96,
        "eos_token_id": 3,
        "bos_token_id": 1,
        "pad_token_id": 0,
        "initializer_range": 0.15,
    }
    return K2Config.preset("k2-debug").replace(**{**shape, **PATHS[path]})


def telling_model(config: K2Config) -> K2Model:
    """Fresh weights, and norms and router biases that matter."""
    model = K2Model(config).initialize(seed=7).eval()
    generator = torch.Generator().manual_seed(8)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name.endswith("norm.weight"):
                tensor += 0.3 * torch.randn(tensor.shape, generator=generator)
            elif name.endswith("e_score_correction_bias"):
                tensor += 0.2 * torch.randn(tensor.shape, generator=generator)
    return model


@pytest.fixture(scope="session", params=list(PATHS))
def model(request: pytest.FixtureRequest) -> K2Model:
    """One model per path."""
    return telling_model(random_config(request.param))


@pytest.fixture(scope="session")
def debug_model() -> K2Model:
    """The k2-debug shape."""
    return telling_model(K2Config.preset("k2-debug").replace(initializer_range=0.15))


@pytest.fixture
def ids() -> torch.Tensor:
    """Two rows of 37 tokens."""
    return torch.randint(96, (2, 37), generator=torch.Generator().manual_seed(9))
