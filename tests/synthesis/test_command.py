"""`openk2 synthesize` works through its recipes in order."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from openk2.chat.tokenizer import Tokenizer
from openk2.cli.synthesize import app


@pytest.fixture
def recipes(tmp_path: Path) -> list[str]:
    Tokenizer.bytes_only().save(tmp_path / "tokenizer")
    paths = []
    for number in range(2):
        path = tmp_path / f"{number}.toml"
        path.write_text(
            f'output = "{tmp_path / f"tools-{number}"}"\ntokenizer = "{tmp_path / "tokenizer"}"\n'
            f"trajectories = 6\nseed = {number}\nmaximum_tokens = 8192\n[mixture.families]\nchat = 1.0\n",
            encoding="utf-8",
        )
        paths.append(str(path))
    return paths


def test_several_recipes_are_played_one_after_the_other(recipes: list[str]) -> None:
    runs = json.loads(CliRunner().invoke(app, [*recipes, "--json"]).stdout)["runs"]
    assert [Path(run["output"]).name for run in runs] == ["tools-0", "tools-1"]
    assert all(run["trajectories"] > 0 for run in runs)


def test_one_output_directory_takes_one_recipe(recipes: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [*recipes, "--out", str(tmp_path / "x")])
    assert result.exit_code == 2
    assert "give one recipe with it" in result.output
