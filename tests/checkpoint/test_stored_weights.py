"""Weights held as the files hold them: the same model, in the memory of its format, and the same bits when saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from released_files import SHAPE, write_plain, write_release
from safetensors.torch import load_file
from torch import Tensor

from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint import load, save_model
from openk2.checkpoint.formats import LAYOUTS
from openk2.checkpoint.storage import quantise_model
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.errors import CheckpointError
from openk2.model import ContiguousCache, K2Model
from openk2.quantization.stored import StoredLinear, StoredWeight

TOLERANCE = 1e-4
FORMATS = ["fp8", "int4"]


@pytest.fixture(scope="module")
def ids() -> Tensor:
    """Two rows of 21 tokens."""
    return torch.randint(SHAPE.vocab_size, (2, 21), generator=torch.Generator().manual_seed(9))


@pytest.fixture(scope="module", params=FORMATS)
def released(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A quantised checkpoint, and the same weights in float32 as an independent decoder reads them."""
    directory = tmp_path_factory.mktemp(request.param)
    write_plain(directory / "plain", write_release(directory / "released", request.param))
    return directory / "released", directory / "plain"


@pytest.fixture(scope="module")
def their_logits(released: tuple[Path, Path], ids: Tensor) -> Tensor:
    """What transformers computes in float32 from the independently decoded weights."""
    transformers = pytest.importorskip("transformers")
    theirs, report = transformers.AutoModelForCausalLM.from_pretrained(released[1], output_loading_info=True)
    assert not any(report.values()), report
    with torch.no_grad():
        logits: Tensor = theirs.eval()(ids).logits
    assert logits.abs().max() > 1
    return logits


def stored_weights(model: K2Model) -> dict[str, StoredWeight]:
    """All weights a model holds in a number format."""
    return {name: module for name, module in model.named_modules() if isinstance(module, StoredWeight)}


@torch.no_grad()
@pytest.mark.parametrize("kernels", ["auto", "reference"])
@pytest.mark.parametrize("weights", ["stored", "float"])
def test_logits_are_transformers_of_the_independently_decoded_weights(
    released: tuple[Path, Path], ids: Tensor, their_logits: Tensor, weights: str, kernels: str
) -> None:
    model = load(released[0], weights=weights, kernels=kernels)
    assert bool(stored_weights(model)) == (weights == "stored")
    assert (model(ids) - their_logits).abs().max() <= TOLERANCE


@torch.no_grad()
def test_prefill_in_chunks_and_absorbed_decode_are_the_same(
    released: tuple[Path, Path], ids: Tensor, their_logits: Tensor
) -> None:
    model = load(released[0], weights="stored")
    cache = ContiguousCache(model.config, *ids.shape)
    assert model.attentions()[0].absorb_up_to >= 1
    steps = ids.split([12, 4, 1, 1, 1, 1, 1], 1)
    logits = torch.cat([model(s, cache=cache, positions_BT=cache.positions(s.shape[1])) for s in steps], 1)
    assert (logits - their_logits).abs().max() <= TOLERANCE


def test_the_reference_engine_gives_the_tokens_of_the_dequantised_model(released: tuple[Path, Path]) -> None:
    prompts = [[7, 8, 9], list(range(40, 75)), [3] * 17]
    answers = {}
    for weights in ("float", "stored"):
        model = load(released[0], weights=weights)
        with Engine(model, Tokenizer.bytes_only(), max_context=128, kernels="reference") as engine:
            done = engine.generate(prompts, SamplingParams(temperature=0.0, max_tokens=20))
            answers[weights] = [completion.ids for completion in done]
    assert answers["stored"] == answers["float"]
    assert len(set(answers["float"])) == 3


def test_memory_is_that_of_the_files(released: tuple[Path, Path]) -> None:
    model = load(released[0], weights="stored")
    files = load_file(released[0] / "model.safetensors")
    held = sum(weight.codes.nbytes + weight.scales.nbytes for weight in stored_weights(model).values())
    quantised = {name for name in files if name.endswith(("_scale_inv", "_packed", "_scale"))}
    quantised |= {name.removesuffix("_scale_inv") for name in quantised if name.endswith("_scale_inv")}
    assert held == sum(files[name].nbytes for name in quantised)
    everything = sum(tensor.nbytes for name, tensor in model.state_dict().items() if not name.endswith(".size"))
    assert everything == sum(tensor.nbytes for name, tensor in files.items() if not name.endswith("_shape"))


def test_saving_writes_the_same_bits(released: tuple[Path, Path], tmp_path: Path) -> None:
    first = load_file(released[0] / "model.safetensors")
    format = "fp8" if any(name.endswith("_scale_inv") for name in first) else "int4"
    if format == "int4":
        words = torch.cat([t.flatten() for name, t in first.items() if name.endswith("_packed")])
        assert ((words & 15) == 0).any()  # −8, which our own grid never makes
    save_model(load(released[0], weights="stored"), tmp_path, format=format)
    second = load_file(tmp_path / "model.safetensors")
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        if name.endswith("_shape"):
            assert tensor.tolist() == second[name].tolist()
        elif name.endswith(("_scale_inv", "_packed", "_scale")) or tensor.dtype == torch.float8_e4m3fn:
            assert tensor.dtype == second[name].dtype, name
            assert torch.equal(tensor.view(torch.uint8), second[name].view(torch.uint8)), name


