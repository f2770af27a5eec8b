"""`openk2 generate`: continue a text with a model, without a chat template."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import aclosing
from typing import Annotated

import typer

from openk2.chat.sampling import SamplingParams
from openk2.cli.models import EXPERT_MEMORY_HELP, open_engine
from openk2.engine import Engine, Piece

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def generate(
    model: Annotated[str, typer.Argument(help="A name (k2-nano) or a directory.")] = "k2-nano",
    prompt: Annotated[str, typer.Option(help="The text to continue; - reads it from standard input.")] = "-",
    max_tokens: Annotated[int | None, typer.Option(help="Most new tokens.")] = 256,
    temperature: Annotated[float, typer.Option(help="0 takes the most probable token.")] = 0.6,
    seed: Annotated[int | None, typer.Option(help="The same seed draws the same tokens.")] = None,
    expert_memory: Annotated[str | None, typer.Option(help=EXPERT_MEMORY_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Continue a text; it comes out as it is generated."""
    sampling = SamplingParams(temperature=temperature, max_tokens=max_tokens, seed=seed)
    text = sys.stdin.read() if prompt == "-" else prompt
    with open_engine(model, expert_memory=expert_memory) as engine:
        begin = time.perf_counter()
        pieces = asyncio.run(_follow(engine, text, sampling, show=not as_json))
        seconds = time.perf_counter() - begin
    if as_json:
        result = {
            "model": model,
            "text": "".join(piece.text for piece in pieces),
            "token_ids": [piece.id for piece in pieces],
            "finish_reason": pieces[-1].finish,
            "prompt_tokens": len(engine.tokenizer.encode(text)),
            "completion_tokens": len(pieces),
            "seconds": round(seconds, 3),
        }
        print(json.dumps(result, ensure_ascii=False))
    else:
        print()
        print(f"{len(pieces)} tokens in {seconds:.1f} s ({pieces[-1].finish})", file=sys.stderr)


async def _follow(engine: Engine, text: str, sampling: SamplingParams, *, show: bool) -> list[Piece]:
    pieces: list[Piece] = []
    async with aclosing(engine.stream(text, sampling)) as stream:
        async for piece in stream:
            pieces.append(piece)
            if show:
                print(piece.text, end="", flush=True)
    return pieces
