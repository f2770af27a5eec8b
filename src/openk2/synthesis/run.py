"""A whole set of trajectories: chunks in one or several processes, then shards, a readable sample and a manifest.

The output directory holds `chunks/`, `shards/`, `sample.jsonl` and `manifest.json`. Chunks are kept, so a killed run
goes on where it stopped; they count for nothing when the recipe, the tokenizer or the tasks' own code changed.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from openk2 import environments
from openk2.chat.locate import model_directory
from openk2.chat.tokenizer import RANKS_FILE, Tokenizer
from openk2.data.fetch import sha256_file, write_atomically
from openk2.data.shard_writer import write_trajectories
from openk2.data.shards import Manifest
from openk2.errors import DataError
from openk2.synthesis.generate import CHUNK, Chunk, Plan, by_family, make_chunk
from openk2.synthesis.recipe import SynthesisRecipe

Say = Callable[[str], None]


@dataclass(frozen=True)
class SynthesisReport:
    """What a run left on disk."""

    output: Path
    manifest: Manifest
    families: dict[str, dict[str, float]]
    """Per family: count, tokens, lengths; see `by_family`."""
    rejected: int
    """Dialogues the verifier refused."""
    too_long: int


def synthesize(recipe: SynthesisRecipe, *, workers: int = 1, say: Say = lambda line: None) -> SynthesisReport:
    """Carry out a recipe. Raises DataError when nothing was kept, ChatError when the tokenizer cannot be read."""
    output = Path(recipe.output).expanduser()
    directory = model_directory(recipe.tokenizer)
    tokenizer = Tokenizer.from_directory(directory)
    digest = sha256_file(directory / RANKS_FILE)
    stamp = _stamp(recipe, digest)
    chunks_directory = output / "chunks"
    if not (chunks_directory / stamp).is_file():
        shutil.rmtree(chunks_directory, ignore_errors=True)
        chunks_directory.mkdir(parents=True)
        (chunks_directory / stamp).touch()
    _make_missing(recipe, tokenizer, chunks_directory, workers, say)
    chunks = [Chunk.load(_path(chunks_directory, first)) for first in _firsts(recipe)]
    manifest = write_trajectories(
        output / "shards",
        (trajectory for chunk in chunks for trajectory in chunk.trajectories()),
        kind="tools",
        vocab_size=tokenizer.vocab_size,
        eos_id=tokenizer.eos_id,
        pad_id=tokenizer.pad_id,
        tokenizer_sha256=digest,
    )
    report = SynthesisReport(
        output,
        manifest,
        by_family(chunks),
        sum(len(chunk.rejected) for chunk in chunks),
        sum(chunk.too_long for chunk in chunks),
    )
    write_atomically(output / "sample.jsonl", "".join(line + "\n" for chunk in chunks for line in chunk.traces))
    record = {
        "recipe": asdict(recipe),
        "tokenizer_sha256": digest,
        "trajectories": manifest.documents,
        "tokens": manifest.tokens,
        "too_long": report.too_long,
        "rejected": [reason for chunk in chunks for reason in chunk.rejected],
        "families": report.families,
    }
    write_atomically(output / "manifest.json", json.dumps(record, indent=1) + "\n")
    return report


def _firsts(recipe: SynthesisRecipe) -> range:
    return range(0, recipe.trajectories, CHUNK)


def _path(directory: Path, first: int) -> Path:
    return directory / f"{first // CHUNK:05d}.npz"


def _make_missing(recipe: SynthesisRecipe, tokenizer: Tokenizer, directory: Path, workers: int, say: Say) -> None:
    """Make the chunks that are not there yet, with a line of progress after each."""
    missing = [first for first in _firsts(recipe) if not _path(directory, first).is_file()]
    if not missing:
        return
    done = recipe.trajectories - sum(min(CHUNK, recipe.trajectories - first) for first in missing)
    if done:
        say(f"going on after {done:,} tasks")
    started, made = time.monotonic(), 0
    for first, chunk in _chunks(missing, recipe, tokenizer, workers):
        chunk.save(_path(directory, first))
        made += min(CHUNK, recipe.trajectories - first)
        rate = made / (time.monotonic() - started)
        left = recipe.trajectories - done - made
        say(
            f"{done + made:,}/{recipe.trajectories:,} tasks, {rate:.0f}/s, {left / rate:.0f} s left; "
            f"{len(chunk.lengths)} kept, {chunk.lengths.mean():.0f} tokens each"
        )


def _chunks(
    missing: list[int], recipe: SynthesisRecipe, tokenizer: Tokenizer, workers: int
) -> Iterator[tuple[int, Chunk]]:
    plan = Plan(recipe.seed, recipe.mixture, recipe.maximum_tokens)
    jobs = [
        (first, min(CHUNK, recipe.trajectories - first), plan, tokenizer, max(0, recipe.sample - first))
        for first in missing
    ]
    if workers == 1:
        for job in jobs:
            yield job[0], make_chunk(*job)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from zip(missing, pool.map(make_chunk, *zip(*jobs, strict=True)), strict=True)


def _stamp(recipe: SynthesisRecipe, tokenizer_digest: str) -> str:
    """Names what chunks depend on: the recipe without its output, the tokenizer, the code of the environments."""
    settings = asdict(recipe)
    del settings["output"], settings["tokenizer"]
    digest = hashlib.sha256(json.dumps([settings, tokenizer_digest], sort_keys=True).encode())
    source = environments.__file__
    if source is None:
        raise DataError("openk2.environments has no files; install the package unpacked")
    for path in sorted(Path(source).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
