"""What the loader accepts besides whole models of our own, and what it refuses: each fault is one line that names file,
tensor or field, and what would be right."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from released_files import FP8_CONFIG, INT4_CONFIG, SHAPE, write_release
from safetensors.torch import load_file, save_file
from torch import Tensor

from openk2.checkpoint import load, save_model
from openk2.checkpoint.shards import MULTIMODAL_PREFIX
from openk2.config import LinearAttention
from openk2.errors import CheckpointError, ConfigError
from openk2.model import K2Model

FILE = "model.safetensors"
INDEX = "model.safetensors.index.json"
EXPERT = "model.layers.1.mlp.experts.3.down_proj.weight"
DENSE = "model.layers.0.mlp.down_proj.weight"
WAYS = ["float", "stored"]


@pytest.fixture
def int4(tmp_path: Path) -> Path:
    """A Thinking-like checkpoint."""
    write_release(tmp_path / "int4", "int4")
    return tmp_path / "int4"


@pytest.fixture
def fp8(tmp_path: Path) -> Path:
    """An Instruct-like checkpoint."""
    write_release(tmp_path / "fp8", "fp8")
    return tmp_path / "fp8"


def rewrite(directory: Path, change: Callable[[dict[str, Tensor]], Any]) -> None:
    """Change the tensors of the single file."""
    tensors = load_file(directory / FILE)
    change(tensors)
    save_file(tensors, directory / FILE, metadata={"format": "pt"})


def configure(directory: Path, **fields: Any) -> None:
    """Set fields of config.json."""
    path = directory / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def shard(directory: Path, file_of: Callable[[str], str]) -> dict[str, str]:
    """Spread the single file over several, with an index; returns tensor → file."""
    tensors = load_file(directory / FILE)
    (directory / FILE).unlink()
    weight_map = {name: file_of(name) for name in tensors}
    for file in set(weight_map.values()):
        save_file({name: t for name, t in tensors.items() if weight_map[name] == file}, directory / file)
    (directory / INDEX).write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": weight_map}))
    return weight_map


def fault(directory: Path, **options: Any) -> str:
    """The one line that loading ends with."""
    with pytest.raises(CheckpointError) as caught:
        load(directory, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def same(first: K2Model, second: K2Model) -> bool:
    """Whether all tensors are bit-equal."""
    ours, theirs = first.state_dict(), second.state_dict()
    return ours.keys() == theirs.keys() and all(
        torch.equal(ours[name].view(torch.uint8), theirs[name].view(torch.uint8)) for name in ours
    )


# What else is accepted.


def test_weights_and_their_scales_may_lie_in_different_shards(fp8: Path) -> None:
    whole = {way: load(fp8, weights=way) for way in WAYS}
    shard(fp8, lambda name: "b.safetensors" if name.endswith("_scale_inv") else "a.safetensors")
    assert all(same(load(fp8, weights=way), whole[way]) for way in WAYS)


def test_scales_of_one_dimension_are_read(int4: Path) -> None:
    whole = {way: load(int4, weights=way) for way in WAYS}

    def flatten(tensors: dict[str, Tensor]) -> None:
        for name in [name for name in tensors if name.endswith("_scale")]:
            tensors[name] = tensors[name].flatten()

    rewrite(int4, flatten)
    assert all(same(load(int4, weights=way), whole[way]) for way in WAYS)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_scales_of_another_float_type_keep_it(int4: Path, dtype: torch.dtype) -> None:
    before = load(int4).state_dict()[EXPERT_TARGET]

    def retype(tensors: dict[str, Tensor]) -> None:
        for name in [name for name in tensors if name.endswith("_scale")]:
            tensors[name] = tensors[name].to(dtype)

    rewrite(int4, retype)
    assert torch.equal(load(int4).state_dict()[EXPERT_TARGET], before)
    assert load(int4, weights="stored").state_dict()[f"{EXPERT_TARGET}.scales"].dtype == dtype


EXPERT_TARGET = "model.layers.1.mlp.experts.down_EDF"


@pytest.mark.parametrize("way", WAYS)
def test_the_language_model_of_a_multimodal_release_is_read(int4: Path, way: str) -> None:
    whole = load(int4, weights=way)

    def prefix(tensors: dict[str, Tensor]) -> None:
        for name in list(tensors):
            tensors[MULTIMODAL_PREFIX + name] = tensors.pop(name)
        tensors["vision_tower.patch_embed.weight"] = torch.ones(3, 3)
        tensors["mm_projector.linear_1.weight"] = torch.full((3, 3), float("nan"))

    rewrite(int4, prefix)
    ignore = [f"{MULTIMODAL_PREFIX}lm_head", "re:vision_tower.*", *INT4_CONFIG["ignore"][1:]]
    configure(int4, quantization_config={**INT4_CONFIG, "ignore": ignore})
    assert same(load(int4, weights=way), whole)
    shard(int4, lambda name: "v.safetensors" if name.startswith(("vision", "mm")) else "t.safetensors")
    (int4 / "v.safetensors").unlink()  # nothing in it is ours
    assert same(load(int4, weights=way), whole)


def test_the_scheme_may_stand_in_the_text_config(int4: Path) -> None:
    whole = load(int4)
    fields = json.loads((int4 / "config.json").read_text())
    scheme = fields.pop("quantization_config")
    outer = {"model_type": "kimi_k25", "text_config": {**fields, "quantization_config": scheme}}
    (int4 / "config.json").write_text(json.dumps(outer))
    assert same(load(int4), whole)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_part_of_the_network_is_passed_over(int4: Path, way: str) -> None:
    whole = load(int4, weights=way)

    def add(tensors: dict[str, Tensor]) -> None:
        tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(4)
        tensors["model.layers.3.mlp.experts.0.up_proj.weight_packed"] = torch.ones(4, 8, dtype=torch.int32)

    rewrite(int4, add)
    assert same(load(int4, weights=way), whole)


def test_modules_by_name_and_expression_can_stay_floats(tmp_path: Path) -> None:
    left_out = ["re:.*self_attn.*", "re:.*shared.*", "re:model.layers.0.mlp", "model.layers.1.mlp.experts.3.down_proj"]
    quantization = {**INT4_CONFIG, "ignore": ["lm_head", *left_out]}
    weights = write_release(
        tmp_path,
        "int4",
        packed=lambda name: ".experts." in name and name != EXPERT,
        quantization_config=quantization,
    )
    loaded = load(tmp_path).state_dict()[EXPERT_TARGET]
    for expert in (2, 3):
        np.testing.assert_array_equal(loaded[expert], weights[EXPERT.replace("3.down", f"{expert}.down")])
    assert "weights='stored' needs all or none" in fault(tmp_path, weights="stored")


# Parts of a model.


@torch.no_grad()
@pytest.mark.parametrize("way", WAYS)
def test_the_first_layers_compute_what_they_do_in_the_whole_model(int4: Path, way: str) -> None:
    ids = torch.arange(12)[None]
    whole, part = load(int4, weights=way), load(int4, weights=way, layers=2)
    assert part.config.num_hidden_layers == 2
    seen: list[Tensor] = []
    whole.model.layers[2].register_forward_pre_hook(lambda block, given: seen.append(given[0]))
    whole(ids)
    torch.testing.assert_close(part.hidden(ids), part.model.norm(seen[0]), rtol=0, atol=0)


def test_layers_from_the_middle_are_counted_anew(int4: Path) -> None:
    whole, part = load(int4), load(int4, layers="1-2")
    assert part.config.first_k_dense_replace == 0
    theirs = whole.state_dict()
    for name, tensor in part.state_dict().items():
        name = name.replace("layers.1", "layers.2").replace("layers.0", "layers.1")
        assert torch.equal(tensor, theirs[name]), name


@torch.no_grad()
@pytest.mark.parametrize("way", WAYS)
def test_some_experts_come_with_their_rows_of_the_router(int4: Path, way: str) -> None:
    whole, part = load(int4), load(int4, weights=way, experts="2-5")
    assert (part.config.n_routed_experts, part.config.num_experts_per_tok) == (4, 2)
    for layer, block in part.moe_blocks().items():
        theirs = whole.moe_blocks()[layer]
        assert torch.equal(block.gate.weight, theirs.gate.weight[2:6])
        assert torch.equal(block.gate.e_score_correction_bias, theirs.gate.e_score_correction_bias[2:6])
        for expert in range(4):
            assert torch.equal(block.experts.gate_up_EFD[expert], theirs.experts.gate_up_EFD[expert + 2])
            assert torch.equal(block.experts.down_EDF[expert], theirs.experts.down_EDF[expert + 2])
    assert part(torch.arange(5)[None]).isfinite().all()
    assert load(int4, experts=1).config.num_experts_per_tok == 1


def test_a_part_needs_only_the_shards_that_hold_it(fp8: Path) -> None:
    part = load(fp8, layers=2, experts=4)
    files = shard(
        fp8, lambda name: "late.safetensors" if ".layers.2." in name or ".experts.7." in name else "a.safetensors"
    )
    (fp8 / "late.safetensors").unlink()
    assert same(load(fp8, layers=2, experts=4), part)
    assert f"{fp8 / 'late.safetensors'}: no such file; {INDEX} lists it" in fault(fp8)
    assert "late.safetensors" in files.values()


def test_a_part_of_fused_experts_is_the_same(fp8: Path) -> None:
    model = load(fp8)
    save_model(model, fp8, format="fp32")
    part = load(fp8, layers="1-2", experts="3-4")
    whole8, part8 = load(fp8, weights="int8"), load(fp8, weights="int8", experts="3-4")

    def fuse(tensors: dict[str, Tensor]) -> None:
        for name in [name for name in tensors if ".experts." in name]:
            del tensors[name]
        for layer, block in model.moe_blocks().items():
            at = f"model.layers.{layer}.mlp.experts"
            tensors[f"{at}.gate_up_proj"] = block.experts.gate_up_EFD.detach()
            tensors[f"{at}.down_proj"] = block.experts.down_EDF.detach()

    rewrite(fp8, fuse)
    assert same(load(fp8), model)
    assert same(load(fp8, layers="1-2", experts="3-4"), part)
    assert same(load(fp8, weights="int8"), whole8)
    assert same(load(fp8, weights="int8", experts="3-4"), part8)


def test_full_attention_layers_of_a_hybrid_are_found_under_its_names(tmp_path: Path) -> None:
    shape = SHAPE.replace(
        model_type="kimi_linear", mla_use_nope=True, linear_attn_config=LinearAttention((1,), num_heads=2, head_dim=8)
    )
    model = K2Model(shape).initialize(1)
    save_model(model, tmp_path, format="fp32")
    assert any(".block_sparse_moe." in name for name in load_file(tmp_path / FILE))
    part, theirs = load(tmp_path, layers="1-2").state_dict(), model.state_dict()
    assert not [name for name in part if "A_log" in name]
    for name, tensor in part.items():
        name = name.replace("layers.1", "layers.2").replace("layers.0", "layers.1")
        assert torch.equal(tensor, theirs[name]), name


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": 4}, "layers is 4; accepted: how many of the first, 1 … 3, or FIRST-LAST within 0-2"),
        ({"layers": 0}, "layers is 0; accepted"),
        ({"layers": "2-1"}, "layers is '2-1'; accepted"),
        ({"layers": "a few"}, "layers is 'a few'; accepted"),
        ({"experts": "0-8"}, "experts is '0-8'; accepted: how many of the first, 1 … 8, or FIRST-LAST within 0-7"),
        ({"weights": "int2"}, "weights is 'int2'; accepted: float, stored, fp8, int4, int4-all, int8"),
    ],
)
def test_unusable_parts_and_weights_are_refused(int4: Path, options: dict[str, Any], message: str) -> None:
    assert message in fault(int4, **options)


def test_experts_of_a_model_that_routes_in_groups_are_not_cut(tmp_path: Path) -> None:
    write_release(tmp_path, "fp8", SHAPE.replace(n_group=4, topk_group=2))
    assert "n_group 4 groups; accepted: all experts" in fault(tmp_path, experts=4)


# What is refused in the files.


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "shape", "what"),
    [
        (f"{EXPERT}_packed", [160, 9], f"tensor {EXPERT} [160, 72] is missing"),
        (f"{EXPERT}_scale", [160, 3], f"tensor {EXPERT}_scale [160, 3] is missing; INT4 weights need their scales"),
        (f"{EXPERT}_shape", [2], f"tensor {EXPERT}_shape [2] is missing; INT4 weights need their shape"),
    ],
)
def test_missing_parts_of_int4_weights_are_named(int4: Path, way: str, name: str, shape: list[int], what: str) -> None:
    assert list(load_file(int4 / FILE)[name].shape) == shape
    rewrite(int4, lambda tensors: tensors.pop(name))
    assert what in fault(int4, weights=way)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({f"{EXPERT}_packed": torch.ones(160, 8, dtype=torch.int32)}, "_packed has shape [160, 8]; config.json"),
        ({f"{EXPERT}_scale": torch.ones(160, 2)}, "_scale has shape [160, 2]; config.json asks for [160, 3]"),
        ({f"{EXPERT}_shape": torch.tensor([72, 160])}, "_shape says [72, 160]; accepted: [160, 72]"),
        ({f"{EXPERT}_packed": torch.ones(160, 9)}, "_packed is of type F32; accepted: I32"),
        ({f"{EXPERT}_scale": torch.ones(160, 3, dtype=torch.int32)}, "_scale is of type I32; accepted: F32, BF16, F16"),
        ({f"{EXPERT}_shape": torch.ones(2)}, "_shape is of type F32; accepted: I32, I64"),
        ({f"{EXPERT}_scale": torch.full((160, 3), float("inf"))}, "_scale has numbers that are NaN or infinite"),
        ({f"{EXPERT}_zero_point": torch.ones(160, 3)}, "_zero_point is superfluous; config.json describes none such"),
        ({EXPERT: torch.ones(160, 72)}, f"tensor {EXPERT} is superfluous"),
    ],
)  # fmt: skip
def test_faulty_int4_weights_are_named(int4: Path, way: str, change: dict[str, Tensor], message: str) -> None:
    rewrite(int4, lambda tensors: tensors.update(change))
    found = fault(int4, weights=way)
    assert message in found
    assert found.startswith(f"{int4 / FILE}: tensor {EXPERT}")


@pytest.mark.parametrize("way", WAYS)
def test_fp8_codes_and_scales_that_are_not_finite_are_named(fp8: Path, way: str) -> None:
    rewrite(fp8, lambda tensors: tensors[DENSE].view(torch.uint8)[-1, -1:].fill_(0xFF))
    assert fault(fp8, weights=way).startswith(f"{fp8 / FILE}: tensor {DENSE} has numbers that are NaN")
    rewrite(fp8, lambda tensors: tensors[DENSE].view(torch.uint8)[-1, -1:].fill_(0x7E))
    rewrite(fp8, lambda tensors: tensors[f"{DENSE}_scale_inv"][0, :1].fill_(float("nan")))
    assert fault(fp8, weights=way).startswith(f"{fp8 / FILE}: tensor {DENSE}_scale_inv has numbers that are NaN")


def test_weights_packed_or_not_against_the_scheme_are_named(int4: Path) -> None:
    configure(int4, quantization_config={**INT4_CONFIG, "ignore": []})
    packed = "model.layers.0.self_attn.q_a_proj.weight_packed [32, 20]"
    assert f"tensor {packed} is missing; quantization_config.ignore in" in fault(int4)
    configure(int4, quantization_config={**INT4_CONFIG, "ignore": ["re:.*"]})
    first = "model.layers.1.mlp.experts.0.gate_proj.weight_packed"
    assert f"tensor {first} is packed INT4; {int4 / 'config.json'}: quantization_config says nothing" in fault(int4)
    configure(int4, quantization_config=None)
    assert f"tensor {first} is packed INT4" in fault(int4)


def changed(scheme: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The scheme with one field, given by its path, set or (…) taken away."""
    scheme = copy.deepcopy(scheme)
    *above, field = path.split(".")
    at = scheme
    for step in above:
        at = at[step]
    if value is ...:
        del at[field]
    else:
        at[field] = value
    return scheme


