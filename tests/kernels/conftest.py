"""The native kernels' library, compiled once, and each of its levels that this machine can run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from openk2.errors import KernelError
from openk2.kernels.native.build import build
from openk2.kernels.native.levels import levels_of_this_machine
from openk2.kernels.native.library import Level, Library

LEVELS = tuple(levels_of_this_machine())


@pytest.fixture(scope="session")
def library() -> Library:
    """Of the sources as they are."""
    try:
        return Library(build())
    except KernelError as error:
        pytest.skip(str(error))


@pytest.fixture
def one_thread(library: Library) -> Iterator[None]:
    """The kernels' unless a test asks for more, and PyTorch's, whose yardsticks are too small to be shared out."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    library.threads = 1
    yield
    library.threads = 1
    torch.set_num_threads(before)


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest, library: Library, one_thread: None) -> Level:
    """Each level in turn."""
    reason = library.unsupported(request.param)
    if reason is not None:
        pytest.skip(reason)
    return library.level(request.param)


@pytest.fixture
def levels(library: Library, one_thread: None) -> list[Level]:
    """All levels that this machine can run, to be compared with one another."""
    runnable = [library.level(name) for name in LEVELS if library.unsupported(name) is None]
    if len(runnable) < 2:
        pytest.skip("this machine has one level")
    return runnable
