"""What a machine could do at most: decoding reads every active weight once a step, and reads every latent it attends
to or multiplies with it, whichever takes longer; a prompt is the network's multiplications.

Bytes are counted in the formats the weights have, whatever the engine makes of them; of the routed experts those that
a batch uses, counted from its routes where the engine's kernels tell them, else expected of even routing:
E · (1 − (1 − K/E)^B). Attention over a prompt is counted in
its expanded form, the lower triangle only, and the head not at all (one row of a prompt has its logits computed).
"""

from __future__ import annotations

from dataclasses import dataclass

from openk2.checkpoint.shapes import active, cache_bytes_per_token, state_bytes
from openk2.config import K2Config
from openk2.model import K2Model


@dataclass(frozen=True)
class WeightBytes:
    """What the weights take that a token may need."""

    always: float
    """Attention, norms, router, dense and shared feed-forward, and the head; of the embedding one row."""
    routed: float
    """All routed experts."""


@dataclass(frozen=True)
class StepWork:
    """What one step of decoding reads, in bytes, and multiplies."""

    weights: float
    latents: float
    """And the states of Kimi Delta Attention, where there are any."""
    latent_flops: float
    """Multiplications and additions of absorbed attention: every head with every latent, for scores and for values."""
    experts: float
    """Experts of a layer that the batch uses, on average."""

    def seconds(self, bandwidth: float, peak: float) -> float:
        """At least, with so many bytes and so many operations a second: weights, then latents."""
        return self.weights / bandwidth + max(self.latents / bandwidth, self.latent_flops / peak)

    def multiplies(self, bandwidth: float, peak: float) -> bool:
        """Whether it is multiplying with latents that takes longer than reading them."""
        return self.latent_flops / peak > self.latents / bandwidth


def weight_bytes(model: K2Model) -> WeightBytes:
    """Of a model as it holds its weights now."""
    config = model.config
    always = routed = 0.0
    for name, tensor in model.state_dict().items():
        if ".mlp.experts." in name:
            routed += tensor.nbytes
        elif name == "model.embed_tokens.weight" and not config.tie_word_embeddings:
            always += tensor.nbytes / config.vocab_size
        else:
            always += tensor.nbytes
    return WeightBytes(always, routed)


def expected_experts(config: K2Config, batch: int) -> float:
    """Of a layer's routed experts those that a batch of tokens uses, on average, where each is as likely."""
    E, K = config.n_routed_experts, config.num_experts_per_tok
    return E * (1 - (1 - K / E) ** batch)


def step_work(
    config: K2Config, weights: WeightBytes, *, experts: float, batch: int, known: float, latent_width: int
) -> StepWork:
    """Of `batch` sequences with `known` tokens each, whose latents take `latent_width` bytes a number and which use
    `experts` of a layer."""
    read = weights.always + weights.routed * experts / config.n_routed_experts
    latents = batch * (known * cache_bytes_per_token(config, latent_width) + state_bytes(config))
    numbers = config.num_attention_heads * (2 * config.kv_lora_rank + config.qk_rope_head_dim)
    flops = 2.0 * batch * known * numbers * len(config.latent_layers)
    return StepWork(read, latents, flops, experts)


def prompt_flops(config: K2Config, tokens: int, depth: int = 0) -> float:
    """Multiplications and additions of a prompt's tokens behind `depth` known ones."""
    pairs = tokens * depth + tokens * (tokens + 1) / 2
    widths = config.num_attention_heads * (config.qk_head_dim + config.v_head_dim)
    attention = 2.0 * widths * pairs * len(config.latent_layers)
    return 2.0 * active(config).with_neither * tokens + attention
