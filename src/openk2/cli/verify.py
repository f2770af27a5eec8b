"""`openk2 verify`: read every byte of a model directory and say what is wrong with it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib.util import find_spec
from typing import Annotated

import typer

from openk2.progress import ByteProgress

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def verify(
    model: Annotated[str, typer.Argument(metavar="DIR", help="A model directory, a name, or a training run.")],
    workers: Annotated[int | None, typer.Option(min=1, help="Files read at a time; one per CPU if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Hash every file, look at every number, and compare headers, index, config.json and tokenizer.

    One line for each finding, naming file and tensor; status 1 if there is any.
    """
    from openk2.checkpoint.checks.verify import verify as run

    progress = ByteProgress(model)
    try:
        read = run(model, workers=workers, watch=progress.show)
    finally:
        progress.close()
    if as_json:
        sound = not read.findings
        print(json.dumps({"sound": sound, **asdict(read)}))
    else:
        for finding in read.findings:
            print(finding)
        outcome = f"{len(read.findings)} findings" if read.findings else "sound"
        stated = f"{read.compared} hashes compared" if read.compared else "no hashes stated"
        print(
            f"{read.directory}: {outcome}; {len(read.sha256)} weight files, {read.tensors:,} tensors, "
            f"{read.bytes / 1e6:,.1f} MB read, {stated}",
            file=sys.stderr,
        )
        if find_spec("jinja2") is None:
            print("chat template not compared: pip install 'openk2[jinja]' adds what runs it", file=sys.stderr)
    if read.findings:
        raise typer.Exit(1)
