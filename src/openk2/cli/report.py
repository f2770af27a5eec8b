"""`openk2 report`: draw a training run, or several over one another, into one HTML file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from openk2.errors import TrainError
from openk2.train.report import read_run, summarise, write_report

MOST_RUNS = 8
"""As many as there are colours that can be told apart."""

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(help="Run directories; each holds a metrics.jsonl.", metavar="RUN...")],
    out: Annotated[
        Path | None, typer.Option(help="The HTML file; of one run RUN/report.html if not given.", dir_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Draw a training run into one HTML file; several runs are laid over one another."""
    if len(runs) > MOST_RUNS:
        raise TrainError(f"report: {len(runs)} runs; accepted: at most {MOST_RUNS} in one comparison")
    if out is None:
        if len(runs) > 1:
            raise TrainError("report: several runs need --out FILE")
        out = runs[0] / "report.html"
    read = [read_run(directory) for directory in runs]
    write_report(read, out)
    if as_json:
        summaries = [{"run": str(run.directory), **summarise(run).json()} for run in read]
        print(json.dumps({"report": str(out), **(summaries[0] if len(summaries) == 1 else {"runs": summaries})}))
    else:
        print(f"{out}: {out.stat().st_size / 1000:.0f} kB", file=sys.stderr)