def test_saving_stored_weights_as_floats_writes_what_they_stand_for(
    released: tuple[Path, Path], tmp_path: Path
) -> None:
    save_model(load(released[0], weights="stored"), tmp_path, format="fp32")
    written, plain = (load_file(directory / "model.safetensors") for directory in (tmp_path, released[1]))
    assert written.keys() == plain.keys()
    assert all(torch.equal(written[name], plain[name]) for name in plain)


@torch.no_grad()
def test_bfloat16_is_computed_from_weights_rounded_once(tmp_path: Path, ids: Tensor) -> None:
    write_release(tmp_path, "int4", plain=torch.bfloat16)
    stored, floats = load(tmp_path, weights="stored"), load(tmp_path)
    assert floats.lm_head.weight.dtype == torch.bfloat16
    experts, dense = (model.moe_blocks()[1].experts for model in (stored, floats))
    for expert in range(SHAPE.n_routed_experts):
        assert torch.equal(experts.gate_up_EFD[expert], dense.gate_up_EFD[expert])
        assert torch.equal(experts.down_EDF[expert], dense.down_EDF[expert])
    assert (stored(ids) - floats(ids)).abs().max() <= 0.02 * floats(ids).abs().max()


@torch.no_grad()
def test_to_another_type_leaves_codes_and_scales_alone(released: tuple[Path, Path], ids: Tensor) -> None:
    model = load(released[0], weights="stored")
    before = {name: (weight.codes.clone(), weight.scales.clone()) for name, weight in stored_weights(model).items()}
    model.to(torch.bfloat16)
    for name, weight in stored_weights(model).items():
        codes, scales = before[name]
        assert weight.dtype == torch.bfloat16
        assert torch.equal(weight.codes.view(torch.uint8), codes.view(torch.uint8))
        assert torch.equal(weight.scales, scales)
        assert weight.scales.dtype == scales.dtype
    assert model(ids).isfinite().all()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_quantising_in_memory_and_on_the_way_in_give_the_same_model(layout: str, tmp_path: Path, ids: Tensor) -> None:
    made = K2Model(SHAPE).initialize(3).eval()
    save_model(made, tmp_path, format="fp32")
    loaded = load(tmp_path, weights=layout)
    quantise_model(made, layout)
    ours, theirs = made.state_dict(), loaded.state_dict()
    assert ours.keys() == theirs.keys()
    for name, tensor in ours.items():
        assert torch.equal(tensor.view(torch.uint8), theirs[name].view(torch.uint8)), name
    with torch.no_grad():
        assert torch.equal(made(ids), loaded(ids))


def test_layouts_hold_what_they_say() -> None:
    held = {layout: set(stored_weights(quantise_model(K2Model(SHAPE).initialize(), layout))) for layout in LAYOUTS}
    experts = {f"model.layers.{i}.mlp.experts.{part}" for i in (1, 2) for part in ("gate_up_EFD", "down_EDF")}
    assert held["int4"] == experts
    assert held["int8"] == held["int4-all"] == held["fp8"] | {"lm_head.weight"}
    assert held["fp8"] > experts | {"model.layers.0.mlp.up_proj.weight", "model.layers.2.self_attn.kv_b_proj.weight"}
    assert not [name for name in held["int8"] if "norm" in name or "embed" in name or ".gate." in name]


@torch.no_grad()
@pytest.mark.parametrize(("layout", "off"), [("int8", 0.01), ("fp8", 0.03), ("int4", 0.12), ("int4-all", 0.12)])
def test_a_held_weight_is_near_the_weight(layout: str, off: float) -> None:
    model = K2Model(SHAPE).initialize(3)
    exact = dict(model.named_parameters())
    held = stored_weights(quantise_model(model, layout))
    for name, weight in held.items():
        assert 0 < (weight.dense() - exact[name]).norm() / exact[name].norm() < off, name


def test_a_model_with_numbers_that_are_not_finite_is_not_quantised() -> None:
    model = K2Model(SHAPE).initialize()
    with torch.no_grad():
        model.model.layers[2].self_attn.o_proj.weight[3, 4] = float("nan")
    with pytest.raises(CheckpointError, match=r"layers\.2\.self_attn\.o_proj\.weight has numbers that are NaN"):
        quantise_model(model, "fp8")
    assert not stored_weights(model)
    with pytest.raises(CheckpointError, match="unknown layout of weights 'int2'; accepted: fp8, int4, int4-all, int8"):
        quantise_model(model, "int2")


def test_a_gradient_passes_through_stored_weights(ids: Tensor) -> None:
    exact = K2Model(SHAPE).initialize(3).eval()
    model = quantise_model(exact, "int8")
    model(ids).square().sum().backward()
    gradient = model.model.embed_tokens.weight.grad
    assert gradient is not None
    assert gradient.isfinite().all()
    assert gradient.abs().max() > 0


def test_a_stored_layer_is_the_product_with_its_dense_weight() -> None:
    made = K2Model(K2Config.preset("k2-debug").replace(vocab_size=70_000)).initialize()
    layer = quantise_model(made, "int4-all").lm_head
    assert isinstance(layer, StoredLinear)
    assert len(list(layer.weight.tiles())) > 1
    x = torch.randn(3, 64, generator=torch.Generator().manual_seed(1))
    np.testing.assert_allclose(layer(x), x @ layer.matrix().mT, rtol=1e-5, atol=1e-6)
