"""What the HTTP layer costs: the time between two tokens of a stream, over the bare engine and over the server.

    python benchmarks/server_overhead.py --streams 32 --tokens 256 --rounds 5

Bare engine, server in one process and server with two front ends take turns on the same prompts, a process each, and
the same client reads the streams: one process that waits on all its sockets and counts. The added time is the
difference of the medians. The engine uses all cores, so server and client take from it what they need; with more cores
they would not.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from results import Restless, Result, machine, today

from openk2.chat.tokenizer import Tokenizer, load_tokenizer

PROMPTS = [f"Count slowly from {number} to {number + 500}, one number per line." for number in range(256)]


def drawn(tokenizer: Tokenizer, number: int, tokens: int) -> dict[str, Any]:
    """How a stream's tokens are drawn: so many, all of them text, and not the most probable ones, which would repeat
    themselves and so be guessed."""
    special = range(tokenizer.base_size, tokenizer.vocab_size)
    return {
        "temperature": 1.0,
        "seed": number,
        "max_tokens": tokens,
        "min_tokens": tokens,
        "logit_bias": dict.fromkeys(special, -100.0),
    }


@dataclass
class Stream:
    """One stream as its reader sees it."""

    first: float = 0.0
    last: float = 0.0
    tokens: int = 0
    buffered: bytes = field(default=b"", repr=False)


def between_tokens(streams: list[Stream]) -> float:
    """Median over the streams of the mean seconds between two tokens."""
    return statistics.median((stream.last - stream.first) / (stream.tokens - 1) for stream in streams)


def bare_engine(model: str, streams: int, tokens: int, rounds: int) -> Iterator[float]:
    """Seconds between tokens without a server: rendered prompts in, tokens out, as the server asks for them."""
    from openk2.chat.messages import ChatRequest, Message
    from openk2.chat.sampling import SamplingParams
    from openk2.cli.models import open_backend
    from openk2.engine.backend import EngineBackend

    backend = open_backend(model, max_batch=max(32, streams))
    assert isinstance(backend, EngineBackend)

    async def one(number: int) -> Stream:
        stream = Stream()
        ids = backend.render(ChatRequest((Message("user", PROMPTS[number]),)))
        sampling = SamplingParams(**drawn(backend.tokenizer, number, tokens))
        async for _ in backend.tokens.generate(ids, sampling):
            stream.last = time.perf_counter()
            stream.first = stream.first or stream.last
            stream.tokens += 1
        return stream

    async def everything() -> list[Stream]:
        return list(await asyncio.gather(*map(one, range(streams))))

    for _ in range(rounds):
        yield between_tokens(asyncio.run(everything()))
    backend.engine.close()


def over_http(address: str, model: str, streams: int, tokens: int) -> float:
    """Seconds between tokens of concurrent streams, read by one loop over plain sockets."""
    host, port = address.removeprefix("http://").split(":")
    tokenizer = load_tokenizer(model)
    selector = selectors.DefaultSelector()
    open_streams = 0
    done: list[Stream] = []
    for number in range(streams):
        messages = [{"role": "user", "content": PROMPTS[number]}]
        asked = {"model": model, "messages": messages, "stream": True, **drawn(tokenizer, number, tokens)}
        body = json.dumps(asked).encode()
        connection = socket.create_connection((host, int(port)))
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, Stream())
        open_streams += 1
    while open_streams:
        for key, _ in selector.select():
            assert isinstance(key.fileobj, socket.socket)
            data = key.fileobj.recv(65536)
            stream: Stream = key.data
            stream.buffered = stream.buffered[-32:]
            # Every token of text is one chunk with content; the first chunk says who speaks.
            said = data.count(b'"content":')
            if said:
                stream.last = time.perf_counter()
                stream.first = stream.first or stream.last
                stream.tokens += said
            stream.buffered += data
            if b"[DONE]" in stream.buffered or not data:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                done.append(stream)
                open_streams -= 1
    wrong = [stream for stream in done if stream.tokens < 2]
    if wrong:
        raise SystemExit(f"{len(wrong)} of {streams} streams brought no text")
    # A token that completes no character brings no chunk, so chunks are stretched to the tokens that were asked for.
    return statistics.median((stream.last - stream.first) / (tokens - 1) for stream in done)


@contextlib.contextmanager
def server(model: str, workers: int, streams: int) -> Iterator[str]:
    """`openk2 serve` on a free port; yields its address when it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "openk2", "serve", model, "--port", str(port), "--workers", str(workers)),
            *("--max-batch", str(max(32, streams)), "--log-format", "json"),
        ],
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{address}/ready").is_success:
                    break
            if process.poll() is not None:
                raise SystemExit("the server did not start")
            time.sleep(0.2)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def measure_one(way: str, model: str, streams: int, tokens: int, rounds: int) -> list[float]:
    """One way in a process of its own."""
    command = [sys.executable, __file__, "--way", way, "--model", model]
    command += ["--streams", str(streams), "--tokens", str(tokens), "--rounds", str(rounds)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [float(one) for one in json.loads(told.splitlines()[-1])]


def run_way(way: str, model: str, streams: int, tokens: int, rounds: int) -> list[float]:
    """Seconds between tokens, a figure per round after one to warm up."""
    if way == "engine":
        return list(bare_engine(model, streams, tokens, rounds + 1))[1:]
    with server(model, 2 if way == "workers" else 1, streams) as address:
        return [over_http(address, model, streams, tokens) for _ in range(rounds + 1)][1:]


def main() -> None:
    """Measure and print; with `--save` also into the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="k2-nano")
    parser.add_argument("--streams", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5, help="turns that the ways take")
    parser.add_argument("--way", choices=["engine", "server", "workers"], help="only this one, here")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/http.json")
    parser.add_argument("--noisy", action="store_true", help="save although the machine is not quiet, and say so")
    asked = parser.parse_args()
    if asked.way:
        print(json.dumps(run_way(asked.way, asked.model, asked.streams, asked.tokens, asked.rounds)))
        return
    here = None
    if asked.save:
        try:
            here = machine(os.cpu_count() or 1, {}, allow_noisy=asked.noisy)
        except Restless as restless:
            raise SystemExit(str(restless)) from None
    figures: dict[str, list[float]] = {"engine": [], "server": [], "workers": []}
    for turn in range(asked.rounds):
        for way, of in figures.items():
            of += measure_one(way, asked.model, asked.streams, asked.tokens, 2)
            print(f"turn {turn + 1}, {way}: {1000 * of[-1]:.2f} ms", file=sys.stderr, flush=True)
    engine = statistics.median(figures["engine"])
    rows: list[dict[str, Any]] = []
    for way, of in figures.items():
        median = statistics.median(of)
        rows.append(
            {
                "way": way,
                "model": asked.model,
                "streams": asked.streams,
                "tokens": asked.tokens,
                "ms_between_tokens": round(1000 * median, 3),
                "lowest_ms": round(1000 * min(of), 3),
                "highest_ms": round(1000 * max(of), 3),
                "added_ms": round(1000 * (median - engine), 3),
                "added_us_per_token_of_all_streams": round(1e6 * (median - engine) / asked.streams, 1),
            }
        )
        print(json.dumps(rows[-1]))
    if here is not None:
        command = f"python benchmarks/server_overhead.py --streams {asked.streams} --tokens {asked.tokens} --save"
        Result("http", today(), here, rows, command).save()


if __name__ == "__main__":
    main()
