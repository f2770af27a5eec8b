"""Batch invariance: requests that come and go at random, in chunks of random size, with and without cached beginnings,
guesses and preemptions, get token for token what each gets alone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import pytest
from conftest import EngineMaker, random_model
from test_states import HYBRID

from openk2.chat.sampling import SamplingParams
from openk2.config import K2Config
from openk2.engine import Completion, Engine, Piece

KERNELS = ("reference", "auto")
"""Names of `Engine(kernels=…)`."""
CONTEXT = 96


@dataclass(frozen=True)
class Case:
    """One request."""

    prompt: list[int]
    sampling: SamplingParams
    leaves: int | None
    """After how many tokens it is cancelled; None: it stays to the end."""


def sampling(draw: random.Random) -> SamplingParams:
    kinds = (
        SamplingParams(temperature=0),
        SamplingParams(temperature=0.8, seed=draw.randrange(1000), logprobs=True),
        SamplingParams(temperature=1.5, top_p=0.9, top_k=40, seed=draw.randrange(1000)),
        SamplingParams(temperature=0, frequency_penalty=0.5, logprobs=True),
    )
    return replace(draw.choice(kinds), max_tokens=draw.randint(1, 12))


class Whisperer:
    """Knows what comes next, and says it right four times of five."""

    def __init__(self, singles: list[Completion], draw: random.Random) -> None:
        answers = [[*one.prompt_ids, *one.ids] for one in singles]
        self._draw = draw
        self._next = {tuple(ids[:end]): ids[end : end + 4] for ids in answers for end in range(1, len(ids))}

    def propose(self, ids: Sequence[int], most: int) -> list[int]:
        """See `Proposer.propose`."""
        return [id if self._draw.random() < 0.8 else (id + 1) % 256 for id in self._next.get(tuple(ids), [])[:most]]


def alone(engine: Engine, requests: int, draw: random.Random) -> list[tuple[Case, Completion]]:
    """Random requests and what each gets with the engine to itself and nothing from the cache."""
    match = engine._pool.match
    engine._pool.match = lambda ids, reuse=True: match(ids, reuse=False)  # type: ignore[method-assign]
    stems = [[draw.randrange(256) for _ in range(40)] for _ in range(3)]
    done: list[tuple[Case, Completion]] = []
    while len(done) < requests:
        begin = draw.choice(stems)[: draw.randrange(41)]
        if done and draw.random() < 0.3:  # a dialogue goes on
            before = draw.choice(done)[1]
            begin = [*before.prompt_ids, *before.ids][: CONTEXT - 24]
        prompt = [*begin, *(draw.randrange(256) for _ in range(draw.randint(1, 8)))]
        leaves = draw.randint(1, 5) if draw.random() < 0.2 else None
        case = Case(prompt, sampling(draw), leaves)
        done.append((case, engine.generate([prompt], case.sampling)[0]))
    return done


async def together(engine: Engine, cases: list[Case], draw: random.Random) -> list[list[Piece]]:
    """All requests, each a random number of tokens of others after the one before it."""
    ticks: asyncio.Queue[None] = asyncio.Queue()
    active = 0

    async def run(case: Case) -> list[Piece]:
        nonlocal active
        pieces: list[Piece] = []
        async with aclosing(engine.stream(case.prompt, case.sampling)) as stream:
            async for piece in stream:
                pieces.append(piece)
                ticks.put_nowait(None)
                if len(pieces) == case.leaves:
                    break
        active -= 1
        ticks.put_nowait(None)
        return pieces

    tasks = []
    for case in cases:
        active += 1
        tasks.append(asyncio.create_task(run(case)))
        for _ in range(draw.randrange(10)):
            if active:
                await ticks.get()
    return await asyncio.gather(*tasks)


def cut_at_random(engine: Engine, draw: random.Random) -> None:
    """Every step of the engine has another number of tokens."""
    scheduler, plan = engine._scheduler, engine._scheduler.plan

    def planned() -> object:
        scheduler.step_tokens = draw.randint(scheduler.max_batch, 40)
        return plan()

    scheduler.plan = planned  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize(
    ("config", "requests"),
    [(K2Config.preset("k2-debug"), 200), (HYBRID, 80)],
    ids=["latents", "latents and states"],
)
def test_requests_at_random_give_their_single_results(
    make_engine: EngineMaker, config: K2Config, requests: int, kernels: str
) -> None:
    draw = random.Random(11)
    options = {"model": random_model(config), "kernels": kernels, "max_context": CONTEXT, "page_tokens": 8}
    expected = alone(make_engine(**options, speculation="off"), requests, draw)
    whisperer = Whisperer([single for _, single in expected], random.Random(12))
    crowded = make_engine(**options, speculation=whisperer, max_batch=12, step_tokens=40, cache_tokens=3 * CONTEXT // 2)
    crowded._cost.hurdle = lambda running: 0.1  # type: ignore[method-assign]
    cut_at_random(crowded, random.Random(13))
    found = asyncio.run(together(crowded, [case for case, _ in expected], draw))
    for (case, single), pieces in zip(expected, found, strict=True):
        ids, logprobs = single.ids[: case.leaves], single.logprobs[: case.leaves]
        assert tuple(piece.id for piece in pieces) == ids, case
        assert tuple(piece.logprob for piece in pieces if piece.logprob is not None) == logprobs, case
    crowded.close()
    crowded._scheduler.check_integrity()
    load, counters = crowded.load, crowded.load.counters
    assert load.pages_available == load.pages
    assert counters.prefix_hits > requests // 8
    assert counters.preemptions > 0
    assert (counters.accepted_tokens > 0) == (config is not HYBRID), "a state cannot go back, so nothing is guessed"
