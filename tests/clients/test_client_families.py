"""Other people's clients against a running server, each in an environment of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from families import FAMILIES, Family, nano_server, try_out

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with nano_server() as url:
        yield url


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_client_does_its_errand(family: Family, address: str) -> None:
    outcome = try_out(family, address)
    if outcome.outcome == "not installed":
        pytest.skip(f"its packages are not to be had here: {outcome.reason}")
    assert outcome.outcome == "passed", outcome.reason
