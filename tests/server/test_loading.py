"""The port is open while models are loaded; a model that cannot be loaded ends the server with one line."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from serving import Gate, StagedBackend, ending, says

from openk2.chat.backend import ChatBackend
from openk2.chat.events import TextDelta
from openk2.errors import CheckpointError
from openk2.server import ServerSettings, bind, create_app
from openk2.server.assembly import Assembly
from openk2.server.configuration.reader import read_configuration
from openk2.server.configuration.sections import ModelSection, ReplicaSection
from openk2.server.run import Server


class Loader:
    """Loads when the test says so."""

    def __init__(self, error: Exception | None = None) -> None:
        self.may = threading.Event()
        self.error = error

    def __call__(self, name: str) -> ChatBackend:
        assert self.may.wait(20)
        if self.error is not None:
            raise self.error
        return says(f"I am {name}")


def models(*names: str) -> tuple[ModelSection, ...]:
    return tuple(ModelSection(name, (ReplicaSection(name),), aliases=(f"{name}-alias",)) for name in names)


@contextmanager
def assembled(loader: Loader, *names: str) -> Iterator[tuple[str, threading.Event, Server, threading.Thread]]:
    loaded, listening = threading.Event(), threading.Event()
    parts = Assembly(read_configuration(None, {}, {}), models(*names), ServerSettings(), loader, loaded.set)
    bound = bind("127.0.0.1", 0)
    server = Server(parts.app, drain_seconds=1, on_ready=listening.set, beside=[parts.load])
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    assert listening.wait(20)
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}", loaded, server, thread
    finally:
        loader.may.set()
        server.should_exit = True
        thread.join(20)


def ask(address: str, model: str) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
    return httpx.post(f"{address}/v1/chat/completions", json=body)


def test_a_model_that_loads_is_listed_and_asks_to_come_again() -> None:
    loader = Loader()
    with assembled(loader, "big") as (address, loaded, _, _):
        assert [model["id"] for model in httpx.get(f"{address}/v1/models").json()["data"]][:1] == ["big"]
        assert httpx.get(f"{address}/v1/models/big").status_code == 200
        early = ask(address, "big")
        assert early.status_code == 503
        assert early.json()["error"]["code"] == "model_loading"
        assert early.headers["retry-after"] == "3"
        assert early.headers["x-should-retry"] == "true"
        assert httpx.get(f"{address}/ready").json()["why"] == ["big is loading"]
        assert httpx.get(f"{address}/health").status_code == 200
        loader.may.set()
        assert loaded.wait(20)
        assert ask(address, "big").json()["choices"][0]["message"]["content"] == "I am big"
        assert ask(address, "big-alias").status_code == 200
        assert httpx.get(f"{address}/ready").status_code == 200


def test_a_model_that_cannot_be_loaded_ends_the_server(tmp_path: Path) -> None:
    loader = Loader(CheckpointError("big: a shard is missing"))
    with assembled(loader, "big") as (_, loaded, server, thread):
        loader.may.set()
        thread.join(20)
        assert isinstance(server.failure, CheckpointError)
        assert not loaded.is_set()


def test_unknown_names_are_404_while_others_load() -> None:
    with assembled(Loader(), "big") as (address, _, _, _):
        assert ask(address, "small").status_code == 404


def test_what_runs_beside_the_server_ends_with_it() -> None:
    ended = threading.Event()

    async def beside() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    parts = Assembly(read_configuration(None, {}, {}), models("a"), ServerSettings(), Loader())
    bound, listening = bind("127.0.0.1", 0), threading.Event()
    server = Server(parts.app, drain_seconds=1, on_ready=listening.set, beside=[beside])
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    assert listening.wait(20)
    server.should_exit = True
    thread.join(20)
    assert ended.is_set()


@pytest.mark.parametrize("stream", [False, True])
def test_while_draining_answers_end_and_new_requests_are_refused(stream: bool) -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [TextDelta("first "), gate, TextDelta("last"), *ending()])
    bound, listening = bind("127.0.0.1", 0), threading.Event()
    server = Server(create_app(backend), drain_seconds=20, on_ready=listening.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    assert listening.wait(20)
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    body = {"model": "staged", "messages": [{"role": "user", "content": "hi"}], "stream": stream}
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(httpx.post(f"{address}/v1/chat/completions", json=body)))
    asking.start()
    assert gate.reached.wait(20)
    server.drain()
    late = ask(address, "staged")
    assert (late.status_code, late.json()["error"]["code"]) == (503, "shutting_down")
    assert httpx.get(f"{address}/ready").json()["why"] == ["the server is shutting down"]
    assert httpx.get(f"{address}/health").status_code == 200
    gate.open()
    asking.join(20)
    assert "last" in answers[0].text
    thread.join(20)
    assert not thread.is_alive()


def test_a_server_without_models_of_ours_does_not_import_pytorch() -> None:
    code = (
        "import sys, openk2.server, openk2.server.assembly, openk2.server.workers.front; print('torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert told == "False\n"
