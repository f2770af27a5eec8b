"""A model for every path of the network, and tokens."""

import pytest
import torch
from model_shapes import PATHS, random_config, telling_model

from openk2.config import K2Config
from openk2.model import K2Model


@pytest.fixture(scope="session", params=list(PATHS))
def model(request: pytest.FixtureRequest) -> K2Model:
    """One model per path."""
    return telling_model(random_config(request.param))


@pytest.fixture(scope="session")
def debug_model() -> K2Model:
    """The k2-debug shape."""
    return telling_model(K2Config.preset("k2-debug").replace(initializer_range=0.15))


@pytest.fixture
def ids() -> torch.Tensor:
    """Two rows of 37 tokens."""
    return torch.randint(96, (2, 37), generator=torch.Generator().manual_seed(9))
