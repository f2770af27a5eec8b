"""Batches: which rows each worker takes at each step, a pure function of recipe, step and worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from openk2.data.loader import MixtureLoader
from openk2.data.shards import open_shards
from openk2.errors import TrainError
from openk2.train.recipe import TrainRecipe


@dataclass(frozen=True)
class MicroBatch:
    """Rows that go through the network together."""

    inputs_BT: Tensor
    targets_BT: Tensor
    weights_BT: Tensor
    """Loss weight of each prediction, float32."""
    starts_BT: Tensor | None
    """First token of each token's trajectory; None where every row is one stream."""


def open_loader(recipe: TrainRecipe, vocab_size: int) -> MixtureLoader:
    """The recipe's mixture; raises DataError for missing or corrupt shards, TrainError for a wrong vocabulary."""
    root = Path(recipe.data.root)
    sources = []
    for source in recipe.source:
        shards = open_shards(root / source.path)
        if shards.manifest.vocab_size > vocab_size:
            raise TrainError(
                f"{root / source.path}: tokens of a vocabulary of {shards.manifest.vocab_size}; "
                f"the model has {vocab_size} ids"
            )
        sources.append((shards, source.weight))
    data = recipe.data
    return MixtureLoader(
        sources,
        data.sequence,
        data.seed,
        prompt_share=data.prompt_share,
        losses=[source.loss for source in recipe.source],
    )


def micro_batches(
    recipe: TrainRecipe, loader: MixtureLoader, step: int, worker: int, workers: int
) -> Iterator[MicroBatch]:
    """This worker's part of step `step` (from 0): every `workers`-th micro-batch of the step's rows."""
    first = step * recipe.rows
    size = recipe.batch.micro
    for begin in range(worker * size, recipe.rows, workers * size):
        batch = loader.batch(range(first + begin, first + min(begin + size, recipe.rows)))
        yield MicroBatch(
            torch.from_numpy(batch.inputs),
            torch.from_numpy(batch.targets),
            torch.from_numpy(batch.weights),
            torch.from_numpy(batch.starts) if batch.starts.any() else None,
        )
