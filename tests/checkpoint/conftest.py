"""A small model with telling weights, on disk in any format."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint import save_model
from openk2.config import K2Config
from openk2.model import K2Model


def small_model(seed: int = 1) -> K2Model:
    """A k2-debug model whose matrices do not fill FP8 blocks or INT4 groups, and whose router biases are not zero."""
    config = K2Config.preset("k2-debug").replace(hidden_size=144, moe_intermediate_size=40)
    model = K2Model(config).initialize(seed)
    for block in model.moe_blocks().values():
        block.gate.e_score_correction_bias.normal_(std=0.1, generator=torch.Generator().manual_seed(2))
    return model


@pytest.fixture(scope="session")
def small() -> K2Model:
    """`small_model()`, made once."""
    return small_model()


@pytest.fixture(scope="session")
def source(small: K2Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model in fp32, in several files, with a tokenizer. Not to be changed."""
    directory = tmp_path_factory.mktemp("models") / "small"
    save_model(small, directory, format="fp32", shard_size=600_000)
    Tokenizer.bytes_only().save(directory)
    return directory
