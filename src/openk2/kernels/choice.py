"""Which form of each operation a model uses: the fast one, or the readable reference when somebody distrusts it.

These are forms in PyTorch: they have gradients and run on any device. The kernels in C++ (`native/`) have none, so they
are no third row here: whoever computes without gradients asks `native.native(name)` with the same name for a level, and
where that is None computes with the forms chosen here. A name means the same to both: `reference` switches both fast
ways off, a level's name switches on the native one and leaves `auto` here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from openk2.kernels import attention, cross_entropy, delta_rule, experts, reference
from openk2.kernels.native.choice import asked
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
    """The forms for `auto`, `reference` or a native level's name; raises ConfigError for another one.

    `OPENK2_KERNELS` says what `auto` means.
    """
    return REFERENCE if asked(name) == REFERENCE.name else AUTO
