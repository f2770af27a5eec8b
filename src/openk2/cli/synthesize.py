"""`openk2 synthesize`: verified tool-use trajectories from a recipe."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from openk2.synthesis.recipe import load_recipe
from openk2.synthesis.run import SynthesisReport, synthesize

app = typer.Typer(add_completion=False, rich_markup_mode=None)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@app.command()
def main(
    recipes: Annotated[list[Path], typer.Argument(help="TOML recipes, such as recipes/tools-nano.toml; run in order.")],
    out: Annotated[Path | None, typer.Option(help="Output directory instead of the recipe's.")] = None,
    tokenizer: Annotated[str | None, typer.Option(help="Model name or directory instead of the recipe's.")] = None,
    trajectories: Annotated[int | None, typer.Option(help="Tasks to play instead of the recipe's number.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Play tasks with their oracles and real tools; keep what the verifier accepts. Killed or run again, it goes on."""
    if out and len(recipes) > 1:
        raise typer.BadParameter("--out names one directory; give one recipe with it")
    loaded = [load_recipe(path) for path in recipes]
    reports = []
    for settings in loaded:
        settings = dataclasses.replace(
            settings,
            output=str(out) if out else settings.output,
            tokenizer=tokenizer or settings.tokenizer,
            trajectories=trajectories or settings.trajectories,
        )
        try:
            reports.append(synthesize(settings, workers=workers, say=_say))
        except KeyboardInterrupt:
            _say("stopped; the same command goes on from here")
            raise typer.Exit(130) from None
        if not as_json:
            _table(reports[-1])
    if as_json:
        records = [_record(report) for report in reports]
        print(json.dumps(records[0] if len(records) == 1 else {"runs": records}))


def _record(report: SynthesisReport) -> dict[str, Any]:
    return {
        "output": str(report.output),
        "trajectories": report.manifest.documents,
        "tokens": report.manifest.tokens,
        "rejected": report.rejected,
        "too_long": report.too_long,
        "families": report.families,
    }


def _table(report: SynthesisReport) -> None:
    _say(f"{'family':<20}{'kept':>8}{'tokens':>12}{'mean':>8}{'median':>8}{'longest':>9}{'assistant':>11}")
    for name, row in report.families.items():
        _say(
            f"{name:<20}{row['trajectories']:>8.0f}{row['tokens']:>12,.0f}{row['mean']:>8.0f}{row['median']:>8.0f}"
            f"{row['longest']:>9.0f}{row['assistant_share']:>10.1%}"
        )
    _say(
        f"{report.output}: {report.manifest.documents:,} trajectories, {report.manifest.tokens / 1e6:.2f}M tokens; "
        f"{report.rejected} refused by the verifier, {report.too_long} too long"
    )
