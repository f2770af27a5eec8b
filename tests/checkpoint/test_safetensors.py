"""Models on disk: what is written is what is read, in the releases' layout, and every fault is one clear line."""

import json
import resource
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

import openk2
from openk2.checkpoint import load, save_model
from openk2.checkpoint.layout import disk_tensors
from openk2.config import K2Config
from openk2.errors import CheckpointError, ConfigError, OpenK2Error
from openk2.kernels.choice import REFERENCE
from openk2.model import K2Model
from openk2.quantization import fp8

INDEX = "model.safetensors.index.json"
GATE = "model.layers.1.mlp.experts.3.gate_proj.weight"
BIAS = "model.layers.2.mlp.gate.e_score_correction_bias"


@pytest.fixture(scope="module")
def model() -> K2Model:
    """A k2-debug model whose matrices do not fill FP8 blocks and whose router biases are not zero."""
    config = K2Config.preset("k2-debug").replace(hidden_size=144, moe_intermediate_size=40)
    made = K2Model(config).initialize(1)
    for block in made.moe_blocks().values():
        block.gate.e_score_correction_bias.normal_(std=0.1, generator=torch.Generator().manual_seed(2))
    return made


@pytest.fixture
def saved(model: K2Model, tmp_path: Path) -> Path:
    """The model in fp32, one file."""
    save_model(model, tmp_path / "model", format="fp32")
    return tmp_path / "model"


def rewrite(directory: Path, change: Callable[[dict[str, Tensor]], Any]) -> None:
    """Change the tensors of the single file."""
    tensors = load_file(directory / "model.safetensors")
    change(tensors)
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})