GROUP = "config_groups.group_0"


@pytest.mark.parametrize(
    ("scheme", "path", "value", "accepted"),
    [
        (FP8_CONFIG, "quant_method", "gptq", "fp8 with blocks of 128 x 128, compressed-tensors with packed INT4"),
        (FP8_CONFIG, "weight_block_size", [64, 128], "[128, 128]"),
        (FP8_CONFIG, "activation_scheme", "static", "'dynamic'"),
        (FP8_CONFIG, "fmt", "e5m2", "'e4m3'"),
        (INT4_CONFIG, "format", "float-quantized", "'pack-quantized'"),
        (INT4_CONFIG, "format", ..., "'pack-quantized'"),
        (INT4_CONFIG, f"{GROUP}.targets", ["Conv2d"], "['Linear']"),
        (INT4_CONFIG, f"{GROUP}.input_activations", {"num_bits": 8}, "None"),
        (INT4_CONFIG, f"{GROUP}.weights.num_bits", 8, "4"),
        (INT4_CONFIG, f"{GROUP}.weights.num_bits", ..., "4"),
        (INT4_CONFIG, f"{GROUP}.weights.group_size", 128, "32"),
        (INT4_CONFIG, f"{GROUP}.weights.type", "float", "'int'"),
        (INT4_CONFIG, f"{GROUP}.weights.strategy", "channel", "'group'"),
        (INT4_CONFIG, f"{GROUP}.weights.symmetric", False, "True"),
        (INT4_CONFIG, f"{GROUP}.weights.actorder", "weight", "None"),
        (INT4_CONFIG, f"{GROUP}.weights", ..., "num_bits 4, group_size 32"),
        (INT4_CONFIG, "config_groups", {}, "an object with one group of weights"),
        (INT4_CONFIG, "ignore", ["re:*"], "names of modules, or re: and an expression"),
    ],
)
def test_schemes_that_cannot_be_read_are_refused_by_field(
    tmp_path: Path, scheme: dict[str, Any], path: str, value: Any, accepted: str
) -> None:
    write_release(tmp_path, "fp8" if scheme is FP8_CONFIG else "int4")
    load(tmp_path)
    configure(tmp_path, quantization_config=changed(scheme, path, value))
    found = fault(tmp_path)
    assert found.startswith(f"{tmp_path / 'config.json'}: quantization_config.{path}")
    assert f"accepted: {accepted}" in found


@pytest.mark.parametrize("kept", [0, 5, 300, -1])
def test_a_truncated_shard_is_named(int4: Path, kept: int) -> None:
    shard(int4, lambda name: "a.safetensors" if ".layers.1." in name else "b.safetensors")
    torn = int4 / "b.safetensors"
    torn.write_bytes(torn.read_bytes()[:kept])
    assert fault(int4, weights="stored").startswith(f"{torn}: not a complete safetensors file")


def test_a_file_that_shrinks_while_it_is_read_is_named(int4: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.preadv", lambda *_: 0)
    assert "cannot be read: the file has become shorter" in fault(int4)


def test_a_config_of_another_model_is_still_a_config_error(int4: Path) -> None:
    configure(int4, hidden_size=-1)
    with pytest.raises(ConfigError, match="hidden_size"):
        load(int4)
