"""MuonClip, the optimiser of Kimi K2 (arXiv 2507.20534, algorithm 1), as a torch optimiser over a K2Model.

Matrices (projections, each expert's three, the router) take Muon; embedding, head and norm weights take AdamW with the
same learning rate and weight decay; then QK-Clip. State is kept per parameter under its released name, so a checkpoint
can be read by any number of owners.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from openk2.model import K2Model
from openk2.optim import muon
from openk2.optim.qk_clip import TAU, clip_heads

STACKED_NUMBERS = 64_000_000
"""Most numbers orthogonalised as one batch; bounds the memory of a step."""
DECAYS = ("A_log", "dt_bias")
"""What sets how fast Kimi Delta Attention forgets; weight decay would pull it towards one fixed speed."""


def takes_muon(name: str, parameter: Tensor) -> bool:
    """Whether a parameter is updated as a matrix: all but embedding, head, norms and the vectors of Kimi Delta
    Attention (decays, and the short convolutions, which are one vector per channel)."""
    vectors = parameter.ndim < 2 or name.endswith(("conv1d.weight", "A_log"))
    return not vectors and name not in ("model.embed_tokens.weight", "lm_head.weight")


def as_matrices(name: str, tensor: Tensor) -> Tensor:
    """A view `[B, n, m]` of a parameter (or its gradient, its momentum) as the matrices of the checkpoint."""
    if name.endswith("experts.gate_up_EFD"):
        E, FF, D = tensor.shape
        return tensor.view(2 * E, FF // 2, D)
    return tensor if tensor.ndim == 3 else tensor[None]


class MuonClip(Optimizer):
    """Muon + AdamW + QK-Clip.

    Parameters
    ----------
    model: the network; its attention blocks report their largest logits while training.
    lr: peak rate, the same for both parts (K2: 2e-4 at 67M tokens a batch; small batches of small models take more).
    embedding_lr: factor on `lr` for embedding and head.
    only: names of the parameters to own (None: all); the others are left to other owners.
    orthogonal_dtype: type Newton-Schulz computes in; bfloat16 where the processor multiplies it faster.
    """

    def __init__(
        self,
        model: K2Model,
        lr: float = 2e-4,
        *,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        betas: tuple[float, float] = (0.9, 0.95),
        eps: float = 1e-8,
        embedding_lr: float = 1.0,
        tau: float | None = TAU,
        only: Collection[str] | None = None,
        orthogonal_dtype: torch.dtype = torch.bfloat16,
    ) -> None:
        self.model, self.tau, self.orthogonal_dtype = model, tau, orthogonal_dtype
        named = [(n, p) for n, p in model.named_parameters() if only is None or n in only]
        embeddings = ("model.embed_tokens.weight", "lm_head.weight")
        rest = [(n, p) for n, p in named if not takes_muon(n, p) and n not in embeddings]
        groups: list[dict[str, Any]] = [
            {"part": "muon", "lr_factor": 1.0, "named": [(n, p) for n, p in named if takes_muon(n, p)]},
            {"part": "adamw", "lr_factor": embedding_lr, "named": [(n, p) for n, p in named if n in embeddings]},
            {"part": "adamw", "lr_factor": 1.0, "named": [(n, p) for n, p in rest if not n.endswith(DECAYS)]},
            {"part": "adamw", "lr_factor": 1.0, "named": [(n, p) for n, p in rest if n.endswith(DECAYS)]},
        ]
        groups[-1]["weight_decay"] = 0.0
        for group in groups:
            group["names"] = [n for n, _ in group["named"]]
            group["params"] = [p for _, p in group.pop("named")]
        defaults = {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "betas": betas, "eps": eps}
        super().__init__([group for group in groups if group["params"]], defaults)
        self.layers = [
            layer
            for layer in model.config.latent_layers
            if only is None or f"model.layers.{layer}.self_attn.kv_b_proj.weight" in only
        ]
        """Layers whose query and key weights are owned here, so that QK-Clip is applied here."""
        self.steps = 0
        """Updates made so far; AdamW's bias correction counts with it."""

    def set_lr(self, lr: float) -> None:
        """The learning rate of the next step, in every group."""
        for group in self.param_groups:
            group["lr"] = lr

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """One update from the gradients in `.grad` (parameters without one are left alone)."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.steps += 1
        for group in self.param_groups:
            (self._muon if group["part"] == "muon" else self._adamw)(group)
        return loss

    @torch.no_grad()
    def clip(self, max_logit_LH: Tensor | None = None) -> int:
        """QK-Clip on the owned layers, from the logits given or those the blocks saw; returns heads clipped."""
        if self.tau is None:
            return 0
        clipped = 0
        for attention in self.model.attentions():
            if attention.layer not in self.layers:
                continue
            seen = attention.max_logit_H if max_logit_LH is None else max_logit_LH[attention.layer]
            clipped += 0 if seen is None else clip_heads(attention, seen, self.tau)
        return clipped

    def _muon(self, group: dict[str, Any]) -> None:
        momentum, decay = group["momentum"], 1 - group["lr"] * group["lr_factor"] * group["weight_decay"]
        by_shape: dict[tuple[int, int], list[tuple[Tensor, Tensor]]] = defaultdict(list)
        for name, p in zip(group["names"], group["params"], strict=True):
            if p.grad is None:
                continue
            state = self.state[p]
            if not state:
                state["momentum"] = torch.zeros_like(p, dtype=torch.float32)
            gradient = p.grad.float()
            state["momentum"].lerp_(gradient, 1 - momentum)
            update = as_matrices(name, gradient.lerp(state["momentum"], momentum))
            by_shape[(update.shape[-2], update.shape[-1])].append((as_matrices(name, p), update))
        for (n, m), members in by_shape.items():
            rate = group["lr"] * group["lr_factor"] * muon.scale(n, m)
            for chunk in _chunks(members, n * m):
                orthogonal = muon.orthogonalize(torch.cat([update for _, update in chunk]), self.orthogonal_dtype)
                sizes = [update.shape[0] for _, update in chunk]
                for (p_Bnm, _), part in zip(chunk, orthogonal.split(sizes), strict=True):
                    p_Bnm.mul_(decay).add_(part.to(p_Bnm.dtype), alpha=-rate)

    def _adamw(self, group: dict[str, Any]) -> None:
        beta1, beta2 = group["betas"]
        lr = group["lr"] * group["lr_factor"]
        for p in group["params"]:
            if p.grad is None:
                continue
            state = self.state[p]
            if not state:
                state["mean"] = torch.zeros_like(p, dtype=torch.float32)
                state["square"] = torch.zeros_like(p, dtype=torch.float32)
            gradient = p.grad.float()
            state["mean"].lerp_(gradient, 1 - beta1)
            state["square"].lerp_(gradient.square(), 1 - beta2)
            root = (state["square"] / (1 - beta2**self.steps)).sqrt_().add_(group["eps"])
            p.mul_(1 - lr * group["weight_decay"])
            p.addcdiv_(state["mean"], root, value=-lr / (1 - beta1**self.steps))

    def named_state(self) -> dict[str, Tensor]:
        """Optimiser state as flat tensors, `NAME/momentum`, `NAME/mean`, `NAME/square`; empty before the first step."""
        return {
            f"{name}/{key}": value
            for group in self.param_groups
            for name, p in zip(group["names"], group["params"], strict=True)
            for key, value in self.state.get(p, {}).items()
        }

    def load_named_state(self, tensors: dict[str, Tensor], steps: int) -> None:
        """Put back what `named_state` gave; tensors of parameters owned elsewhere are ignored."""
        self.steps = steps
        for group in self.param_groups:
            keys = ("momentum",) if group["part"] == "muon" else ("mean", "square")
            for name, p in zip(group["names"], group["params"], strict=True):
                found = {key: tensors[f"{name}/{key}"].clone() for key in keys if f"{name}/{key}" in tensors}
                if found:
                    self.state[p] = found


def _chunks(members: list[tuple[Tensor, Tensor]], numbers: int) -> list[list[tuple[Tensor, Tensor]]]:
    """The members in runs of at most STACKED_NUMBERS numbers, each run at least one member."""
    chunks: list[list[tuple[Tensor, Tensor]]] = []
    used = STACKED_NUMBERS + 1
    for member in members:
        size = member[1].shape[0] * numbers
        if used + size > STACKED_NUMBERS:
            chunks.append([])
            used = 0
        chunks[-1].append(member)
        used += size
    return chunks
