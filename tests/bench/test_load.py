"""Requests to an engine: everyone is answered, and the moments are those of a clock."""

from __future__ import annotations

import pytest

from openk2.bench import load
from openk2.bench.random_model import random_model
from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.engine import Engine


@pytest.mark.parametrize("rate", [None, 500.0])
def test_every_request_is_answered(rate: float | None) -> None:
    model = random_model(K2Config.preset("k2-debug"), "bf16")
    with Engine(model, Tokenizer.bytes_only(), max_batch=2, max_context=64) as engine:
        answers = load.answers(engine, requests=5, clients=2, prompt=9, tokens=4, rate=rate)
    assert len(answers) == 5
    for answer in answers:
        assert len(answer.came) == 4, "an end of turn that comes by chance does not count"
        assert answer.first > 0
        assert all(gap >= 0 for gap in answer.gaps)
        assert len(answer.gaps) == 3


def test_percentiles_are_values_that_were_measured() -> None:
    assert load.percentiles([float(number) for number in range(1, 101)]) == {"p50": 50, "p90": 90, "p99": 99}
    assert load.percentiles([3.0]) == {"p50": 3, "p90": 3, "p99": 3}
