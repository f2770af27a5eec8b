"""The recipe of a set of trajectories: a TOML file read into checked dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from openk2.environments import FAMILIES, Mixture
from openk2.environments.catalogue import TRAINED
from openk2.errors import RecipeError
from openk2.recipes import read_table, read_toml


@dataclass(frozen=True)
class SynthesisRecipe:
    """What `openk2 synthesize` carries out."""

    output: str
    """Directory of shards, sample and manifest; relative to the current directory."""
    tokenizer: str
    """Model name or directory whose tokenizer renders the dialogues."""
    trajectories: int
    """Tasks that are played; those that fail or are too long are left out and counted."""
    seed: int = 0
    maximum_tokens: int = 1024
    """Longer trajectories are left out."""
    sample: int = 300
    """So many trajectories are also written as readable JSON lines."""
    mixture: Mixture = field(default_factory=Mixture)


def load_recipe(path: Path) -> SynthesisRecipe:
    """Read and check a recipe; raises RecipeError naming what is wrong and what would be accepted."""
    recipe = read_table(SynthesisRecipe, read_toml(path), str(path))
    for name in ("trajectories", "maximum_tokens"):
        if getattr(recipe, name) < 1:
            raise RecipeError(f"{path}: {name}: must be at least 1, not {getattr(recipe, name)}")
    for family, weight in recipe.mixture.families.items():
        if family not in TRAINED:
            known = "is held out for evaluation" if family in FAMILIES else "is unknown"
            raise RecipeError(f"{path}: mixture.families: {family!r} {known}; accepted: {', '.join(TRAINED)}")
        if weight < 0:
            raise RecipeError(f"{path}: mixture.families.{family}: must not be negative, not {weight}")
    if recipe.mixture.families and not any(recipe.mixture.families.values()):
        raise RecipeError(f"{path}: mixture.families: every weight is 0")
    for name in ("dialogues", "renamed_tools", "all_tools", "agent_prompt", "chat_without_tools"):
        share = getattr(recipe.mixture, name)
        if not 0 <= share <= 1:
            raise RecipeError(f"{path}: mixture.{name}: must be a share from 0 to 1, not {share}")
    return recipe
