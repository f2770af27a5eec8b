"""`openk2 train`: one recipe after the other, each continued where it stopped."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from openk2.progress import clock
from openk2.train.watch import Progress

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def train(
    recipes: Annotated[
        list[Path], typer.Argument(help="TOML recipes, such as recipes/pretrain-nano.toml; run in order.")
    ],
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override: --set optimizer.lr=0.003; may be repeated."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on standard output at the end.")
    ] = False,
) -> None:
    """Train a model from recipes. Run again, it continues; Ctrl-C saves a checkpoint and stops."""
    from openk2.train.recipe import load_recipe
    from openk2.train.run import train as run

    loaded = [load_recipe(path, assignments or ()) for path in recipes]
    ends = []
    for recipe in loaded:
        display = _Display(recipe.name)
        result = run(recipe, display.show)
        display.close()
        last = display.last
        ends.append(
            {"name": recipe.name, "output": recipe.output, "result": result, "loss": last.loss if last else None}
        )
        print(f"{recipe.name}: {result}; {recipe.output}", file=sys.stderr)
        if result == "stopped":
            break
    if as_json:
        print(json.dumps({"runs": ends}))
    if ends[-1]["result"] == "stopped":
        print("the same command goes on from here", file=sys.stderr)
        raise typer.Exit(130)


class _Display:
    """One line that is rewritten on a terminal, or a line every half minute elsewhere."""

    def __init__(self, name: str) -> None:
        self._name, self._terminal, self._next = name, sys.stderr.isatty(), 0.0
        self.last: Progress | None = None

    def show(self, progress: Progress) -> None:
        self.last = progress
        now = time.monotonic()
        if now < self._next and progress.step < progress.steps:
            return
        self._next = now + (0.5 if self._terminal else 30.0)
        left = (
            (progress.steps - progress.step) * (progress.tokens / progress.step) / max(progress.tokens_per_second, 1e-9)
        )
        line = (
            f"{self._name}: step {progress.step}/{progress.steps}  {progress.tokens / 1e6:.2f}M tokens  "
            f"loss {progress.loss:.3f}  lr {progress.lr:.2e}  {progress.tokens_per_second:,.0f} tokens/s  "
            f"{clock(left)} left"
        )
        if progress.evaluation:
            mean = sum(progress.evaluation.values()) / len(progress.evaluation)
            line += f"  {mean:.3f} bits/byte held out"
        print(
            f"\r{line}\x1b[K" if self._terminal else line,
            end="" if self._terminal else "\n",
            file=sys.stderr,
            flush=True,
        )

    def close(self) -> None:
        if self._terminal and self.last is not None:
            print(file=sys.stderr)
