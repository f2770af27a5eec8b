"""vLLM and SGLang as processes of ours, played by `foreign_engine.py`: neither is installed where the tests run."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from openk2.chat.backend import ChatBackend, complete
from openk2.chat.messages import ChatRequest, Message
from openk2.chat.rendered import RenderedBackend
from openk2.chat.sampling import SamplingParams
from openk2.errors import OpenK2Error, ServerError, UpstreamError
from openk2.server.backends.foreign_server import ForeignServer
from openk2.server.backends.opening import Opened
from openk2.server.backends.pool import ChatPool, TokenPool
from openk2.server.backends.spec import Spec
from openk2.server.configuration.sections import ModelSection, ReplicaSection

ENGINE = Path(__file__).with_name("foreign_engine.py")
ASK = ChatRequest((Message("user", "hi"),))


@pytest.fixture
def python(tmp_path: Path) -> str:
    """What stands for the interpreter of another environment."""
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\nexec {sys.executable} {ENGINE} "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    def own(name: str) -> ChatBackend:
        raise AssertionError("no model of ours is asked for")

    subject = Opened(own, tmp_path / "logs")
    yield subject
    subject.close()


def model(*backends: str, python: str = "python3", arguments: tuple[str, ...] = ()) -> ModelSection:
    replicas = tuple(ReplicaSection(backend, python=python, arguments=arguments) for backend in backends)
    return ModelSection("k2", replicas, first_event_seconds=20)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not collected does not."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.parametrize(("kind", "parallel"), [("vllm", "--tensor-parallel-size"), ("sglang", "--tp-size")])
def test_it_is_started_with_flags_for_the_model_and_answers_in_our_parsing(
    kind: str, parallel: str, python: str, opened: Opened, tmp_path: Path
) -> None:
    backend = opened.model(model(f"{kind}:k2-nano", python=python, arguments=(parallel, "2")))
    assert isinstance(backend, RenderedBackend)
    assert backend.context_length == 4096, "the checkpoint's own"
    answer = asyncio.run(complete(backend, ASK))
    assert answer.message.content == f"hello from {kind}"
    assert answer.reason == "stop"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.cached_tokens) == (len(backend.render(ASK)), 16)
    cut = asyncio.run(complete(backend, ChatRequest(ASK.messages, sampling=SamplingParams(max_tokens=1))))
    assert cut.reason == "length"
    log = next((tmp_path / "logs").iterdir()).read_text()
    assert f"{kind} serves k2-nano" in log


def test_one_that_is_running_already_is_found_by_url(python: str, opened: Opened, tmp_path: Path) -> None:
    first = opened.with_urls(model("vllm:k2-nano", python=python))
    (replica,) = first.replica
    assert Spec.read(replica.backend).url is not None
    again = Opened(lambda name: pytest.fail("not ours"), tmp_path)
    assert asyncio.run(complete(again.model(first), ASK)).message.content == "hello from vllm"
    again.close()
    assert httpx.get(f"{Spec.read(replica.backend).url}/health").is_success, "what others started goes on"


def test_replicas_of_one_model_are_rendered_once_and_fail_over(python: str, opened: Opened) -> None:
    backend = opened.model(model("vllm:k2-nano", "sglang:k2-nano", python=python))
    assert isinstance(backend, RenderedBackend)
    assert isinstance(backend.tokens, TokenPool)
    said = {asyncio.run(complete(backend, ASK)).message.content}
    for server in opened._servers[:1]:
        server.stop()
    said.add(asyncio.run(complete(backend, ASK)).message.content)
    assert "hello from sglang" in said
    replica = backend.tokens.replicas[0]
    assert replica.probe is not None
    with pytest.raises(UpstreamError, match="cannot be reached"):
        asyncio.run(replica.probe())


def test_a_remote_api_behind_it_makes_a_pool_of_conversations(python: str, opened: Opened) -> None:
    mixed = ModelSection(
        "k2",
        (
            ReplicaSection("vllm:k2-nano", python=python),
            ReplicaSection("openai:k2@http://localhost:1/v1", fallback=True),
        ),
    )
    backend = opened.model(mixed)
    assert isinstance(backend, ChatPool)
    assert [replica.tier for replica in backend.replicas] == [0, 1]
    assert [replica.name for replica in backend.replicas][1] == "openai:k2@localhost:1"
    assert asyncio.run(complete(backend, ASK)).message.content == "hello from vllm"


def test_stopping_ends_its_workers_too(
    python: str, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOREIGN_WORKER", str(tmp_path / "pid"))
    opened.model(model("vllm:k2-nano", python=python))
    pid = int((tmp_path / "pid").read_text())
    assert alive(pid)
    opened.close()
    # The kernel takes a moment to deliver it.
    while alive(pid):
        os.sched_yield()


def test_one_that_ends_before_it_is_ready_says_its_last_words(
    python: str, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOREIGN_FAULT", "CUDA out of memory")
    with pytest.raises(ServerError, match=r"vllm:k2-nano ended with status 1 .*: RuntimeError: CUDA out of memory"):
        opened.model(model("vllm:k2-nano", python=python))


def test_an_interpreter_that_is_not_there_is_named(opened: Opened) -> None:
    with pytest.raises(ServerError, match="/nowhere/python cannot be run: No such file"):
        opened.model(model("sglang:k2-nano", python="/nowhere/python"))


def test_one_that_never_gets_ready_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"slow was not ready within 0\.05 s"):
        ForeignServer("slow", lambda port: ["sleep", "600"], tmp_path / "log", start_seconds=0.05, poll_seconds=0.01)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("k2-nano", Spec("own", "k2-nano")),
        ("/models/k2@3", Spec("own", "/models/k2@3")),
        ("openai:kimi-k2@https://api.example/v1", Spec("openai", "kimi-k2", "https://api.example/v1")),
        ("vllm:/models/k2", Spec("vllm", "/models/k2")),
        ("sglang:/models/k2@http://host:30000", Spec("sglang", "/models/k2", "http://host:30000")),
    ],
)
def test_the_forms_of_a_backend(text: str, spec: Spec) -> None:
    assert Spec.read(text) == spec


@pytest.mark.parametrize("text", ["", "openai:k2", "openai:@http://host", "vllm:", "vllm:k2@", "sglang:@http://host"])
def test_other_forms_are_refused_with_those_that_are_accepted(text: str) -> None:
    with pytest.raises(OpenK2Error, match=r"accepted: a model's name or directory, openai:MODEL@URL, vllm:PATH"):
        Spec.read(text)


def test_labels_hold_no_password() -> None:
    assert Spec.read("openai:k2@https://me:secret@api.example/v1").label == "openai:k2@api.example"
