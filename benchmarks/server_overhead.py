"""What the HTTP layer costs for each token: processor time, and time between two tokens of a stream.

    python benchmarks/server_overhead.py            a line for each
    python benchmarks/server_overhead.py --json     a JSON object for each
    python benchmarks/server_overhead.py --only layer

`layer`: the server over a token backend whose tokens are ready, a step for all streams at a time. All the processor
time that the process takes is the layer's: rendering, parsing, events, JSON and sockets. It hardly depends on what else
the machine does. `engine` and `server`: one engine's streams read from it, and over HTTP by a client process, in turns
and with the same prompts. The engine uses all cores, so the server takes from it what it needs. The client looks at its
sockets thirty times a second: were it woken by every token, what it takes would be counted as the server's. The
added time is the median of the differences within the turns, for machines that are not always equally fast.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import selectors
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from openk2.chat.messages import ChatRequest, Message
from openk2.chat.pieces import Pieces, TokenPiece
from openk2.chat.rendered import RenderedBackend
from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer, load_tokenizer
from openk2.cli.models import open_backend
from openk2.engine.backend import EngineBackend
from openk2.server import bind, create_app
from openk2.server.run import Server

PROMPTS = [f"Count slowly from {number} to {number + 500}, one number per line." for number in range(256)]

PAUSE_SECONDS = 0.03


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


async def bare(backend: EngineBackend, streams: int, tokens: int) -> float:
    """Seconds between tokens without a server: rendered prompts in, tokens out, as the server asks for them."""

    async def one(number: int) -> Stream:
        stream = Stream()
        ids = backend.render(ChatRequest((Message("user", PROMPTS[number]),)))
        sampling = SamplingParams(**drawn(backend.tokenizer, number, tokens))
        async for pieces in backend.tokens.generate(ids, sampling):
            stream.last = time.perf_counter()
            stream.first = stream.first or stream.last
            stream.tokens += len(pieces)
        return stream

    return between_tokens(list(await asyncio.gather(*map(one, range(streams)))))


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
        # Whoever waits at the sockets is woken by every token, on a processor that the server needs. A look now and
        # then sees the first and the last token of a stream late by one pause at most.
        time.sleep(PAUSE_SECONDS)
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
def served(backend: RenderedBackend) -> Iterator[str]:
    """The server over a backend, in a thread of this process; yields its address."""
    bound, listening = bind("127.0.0.1", 0), threading.Event()
    serving = Server(create_app(backend), drain_seconds=1, on_ready=listening.set)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    listening.wait()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        serving.should_exit = True
        thread.join()


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

    async def generate(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[Pieces, None]:
        """See `TokenBackend.generate`."""
        assert sampling.max_tokens is not None
        stream: asyncio.Queue[int] = asyncio.Queue()
        self._streams.add(stream)
        if self._stepping is None or self._stepping.done():
            self._stepping = asyncio.ensure_future(self._step())
        try:
            for left in range(sampling.max_tokens, 0, -1):
                yield [TokenPiece(0, await stream.get(), finish="length" if left == 1 else None)]
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


def client(address: str, model: str, streams: int, tokens: int) -> float:
    """As `over_http`, in a process of its own."""
    numbers = ["--streams", str(streams), "--tokens", str(tokens)]
    command = [sys.executable, __file__, "--client-of", address, "--model", model, *numbers]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def layer(model: str, streams: int, tokens: int, rounds: int) -> list[float]:
    """Seconds of processor time for a token, a figure per round after one to warm up."""
    used = []
    with served(RenderedBackend(ReadySteps(model))) as address:
        for _ in range(rounds + 1):
            before = time.process_time()
            client(address, model, streams, tokens)
            used.append((time.process_time() - before) / (streams * tokens))
    return used[1:]


def turns(model: str, streams: int, tokens: int, rounds: int) -> list[tuple[float, float]]:
    """Seconds between tokens of the bare engine and over HTTP, a pair per round after one to warm up."""
    backend = open_backend(model, max_batch=max(32, streams))
    assert isinstance(backend, EngineBackend)
    pairs = []
    with served(backend) as address:
        for turn in range(rounds + 1):
            pair = (asyncio.run(bare(backend, streams, tokens)), client(address, model, streams, tokens))
            print(f"turn {turn}: {1000 * pair[0]:.3f} ms, over HTTP {1000 * pair[1]:.3f} ms", file=sys.stderr)
            pairs.append(pair)
    backend.engine.close()
    return pairs[1:]


def rows(asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A row for each way."""
    common = {"model": asked.model, "streams": asked.streams, "tokens": asked.tokens}

    def row(way: str, seconds: list[float]) -> dict[str, Any]:
        spread = {"lowest_ms": 1000 * min(seconds), "highest_ms": 1000 * max(seconds)}
        return {"way": way, **common, "median_ms": 1000 * statistics.median(seconds), **spread}

    if asked.only != "turns":
        used = layer(asked.model, asked.streams, asked.tokens, asked.rounds)
        yield row("layer", used) | {"step_ms": 1000 * statistics.median(used) * asked.streams}
    if asked.only != "layer":
        pairs = turns(asked.model, asked.streams, asked.tokens, asked.rounds)
        yield row("engine", [engine for engine, _ in pairs])
        added = statistics.median(over - engine for engine, over in pairs)
        yield row("server", [over for _, over in pairs]) | {"added_ms": 1000 * added}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="k2-nano")
    parser.add_argument("--streams", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", choices=["layer", "turns"], help="one of the two")
    parser.add_argument("--json", action="store_true", help="JSON objects on standard output")
    parser.add_argument("--client-of", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.client_of:
        print(over_http(asked.client_of, asked.model, asked.streams, asked.tokens))
        return
    for row in rows(asked):
        told = ", ".join(f"{name} {value:.3f}" for name, value in row.items() if isinstance(value, float))
        print(json.dumps(row) if asked.json else f"{row['way']}: {told}", flush=True)


if __name__ == "__main__":
    main()
