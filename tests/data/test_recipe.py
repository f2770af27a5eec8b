"""A recipe is checked before anything is fetched; every mistake is one line with file, key and what is accepted."""

import tomllib
from pathlib import Path

import pytest
from making import one_line

from openk2.data.recipe import load_recipe, parse_recipe
from openk2.errors import RecipeError

GOOD = 'output = "corpus"\n[[source]]\nname = "squad"\n'

BAD = {
    "not = toml = at all": "not valid TOML",
    "": "missing key 'output'",
    'output = ""\n[[source]]\nname = "squad"': "output: must name a directory",
    'output = "x"\nsource = []': "at least one",
    'output = "x"\n[[source]]\nname = "nothing"': r"source\[0\]\.name: unknown source 'nothing'; known: ",
    'output = "x"\n[source]\nname = "squad"': "source: must be an array",
    "output = 7\n[[source]]\nname = 'squad'": "output: must be a string, not the integer 7",
    GOOD + "colour = 1": r"source\[0\]: unknown key 'colour'; accepted: name, ",
    GOOD + "maximum_bytes = '9'": r"source\[0\]: maximum_bytes: must be an integer, not the string '9'",
    GOOD + "maximum_bytes = 0": "maximum_bytes: must be positive",
    GOOD + "optional = 1": "optional: must be true or false",
    GOOD + "path = 'x'": "only accepted for the source files",
    GOOD + "kind = 'a/b'": "kind: 'a/b' must be letters",
    GOOD + "label = ''": "label: '' must be letters",
    GOOD + "[[source]]\nname = 'squad'": "'squad' appears twice",
    'output = "x"\n[[source]]\nname = "files"': "path: required for the source files",
    'output = "x"\n[[source]]\nname = "arithmetic"': "maximum_bytes is required",
    'output = "x"\n[[source]]\nname = "reading"\nmaximum_bytes = 9\nversion = "1"': "has no package",
    GOOD + "[holdout]\nfraction = 0.5": "holdout.fraction: must be at least 0 and below 0.5",
    GOOD + "[holdout]\nfraction = nan": "holdout.fraction",
    GOOD + "[holdout]\nminimum_bytes = 400_000": "holdout.minimum_bytes: must be from 0 to maximum_bytes",
    GOOD + "[holdout]\nminimum_bytes = -1": "holdout.minimum_bytes: must be from 0 to maximum_bytes",
    GOOD + "[clean]\nmaximum_characters = 10": "clean.maximum_characters",
    GOOD + "[clean]\nminimum = 10": "clean: unknown key 'minimum'; accepted: minimum_characters",
    GOOD + "[tokenizer]\nvocab_size = 8192": "tokenizer.path: required beside vocab_size",
    GOOD + "[tokenizer]\npath = 't'\nvocab_size = 100": "vocab_size: must be at least 512",
    GOOD + "[tokenizer]\nsample_bytes = 0": "sample_bytes: must be positive",
    GOOD + "[tokenizer]\nshares = { code = -1 }": "shares.code: must be a number from 0",
    GOOD + "[tokenizer]\nshares = { code = 'much' }": "shares.code: must be a number, not the string 'much'",
    "seed = 99999999999999999999\n" + GOOD: "seed: must fit 64 bits",
}


@pytest.mark.parametrize("text", BAD)
def test_a_mistake_is_named_in_one_line_with_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=BAD[text]) as caught:
        load_recipe(path)
    assert str(path) in one_line(caught.value)


def test_a_missing_or_undecodable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"nowhere\.toml: cannot be read"):
        load_recipe(tmp_path / "nowhere.toml")
    (tmp_path / "latin.toml").write_bytes(b"output = '\xe4'")
    with pytest.raises(RecipeError, match=r"latin\.toml: not valid TOML"):
        load_recipe(tmp_path / "latin.toml")


def test_defaults_are_the_recipes_defaults() -> None:
    recipe = parse_recipe(tomllib.loads(GOOD))
    assert (recipe.seed, recipe.tokenizer.path, recipe.holdout.fraction) == (0, None, 0.01)
    assert recipe.source[0].label_or_name == "squad"


def test_whole_numbers_are_accepted_where_numbers_are() -> None:
    recipe = parse_recipe(tomllib.loads(GOOD + "[tokenizer]\npath = 't'\nshares = { code = 2 }"))
    assert recipe.tokenizer.shares == {"code": 2.0}


def test_the_recipe_of_k2_nano_is_accepted() -> None:
    recipe = load_recipe(Path(__file__).parents[2] / "recipes" / "data-nano.toml")
    assert recipe.tokenizer.path is not None
    assert len(recipe.source) > 20
