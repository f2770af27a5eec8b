"""Thousands of malformed requests and badly behaved clients against the real server with K2-nano: every answer is the
client's fault, nothing is left behind, and the next person is served as before."""

from __future__ import annotations

import gc
import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from malformed import BODIES, Generator, Malformed
from nano import WEIGHTS
from people import People, serving_people

from openk2.chat.tokenizer import load_tokenizer
from openk2.checkpoint import load
from openk2.engine.backend import EngineBackend
from openk2.engine.engine import Engine
from openk2.server import ServerSettings
from openk2.server.files.limits import FileLimits

CLIENTS = 8
LARGEST_BODY = 400_000
GROWTH_BYTES = 48 << 20
"""By which the process may have grown when it has served the second half; what is kept on purpose (cached pages,
responses, conversations) is smaller."""


def behave(port: int, request: Malformed) -> bytes:
    """Send the request as its client does; what came back, which may be nothing."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        try:
            match request.manner:
                case "dribbles":
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    step = max(1, len(request.data) // 20)
                    for at in range(0, len(request.data), step):
                        connection.sendall(request.data[at : at + step])
                case "stops halfway":
                    connection.sendall(request.data[: len(request.data) * 3 // 4])
                    connection.shutdown(socket.SHUT_WR)
                case _:
                    connection.sendall(request.data)
            if request.manner == "leaves unread":
                return b""
            if request.manner == "leaves while it streams":
                return connection.recv(200)
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except (ConnectionResetError, BrokenPipeError):
            # The server hung up, which it may.
            return b""


def resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def until(what: str, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, f"{what} within a minute"
        time.sleep(0.02)


class Watched:
    """A server with K2-nano, and what it holds on to."""

    def __init__(self, people: People, engine: Engine) -> None:
        self.people, self._engine = people, engine
        self.port = int(people.address.rpartition(":")[2])

    def open_files(self) -> int:
        return len(os.listdir("/proc/self/fd"))

    def check_idle(self) -> None:
        until("the engine is idle", lambda: not self._engine._answers)
        self._engine._scheduler.check_integrity()
        assert self._engine._pool.available == self._engine._pool.pages, "pages are held by nobody"

    def answer(self) -> Any:
        body = {**BODIES["POST", "/v1/chat/completions"], "temperature": 0, "stream": False, "stream_options": None}
        with self.people.with_key("bob") as client:
            answer = client.post("/v1/chat/completions", json={**body, "max_tokens": 8})
        assert answer.status_code == 200, answer.text
        return answer.json()["choices"]

    def send(self, requests: list[Malformed]) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        lock = threading.Lock()

        def one(request: Malformed) -> None:
            answer = behave(self.port, request)
            status = answer[9:12].decode("latin-1") if answer.startswith(b"HTTP/1.1 ") else "nothing"
            with lock:
                outcomes[f"{request.kind}: {status}"] += 1
            assert not status.startswith("5"), (request.kind, request.data[:2000], answer[:2000])
            assert b"Traceback" not in answer

        with ThreadPoolExecutor(CLIENTS) as pool:
            for done in [pool.submit(one, request) for request in requests]:
                done.result()
        return outcomes


@pytest.mark.parametrize(
    ("seed", "number"),
    [(1, 800), *(pytest.param(seed, 2500, marks=pytest.mark.slow) for seed in (2, 3, 4, 5))],
)
def test_malformed_requests_are_answered_and_forgotten(
    seed: int, number: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = ServerSettings(
        data_dir=tmp_path, max_body_bytes=LARGEST_BODY, files=FileLimits(file_bytes=LARGEST_BODY, files=50)
    )
    caplog.set_level(logging.WARNING)
    with (
        Engine(load(WEIGHTS, dtype="float32").eval(), load_tokenizer(WEIGHTS), max_batch=8) as engine,
        serving_people(tmp_path, EngineBackend(engine, "k2-nano"), settings) as people,
    ):
        watched = Watched(people, engine)
        before = watched.answer()
        requests = list(Generator(seed, people.keys["ada"], LARGEST_BODY).draw(number))
        outcomes = watched.send(requests[: number // 2])
        watched.check_idle()
        size, files = resident_bytes(), watched.open_files()
        outcomes += watched.send(requests[number // 2 :])
        watched.check_idle()
        assert resident_bytes() - size < GROWTH_BYTES
        until("connections are closed", lambda: watched.open_files() <= files + 4)
        assert watched.answer() == before
    failed = [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]
    assert not failed, [record.getMessage() for record in failed[:3]]
    kinds = {outcome.partition(":")[0] for outcome in outcomes}
    assert len(kinds) >= 12, "every kind was drawn"
    refused = sum(count for outcome, count in outcomes.items() if outcome[-3] == "4")
    assert refused > number / 3, outcomes
