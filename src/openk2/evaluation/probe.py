"""A quick look at a checkpoint: is the model's most probable token the right one at every place where it speaks?

The oracle's dialogues are put through the model once (teacher forcing). A dialogue counts when every assistant token is
right: then greedy decoding would write exactly this dialogue. Other right dialogues are not seen, so this is a lower
bound of what the agent reaches, at a fraction of the cost.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from openk2.chat.template import SECTION_BEGIN, render_with_mask
from openk2.chat.tokenizer import Tokenizer
from openk2.environments import Bench, Task
from openk2.evaluation.rates import Rate, rate
from openk2.model import K2Model

BATCH_TOKENS = 8192
"""Tokens of one forward pass, padding included."""


@dataclass(frozen=True)
class Reference:
    """The oracle's dialogue for one task."""

    task: Task
    ids: list[int]
    mask: list[bool]


@dataclass(frozen=True)
class Probed:
    """What the model would have said."""

    task: Task
    calls: tuple[bool, ...]
    """For each assistant message that calls tools: every token right."""
    answers: tuple[bool, ...]
    """For each assistant message without calls."""
    right_tokens: int
    tokens: int
    first_wrong: int | None
    """Where the first wrong token stands; None when all are right."""

    @property
    def solved(self) -> bool:
        """Every assistant token is right."""
        return all(self.calls) and all(self.answers)


def references(tasks: Sequence[Task], tokenizer: Tokenizer) -> list[Reference]:
    """Play the tasks with the oracle and render them."""

    async def play_all() -> list[Reference]:
        found = []
        with tempfile.TemporaryDirectory(prefix="openk2-probe-") as directory:
            bench = Bench(Path(directory))
            for task in tasks:
                bench.prepare(task)
                messages = await bench.play(task)
                found.append(Reference(task, *render_with_mask(messages, bench.specs(task), tokenizer=tokenizer)))
        return found

    return asyncio.run(play_all())


@torch.inference_mode()
def probe(
    model: K2Model, tokenizer: Tokenizer, dialogues: Sequence[Reference], watch: Callable[[int], None] | None = None
) -> list[Probed]:
    """Put the dialogues through the model, shortest first; results in the order given. `watch` hears how many are
    done."""
    section = tokenizer.id(SECTION_BEGIN)
    found: dict[int, Probed] = {}
    for numbers in _batches(dialogues):
        longest = max(len(dialogues[number].ids) for number in numbers)
        ids_BT = torch.full((len(numbers), longest), tokenizer.pad_id)
        for row, number in enumerate(numbers):
            ids_BT[row, : len(dialogues[number].ids)] = torch.tensor(dialogues[number].ids)
        x_BTD = model.hidden(ids_BT.to(model.lm_head.weight.device))
        for row, number in enumerate(numbers):
            found[number] = _judge(model, x_BTD[row], dialogues[number], section)
        if watch is not None:
            watch(len(found))
    return [found[number] for number in range(len(dialogues))]


def _batches(dialogues: Sequence[Reference]) -> Iterator[list[int]]:
    """Numbers of dialogues of similar length, as many as fit into BATCH_TOKENS."""
    batch: list[int] = []
    for number in sorted(range(len(dialogues)), key=lambda number: len(dialogues[number].ids)):
        if batch and (len(batch) + 1) * len(dialogues[number].ids) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _judge(model: K2Model, x_TD: Tensor, dialogue: Reference, section: int) -> Probed:
    """Compare the most probable tokens with the dialogue's where the assistant speaks."""
    places = [place for place, sampled in enumerate(dialogue.mask) if sampled]
    logits_NV = model.lm_head(x_TD[torch.tensor(places) - 1])
    right = (logits_NV.argmax(-1).cpu() == torch.tensor([dialogue.ids[place] for place in places])).tolist()
    calls: list[bool] = []
    answers: list[bool] = []
    for start, stop in _runs(places):
        ids = [dialogue.ids[place] for place in places[start:stop]]
        (calls if section in ids else answers).append(all(right[start:stop]))
    first_wrong = next((place for place, hit in zip(places, right, strict=True) if not hit), None)
    return Probed(dialogue.task, tuple(calls), tuple(answers), sum(right), len(right), first_wrong)


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """Ranges of neighbouring places: one per assistant message."""
    start = 0
    for index in range(1, len(places) + 1):
        if index == len(places) or places[index] != places[index - 1] + 1:
            yield start, index
            start = index


def summarise(results: Sequence[Probed]) -> dict[str, Any]:
    """Rates per split and family, of whole dialogues, of calls, of answers and of tokens."""
    splits: dict[str, list[Probed]] = defaultdict(list)
    for result in results:
        splits[result.task.split].append(result)
    return {split: _summary(found) for split, found in splits.items()}


def _summary(results: Sequence[Probed]) -> dict[str, Any]:
    families: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        families[result.task.family].append(result.solved)
    return {
        "all_right": rate([result.solved for result in results]).record(),
        "calls": rate([hit for result in results for hit in result.calls]).record(),
        "answers": rate([hit for result in results for hit in result.answers]).record(),
        "tokens": Rate(
            sum(result.right_tokens for result in results), sum(result.tokens for result in results)
        ).record(),
        "families": {family: rate(hits).record() for family, hits in families.items()},
    }
