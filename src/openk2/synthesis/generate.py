"""Playing tasks into chunks of trajectories: task → oracle with real tools → verdict → tokens and mask.

A chunk is a fixed range of task numbers and always comes out the same, whichever process makes it. Only dialogues that
the verifier accepts in full are kept.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from openk2.chat.messages import Message
from openk2.chat.template import render_with_mask
from openk2.chat.tokenizer import Tokenizer
from openk2.environments import Bench, Mixture, Task, make_task, verify
from openk2.errors import EvaluationError

CHUNK = 1000
"""Tasks of one chunk."""
BENCHES = 16
"""Workspaces in which tasks are played at the same time."""


@dataclass(frozen=True)
class Plan:
    """What every chunk of a run has in common."""

    seed: int
    mixture: Mixture
    maximum_tokens: int


@dataclass(frozen=True)
class Chunk:
    """The kept trajectories of one range of tasks, in order."""

    ids: npt.NDArray[np.int64]
    """All tokens, one trajectory after another."""
    mask: npt.NDArray[np.uint8]
    """1 where the assistant emitted the token."""
    lengths: npt.NDArray[np.int64]
    families: list[str]
    """Of each trajectory."""
    rejected: list[str]
    """`TASK: reason` for every dialogue that could not be played or that the verifier refused."""
    too_long: int
    traces: list[str]
    """Readable JSON lines of the first dialogues, as many as were asked for."""

    def save(self, path: Path) -> None:
        """Write atomically."""
        temporary = path.with_suffix(".tmp")
        notes = json.dumps([self.families, self.rejected, self.too_long, self.traces])
        with temporary.open("wb") as handle:
            np.savez(handle, ids=self.ids.astype(np.uint32), mask=self.mask, lengths=self.lengths, notes=notes)
        temporary.replace(path)

    @staticmethod
    def load(path: Path) -> Chunk:
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            families, rejected, too_long, traces = json.loads(str(arrays["notes"]))
            ids = arrays["ids"].astype(np.int64)
            return Chunk(ids, arrays["mask"], arrays["lengths"], families, rejected, too_long, traces)

    def trajectories(self) -> list[tuple[list[int], list[bool]]]:
        """(ids, mask) of each."""
        ends = np.cumsum(self.lengths)[:-1]
        ids, masks = np.split(self.ids, ends), np.split(self.mask.astype(bool), ends)
        return [(one.tolist(), mask.tolist()) for one, mask in zip(ids, masks, strict=True)]


@dataclass(frozen=True)
class _Played:
    """One task after its dialogue."""

    family: str
    refused: str | None
    """Why it could not be played, or why the verifier refused it; then the rest is empty."""
    ids: list[int]
    mask: list[bool]
    trace: str


def make_chunk(first: int, count: int, plan: Plan, tokenizer: Tokenizer, traces: int = 0) -> Chunk:
    """Play tasks first … first + count - 1 of the training split."""
    with tempfile.TemporaryDirectory(prefix="openk2-synthesis-", dir=_memory()) as directory:
        played = asyncio.run(_play_all(range(first, first + count), plan, tokenizer, Path(directory)))
    accepted = [item for item in played if item.refused is None]
    kept = [item for item in accepted if len(item.ids) <= plan.maximum_tokens]
    return Chunk(
        np.asarray([id for item in kept for id in item.ids], np.int64),
        np.asarray([flag for item in kept for flag in item.mask], np.uint8),
        np.asarray([len(item.ids) for item in kept], np.int64),
        [item.family for item in kept],
        [item.refused for item in played if item.refused is not None],
        len(accepted) - len(kept),
        [item.trace for item in kept[:traces]],
    )


async def _play_all(numbers: range, plan: Plan, tokenizer: Tokenizer, directory: Path) -> list[_Played]:
    """Play tasks on several benches at once, since most of the time is spent waiting for the sandbox."""
    waiting = iter(numbers)
    played: dict[int, _Played] = {}

    async def work(bench: Bench) -> None:
        for number in waiting:
            played[number] = await _play(make_task("train", number, plan.seed, plan.mixture), tokenizer, bench)

    await asyncio.gather(*(work(Bench(directory / str(place))) for place in range(BENCHES)))
    return [played[number] for number in numbers]


async def _play(task: Task, tokenizer: Tokenizer, bench: Bench) -> _Played:
    bench.prepare(task)
    try:
        messages = await bench.play(task)
    except EvaluationError as error:
        return _Played(task.family, str(error), [], [], "")
    verdict = verify(task, messages, bench.workspace)
    if verdict.score < 1:
        return _Played(task.family, f"{task.id}: {'; '.join(verdict.reasons)}", [], [], "")
    tools = bench.specs(task)
    ids, mask = render_with_mask(messages, tools, tokenizer=tokenizer)
    return _Played(task.family, None, ids, mask, _trace(task, messages, [tool.to_openai() for tool in tools], len(ids)))


def _trace(task: Task, messages: Sequence[Message], tools: list[dict[str, object]], tokens: int) -> str:
    record = {
        "id": task.id,
        "family": task.family,
        "tokens": tokens,
        "tools": tools,
        "messages": [message.to_openai() for message in messages],
    }
    return json.dumps(record, ensure_ascii=False)


def _memory() -> str | None:
    """A file system in memory where there is one: thousands of small workspaces are made and thrown away."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def by_family(chunks: Sequence[Chunk]) -> dict[str, dict[str, float]]:
    """Count, tokens, mean, median and longest per family, and the share of tokens the assistant emitted."""
    lengths: dict[str, list[int]] = {}
    trained: Counter[str] = Counter()
    for chunk in chunks:
        starts = np.concatenate([[0], np.cumsum(chunk.lengths)[:-1]]).astype(np.int64)
        emitted = np.add.reduceat(chunk.mask.astype(np.int64), starts).tolist() if len(starts) else []
        for family, length, own in zip(chunk.families, chunk.lengths.tolist(), emitted, strict=True):
            lengths.setdefault(family, []).append(length)
            trained[family] += int(own)
    return {
        family: {
            "trajectories": len(found),
            "tokens": sum(found),
            "mean": round(sum(found) / len(found), 1),
            "median": float(np.median(found)),
            "longest": max(found),
            "assistant_share": round(trained[family] / sum(found), 4),
        }
        for family, found in sorted(lengths.items())
    }
