"""Levels on CPUs that this machine is not: run by an emulator, judged by the checks of every level.

The ARM level is cross-compiled. The slowest x86 level comes from a program that holds all, on a CPU without AVX512: an
instruction that leaks from a faster level's file ends it. Needs `aarch64-linux-gnu-g++`, `qemu-aarch64`, `qemu-x86_64`
(Debian: g++-aarch64-linux-gnu, qemu-user).
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from native_numbers import EXACT_ON_ALL_LEVELS, hold, normal, uneven
from torch import Tensor

from openk2.kernels.native import Level, build, checks
from openk2.kernels.native.interface import Layout
from openk2.kernels.native.levels import ARM, X86, Flags
from openk2.kernels.native.library import Library
from openk2.kernels.native.packed import Lookup, code_bytes, latent_attention, linear, pack_scales, routed_experts
from openk2.kernels.native.sampling import Wanted, bits_of

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Target:
    """A level, the levels compiled beside it, and where it runs."""

    level: str
    compiled: dict[str, Flags]
    compiler: str
    emulator: str
    cpu: str


NEON = Target("neon", ARM, "aarch64-linux-gnu-g++", "qemu-aarch64", "max")
AVX2 = Target("avx2", X86, "x86_64-linux-gnu-g++", "qemu-x86_64", "Haswell")


class Harness:
    """A program of the kernels and `native_harness.cpp`."""

    def __init__(self, target: Target, folder: Path) -> None:
        if not shutil.which(target.compiler) or not shutil.which(target.emulator):
            pytest.skip(f"needs {target.compiler} and {target.emulator}")
        self.target = target
        self._program = folder / "harness"
        objects = build.compile_objects(build.Compiler((target.compiler,), ""), target.compiled, build.SOURCES, folder)
        own = Path(__file__).with_name("native_harness.cpp")
        command = [target.compiler, "-std=c++17", "-static", "-pthread", f"-I{build.SOURCES}", str(own)]
        subprocess.run([*command, *map(str, objects), "-o", str(self._program)], check=True)

    def run(self, told: bytes, *arguments: str, cpu: str | None = None) -> subprocess.CompletedProcess[bytes]:
        """One operation."""
        command = [self.target.emulator, "-cpu", cpu or self.target.cpu, str(self._program), *arguments]
        return subprocess.run(command, input=told, capture_output=True, check=False)


@pytest.fixture(scope="module", params=[NEON, AVX2], ids=lambda target: target.level)
def harness(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Harness:
    """Compiled once."""
    return Harness(request.param, tmp_path_factory.mktemp("emulated"))


@dataclass(frozen=True)
class Raw:
    """A weight that is packed where it is used."""

    layout: Layout
    rows: Tensor
    scales: Tensor | None
    inputs: int

    @property
    def told(self) -> bytes:
        """As the harness reads it."""
        outputs = self.rows.shape[0]
        stride = self.rows.stride(0) * (self.rows.element_size() if "INT4" in self.layout.name else 1)
        scales = b"" if self.scales is None else bytes_of(pack_scales(self.layout, self.scales, outputs, self.inputs))
        size = code_bytes(self.layout, outputs, self.inputs)
        head = struct.pack("<iiiqq", self.layout, outputs, self.inputs, size, stride)
        return head + block(bytes_of(self.rows)) + block(scales)


def bytes_of(tensor: Tensor) -> bytes:
    """Of its elements, one after the other."""
    return tensor.contiguous().view(torch.uint8).numpy().tobytes()


def block(content: bytes) -> bytes:
    """Behind its length."""
    return struct.pack("<q", len(content)) + content


class Emulated:
    """The operations of `packed.py`, `delta.py` and `sampling.py`, each a run of the harness."""

    def __init__(self, harness: Harness, level: SimpleNamespace) -> None:
        self._harness = harness
        self._level = level

    def pack(self, _: Level, layout: Layout, rows: Tensor, scales: Tensor | None, inputs: int) -> Raw:
        return Raw(layout, rows, scales, inputs)

    def linear(self, _: Level, weight: Raw, x_NI: Tensor) -> Tensor:
        told = weight.told + struct.pack("<i", len(x_NI)) + block(bytes_of(x_NI))
        return self._run("linear", told).view(len(x_NI), -1)

    def routed_experts(
        self, _: Level, experts: Sequence[tuple[Raw, Raw, Raw]], x_ND: Tensor, chosen_NK: Tensor, factors_NK: Tensor
    ) -> Tensor:
        told = struct.pack("<iiii", len(experts), *x_ND.shape, chosen_NK.shape[1])
        told += b"".join(weight.told for three in experts for weight in three)
        told += b"".join(block(bytes_of(each)) for each in (x_ND, chosen_NK.int(), factors_NK))
        return self._run("experts", told).view_as(x_ND)

    def latent_attention(
        self, _: Level, latents_SC: Tensor, rank: int, page: int, lookups: Sequence[Lookup], q_NHC: Tensor
    ) -> Tensor:
        bfloat16 = latents_SC.dtype == torch.bfloat16
        told = struct.pack("<iiii", bfloat16, latents_SC.shape[1], rank, page) + block(bytes_of(latents_SC))
        told += struct.pack("<i", len(lookups))
        for lookup in lookups:
            told += struct.pack("<ii", lookup.tokens, lookup.start) + block(bytes_of(lookup.pages))
        N, H, _C = q_NHC.shape
        told += struct.pack("<i", H) + block(bytes_of(q_NHC))
        return self._run("attention", told).view(N, H, rank)

    def delta_rule(self, _: Level, *given: Tensor) -> tuple[Tensor, Tensor]:
        B, H, T, d = given[0].shape
        told = struct.pack("<iii", B * H, T, d) + b"".join(block(bytes_of(each)) for each in given)
        read, state = self._run("delta", told).split([B * H * T * d, B * H * d * d])
        return read.view(B, H, T, d), state.view(B, H, d, d)

    def sample(self, _: Level, logits_NV: Tensor, rows: Sequence[int], wanted: Sequence[Wanted]) -> list[int]:
        told = struct.pack("<ii", len(rows), logits_NV.shape[1]) + block(bytes_of(logits_NV))
        for row, w in zip(rows, wanted, strict=True):
            told += struct.pack("<idddd", row, w.number, w.temperature, w.top_p, w.min_p)
            told += struct.pack("<fff", w.repetition_penalty, w.frequency_penalty, w.presence_penalty)
            told += struct.pack("<i", w.top_k)
            told += block(array("i", w.logit_bias).tobytes()) + block(array("f", w.logit_bias.values()).tobytes())
            told += block(array("i", w.counts).tobytes()) + block(array("i", w.counts.values()).tobytes())
            told += block(array("i", w.held_back).tobytes())
            told += block(b"" if w.allowed_V is None else bits_of(w.allowed_V).tobytes())
        return self._run("sample", told).int().tolist()

    def report(
        self, _: Level, logits_NV: Tensor, rows: Sequence[int], ids: Sequence[int], alternatives: int
    ) -> list[tuple[float, tuple[tuple[int, float], ...]]]:
        told = struct.pack("<iii", len(rows), logits_NV.shape[1], alternatives) + block(bytes_of(logits_NV))
        told += block(array("i", rows).tobytes()) + block(array("i", ids).tobytes())
        reports = []
        for own, *top in self._run("report", told).view(len(rows), -1).tolist():
            pairs = zip(map(int, top[:alternatives]), top[alternatives:], strict=True)
            reports.append((own, tuple((id, logprob) for id, logprob in pairs if id >= 0)))
        return reports

    def _run(self, operation: str, told: bytes) -> Tensor:
        done = self._harness.run(told, self._harness.target.level, operation, str(self._level.library.threads))
        assert done.returncode == 0, done.stderr
        return torch.frombuffer(bytearray(done.stdout), dtype=torch.float32)


def emulate(harness: Harness) -> tuple[Emulated, Level]:
    """The operations, and what stands for the level in their arguments."""
    level = SimpleNamespace(library=SimpleNamespace(threads=1))
    return Emulated(harness, level), cast(Level, level)


@pytest.mark.parametrize("name", checks.CHECKS)
def test_an_emulated_level_passes_every_check(name: str, harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    emulated, level = emulate(harness)
    for operation in ("pack", "linear", "routed_experts", "latent_attention", "delta_rule", "sample", "report"):
        monkeypatch.setattr(checks, operation, getattr(emulated, operation))
    check: Callable[[Level], tuple[float, float]] = checks.CHECKS[name]
    error, bound = check(level)
    assert error <= bound


@pytest.mark.parametrize("layout", EXACT_ON_ALL_LEVELS, ids=lambda layout: layout.name)
def test_products_have_the_bits_of_this_machines_levels(layout: Layout, harness: Harness, library: Library) -> None:
    emulated, level = emulate(harness)
    here = library.level(library.levels[0])
    for outputs, inputs, rows in ((50, 75, 1), (130, 260, 35), (20, 1000, 6)):
        weight, x_NI = hold(layout, uneven(outputs, inputs, seed=1)), normal(rows, inputs, seed=2)
        raw = emulated.pack(level, layout, weight.rows, weight.scales, inputs)
        assert torch.equal(emulated.linear(level, raw, x_NI), linear(here, weight.packed(here), x_NI))
    experts = [[hold(layout, uneven(75, 75, seed=3 * e + i)) for i in range(3)] for e in range(3)]
    raws = [tuple(emulated.pack(level, layout, w.rows, w.scales, 75) for w in three) for three in experts]
    packed = [tuple(weight.packed(here) for weight in three) for three in experts]
    asked = (normal(40, 75, seed=2), torch.arange(40)[:, None] % 2, normal(40, 1, seed=3))
    assert torch.equal(emulated.routed_experts(level, raws, *asked), routed_experts(here, packed, *asked))


def test_attention_over_floats_has_the_bits_of_this_machines_levels(harness: Harness, library: Library) -> None:
    emulated, level = emulate(harness)
    pages = torch.randperm(40, generator=torch.Generator().manual_seed(1)).int()
    lookups = [Lookup(530, 1, pages[:35].contiguous()), Lookup(20, 20, pages[35:38].contiguous())]
    asked = (normal(640, 57, seed=1), 40, 16, lookups, 0.3 * normal(21, 3, 57, seed=2))
    theirs = emulated.latent_attention(level, *asked)
    assert torch.equal(theirs, latent_attention(library.level(library.levels[0]), *asked))


def test_a_level_above_the_cpu_is_refused_and_the_reason_said(harness: Harness) -> None:
    above = {
        "neon": ("neon", "cortex-a72", b"the CPU has no dot product"),
        "avx2": ("avx512", "Haswell", b"the CPU has no AVX512-F"),
    }
    level, cpu, reason = above[harness.target.level]
    done = harness.run(b"", level, "linear", "1", cpu=cpu)
    assert done.returncode == 2
    assert reason in done.stderr


def test_a_cpu_older_than_every_level_is_refused(harness: Harness) -> None:
    if harness.target is NEON:
        pytest.skip("one level")
    for level in X86:
        done = harness.run(b"", level, "linear", "1", cpu="Nehalem")
        assert done.returncode == 2
        assert b"the CPU has no AVX2" in done.stderr
