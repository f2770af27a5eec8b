"""`/v1/completions` over a small random model: what harnesses read out of it is what the model computes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openai import OpenAI
from serving import running, says

from openk2.chat.sampling import SamplingParams
from openk2.chat.template import IM_END
from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.engine.backend import EngineBackend
from openk2.model import K2Model

TOKENIZER = Tokenizer.bytes_only()
MODEL = K2Model(K2Config.preset("k2-debug").replace(initializer_range=0.1)).initialize(0).eval()


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(MODEL, TOKENIZER, max_batch=8) as running_engine:
        yield running_engine


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    with running(EngineBackend(engine, "k2-debug")) as url:
        yield url


def ask(address: str, **fields: Any) -> Any:
    body = {"model": "k2-debug", "temperature": 0, **fields}
    response = httpx.post(f"{address}/v1/completions", json=body, timeout=60)
    assert response.status_code == 200, response.text
    return response.json()


def refused(address: str, **fields: Any) -> dict[str, Any]:
    body = {"model": "k2-debug", "prompt": "hi", **fields}
    response = httpx.post(f"{address}/v1/completions", json=body, timeout=60)
    assert response.status_code == 400, response.text
    return dict(response.json()["error"])


def streamed(address: str, **fields: Any) -> list[dict[str, Any]]:
    body = {"model": "k2-debug", "temperature": 0, "stream": True, **fields}
    text = httpx.post(f"{address}/v1/completions", json=body, timeout=60).text
    *records, end, rest = text.split("\n\n")
    assert (end, rest) == ("data: [DONE]", "")
    return [json.loads(record.removeprefix("data: ")) for record in records]


def test_a_text_its_ids_and_lists_of_either_give_the_same_answers(address: str) -> None:
    ids = TOKENIZER.encode("hello")
    alone = ask(address, prompt="hello", max_tokens=6)["choices"][0]["text"]
    other = ask(address, prompt="other", max_tokens=6)["choices"][0]["text"]
    assert ask(address, prompt=ids, max_tokens=6)["choices"][0]["text"] == alone
    for prompts in (["hello", "other"], [ids, TOKENIZER.encode("other")]):
        answer = ask(address, prompt=prompts, max_tokens=6)
        assert [choice["index"] for choice in answer["choices"]] == [0, 1]
        assert [choice["text"] for choice in answer["choices"]] == [alone, other]
        assert (answer["usage"]["prompt_tokens"], answer["usage"]["completion_tokens"]) == (10, 12)


def test_names_of_special_tokens_in_a_text_are_those_tokens(address: str) -> None:
    answer = ask(address, prompt=f"a{IM_END}", max_tokens=1, return_token_ids=True)
    assert answer["choices"][0]["prompt_token_ids"] == [ord("a"), TOKENIZER.id(IM_END)]
    assert answer["usage"]["prompt_tokens"] == 2


def test_echo_and_logprobs_give_the_models_own_probabilities_of_the_prompt(engine: Engine, address: str) -> None:
    prompt = TOKENIZER.encode("the prompt")
    choice = ask(address, prompt=prompt, max_tokens=1, echo=True, logprobs=2)["choices"][0]
    params = SamplingParams(temperature=0, max_tokens=1, logprobs=True, top_logprobs=2, prompt_logprobs=True)
    own = engine.generate([prompt], params)[0]
    told = choice["logprobs"]
    assert told["token_logprobs"] == [None, *(token.logprob for token in own.prompt_logprobs), *own.logprobs]
    assert told["top_logprobs"][0] is None
    for shown, token in zip(told["top_logprobs"][1:-1], own.prompt_logprobs, strict=True):
        assert shown.items() >= {chr(token.id): token.logprob}.items()
        assert sorted(shown.values())[-2:] == sorted(value for _, value in token.top)
    assert "".join(told["tokens"][:-1]) == "the prompt"
    assert told["text_offset"] == list(range(len("the prompt") + 1))
    assert choice["text"].startswith("the prompt")


def test_no_tokens_asked_for_is_the_prompt_alone(address: str) -> None:
    answer = ask(address, prompt=["one", "three"], max_tokens=0, echo=True, logprobs=0, n=2)
    assert [choice["text"] for choice in answer["choices"]] == ["one", "one", "three", "three"]
    assert {choice["finish_reason"] for choice in answer["choices"]} == {"length"}
    assert [len(choice["logprobs"]["tokens"]) for choice in answer["choices"]] == [3, 3, 5, 5]
    assert answer["usage"]["completion_tokens"] == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "stream", "max_tokens": 9},
        {"prompt": ["stream", "or", "not"], "max_tokens": 9, "n": 2, "seed": 5, "temperature": 1.5},
        {"prompt": ["stream", "or"], "max_tokens": 5, "echo": True, "logprobs": 3, "return_token_ids": True},
        {"prompt": "äöü", "max_tokens": 30, "logprobs": 1, "temperature": 2, "seed": 1},
        {"prompt": "stop", "max_tokens": 40, "temperature": 2, "seed": 3, "stop": ["a", "e", "\n"]},
        {"prompt": "nothing", "max_tokens": 0, "echo": True, "logprobs": 1},
    ],
)
def test_the_pieces_of_a_stream_are_the_whole_answer(address: str, fields: dict[str, Any]) -> None:
    whole = ask(address, **fields)
    chunks = streamed(address, **fields, stream_options={"include_usage": True})
    assert chunks[-1]["usage"]["completion_tokens"] == whole["usage"]["completion_tokens"]
    for choice in whole["choices"]:
        parts = [part for chunk in chunks for part in chunk["choices"] if part["index"] == choice["index"]]
        assert "".join(part["text"] for part in parts) == choice["text"]
        assert [part["finish_reason"] for part in parts] == [None] * (len(parts) - 1) + [choice["finish_reason"]]
        for key in choice["logprobs"] or {}:
            assert [one for part in parts for one in part["logprobs"][key]] == choice["logprobs"][key]
        if "token_ids" in choice:
            assert [id for part in parts for id in part["token_ids"]] == choice["token_ids"]


def test_half_a_character_is_written_as_its_bytes(address: str) -> None:
    told = ask(address, prompt="é", max_tokens=1, echo=True, logprobs=0)["choices"][0]["logprobs"]
    assert told["tokens"][:2] == ["bytes:\\xc3", "bytes:\\xa9"]
    assert told["text_offset"] == [0, 0, 1]


def test_a_stop_text_ends_the_answer_and_is_named(address: str) -> None:
    fields: dict[str, Any] = {"prompt": "x", "max_tokens": 60, "temperature": 2, "seed": 7}
    text = ask(address, **fields)["choices"][0]["text"]
    stop = text[10:12]
    choice = ask(address, **fields, stop=[stop])["choices"][0]
    assert choice["text"] == text[: text.index(stop)]
    assert (choice["finish_reason"], choice["stop_reason"]) == ("stop", stop)


def test_the_official_client_reads_it(address: str) -> None:
    # Strict about whole answers only: the client has no type of its own for chunks, whose finish_reason may be null.
    strict = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, _strict_response_validation=True)
    api = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
    whole = strict.completions.create(model="k2-debug", prompt="hello", max_tokens=4, temperature=0, logprobs=1)
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 4
    assert whole.choices[0].logprobs is not None
    assert len(whole.choices[0].logprobs.tokens or ()) == 4
    stream = api.completions.create(model="k2-debug", prompt="hello", max_tokens=4, temperature=0, stream=True)
    assert "".join(chunk.choices[0].text for chunk in stream) == whole.choices[0].text


@pytest.mark.parametrize(
    ("fields", "param", "words"),
    [
        ({"prompt": ""}, "prompt", "one token or more"),
        ({"prompt": []}, "prompt", "one token or more"),
        ({"prompt": ["a", ""]}, "prompt", "prompt[1] is empty"),
        ({"prompt": [[1], []]}, "prompt", "prompt[1] is empty"),
        ({"prompt": [1, 5000]}, "prompt", "token id 5000"),
        ({"prompt": 5}, "prompt", "text or a list"),
        ({"prompt": [1, "a"]}, "prompt[0]", "text or a list"),
        ({"prompt": ["a"] * 2049}, "prompt", "at most 2048"),
        ({"suffix": "end"}, "suffix", "not supported"),
        ({"best_of": 3}, "best_of", "the value of n"),
        ({"logprobs": 21}, "top_logprobs", "0 … 20"),
        ({"logprobs": True}, "logprobs", "a whole number"),
        ({"max_tokens": -1}, "max_tokens", "1 or more"),
        ({"stream_options": {"include_usage": True}}, "stream_options", "only with stream"),
    ],
)
def test_a_wrong_field_is_named(address: str, fields: dict[str, Any], param: str, words: str) -> None:
    error = refused(address, **fields)
    assert words in error["message"]
    assert error["param"] == param


def test_a_prompt_that_is_too_long_is_refused_before_anything_is_said(address: str) -> None:
    error = refused(address, prompt=[[65], [65] * 5000], stream=True)
    assert error["code"] == "context_length_exceeded"


def test_a_model_that_takes_conversations_only_says_so() -> None:
    with running(says("hi")) as address:
        response = httpx.post(f"{address}/v1/completions", json={"model": "staged", "prompt": "hi"})
    assert response.status_code == 400
    assert "conversations only" in response.json()["error"]["message"]
