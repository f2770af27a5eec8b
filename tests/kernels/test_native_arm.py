"""The ARM level on a machine of another kind: cross-compiled, run by an emulator, judged by the checks of every level.

Needs `aarch64-linux-gnu-g++` and `qemu-aarch64` (Debian: g++-aarch64-linux-gnu, qemu-user).
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from torch import Tensor

from openk2.kernels.native import Level, build, checks
from openk2.kernels.native.interface import Layout
from openk2.kernels.native.levels import ARM
from openk2.kernels.native.packed import Lookup, code_bytes, pack_scales

COMPILER, EMULATOR = "aarch64-linux-gnu-g++", "qemu-aarch64"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which(COMPILER) or not shutil.which(EMULATOR), reason="needs a cross compiler"),
]


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program of the kernels and `native_harness.cpp`."""
    folder = tmp_path_factory.mktemp("arm")
    objects = build.compile_objects(build.Compiler((COMPILER,), ""), ARM, build.SOURCES, folder)
    program = folder / "harness"
    own = Path(__file__).with_name("native_harness.cpp")
    command = [COMPILER, "-std=c++17", "-static", "-pthread", f"-I{build.SOURCES}", str(own), *map(str, objects)]
    subprocess.run([*command, "-o", str(program)], check=True)
    return program


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
    """The operations of `packed.py`, each a run of the harness."""

    def __init__(self, harness: Path, level: SimpleNamespace) -> None:
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

    def _run(self, operation: str, told: bytes) -> Tensor:
        command = [EMULATOR, "-cpu", "max", str(self._harness), operation, str(self._level.library.threads)]
        done = subprocess.run(command, input=told, capture_output=True, check=True)
        return torch.frombuffer(bytearray(done.stdout), dtype=torch.float32)


@pytest.mark.parametrize("name", checks.CHECKS)
def test_the_arm_level_passes_every_check(name: str, harness: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    level = SimpleNamespace(library=SimpleNamespace(threads=1))
    emulated = Emulated(harness, level)
    for operation in ("pack", "linear", "routed_experts", "latent_attention"):
        monkeypatch.setattr(checks, operation, getattr(emulated, operation))
    check: Callable[[Level], tuple[float, float]] = checks.CHECKS[name]
    error, bound = check(cast(Level, level))
    assert error <= bound


def test_a_cpu_without_dot_products_is_refused(harness: Path) -> None:
    command = [EMULATOR, "-cpu", "cortex-a72", str(harness), "linear", "1"]
    assert subprocess.run(command, input=b"", check=False).returncode == 2
