"""The recipe of a corpus: what to fetch, clean, hold out and tokenise."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openk2.chat.tokenizer import SPECIAL_SLOTS
from openk2.data.sources import SOURCES
from openk2.errors import RecipeError
from openk2.recipes import read_table, read_toml

SMALLEST_VOCABULARY = 256 + SPECIAL_SLOTS


@dataclass(frozen=True)
class SourceEntry:
    """One `[[source]]` table."""

    name: str
    """A name of the registry (`openk2 data sources`), or `files` for one's own."""
    maximum_bytes: int | None = None
    """Stop after this much cleaned text; required for generated sources."""
    kind: str | None = None
    """Overrides the registry's kind."""
    version: str | None = None
    """Overrides the pinned package version."""
    optional: bool = False
    """When the package cannot be fetched on this machine (no npm or apt-get, not offered), say so and go on without."""
    path: str | None = None
    """For `files`: a folder or file, relative to the recipe."""
    label: str | None = None
    """For `files`: the name under which the text is recorded."""
    licence: str | None = None
    """For `files`: the licence that is recorded."""

    @property
    def label_or_name(self) -> str:
        """The name the documents carry."""
        return self.label or self.name


@dataclass(frozen=True)
class CleanSection:
    """`[clean]`."""

    minimum_characters: int = 120
    """Shorter documents are dropped."""
    maximum_characters: int = 40_000
    """Longer documents are cut at paragraph ends."""


@dataclass(frozen=True)
class HoldoutSection:
    """`[holdout]`: documents never trained on, chosen by hash."""

    fraction: float = 0.01
    """Share of each kind, within the two bounds below."""
    minimum_bytes: int = 200_000
    maximum_bytes: int = 300_000


@dataclass(frozen=True)
class TokenizerSection:
    """`[tokenizer]`; without a path the build stops after the documents."""

    path: str | None = None
    """Directory of a trained tokenizer; relative to the output directory."""
    vocab_size: int | None = None
    """When given and the path has no tokenizer, one of this size (256 special slots included) is trained on the
    documents.
    """
    sample_bytes: int = 30_000_000
    """Text it is trained on, drawn evenly from the kinds."""
    shares: dict[str, float] = field(default_factory=dict)
    """Kind → its part of the sample, where it is not 1; 0 leaves a kind out."""


@dataclass(frozen=True)
class DataRecipe:
    """A whole recipe."""

    output: str
    """Directory of documents, shards and manifest; relative to the current directory."""
    source: tuple[SourceEntry, ...]
    seed: int = 0
    """Of generated text and of the hold-out choice."""
    packages: str | None = None
    """Where downloaded packages are kept; default `packages` in the output directory."""
    clean: CleanSection = field(default_factory=CleanSection)
    holdout: HoldoutSection = field(default_factory=HoldoutSection)
    tokenizer: TokenizerSection = field(default_factory=TokenizerSection)
    directory: Path = field(default=Path("."), metadata={"internal": True})
    """Folder of the recipe file, for relative paths of `files`."""


def load_recipe(path: Path) -> DataRecipe:
    """Read and check a recipe; raises RecipeError naming what is wrong and what would be accepted."""
    return parse_recipe(read_toml(path), where=str(path), directory=path.parent)


def parse_recipe(table: dict[str, Any], *, where: str = "recipe", directory: Path = Path(".")) -> DataRecipe:
    """Check a recipe given as a table; raises RecipeError."""
    recipe = dataclasses.replace(read_table(DataRecipe, table, where), directory=directory)
    if not recipe.output:
        raise RecipeError(f"{where}: output: must name a directory")
    if not -(1 << 63) <= recipe.seed < 1 << 63:
        raise RecipeError(f"{where}: seed: must fit 64 bits, not {recipe.seed}")
    if not recipe.source:
        raise RecipeError(f"{where}: source: at least one [[source]] table is needed")
    labels: set[str] = set()
    for number, entry in enumerate(recipe.source):
        _check_source(entry, f"{where}: source[{number}]")
        if entry.label_or_name in labels:
            raise RecipeError(
                f"{where}: source[{number}].name: {entry.label_or_name!r} appears twice; give one of them another label"
            )
        labels.add(entry.label_or_name)
    _check_sections(recipe, where)
    return recipe


def _check_source(entry: SourceEntry, at: str) -> None:
    known = SOURCES.get(entry.name)
    if known is None:
        raise RecipeError(f"{at}.name: unknown source {entry.name!r}; known: {', '.join(sorted(SOURCES))}")
    if known.endless and entry.maximum_bytes is None:
        raise RecipeError(f"{at} ({entry.name}): maximum_bytes is required, generated text has no end")
    if entry.maximum_bytes is not None and entry.maximum_bytes <= 0:
        raise RecipeError(f"{at}.maximum_bytes: must be positive, not {entry.maximum_bytes}")
    if (entry.name == "files") != (entry.path is not None):
        raise RecipeError(
            f"{at}.path: {'required for' if entry.name == 'files' else 'only accepted for'} the source files"
        )
    if entry.version is not None and known.package is None:
        raise RecipeError(f"{at}.version: the source {entry.name} has no package")
    for key in ("label", "kind"):
        value = getattr(entry, key)
        if value is not None and not value.replace("-", "").replace("_", "").isalnum():
            raise RecipeError(f"{at}.{key}: {value!r} must be letters, digits, - and _")


def _check_sections(recipe: DataRecipe, where: str) -> None:
    clean, holdout, tokenizer = recipe.clean, recipe.holdout, recipe.tokenizer
    if clean.maximum_characters < max(1, clean.minimum_characters):
        raise RecipeError(f"{where}: clean.maximum_characters: must be at least minimum_characters and positive")
    if not 0 <= holdout.fraction < 0.5:
        raise RecipeError(f"{where}: holdout.fraction: must be at least 0 and below 0.5, not {holdout.fraction}")
    if not 0 <= holdout.minimum_bytes <= holdout.maximum_bytes:
        raise RecipeError(
            f"{where}: holdout.minimum_bytes: must be from 0 to maximum_bytes ({holdout.maximum_bytes}), not "
            f"{holdout.minimum_bytes}"
        )
    if tokenizer.vocab_size is not None and tokenizer.path is None:
        raise RecipeError(
            f"{where}: tokenizer.path: required beside vocab_size, the trained tokenizer is written there"
        )
    if tokenizer.vocab_size is not None and tokenizer.vocab_size < SMALLEST_VOCABULARY:
        raise RecipeError(
            f"{where}: tokenizer.vocab_size: must be at least {SMALLEST_VOCABULARY} (256 bytes and 256 special "
            f"tokens), not {tokenizer.vocab_size}"
        )
    if tokenizer.sample_bytes <= 0:
        raise RecipeError(f"{where}: tokenizer.sample_bytes: must be positive, not {tokenizer.sample_bytes}")
    for kind, share in tokenizer.shares.items():
        if not 0 <= share < math.inf:
            raise RecipeError(f"{where}: tokenizer.shares.{kind}: must be a number from 0, not {share}")
