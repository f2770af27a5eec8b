"""The server over the package's own engine, with a small random model."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from openai import OpenAI
from serving import running

from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.engine.backend import EngineBackend
from openk2.model import K2Model


@pytest.fixture(scope="module")
def api() -> Iterator[OpenAI]:
    torch.manual_seed(0)
    model = K2Model(K2Config.preset("k2-debug").replace(initializer_range=0.1)).initialize(0).eval()
    with (
        Engine(model, Tokenizer.bytes_only(), max_batch=8) as engine,
        running(EngineBackend(engine, "k2-debug")) as address,
    ):
        yield OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)


def ask(api: OpenAI, number: int, **options: Any) -> Any:
    messages: Any = [{"role": "user", "content": f"{number} " * (1 + number % 5)}]
    return api.chat.completions.create(
        model="k2-debug", messages=messages, temperature=0, max_tokens=3 + number % 7, **options
    )


def test_32_concurrent_requests_of_mixed_lengths_equal_their_single_results(api: OpenAI) -> None:
    alone = [ask(api, number).choices[0].model_dump() for number in range(32)]
    with ThreadPoolExecutor(32) as pool:
        together = list(pool.map(lambda number: ask(api, number).choices[0].model_dump(), range(32)))
    assert together == alone


def test_streamed_text_and_usage_equal_the_whole_answers(api: OpenAI) -> None:
    for number in range(4):
        whole = ask(api, number)
        chunks = list(ask(api, number, stream=True, stream_options={"include_usage": True}))
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        assert text == whole.choices[0].message.content
        assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens == 3 + number % 7
        assert chunks[-2].choices[0].finish_reason == whole.choices[0].finish_reason == "length"


def test_logprobs_are_reported_for_every_sampled_token(api: OpenAI) -> None:
    answer = ask(api, 5, logprobs=True)
    entries = answer.choices[0].logprobs.content
    assert len(entries) == answer.usage.completion_tokens
    assert all(entry.logprob <= 0 and entry.bytes for entry in entries)


def test_the_second_turn_of_a_conversation_comes_from_the_cache(api: OpenAI) -> None:
    opening: Any = [{"role": "user", "content": "a long question " * 20}]
    first = api.chat.completions.create(model="k2-debug", messages=opening, max_tokens=1)
    again = api.chat.completions.create(model="k2-debug", messages=opening, max_tokens=1)
    assert first.usage is not None
    assert again.usage is not None
    assert again.usage.prompt_tokens_details is not None
    assert (again.usage.prompt_tokens_details.cached_tokens or 0) > 0.8 * first.usage.prompt_tokens
