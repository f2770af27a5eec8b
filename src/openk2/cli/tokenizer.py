"""`openk2 tokenizer`: train a tokenizer in the released form on documents."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from openk2.data.build import train_tokenizer
from openk2.errors import RecipeError

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Tokenizers in the released form."""


@app.command()
def train(
    documents: Annotated[
        list[Path], typer.Argument(help="Directories of documents/*.jsonl, or such files; each file is a kind.")
    ],
    out: Annotated[Path, typer.Option(help="Directory for tiktoken.model and tokenizer_config.json.")],
    vocab_size: Annotated[int, typer.Option(help="Ids in all, the 256 special ones included.")] = 8192,
    sample_mb: Annotated[
        float, typer.Option(help="Megabytes of text to train on, drawn evenly from the kinds.")
    ] = 30.0,
    share: Annotated[
        list[str] | None,
        typer.Option(help="KIND=PARTS: a kind's part of the sample where it is not 1; may be repeated."),
    ] = None,
) -> None:
    """Train byte-level BPE on a sample of documents, evenly by kind, no merges between digits."""
    shares: dict[str, float] = {}
    for item in share or []:
        kind, _, parts = item.partition("=")
        try:
            shares[kind] = float(parts)
        except ValueError:
            raise RecipeError(f"--share {item}: must be KIND=PARTS, for example chinese=0.5") from None
    trained = train_tokenizer(
        documents, vocab_size, out, int(sample_mb * 1e6), shares, lambda line: print(line, file=sys.stderr, flush=True)
    )
    print(f"{out}: {trained.vocab_size} ids", file=sys.stderr)
