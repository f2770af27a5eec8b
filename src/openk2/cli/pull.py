"""`openk2 pull`: fetch a model from the Hugging Face hub."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def pull(
    repository: Annotated[
        str, typer.Argument(metavar="ORG/NAME", help="A repository, such as moonshotai/Kimi-K2-Instruct.")
    ],
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit; the main branch if not given.")] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to; weights/NAME, or NAME in $OPENK2_WEIGHTS.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Fetch config, weights, tokenizer and template; no code. Run again, it fetches what is missing."""
    from openk2.checkpoint.pull import pull as run

    try:
        pulled = run(repository, revision=revision, to=to)
    except KeyboardInterrupt:
        print(f"{repository}: stopped; the same command goes on from here", file=sys.stderr)
        raise typer.Exit(130) from None
    if as_json:
        print(json.dumps(asdict(pulled)))
        return
    where, gigabytes = pulled.directory, pulled.bytes / 1e9
    print(
        f"{where}: {pulled.repository} at {pulled.revision[:12]}, {len(pulled.files)} files, {gigabytes:,.2f} GB\n"
        f"next: openk2 verify {where}; openk2 inspect {where}; openk2 serve {where}",
        file=sys.stderr,
    )
