"""`openk2 eval`: a model's figures on a suite, beside those of baselines."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from openk2.environments import SPLITS, Task
from openk2.errors import EvaluationError
from openk2.evaluation.rates import Rate

app = typer.Typer(add_completion=False, rich_markup_mode=None)
SUITES = {
    "tools": "held-out tasks through the agent with real tools, beside a do-nothing agent and the oracle",
    "probe": "the oracle's dialogues by teacher forcing: a quick look at a checkpoint",
    "text": "bits per byte of held-out text, beside gzip and 5-gram models",
}


@app.command()
def main(
    model: Annotated[str, typer.Argument(help="A name, a directory, or openai:MODEL@BASE_URL (suite tools only).")],
    suite: Annotated[str, typer.Argument(help="; ".join(f"{name}: {text}" for name, text in SUITES.items()))],
    tasks: Annotated[int, typer.Option(min=1, help="tools, probe: how many tasks in all.")] = 300,
    split: Annotated[str | None, typer.Option(help="tools, probe: only this split.")] = None,
    family: Annotated[str | None, typer.Option(help="tools, probe: only this family.")] = None,
    seed: Annotated[int, typer.Option(help="tools, probe: which tasks.")] = 0,
    concurrent: Annotated[int, typer.Option(min=1, help="tools: tasks at the same time.")] = 16,
    baselines: Annotated[bool, typer.Option(help="Also score the baselines.")] = True,
    corpus: Annotated[Path | None, typer.Option(help="text: the directory `openk2 data build` made.")] = None,
    maximum_bytes: Annotated[int, typer.Option(min=1000, help="text: so much of each kind.")] = 300_000,
    seen: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=TOKENS",
            help="text: the model was trained on so many tokens of a kind; a further 5-gram model reads as many.",
        ),
    ] = None,
    context: Annotated[
        int, typer.Option(min=8, help="text: tokens of a window; half of it is context at least.")
    ] = 512,
    out: Annotated[
        Path | None, typer.Option(help="tools: write the traces of failed tasks into this directory.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Score a model on a suite."""
    started = time.monotonic()
    if suite == "tools":
        report = _tools(model, _selected(tasks, seed, split, family), concurrent, baselines, out)
    elif suite == "probe":
        report = _probe(model, _selected(tasks, seed, split, family))
    elif suite == "text":
        report = _text(model, corpus, maximum_bytes, context, baselines, _counts(seen or []))
    else:
        raise EvaluationError(f"no suite {suite!r}; accepted: {', '.join(SUITES)}")
    report = {"model": model, "suite": suite, "seconds": round(time.monotonic() - started, 1), **report}
    if as_json:
        print(json.dumps(report))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _selected(count: int, seed: int, split: str | None, family: str | None) -> list[Task]:
    from openk2.evaluation.selection import select_tasks

    return select_tasks(count, seed, split, family)


def _tools(model: str, tasks: Sequence[Task], concurrent: int, baselines: bool, out: Path | None) -> dict[str, Any]:
    from openk2.cli.models import open_backend
    from openk2.evaluation import tools
    from openk2.trace.store import TraceWriter

    contestants = {"model": tools.the_model(open_backend(model))}
    if baselines:
        contestants |= {"nothing": tools.nothing, "oracle": tools.the_oracle}
    report: dict[str, Any] = {"tasks": len(tasks)}
    for name, backend_for in contestants.items():
        done: list[bool] = []

        def watch(outcome: tools.Outcome, name: str = name, done: list[bool] = done) -> None:
            done.append(outcome.solved)
            if len(done) % 20 == 0:
                _say(f"{name}: {len(done)}/{len(tasks)} tasks, {sum(done)} solved")

        outcomes = tools.run(tasks, backend_for, concurrent=concurrent, watch=watch)
        report[name] = tools.summarise(outcomes)
        if name == "model" and out is not None:
            for outcome in outcomes:
                if not outcome.solved:
                    path = out / f"{outcome.task.id.replace('/', '-')}.jsonl"
                    path.unlink(missing_ok=True)
                    with TraceWriter(path) as trace:
                        for record in outcome.records:
                            trace.append(record)
    _show_tools(report)
    return report


def _show_tools(report: dict[str, Any]) -> None:
    names = [name for name in ("model", "nothing", "oracle") if name in report]
    _say(f"{'':<34}" + "".join(f"{name:>26}" for name in names))
    for split in report["model"]["splits"]:
        _say(f"{split}: {SPLITS[split]}")
        first = report["model"]["splits"][split]
        rows = [("solved", ["solved"]), *((key, ["by_calls", key]) for key in first["by_calls"])]
        rows += [(f"  {key}", ["families", key]) for key in sorted(first["families"])]
        for label, path in rows:
            _say(f"  {label:<32}" + "".join(f"{_rate(report[name]['splits'][split], path):>26}" for name in names))
    quiet = report["model"]["no_tool_turns_without_call"]
    _say(f"turns that need no tool, held without a call: {Rate(quiet['hits'], quiet['n'])}")


def _rate(table: dict[str, Any], path: list[str]) -> str:
    for key in path:
        table = table[key]
    return str(Rate(table["hits"], table["n"]))


def _probe(model: str, tasks: Sequence[Task]) -> dict[str, Any]:
    from openk2.chat.tokenizer import load_tokenizer
    from openk2.checkpoint.reader import load
    from openk2.evaluation import probe

    network, tokenizer = load(model), load_tokenizer(model)
    dialogues = probe.references(tasks, tokenizer)
    results = probe.probe(network, tokenizer, dialogues, lambda done: _say(f"{done}/{len(dialogues)} dialogues"))
    report = probe.summarise(results)
    for split, summary in report.items():
        _say(split)
        for key in ("all_right", "calls", "answers", "tokens"):
            _say(f"  {key:<20}{_rate(summary, [key])}")
        for family in sorted(summary["families"]):
            _say(f"    {family:<18}{_rate(summary, ['families', family])}")
    return {"dialogues": len(dialogues), "splits": report}


def _counts(pairs: list[str]) -> dict[str, int]:
    """`KIND=TOKENS` → {kind: tokens}; raises EvaluationError."""
    counts = {}
    for pair in pairs:
        kind, _, tokens = pair.partition("=")
        tokens = tokens.replace("_", "")
        if not tokens.isdecimal():
            raise EvaluationError(f"--seen {pair}: accepted: KIND=TOKENS, such as english=8_000_000")
        counts[kind] = int(tokens)
    return counts


def _text(
    model: str, corpus: Path | None, maximum_bytes: int, context: int, baselines: bool, seen: dict[str, int]
) -> dict[str, Any]:
    from openk2.chat.tokenizer import load_tokenizer
    from openk2.checkpoint.reader import load
    from openk2.evaluation import text

    if corpus is None:
        raise EvaluationError(
            "suite text needs --corpus: a directory made by `openk2 data build`, with holdout/*.jsonl"
        )
    network, tokenizer = load(model), load_tokenizer(model)
    kinds = text.measure(network, tokenizer, corpus, maximum_bytes, context, baselines=baselines, seen=seen, say=_say)
    columns = ["model", *(["gzip", "byte_5gram", "token_5gram"] if baselines else [])]
    columns += ["seen_5gram"] if baselines and seen else []
    _say(f"{'bits per byte':<16}{'bytes':>10}" + "".join(f"{name:>13}" for name in columns))
    for kind, row in kinds.items():
        _say(f"{kind:<16}{row['bytes']:>10,}" + "".join(f"{row.get(name, math.nan):>13.3f}" for name in columns))
    return {"context": context, "kinds": kinds}
