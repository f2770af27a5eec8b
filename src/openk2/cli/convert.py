"""`openk2 convert`: a model directory, or a training run's newest checkpoint, written in another number format."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def convert(
    source: Annotated[str, typer.Argument(metavar="SRC", help="A name, a model directory, or a training run.")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="Directory to write.")],
    format: Annotated[str, typer.Option(help="bf16, fp32 or fp8 (the releases' block FP8).")] = "bf16",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Write a model in another format, with its tokenizer, as a Hugging Face directory."""
    from openk2.chat.locate import model_directory
    from openk2.chat.tokenizer import RANKS_FILE
    from openk2.checkpoint import load, save_model

    found = model_directory(source)
    model = load(found, dtype="float32")
    save_model(model, target, format=format, tokenizer_from=found if (found / RANKS_FILE).is_file() else None)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    size = sum(path.stat().st_size for path in target.glob("*.safetensors"))
    if as_json:
        print(json.dumps({"output": str(target), "format": format, "parameters": parameters, "bytes": size}))
    else:
        print(f"{target}: {parameters:,} parameters, {size / 1e6:.1f} MB in {format}", file=sys.stderr)
