"""Which weights of a model are held in which number format, and putting them there.

Held so can be the matrices of linear layers and of the routed experts. Embedding, router and norms stay floats.
"""

from __future__ import annotations

import torch
from torch import nn

from openk2.checkpoint.formats import LAYOUTS
from openk2.checkpoint.layout import disk_tensors
from openk2.errors import CheckpointError
from openk2.model import K2Model
from openk2.model.experts import Experts
from openk2.model.linear import Linear
from openk2.quantization.formats import Format
from openk2.quantization.stored import StoredLinear, StoredWeight


def storable(model: K2Model) -> set[str]:
    """Names in the state dict of the weights that can be held in a number format."""
    names = set()
    for name, module in model.named_modules():
        if isinstance(module, Linear):
            names.add(f"{name}.weight")
        elif isinstance(module, Experts):
            names |= {f"{name}.gate_up_EFD", f"{name}.down_EDF"}
    return names


def formats_of(layout: str, model: K2Model) -> dict[str, Format]:
    """Name in the state dict → format, of the weights that the layout does not leave floats. Raises CheckpointError."""
    if layout not in LAYOUTS:
        raise CheckpointError(f"unknown layout of weights {layout!r}; accepted: {', '.join(LAYOUTS)}")
    format, holds = LAYOUTS[layout]
    can = storable(model)
    return {t.target: format for t in disk_tensors(model.state_dict()) if t.target in can and holds(t)}


def hold(model: K2Model, target: str, format: Format, scales_dtype: torch.dtype | None = None) -> StoredWeight:
    """Put an unset stored weight in the place of a float one, on the same device, dequantised to the same type."""
    path, _, attribute = target.rpartition(".")
    module = model.get_submodule(path)
    weight = getattr(module, attribute)
    assert isinstance(weight, nn.Parameter)
    *lead, rows, inputs = weight.shape
    if attribute == "gate_up_EFD":
        lead, rows = [*lead, 2], rows // 2
    stored = StoredWeight(
        format,
        rows,
        inputs,
        lead=tuple(lead),
        dtype=weight.dtype,
        scales_dtype=scales_dtype,
        device=weight.device,
    )
    if isinstance(module, Linear):
        above, _, name = path.rpartition(".")
        setattr(model.get_submodule(above), name, StoredLinear(stored))
    else:
        delattr(module, attribute)
        setattr(module, attribute, stored)
    return stored


def quantise_model(model: K2Model, layout: str) -> K2Model:
    """Hold a float model's weights in a layout of `LAYOUTS`, in place, one after the other; returns the model.

    Raises CheckpointError for an unknown layout, and for a weight that is not finite (nothing is changed by then).
    """
    formats = formats_of(layout, model)
    state = model.state_dict()
    for target in formats:
        if not state[target].isfinite().all():
            raise CheckpointError(f"tensor {target} has numbers that are NaN or infinite; it cannot be quantised")
    del state
    for target, format in formats.items():
        weight = model.get_parameter(target).detach()
        hold(model, target, format).quantise_(weight)
    return model
