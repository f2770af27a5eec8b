"""Requests that arrive at an engine, and how long each waits for its tokens.

Either a number of clients that send the next request when the last is answered (a closed loop), or requests at random
moments, as many a second on average as `rate` says (a Poisson process), whatever the engine keeps up with.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from openk2.chat.sampling import SamplingParams
from openk2.engine import Engine

PERCENTILES = (50, 90, 99)


@dataclass(frozen=True)
class Answer:
    """When a request was sent and when its tokens came, in seconds of one clock."""

    sent: float
    came: tuple[float, ...]

    @property
    def first(self) -> float:
        """Seconds until the first token."""
        return self.came[0] - self.sent

    @property
    def gaps(self) -> list[float]:
        """Seconds from each token to the next."""
        return [after - before for before, after in zip(self.came, self.came[1:], strict=False)]


def answers(
    engine: Engine, *, requests: int, clients: int, prompt: int, tokens: int, rate: float | None = None, seed: int = 0
) -> list[Answer]:
    """What became of `requests` requests of `prompt` random ids for `tokens` new ones each, drawn at temperature 1;
    `rate`: requests a second instead of `clients` at a time. Another seed asks for other prompts, which nothing in the
    cache begins like."""
    draw = random.Random(seed)
    ids = range(engine.tokenizer.base_size)
    prompts = [draw.choices(ids, k=prompt) for _ in range(requests)]
    sampling = [
        SamplingParams(temperature=1, max_tokens=tokens, seed=number, ignore_eos=True) for number in range(requests)
    ]
    waits = [draw.expovariate(rate) if rate else 0.0 for _ in range(requests)]

    async def ask(number: int) -> Answer:
        sent = time.perf_counter()
        came = []
        async with aclosing(engine.stream(prompts[number], sampling[number])) as pieces:
            async for _ in pieces:
                came.append(time.perf_counter())
        return Answer(sent, tuple(came))

    async def client(numbers: Sequence[int]) -> list[Answer]:
        return [await ask(number) for number in numbers]

    async def closed() -> list[Answer]:
        shares = [range(first, requests, clients) for first in range(clients)]
        return [answer for some in await asyncio.gather(*map(client, shares)) for answer in some]

    async def arriving() -> list[Answer]:
        asked = []
        for number, wait in enumerate(waits):
            await asyncio.sleep(wait)
            asked.append(asyncio.ensure_future(ask(number)))
        return list(await asyncio.gather(*asked))

    return asyncio.run(arriving() if rate else closed())


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """`p50` and others of `PERCENTILES`: the smallest value that so many in a hundred do not exceed."""
    ordered = sorted(seconds)
    return {f"p{share}": ordered[max(math.ceil(share / 100 * len(ordered)), 1) - 1] for share in PERCENTILES}
