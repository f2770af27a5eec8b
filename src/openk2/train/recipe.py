"""The recipe of a training run: model, data mixture, optimiser, schedule, what to watch. See `recipes/*.toml`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openk2.config import K2Config
from openk2.errors import RecipeError
from openk2.recipes import override, read_table, read_toml


@dataclass(frozen=True)
class ModelSection:
    """`[model]`: exactly one of the two."""

    preset: str | None = None
    """Start from fresh weights of this shape."""
    init: str | None = None
    """Start from a model: a directory, a released name, or an earlier stage's run directory (its last checkpoint)."""
    seed: int = 0
    """Of fresh weights."""


@dataclass(frozen=True)
class SourceSection:
    """One `[[source]]`: a directory of shards and its share of the samples."""

    path: str
    """Directory written by `openk2 data build` (`…/shards/KIND`) or `openk2 synthesize`."""
    weight: float
    """Share of the samples, in proportion to the other weights."""
    loss: float = 1.0
    """Weight of its predictions in the loss: below 1 where text would outweigh the few tokens of an assistant."""


@dataclass(frozen=True)
class DataSection:
    """`[data]`."""

    sequence: int = 512
    """T: predictions per row."""
    seed: int = 0
    """Of the order of samples."""
    prompt_share: float = 0.0
    """Share of the trajectory tokens the assistant did not write that count in the loss too, drawn once for each."""
    root: str = ""
    """Directory that relative source paths start from; empty: the current one."""


@dataclass(frozen=True)
class OptimizerSection:
    """`[optimizer]`: MuonClip."""

    lr: float = 2e-3
    """Peak learning rate."""
    embedding_lr: float = 1.0
    """Factor on it for embedding and head."""
    weight_decay: float = 0.1
    momentum: float = 0.95
    """Of Muon."""
    beta1: float = 0.9
    beta2: float = 0.95
    """Of AdamW, which embedding, head and norms take."""
    tau: float = 100.0
    """QK-Clip's threshold on attention logits."""
    clip_norm: float = 1.0
    """Largest norm of the whole gradient; 0 leaves it as it is."""
    balance_rate: float = 1e-3
    """Step of the router bias; 0 leaves it as it is."""


@dataclass(frozen=True)
class ScheduleSection:
    """`[schedule]`, all in tokens."""

    tokens: int = 50_000_000
    """Length of the run."""
    warmup: int = 500_000
    decay: int = 15_000_000
    """The learning rate falls over the last so many tokens."""
    floor: float = 0.0
    """Share of the peak it falls to."""
    shape: str = "linear"
    """Of the fall: linear or cosine."""


@dataclass(frozen=True)
class BatchSection:
    """`[batch]`."""

    tokens: int = 16_384
    """Predictions per optimiser step, padding included."""
    micro: int = 4
    """Rows a worker takes through the network at once."""


@dataclass(frozen=True)
class ComputeSection:
    """`[compute]`."""

    workers: int = 0
    """Processes of one thread each; 0: one per core, but no more than there are micro-batches in a step."""
    dtype: str = "auto"
    """Type of the forward and backward pass: float32, bfloat16, or auto, the faster one on this machine."""
    compile: bool = False
    """Fuse norms, rotations and gates with `torch.compile`; needs a C++ compiler, saves 3 to 8 % of a step."""


@dataclass(frozen=True)
class WatchSection:
    """`[watch]`, in steps unless said otherwise."""

    checkpoint_every: int = 200
    keep: int = 2
    """Checkpoints kept, newest first; the last one of a run always stays."""
    detail_every: int = 20
    """Between records of per-head logits and expert loads."""
    eval_every: int = 200
    """Between measurements on held-out documents; 0: only at the end."""
    holdout: str = ""
    """Directory of held-out `KIND.jsonl` documents; empty: none."""
    eval_tokens: int = 16_384
    """Held-out tokens per kind."""
    spike: float = 1.0
    """A step whose loss exceeds the running mean by this many nats is recorded as a spike."""


