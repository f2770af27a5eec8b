"""The whole network: embedding, blocks of attention and feed-forward with pre-norms, final norm, head."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from openk2.config import K2Config
from openk2.errors import RequestError
from openk2.kernels.choice import choose
from openk2.model.attention import Attention
from openk2.model.cache import ModelCache
from openk2.model.delta_attention import DeltaAttention
from openk2.model.experts import MixtureOfExperts, SwiGLU
from openk2.model.head import TiedHead
from openk2.model.linear import Embedding, Linear
from openk2.model.norm import RMSNorm
from openk2.model.rotary import rotation_table


class Block(nn.Module):
    """x += attention(norm(x)); x += feed-forward(norm(x))."""

    def __init__(self, config: K2Config, layer: int) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn: Attention | DeltaAttention
        if layer in config.latent_layers:
            self.self_attn = Attention(config, layer)
        else:
            self.self_attn = DeltaAttention(config, layer)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp: MixtureOfExperts | SwiGLU
        if config.is_moe_layer(layer):
            self.mlp = MixtureOfExperts(config)
        else:
            self.mlp = SwiGLU(config.hidden_size, config.intermediate_size)

    def forward(
        self,
        x_BTD: Tensor,
        table: tuple[Tensor, Tensor],
        cache: ModelCache | None,
        positions_BT: Tensor,
        starts_BT: Tensor | None,
    ) -> Tensor:
        """One step of the residual stream."""
        x_BTD = x_BTD + self.self_attn(self.input_layernorm(x_BTD), table, cache, positions_BT, starts_BT)
        out: Tensor = x_BTD + self.mlp(self.post_attention_layernorm(x_BTD))
        return out


class Backbone(nn.Module):
    """Everything under the released prefix `model.`: token ids to normalised residual stream."""

    def __init__(self, config: K2Config) -> None:
        super().__init__()
        self.embed_tokens = Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Block(config, layer) for layer in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)


class K2Model(nn.Module):
    """A model of the Kimi K2 architecture.

    State-dict names are the released ones, except that a layer's routed experts are the two tensors
    `mlp.experts.gate_up_EFD` and `mlp.experts.down_EDF`.
    """

    def __init__(self, config: K2Config) -> None:
        super().__init__()
        self.config = config
        self.model = Backbone(config)
        self.lm_head: Linear | TiedHead
        if config.tie_word_embeddings:
            self.lm_head = TiedHead(self.model.embed_tokens)
        else:
            self.lm_head = Linear(config.hidden_size, config.vocab_size)

    @torch.no_grad()
    def initialize(self, seed: int = 0) -> K2Model:
        """Fresh weights: normal with `initializer_range`, norms one, router bias zero; the same for the same seed.

        Kimi Delta Attention's convolutions and decays start as in the release's code: uniform taps; decay rates of 1 to
        16 and steps of 0.001 to 0.1, so that heads and channels forget at different speeds.
        """
        generator = torch.Generator().manual_seed(seed)
        for name, parameter in self.named_parameters():
            if name.endswith("norm.weight"):
                parameter.fill_(1.0)
            elif name.endswith("conv1d.weight"):
                bound = parameter.shape[-1] ** -0.5
                parameter.copy_((2 * torch.rand(parameter.shape, generator=generator) - 1) * bound)
            elif name.endswith("A_log"):
                parameter.copy_((1 + 15 * torch.rand(parameter.shape, generator=generator)).log())
            elif name.endswith("dt_bias"):
                low, high = math.log(1e-3), math.log(1e-1)
                step = (low + (high - low) * torch.rand(parameter.shape, generator=generator)).exp()
                parameter.copy_(step + (-torch.expm1(-step)).log())
            else:
                values = torch.randn(parameter.shape, generator=generator) * self.config.initializer_range
                parameter.copy_(values)
        for block in self.moe_blocks().values():
            block.gate.e_score_correction_bias.zero_()
        return self

    def moe_blocks(self) -> dict[int, MixtureOfExperts]:
        """Layer number → its mixture of experts."""
        return {i: block.mlp for i, block in enumerate(self.model.layers) if isinstance(block.mlp, MixtureOfExperts)}

    def attentions(self) -> list[Attention]:
        """The multi-head latent attention of every layer that has it, in order."""
        return [block.self_attn for block in self.model.layers if isinstance(block.self_attn, Attention)]

    def delta_attentions(self) -> list[DeltaAttention]:
        """The Kimi Delta Attention of every layer that has it, in order."""
        return [block.self_attn for block in self.model.layers if isinstance(block.self_attn, DeltaAttention)]

    def use_kernels(self, name: str) -> K2Model:
        """Compute with the kernels `auto` (fastest) or `reference`; raises ConfigError for another name."""
        kernels = choose(name)
        for attention in self.attentions():
            attention.kernels = kernels
        for delta in self.delta_attentions():
            delta.kernels = kernels
        for experts in self.moe_blocks().values():
            experts.kernels = kernels
        return self

    def hidden(
        self,
        input_ids_BT: Tensor,
        *,
        cache: ModelCache | None = None,
        positions_BT: Tensor | None = None,
        starts_BT: Tensor | None = None,
    ) -> Tensor:
        """Final normalised residual stream `[B, T, D]`.

        In a packed row `starts_BT` gives the first token of each token's document. Raises RequestError for a cache
        without `positions_BT`: only the caller knows where this step begins.
        """
        if positions_BT is None:
            if cache is not None:
                raise RequestError("a step with a cache needs positions_BT: absolute positions [B, T]")
            positions_BT = torch.arange(input_ids_BT.shape[1], device=input_ids_BT.device).expand_as(input_ids_BT)
        table = rotation_table(self.config, positions_BT)
        x_BTD = self.model.embed_tokens(input_ids_BT)
        for block in self.model.layers:
            x_BTD = block(x_BTD, table, cache, positions_BT, starts_BT)
        out: Tensor = self.model.norm(x_BTD)
        return out

    def forward(
        self,
        input_ids_BT: Tensor,
        *,
        cache: ModelCache | None = None,
        positions_BT: Tensor | None = None,
        last_only: bool = False,
    ) -> Tensor:
        """Logits `[B, T, V]` float32 (`[B, 1, V]` of the last token with `last_only`).

        With a cache, `positions_BT` must give absolute positions; −1 marks a token whose result is ignored.
        """
        x_BTD = self.hidden(input_ids_BT, cache=cache, positions_BT=positions_BT)
        logits: Tensor = self.lm_head(x_BTD[:, -1:] if last_only else x_BTD)
        return logits.float()
