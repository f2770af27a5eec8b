"""`openk2 kernels`: what there is, whether it computes right, what was chosen and why, and the machine's two limits."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from openk2.errors import KernelError
from openk2.kernels.native.build import find_compiler
from openk2.kernels.native.choice import VARIABLE, Available, asked, available, look, native
from openk2.kernels.native.selftest import Checked

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@dataclass(frozen=True)
class LevelReport:
    """One level of instructions."""

    level: str
    compiled: bool
    usable: bool
    why_not: str | None
    checks: tuple[Checked, ...]


@dataclass(frozen=True)
class Report:
    """What is printed; `--json` has these fields."""

    chosen: str
    """A level, or `reference`."""
    why: str
    levels: tuple[LevelReport, ...]
    library: str | None
    missing: str | None
    """Why there is no library."""
    compiler: str | None
    threads: int
    read_bandwidth: float | None
    """Bytes per second; None if not measured."""
    matmul_rates: dict[str, float] | None
    """Operations per second of products in `bfloat16` and in `float32`; None if not measured."""


@app.command()
def kernels(
    again: Annotated[bool, typer.Option("--again", help="Test the kernels again, whatever is known.")] = False,
    measure: Annotated[bool, typer.Option(help="Measure read bandwidth and matrix products, some seconds.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Show which kernels this machine has, tested and measured.

    OPENK2_KERNELS=auto, reference or a level chooses, here as everywhere.
    """
    if again:
        look(again=True)
    report = _report(available(), measure)
    print(json.dumps(asdict(report)) if as_json else _table(report))


def _report(found: Available, measure: bool) -> Report:
    import torch  # after the library, which needs none of it

    from openk2.kernels.probes import matmul_rates, read_bandwidth

    level = native()
    threads = torch.get_num_threads()
    return Report(
        chosen=level.name if level else "reference",
        why=_why(found),
        levels=tuple(
            LevelReport(
                level=name,
                compiled=found.library is not None and name in found.library.levels,
                usable=name in found.usable,
                why_not=found.why_not.get(name),
                checks=tested.checks,
            )
            for name, tested in found.tested.items()
        ),
        library=str(found.library.path) if found.library else None,
        missing=found.missing,
        compiler=_compiler(),
        threads=threads,
        read_bandwidth=read_bandwidth(threads) if measure else None,
        matmul_rates=matmul_rates(threads) if measure else None,
    )


def _why(found: Available) -> str:
    name = asked()
    if name != "auto":
        return f"{VARIABLE}={name}"
    if found.missing is not None:
        return found.missing
    return "the fastest that passed" if found.usable else "no level passed"


def _compiler() -> str | None:
    try:
        return find_compiler().version
    except KernelError:
        return None


def _table(report: Report) -> str:
    lines = [f"{report.chosen}: {report.why}", ""]
    lines += [f"{level.level:<12} {level.why_not or 'passed'}" for level in report.levels]
    tested = [level for level in report.levels if level.checks]
    if tested:
        lines += ["", _row("largest error", [level.level for level in tested])]
        for name, bound in {checked.name: checked.bound for level in tested for checked in level.checks}.items():
            outcomes = [_outcome(level, name) for level in tested]
            lines.append(f"{_row(name, outcomes)}  {'' if bound is None else f'bound {bound:.0e}'}".rstrip())
    if report.levels:
        lines.append("")
    lines.append(f"library      {report.library or f'none: {report.missing}'}")
    lines.append(f"compiler     {report.compiler or 'none'}")
    lines.append(f"threads      {report.threads}")
    if report.read_bandwidth is not None and report.matmul_rates is not None:
        lines.append(f"memory       {report.read_bandwidth / 1e9:.1f} GB/s read")
        shown = ", ".join(f"{rate / 1e12:.4f} in {name}" for name, rate in report.matmul_rates.items())
        lines.append(f"products     {shown} TFLOP/s; the larger is the limit")
    return "\n".join(lines)


def _outcome(level: LevelReport, name: str) -> str:
    for checked in level.checks:
        if checked.name == name:
            return "failed" if checked.failure or checked.error is None else f"{checked.error:.0e}"
    return "-"  # the process died before


def _row(name: str, cells: list[str]) -> str:
    return f"{name:<18}" + "".join(f"{cell:>13}" for cell in cells)
