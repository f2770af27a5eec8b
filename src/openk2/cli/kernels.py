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
    matmul_peak: float | None
    """Operations per second of a bfloat16 product; None if not measured."""


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

    from openk2.kernels.probes import matmul_peak, read_bandwidth

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
        matmul_peak=matmul_peak(threads) if measure else None,
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
    for level in report.levels:
        passed = sum(checked.failure is None for checked in level.checks)
        state = level.why_not or f"{passed} of {len(level.checks)} checks passed"
        lines.append(f"{level.level:<12} {state}")
        for checked in level.checks:
            if checked.error is not None and checked.bound is not None:
                outcome = f"error {checked.error:.2e}, bound {checked.bound:.2e}"
            else:
                outcome = ""
            lines.append(f"    {checked.name:<28} {checked.failure or outcome}")
    if report.levels:
        lines.append("")
    lines.append(f"library      {report.library or f'none: {report.missing}'}")
    lines.append(f"compiler     {report.compiler or 'none'}")
    lines.append(f"threads      {report.threads}")
    if report.read_bandwidth is not None and report.matmul_peak is not None:
        lines.append(f"memory       {report.read_bandwidth / 1e9:.1f} GB/s read")
        lines.append(f"products     {report.matmul_peak / 1e12:.2f} TFLOP/s in bfloat16")
    return "\n".join(lines)
