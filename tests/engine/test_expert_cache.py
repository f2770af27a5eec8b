"""Experts from disk: the same tokens as from memory, counted as the policy says, whatever the cache holds."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from conftest import random_model, random_prompts
from safetensors.torch import load_file, save_file
from torch import Tensor

from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint import load, save_model
from openk2.checkpoint.expert_files import ExpertFiles
from openk2.checkpoint.expert_layout import StoredExpert
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.engine.compute import level_of
from openk2.engine.expert_cache import ExpertCache, policy_of
from openk2.engine.expert_policy import ExpertRequest, replay
from openk2.errors import CheckpointError, EngineError
from openk2.kernels.native import native

GREEDY = SamplingParams(temperature=0, max_tokens=5)
SHAPE = K2Config.preset("k2-debug").replace(hidden_size=160, moe_intermediate_size=72, num_hidden_layers=4)
"""Expert matrices fill neither blocks of 128, groups of 32 nor panels of 16."""
KERNELS = ["reference", *(["auto"] if native("auto") is not None else [])]
EVERYTHING = 10**9

Opener = Callable[..., ExpertCache]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Format → a model stored in it."""
    model, place = random_model(SHAPE), tmp_path_factory.mktemp("experts")

    def made(format: str) -> Path:
        if not (place / format).exists():
            save_model(model, place / format, format=format)
        return place / format

    return made


@pytest.fixture
def open_cache() -> Iterator[Opener]:
    """Opens caches of as many experts as asked for, in the form of the files, and closes them."""
    caches: list[ExpertCache] = []

    def opened(
        directory: Path, slots: int, *, scale: int = 1, record: list[ExpertRequest] | None = None
    ) -> ExpertCache:
        files = ExpertFiles(directory)
        caches.append(ExpertCache(files, slots * scale * files.expert_bytes, record=record))
        return caches[-1]

    yield opened
    for cache in caches:
        cache.close()


def expert_of(cache: ExpertCache, layer: int, slot: Tensor) -> StoredExpert:
    return cache.files.layouts[layer].of(slot)


def tokens(engine: Engine) -> list[tuple[int, ...]]:
    """What 5 requests get that are served together."""
    with engine:
        return [completion.ids for completion in engine.generate(random_prompts(5, 30), GREEDY)]


@pytest.mark.parametrize("format", ["int4", "fp8", "bf16", "fp32"])
def test_slots_hold_what_the_loader_loads(directory: Callable[[str], Path], open_cache: Opener, format: str) -> None:
    cache = open_cache(directory(format), 3)
    model = load(directory(format), weights="stored")
    for layer, moe in model.moe_blocks().items():
        gate_up_EFD, down_EDF = moe.experts.gate_up_EFD, moe.experts.down_EDF
        for expert, slot in zip((5, 0), cache.fetch(layer, [5, 0]), strict=True):
            found = expert_of(cache, layer, slot)
            dtype = model.lm_head.weight.dtype
            gate_up_FD = torch.cat([found.gate.dense(dtype), found.up.dense(dtype)])
            assert torch.equal(gate_up_FD, gate_up_EFD[expert])
            assert torch.equal(found.down.dense(dtype), down_EDF[expert])


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize(("format", "dtype"), [("int4", None), ("fp8", "float32"), ("bf16", "float32"), ("bf16", None)])
def test_tokens_are_those_from_memory_and_counters_those_of_the_replay(
    directory: Callable[[str], Path],
    open_cache: Opener,
    tokenizer: Tokenizer,
    kernels: str,
    format: str,
    dtype: str | None,
) -> None:
    place = directory(format)
    expected = tokens(Engine(load(place, dtype=dtype, weights="stored"), tokenizer, kernels=kernels))
    seen = set()
    for scale in (4, 12, EVERYTHING):
        record: list[ExpertRequest] = []
        cache = open_cache(place, 1, scale=scale, record=record)
        model = load(place, dtype=dtype, weights="stored", experts_on_disk=True)
        engine = Engine(model, tokenizer, kernels=kernels, experts=cache)
        assert tokens(engine) == expected
        counters = cache.counters
        assert replay(policy_of(cache.files, cache.most_at_once), record) == replace(counters, seconds_waited=0.0)
        assert engine.load.others["experts"]["hits"] == counters.hits
        seen.add(cache.most_at_once)
    assert len(seen) == 3
    assert counters.misses == counters.misses + counters.evictions <= 3 * SHAPE.n_routed_experts
    assert counters.seconds_waited > 0


@pytest.mark.parametrize("kernels", KERNELS)
def test_a_cache_of_one_expert_serves_prompts_that_use_all(
    directory: Callable[[str], Path], tokenizer: Tokenizer, kernels: str
) -> None:
    place = directory("int4")
    expected = tokens(Engine(load(place, weights="stored"), tokenizer, kernels=kernels))
    files = ExpertFiles(place)
    with ExpertCache(files, 2 * files.expert_bytes - 1) as cache:
        assert cache.most_at_once == 1
        model = load(place, weights="stored", experts_on_disk=True)
        assert tokens(Engine(model, tokenizer, kernels=kernels, experts=cache)) == expected
        assert cache.counters.hits <= cache.counters.misses


