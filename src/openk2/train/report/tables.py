"""The parts of the page that are read rather than looked at: cards, tables, the recipe."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from openk2.train.report.metrics import Run
from openk2.train.report.summary import Summary
from openk2.train.report.words import compact, counted, duration, escape, fixed, moment, plain

EVENTS = 50
"""Most rows of the table of events."""


def cards(summary: Summary) -> str:
    """The figures of one run."""
    planned = summary.planned_tokens
    progress = f"{100 * summary.tokens / planned:.0f} % of {compact(planned)} planned" if planned else ""
    items = [
        ("Tokens", compact(summary.tokens), progress),
        ("Steps", f"{summary.steps:,}", {"unfinished": "no end recorded"}.get(summary.state, summary.state)),
        ("Final loss", fixed(summary.final_loss, 3), "nats per token, smoothed"),
        *(
            (f"Held-out {kind}", fixed(held.best, 3), f"bits per byte, best at step {held.best_step:,}")
            for kind, held in summary.held_out.items()
        ),
        ("Speed", plain(summary.tokens_per_second), "tokens per second, median"),
        ("Time in steps", duration(summary.seconds), counted(summary.resumes, "resumption")),
        ("Spikes", str(summary.spikes), "losses above the running mean"),
    ]
    if summary.max_logit is not None:
        items.append(
            ("Largest logit", plain(summary.max_logit), f"{counted(summary.clipped_heads, 'head')} clipped at most")
        )
    if summary.expert_imbalance is not None:
        items.append(("Expert imbalance", fixed(summary.expert_imbalance, 2), "busiest over mean, worst layer, late"))
    return (
        "<dl class=cards>"
        + "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd><dd>{escape(small)}</dd></div>"
            for name, value, small in items
        )
        + "</dl>"
    )


def comparison(names: Sequence[str], summaries: Sequence[Summary], colours: Sequence[str]) -> str:
    """Figures by runs; the best value of a row is set bold where one is better than another."""
    head = "".join(
        f'<th scope=col><i class=dot style="--c:{colour}"></i>{escape(name)}</th>'
        for name, colour in zip(names, colours, strict=True)
    )
    two, three = partial(fixed, digits=2), partial(fixed, digits=3)
    kinds = tuple(dict.fromkeys(kind for summary in summaries for kind in summary.held_out))
    rows = [
        _row("Shape", [summary.shape for summary in summaries]),
        _row("Parameters", [compact(summary.parameters) for summary in summaries]),
        _row("Tokens", [compact(summary.tokens) for summary in summaries]),
        _row("Steps", [f"{summary.steps:,}, {summary.state}" for summary in summaries]),
        _best_row("Final loss", [summary.final_loss for summary in summaries], min, three),
        *(
            _best_row(
                f"Held-out {kind}, bits per byte",
                [summary.held_out[kind].best if kind in summary.held_out else None for summary in summaries],
                min,
                three,
            )
            for kind in kinds
        ),
        _best_row("Tokens per second", [summary.tokens_per_second for summary in summaries], max, plain),
        _row("Time in steps", [duration(summary.seconds) for summary in summaries]),
        _row("Resumptions", [str(summary.resumes) for summary in summaries]),
        _best_row("Spikes", [summary.spikes for summary in summaries], min, "{:,}".format),
        _best_row("Largest logit", [summary.max_logit for summary in summaries], min, plain),
        _best_row("Expert imbalance", [summary.expert_imbalance for summary in summaries], min, two),
    ]
    return _table(f"<th></th>{head}", "".join(rows), "compare")


def differences(names: Sequence[str], runs: Sequence[Run]) -> str:
    """The recipe's keys that are not the same in all runs."""
    flat = [_flat(run.start.recipe) for run in runs]
    keys = dict.fromkeys(key for table in flat for key in table)
    differing = [key for key in keys if len({repr(table.get(key)) for table in flat}) > 1]
    if not differing:
        return "<p class=lede>The recipes are the same.</p>"
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in names)
    rows = "".join(_row(key, [_value(table[key]) if key in table else "–" for table in flat]) for key in differing)
    return _table(f"<th>key</th>{head}", rows, "compare")


def mixture(run: Run) -> str:
    """The sources of the training data with their shares as bars."""
    most = max((source.share for source in run.start.mixture), default=0.0) or 1.0
    rows = "".join(
        f"<tr><th scope=row>{escape(source.source)}</th>"
        f'<td class=bar><i style="width:{100 * source.share / most:.1f}%"></i></td>'
        f"<td>{100 * source.share:.1f} %</td><td>{source.rows:,}</td><td>{source.epochs:.2f}</td>"
        f"<td>{source.left_out:,}</td></tr>"
        for source in run.start.mixture
    )
    heads = ("source", "", "share", "rows", "epochs", "too long")
    return _table("".join(f"<th>{head}</th>" for head in heads), rows)


def events(run: Run) -> str:
    """Spikes and resumptions in the order in which they happened."""
    rows = [(spike.step, "spike", f"loss {spike.loss:.3f}, expected {spike.expected:.3f}") for spike in run.spikes]
    rows += [(resume.step, "resume", f"resumed {moment(resume.time)}") for resume in run.resumes]
    if not rows:
        return "<p class=lede>No spikes, never resumed.</p>"
    rows.sort()
    body = "".join(
        f"<tr><td>{step:,}</td><td class=word><i class={kind}></i>{kind}</td><td class=word>{escape(text)}</td></tr>"
        for step, kind, text in rows[:EVENTS]
    )
    rest = f"<p class=note>and {len(rows) - EVENTS:,} more</p>" if len(rows) > EVENTS else ""
    return _table("<th>step</th><th class=word>event</th><th></th>", body) + rest


def recipe_text(table: dict[str, Any], path: str = "") -> str:
    """A table as TOML; keys without a value (None) are left out."""
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    arrays = {key: value for key, value in table.items() if _is_tables(value)}
    lines = [
        f"{key} = {_value(value)}"
        for key, value in table.items()
        if value is not None and key not in inner and key not in arrays
    ]
    blocks = ["\n".join(lines)] if lines else []
    for key, value in inner.items():
        blocks.append(f"[{path}{key}]\n{recipe_text(value, f'{path}{key}.')}".rstrip())
    for key, values in arrays.items():
        blocks += [f"[[{path}{key}]]\n{recipe_text(value, f'{path}{key}.')}".rstrip() for value in values]
    return "\n\n".join(blocks)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _value(value: Any) -> str:
    """One TOML value."""
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:_}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_value(item)}' for key, item in value.items())} }}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def _flat(table: dict[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{path}{key}.")
        elif _is_tables(value):
            for number, item in enumerate(value):
                flat |= _flat(item, f"{path}{key}[{number}].")
        elif value is not None:
            flat[path + key] = value
    return flat


def _table(head: str, body: str, style: str = "plain") -> str:
    return f"<div class=scroll><table class={style}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _row(name: str, cells: Sequence[str]) -> str:
    return f"<tr><th scope=row>{escape(name)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _best_row(
    name: str, values: Sequence[float | None], best: Callable[[list[float]], float], write: Callable[[float], str]
) -> str:
    texts = ["–" if value is None else write(value) for value in values]
    known = [value for value in values if value is not None]
    # Two values that read the same are the same to the reader.
    target = write(best(known)) if len({write(value) for value in known}) > 1 else None
    cells = [f"<td>{f'<b>{escape(text)}</b>' if text == target else escape(text)}</td>" for text in texts]
    return f"<tr><th scope=row>{escape(name)}</th>{''.join(cells)}</tr>"
