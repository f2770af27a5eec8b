"""What counts as a quiet machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from openk2.bench import machine


def probes(*bandwidths: float) -> Callable[[], float]:
    """A probe that finds one after the other."""
    found = iter(bandwidths)
    return lambda: next(found)


def test_a_steady_bandwidth_is_quiet() -> None:
    found = machine.noise(probe=probes(30, 31, 29, 30, 32), busy=list)
    assert found.spread == pytest.approx(0.1)
    assert found.reason is None


def test_a_bandwidth_that_moves_is_a_reason() -> None:
    assert machine.noise(probe=probes(30, 31, 22, 30, 32), busy=list).reason == (
        "the read bandwidth moved by 33% over 5 probes"
    )


def test_other_processes_are_a_reason_and_named() -> None:
    found = machine.noise(probe=probes(30, 30, 30, 30, 30), busy=lambda: ["compiler (98%)"])
    assert found.reason == "other processes are at work: compiler (98%)"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_a_process_at_work_is_found_and_this_one_is_not() -> None:
    code = "import ctypes; ctypes.CDLL(None).prctl(15, b'at-work', 0, 0, 0)\nprint(flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            found = [name.split(" (")[0] for name in machine.busy_processes()]
        finally:
            process.kill()
    assert "at-work" in found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_peak_memory_can_begin_anew() -> None:
    np.ones(2**28, np.uint8)
    machine.forget_peak_memory()
    before = machine.peak_memory()
    kept = np.ones(2**27, np.uint8)
    assert machine.peak_memory() - before >= 0.9 * kept.nbytes
    assert machine.peak_memory() - before < 1.5 * kept.nbytes


def test_probes_run_around_the_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(machine, "read_bandwidth", lambda threads: order.append("read") or 2.0)
    monkeypatch.setattr(machine, "matmul_peak", lambda threads: order.append("multiply") or float(len(order)))
    measured, found = machine.probed(lambda: order.append("measured") or "result", 1)
    assert measured == "result"
    assert order == ["read"] * 3 + ["multiply", "measured", "multiply"] + ["read"] * 2
    assert (found.bandwidth, found.peak, found.spread) == (2.0, 6.0, 0.0)


def test_the_processor_has_a_name_and_cores() -> None:
    assert machine.cpu().model
    assert machine.cpu().cores >= 1
