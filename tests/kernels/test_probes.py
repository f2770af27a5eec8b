"""The probes of bandwidth and of products: what they return, not how fast this machine is."""

import pytest
import torch

from openk2.kernels.probes import matmul_peak, read_bandwidth


@pytest.mark.parametrize("threads", [1, 2, 3, None])
def test_read_bandwidth_is_bytes_per_second_of_any_number_of_threads(threads: int | None) -> None:
    speed = read_bandwidth(threads, size=2**22)
    assert 1e6 < speed < 1e14


def test_matmul_peak_leaves_the_number_of_threads_as_it_was() -> None:
    before = torch.get_num_threads()
    speed = matmul_peak(before + 1, sizes=(64, 128))
    assert 1e6 < speed < 1e16
    assert torch.get_num_threads() == before
