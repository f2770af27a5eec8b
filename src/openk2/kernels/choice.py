"""Which form of each operation a model uses: the fast one, or the readable reference when somebody distrusts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from openk2.errors import ConfigError
from openk2.kernels import attention, cross_entropy, delta_rule, experts, reference
from openk2.kernels.reference import ExpertMatrices


@dataclass(frozen=True)
class Kernels:
    """One form of every operation; signatures and results are those of `openk2.kernels.reference`."""

    name: str
    """What chose it: `auto` or `reference`."""
    causal_attention: Callable[[Tensor, Tensor, Tensor, float, Tensor | None], tuple[Tensor, Tensor]]
    """Attention within a step, without a cache."""
    delta_rule: Callable[[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
    """Kimi Delta Attention over a step, from and to its state."""
    routed_experts: Callable[[Tensor, ExpertMatrices, ExpertMatrices, Tensor, Tensor], Tensor]
    """Weighted sum of each token's chosen experts."""
    linear_cross_entropy: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
    """Head and loss in one."""


AUTO = Kernels(
    name="auto",
    causal_attention=attention.causal_attention,
    delta_rule=delta_rule.delta_rule,
    routed_experts=experts.routed_experts,
    linear_cross_entropy=cross_entropy.linear_cross_entropy,
)
"""The fastest form there is for this machine."""

REFERENCE = Kernels(
    name="reference",
    causal_attention=reference.causal_attention,
    delta_rule=reference.delta_rule,
    routed_experts=reference.routed_experts,
    linear_cross_entropy=reference.linear_cross_entropy,
)
"""Plain PyTorch, ten lines each."""


def choose(name: str) -> Kernels:
    """The kernels of that name; raises ConfigError for an unknown one."""
    for kernels in (AUTO, REFERENCE):
        if kernels.name == name:
            return kernels
    raise ConfigError(f"unknown kernels {name!r}; accepted: {AUTO.name}, {REFERENCE.name}")
