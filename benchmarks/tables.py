"""Writes the tables of `docs/performance.md` from the files in `results/`; the prose around them is by hand.

python benchmarks/tables.py            between `<!-- results: PART -->` and `<!-- end -->`
python benchmarks/tables.py --check    only say whether the page is as the files say; status 1 where it is not
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import results
from results import Machine, Result

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BLOCK = re.compile(r"(<!-- results: (?P<part>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
WIDTHS = {"bf16": "bf16", "int8": "INT8", "int4-all": "INT4"}
"""Weights of ours → how a table calls them."""
Row = dict[str, Any]


def page(text: str, directory: Path | None = None) -> str:
    """The page with every table made anew from `results.DIRECTORY` or another, one per kind of machine; a part without
    a file says so."""
    directory = directory or results.DIRECTORY

    def block(match: re.Match[str]) -> str:
        files = sorted(directory.glob(f"{match['part']}.*.json"))
        made = "\n\n".join(render(Result.load(file)) for file in files) or "Not measured yet."
        return f"{match[1]}{made}\n{match[3]}"

    return BLOCK.sub(block, text)


def render(result: Result) -> str:
    """Where and when it was measured, and the table."""
    return f"{caption(result)}\n\n{TABLES.get(result.part, speeds)(result.rows)}"


def caption(result: Result) -> str:
    """One line on the day and the machine."""
    where = result.machine
    words = [result.date, f"{where.cpu}{_features(where)}", f"{where.threads} threads"]
    words += [f"{name} {version}" for name, version in where.software.items()]
    kernels = {row["openk2"]["kernels"] for row in result.rows if "ratios" in row and "kernels" in row["openk2"]}
    words += [f"our kernels {', '.join(sorted(kernels))}"] if kernels else []
    if where.spread is not None:
        words.append(f"spread of five bandwidth probes {percent(where.spread)}")
    warning = f" **Not a quiet machine: {where.noisy}.**" if where.noisy else ""
    return f"`{result.command}`, {', '.join(words)}.{warning}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """In Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def speeds(rows: list[Row]) -> str:
    """Ours, its share of the limit, and every peer with our ratio to it."""
    peers = sorted({name for row in rows for name in row["ratios"]})
    columns = [(name, f"{name}, tokens/s", "ratio") for name in peers]
    head = ["", "openk2, tokens/s", "of the limit", *(word for _, *words in columns for word in words)]
    cells = []
    for row in rows:
        ours = row["openk2"]
        line = [_setup(row["setup"]), number(ours["tokens_per_second"]), percent(ours["fraction_of_limit"])]
        for name in peers:
            there = name in row["ratios"]
            line += [number(row[name]["tokens_per_second"]), f"{row['ratios'][name]:.2f}"] if there else ["", ""]
        cells.append(line)
    return table(head, cells)


def requests(rows: list[Row]) -> str:
    """Rates and latencies of requests."""
    head = ["", "new tokens/s", "of the limit", "first token, ms: p50, p99", "between tokens, ms: p50, p99"]
    cells = []
    for row in rows:
        waits = [row[name] for name in ("time_to_first_token", "inter_token")]
        shown = [", ".join(number(1e3 * wait[share]) for share in ("p50", "p99")) for wait in waits]
        what = f"{row['model']} {WIDTHS[row['weights']]}, {row['batch']} at a time, prompts of {row['prompt']}"
        cells.append([what, number(row["tokens_per_second"]), percent(row["fraction_of_limit"]), *shown])
    return table(head, cells)


def http(rows: list[Row]) -> str:
    """What the HTTP layer adds."""
    names = {
        "layer": "HTTP layer alone, processor time for a token",
        "engine": "bare engine, between two tokens of a stream",
        "server": "over HTTP",
    }
    head = ["", "median, ms", "lowest, highest", "added to the engine, ms"]
    cells = [
        [
            f"{names[row['way']]}, {row['streams']} streams",
            f"{row['median_ms']:.3f}",
            f"{row['lowest_ms']:.3f}, {row['highest_ms']:.3f}",
            f"{row['added_ms']:.3f}" if row.get("added_ms") else "",
        ]
        for row in rows
    ]
    return table(head, cells)


