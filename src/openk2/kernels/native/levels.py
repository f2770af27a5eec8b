"""The levels of instructions the kernels are compiled for, slowest first, and the flags that allow them.

A level is what a family of CPUs has: avx2 (Haswell, Zen), avx512 (Skylake-X), avx512_vnni (Cascade Lake), avx512_bf16
(Cooper Lake, Zen 4; no VBMI, which Cooper Lake lacks), amx (Sapphire Rapids), neon (ARMv8.2 with dot product). Whether
a machine can run one is asked in `cpp/dispatch.cpp`; never `-march=native`, so a library serves other machines too.
"""

from __future__ import annotations

import platform

Flags = tuple[str, ...]

_AVX2 = ("-mavx2", "-mfma", "-mf16c")
_AVX512 = (*_AVX2, "-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq")
_VNNI = (*_AVX512, "-mavx512vnni")
_BF16 = (*_VNNI, "-mavx512bf16")

X86: dict[str, Flags] = {
    "avx2": _AVX2,
    "avx512": _AVX512,
    "avx512_vnni": _VNNI,
    "avx512_bf16": _BF16,
    "amx": (*_BF16, "-mamx-tile", "-mamx-int8", "-mamx-bf16"),
}
ARM: dict[str, Flags] = {"neon": ("-march=armv8.2-a+dotprod",)}
NAMES = (*X86, *ARM)
"""All levels there are; of one kind of machine the later is the faster."""

_MACHINES: dict[str, dict[str, Flags]] = {"x86_64": X86, "amd64": X86, "aarch64": ARM, "arm64": ARM}


def levels_of_this_machine() -> dict[str, Flags]:
    """Level → compiler flags for this kind of CPU; empty where there are no kernels for it, as on Windows."""
    if platform.system() not in ("Linux", "Darwin"):
        return {}
    return _MACHINES.get(platform.machine().lower(), {})
