"""`openk2 convert`: a model directory, or a training run's newest checkpoint, written in another number format."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from openk2.progress import ByteProgress

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def convert(
    source: Annotated[str, typer.Argument(metavar="SRC", help="A name, a model directory, or a training run.")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="Directory to write.")],
    format: Annotated[
        str,
        typer.Option(
            help="bf16, fp32, fp8 (block FP8 as in K2 Instruct), int4 (routed experts only, as in K2 Thinking), or "
            "int4-all (every matrix of the layers and the head)."
        ),
    ] = "bf16",
    layers: Annotated[
        str | None, typer.Option(metavar="FIRST-LAST", help="Only these layers, from 0, as a smaller model.")
    ] = None,
    experts: Annotated[
        str | None, typer.Option(metavar="FIRST-LAST", help="Only these experts of each layer, from 0.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Tensors converted at a time; one per CPU if not given.")
    ] = None,
    shard_mb: Annotated[float, typer.Option(min=0.001, help="Megabytes a weight file holds at most.")] = 5000.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Write a model in another format, with its tokenizer, as a Hugging Face directory.

    It is streamed: the model is never in memory as a whole. Killed or run again, it goes on where it stopped. Tensors
    that are in the format already are copied bit by bit.
    """
    from openk2.checkpoint.conversion.convert import convert as run

    progress = ByteProgress(str(target))
    try:
        done = run(
            source,
            target,
            format=format,
            layers=layers,
            experts=experts,
            workers=workers,
            shard_size=int(shard_mb * 1e6),
            watch=lambda at: progress.show(at.bytes, at.total, at.kept),
        )
    except KeyboardInterrupt:
        progress.close()
        print(f"{target}: stopped; the same command goes on from here", file=sys.stderr)
        raise typer.Exit(130) from None
    progress.close()
    if as_json:
        print(json.dumps({"output": str(target), **done.json()}))
        return
    print(
        f"{target}: {done.parameters:,} parameters, {done.bytes / 1e6:.1f} MB in {done.format}, "
        f"{done.files} file{'s' if done.files > 1 else ''}",
        file=sys.stderr,
    )
    for part, figures in done.parts.items():
        moved = f"mean squared error {figures['mse']:.3e}, relative {figures['relative']:.2e}"
        print(f"  {part:<15} {figures['parameters']:>17,}  {moved if figures['mse'] else 'unchanged'}", file=sys.stderr)