def beside_transformers(rows: list[Row]) -> str:
    """Training and generation."""
    limited = any("fraction_of_limit" in row for row in rows)
    head = ["", "openk2, tokens/s", "transformers, tokens/s", "ratio"]
    cells = [
        [row["name"], number(row["openk2"]), number(row["transformers"]), f"{row['ratio']:.1f}"]
        + ([percent(row["fraction_of_limit"])] if limited else [])
        for row in rows
    ]
    return table(head + (["of the float32 product peak"] if limited else []), cells)


def tokenizer(rows: list[Row]) -> str:
    """Encoding, beside tiktoken."""
    cells = []
    for row in rows:
        for form in ("whole", "documents"):
            figures = row[form]
            rates = [figures.get(name) for name in ("megabytes_per_second", "plain_megabytes_per_second")]
            words = [f"{rate:.2f}" if rate is not None else "" for rate in rates]
            cells.append([f"{form}, {row['vocabulary']:,} ids", *words, f"{figures['ratio']:.2f}"])
    return table(["", "openk2, MB/s", "tiktoken, MB/s", "ratio of CPU time"], cells)


def loading(rows: list[Row]) -> str:
    """Two layers in their true shape."""
    head = ["", "files", "peak memory (limit)", "loading", "of the disk's rate", "experts compared, wrong", "tokens/s"]
    cells = [
        [
            row["format"].upper(),
            f"{row['file_bytes'] / 1e9:.2f} GB",
            f"{max(row['peak_bytes_loading'], row['peak_bytes_running']) / 1e9:.2f} GB "
            f"({row['limit_bytes'] / 1e9:.2f})",
            f"{row['load_bytes_per_second'] / 1e9:.2f} GB/s",
            percent(row["fraction_of_disk"]),
            f"{row['experts_compared']}, {len(row['experts_wrong']) or 'none'}",
            number(row["tokens_per_second"]),
        ]
        for row in rows
    ]
    return table(head, cells)


def prefix(rows: list[Row]) -> str:
    """The cache of prompts, from large to tight."""
    head = ["cache, tokens", "prompt tokens asked for", "out of the cache", "at best", "least recently used pages"]
    cells = [
        [f"{row['cache_tokens']:,}", f"{row['prompt_tokens']:,}"]
        + [f"{row['rates'][name]:.2f} %" for name in ("cached", "ideal_tokens", "least_recently_used")]
        for row in rows
    ]
    return table(head, cells)


def experts(rows: list[Row]) -> str:
    """Experts that are read from disk as they are chosen."""
    head = [
        "files",
        "memory allowed",
        "experts in it",
        "chosen ones found there",
        "read per token",
        "waiting",
        "tokens/s",
    ]
    cells = [
        [
            f"{row['file_bytes'] / 1e9:.1f} GB",
            f"{row['limit_bytes'] / 1e9:.1f} GB",
            f"{row['slots']:,} of {row['experts']:,}",
            percent(row["hit_rate"]),
            f"{row['bytes_read'] / (row['tokens_per_second'] * row['seconds']) / 1e9:.2f} GB",
            percent(row["seconds_waited"] / row["seconds"]),
            number(row["tokens_per_second"]),
        ]
        for row in rows
    ]
    return table(head, cells)


TABLES: dict[str, Callable[[list[Row]], str]] = {
    "serve": requests,
    "http": http,
    "prefix": prefix,
    "training": beside_transformers,
    "generation": beside_transformers,
    "tokenizer": tokenizer,
    "loading": loading,
    "experts": experts,
}
"""Part → its table, where it is not one of speeds."""


def percent(share: float) -> str:
    """In whole hundredths."""
    return f"{100 * share:.0f} %"


def number(value: float) -> str:
    """With as many digits as mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _setup(setup: Row) -> str:
    words = [f"{setup['preset']} {WIDTHS[setup['weights']]}"]
    words += [f"prompt {setup['prompt']:,}"] if setup["mode"] == "prefill" else []
    words += [f"batch {setup['batch']}"] if setup["batch"] > 1 else []
    words += [f"depth {setup['depth']:,}"] if setup["depth"] else []
    return ", ".join(words)


def _features(where: Machine) -> str:
    names = ", ".join(name.replace("_", "-").upper() for name in where.instructions)
    return f" ({where.cores} cores; {names})" if names else f" ({where.cores} cores)"


def update() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description="Tables of docs/performance.md from benchmarks/results.")
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 where the page is out of date")
    options = parser.parse_args()
    if options.check:
        text = PAGE.read_text(encoding="utf-8")
        return int(page(text) != text)
    update()
    return 0


if __name__ == "__main__":
    sys.exit(main())
