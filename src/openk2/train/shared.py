"""What the workers of one machine share: parameters, gradients, counts. Plain tensors in shared memory, one barrier.

Each worker adds up gradients of its rows in its own row of `gradients_WP`, and owns a part of the parameters: it sums
that part over the workers in rank order (so the sum does not depend on who owns it) and updates it for everybody.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier, Event

import torch
from torch import Tensor
from torch.multiprocessing import get_context

from openk2.model import K2Model
from openk2.optim.muonclip import as_matrices, takes_muon

CONTEXT = get_context("spawn")
"""Workers start fresh, with the allocator settings of their environment."""


@dataclass
class Shared:
    """Everything two workers both touch. W workers, P numbers of all parameters, L layers, H heads, E experts."""

    master: K2Model
    """Float32 weights; the optimiser works on these."""
    compute: K2Model
    """What forward and backward run on: `master` itself, or its copy in a narrower type."""
    gradients_WP: Tensor
    totals_W2: Tensor
    """Per worker: Σ weight · loss in nats, Σ weight."""
    squares_W: Tensor
    """Per worker: squared norm of the gradient part it owns."""
    clipped_W: Tensor
    """Per worker: heads QK-Clip rescaled in this step."""
    max_logit_WLH: Tensor
    load_WLE: Tensor
    """Tokens per expert in this step; zeros in dense layers."""
    evaluation_WK2: Tensor
    """Per worker and held-out kind: Σ loss in nats, tokens."""
    owners: list[list[str]]
    """Names of the parameters each worker owns."""
    slices: dict[str, slice]
    """Parameter name → its place in P."""
    stopping: Tensor
    """[1]: not 0 once all workers are to stop after the current step."""
    barrier: Barrier
    stop: Event
    """Set from outside to ask for a stop."""


class Seen:
    """What all workers together saw in one step; taken while nobody writes, since the next step begins at once."""

    def __init__(self, shared: Shared) -> None:
        losses, weight = shared.totals_W2.sum(0).tolist()
        self.weight: float = max(weight, 1.0)
        """Σ loss weights of the step's predictions."""
        self.loss: float = losses / self.weight
        """Nats per prediction."""
        self.max_logit_LH = shared.max_logit_WLH.amax(0)
        self.load_LE = shared.load_WLE.sum(0)
        self.grad_norm = 0.0
        self.clipped_heads = 0
        """Heads QK-Clip rescaled after the step."""


def share(master: K2Model, workers: int, dtype: torch.dtype, kinds: int) -> Shared:
    """Put a model into shared memory for so many workers; `kinds` held-out kinds will be measured."""
    master.share_memory()
    compute = master if dtype == torch.float32 else copy.deepcopy(master).to(dtype).share_memory()
    if compute is not master:
        for mine, theirs in zip(compute.moe_blocks().values(), master.moe_blocks().values(), strict=True):
            mine.gate.e_score_correction_bias = theirs.gate.e_score_correction_bias
    slices, end = {}, 0
    for name, parameter in master.named_parameters():
        slices[name] = slice(end, end + parameter.numel())
        end += parameter.numel()
    c = master.config
    L = c.num_hidden_layers

    def zeros(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        tensor: Tensor = torch.zeros(shape, dtype=dtype).share_memory_()
        return tensor

    return Shared(
        master,
        compute,
        zeros(workers, end),
        zeros(workers, 2, dtype=torch.float64),
        zeros(workers, dtype=torch.float64),
        zeros(workers, dtype=torch.int64),
        zeros(workers, L, c.num_attention_heads),
        zeros(workers, L, c.n_routed_experts, dtype=torch.int64),
        zeros(workers, max(kinds, 1), 2, dtype=torch.float64),
        divide(master, workers),
        slices,
        zeros(1, dtype=torch.int64),
        CONTEXT.Barrier(workers),
        CONTEXT.Event(),
    )


def divide(model: K2Model, workers: int) -> list[list[str]]:
    """Parameters to owners, about equal in optimiser work. A layer's query and key weights have one owner (QK-Clip)."""
    groups: dict[str, list[str]] = {}
    costs: dict[str, float] = {}
    for name, parameter in model.named_parameters():
        layer = name.split(".self_attn.")[0] if ".self_attn.q_" in name or ".kv_b_proj" in name else None
        group = f"{layer}.heads" if layer else name
        cost = float(parameter.numel())
        if takes_muon(name, parameter):
            batch, n, m = as_matrices(name, parameter).shape
            cost += 5.0 * batch * (4 * min(n, m) ** 2 * max(n, m) + 2 * min(n, m) ** 3) / 100
        groups.setdefault(group, []).append(name)
        costs[group] = costs.get(group, 0.0) + cost
    owners: list[list[str]] = [[] for _ in range(workers)]
    loads = [0.0] * workers
    for group in sorted(groups, key=lambda item: (-costs[item], item)):
        lightest = loads.index(min(loads))
        owners[lightest] += groups[group]
        loads[lightest] += costs[group]
    return owners
