"""64 people at once for ten minutes, on K2-nano: no error, no stream that stalls, nothing left behind."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import httpx
import pytest

STREAMS = 64
SECONDS = float(os.environ.get("OPENK2_LOAD_SECONDS", "600"))
LONGEST_SILENCE = 90.0
"""Seconds without a byte after which a stream counts as stalled; heartbeats come every 15."""

TOPICS = ["a river", "two trains", "the number seven", "bread", "a lighthouse", "why cats sleep", "chess", "rain"]


async def person(address: str, number: int, end: float, seen: Counter[str]) -> None:
    """Talks, turn after turn, until the time is over; now and then leaves in the middle of an answer."""
    draw = random.Random(number)
    timeout = httpx.Timeout(LONGEST_SILENCE, connect=LONGEST_SILENCE, pool=LONGEST_SILENCE)
    async with httpx.AsyncClient(base_url=address, timeout=timeout) as client:
        messages: list[dict[str, str]] = []
        while time.monotonic() < end:
            if len(messages) > 6:
                messages = []
            messages.append({"role": "user", "content": f"Tell me about {draw.choice(TOPICS)}."})
            body = {"model": "k2-nano", "messages": messages, "stream": True, "max_tokens": draw.randrange(8, 200)}
            leave = draw.random() < 0.1
            text, ended = "", False
            async with client.stream("POST", "/v1/chat/completions", json=body) as answer:
                if answer.status_code != 200:
                    seen[f"status {answer.status_code}"] += 1
                    continue
                async for line in answer.aiter_lines():
                    if line == "data: [DONE]":
                        ended = True
                    elif line.startswith("data: "):
                        chunk = json.loads(line.removeprefix("data: "))
                        if "error" in chunk:
                            seen[f"error {chunk['error']['message']}"] += 1
                            break
                        for choice in chunk["choices"]:
                            text += choice["delta"].get("content") or ""
                    if leave and text:
                        break
            if leave and text:
                seen["left"] += 1
                messages = []
            elif ended:
                seen["answered"] += 1
                messages.append({"role": "assistant", "content": text or "."})
            else:
                seen["unfinished"] += 1


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_64_streams_at_once_bring_no_error_and_none_stalls(workers: int) -> None:
    seconds = SECONDS if workers == 1 else SECONDS / 10
    command = [sys.executable, "-m", "openk2", "serve", "k2-nano", "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen([*command, "--max-batch", str(STREAMS)], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        lines = []
        while not (lines and "chat page" in lines[-1]):
            lines.append(process.stderr.readline())
            assert lines[-1], "".join(lines)
        found = re.search(r"chat page (http://127\.0\.0\.1:\d+) ", lines[-1])
        assert found is not None
        address = found.group(1)
        # What the server logs has to be read, lest it waits for its reader.
        reader = threading.Thread(target=process.stderr.read, daemon=True)
        reader.start()
        seen = asyncio.run(everybody(address, seconds))
        assert set(seen) <= {"answered", "left"}, seen
        assert seen["answered"] > STREAMS
        while float(metric(address, "openk2:num_requests_running")) or float(metric(address, "openk2:num_answers_in")):
            pass
        assert float(metric(address, "openk2:kv_cache_usage_perc")) == 0
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0


async def everybody(address: str, seconds: float) -> Counter[str]:
    """Everybody together; what became of their requests."""
    seen: Counter[str] = Counter()
    end = time.monotonic() + seconds
    await asyncio.gather(*(person(address, number, end, seen) for number in range(STREAMS)))
    return seen


def metric(address: str, name: str) -> str:
    """The value of the first line of the metrics page that begins with a name."""
    lines = httpx.get(f"{address}/metrics").text.splitlines()
    return next(line.split()[-1] for line in lines if line.startswith(name))
