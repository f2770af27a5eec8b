"""`openk2 average`: the mean of models of one shape, written as a model."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def average(
    sources: Annotated[list[str], typer.Argument(help="Two or more names, model directories or training runs.")],
    out: Annotated[Path, typer.Option(help="Directory to write.")],
    format: Annotated[str, typer.Option(help="bf16, fp32, fp8, int4 or int4-all.")] = "bf16",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Write the mean of models of one shape, with the first one's tokenizer."""
    from openk2.chat.locate import model_directory
    from openk2.chat.tokenizer import RANKS_FILE
    from openk2.checkpoint.averaging import mean_of
    from openk2.checkpoint.formats import check_format
    from openk2.checkpoint.writer import save_model

    check_format(format)
    model, first = mean_of(sources), model_directory(sources[0])
    save_model(model, out, format=format, tokenizer_from=first if (first / RANKS_FILE).is_file() else None)
    if as_json:
        print(json.dumps({"output": str(out), "format": format, "models": len(sources)}))
    else:
        print(f"{out}: the mean of {len(sources)} models in {format}", file=sys.stderr)
