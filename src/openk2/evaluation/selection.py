"""Which held-out tasks are asked: divided over the splits, and within a split evenly over its families."""

from __future__ import annotations

import random

from openk2.environments import SPLITS, Task, make_task
from openk2.environments.catalogue import COMBINATIONS, DIALOGUE, FAMILIES, TRAINED
from openk2.errors import EvaluationError

HELD_OUT = tuple(split for split in SPLITS if split != "train")
_PARTS = {"new_values": 3, "new_phrasings": 2, "new_tool_names": 1, "new_combinations": 1}
"""How many parts of the tasks a split gets when all are asked."""


def select_tasks(count: int, seed: int = 0, split: str | None = None, family: str | None = None) -> list[Task]:
    """`count` tasks, always the same for a seed; of one split or family where given.

    Raises EvaluationError for an unknown split or family, or a family that the split does not have.
    """
    if split is not None and split not in SPLITS:
        raise EvaluationError(f"no split {split!r}; accepted: {', '.join(SPLITS)}")
    if family is not None and family not in FAMILIES and family != DIALOGUE:
        raise EvaluationError(f"no task family {family!r}; accepted: {', '.join((*FAMILIES, DIALOGUE))}")
    splits = [split] if split else [name for name in HELD_OUT if family is None or family in families_of(name)]
    if split is not None and family is not None and family not in families_of(split):
        raise EvaluationError(f"split {split} has no family {family!r}; accepted: {', '.join(families_of(split))}")
    total = sum(_PARTS.get(name, 1) for name in splits)
    shares = [count * _PARTS.get(name, 1) // total for name in splits]
    shares[0] += count - sum(shares)
    tasks = []
    for name, share in zip(splits, shares, strict=True):
        families = [family] if family else list(families_of(name))
        random.Random(f"families/{seed}/{name}").shuffle(families)
        tasks += [
            make_task(name, number // len(families), seed, family=families[number % len(families)])
            for number in range(share)
        ]
    return tasks


def families_of(split: str) -> tuple[str, ...]:
    """The families of a split, dialogues included. Without tools declared, new tool names change nothing."""
    if split == "new_combinations":
        return COMBINATIONS
    if split == "new_tool_names":
        return tuple(name for name in (*TRAINED, DIALOGUE) if name == DIALOGUE or FAMILIES[name].calls)
    return (*TRAINED, DIALOGUE)
