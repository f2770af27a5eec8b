"""Small configurations that together take every path of the network, models with telling weights, a ragged cache."""

import random

import torch
from torch import Tensor

from openk2.config import K2Config, LinearAttention, RopeScaling
from openk2.model import DeltaState, K2Model
from openk2.model.cache import fresh_states

KIMI_LINEAR: dict[str, object] = {
    "model_type": "kimi_linear",
    "mla_use_nope": True,
    "rms_norm_eps": 1e-5,
    "latent_norm_eps": 1e-6,
}

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
    "tied head, latent norms of their own": {
        "tie_word_embeddings": True,
        "rms_norm_eps": 1e-3,
        "latent_norm_eps": 1e-6,
    },
    "three shared experts, scores as they are": {"n_shared_experts": 3, "norm_topk_prob": False, "q_lora_rank": None},
    "no experts": {"first_k_dense_replace": 3},
    "softmax scores": {"scoring_func": "softmax", "norm_topk_prob": False, "q_lora_rank": None},
    "softmax scores, YaRN 40": {
        "scoring_func": "softmax",
        "norm_topk_prob": False,
        "n_shared_experts": 2,
        "rope_scaling": RopeScaling(40.0, beta_fast=32.0, mscale=0.707, mscale_all_dim=0.707),
    },
    "Kimi Linear": {
        **KIMI_LINEAR,
        "linear_attn_config": LinearAttention((1, 2, 3, 5, 6), num_heads=3, head_dim=8),
        "num_hidden_layers": 7,
        "q_lora_rank": None,
    },
    "Kimi Linear, full attention first": {
        **KIMI_LINEAR,
        "linear_attn_config": LinearAttention((2, 3), num_heads=2, head_dim=16, short_conv_kernel_size=3),
        "n_routed_experts": 16,
        "n_group": 4,
        "topk_group": 2,
    },
    "Kimi Linear, compressed queries": {
        **KIMI_LINEAR,
        "linear_attn_config": LinearAttention((1,), num_heads=4, head_dim=8, short_conv_kernel_size=2),
        "num_hidden_layers": 2,
        "n_shared_experts": 2,
        "norm_topk_prob": False,
        "first_k_dense_replace": 0,
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
    """Fresh weights; norms, router biases (where the peer has them) and decays that matter."""
    model = K2Model(config).initialize(seed=7).eval()
    generator = torch.Generator().manual_seed(8)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name.endswith("norm.weight"):
                tensor += 0.3 * torch.randn(tensor.shape, generator=generator)
            elif name.endswith("e_score_correction_bias") and config.scoring_func == "sigmoid":
                tensor += 0.2 * torch.randn(tensor.shape, generator=generator)
            elif name.endswith("dt_bias"):
                tensor += 2 * torch.randn(tensor.shape, generator=generator)
    return model


class RaggedCache:
    """Rows of different lengths: each new entry goes to its own position, ignored ones (−1) nowhere."""

    def __init__(self, config: K2Config, batch: int, length: int) -> None:
        self.latents_LBSC = torch.zeros(config.num_hidden_layers, batch, length, config.cache_width)
        self.states = fresh_states(config, batch)

    def step(self, model: K2Model, ids_BT: Tensor, positions_BT: Tensor) -> Tensor:
        """Logits of one step."""
        self.positions_BT = positions_BT
        return model(ids_BT, cache=self, positions_BT=positions_BT)

    def extend(self, layer: int, new_BTC: Tensor) -> Tensor:
        """See LatentCache.extend."""
        row, token = (self.positions_BT >= 0).nonzero(as_tuple=True)
        self.latents_LBSC[layer, row, self.positions_BT[row, token]] = new_BTC[row, token]
        return self.latents_LBSC[layer]

    def recall(self, layer: int) -> DeltaState:
        """See ModelCache.recall."""
        return self.states[layer]

    def remember(self, layer: int, state: DeltaState) -> None:
        """See ModelCache.remember."""
        self.states[layer] = state
