"""Models with random weights: held as asked, of the size of their format, with logits a network can have."""

from __future__ import annotations

import pytest
import torch

from openk2.bench.random_model import WEIGHTS, random_model
from openk2.checkpoint.shapes import format_bytes
from openk2.config import K2Config
from openk2.errors import BenchError
from openk2.model import K2Model
from openk2.quantization.stored import StoredLinear, StoredWeight

DEBUG = K2Config.preset("k2-debug")


def nbytes(model: K2Model) -> int:
    """Of all tensors but the sizes of stored weights."""
    return sum(tensor.nbytes for name, tensor in model.state_dict().items() if not name.endswith(".size"))


@pytest.mark.parametrize("weights", WEIGHTS)
def test_logits_are_those_of_fresh_weights(weights: str) -> None:
    model = random_model(DEBUG, weights)
    fresh = K2Model(DEBUG).initialize(0).eval()
    ids_BT = torch.arange(64)[None]
    with torch.inference_mode():
        made, expected = model(ids_BT), fresh(ids_BT)
    assert made.isfinite().all()
    assert float(made.std()) == pytest.approx(float(expected.std()), rel=0.3)


@pytest.mark.parametrize(("weights", "sizes_in_files"), [("bf16", 0), ("fp8", 0), ("int4", 2 * 8 * 3)])
def test_memory_is_that_of_the_format(weights: str, sizes_in_files: int) -> None:
    in_files = sum(
        format_bytes(DEBUG, weights).values()
    )  # there every INT4 matrix has its size in eight bytes beside it
    assert nbytes(random_model(DEBUG, weights)) == in_files - 8 * sizes_in_files


def test_what_a_layout_holds() -> None:
    model = random_model(DEBUG, "int4")
    experts = model.moe_blocks()[1].experts
    assert isinstance(experts.down_EDF, StoredWeight)
    assert isinstance(experts.gate_up_EFD, StoredWeight)
    assert not isinstance(model.lm_head, StoredLinear)
    assert isinstance(random_model(DEBUG, "int4-all").lm_head, StoredLinear)


def test_experts_are_chosen_about_evenly() -> None:
    model = random_model(DEBUG, "bf16")
    x_ND = torch.randn(2000, DEBUG.hidden_size, dtype=torch.bfloat16)
    for block in model.moe_blocks().values():
        share_E = block.gate(x_ND)[0].flatten().bincount(minlength=DEBUG.n_routed_experts) / 4000
        assert float(share_E.max()) < 2 / DEBUG.n_routed_experts
        assert float(share_E.min()) > 0.4 / DEBUG.n_routed_experts


def test_unknown_weights_are_refused() -> None:
    with pytest.raises(BenchError, match="accepted: bf16, fp8, int4, int4-all, int8"):
        random_model(DEBUG, "int3")
