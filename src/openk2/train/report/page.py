"""The page: one self-contained HTML file, its style and script inlined, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openk2.data.fetch import write_atomically
from openk2.train.report import figures, tables
from openk2.train.report.chart import Span
from openk2.train.report.heatmap import HeatMap
from openk2.train.report.metrics import Run
from openk2.train.report.summary import Summary, summarise
from openk2.train.report.words import compact, counted, escape, moment

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""Whatever the metrics contain, a browser fetches nothing."""


def write_report(runs: Sequence[Run], path: Path) -> None:
    """Write the report of one run, or the comparison of several, to one HTML file."""
    write_atomically(path, page(runs))


def page(runs: Sequence[Run]) -> str:
    """The whole file."""
    here = Path(__file__)
    span = figures.span_of(runs)
    title = ", ".join(figures.labels(runs))
    parts = [
        _header(runs),
        _axis_switch(),
        _section("Learning", "", [chart.html(span) for chart in figures.learning(runs)]),
        *_inside(runs, span),
        *_paper(runs),
    ]
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1">'
        f'<meta http-equiv=Content-Security-Policy content="{POLICY}">'
        f"<title>{escape(title)} – openk2 report</title>\n"
        f"<style>\n{here.with_name('page.css').read_text('utf-8')}</style>"
        f'</head>\n<body><main data-tokens="{span.tokens:.0f}" data-steps="{span.steps:.0f}">\n'
        + "\n".join(parts)
        + f"\n</main><div id=readout hidden></div>\n<script>\n{here.with_name('page.js').read_text('utf-8')}</script>"
        "</body></html>\n"
    )


def _header(runs: Sequence[Run]) -> str:
    names = figures.labels(runs)
    summaries = [summarise(run) for run in runs]
    if len(runs) == 1:
        return (
            f"<header><p class=kicker>openk2 training run</p><h1>{escape(names[0])}</h1>"
            f"{_description(runs[0], summaries[0])}</header>{tables.cards(summaries[0])}"
        )
    return (
        f"<header><p class=kicker>openk2 training runs</p><h1>{len(runs)} runs compared</h1></header>"
        f"{tables.comparison(names, summaries, figures.COLOURS[: len(runs)])}"
        f"<section><h2>What differs in the recipes</h2>{tables.differences(names, runs)}</section>"
    )


def _description(run: Run, summary: Summary) -> str:
    start = run.start
    workers = counted(start.workers, "worker")
    shape = f"{summary.shape} · " if summary.shape else ""
    return (
        f"<p class=shape>{escape(shape)}{compact(start.parameters)} parameters, "
        f"{compact(start.active_parameters)} active per token</p>"
        f"<p class=how>{escape(f'{start.dtype} · {workers} · {start.machine} · started {moment(start.time)}')}</p>"
    )


def _axis_switch() -> str:
    return (
        "<form class=axis><span>Horizontal axis</span>"
        "<label><input type=radio name=axis value=tokens checked>tokens</label>"
        "<label><input type=radio name=axis value=steps>steps</label>"
        "<output></output></form>"
    )


def _inside(runs: Sequence[Run], span: Span) -> list[str]:
    """What went on inside the network, where it was watched."""
    return [
        _section(title, lede, [chart.html(span) for chart in charts] + _maps(runs, maps))
        for title, lede, charts, maps in (
            (
                "Attention",
                "QK-Clip scales down the query and key weights of every head whose largest logit passes τ.",
                figures.attention(runs),
                [figures.attention_maps(run) for run in runs],
            ),
            (
                "Experts",
                "1 is perfect balance; the router's bias pushes every layer towards it.",
                figures.experts(runs),
                [figures.expert_maps(run) for run in runs],
            ),
        )
        if charts
    ]


def _maps(runs: Sequence[Run], maps: Sequence[list[HeatMap]]) -> list[str]:
    """Heat maps in place for one run, folded under its name for each of several."""
    if len(runs) == 1:
        return [heat_map.html() for heat_map in maps[0]]
    return [
        f"<details class=wide><summary>{escape(name)}</summary><div class=grid>"
        f"{''.join(heat_map.html() for heat_map in own)}</div></details>"
        for name, own in zip(figures.labels(runs), maps, strict=True)
        if own
    ]


def _paper(runs: Sequence[Run]) -> list[str]:
    """Events, data and recipe of each run."""
    parts = []
    for run, name in zip(runs, figures.labels(runs), strict=True):
        suffix = "" if len(runs) == 1 else f": {escape(name)}"
        parts.append(f"<section><h2>Events{suffix}</h2>{tables.events(run)}</section>")
        if run.start.mixture:
            parts.append(f"<section><h2>Data{suffix}</h2>{tables.mixture(run)}</section>")
        parts.append(
            f"<section><details><summary>Recipe{suffix}</summary>"
            f"<pre>{escape(tables.recipe_text(run.start.recipe))}</pre></details></section>"
        )
    return parts


def _section(title: str, lede: str, items: Sequence[str]) -> str:
    text = f"<p class=lede>{escape(lede)}</p>" if lede else ""
    figures_html = "\n".join(items)
    return f"<section><h2>{escape(title)}</h2>{text}<div class=grid>\n{figures_html}\n</div></section>"
