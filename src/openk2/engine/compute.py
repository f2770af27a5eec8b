"""Who computes a model's steps: the kernels in C++ where they can, else PyTorch. Both give a request the same tokens in
any company, each its own.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import torch
from torch import nn

from openk2.engine.cache import PagePool
from openk2.engine.expert_cache import ExpertCache
from openk2.engine.forward import Forward
from openk2.engine.native_forward import NativeForward
from openk2.kernels.native import native
from openk2.kernels.native.library import Level
from openk2.model import K2Model
from openk2.quantization.formats import INT4
from openk2.quantization.stored import StoredWeight

Compute = Forward | NativeForward

log = logging.getLogger("openk2.engine")


def compute(
    model: K2Model,
    pool: PagePool,
    max_context: int,
    *,
    kernels: str = "auto",
    threads: int | None = None,
    exact: bool = False,
    consume: bool = False,
    experts: ExpertCache | None = None,
) -> Compute:
    """What runs `model` over the pool's pages.

    `kernels`: `auto`, `reference`, or a native level; `threads`: of the native kernels (None: as many as PyTorch has);
    `exact`: whether integer weights meet bfloat16 activations instead of int8 ones (slower; what that gains is measured
    by benchmarks/activation_width.py); `consume`: the model's weights are let go of as they are copied; `experts`:
    where routed experts come from (None: from the model). Raises ConfigError for a level that is not there.
    """
    level = native(kernels)
    if level is None:
        return Forward(model, pool, max_context, experts)
    why_not = next(_obstacles(model, pool, experts), None)
    if why_not is not None:
        log.warning("the model runs on the reference path: %s", why_not)
        return Forward(model, pool, max_context, experts)
    level.library.threads = torch.get_num_threads() if threads is None else threads
    return NativeForward(model, pool, max_context, level, exact=exact, consume=consume, experts=experts)


def level_of(forward: Compute) -> Level | None:
    """The native level that computes, None for PyTorch."""
    return forward.level if isinstance(forward, NativeForward) else None


def _obstacles(model: K2Model, pool: PagePool, experts: ExpertCache | None) -> Iterator[str]:
    """What the kernels cannot do with this model."""
    if pool.latents_LSC.device.type != "cpu":
        yield f"its weights are on {pool.latents_LSC.device}"
    floats: tuple[torch.dtype, ...] = (torch.float32, torch.bfloat16)
    for name, weight in _weights(model):
        if not isinstance(weight, StoredWeight):
            what, dtype, accepted = "numbers", weight.dtype, floats
        else:
            what, dtype = "scales", weight.scales.dtype
            accepted = floats[1:] if weight.format.name == "int4" else floats
        if dtype not in accepted:
            yield f"{name} has {what} of type {dtype}; the kernels take {' and '.join(map(str, accepted))}"
    for layer, layout in experts.files.layouts.items() if experts is not None else ():
        for matrix in layout.matrices:
            if matrix.format is INT4 and matrix.scales_dtype != torch.bfloat16:
                yield f"layer {layer} has experts with scales of type {matrix.scales_dtype}; the kernels take bfloat16"


def _weights(model: K2Model) -> Iterator[tuple[str, nn.Parameter | StoredWeight]]:
    yield from model.named_parameters()
    yield from ((name, module) for name, module in model.named_modules() if isinstance(module, StoredWeight))