@dataclass(frozen=True)
class TrainRecipe:
    """A whole training recipe."""

    output: str
    """Run directory, relative to the current directory."""
    tokenizer: str
    """Directory of the tokenizer the shards were made with, or a released name."""
    source: tuple[SourceSection, ...]
    name: str = "run"
    model: ModelSection = field(default_factory=ModelSection)
    data: DataSection = field(default_factory=DataSection)
    optimizer: OptimizerSection = field(default_factory=OptimizerSection)
    schedule: ScheduleSection = field(default_factory=ScheduleSection)
    batch: BatchSection = field(default_factory=BatchSection)
    compute: ComputeSection = field(default_factory=ComputeSection)
    watch: WatchSection = field(default_factory=WatchSection)

    @property
    def rows(self) -> int:
        """Rows per optimiser step."""
        return self.batch.tokens // self.data.sequence

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return -(-self.schedule.tokens // self.batch.tokens)

    def table(self) -> dict[str, Any]:
        """The recipe as plain JSON data, for the run's record."""
        return {**dataclasses.asdict(self), "source": [dataclasses.asdict(source) for source in self.source]}

    def continues(self, recorded: dict[str, Any]) -> str | None:
        """None where a run recorded with that table may go on with this recipe, else the first key that differs.

        What a run learns from must be the same; where it lies, how it is watched and how it is computed may change.
        """
        now = self.table()
        free = {"output", "name", "watch", "compute"}
        for section in now:
            if section in free or now[section] == recorded.get(section):
                continue
            old, new = recorded.get(section), now[section]
            if isinstance(new, dict) and isinstance(old, dict):
                keys = [f"{section}.{key}" for key in new if new[key] != old.get(key)]
                keys = [key for key in keys if key != "data.root"]
                if not keys:
                    continue
                return keys[0]
            return section
        return None


def load_recipe(path: Path, assignments: Sequence[str] = ()) -> TrainRecipe:
    """Read and check a recipe with `section.key=value` overrides; raises RecipeError naming what is wrong."""
    return parse_recipe(override(read_toml(path), assignments), str(path))


def parse_recipe(table: dict[str, Any], where: str = "recipe") -> TrainRecipe:
    """Check a recipe given as a table; raises RecipeError."""
    recipe = read_table(TrainRecipe, table, where)
    if not recipe.source:
        raise RecipeError(f"{where}: source: at least one [[source]] table is needed")
    if (recipe.model.preset is None) == (recipe.model.init is None):
        raise RecipeError(f"{where}: model: exactly one of preset and init is needed")
    if recipe.model.preset is not None and recipe.model.preset not in K2Config.preset_names():
        names = ", ".join(K2Config.preset_names())
        raise RecipeError(f"{where}: model.preset: unknown preset {recipe.model.preset!r}; accepted: {names}")
    for section, name, accepted in (
        (recipe.data, "sequence", "2 or more"),
        (recipe.batch, "tokens", "1 or more"),
        (recipe.batch, "micro", "1 or more"),
        (recipe.schedule, "tokens", "1 or more"),
        (recipe.optimizer, "lr", "above 0"),
        (recipe.watch, "checkpoint_every", "1 or more"),
        (recipe.watch, "keep", "1 or more"),
        (recipe.watch, "detail_every", "1 or more"),
        (recipe.watch, "eval_tokens", "1 or more"),
    ):
        if not getattr(section, name) > (1 if name == "sequence" else 0):
            raise RecipeError(f"{where}: {name} is {getattr(section, name)}; accepted: {accepted}")
    for source in recipe.source:
        if not 0 < source.loss < math.inf:
            raise RecipeError(f"{where}: loss of {source.path} is {source.loss}; accepted: above 0")
    if recipe.rows < 1 or recipe.batch.tokens % recipe.data.sequence:
        accepted = f"a multiple of data.sequence ({recipe.data.sequence})"
        raise RecipeError(f"{where}: batch.tokens is {recipe.batch.tokens}; accepted: {accepted}")
    if recipe.compute.dtype not in ("auto", "float32", "bfloat16"):
        raise RecipeError(f"{where}: compute.dtype is {recipe.compute.dtype!r}; accepted: auto, float32, bfloat16")
    if recipe.schedule.shape not in ("linear", "cosine"):
        raise RecipeError(f"{where}: schedule.shape is {recipe.schedule.shape!r}; accepted: linear, cosine")
    if recipe.compute.workers < 0:
        raise RecipeError(f"{where}: compute.workers is {recipe.compute.workers}; accepted: 0 (all cores) or more")
    return recipe
