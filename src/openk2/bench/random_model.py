"""A model with random weights in any layout, made as fast as memory is written: codes are filled as bytes, and no
weight ever exists as float32.

The numbers are those of fresh weights (normal or uniform, with the spread of `initializer_range`); they give finite
logits, and choose experts about as unevenly as K2-nano does on a text: in the first layers a few times the mean at
most, in the last up to seven times. Everything is cut from pools of random bytes, over and over.
"""

from __future__ import annotations

import torch
from torch import Tensor

from openk2.checkpoint.formats import LAYOUTS
from openk2.checkpoint.storage import formats_of, hold
from openk2.config import K2Config
from openk2.errors import BenchError
from openk2.model import K2Model
from openk2.quantization.formats import FP8, INT4, INT8
from openk2.quantization.stored import StoredWeight

WEIGHTS = ("bf16", *LAYOUTS)
"""What weights can be held in: bfloat16, or a layout of number formats with all else in bfloat16."""
POOL = 1 << 24
"""Bytes of random content of each kind."""


def random_model(config: K2Config, weights: str) -> K2Model:
    """A model in evaluation mode. Raises BenchError for unknown weights."""
    if weights not in WEIGHTS:
        raise BenchError(f"weights is {weights!r}; accepted: {', '.join(WEIGHTS)}")
    with torch.device("meta"):
        model = K2Model(config).to(torch.bfloat16)
        for target, format in formats_of(weights, model).items() if weights in LAYOUTS else ():
            hold(model, target, format)
    model.to_empty(device="cpu")
    fill(model)
    return model.eval()


@torch.no_grad()
def fill(model: K2Model) -> None:
    """Random numbers in every weight, ones in the norms, zeros in the router's biases."""
    pools, spread = _Pools(), model.config.initializer_range
    stored = {module: name for name, module in model.named_modules() if isinstance(module, StoredWeight)}
    for weight in stored:
        pools.fill_codes(weight, spread)
    held = tuple(f"{name}." for name in stored.values())
    for name, tensor in model.state_dict().items():
        if name.startswith(held):
            continue
        if name.endswith("norm.weight"):
            tensor.fill_(1)
        elif name.endswith("e_score_correction_bias"):
            tensor.zero_()
        else:
            pools.fill_floats(tensor, spread)


class _Pools:
    """Random content, drawn once."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        bytes_N = torch.randint(0, 256, (POOL,), dtype=torch.uint8, generator=generator)
        self._normal_N = torch.randn(POOL // 4, generator=generator)
        # FP8 without its two NaN; INT8 without −128, which the grid does not use.
        fp8_N = torch.where((bytes_N & 0x7F) == 0x7F, bytes_N - 1, bytes_N)
        int8_N = bytes_N.view(torch.int8).clamp(min=-127)
        self._codes: dict[str, tuple[Tensor, float]] = {
            FP8.name: (fp8_N, _deviation(fp8_N.view(torch.float8_e4m3fn))),
            INT8.name: (int8_N, _deviation(int8_N)),
            INT4.name: (bytes_N, _deviation(bytes_N & 15)),
        }
        """Format → content, and the standard deviation of its codes."""

    def fill_floats(self, tensor: Tensor, spread: float) -> None:
        """Normal numbers of that spread."""
        _repeat((self._normal_N * spread).to(tensor.dtype), tensor)

    def fill_codes(self, weight: StoredWeight, spread: float) -> None:
        """Codes that are any bytes the format allows, and the scale that gives them the spread."""
        pool_N, deviation = self._codes[weight.format.name]
        _repeat(pool_N.view(weight.codes.dtype), weight.codes)
        weight.scales.fill_(spread / deviation)


def _deviation(codes_N: Tensor) -> float:
    return float(codes_N.float().std())


def _repeat(pool_N: Tensor, tensor: Tensor) -> None:
    """The pool, over and over."""
    flat_N = tensor.view(-1)
    for part_n in flat_N.split(len(pool_N)):
        part_n.copy_(pool_N[: len(part_n)])
