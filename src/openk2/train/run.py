"""A run from a recipe: prepare the directory, start the workers, show progress, end in a state that can go on.

A run directory holds `recipe.json`, `metrics.jsonl` and `checkpoints/`. The same command on it goes on from the newest
checkpoint; Ctrl-C finishes the current step, saves and stops.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import torch

from openk2.chat.tokenizer import load_tokenizer
from openk2.checkpoint import load
from openk2.checkpoint.training import checkpoints, open_checkpoint
from openk2.config import K2Config
from openk2.data.loader import describe
from openk2.errors import TrainError
from openk2.model import K2Model
from openk2.train.batches import open_loader
from openk2.train.heldout import HeldOut, load_heldout
from openk2.train.recipe import TrainRecipe
from openk2.train.shared import CONTEXT, Shared, share
from openk2.train.watch import Progress, begin_log
from openk2.train.worker import run_worker

ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 36),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "OMP_NUM_THREADS": "1",
}
"""Keeps freed activations, in huge pages, for the next step instead of returning them to the system: 9-14 % of a step,
glibc only.
"""


def train(recipe: TrainRecipe, show: Callable[[Progress], None] = lambda progress: None) -> str:
    """Carry out or continue a run; "done", or "stopped" after Ctrl-C. Raises TrainError, DataError, CheckpointError."""
    directory = Path(recipe.output).expanduser()
    tokenizer = load_tokenizer(recipe.tokenizer)
    with _alone(directory):
        resume, recorded = _newest(directory, recipe)
        model = _model(recipe, resume)
        loader = open_loader(recipe, model.config.vocab_size)
        heldout = HeldOut()
        if recipe.watch.holdout:
            holdout = Path(recipe.data.root) / recipe.watch.holdout
            heldout = load_heldout(holdout, tokenizer, recipe.watch.eval_tokens, recipe.data.sequence)
        workers = recipe.compute.workers or min(os.cpu_count() or 1, -(-recipe.rows // recipe.batch.micro))
        dtype = compute_dtype(recipe.compute.dtype) if resume is None else getattr(torch, recorded["dtype"])
        record = {
            "name": recipe.name,
            "recipe": recipe.table(),
            "parameters": sum(p.numel() for p in model.parameters()),
            "active_parameters": active_parameters(model),
            "workers": workers,
            "dtype": str(dtype).removeprefix("torch."),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {torch.backends.cpu.get_cpu_capability()}",
            "mixture": [
                {"source": source.path, **row}
                for source, row in zip(recipe.source, describe(loader, recipe.steps * recipe.rows), strict=True)
            ],
            "tau": recipe.optimizer.tau,
        }
        step = None if resume is None else open_checkpoint(resume).step
        if resume is None:
            _write_json(directory / "recipe.json", record)
        begin_log(directory / "metrics.jsonl", record, step)
        if step is not None and step >= recipe.steps:
            return "done"
        return _work(recipe, directory, resume, share(model, workers, dtype, len(heldout.kinds)), heldout, show)


def compute_dtype(name: str) -> torch.dtype:
    """The type to compute in; `auto` times one matrix product of each and takes the faster."""
    if name != "auto":
        return getattr(torch, name)  # type: ignore[no-any-return]

    def seconds(dtype: torch.dtype) -> float:
        a_nn = torch.ones(512, 512, dtype=dtype)
        best = float("inf")
        for _ in range(5):
            begin = time.perf_counter()
            a_nn @ a_nn
            best = min(best, time.perf_counter() - begin)
        return best

    return torch.bfloat16 if seconds(torch.bfloat16) < 0.8 * seconds(torch.float32) else torch.float32


def active_parameters(model: K2Model) -> int:
    """Parameters a token passes through, head included, embedding not."""
    c = model.config
    idle = 0
    for block in model.moe_blocks().values():
        experts = sum(p.numel() for p in block.experts.parameters())
        idle += experts * (c.n_routed_experts - c.num_experts_per_tok) // c.n_routed_experts
    return sum(p.numel() for p in model.parameters()) - idle - model.model.embed_tokens.weight.numel()


def _model(recipe: TrainRecipe, resume: Path | None) -> K2Model:
    """The weights a run starts or goes on from, float32."""
    if resume is not None:
        return load(open_checkpoint(resume).model_directory, dtype=torch.float32)
    if recipe.model.preset is not None:
        return K2Model(K2Config.preset(recipe.model.preset)).initialize(recipe.model.seed)
    assert recipe.model.init is not None
    return load(recipe.model.init, dtype=torch.float32)


def _newest(directory: Path, recipe: TrainRecipe) -> tuple[Path | None, dict[str, Any]]:
    """The checkpoint to go on from and the run's record; raises TrainError where the directory is another recipe's."""
    path = directory / "recipe.json"
    if not path.exists():
        return None, {}
    try:
        recorded = json.loads(path.read_text("utf-8"))
        differs = recipe.continues(recorded["recipe"])
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise TrainError(f"{path}: not the record of a run ({error}); choose another output directory") from None
    found = checkpoints(directory / "checkpoints")
    if differs and found:
        remedy = "choose another output or remove the directory"
        raise TrainError(f"{directory}: holds a run of another recipe ({differs} differs); {remedy}")
    return (found[-1] if found else None), recorded


def _work(
    recipe: TrainRecipe,
    directory: Path,
    resume: Path | None,
    shared: Shared,
    heldout: HeldOut,
    show: Callable[[Progress], None],
) -> str:
    """Start the workers, pass progress on, and turn whatever ends them into a result or one error."""
    workers = shared.gradients_WP.shape[0]
    channels: list[Connection] = []
    processes = []
    with _environment(ALLOCATOR), _asked_to_stop(shared):
        for rank in range(workers):
            receiver, sender = CONTEXT.Pipe(duplex=False)
            arguments = (rank, shared, recipe, directory, resume, heldout, sender)
            process = CONTEXT.Process(target=run_worker, args=arguments, daemon=True)
            process.start()
            sender.close()
            channels.append(receiver)
            processes.append(process)
        results: dict[int, tuple[str, Any]] = {}
        while len(results) < workers:
            open_channels = [channel for rank, channel in enumerate(channels) if rank not in results]
            for ready in wait(open_channels):
                rank = channels.index(ready)  # type: ignore[arg-type]
                try:
                    kind, value = channels[rank].recv()
                except EOFError:
                    processes[rank].join()
                    kind, value = "killed", processes[rank].exitcode
                    shared.barrier.abort()
                if kind == "step":
                    show(value)
                else:
                    results[rank] = (kind, value)
        for process in processes:
            process.join(timeout=30)
    return _result(results, directory)


def _result(results: dict[int, tuple[str, Any]], directory: Path) -> str:
    for kind, value in results.values():
        if kind == "error":
            raise TrainError(value)
        if kind == "crash":
            raise RuntimeError(f"a training worker failed:\n{value}")
    for kind, value in results.values():
        if kind == "killed":
            raise TrainError(
                f"a training worker ended with status {value} (-9: killed, often for memory); "
                f"the same command goes on from the last checkpoint in {directory}"
            )
    return results[0][0]


@contextmanager
def _asked_to_stop(shared: Shared) -> Iterator[None]:
    """While inside, the first interrupt or termination asks for a stop after the step; the second one interrupts."""

    def ask(signum: int, frame: object) -> None:
        if shared.stop.is_set():
            raise KeyboardInterrupt
        shared.stop.set()

    previous = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """The environment the workers are born with."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update({name: value for name, value in values.items() if name not in os.environ})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """The run directory for this process only; raises TrainError where another process trains in it."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = (directory / ".lock").open("w")
    except OSError as error:
        raise TrainError(f"{directory}: cannot be written ({error.strerror})") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise TrainError(f"{directory}: another `openk2 train` is running in it; choose another output") from None
        yield


def _write_json(path: Path, record: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise TrainError(f"{path}: cannot be written ({error.strerror})") from None
