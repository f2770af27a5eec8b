"""A model on disk → the same model on disk in another format, streamed: `plan → read → encode → write`, some rows of a
tensor at a time, so a model of any size converts in the memory of a few pieces per worker.

A tensor that is stored already as the target format stores it is copied bit by bit; any other is decoded to float32 and
encoded on the format's one grid. What is written depends on the source and the format alone: not on the number of
workers, nor on how often the conversion was killed and started again. Finished files are kept by their hash.
"""

from __future__ import annotations

import math
import os
import shutil
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from openk2.chat.locate import model_directory
from openk2.checkpoint.conversion.journal import JOURNAL_FILE, Journal
from openk2.checkpoint.conversion.record import (
    Conversion,
    ErrorSum,
    describe_source,
    fingerprint,
    read_record,
    write_beside,
)
from openk2.checkpoint.conversion.source import Source, SourceTensor, fault
from openk2.checkpoint.formats import (
    ROW_STEP,
    check_format,
    config_json,
    decode,
    encode,
    entries,
    entry_rows,
    storage,
)
from openk2.checkpoint.layout import INDEX_FILE, DiskTensor
from openk2.checkpoint.parts import PARTS, part_of
from openk2.checkpoint.replacement import Replacement
from openk2.checkpoint.subset import Subset
from openk2.checkpoint.tensor_file import Entry, RowWriter, hash_file
from openk2.checkpoint.writer import SHARD_SIZE, index, plan_shards, tokenizer_files
from openk2.config import K2Config
from openk2.errors import CheckpointError

PIECE = 1 << 22
"""Numbers a worker converts at a time; 16 MiB in float32."""


@dataclass(frozen=True)
class Progress:
    """How far a conversion is."""

    bytes: int
    """Of the weight files, finished."""
    total: int
    kept: int
    """Of `bytes`, those an earlier run had written."""


