"""The released K2-nano, served: what the repository ships is what the recipes and the preset say."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from openk2.chat.backend import complete
from openk2.chat.messages import ChatRequest, Message, ToolSpec
from openk2.chat.sampling import SamplingParams
from openk2.chat.template import render
from openk2.chat.tokenizer import Tokenizer, load_tokenizer
from openk2.checkpoint import load
from openk2.config import K2Config
from openk2.engine.backend import EngineBackend
from openk2.engine.engine import Engine
from openk2.model import K2Model

WEIGHTS = Path(__file__).resolve().parents[2] / "weights" / "k2-nano"
GREEDY = SamplingParams(temperature=0, max_tokens=24)
CALCULATOR = ToolSpec(
    "python",
    "Run Python code and return what it prints.",
    {"properties": {"code": {"type": "string"}}, "required": ["code"], "type": "object"},
)


@pytest.fixture(scope="module")
def nano() -> tuple[K2Model, Tokenizer]:
    return load(WEIGHTS, dtype="float32").eval(), load_tokenizer(WEIGHTS)


def test_the_released_shape_is_the_preset(nano: tuple[K2Model, Tokenizer]) -> None:
    model, tokenizer = nano
    preset = K2Config.preset("k2-nano")
    assert model.config.replace(model_type=preset.model_type) == preset
    assert tokenizer.vocab_size == preset.vocab_size


def test_32_concurrent_requests_of_mixed_lengths_each_equal_themselves_alone(nano: tuple[K2Model, Tokenizer]) -> None:
    model, tokenizer = nano
    words = ["Say", "exactly:", "river", "stone", "lamp", "cloud", "paper", "window", "garden", "silver", "bridge"]
    asked = [" ".join(words[: 3 + i % 8] * (1 + i % 5)) for i in range(32)]
    prompts = [render([Message("user", text)], tokenizer=tokenizer) for text in asked]
    together = Engine(model, tokenizer, max_batch=32).generate(prompts, GREEDY)
    alone = Engine(model, tokenizer, max_batch=1)
    for prompt, completion in zip(prompts, together, strict=True):
        assert completion.ids == alone.generate([prompt], GREEDY)[0].ids


def test_it_answers_a_greeting_without_a_call_and_a_calculation_with_one(nano: tuple[K2Model, Tokenizer]) -> None:
    model, tokenizer = nano
    backend = EngineBackend(Engine(model, tokenizer), "k2-nano")

    def answer(text: str) -> Message:
        sampling = SamplingParams(temperature=0, max_tokens=80)
        request = ChatRequest((Message("user", text),), (CALCULATOR,), sampling)
        return asyncio.run(complete(backend, request)).message

    greeting = answer("Hello!")
    assert greeting.content
    assert not greeting.tool_calls
    call = answer("What is 23 * 17?").tool_calls
    assert [(one.name, one.arguments) for one in call] == [("python", '{"code": "23 * 17"}')]


def test_without_tools_it_answers_in_words(nano: tuple[K2Model, Tokenizer]) -> None:
    model, tokenizer = nano
    backend = EngineBackend(Engine(model, tokenizer), "k2-nano")
    for text in ("What is 17 * 6?", "What files are here?"):
        asked = ChatRequest((Message("user", text),), sampling=SamplingParams(temperature=0, max_tokens=80))
        answer = asyncio.run(complete(backend, asked))
        assert answer.reason == "stop"
        assert answer.message.content
        assert not answer.message.tool_calls