def edit_config(directory: Path, **fields: Any) -> None:
    """Set fields of config.json."""
    path = directory / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def same(first: K2Model, second: K2Model) -> bool:
    """Whether all tensors are bit-equal."""
    ours, theirs = first.state_dict(), second.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def fault(directory: Path, **options: Any) -> str:
    """The one line that loading ends with."""
    with pytest.raises(CheckpointError) as caught:
        load(directory, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_fp32_comes_back_bit_equal_ready_for_inference(model: K2Model, saved: Path) -> None:
    loaded = load(saved)
    assert same(loaded, model)
    assert not loaded.training
    assert loaded.config == model.config.replace(model_type="deepseek_v3")
    assert sorted(path.name for path in saved.iterdir()) == ["config.json", "model.safetensors"]
    assert len({path.stat().st_mode for path in saved.iterdir()}) == 1  # weights are no more private than the rest


def test_bf16_rounds_once_and_leaves_the_router_bias_exact(model: K2Model, tmp_path: Path) -> None:
    save_model(model, tmp_path, format="bf16")
    state = load(tmp_path).state_dict()
    for name, exact in model.state_dict().items():
        if name.endswith("e_score_correction_bias"):
            assert torch.equal(state[name], exact)
        else:
            assert torch.equal(state[name], exact.to(torch.bfloat16))


def test_fp8_has_the_layout_of_the_release(model: K2Model, tmp_path: Path) -> None:
    save_model(model, tmp_path, format="fp8")
    stored = load_file(tmp_path / "model.safetensors")
    for name, tensor in stored.items():
        if name.endswith("_scale_inv"):
            weight = stored[name.removesuffix("_scale_inv")]
            assert tensor.dtype == torch.float32
            assert tuple(tensor.shape) == tuple(-(-size // 128) for size in weight.shape)
        elif name.endswith("e_score_correction_bias"):
            assert tensor.dtype == torch.float32
        elif "_proj" in name:
            assert tensor.dtype == torch.float8_e4m3fn
            assert f"{name}_scale_inv" in stored
        else:
            assert tensor.dtype == torch.bfloat16
            assert name.split(".")[-2] in ("embed_tokens", "lm_head", "norm", "gate") or "layernorm" in name
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["quantization_config"] == {
        "quant_method": "fp8",
        "fmt": "e4m3",
        "activation_scheme": "dynamic",
        "weight_block_size": [128, 128],
    }
    assert config["torch_dtype"] == "bfloat16"


def test_fp8_is_dequantised_on_load_to_bfloat16_or_as_asked(model: K2Model, tmp_path: Path) -> None:
    save_model(model, tmp_path, format="fp8")
    half, full = load(tmp_path), load(tmp_path, dtype="float32")
    assert half.lm_head.weight.dtype == torch.bfloat16
    F_ = model.config.moe_intermediate_size
    experts = model.state_dict()["model.layers.1.mlp.experts.gate_up_EFD"]
    expected = fp8.dequantise(*fp8.quantise(experts[3, F_:]))
    assert torch.equal(full.state_dict()["model.layers.1.mlp.experts.gate_up_EFD"][3, F_:], expected)
    for name, tensor in full.state_dict().items():
        rounded = tensor if name.endswith("e_score_correction_bias") else tensor.to(torch.bfloat16)
        assert torch.equal(half.state_dict()[name], rounded)


def test_saving_what_was_loaded_from_fp8_gives_the_same_fp8_values(model: K2Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "first", format="fp8")
    save_model(load(tmp_path / "first"), tmp_path / "second", format="fp8")
    first, second = (load_file(tmp_path / name / "model.safetensors") for name in ("first", "second"))
    for name, tensor in first.items():
        if not name.endswith("_scale_inv"):
            assert torch.equal(tensor.view(torch.uint8), second[name].view(torch.uint8)), name


@pytest.mark.parametrize("format", ["fp32", "bf16", "fp8"])
def test_shards_hold_at_most_their_size_and_load_to_the_same_model(model: K2Model, tmp_path: Path, format: str) -> None:
    save_model(model, tmp_path / "one", format=format)
    save_model(model, tmp_path / "many", format=format, shard_size=200_000)
    index = json.loads((tmp_path / "many" / INDEX).read_text())
    files = sorted(set(index["weight_map"].values()))
    assert len(files) > 2
    assert files[0] == f"model-00001-of-{len(files):05d}.safetensors"
    contents = {file: load_file(tmp_path / "many" / file) for file in files}
    for file, tensors in contents.items():
        assert {name for name, place in index["weight_map"].items() if place == file} == set(tensors)
        assert sum(t.nbytes for t in tensors.values()) <= 200_000 or len(tensors) <= 2  # one weight and its scales
    assert index["metadata"]["total_size"] == sum(t.nbytes for ts in contents.values() for t in ts.values())
    assert not (tmp_path / "many" / "model.safetensors").exists()
    assert same(load(tmp_path / "many"), load(tmp_path / "one"))


def test_names_on_disk_are_deepseek_v3s(saved: Path) -> None:
    names = set(load_file(saved / "model.safetensors"))
    for layer, part in ((0, "gate_proj"), (1, "shared_experts.down_proj"), (2, "experts.7.up_proj"), (1, "gate")):
        assert f"model.layers.{layer}.mlp.{part}.weight" in names
    for part in (
        "q_a_proj",
        "q_a_layernorm",
        "q_b_proj",
        "kv_a_proj_with_mqa",
        "kv_a_layernorm",
        "kv_b_proj",
        "o_proj",
    ):
        assert f"model.layers.2.self_attn.{part}.weight" in names
    assert {"model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"} < names
    assert not [name for name in names if "EFD" in name or "EDF" in name]


def test_the_released_shape_has_the_released_tensors_and_fp8_bytes() -> None:
    with torch.device("meta"):
        state = K2Model(K2Config.preset("k2-instruct")).state_dict()
    tensors = {tensor.name: tensor for tensor in disk_tensors(state)}
    assert len(tensors) == 61 * 9 + 3 + 60 * (2 + 3 + 3 * 384) + 3
    assert tensors["model.layers.60.mlp.experts.383.down_proj.weight"].shape == (7168, 2048)
    quantised = [tensor for tensor in tensors.values() if tensor.fp8]
    plain = [tensor for tensor in tensors.values() if not tensor.fp8]
    total = sum(torch.Size(t.shape).numel() + 4 * torch.Size(fp8.scale_shape(t.shape)).numel() for t in quantised)
    total += sum(torch.Size(t.shape).numel() * (4 if t.float32 else 2) for t in plain)
    assert total == 1_029_173_249_888


def test_dtype_kernels_and_name_can_be_chosen(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(saved, dtype=torch.bfloat16).lm_head.weight.dtype == torch.bfloat16
    assert load(saved, dtype="float16").lm_head.weight.dtype == torch.float16
    forced = openk2.load(saved, kernels="reference")
    assert all(attention.kernels is REFERENCE for attention in forced.attentions())
    assert all(block.kernels is REFERENCE for block in forced.moe_blocks().values())
    monkeypatch.setenv("OPENK2_WEIGHTS", str(saved.parent))
    assert same(load("model"), load(saved))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtype": "int8"}, "dtype int8; accepted: float32, bfloat16, float16"),
        ({"dtype": torch.float64}, "accepted: float32, bfloat16, float16"),
        ({"device": "abacus"}, "device 'abacus' cannot be used"),
        ({"kernels": "turbo"}, "unknown kernels 'turbo'; accepted: auto, reference"),
    ],
)
def test_unusable_options_are_refused(saved: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises((CheckpointError, ConfigError)) as caught:
        load(saved, **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_tables_and_prediction_layers_of_other_checkpoints_are_ignored(model: K2Model, saved: Path) -> None:
    def add(tensors: dict[str, Tensor]) -> None:
        tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(4)
        tensors["model.layers.3.eh_proj.weight"] = torch.ones(4, 8)
        tensors["model.layers.3.mlp.experts.0.up_proj.weight"] = torch.ones(4, 8)

    rewrite(saved, add)
    assert same(load(saved), model)


def test_a_missing_tensor_is_named(saved: Path) -> None:
    rewrite(saved, lambda tensors: tensors.pop(GATE))
    assert fault(saved) == f"{saved}: tensor {GATE} [40, 144] is missing"
    rewrite(saved, lambda tensors: tensors.pop("lm_head.weight"))
    assert fault(saved).endswith(f"{GATE} [40, 144] is missing (and 1 more)")


def test_a_superfluous_tensor_is_named(saved: Path) -> None:
    rewrite(saved, lambda tensors: tensors.update({"model.layers.4.norm.weight": torch.ones(3)}))
    assert f"{saved / 'model.safetensors'}: tensor model.layers.4.norm.weight is superfluous" in fault(saved)


def test_a_wrong_shape_is_named_with_both_shapes(saved: Path) -> None:
    rewrite(saved, lambda tensors: tensors.update({GATE: torch.ones(40, 143)}))
    message = f"tensor {GATE} has shape [40, 143]; config.json asks for [40, 144]"
    assert fault(saved) == f"{saved / 'model.safetensors'}: {message}"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_not_finite_are_named(saved: Path, number: float) -> None:
    rewrite(saved, lambda tensors: tensors[GATE][3].fill_(number))
    assert f"tensor {GATE} has numbers that are NaN or infinite" in fault(saved)


def test_a_number_too_large_for_the_type_asked_for_is_named(saved: Path) -> None:
    rewrite(saved, lambda tensors: tensors[GATE][3].fill_(1e30))
    assert load(saved).training is False
    assert f"tensor {GATE} has numbers that are too large for torch.float16" in fault(saved, dtype="float16")


def test_an_fp8_nan_or_infinite_scale_is_named(model: K2Model, saved: Path) -> None:
    save_model(model, saved, format="fp8")
    rewrite(saved, lambda tensors: tensors[f"{GATE}_scale_inv"].fill_(float("inf")))
    assert f"tensor {GATE}_scale_inv has numbers that are NaN or infinite" in fault(saved)


def test_fp8_scales_that_are_missing_or_of_another_shape_are_named(model: K2Model, saved: Path) -> None:
    save_model(model, saved, format="fp8")
    rewrite(saved, lambda tensors: tensors.update({f"{GATE}_scale_inv": torch.ones(2, 2)}))
    assert f"tensor {GATE}_scale_inv has shape [2, 2]; config.json asks for [1, 2]" in fault(saved)
    rewrite(saved, lambda tensors: tensors.pop(f"{GATE}_scale_inv"))
    assert f"tensor {GATE}_scale_inv [1, 2] is missing; FP8 weights need their scales" in fault(saved)


def test_types_that_are_no_weights_are_named(saved: Path) -> None:
    rewrite(saved, lambda tensors: tensors.update({GATE: torch.ones(40, 144, dtype=torch.int32)}))
    assert f"tensor {GATE} is of type I32; accepted: F32, BF16, F16, F8_E4M3" in fault(saved)
    rewrite(saved, lambda tensors: tensors.update({BIAS: torch.ones(8).to(torch.float8_e4m3fn)}))
    rewrite(saved, lambda tensors: tensors.update({GATE: torch.ones(40, 144)}))
    assert f"tensor {BIAS} is of type F8_E4M3" in fault(saved)


@pytest.mark.parametrize("kept", [0, 4, 100, -1])
def test_a_truncated_file_is_named(saved: Path, kept: int) -> None:
    path = saved / "model.safetensors"
    path.write_bytes(path.read_bytes()[:kept])
    assert fault(saved).startswith(f"{path}: not a complete safetensors file")


def test_a_file_that_is_something_else_is_named(saved: Path) -> None:
    (saved / "model.safetensors").write_bytes(struct.pack("<Q", 10) + b"no header!" + bytes(100))
    assert "not a complete safetensors file" in fault(saved)


def test_a_missing_shard_a_lost_tensor_and_a_torn_index_are_named(model: K2Model, tmp_path: Path) -> None:
    save_model(model, tmp_path, shard_size=300_000)
    index = json.loads((tmp_path / INDEX).read_text())
    shard = tmp_path / index["weight_map"][GATE]
    content = shard.read_bytes()

    tensors = load_file(shard)
    del tensors[GATE]
    save_file(tensors, shard)
    assert fault(tmp_path) == f"{shard}: tensor {GATE} is missing; {INDEX} says it is in this file"
    shard.unlink()
    assert fault(tmp_path) == f"{shard}: no such file; {INDEX} lists it"
    shard.write_bytes(content)

    other = next(file for file in index["weight_map"].values() if file != shard.name)
    save_file({**load_file(tmp_path / other), GATE: torch.ones(40, 144)}, tmp_path / other)
    assert f"tensor {GATE} is also in" in fault(tmp_path)

    for text in ("{", "{}", '{"weight_map": 3}', '{"weight_map": {"a": "../model.safetensors"}}'):
        (tmp_path / INDEX).write_text(text)
        assert fault(tmp_path).startswith(f"{tmp_path / INDEX}: ")


def test_a_directory_without_model_files_is_named(saved: Path, tmp_path: Path) -> None:
    (saved / "model.safetensors").unlink()
    assert "no such file; a model directory has model.safetensors or model.safetensors.index.json" in fault(saved)
    (saved / "config.json").unlink()
    with pytest.raises(ConfigError, match="no such file"):
        load(saved)
    assert "no such model directory" in fault(tmp_path / "nowhere" / "model")


@pytest.mark.parametrize(
    ("quantization", "message"),
    [
        (
            {"quant_method": "compressed-tensors", "format": "pack-quantized"},
            "config_groups is None; accepted: an object with one group of weights",
        ),
        ({"quant_method": "gptq"}, "quant_method is 'gptq'"),
        ({"quant_method": "fp8", "weight_block_size": [64, 64]}, "weight_block_size is [64, 64]; accepted: [128, 128]"),
        ({"quant_method": "fp8", "fmt": "e5m2"}, "fmt is 'e5m2'; accepted: 'e4m3'"),
        ("int4", "quant_method is 'int4'"),
    ],
)
def test_formats_that_cannot_be_read_are_refused_by_name(saved: Path, quantization: Any, message: str) -> None:
    edit_config(saved, quantization_config=quantization)
    assert message in fault(saved)


def test_a_weight_that_is_not_finite_is_not_written(model: K2Model, saved: Path) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    broken = load(saved)
    with torch.no_grad():
        broken.model.layers[1].mlp.experts.gate_up_EFD[3, 0, 0] = float("nan")
    for format in ("fp32", "bf16", "fp8"):
        with pytest.raises(CheckpointError, match=f"tensor {GATE} has numbers that are NaN or infinite"):
            save_model(broken, saved, format=format)
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As on a full disk, writing fails beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_what_was_there(model: K2Model, saved: Path) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    with files_of_at_most(100_000), pytest.raises(CheckpointError, match="cannot be written") as caught:
        save_model(model, saved, format="bf16")
    assert "\n" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before


def test_a_place_that_is_no_directory_is_refused(model: K2Model, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(CheckpointError, match="cannot be written"):
        save_model(model, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "here"


def test_a_new_save_replaces_the_old_one_and_spares_other_files(model: K2Model, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("card")
    save_model(model, tmp_path, shard_size=200_000)
    (tmp_path / ".model.safetensors.partial").write_text("left by a save that was killed")
    save_model(model, tmp_path, format="fp32")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "config.json", "model.safetensors"]
    assert same(load(tmp_path), model)
    save_model(model, tmp_path, format="fp32", shard_size=200_000)
    assert not (tmp_path / "model.safetensors").exists()
    assert same(load(tmp_path), model)


def test_an_interrupted_save_leaves_the_old_model(model: K2Model, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir()}

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("openk2.checkpoint.writer.write_json", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_model(model, saved, format="bf16")
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before


def test_tokenizer_files_are_copied_along(model: K2Model, tmp_path: Path) -> None:
    source = tmp_path / "tokenizer"
    source.mkdir()
    for name in ("tiktoken.model", "tokenizer_config.json", "chat_template.jinja", "model.safetensors"):
        (source / name).write_text(name)
    save_model(model, tmp_path / "model", tokenizer_from=source)
    copied = {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()}
    assert copied["tiktoken.model"] == b"tiktoken.model"
    assert copied["chat_template.jinja"] == b"chat_template.jinja"
    assert copied["model.safetensors"] != b"model.safetensors"
    save_model(model, tmp_path / "model", tokenizer_from=tmp_path / "model")  # from itself
    assert (tmp_path / "model" / "tokenizer_config.json").read_text() == "tokenizer_config.json"
    (source / "tiktoken.model").unlink()
    with pytest.raises(CheckpointError, match="tokenizer_from needs tiktoken"):
        save_model(model, tmp_path / "other", tokenizer_from=source)
    assert not (tmp_path / "other").exists()


def test_an_unknown_format_is_refused(model: K2Model, tmp_path: Path) -> None:
    with pytest.raises(OpenK2Error, match="unknown format 'int3'; accepted: bf16, fp32, fp8, int4, int4-all"):
        save_model(model, tmp_path, format="int3")
