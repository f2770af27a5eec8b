"""What the HTTP layer costs for each token: processor time, and time between two tokens of a stream.

    python benchmarks/server_overhead.py            a line for each
    python benchmarks/server_overhead.py --json     a JSON object for each
    python benchmarks/server_overhead.py --only layer

`layer`: the server over a token backend whose tokens are ready, a step for all streams at a time. All the processor
time that the process takes is the layer's: rendering, parsing, events, JSON and sockets. It hardly depends on what else
the machine does. `engine`, `server`, `workers`: the bare engine, `openk2 serve` in one process and with two front ends
take turns on the same prompts, a process each, and one client that waits on all its sockets reads the streams. The
added time is the difference of the medians. The engine uses all cores, so server and client take from it what they
need.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from openk2.chat.pieces import TokenPiece
from openk2.chat.rendered import RenderedBackend
from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer, load_tokenizer

WAYS = ["layer", "engine", "server", "workers"]
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


class ReadySteps:
    """A token backend that gives every stream its next token, waits until all have taken it, and goes on."""

    context_length: int | None = 1 << 20
    grammars = True

    def __init__(self, model: str) -> None:
        self.name, self.tokenizer = model, load_tokenizer(model)
        self._ids = self.tokenizer.encode(" the quick brown fox jumps over a lazy dog and runs away from it all day")
        self._streams: set[asyncio.Queue[int]] = set()
        self._stepping: asyncio.Future[None] | None = None

    def check(self, prompt_ids: Sequence[int]) -> None:
        """Anything is a prompt."""

    async def generate(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[TokenPiece, None]:
        """See `TokenBackend.generate`."""
        assert sampling.max_tokens is not None
        stream: asyncio.Queue[int] = asyncio.Queue()
        self._streams.add(stream)
        if self._stepping is None or self._stepping.done():
            self._stepping = asyncio.ensure_future(self._step())
        try:
            for left in range(sampling.max_tokens, 0, -1):
                yield TokenPiece(0, await stream.get(), finish="length" if left == 1 else None)
        finally:
            self._streams.discard(stream)

    async def _step(self) -> None:
        for step in itertools.count():
            if not self._streams:
                return
            for stream in self._streams:
                stream.put_nowait(self._ids[step % len(self._ids)])
            while any(stream.qsize() for stream in self._streams):
                await asyncio.sleep(0)
            await asyncio.sleep(0)


def layer(model: str, streams: int, tokens: int, rounds: int) -> list[float]:
    """Seconds of processor time for a token, a figure per round after one to warm up."""
    from openk2.server import bind, create_app
    from openk2.server.run import Server

    bound, listening = bind("127.0.0.1", 0), threading.Event()
    app = create_app(RenderedBackend(ReadySteps(model)))
    serving = Server(app, drain_seconds=1, on_ready=listening.set)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    listening.wait()
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    used = []
    for _ in range(rounds + 1):
        before = time.process_time()
        subprocess.run([*myself("client", model, streams, tokens, 1), "--address", address], check=True)
        used.append((time.process_time() - before) / (streams * tokens))
    serving.should_exit = True
    thread.join()
    return used[1:]


def myself(way: str, model: str, streams: int, tokens: int, rounds: int) -> list[str]:
    """This program for one way."""
    numbers = ["--streams", str(streams), "--tokens", str(tokens), "--rounds", str(rounds)]
    return [sys.executable, __file__, "--way", way, "--model", model, *numbers]


def measure_one(way: str, model: str, streams: int, tokens: int, rounds: int) -> list[float]:
    """One way in a process of its own."""
    told = subprocess.run(myself(way, model, streams, tokens, rounds), check=True, stdout=subprocess.PIPE, text=True)
    return [float(one) for one in json.loads(told.stdout.splitlines()[-1])]


def run_way(way: str, model: str, streams: int, tokens: int, rounds: int) -> list[float]:
    """Seconds of one way, a figure per round after one to warm up."""
    if way == "layer":
        return layer(model, streams, tokens, rounds)
    if way == "engine":
        return list(bare_engine(model, streams, tokens, rounds + 1))[1:]
    with server(model, 2 if way == "workers" else 1, streams) as address:
        return [over_http(address, model, streams, tokens) for _ in range(rounds + 1)][1:]


def rows(asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A row for each way."""
    common = {"model": asked.model, "streams": asked.streams, "tokens": asked.tokens}
    ways = WAYS if asked.only is None else [asked.only]
    figures: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(asked.rounds):
        for way, of in figures.items():
            of += measure_one(way, asked.model, asked.streams, asked.tokens, 2)
            print(f"turn {turn + 1}, {way}: {1000 * of[-1]:.3f} ms", file=sys.stderr, flush=True)
    for way, of in figures.items():
        median = statistics.median(of)
        row = {
            "way": way,
            **common,
            "median_ms": 1000 * median,
            "lowest_ms": 1000 * min(of),
            "highest_ms": 1000 * max(of),
        }
        if way == "layer":
            row["step_ms"] = 1000 * median * asked.streams
        elif "engine" in figures:
            row["added_ms"] = 1000 * (median - statistics.median(figures["engine"]))
        yield row


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="k2-nano")
    parser.add_argument("--streams", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5, help="turns that the ways take")
    parser.add_argument("--only", choices=WAYS, help="one of the ways")
    parser.add_argument("--json", action="store_true", help="JSON objects on standard output")
    parser.add_argument("--way", choices=[*WAYS, "client"], help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way == "client":
        over_http(asked.address, asked.model, asked.streams, asked.tokens)
    elif asked.way:
        print(json.dumps(run_way(asked.way, asked.model, asked.streams, asked.tokens, asked.rounds)))
    else:
        for row in rows(asked):
            told = ", ".join(f"{name} {value:.3f}" for name, value in row.items() if isinstance(value, float))
            print(json.dumps(row) if asked.json else f"{row['way']}: {told}")


if __name__ == "__main__":
    main()
