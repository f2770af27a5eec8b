"""Rounding in training: forward is the exporter's grid bit by bit, backward is the identity."""

import pytest
import torch

from openk2.quantization.fake import fake_quantise
from openk2.quantization.formats import FORMATS, Format


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_forward_is_the_grid_and_the_gradient_passes_unchanged(format: Format, dtype: torch.dtype) -> None:
    weight = torch.randn(3, 150, 70, generator=torch.Generator().manual_seed(0)).to(dtype).requires_grad_()
    rounded = fake_quantise(weight, format)
    for matrix, exact in zip(rounded, weight, strict=True):
        assert torch.equal(matrix, format.dequantise(*format.quantise(exact), 70, dtype))
    assert rounded.dtype == dtype
    assert not torch.equal(rounded, weight)
    gradient = torch.randn(weight.shape, generator=torch.Generator().manual_seed(1)).to(dtype)
    rounded.backward(gradient)
    assert torch.equal(weight.grad, gradient)


def test_rounding_twice_is_rounding_once() -> None:
    rounded = fake_quantise(torch.randn(40, 96, generator=torch.Generator().manual_seed(0)), FORMATS["int4"])
    assert torch.equal(fake_quantise(rounded, FORMATS["int4"]), rounded)
