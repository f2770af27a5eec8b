"""A corpus from a recipe, in three stages: documents, tokenizer, shards. Each stage is kept; run again, only what
changed is done.

The output directory holds `packages/`, `parts/`, `documents/<kind>.jsonl`, `holdout/<kind>.jsonl`, `tokenizer/`,
`shards/<kind>/` and `manifest.json`, which says what the text is made of: sources, package versions and hashes,
licences, sizes, tokenizer, shards.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from openk2.chat.tokenizer import RANKS_FILE, Tokenizer
from openk2.chat.tokenizer_training import train
from openk2.data.assemble import KindFiles, Part, assemble, build_parts, load_json, summary
from openk2.data.fetch import sha256_file, write_atomically
from openk2.data.recipe import DataRecipe, TokenizerSection
from openk2.data.sampling import document_files, sample_texts
from openk2.data.shards import Manifest
from openk2.data.tokenise import tokenise, tokenizer_hash
from openk2.errors import DataError

Say = Callable[[str], None]


@dataclass(frozen=True)
class BuildReport:
    """What a build left on disk."""

    output: Path
    kinds: tuple[KindFiles, ...]
    shards: tuple[Manifest, ...]
    """Empty when the recipe names no tokenizer."""

    @property
    def tokens(self) -> int:
        """Training tokens in all."""
        return sum(manifest.tokens for manifest in self.shards)


def build(
    recipe: DataRecipe,
    *,
    output: Path | None = None,
    tokenizer: Path | None = None,
    shards: Path | None = None,
    say: Say = lambda line: None,
) -> BuildReport:
    """Carry out a recipe; `output`, `tokenizer` (an existing one) and `shards` replace the recipe's directories.

    Raises DataError or ChatError in one line when a package, a file or the tokenizer is not usable; what is done
    stays done.
    """
    target = output or Path(recipe.output).expanduser()
    target.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        parts = build_parts(recipe, target, say)
        kinds = _documents(recipe, parts, target, say)
        record = {"recipe": _plain(recipe), **summary(parts, kinds)}
        write_atomically(
            target / "manifest.json", json.dumps({**load_json(target / "manifest.json"), **record}, indent=1) + "\n"
        )
        directory = tokenizer or (target / recipe.tokenizer.path if recipe.tokenizer.path else None)
        if directory is None:
            say(f"documents are ready in {target / 'documents'}; name a tokenizer to make shards")
            return BuildReport(target, tuple(kinds), ())
        if tokenizer is None and recipe.tokenizer.vocab_size is not None:
            _tokenizer(recipe.tokenizer, recipe.tokenizer.vocab_size, target, directory, say)
        manifests = _shards(directory, kinds, target, shards or target / "shards", say)
    return BuildReport(target, tuple(kinds), tuple(manifests))


def _tokenizer(section: TokenizerSection, vocab_size: int, target: Path, directory: Path, say: Say) -> None:
    """Train the recipe's tokenizer unless it is there; one that is there stays, so that shards keep their meaning."""
    if not (directory / RANKS_FILE).is_file():
        train_tokenizer([target / "documents"], vocab_size, directory, section.sample_bytes, dict(section.shares), say)
        return
    found = Tokenizer.from_directory(directory).vocab_size
    if found != vocab_size:
        raise DataError(
            f"{directory}: holds a tokenizer of {found} ids, the recipe's tokenizer.vocab_size is {vocab_size}; "
            "delete the directory to train a new one"
        )


def train_tokenizer(
    documents: list[Path], vocab_size: int, target: Path, sample_bytes: int, shares: dict[str, float], say: Say
) -> Tokenizer:
    """Train a tokenizer on a sample of documents and save it; raises DataError or ChatError."""
    files = document_files(documents)
    unknown = sorted(set(shares) - {path.stem for path in files})
    if unknown:
        raise DataError(
            f"share of {unknown[0]!r}: no such kind of document; there are {', '.join(path.stem for path in files)}"
        )
    say(
        f"train a tokenizer of {vocab_size} ids on {sample_bytes / 1e6:.0f} MB of "
        f"{', '.join(path.stem for path in files)}"
    )
    trained = train(sample_texts(files, sample_bytes, shares), vocab_size)
    scratch = target.with_name(target.name + ".tmp")
    shutil.rmtree(scratch, ignore_errors=True)
    trained.save(scratch)
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(scratch.iterdir(), key=lambda path: path.name == RANKS_FILE):
        os.replace(path, target / path.name)
    scratch.rmdir()
    return trained


def _documents(recipe: DataRecipe, parts: list[Part], target: Path, say: Say) -> list[KindFiles]:
    """Deduplicate and split, unless exactly these parts were assembled before."""
    stamps = [(target / "parts" / f"{part.label}.json").read_text("utf-8") for part in parts]
    stamp = hashlib.sha256(json.dumps([stamps, asdict(recipe.holdout), recipe.seed]).encode()).hexdigest()
    record = target / "documents" / "manifest.json"
    found = load_json(record)
    if found.get("stamp") == stamp:
        kinds = [KindFiles(**fields) for fields in found["kinds"]]
        if all((target / name / f"{item.kind}.jsonl").is_file() for item in kinds for name in ("documents", "holdout")):
            return kinds
    record.unlink(missing_ok=True)
    kinds, _ = assemble(parts, target, recipe.holdout, recipe.seed, say)
    write_atomically(record, json.dumps({"stamp": stamp, "kinds": [asdict(item) for item in kinds]}, indent=1) + "\n")
    return kinds


def _shards(directory: Path, kinds: list[KindFiles], target: Path, shards: Path, say: Say) -> list[Manifest]:
    tokenizer, digest = Tokenizer.from_directory(directory), tokenizer_hash(directory)
    manifests = []
    for item in kinds:
        manifest = tokenise(target / "documents" / f"{item.kind}.jsonl", shards / item.kind, tokenizer, digest, say)
        say(
            f"shards/{item.kind}: {manifest.tokens / 1e6:.1f}M tokens, "
            f"{manifest.text_bytes / manifest.tokens:.2f} bytes per token"
        )
        manifests.append(manifest)
    record = {
        **load_json(target / "manifest.json"),
        "tokenizer": {"vocab_size": tokenizer.vocab_size, "sha256": digest},
        "shards": {
            item.kind: {
                "documents": item.documents,
                "tokens": item.tokens,
                "manifest_sha256": sha256_file(shards / item.kind / "manifest.json"),
            }
            for item in manifests
        },
    }
    write_atomically(
        (target if shards == target / "shards" else shards) / "manifest.json", json.dumps(record, indent=1) + "\n"
    )
    return manifests


def _plain(recipe: DataRecipe) -> dict[str, object]:
    return {key: value for key, value in asdict(recipe).items() if key != "directory"}


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Hold the directory's lock; raises DataError when another build holds it. The lock goes with the process."""
    with (directory / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataError(
                f"{directory}: another `openk2 data build` is writing here; wait for it or choose another output"
            ) from None
        yield
