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


def test_alternatives_are_reported_where_asked_for(api: OpenAI) -> None:
    entries = ask(api, 5, logprobs=True, top_logprobs=3).choices[0].logprobs.content
    streamed = [
        entry
        for chunk in ask(api, 5, logprobs=True, top_logprobs=3, stream=True)
        if chunk.choices[0].logprobs
        for entry in chunk.choices[0].logprobs.content
    ]
    assert streamed == entries
    for entry in entries:
        values = [other.logprob for other in entry.top_logprobs]
        assert len(values) == 3
        assert values == sorted(values, reverse=True)
        assert values[0] == entry.logprob, "greedy: the token is the most probable one"


def test_several_answers_are_those_of_the_seed_streamed_or_whole(api: OpenAI) -> None:
    options: Any = {"temperature": 1.0, "seed": 3, "max_tokens": 12, "n": 3}
    messages: Any = [{"role": "user", "content": "hello"}]
    whole = api.chat.completions.create(model="k2-debug", messages=messages, **options)
    assert [choice.index for choice in whole.choices] == [0, 1, 2]
    texts = [choice.message.content for choice in whole.choices]
    assert len(set(texts)) == 3
    assert whole.usage is not None
    streamed, reasons = ["", "", ""], {}
    for chunk in api.chat.completions.create(model="k2-debug", messages=messages, stream=True, **options):
        for choice in chunk.choices:
            streamed[choice.index] += choice.delta.content or ""
            reasons[choice.index] = choice.finish_reason
    assert streamed == texts
    assert reasons == {choice.index: choice.finish_reason for choice in whole.choices}
    alone = api.chat.completions.create(model="k2-debug", messages=messages, **{**options, "n": 1})
    assert alone.choices[0].message.content == texts[0]
    assert alone.usage is not None
    assert whole.usage.prompt_tokens == alone.usage.prompt_tokens
    assert whole.usage.completion_tokens > alone.usage.completion_tokens


def test_bias_and_penalties_of_openai_s_api_are_honoured(api: OpenAI) -> None:
    only_a = ask(api, 6, logit_bias={"65": 100})
    assert set(only_a.choices[0].message.content) == {"A"}
    other = ask(api, 6, logit_bias={"65": 20}, frequency_penalty=2, presence_penalty=2)
    assert other.choices[0].message.content != only_a.choices[0].message.content
    long = ask(api, 0, extra_body={"min_tokens": 3, "repetition_penalty": 1.2, "min_p": 0.1, "top_k": 5})
    assert long.usage.completion_tokens == 3


def test_the_second_turn_of_a_conversation_comes_from_the_cache(api: OpenAI) -> None:
    opening: Any = [{"role": "user", "content": "a long question " * 20}]
    first = api.chat.completions.create(model="k2-debug", messages=opening, max_tokens=1)
    again = api.chat.completions.create(model="k2-debug", messages=opening, max_tokens=1)
    assert first.usage is not None
    assert again.usage is not None
    assert again.usage.prompt_tokens_details is not None
    assert (again.usage.prompt_tokens_details.cached_tokens or 0) > 0.8 * first.usage.prompt_tokens
