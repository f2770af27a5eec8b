"""The same network in transformers, with the same weights, without a file in between."""

import torch
import transformers
from torch import Tensor, nn

from openk2.model import K2Model

KIMI_LINEAR = (
    ("self_attn.f_", "self_attn.forget_gate.f_"),
    ("self_attn.dt_bias", "self_attn.forget_gate.dt_bias"),
    ("self_attn.A_log", "self_attn.forget_gate.A_log"),
)


def peer(model: K2Model, dtype: torch.dtype = torch.float32, attention: str = "sdpa") -> nn.Module:
    """transformers' model: DeepSeek-V3's, Kimi Linear's, or DeepSeek-V2's where scores are a softmax."""
    config = model.config
    fields = config.to_hf_dict() | {"attn_implementation": attention}
    made: nn.Module
    if config.model_type == "kimi_linear":
        made = transformers.KimiLinearForCausalLM(transformers.KimiLinearConfig(**fields))
    elif config.scoring_func == "sigmoid":
        made = transformers.DeepseekV3ForCausalLM(transformers.DeepseekV3Config(**fields))
    else:
        fields |= {"model_type": "deepseek_v2", "topk_method": "greedy"}
        made = transformers.DeepseekV2ForCausalLM(transformers.DeepseekV2Config(**fields))
    missing, superfluous = made.load_state_dict(_renamed(model.state_dict()), strict=False)
    assert set(missing) <= ({"lm_head.weight"} if config.tie_word_embeddings else set()), missing
    assert all(config.scoring_func == "softmax" and "bias" in name for name in superfluous), superfluous
    made.tie_weights()
    return made.to(dtype).eval()


def _renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    renamed: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if "q_conv1d" in name:
            parts = [state[name.replace("q_conv1d", f"{part}_conv1d")] for part in "qkv"]
            renamed[name.replace("q_conv1d", "conv1d")] = torch.cat(parts)
        elif "conv1d" not in name:
            for ours, theirs in (*KIMI_LINEAR, ("gate_up_EFD", "gate_up_proj"), ("down_EDF", "down_proj")):
                name = name.replace(ours, theirs)
            renamed[name] = tensor
    return renamed
