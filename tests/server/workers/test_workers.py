"""`openk2 serve k2-nano --workers 2` from the outside: two front ends, one engine."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest


def command(process: str) -> str:
    """A process's command line; empty once it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Running:
    """The command, once its models are loaded."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process, self.address = process, address

    def fronts(self) -> list[int]:
        """Process ids of the front ends."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        told = {int(child): command(child) for child in children}
        return [child for child, told_by in told.items() if "openk2.server.workers.front" in told_by]

    def ask(self, **options: object) -> httpx.Response:
        body = {"model": "k2-nano", "messages": [{"role": "user", "content": "hi"}], "temperature": 0, **options}
        return httpx.post(f"{self.address}/v1/chat/completions", json=body, timeout=60)

    def ready(self) -> bool:
        """Whether whichever front end is asked says that it is."""
        try:
            return all(httpx.get(f"{self.address}/ready").is_success for _ in range(8))
        except httpx.TransportError:
            return False

    def metric(self, name: str) -> float:
        """The value of the first line that begins with a name; 0 where there is none yet."""
        lines = httpx.get(f"{self.address}/metrics").text.splitlines()
        return float(next((line.split()[-1] for line in lines if line.startswith(name)), "0"))


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    command = [sys.executable, "-m", "openk2", "serve", "k2-nano", "--port", "0", "--workers", "2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    lines = []
    try:
        while not (lines and "chat page" in lines[-1]):
            lines.append(process.stderr.readline())
            assert lines[-1], "".join(lines)
        found = re.search(r"chat page (http://127\.0\.0\.1:\d+) ", lines[-1])
        assert found is not None
        started = Running(process, found.group(1))
        until = time.monotonic() + 60
        while not started.ready():
            assert time.monotonic() < until, "not both front ends became ready"
            time.sleep(0.1)
        yield started
    finally:
        process.kill()
        process.communicate()


def test_both_front_ends_give_the_engines_answer(running: Running) -> None:
    assert len(running.fronts()) == 2
    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(lambda _: running.ask(max_tokens=12).json(), range(16)))
    assert len({answer["choices"][0]["message"]["content"] for answer in answers}) == 1
    assert any(answer["usage"]["prompt_tokens_details"]["cached_tokens"] for answer in answers), "one cache for all"
    streamed = running.ask(max_tokens=12, stream=True).text
    chunks = [json.loads(line[6:]) for line in streamed.splitlines() if line.startswith("data: {")]
    said = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
    assert said == answers[0]["choices"][0]["message"]["content"]
    assert {running.metric("openk2:request_success_total") for _ in range(6)} == {17.0}, "any front end tells of all"


def test_what_the_engine_refuses_is_refused_here(running: Running) -> None:
    assert running.ask(messages=[{"role": "user", "content": "long " * 5000}]).status_code == 400


def test_leaving_a_stream_stops_the_engine(running: Running) -> None:
    body = {"model": "k2-nano", "messages": [{"role": "user", "content": "hi"}], "stream": True, "min_tokens": 3000}
    with httpx.stream("POST", f"{running.address}/v1/chat/completions", json=body, timeout=60) as answer:
        next(answer.iter_lines())
    while not running.metric('openk2:request_success_total{finished_reason="abort"'):
        pass
    while running.metric("openk2:num_requests_running"):
        pass


def test_a_front_end_that_dies_is_replaced(running: Running) -> None:
    first, other = running.fronts()
    subprocess.run(["kill", "-KILL", str(first)], check=True)
    while len(fronts := running.fronts()) < 2 or first in fronts:
        pass
    assert other in running.fronts()
    while not all(httpx.get(f"{running.address}/ready").is_success for _ in range(8)):
        pass
    assert running.ask(max_tokens=2).is_success


def test_sigterm_drains_all_of_them(running: Running) -> None:
    with ThreadPoolExecutor(4) as clients:
        asked = [clients.submit(running.ask, min_tokens=800, max_tokens=800) for _ in range(4)]
        while running.metric("openk2:num_answers_in_progress") < 4 and not all(one.done() for one in asked):
            pass
        running.process.send_signal(signal.SIGTERM)
        assert [one.result(60).json()["usage"]["completion_tokens"] for one in asked] == [800] * 4
    assert running.process.wait(60) == 0
