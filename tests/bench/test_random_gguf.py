"""GGUF files with random weights: read back with a few lines of our own, as the format says."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import random_gguf
from random_gguf import TYPES

from openk2.config import K2Config

DEBUG = K2Config.preset("k2-debug")
DRAWN = np.random.default_rng(1).standard_normal(320, dtype=np.float32)


def read(path: Path) -> tuple[int, dict[str, tuple[tuple[int, ...], int, int]], int]:
    """Number of facts, name → (dimensions, type, offset), and where the numbers begin."""
    data = path.read_bytes()
    at = 0

    def take(form: str) -> tuple[int, ...]:
        nonlocal at
        values = struct.unpack_from(f"<{form}", data, at)
        at += struct.calcsize(f"<{form}")
        return values

    def text() -> str:
        nonlocal at
        (size,) = take("Q")
        at += size
        return data[at - size : at].decode()

    def skip(kind: int) -> None:
        if kind == 8:
            text()
        elif kind == 9:
            item, count = take("IQ")
            for _ in range(count):
                skip(item)
        else:
            take({4: "I", 5: "i", 6: "f", 7: "?"}[kind])

    magic, version, tensors, facts = take("4sIQQ")
    assert (magic, version) == (b"GGUF", 3)
    for _ in range(facts):
        text()
        skip(*take("I"))
    found = {}
    for _ in range(tensors):
        name = text()
        (count,) = take("I")
        found[name] = (take(f"{count}Q"), *take("IQ"))
    return facts, found, at + -at % 32


def test_a_file_holds_every_tensor_where_it_says(tmp_path: Path) -> None:
    random_gguf.write(tmp_path / "m.gguf", DEBUG, "k2-debug", TYPES["bf16"])
    _, found, begin = read(tmp_path / "m.gguf")
    planned = {tensor.name: tensor for tensor in random_gguf.tensors(DEBUG, TYPES["bf16"])}
    assert set(found) == set(planned)
    data = (tmp_path / "m.gguf").read_bytes()
    for name, (dimensions, kind, offset) in found.items():
        tensor = planned[name]
        assert dimensions == tensor.shape[::-1]
        assert kind == tensor.type.id
        assert offset % 32 == 0
        numbers = np.frombuffer(data[begin + offset : begin + offset + tensor.bytes], np.uint8)
        if tensor.value is not None:
            assert (numbers.view(np.float32) == tensor.value).all()
        elif tensor.type.id == 30:
            values = (numbers.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
            assert float(values.std()) == pytest.approx(0.02, rel=0.1)
    last = max(found.values(), key=lambda one: one[2])
    assert len(data) >= begin + last[2]


def test_the_numbers_of_a_file_are_those_of_the_shape() -> None:
    """All weights of the preset, none twice; llama.cpp keeps the latent's two up-projections apart."""
    from openk2.checkpoint.shapes import parameters

    for preset in ("k2-mini", "moonlight-16b-a3b", "k2-debug"):
        config = K2Config.preset(preset)
        counted = sum(int(np.prod(tensor.shape)) for tensor in random_gguf.tensors(config, TYPES["bf16"]))
        assert counted == parameters(config)


def test_q8_0_is_a_float16_scale_and_32_codes() -> None:
    blocks_gb = TYPES["q8_0"].encode(DRAWN).reshape(-1, 34)
    scales_g1 = blocks_gb[:, :2].copy().view(np.float16).astype(np.float32)
    values = (scales_g1 * blocks_gb[:, 2:].view(np.int8)).ravel()
    assert np.abs(values - DRAWN).max() <= 0.51 * scales_g1.max()


def test_q4_0_is_a_float16_scale_and_two_codes_to_a_byte() -> None:
    blocks_gb = TYPES["q4_0"].encode(DRAWN).reshape(-1, 18)
    scales_g1 = blocks_gb[:, :2].copy().view(np.float16).astype(np.float32)
    pairs_gb = blocks_gb[:, 2:]
    codes_gG = np.concatenate((pairs_gb & 15, pairs_gb >> 4), 1).astype(np.int8) - 8
    assert np.abs((scales_g1 * codes_gG).ravel() - DRAWN).max() <= 0.51 * scales_g1.max()


def test_rows_that_are_no_whole_blocks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"attn_k_b\.weight has rows of 16; accepted: multiples of 32"):
        random_gguf.write(tmp_path / "m.gguf", DEBUG, "k2-debug", TYPES["q4_0"])
