"""A small random model, its byte tokenizer, and engines that are closed after the test."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.model import K2Model

EngineMaker = Callable[..., Engine]


def random_model(config: K2Config, seed: int = 0) -> K2Model:
    """Fresh weights, larger than at the start of training so that tokens differ, and a router bias that matters."""
    model = K2Model(config.replace(initializer_range=0.1)).initialize(seed).eval()
    generator = torch.Generator().manual_seed(seed)
    for block in model.moe_blocks().values():
        block.gate.e_score_correction_bias.copy_(torch.randn(config.n_routed_experts, generator=generator) * 0.05)
    return model


def random_prompts(count: int, longest: int, seed: int = 0) -> list[list[int]]:
    """Prompts of byte tokens, 1 … `longest` long."""
    draw = random.Random(seed)
    return [[draw.randrange(256) for _ in range(draw.randint(1, longest))] for _ in range(count)]


@pytest.fixture(scope="session")
def model() -> K2Model:
    """k2-debug with random weights."""
    return random_model(K2Config.preset("k2-debug"))


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """Bytes and special tokens: 512 ids, as many as k2-debug has."""
    return Tokenizer.bytes_only()


@pytest.fixture
def make_engine(model: K2Model, tokenizer: Tokenizer) -> Iterator[EngineMaker]:
    """Makes engines over the small model; keyword arguments as `Engine` has them."""
    engines: list[Engine] = []

    def make(**options: Any) -> Engine:
        engines.append(Engine(options.pop("model", model), tokenizer, **options))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()
