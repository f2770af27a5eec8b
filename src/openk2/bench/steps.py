"""Prompts and decoding, timed step by step on an engine's own forward (`engine/stepping.py`).

Every repeat begins at the same place in the same sequences, with new random ids; the median of the repeats counts.
"""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass

from openk2.engine.stepping import Stepper, Track

WARM_UP = 4
"""Steps of decoding before the clock starts."""


@dataclass(frozen=True)
class Decoded:
    """What decoding took."""

    seconds: list[float]
    """Of every repeat."""
    experts: float | None
    """Experts of a layer that a step used, on average over layers and some steps; None where nobody counted."""


def decode(
    stepper: Stepper, vocabulary: int, *, batch: int, depth: int, prompt: int, tokens: int, repeats: int
) -> Decoded:
    """Give each of `batch` sequences `tokens` new ones, again for every repeat.

    They come behind `depth` random latents and then `prompt` tokens that are computed before the clock starts.
    """
    draw = random.Random(0)
    tracks = [stepper.open(depth, prompt + max(tokens, WARM_UP)) for _ in range(batch)]
    stepper.run((track, _ids(draw, vocabulary, prompt)) for track in tracks)
    counts = [stepper.experts_used(_next(tracks, draw, vocabulary)) for _ in range(WARM_UP)]
    seconds = []
    for _ in range(repeats):
        for track in tracks:
            track.known = depth + prompt
        begin = time.perf_counter()
        for _ in range(tokens):
            stepper.run(_next(tracks, draw, vocabulary))
        seconds.append(time.perf_counter() - begin)
    counted = [count for count in counts if count is not None]
    return Decoded(seconds, statistics.mean(counted) if counted else None)


def prefill_seconds(
    stepper: Stepper, vocabulary: int, *, batch: int, depth: int, prompt: int, repeats: int
) -> list[float]:
    """Seconds to compute a prompt of `prompt` tokens behind `depth` random latents in each of `batch` sequences and
    sample after it, for every repeat."""
    draw = random.Random(0)
    tracks = [stepper.open(depth, prompt) for _ in range(batch)]
    stepper.run((track, _ids(draw, vocabulary, min(prompt, stepper.step_tokens))) for track in tracks)
    seconds = []
    for _ in range(repeats):
        for track in tracks:
            track.known = depth
        feeds = [(track, _ids(draw, vocabulary, prompt)) for track in tracks]
        begin = time.perf_counter()
        stepper.run(feeds)
        seconds.append(time.perf_counter() - begin)
    return seconds


def _next(tracks: list[Track], draw: random.Random, vocabulary: int) -> list[tuple[Track, list[int]]]:
    return [(track, _ids(draw, vocabulary, 1)) for track in tracks]


def _ids(draw: random.Random, vocabulary: int, tokens: int) -> list[int]:
    return draw.choices(range(vocabulary), k=tokens)
