"""`openk2 bench`: how fast a model runs here, beside what the machine could do at most."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from openk2.bench.run import Report

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def bench(
    mode: Annotated[str, typer.Argument(metavar="decode|prefill|serve", help="What is timed.")],
    preset: Annotated[str, typer.Option(help="Shape of a model with random weights.")] = "k2-mini",
    model: Annotated[str | None, typer.Option(help="A name or directory instead, with its own weights.")] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="bf16|fp8|int8|int4|int4-all",
            help="What weights are held in; int4: the routed experts, int4-all: every large matrix (default).",
        ),
    ] = None,
    batch: Annotated[int, typer.Option(help="Sequences at a time.")] = 1,
    prompt: Annotated[
        int | None, typer.Option(help="Tokens of a prompt; default 512, for serve 256, for decode none.")
    ] = None,
    tokens: Annotated[int, typer.Option(help="New tokens of each sequence (decode, serve).")] = 64,
    depth: Annotated[int, typer.Option(help="Tokens already known, with random latents (decode, prefill).")] = 0,
    threads: Annotated[int | None, typer.Option(help="Threads; default: one per core.")] = None,
    kernels: Annotated[str, typer.Option(metavar="NAME", help="auto, reference, or a set of instructions.")] = "auto",
    exact: Annotated[
        bool, typer.Option("--exact", help="Integer weights meet bfloat16 activations, not int8.")
    ] = False,
    repeats: Annotated[int, typer.Option(help="Timed repeats, of which the median counts.")] = 5,
    step_tokens: Annotated[int | None, typer.Option(help="Most tokens of a step; default: the engine's own.")] = None,
    requests: Annotated[int, typer.Option(help="Requests of a repeat (serve); default: four times the batch.")] = 0,
    rate: Annotated[
        float | None, typer.Option(help="Requests a second at random moments (serve), not BATCH at a time.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Time a model's decoding, its prompts, or requests to its engine; probes of the machine run before and after."""
    from openk2.bench.run import Settings, run

    settings = Settings(
        mode=mode,
        preset=preset,
        model=model,
        weights=weights,
        batch=batch,
        prompt=prompt,
        tokens=tokens,
        depth=depth,
        kernels=kernels,
        exact=exact,
        repeats=repeats,
        step_tokens=step_tokens,
        requests=requests,
        rate=rate,
        **({} if threads is None else {"threads": threads}),
    )
    report = run(settings)
    print(json.dumps(report.json()) if as_json else _text(report))


def _text(report: Report) -> str:
    s, probes, cpu = report.settings, report.probes, report.cpu
    what = [f"batch {s.batch}", f"prompt {s.prompt_tokens}"]
    what += [f"depth {s.depth:,}"] if s.depth else []
    what += [f"{s.tokens} new tokens"] if s.mode != "prefill" else []
    lines = [
        f"{s.mode}, {s.model or s.preset}, {report.weights}, {', '.join(what)}, {s.threads} threads, "
        f"kernels {report.kernels}",
        f"  {report.tokens_per_second:,.1f} tokens a second, {report.fraction_of_limit:.0%} of the limit of "
        f"{report.limit.tokens_per_second:,.1f}; from {min(report.rates):,.1f} to {max(report.rates):,.1f}",
    ]
    for name, values in (report.latencies or {}).items():
        shown = ", ".join(f"{share} {1e3 * seconds:,.1f}" for share, seconds in values.items())
        lines.append(f"  {name.replace('_', ' ')}, ms: {shown}")
    lines += [
        f"  peak memory {report.peak_memory_bytes / 1e9:,.2f} GB",
        f"  {cpu.model}, {cpu.cores} cores: reads {probes.bandwidth / 1e9:,.1f} GB/s (spread {probes.spread:.0%}), "
        f"multiplies {probes.peak / 1e12:,.3f} TFLOP/s",
    ]
    return "\n".join(lines)
