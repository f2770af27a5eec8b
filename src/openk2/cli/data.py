"""`openk2 data`: build a corpus from a recipe, list the known sources, check shards."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from openk2.data.build import build as build_corpus
from openk2.data.recipe import load_recipe
from openk2.data.shards import open_shards
from openk2.data.sources import SOURCES
from openk2.errors import DataError

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, help="Text to token shards.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@app.command()
def build(
    recipe: Annotated[Path, typer.Argument(help="A TOML recipe, such as recipes/data-nano.toml.")],
    out: Annotated[Path | None, typer.Option(help="Output directory instead of the recipe's.")] = None,
    tokenizer: Annotated[
        Path | None, typer.Option(help="Use this tokenizer directory instead of the recipe's.")
    ] = None,
    shards: Annotated[Path | None, typer.Option(help="Write the shards here instead of OUT/shards.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Fetch, extract, clean, deduplicate, hold out, tokenise. Killed or run again, it goes on where it stopped."""
    try:
        report = build_corpus(load_recipe(recipe), output=out, tokenizer=tokenizer, shards=shards, say=_say)
    except KeyboardInterrupt:
        _say("stopped; the same command goes on from here")
        raise typer.Exit(130) from None
    if as_json:
        kinds = {
            item.kind: {"documents": item.documents, "bytes": item.bytes, "holdout_bytes": item.holdout_bytes}
            for item in report.kinds
        }
        for manifest in report.shards:
            kinds[manifest.kind]["tokens"] = manifest.tokens
        print(json.dumps({"output": str(report.output), "tokens": report.tokens, "kinds": kinds}))
    else:
        _say(
            f"{report.output}: {sum(item.bytes for item in report.kinds) / 1e6:.1f} MB of text, "
            f"{report.tokens / 1e6:.1f}M tokens"
        )


@app.command()
def sources() -> None:
    """List the sources a recipe can name, with their kind, package and licence."""
    for source in SOURCES.values():
        print(f"{source.name:<20} {source.kind:<10} {source.package or '-'!s:<44} {source.licence}")


@app.command()
def verify(
    directories: Annotated[list[Path], typer.Argument(help="Shard directories, or directories of them.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Read every shard and compare it with its manifest."""
    tokens = {}
    for directory in [one for given in directories for one in _shard_directories(given)]:
        shards = open_shards(directory)
        shards.verify()
        tokens[str(directory)] = len(shards)
        _say(f"{directory}: {len(shards):,} tokens, sound")
    if as_json:
        print(json.dumps({"sound": True, "tokens": tokens}))


def _shard_directories(directory: Path) -> list[Path]:
    """The directory itself when it holds shards, else those in it that do."""
    if not directory.is_dir():
        raise DataError(f"{directory}: no such directory; give a shard directory, such as corpus/shards/english")
    found = [one for one in (directory, *sorted(directory.iterdir())) if any(one.glob("*.bin"))]
    if not found:
        raise DataError(f"{directory}: holds no shards; they are made by `openk2 data build`")
    return found
