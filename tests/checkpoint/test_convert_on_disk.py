"""Converting on disk: the same bytes as saving from memory, whatever the workers, the kills and the source's form."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from released_files import FP8_CONFIG, INT4_CONFIG
from safetensors.torch import load_file, save_file
from torch import Tensor

from openk2.checkpoint import load, save_model
from openk2.checkpoint.conversion import convert as module
from openk2.checkpoint.conversion.convert import convert
from openk2.checkpoint.conversion.journal import JOURNAL_FILE
from openk2.checkpoint.formats import FORMATS, quantization_config
from openk2.checkpoint.tensor_file import hash_file
from openk2.config import K2Config, LinearAttention
from openk2.errors import CheckpointError
from openk2.model import K2Model

SHARD = 150_000
INDEX = "model.safetensors.index.json"
DOWN = "model.layers.1.mlp.experts.3.down_proj.weight"


def content(directory: Path) -> dict[str, str]:
    """File name → hash, of everything in a directory."""
    return {path.name: hash_file(path) for path in directory.iterdir()}


def tensors(directory: Path) -> dict[str, Tensor]:
    """Every tensor of a model directory, as stored."""
    return {
        name: tensor for file in sorted(directory.glob("*.safetensors")) for name, tensor in load_file(file).items()
    }


def bits(tensor: Tensor) -> Tensor:
    """The bytes of a tensor."""
    return tensor.contiguous().view(-1).view(torch.uint8)


def same_bits(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    """Whether two sets of tensors have the same names, types, shapes and bytes."""
    return first.keys() == second.keys() and all(
        a.dtype == second[name].dtype and a.shape == second[name].shape and torch.equal(bits(a), bits(second[name]))
        for name, a in first.items()
    )


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_converted_is_what_is_saved_from_memory(
    small: K2Model, source: Path, tmp_path: Path, format: str
) -> None:
    convert(source, tmp_path / "converted", format=format, shard_size=SHARD)
    save_model(small, tmp_path / "saved", format=format, tokenizer_from=source, shard_size=SHARD)
    converted, saved = content(tmp_path / "converted"), content(tmp_path / "saved")
    assert len(saved) > 6
    assert {name: converted[name] for name in saved} == saved
    assert converted.keys() - saved.keys() == {"README.md", "SHA256SUMS", "conversion.json"}


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_loads(small: K2Model, source: Path, tmp_path: Path, format: str) -> None:
    convert(source, tmp_path / "out", format=format)
    loaded = load(tmp_path / "out", dtype="float32").state_dict()
    error = {"fp32": 0.0, "bf16": 2**-8, "fp8": 2**-4, "int4": 1 / 7, "int4-all": 1 / 7}[format]
    for name, exact in small.state_dict().items():
        largest = exact.abs().amax()
        assert (loaded[name] - exact).abs().amax() <= error * largest, name
        if format.startswith("int4") and ".experts." in name:
            assert not torch.equal(loaded[name], exact)


@pytest.mark.parametrize("format", ["fp32", "bf16"])
def test_plain_formats_load_in_transformers_to_the_same_logits(source: Path, tmp_path: Path, format: str) -> None:
    transformers = pytest.importorskip("transformers")
    convert(source, tmp_path / "out", format=format)
    theirs, report = transformers.AutoModelForCausalLM.from_pretrained(
        tmp_path / "out", output_loading_info=True, dtype=torch.float32
    )
    assert not any(report.values()), report
    ids = torch.arange(40)[None]
    with torch.no_grad():
        ours = load(tmp_path / "out", dtype="float32")(ids)
        assert (ours - theirs.eval()(ids).logits).abs().max() < 1e-4


def test_int4_has_the_layout_of_the_thinking_release(source: Path, tmp_path: Path) -> None:
    convert(source, tmp_path / "out", format="int4")
    stored = tensors(tmp_path / "out")
    assert stored[f"{DOWN}_packed"].dtype == torch.int32
    assert tuple(stored[f"{DOWN}_packed"].shape) == (144, 5)
    assert stored[f"{DOWN}_scale"].dtype == torch.bfloat16
    assert tuple(stored[f"{DOWN}_scale"].shape) == (144, 2)
    assert stored[f"{DOWN}_shape"].tolist() == [144, 40]
    for name, tensor in stored.items():
        if ".experts." in name:
            assert name.endswith(("weight_packed", "weight_scale", "weight_shape"))
        else:
            assert tensor.dtype == (torch.float32 if name.endswith("correction_bias") else torch.bfloat16)
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    scheme = config["quantization_config"]
    assert (config["torch_dtype"], scheme["quant_method"], scheme["format"]) == (
        "bfloat16",
        "compressed-tensors",
        "pack-quantized",
    )
    assert scheme["ignore"] == [
        "lm_head",
        "re:.*self_attn.*",
        "re:.*shared_experts.*",
        r"re:.*mlp\.(gate|up|gate_up|down)_proj.*",
    ]
    weights = scheme["config_groups"]["group_0"]["weights"]
    assert (weights["num_bits"], weights["group_size"], weights["symmetric"], weights["strategy"]) == (
        4,
        32,
        True,
        "group",
    )


@pytest.mark.parametrize("format", ["fp8", "int4", "int4-all", "bf16", "fp32"])
def test_a_format_converted_to_itself_passes_bit_by_bit(source: Path, tmp_path: Path, format: str) -> None:
    convert(source, tmp_path / "first", format=format)
    again = convert(tmp_path / "first", tmp_path / "second", format=format, shard_size=SHARD)
    assert same_bits(tensors(tmp_path / "first"), tensors(tmp_path / "second"))
    assert {figures["mse"] for figures in again.parts.values()} == {0.0}


def test_stored_codes_pass_through_though_the_grid_would_choose_others(source: Path, tmp_path: Path) -> None:
    """A file may hold −8 and scales that our grid never makes."""
    convert(source, tmp_path / "odd", format="int4")
    file = tmp_path / "odd" / "model.safetensors"
    stored = load_file(file)
    stored[f"{DOWN}_packed"].zero_()  # every code −8
    stored[f"{DOWN}_scale"] = torch.full((144, 2), 0.37, dtype=torch.float32)
    stored[f"{DOWN}_shape"] = stored[f"{DOWN}_shape"].long()
    save_file(stored, file)
    convert(tmp_path / "odd", tmp_path / "out", format="int4")
    assert same_bits(stored, tensors(tmp_path / "out"))


@pytest.mark.parametrize(("first", "second"), [("fp8", "bf16"), ("int4", "fp32"), ("fp8", "int4"), ("int4-all", "fp8")])
def test_other_pairs_go_by_way_of_float32(source: Path, tmp_path: Path, first: str, second: str) -> None:
    convert(source, tmp_path / "first", format=first)
    convert(tmp_path / "first", tmp_path / "second", format=second)
    save_model(load(tmp_path / "first", dtype="float32"), tmp_path / "expected", format=second)
    assert same_bits(tensors(tmp_path / "second"), tensors(tmp_path / "expected"))


@pytest.mark.parametrize("format", ["bf16", "fp8", "int4"])
def test_the_error_stated_is_the_error_made(small: K2Model, source: Path, tmp_path: Path, format: str) -> None:
    done = convert(source, tmp_path / "out", format=format, shard_size=SHARD)
    loaded, exact = load(tmp_path / "out", dtype="float32").state_dict(), small.state_dict()
    for part, mark in (("routed experts", ".experts."), ("attention", ".self_attn."), ("head", "lm_head")):
        names = [name for name in exact if mark in name]
        errors = torch.cat([(loaded[name] - exact[name]).double().flatten() for name in names])
        weights = torch.cat([exact[name].double().flatten() for name in names])
        assert done.parts[part]["parameters"] == weights.numel()
        assert done.parts[part]["mse"] == pytest.approx(errors.square().mean().item())
        assert done.parts[part]["relative"] == pytest.approx((errors.square().sum() / weights.square().sum()).item())
    assert sum(figures["parameters"] for figures in done.parts.values()) == done.parameters
    assert done.parameters == sum(tensor.numel() for tensor in exact.values())
    card = (tmp_path / "out" / "README.md").read_text()
    assert f"| routed experts | {done.parts['routed experts']['parameters']:,} |" in card
    assert json.loads((tmp_path / "out" / "conversion.json").read_text()) == done.json()


def test_workers_do_not_change_a_byte(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    convert(source, tmp_path / "1" / "out", format="int4-all", workers=1, shard_size=SHARD)
    for workers in (2, 5):
        convert(source, tmp_path / str(workers) / "out", format="int4-all", workers=workers, shard_size=SHARD)
        assert content(tmp_path / str(workers) / "out") == content(tmp_path / "1" / "out")


@pytest.mark.parametrize("format", ["fp8", "int4-all", "bf16"])
def test_pieces_of_a_tensor_are_the_whole_tensor(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    convert(source, tmp_path / "whole", format=format)
    monkeypatch.setattr(module, "PIECE", 1)  # 128 rows at a time
    convert(source, tmp_path / "pieces", format=format)
    convert(tmp_path / "pieces", tmp_path / "copied", format=format)
    assert tensors(tmp_path / "whole")["model.embed_tokens.weight"].shape[0] > 256
    assert same_bits(tensors(tmp_path / "whole"), tensors(tmp_path / "pieces"))
    assert same_bits(tensors(tmp_path / "whole"), tensors(tmp_path / "copied"))


def test_fused_experts_prefixes_tables_and_prediction_layers_are_understood(
    small: K2Model, source: Path, tmp_path: Path
) -> None:
    """A multimodal release as transformers 5 would write it."""
    odd = tmp_path / "odd"
    save_model(small, odd, format="fp32", tokenizer_from=source)
    state = {
        "language_model." + name.replace("gate_up_EFD", "gate_up_proj").replace("down_EDF", "down_proj"): tensor
        for name, tensor in small.state_dict().items()
    }
    state["language_model.model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(4)
    state["language_model.model.layers.3.eh_proj.weight"] = torch.ones(4, 8)
    state["vision_tower.patch.weight"] = torch.ones(2, 2)
    save_file(state, odd / "model.safetensors")
    convert(odd, tmp_path / "out", format="int4")
    convert(source, tmp_path / "plain", format="int4")
    assert same_bits(tensors(tmp_path / "out"), tensors(tmp_path / "plain"))


def test_some_layers_are_a_smaller_model(small: K2Model, source: Path, tmp_path: Path) -> None:
    convert(source, tmp_path / "out", format="fp32", layers="1-2")
    part = load(tmp_path / "out")
    assert (part.config.num_hidden_layers, part.config.first_k_dense_replace) == (2, 0)
    whole = small.state_dict()
    for name, tensor in part.state_dict().items():
        old = name.replace("layers.1.", "layers.2.").replace("layers.0.", "layers.1.")
        assert torch.equal(tensor, whole[old]), name
    assert "layers 1-2" in (tmp_path / "out" / "README.md").read_text()


def test_files_that_hold_none_of_the_layers_need_not_be_there(small: K2Model, tmp_path: Path) -> None:
    save_model(small, tmp_path / "source", format="fp32", shard_size=SHARD)
    weight_map = json.loads((tmp_path / "source" / INDEX).read_text())["weight_map"]
    needed = {file for name, file in weight_map.items() if ".layers." not in name or ".layers.0." in name}
    absent = set(weight_map.values()) - needed
    assert absent
    for file in absent:
        (tmp_path / "source" / file).unlink()
    convert(tmp_path / "source", tmp_path / "out", format="fp32", layers="0-0")
    assert torch.equal(load(tmp_path / "out").lm_head.weight, small.lm_head.weight)


def test_a_hybrid_model_keeps_its_decay_in_float32(tmp_path: Path) -> None:
    config = K2Config.preset("k2-debug").replace(
        model_type="kimi_linear",
        mla_use_nope=True,
        linear_attn_config=LinearAttention(kda_layers=(1, 3), num_heads=2, head_dim=16),
    )
    model = K2Model(config).initialize(1)
    save_model(model, tmp_path / "fp32", format="fp32")
    for format in ("int4", "int4-all", "fp8"):
        convert(tmp_path / "fp32", tmp_path / format, format=format)
        stored = tensors(tmp_path / format)
        assert {t.dtype for name, t in stored.items() if name.endswith(("A_log", "dt_bias"))} == {torch.float32}
        assert load(tmp_path / format).config == config
    convert(tmp_path / "fp32", tmp_path / "part", format="fp32", layers="1-2")
    linear = load(tmp_path / "part").config.linear_attn_config
    assert linear is not None
    assert linear.kda_layers == (2,)


def test_a_readme_that_is_there_stays(source: Path, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    convert(source, tmp_path)
    assert (tmp_path / "README.md").read_text() == "mine"
    assert "README.md" not in (tmp_path / "SHA256SUMS").read_text()


def test_the_licence_and_the_template_go_with_the_model(small: K2Model, source: Path, tmp_path: Path) -> None:
    save_model(small, tmp_path / "source", tokenizer_from=source)
    for name in ("LICENSE", "chat_template.jinja", "generation_config.json", "modeling.py"):
        (tmp_path / "source" / name).write_text(name)
    convert(tmp_path / "source", tmp_path / "out")
    assert (tmp_path / "out" / "LICENSE").read_text() == "LICENSE"
    assert (tmp_path / "out" / "chat_template.jinja").read_text() == "chat_template.jinja"
    assert not (tmp_path / "out" / "modeling.py").exists()


# Resuming -----------------------------------------------------------------------------------------------------------


class Stop(Exception):
    """Stands for the end of a process."""


def stop_after(pieces: int) -> Callable[[object], None]:
    """A `watch` that raises after so many calls."""
    left = [pieces]

    def watch(progress: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Stop

    return watch


def test_what_is_finished_is_kept_and_the_rest_made(source: Path, tmp_path: Path) -> None:
    convert(source, tmp_path / "whole" / "out", format="fp8", shard_size=SHARD)
    out = tmp_path / "cut" / "out"
    with pytest.raises(Stop):
        convert(source, out, format="fp8", shard_size=SHARD, workers=1, watch=stop_after(60))
    finished = {path.name: path.stat().st_mtime_ns for path in out.glob("model*.safetensors")}
    assert 1 <= len(finished) < len(list((tmp_path / "whole" / "out").glob("*.safetensors")))
    assert not list(out.glob(".*.partial"))
    seen = []
    convert(source, out, format="fp8", shard_size=SHARD, watch=seen.append)
    assert {name: (out / name).stat().st_mtime_ns for name in finished} == finished
    assert seen[0].kept == seen[0].bytes > 0
    assert seen[-1].bytes == seen[-1].total
    assert content(out) == content(tmp_path / "whole" / "out")


def test_a_finished_file_that_changed_is_made_again(source: Path, tmp_path: Path) -> None:
    convert(source, tmp_path / "whole" / "out", shard_size=SHARD)
    out = tmp_path / "cut" / "out"
    with pytest.raises(Stop):
        convert(source, out, shard_size=SHARD, watch=stop_after(60))
    file = next(iter(sorted(out.glob("*.safetensors"))))
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    convert(source, out, shard_size=SHARD)
    assert content(out) == content(tmp_path / "whole" / "out")


def test_a_torn_journal_costs_one_file(source: Path, tmp_path: Path) -> None:
    convert(source, tmp_path / "whole" / "out", shard_size=SHARD)
    out = tmp_path / "cut" / "out"
    with pytest.raises(Stop):
        convert(source, out, shard_size=SHARD, watch=stop_after(60))
    journal = out / JOURNAL_FILE
    for kept in (journal.stat().st_size - 3, 5, 0):
        journal.write_bytes(journal.read_bytes()[:kept])
        with pytest.raises(Stop):
            convert(source, out, shard_size=SHARD, watch=stop_after(60))
    convert(source, out, shard_size=SHARD)
    assert content(out) == content(tmp_path / "whole" / "out")


def test_run_again_when_done_it_does_nothing(source: Path, tmp_path: Path) -> None:
    first = convert(source, tmp_path / "out", format="int4")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert convert(source, tmp_path / "out", format="int4") == first
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == before


SCRIPT = """
import sys, time, torch
torch.set_num_threads(1)
from openk2.checkpoint.conversion import convert as module
from openk2.checkpoint.conversion.convert import convert
print("ready", flush=True)
sys.stdin.readline()
convert(sys.argv[1], sys.argv[2], format="int4-all", workers=2, shard_size=int(sys.argv[3]))
print("done", flush=True)
"""


def killed_at(source: Path, out: Path, after: float) -> bool:
    """Run a conversion in a process of its own and kill it after some seconds; whether it was done before."""
    command = [sys.executable, "-c", SCRIPT, str(source), str(out), str(SHARD)]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        return "done" in process.stdout.read()


def kill_and_restart(source: Path, tmp_path: Path, kills: int) -> None:
    """Killed at random moments of the time a conversion takes, then run to its end: the bytes of an undisturbed run."""
    begin = time.monotonic()
    convert(source, tmp_path / "whole" / "out", format="int4-all", workers=2, shard_size=SHARD)
    duration = time.monotonic() - begin
    draw = random.Random(7)
    cut = 0
    for kill in range(kills):
        out = tmp_path / str(kill % 4) / "out"  # some are killed several times
        cut += not killed_at(source, out, draw.uniform(0.0, 1.2 * duration))
    assert cut, "no run was killed before its end"
    for place in range(min(kills, 4)):
        convert(source, tmp_path / str(place) / "out", format="int4-all", shard_size=SHARD)
        assert content(tmp_path / str(place) / "out") == content(tmp_path / "whole" / "out")


def test_killed_three_times_it_ends_in_the_same_bytes(source: Path, tmp_path: Path) -> None:
    kill_and_restart(source, tmp_path, 3)


@pytest.mark.slow
def test_killed_twenty_times_it_ends_in_the_same_bytes(tmp_path: Path) -> None:
    config = K2Config.preset("k2-debug").replace(hidden_size=512, vocab_size=4096, n_routed_experts=16)
    save_model(K2Model(config).initialize(3), tmp_path / "source", format="fp32", shard_size=2_000_000)
    kill_and_restart(tmp_path / "source", tmp_path, 20)


# Refusals -----------------------------------------------------------------------------------------------------------


def refusal(*arguments: Any, **options: Any) -> str:
    """The one line a conversion that cannot be made ends with."""
    with pytest.raises(CheckpointError) as caught:
        convert(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_target_that_holds_something_else_is_refused(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    convert(source, out, format="bf16")
    assert refusal(source, out, format="fp8") == (
        f"{out}: holds a conversion of small to bf16 already; delete it or choose another directory"
    )
    save_model(K2Model(K2Config.preset("k2-debug")).initialize(1), tmp_path / "model")
    assert refusal(source, tmp_path / "model").startswith(f"{tmp_path / 'model'}: holds a model already")
    assert refusal(source, source) == f"{source}: is the source itself; choose another directory"
    (tmp_path / "file").write_text("here")
    assert refusal(source, tmp_path / "file") == f"{tmp_path / 'file'}: is a file; choose a directory"


def test_an_unfinished_conversion_of_something_else_is_refused(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(Stop):
        convert(source, out, format="fp8", shard_size=SHARD, watch=stop_after(20))
    assert "unfinished conversion with another format; finish that one" in refusal(
        source, out, format="bf16", shard_size=SHARD
    )
    save_model(K2Model(K2Config.preset("k2-debug")).initialize(9), tmp_path / "other", format="fp32")
    assert "another source" in refusal(tmp_path / "other", out, format="fp8", shard_size=SHARD)
    save_model(load(source), tmp_path / "copy", format="fp32", shard_size=600_000)
    changed = next(iter(sorted((tmp_path / "copy").glob("*.safetensors"))))
    data = bytearray(changed.read_bytes())
    data[-1] ^= 1
    changed.write_bytes(data)
    assert "another source" in refusal(tmp_path / "copy", out, format="fp8", shard_size=SHARD)


def test_two_conversions_never_write_to_one_directory(source: Path, tmp_path: Path) -> None:
    def meanwhile(progress: object) -> None:
        assert "another conversion is writing here" in refusal(source, tmp_path / "out", shard_size=SHARD)
        raise Stop

    with pytest.raises(Stop):
        convert(source, tmp_path / "out", shard_size=SHARD, watch=meanwhile)


def test_a_missing_tensor_and_one_that_is_not_finite_are_named(small: K2Model, tmp_path: Path) -> None:
    save_model(small, tmp_path / "source", format="fp32")
    file = tmp_path / "source" / "model.safetensors"
    stored = load_file(file)
    stored[DOWN][2, 3] = float("nan")
    save_file(stored, file)
    for format in ("fp32", "fp8"):
        assert refusal(tmp_path / "source", tmp_path / format, format=format) == (
            f"{file}: tensor {DOWN} has numbers that are NaN or infinite; finite ones are needed"
        )
    stored[DOWN] = torch.full((144, 40), 3.4e38)
    save_file(stored, file)
    assert refusal(tmp_path / "source", tmp_path / "bf16").endswith(
        f"tensor {DOWN} has numbers that are too large for BF16"
    )
    del stored[DOWN]
    save_file(stored, file)
    assert refusal(tmp_path / "source", tmp_path / "x") == f"{tmp_path / 'source'}: tensor {DOWN} [144, 40] is missing"
    assert not (tmp_path / "x").exists()


def test_a_scale_that_is_not_positive_is_named(source: Path, tmp_path: Path) -> None:
    convert(source, tmp_path / "source", format="fp8")
    file = tmp_path / "source" / "model.safetensors"
    stored = load_file(file)
    stored[f"{DOWN}_scale_inv"][0, 0] = -1.0
    save_file(stored, file)
    for format in ("fp8", "bf16"):
        assert "_scale_inv has scales that are not finite and positive" in refusal(
            tmp_path / "source", tmp_path / format, format=format
        )


def test_a_disk_that_fills_up_is_one_line_and_loses_nothing_finished(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, write, calls = tmp_path / "out", module.RowWriter.write, [0]

    def full(*arguments: Any) -> None:
        calls[0] += 1
        if calls[0] > 40:
            raise OSError(28, "No space left on device")
        write(*arguments)

    monkeypatch.setattr(module.RowWriter, "write", full)
    assert refusal(source, out, format="bf16", shard_size=SHARD) == (
        f"{out}: cannot be written (No space left on device); free space there and run the same again: finished files "
        "are kept"
    )
    assert list(out.glob("model*.safetensors"))
    monkeypatch.setattr(module.RowWriter, "write", write)
    convert(source, out, format="bf16", shard_size=SHARD)
    convert(source, tmp_path / "whole" / "out", format="bf16", shard_size=SHARD)
    assert content(out) == content(tmp_path / "whole" / "out")


def test_too_little_space_is_said_before_anything_is_written(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    assert "GB are to be written and 0.0 GB are free" in refusal(source, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.safetensors"))


def test_memory_does_not_grow_with_the_model(tmp_path: Path) -> None:
    """A model of 160 MB is converted in pieces of 4 MB; the process grows by a fraction of the model."""
    config = K2Config.preset("k2-debug").replace(hidden_size=512, vocab_size=40_000, bos_token_id=1, eos_token_id=2)
    model = K2Model(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(0.3)
    save_model(model, tmp_path / "source", format="fp32", shard_size=20_000_000)
    script = (
        "import sys, resource\n"
        "from openk2.checkpoint.conversion import convert as module\n"
        "module.PIECE = 1 << 20\n"
        "import torch\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024\n"
        "module.convert(sys.argv[1], sys.argv[2] + '-part', format='fp8', layers='0-0', workers=1)\n"
        "before = peak()\n"
        "module.convert(sys.argv[1], sys.argv[2], format='fp8', workers=1)\n"
        "print(peak() - before)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "source"), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    size = sum(path.stat().st_size for path in (tmp_path / "source").glob("*.safetensors"))
    assert size > 160_000_000
    assert int(done.stdout) < 60_000_000


def test_the_schemes_are_word_for_word_those_of_the_releases() -> None:
    assert quantization_config("bf16") is None
    assert quantization_config("fp8") == FP8_CONFIG
    assert quantization_config("int4") == INT4_CONFIG
