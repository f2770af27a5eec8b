"""The native kernels' library, compiled once, and each of its levels that this machine can run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest, library: Library) -> Iterator[Level]:
    """Each level in turn, on one thread unless the test asks for more."""
    reason = library.unsupported(request.param)
    if reason is not None:
        pytest.skip(reason)
    library.threads = 1
    yield library.level(request.param)
    library.threads = 1


@pytest.fixture
def levels(library: Library) -> list[Level]:
    """All levels that this machine can run, to be compared with one another."""
    library.threads = 1
    runnable = [library.level(name) for name in LEVELS if library.unsupported(name) is None]
    if len(runnable) < 2:
        pytest.skip("this machine has one level")
    return runnable
