"""A load of agents finds in the prefix cache what there is to be found (`benchmarks/prefix_replay.py` in small)."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path

import pytest
from conftest import EngineMaker

from openk2.chat.sampling import SamplingParams
from openk2.config import K2Config
from openk2.engine import Engine

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from prefix_replay import (
    HYBRID,
    LATENT,
    Everything,
    LeastRecentlyUsed,
    Load,
    Report,
    Turn,
    make_scheduler,
    replay,
    sessions,
)

AGENTS = Load(sessions=32, turns=(3, 6), answer=(10, 60), pause=(0, 10))
POINTS = 2.0
"""How far from the ideal a hit rate may be, in percent of all prompt tokens."""


def run(config: K2Config, tokens: int, step_tokens: int = 256) -> Report:
    return replay(AGENTS, make_scheduler(config, tokens, AGENTS.at_once, step_tokens=step_tokens))


@pytest.mark.parametrize("config", [LATENT, HYBRID], ids=["latents", "latents and states"])
@pytest.mark.parametrize("step_tokens", [64, 2048])
def test_a_cache_that_fits_is_within_two_points_of_the_ideal(config: K2Config, step_tokens: int) -> None:
    report = run(config, 1_000_000, step_tokens)
    assert report.rates["ideal_tokens"] > 80, "a load that shares nothing would prove nothing"
    assert report.rates["cached"] > report.rates["ideal_tokens"] - POINTS
    assert report.computed < 1.05 * report.must_compute


def test_without_states_it_is_the_ideal_of_whole_pages() -> None:
    report = run(LATENT, 1_000_000)
    assert (report.cached, report.computed) == (report.ideal_pages, report.must_compute)


@pytest.mark.parametrize("config", [LATENT, HYBRID], ids=["latents", "latents and states"])
def test_agents_that_start_at_once_compute_their_system_prompt_once(config: K2Config) -> None:
    burst = Load(1, 16, 16, (500, 600), (20, 60), (1, 1), (5, 10), (1, 1), (0, 0))
    report = replay(burst, make_scheduler(config, 100_000, 16, step_tokens=2048))
    assert (report.cached, report.computed) == (report.ideal_pages, report.must_compute)


def test_a_tight_cache_keeps_up_with_a_plain_list_of_pages() -> None:
    report = run(LATENT, 24_000)
    assert report.rates["least_recently_used"] < report.rates["ideal_pages"] - POINTS, "tight"
    assert report.rates["cached"] > report.rates["least_recently_used"] - POINTS


def test_the_ideal_counts_what_any_request_before_had_in_common() -> None:
    everything = Everything(block=4)
    everything.add([1, 2, 3, 4, 5, 6])
    everything.add([1, 2, 3, 4, 5, 7, 8, 9, 10])
    assert [
        everything.longest(ids) for ids in ([1, 2], [2], [1, 2, 3, 4, 5, 7, 0], [1, 2, 3, 4, 5, 7, 8, 9, 10, 11])
    ] == [
        2,
        0,
        6,
        9,
    ]


def test_the_plain_list_forgets_what_was_longest_unused() -> None:
    plain = LeastRecentlyUsed(pages=3, page_tokens=2)
    one, two = [1, 1, 1, 1, 0], [2, 2, 2, 2, 0]
    assert [plain.serve(prompt, prompt) for prompt in (one, two, two, one)] == [0, 0, 4, 2]


async def serve(engine: Engine, dialogues: list[list[Turn]], at_once: int) -> tuple[int, int, int]:
    """Play dialogues; returns tokens of all prompts, those the engine says were cached, and those that could be."""
    everything = Everything()
    counts = [0, 0, 0]
    places = asyncio.Semaphore(at_once)

    async def play(turns: list[Turn]) -> None:
        ids: list[int] = []
        async with places:
            for turn in turns:
                ids += [id % 500 for id in turn.new]
                known = min(everything.longest(ids), len(ids) - 1)
                everything.add(ids)
                sampling = SamplingParams(temperature=0, max_tokens=len(turn.answer), ignore_eos=True)
                answer = []
                async with aclosing(engine.stream(ids, sampling)) as pieces:
                    async for piece in pieces:
                        answer.append(piece.id)
                        cached = piece.cached_tokens
                everything.add(ids + answer[:-1])
                for number, value in enumerate((len(ids), cached, known)):
                    counts[number] += value
                ids += answer

    await asyncio.gather(*(play(turns) for turns in dialogues))
    return counts[0], counts[1], counts[2]


def test_the_engine_itself_is_within_two_points_of_the_ideal(make_engine: EngineMaker) -> None:
    short = Load(2, 8, 4, (300, 400), (5, 20), (2, 4), (3, 8), (5, 40), (0, 0))
    engine = make_engine(max_batch=4, page_tokens=4, step_tokens=64)
    prompts, cached, ideal = asyncio.run(serve(engine, sessions(short), short.at_once))
    assert 100 * ideal / prompts > 80
    assert 100 * (ideal - cached) / prompts < POINTS
