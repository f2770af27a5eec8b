"""Two servers behind a third, one of them killed while it answers: what a client sees."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
from serving import running

from openk2.chat.remote_tokens import RemoteTokens
from openk2.chat.rendered import RenderedBackend
from openk2.chat.tokenizer import load_tokenizer
from openk2.server.backends.breaker import Breaker, BreakerSettings
from openk2.server.backends.opening import _probe
from openk2.server.backends.pool import PoolSettings, TokenPool
from openk2.server.backends.replica import Replica

ENGINE = Path(__file__).with_name("foreign_engine.py")
REQUESTS = 24


@contextmanager
def engine(port: int, pause: float) -> Iterator[subprocess.Popen[bytes]]:
    """A server of token ids at a port, in a process of its own."""
    command = [sys.executable, str(ENGINE), "-m", "vllm.entrypoints.cli.main", "serve", "k2-nano"]
    command += ["--served-model-name", "k2-nano", "--host", "127.0.0.1", "--port", str(port), "--trust-remote-code"]
    process = subprocess.Popen(command, env={**os.environ, "FOREIGN_PAUSE": str(pause)}, stdout=subprocess.DEVNULL)
    try:
        while True:
            assert process.poll() is None
            try:
                httpx.get(f"http://127.0.0.1:{port}/health")
                break
            except httpx.ConnectError:
                continue
        yield process
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pool_of(ports: list[int]) -> TokenPool:
    tokenizer = load_tokenizer("k2-nano")
    replicas = [
        Replica(
            f"at-{port}",
            RemoteTokens("k2-nano", f"http://127.0.0.1:{port}", tokenizer, 4096, grammars=True, timeout=20, retries=0),
            breaker=Breaker(BreakerSettings(failures=2, pause_seconds=0.2)),
            probe=_probe(f"http://127.0.0.1:{port}", "/health", None),
        )
        for port in ports
    ]
    return TokenPool("k2-nano", replicas, PoolSettings(route="least", probe_seconds=0.05))


def ask(address: str) -> tuple[bool, str]:
    """Streams an answer; whether it came to its end, and its text or the message of its error."""
    body = {"model": "k2-nano", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    text = ""
    with httpx.stream("POST", f"{address}/v1/chat/completions", json=body, timeout=60) as answer:
        assert answer.status_code == 200, answer.read()
        for line in answer.iter_lines():
            if line == "data: [DONE]":
                return True, text
            if line.startswith("data: "):
                chunk = json.loads(line.removeprefix("data: "))
                if "error" in chunk:
                    return False, chunk["error"]["message"]
                text += chunk["choices"][0]["delta"].get("content") or ""
    raise AssertionError(f"the stream ended after {text!r} without an error and without its end")


def test_with_one_of_two_killed_under_load_every_request_ends_properly() -> None:
    ports = [free_port(), free_port()]
    pool = pool_of(ports)
    with engine(ports[0], 0.2) as victim, engine(ports[1], 0.02), running(RenderedBackend(pool)) as address:
        with ThreadPoolExecutor(REQUESTS) as clients:
            asked = [clients.submit(ask, address) for _ in range(REQUESTS // 2)]
            slow = pool.replicas[0]
            while not slow.answered:
                os.sched_yield()
            asked += [clients.submit(ask, address) for _ in range(REQUESTS // 2)]
            while slow.in_progress <= slow.answered:
                os.sched_yield()
            # It has answers that have begun, and others that have not.
            victim.send_signal(signal.SIGKILL)
            outcomes = [one.result(60) for one in asked]
        whole = [text for complete, text in outcomes if complete]
        broken = [text for complete, text in outcomes if not complete]
        assert set(whole) == {"hello from vllm"}
        # Those that had begun at the one that was killed say so; all the others were answered.
        assert 1 <= len(broken) <= slow.answered < REQUESTS // 2 + 1
        assert all(f"127.0.0.1:{ports[0]}" in message for message in broken)
        assert pool.replicas[0].breaker.state != "closed"
        assert ask(address) == (True, "hello from vllm")
        assert [replica.in_progress for replica in pool.replicas] == [0, 0]
        with engine(ports[0], 0):
            asyncio.run(until_closed(pool))
            assert {ask(address) for _ in range(4)} == {(True, "hello from vllm")}


async def until_closed(pool: TokenPool) -> None:
    """Let the pool look after its replicas until the breaker has closed."""
    watching = asyncio.ensure_future(pool.watch())
    while pool.replicas[0].breaker.state != "closed":
        await asyncio.sleep(0)
    watching.cancel()
