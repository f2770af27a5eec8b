"""Fused small operations change speed, not results."""

import shutil

import pytest
import torch

from openk2.config import K2Config
from openk2.errors import TrainError
from openk2.model import K2Model
from openk2.train.compiled import compile_small_operations


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")
def test_a_compiled_model_has_the_same_loss_and_gradients() -> None:
    ids = torch.randint(200, (2, 16), generator=torch.Generator().manual_seed(0))
    plain = K2Model(K2Config.preset("k2-debug")).initialize(1).train()
    fused = K2Model(K2Config.preset("k2-debug")).initialize(1).train()
    compile_small_operations(fused)
    for model in (plain, fused):
        model(ids).logsumexp(-1).sum().backward()
    for (name, ours), (_, theirs) in zip(fused.named_parameters(), plain.named_parameters(), strict=True):
        if theirs.grad is not None:
            torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-3, atol=1e-5, msg=name)


def test_without_a_compiler_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing() -> str:
        raise RuntimeError("no compiler")

    monkeypatch.setattr("torch._inductor.cpp_builder.get_cpp_compiler", nothing)
    with pytest.raises(TrainError, match=r"compute.compile needs a C\+\+ compiler; install g\+\+ or set it to false"):
        compile_small_operations(K2Model(K2Config.preset("k2-debug")))
