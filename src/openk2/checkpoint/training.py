"""Training checkpoints: a directory `step-00001200` that appears whole or not at all.

It holds `model/` (a Hugging Face model directory in float32, which `openk2.load` and transformers read), one
`optimizer-RANK-of-N.safetensors` per owner of optimiser state, and `state.json` with the step and the hash of every
file. It is written under another name, synced, and renamed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from openk2.checkpoint.tensor_file import hash_file
from openk2.errors import CheckpointError

_NAME = re.compile(r"step-(\d{8})")
STATE = "state.json"
MODEL = "model"


@dataclass(frozen=True)
class TrainingCheckpoint:
    """A complete checkpoint on disk."""

    directory: Path
    step: int
    """Optimiser steps done."""
    state: dict[str, Any]
    """What the trainer put in besides."""

    @property
    def model_directory(self) -> Path:
        """The model, loadable by `openk2.load`."""
        return self.directory / MODEL

    def optimizer_state(self, names: set[str]) -> dict[str, Tensor]:
        """Optimiser tensors `NAME/…` of the parameters named, whichever files hold them; raises CheckpointError."""
        tensors: dict[str, Tensor] = {}
        for path in sorted(self.directory.glob("optimizer-*.safetensors")):
            try:
                with safe_open(path, "pt") as file:
                    for key in file.keys():  # noqa: SIM118 - no mapping
                        if key.rsplit("/", 1)[0] in names:
                            tensors[key] = file.get_tensor(key)
            except (OSError, SafetensorError) as error:
                raise CheckpointError(f"{path}: cannot be read: {error}") from None
        return tensors


@contextmanager
def writing(root: Path, step: int) -> Iterator[Path]:
    """A scratch directory beside the checkpoints, removed where not published; I/O faults raise CheckpointError."""
    scratch = scratch_directory(root, step)
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        yield scratch
    except OSError as error:
        raise CheckpointError(
            f"{scratch}: checkpoint not written ({error.strerror or error}); the last one stays"
        ) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def scratch_directory(root: Path, step: int) -> Path:
    """Where the checkpoint of `step` is put together."""
    return root / f"step-{step:08d}.writing"


def write_optimizer(scratch: Path, tensors: dict[str, Tensor], rank: int, owners: int) -> None:
    """One owner's optimiser state, written into the scratch directory; raises CheckpointError."""
    path = scratch / f"optimizer-{rank:05d}-of-{owners:05d}.safetensors"
    try:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path}: checkpoint not written ({error}); the last one stays") from None


def publish(root: Path, scratch: Path, step: int, state: dict[str, Any]) -> TrainingCheckpoint:
    """Hash, sync and rename the scratch directory; an older checkpoint of the same step is replaced."""
    files = {str(path.relative_to(scratch)): hash_file(path) for path in sorted(scratch.rglob("*")) if path.is_file()}
    record = {"step": step, "state": state, "files": files}
    (scratch / STATE).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    for path in [*scratch.rglob("*"), scratch]:
        _sync(path)
    target = root / f"step-{step:08d}"
    shutil.rmtree(target, ignore_errors=True)
    os.rename(scratch, target)
    _sync(root)
    return TrainingCheckpoint(target, step, state)


def checkpoints(root: Path) -> list[Path]:
    """Complete checkpoint directories, oldest first."""
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if _NAME.fullmatch(path.name) and (path / STATE).is_file())


def open_checkpoint(directory: Path) -> TrainingCheckpoint:
    """Read `state.json` and check every hash; raises CheckpointError naming the file that is missing or changed."""
    try:
        record = json.loads((directory / STATE).read_text("utf-8"))
        files, step, state = record["files"], int(record["step"]), record["state"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{directory / STATE}: no complete checkpoint record ({error})") from None
    for name, digest in files.items():
        path = directory / name
        if not path.is_file():
            raise CheckpointError(
                f"{path}: missing from the checkpoint; remove {directory.name} to go on from an older one"
            )
        if hash_file(path) != digest:
            raise CheckpointError(
                f"{path}: changed since it was written; remove {directory.name} to go on from an older one"
            )
    return TrainingCheckpoint(directory, step, state)


def prune(root: Path, keep: int) -> None:
    """Remove all but the newest `keep` checkpoints, and what an interrupted write left."""
    for path in checkpoints(root)[:-keep]:
        shutil.rmtree(path, ignore_errors=True)
    for path in root.glob("step-*.writing"):
        shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
