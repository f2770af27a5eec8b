"""Whether a model directory is sound: every byte of the weights read once, hashed, and every number looked at.

A file's sha256 is compared where `SHA256SUMS` states one; weights must be finite, scales finite and positive, and no
matrix zero throughout, as in a file that lost its blocks. Headers, index, config.json and tokenizer are compared with
one another. Nothing stops at the first fault.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock

import torch

from openk2.chat.locate import model_directory
from openk2.checkpoint.checks.findings import Contents, Finding, examine
from openk2.checkpoint.checks.tokenizer import template_findings, tokenizer_findings
from openk2.checkpoint.conversion.record import SUMS_FILE
from openk2.checkpoint.conversion.source import fault
from openk2.checkpoint.formats import INT4_SCALE_SUFFIX, PACKED_SUFFIX, SHAPE_SUFFIX
from openk2.checkpoint.layout import SCALE_SUFFIX
from openk2.checkpoint.tensor_file import DTYPES, Place, hash_file
from openk2.config import K2Config

BESIDE_WEIGHTS: tuple[Callable[[Path, K2Config | None], list[Finding]], ...] = (tokenizer_findings, template_findings)
"""What is checked beside the weights: functions of the directory and its configuration."""

_BLOCK = 1 << 24
_SUM = re.compile(r"([0-9a-f]{64}) [ *](.+)")


@dataclass(frozen=True)
class Verification:
    """What was read, and what is wrong with it."""

    directory: str
    bytes: int
    """Of the weight files."""
    tensors: int
    sha256: dict[str, str]
    """File → its hash as read."""
    compared: int
    """Files whose hash was stated and is the one read, or is a finding."""
    findings: list[Finding]


def verify(
    name_or_directory: str | Path,
    *,
    workers: int | None = None,
    watch: Callable[[int, int], None] = lambda done, all: None,
) -> Verification:
    """Read all of a model directory, `workers` files at a time (None: one per CPU); `watch` gets bytes done and in all.

    Raises ChatError where there is no such directory; whatever is wrong inside is a finding.
    """
    directory = model_directory(name_or_directory)
    contents = examine(directory)
    total = sum(_size(directory / file) for file in contents.files)
    done, lock, stopped = 0, Lock(), Event()

    def progress(count: int) -> None:
        nonlocal done
        if stopped.is_set():
            raise CancelledError
        with lock:
            done += count
            watch(done, total)

    shapes = _stated_shapes(contents)
    workers = workers or os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        read = {
            file: pool.submit(_read_file, directory / file, places, shapes, progress)
            for file, places in contents.files.items()
        }
        try:
            hashes = {}
            for file, future in read.items():
                hashes[file], wrong = future.result()
                contents.findings += wrong
        except BaseException:
            stopped.set()
            pool.shutdown(cancel_futures=True)
            raise
    compared = _compare_hashes(contents, hashes)
    for check in BESIDE_WEIGHTS:
        contents.findings += check(directory, contents.config)
    return Verification(str(directory), total, len(contents.tensors), hashes, compared, contents.findings)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _stated_shapes(contents: Contents) -> dict[str, tuple[int, ...]]:
    """Name in the files of what states an INT4 weight's shape → what it must say."""
    return {contents.tensors[origin.size].name: tensor.shape for tensor, origin in contents.origins if origin.size}


def _read_file(
    file: Path, places: list[Place], shapes: dict[str, tuple[int, ...]], progress: Callable[[int], None]
) -> tuple[str, list[Finding]]:
    """The file's hash, and what is wrong with its numbers."""
    digest = hashlib.sha256()
    findings: list[Finding] = []
    with file.open("rb", buffering=0) as handle:
        start = places[0].begin if places else file.stat().st_size
        header = handle.read(start)
        digest.update(header)
        progress(len(header))
        buffer = bytearray(_BLOCK)
        for place in places:
            problem, zero = None, True
            left = place.end - place.begin
            while left:
                view = memoryview(buffer)[: min(left, _BLOCK)]
                count = handle.readinto(view)
                # a block may end early, but never inside a number
                while count % 8 and count < len(view) and (more := handle.readinto(view[count:])):
                    count += more
                if not count:
                    findings.append(Finding(file.name, place.entry.name, "cannot be read: the file became shorter"))
                    return digest.hexdigest(), findings
                digest.update(view[:count])
                progress(count)
                left -= count
                if place.entry.dtype in DTYPES:
                    values = torch.frombuffer(view[:count], dtype=DTYPES[place.entry.dtype])
                    problem = problem or _problem(place.entry.name, values, shapes)
                    zero = zero and not bool(torch.frombuffer(view[:count], dtype=torch.uint8).any())
            if zero and len(place.entry.shape) == 2 and place.end > place.begin:
                problem = problem or "is zero throughout"
            if problem:
                findings.append(Finding(file.name, place.entry.name, problem))
    return digest.hexdigest(), findings


def _problem(name: str, values: torch.Tensor, shapes: dict[str, tuple[int, ...]]) -> str | None:
    for suffix in (SCALE_SUFFIX, PACKED_SUFFIX, INT4_SCALE_SUFFIX, SHAPE_SUFFIX):
        if not name.endswith(f"weight{suffix}"):
            continue
        if suffix == SHAPE_SUFFIX and name in shapes and tuple(values.tolist()) != shapes[name]:
            return f"says {values.tolist()}; config.json asks for {list(shapes[name])}"
        return fault(suffix, values)
    return fault("", values)


def _compare_hashes(contents: Contents, hashes: dict[str, str]) -> int:
    """Findings for files that are not what `SHA256SUMS` says; returns how many it names."""
    try:
        lines = (contents.directory / SUMS_FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return 0
    except (OSError, UnicodeDecodeError) as error:
        contents.note(SUMS_FILE, None, f"cannot be read: {error}")
        return 0
    compared = 0
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _SUM.fullmatch(line)
        if found is None or Path(found[2]).name != found[2]:
            contents.note(SUMS_FILE, None, f"line {number} is not a hash and a file name of this directory")
            continue
        hash, name = found.groups()
        path = contents.directory / name
        if not path.is_file():
            if not any(finding.file == name for finding in contents.findings):
                contents.note(name, None, f"is missing; {SUMS_FILE} names it")
            continue
        compared += 1
        actual = hashes.get(name) or hash_file(path)
        if actual != hash:
            contents.note(name, None, f"has sha256 {actual[:16]}…; {SUMS_FILE} says {hash[:16]}…")
    return compared
