"""openk2 behind openk2: one server asks another in token ids, and says what that one would have said itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from serving import running

from openk2.chat.backend import complete
from openk2.chat.events import Fold, Usage
from openk2.chat.messages import ChatRequest, Message, ToolChoice, ToolSpec
from openk2.chat.remote_tokens import RemoteTokens
from openk2.chat.rendered import RenderedBackend
from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.engine.backend import EngineBackend
from openk2.model import K2Model

BYTES = Tokenizer.bytes_only()
ASKED = ChatRequest(
    (Message("user", "Which files?"),),
    (ToolSpec("list_files"),),
    SamplingParams(temperature=1.0, seed=3, max_tokens=24),
    tool_choice=ToolChoice(strict=False),
)


@pytest.fixture(scope="module")
def here() -> Iterator[EngineBackend]:
    model = K2Model(K2Config.preset("k2-debug").replace(initializer_range=0.1)).initialize(0).eval()
    with Engine(model, BYTES, max_batch=4) as engine:
        yield EngineBackend(engine, "k2-debug")


@pytest.fixture(scope="module")
def there(here: EngineBackend) -> Iterator[RenderedBackend]:
    with running(here) as address:
        yield RenderedBackend(RemoteTokens("k2-debug", address, BYTES, 2048, api_key="", retries=0))


def ask(backend: RenderedBackend, request: ChatRequest) -> Fold:
    return asyncio.run(complete(backend, request))


def test_an_answer_is_the_same_over_http(here: EngineBackend, there: RenderedBackend) -> None:
    own, remote = ask(here, ASKED), ask(there, ASKED)
    assert remote.token_ids == own.token_ids
    assert remote.message == own.message
    assert (remote.prompt_ids, remote.reason) == (own.prompt_ids, own.reason)
    assert isinstance(remote.usage, Usage)
    assert remote.usage.completion_tokens == 24


def test_so_are_its_log_probabilities(here: EngineBackend, there: RenderedBackend) -> None:
    asked = replace(ASKED, sampling=replace(ASKED.sampling, logprobs=True, top_logprobs=2))
    own, remote = ask(here, asked), ask(there, asked)
    assert remote.logprobs == pytest.approx(own.logprobs, abs=1e-6)
    assert [[id for id, _ in top] for top in remote.top_logprobs] == [[id for id, _ in top] for top in own.top_logprobs]