@dataclass(frozen=True)
class _Job:
    """One tensor to write."""

    source: SourceTensor
    how: str
    """How it is to be stored."""
    entries: dict[str, Entry]
    """Suffix → what the new file holds of it."""

    @property
    def copied(self) -> bool:
        return self.source.how == self.how

    @property
    def tensor(self) -> DiskTensor:
        return self.source.tensor

    def pieces(self) -> Iterator[tuple[int, int]]:
        """First row, and the row behind the last one."""
        shape = self.tensor.shape
        rows, width = math.prod(shape[:-1]), shape[-1] if shape else 1
        step = max(PIECE // max(width, 1) // ROW_STEP, 1) * ROW_STEP
        return ((first, min(first + step, rows)) for first in range(0, rows, step))


def convert(
    source: str | Path,
    target: str | Path,
    *,
    format: str = "bf16",
    layers: int | str | None = None,
    experts: int | str | None = None,
    workers: int | None = None,
    shard_size: int = SHARD_SIZE,
    watch: Callable[[Progress], None] = lambda progress: None,
) -> Conversion:
    """Write the model of `source` (a name, a directory, or a training run) to the directory `target` in `format`.

    `layers` and `experts` take a part as a smaller model: a count of the first ones, or `"FIRST-LAST"` (`subset.py`);
    source files that hold nothing of it need not be there. `workers` (None: one per CPU) tensors
    are converted at a time. Killed, it goes on from the last finished file when called again with the same arguments;
    called again when all is done, it does nothing.

    Raises CheckpointError: an unknown format, a source that cannot be read (file and tensor are named), a target that
    holds something else, or too little space.
    """
    check_format(format)
    found, target = model_directory(source), Path(target)
    if found.resolve() == target.resolve():
        raise CheckpointError(f"{target}: is the source itself; choose another directory")
    subset = Subset.choose(K2Config.from_json(found), layers, experts)
    with Source(found, subset) as weights:
        making: dict[str, Any] = {
            "source": fingerprint(found / "config.json", weights.files),
            "format": format,
            "layers": None if layers is None else "{}-{}".format(*subset.layers),
            "experts": None if experts is None else "{}-{}".format(*subset.experts),
            "shard size": shard_size,
        }
        if (done := _complete(target, making)) is not None:
            return done
        jobs = [_job(tensor, weights, format) for tensor in weights.tensors]
        plan = plan_shards({job.tensor.name: list(job.entries.values()) for job in jobs}, shard_size)
        try:
            with Journal(target, making) as journal:
                _write_files(plan, {job.tensor.name: job for job in jobs}, weights, journal, target, workers, watch)
                done = _conversion(found, making, plan, journal)
                jsons = {"config.json": config_json(subset.config, format)}
                if len(plan) > 1:
                    jsons[INDEX_FILE] = index(plan)
                sums = {file: journal.finished[file]["sha256"] for file in plan}
                licences = {file.name: file.read_bytes() for file in found.glob("LICENSE*") if file.is_file()}
                write_beside(target, done, jsons, tokenizer_files(found) | licences, sums)
                journal.remove()
        except OSError as error:
            raise CheckpointError(
                f"{target}: cannot be written ({error.strerror or error}); free space there and run the same again: "
                "finished files are kept"
            ) from None
    return done


def _complete(target: Path, making: dict[str, Any]) -> Conversion | None:
    """The conversion, if `target` holds it complete. Raises CheckpointError if it holds another model."""
    if not target.is_dir():
        if target.exists():
            raise CheckpointError(f"{target}: is a file; choose a directory")
        return None
    if (target / JOURNAL_FILE).exists():
        return None
    if not any(target.glob("*.safetensors")) and not (target / "config.json").exists():
        return None
    record = read_record(target)
    same = ("source_hash", "source"), ("format",) * 2, ("layers",) * 2, ("experts",) * 2
    if record is not None and all(record.get(ours, "") == making[theirs] for ours, theirs in same):
        return Conversion(**record)
    held = f"a conversion of {record.get('source')} to {record.get('format')}" if record else "a model"
    raise CheckpointError(f"{target}: holds {held} already; delete it or choose another directory")


def _job(source: SourceTensor, weights: Source, format: str) -> _Job:
    tensor, how = source.tensor, storage(source.tensor, format)
    if source.how == how:
        return _Job(source, how, weights.entries(source))
    return _Job(source, how, {entry.name.removeprefix(tensor.name): entry for entry in entries(tensor, how)})


def _write_files(
    plan: dict[str, dict[str, list[Entry]]],
    jobs: dict[str, _Job],
    weights: Source,
    journal: Journal,
    target: Path,
    workers: int | None,
    watch: Callable[[Progress], None],
) -> None:
    """Every file the journal does not have yet, one after the other; within a file `workers` pieces at a time."""
    sizes = {file: sum(entry.bytes for held in tensors.values() for entry in held) for file, tensors in plan.items()}
    total = sum(sizes.values())
    finished = kept = sum(sizes[file] for file in plan if file in journal.finished)
    free = shutil.disk_usage(target).free
    if total - kept > free:
        raise CheckpointError(
            f"{target}: {(total - kept) / 1e9:.1f} GB are to be written and {free / 1e9:.1f} GB are free; "
            "free space or choose another place"
        )
    watch(Progress(finished, total, kept))
    workers = workers or os.cpu_count() or 1
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the pieces are the parallelism
    try:
        with ThreadPoolExecutor(workers) as pool:
            for file in (file for file in plan if file not in journal.finished):
                errors: dict[str, list[ErrorSum]] = {}
                with Replacement(target) as new:
                    path = new.path(file)
                    with (
                        RowWriter(path, [entry for held in plan[file].values() for entry in held]) as out,
                        closing(_in_order(pool, workers, plan[file], jobs, weights, out)) as pieces,
                    ):
                        for name, written, error in pieces:
                            errors.setdefault(part_of(jobs[name].tensor.target), []).append(error)
                            finished += written
                            watch(Progress(finished, total, kept))
                    sha256 = hash_file(path)
                sums = {part: vars(sum(some, ErrorSum())) for part, some in errors.items()}
                journal.add(file, sha256, errors=sums)
    finally:
        torch.set_num_threads(threads)
    watch(Progress(total, total, kept))


def _in_order(
    pool: ThreadPoolExecutor,
    workers: int,
    names: dict[str, list[Entry]],
    jobs: dict[str, _Job],
    weights: Source,
    out: RowWriter,
) -> Generator[tuple[str, int, ErrorSum]]:
    """Convert all pieces of some tensors; yields name, bytes and error of each, in order, so that sums are the same
    however many work on them. No more than two pieces per worker are under way.
    """
    under_way: deque[tuple[str, Future[tuple[int, ErrorSum]]]] = deque()
    try:
        for name in names:
            for first, last in jobs[name].pieces():
                under_way.append((name, pool.submit(_piece, jobs[name], first, last, weights, out)))
                while len(under_way) > 2 * workers:
                    done, future = under_way.popleft()
                    yield done, *future.result()
        while under_way:
            done, future = under_way.popleft()
            yield done, *future.result()
    finally:
        for _, future in under_way:
            future.cancel()
        for _, future in under_way:
            if not future.cancelled():
                future.exception()  # wait: it writes to a file that is about to be closed


def _piece(job: _Job, first: int, last: int, weights: Source, out: RowWriter) -> tuple[int, ErrorSum]:
    """Convert some rows of a tensor; returns the bytes written and the error made."""
    stored = weights.read(job.source, first, last)
    for suffix, values in stored.items():
        if wrong := fault(suffix, values):
            raise CheckpointError(f"{weights.where(job.source, suffix)} {wrong}")
    if job.copied:
        encoded = stored
        error = ErrorSum(numbers=(last - first) * (job.tensor.shape[-1] if job.tensor.shape else 1))
    else:
        rows = decode(job.tensor, stored, job.source.how)
        encoded = encode(job.tensor, rows, job.how)
        error = _error(rows, decode(job.tensor, encoded, job.how))
        if not math.isfinite(error.squared_error):
            where = weights.where(job.source, next(iter(stored)))
            raise CheckpointError(f"{where} has numbers that are too large for {job.how}")
    written = 0
    for suffix, values in encoded.items():
        begin, _ = entry_rows(suffix, first, last)
        out.write(job.tensor.name + suffix, values, begin)
        written += values.nbytes
    return written, error


def _error(rows_NI: torch.Tensor, back_NI: torch.Tensor) -> ErrorSum:
    """Summed row by row, which threads do not change, and the rows exactly."""
    squared_error, squared_weight = (
        math.fsum(torch.linalg.vector_norm(torch.atleast_2d(values_NI), dim=-1, dtype=torch.float64).square().tolist())
        for values_NI in (back_NI - rows_NI, rows_NI)
    )
    return ErrorSum(rows_NI.numel(), squared_error, squared_weight)


def _conversion(
    source: Path, making: dict[str, Any], plan: dict[str, dict[str, list[Entry]]], journal: Journal
) -> Conversion:
    sums = dict.fromkeys(PARTS, ErrorSum())
    for file in plan:
        for part, error in journal.finished[file]["errors"].items():
            sums[part] += ErrorSum(**error)
    found = {part: error for part, error in sums.items() if error.numbers}
    return Conversion(
        source=describe_source(source),
        source_hash=making["source"],
        format=making["format"],
        layers=making["layers"],
        experts=making["experts"],
        parameters=sum(error.numbers for error in found.values()),
        bytes=sum(entry.bytes for tensors in plan.values() for held in tensors.values() for entry in held),
        files=len(plan),
        parts={part: error.figures() for part, error in found.items()},
    )