def test_experts_read_ahead_are_the_same_and_are_waited_for(
    directory: Callable[[str], Path], open_cache: Opener
) -> None:
    cache, every = open_cache(directory("int4"), 6), open_cache(directory("int4"), 24)
    for step in range(40):
        cache.read_ahead(2, [step % 8])
        [slot] = cache.fetch(2, [step % 8])
        cache.fetch(1, [step % 5, 5])
        [expected] = every.fetch(2, [step % 8])
        for mine, theirs in zip(
            expert_of(cache, 2, cache.fetch(2, [step % 8])[0]).matrices,
            expert_of(every, 2, expected).matrices,
            strict=True,
        ):
            assert torch.equal(mine.codes, theirs.codes)
        assert slot.shape == expected.shape
    assert cache.counters.read_ahead_useful > 0


def test_a_slot_is_filled_anew_only_when_what_was_on_its_way_there_has_come(
    directory: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, open_cache: Opener
) -> None:
    cache = open_cache(directory("int4"), 2)
    every = open_cache(directory("int4"), 24)
    monkeypatch.setattr("openk2.engine.expert_policy.ENOUGH", 0)
    go, read = threading.Event(), cache.files.read

    def slow(layer: int, expert: int, buffer: Tensor) -> StoredExpert:
        if (layer, expert) == (2, 6):
            go.wait(10)
        return read(layer, expert, buffer)

    monkeypatch.setattr(cache.files, "read", slow)
    cache.fetch(1, [0])
    cache.read_ahead(2, [6])
    assert cache.counters.read_ahead == 1
    threading.Timer(0.05, go.set).start()
    slots = cache.fetch(1, [3, 4])
    assert cache.counters.evictions == 2
    for slot, expected in zip(slots, every.fetch(1, [3, 4]), strict=True):
        assert torch.equal(expert_of(cache, 1, slot).down.codes, expert_of(every, 1, expected).down.codes)


@pytest.mark.parametrize("kernels", KERNELS)
def test_a_file_cut_short_fails_the_requests_of_the_step_and_no_others(
    directory: Callable[[str], Path], tmp_path: Path, tokenizer: Tokenizer, open_cache: Opener, kernels: str
) -> None:
    save_model(load(directory("bf16")), tmp_path, format="int4")
    expected = tokens(Engine(load(tmp_path, weights="stored"), tokenizer, kernels=kernels))
    file, cache = tmp_path / "model.safetensors", open_cache(tmp_path, 4)
    model = load(tmp_path, weights="stored", experts_on_disk=True)
    whole = file.read_bytes()
    with Engine(model, tokenizer, kernels=kernels, experts=cache) as engine:
        os.truncate(file, len(whole) // 2)
        with pytest.raises(EngineError, match=r"model\.safetensors: tensor model\.layers\.\d\.mlp\.experts\.\d"):
            engine.generate(random_prompts(2, 40), GREEDY)
        with file.open("r+b") as handle:
            handle.write(whole)
        assert tokens(engine) == expected


def test_what_cannot_work_is_said(directory: Callable[[str], Path], tokenizer: Tokenizer, open_cache: Opener) -> None:
    files = ExpertFiles(directory("int4"))
    with pytest.raises(
        EngineError, match=f"100 bytes of memory for experts hold none of .*; accepted: {files.expert_bytes:,}"
    ):
        ExpertCache(files, 100)
    files.close()
    model = load(directory("int4"), weights="stored", experts_on_disk=True)
    with pytest.raises(EngineError, match="routed experts are on disk; accepted: an ExpertCache"):
        Engine(model, tokenizer)
    other = load(directory("int4"), weights="stored", experts_on_disk=True, layers=2)
    with pytest.raises(EngineError, match="experts are those of another model"):
        Engine(other, tokenizer, experts=open_cache(directory("int4"), 4))


@pytest.mark.skipif(native("auto") is None, reason="no native kernels")
def test_experts_whose_scales_the_kernels_do_not_take_run_in_pytorch(
    directory: Callable[[str], Path], tmp_path: Path, tokenizer: Tokenizer, open_cache: Opener
) -> None:
    save_model(load(directory("bf16")), tmp_path, format="int4")
    tensors = load_file(tmp_path / "model.safetensors")
    floats = {name: tensor.float() if name.endswith("_scale") else tensor for name, tensor in tensors.items()}
    save_file(floats, tmp_path / "model.safetensors", metadata={"format": "pt"})
    expected = tokens(Engine(load(tmp_path, weights="stored"), tokenizer))
    model = load(tmp_path, weights="stored", experts_on_disk=True)
    engine = Engine(model, tokenizer, experts=open_cache(tmp_path, 6))
    assert level_of(engine._forward) is None
    assert tokens(engine) == expected


def test_a_failed_fetch_leaves_the_other_experts_and_can_be_repeated(
    directory: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, open_cache: Opener
) -> None:
    cache = open_cache(directory("int4"), 4)
    read = cache.files.read

    def failing(layer: int, expert: int, buffer: Tensor) -> StoredExpert:
        if expert == 2:
            raise CheckpointError("tensor 2 cannot be read")
        return read(layer, expert, buffer)

    monkeypatch.setattr(cache.files, "read", failing)
    with pytest.raises(CheckpointError, match="tensor 2"):
        cache.fetch(1, [1, 2, 3])
    monkeypatch.setattr(cache.files, "read", read)
    before = cache.counters
    assert len(cache.fetch(1, [1, 2, 3])) == 3
    after = cache.counters
    assert (after.hits - before.hits, after.misses - before.misses) == (2, 1)
