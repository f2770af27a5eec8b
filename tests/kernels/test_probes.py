"""The probes of bandwidth and of products: what they return, not how fast this machine is."""

import pytest
import torch

from openk2.kernels import probes
from openk2.kernels.probes import matmul_peak, matmul_rates, read_bandwidth


@pytest.mark.parametrize("threads", [1, 2, 3, None])
def test_read_bandwidth_is_bytes_per_second_of_any_number_of_threads(threads: int | None) -> None:
    speed = read_bandwidth(threads, size=2**22)
    assert 1e6 < speed < 1e14


def test_matmul_rates_leave_the_number_of_threads_as_it_was() -> None:
    before = torch.get_num_threads()
    rates = matmul_rates(before + 1, sizes=(64, 128))
    assert list(rates) == ["bfloat16", "float32"]
    assert all(1e6 < rate < 1e16 for rate in rates.values())
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(("bfloat16", "float32"), [(1e12, 2e11), (1e9, 2e11)])
def test_the_peak_is_that_of_the_format_whose_products_are_faster(
    monkeypatch: pytest.MonkeyPatch, bfloat16: float, float32: float
) -> None:
    monkeypatch.setattr(probes, "matmul_rates", lambda threads: {"bfloat16": bfloat16, "float32": float32})
    assert matmul_peak() == max(bfloat16, float32)


def test_products_that_would_take_long_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(probes.time, "perf_counter", lambda: 0.1 * next(clock))  # every product takes 0.1 s
    tried = []
    rate = probes._best_rate(lambda size: lambda: tried.append(size), sizes=(64, 100, 200))
    assert set(tried) == {64, 100}  # of 200 it would be 0.8 s
    assert rate == pytest.approx(2 * 100**3 / 0.1)
