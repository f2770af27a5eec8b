"""The tables of the performance page come from files, and say when a machine was not quiet."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import results
import run_all
import tables
from results import Machine, Result

from openk2.bench.machine import Noise

MACHINE = Machine("A processor", 2, ["avx512_vnni"], 2, {"llama.cpp": "b1"}, 0.041, None)
SETUP = {"mode": "decode", "preset": "k2-mini", "weights": "int4-all", "batch": 16, "depth": 8192, "prompt": 512}
ROW = {
    "name": "k2-mini int4-all decode",
    "setup": SETUP,
    "openk2": {"tokens_per_second": 1234.5, "fraction_of_limit": 0.714},
    "llama.cpp": {"tokens_per_second": 56.78},
    "ratios": {"llama.cpp": 21.74},
}
DECODE = Result("decode", "2026-11-29", MACHINE, [ROW], "make bench")
PAGE = (
    "before\n<!-- results: decode -->\nold\n<!-- end -->\nbetween\n<!-- results: tokenizer -->\n<!-- end -->\nafter\n"
)


def test_a_result_survives_its_file(tmp_path: Path) -> None:
    DECODE.save(tmp_path)
    assert Result.load(tmp_path / "decode.cpu-avx512.json") == DECODE


def test_a_figure_replaces_one_of_the_same_kind_of_machine_only(tmp_path: Path) -> None:
    other = replace(DECODE, machine=replace(MACHINE, cpu="AMD EPYC", instructions=["avx2", "avx512_bf16", "amx_int8"]))
    for result in (DECODE, other, DECODE):
        result.save(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["decode.amd-amx.json", "decode.cpu-avx512.json"]
    text = tables.page(PAGE, tmp_path)
    assert text.count("| 1,234 | 71 %") == 2
    assert text.index("AMD EPYC") < text.index("A processor")


def test_only_what_stands_between_the_marks_changes(tmp_path: Path) -> None:
    DECODE.save(tmp_path)
    made = tables.page(PAGE, tmp_path)
    assert made.startswith(
        "before\n<!-- results: decode -->\n`make bench`, 2026-11-29, A processor (2 cores; AVX512-VNNI)"
    )
    assert "| k2-mini INT4, batch 16, depth 8,192 | 1,234 | 71 % | 56.8 | 21.74 |\n<!-- end -->\nbetween\n" in made
    assert made.endswith("<!-- results: tokenizer -->\nNot measured yet.\n<!-- end -->\nafter\n")
    assert tables.page(made, tmp_path) == made


def test_a_machine_that_was_not_quiet_is_called_so() -> None:
    assert "spread of five bandwidth probes 4 %" in tables.render(DECODE)
    assert "Not a quiet machine" not in tables.render(DECODE)
    noisy = dataclasses.replace(MACHINE, spread=None, noisy="the read bandwidth moved by 33%")
    assert "**Not a quiet machine: the read bandwidth moved by 33%.**" in tables.render(
        dataclasses.replace(DECODE, machine=noisy)
    )


def test_a_peer_that_was_not_measured_leaves_its_cells_empty() -> None:
    alone = ROW | {"ratios": {}}
    text = tables.speeds([ROW, alone])
    assert text.endswith("| 1,234 | 71 % |  |  |")
    assert "llama.cpp" not in tables.speeds([alone])


def test_the_page_is_as_the_files_say() -> None:
    text = tables.PAGE.read_text(encoding="utf-8")
    assert tables.page(text) == text, "run benchmarks/tables.py"
    marks = {match["part"] for match in tables.BLOCK.finditer(text)}
    assert {file.name.partition(".")[0] for file in results.DIRECTORY.glob("*.json")} <= marks


def test_every_part_has_its_place_on_the_page() -> None:
    marks = [match["part"] for match in tables.BLOCK.finditer(tables.PAGE.read_text(encoding="utf-8"))]
    assert sorted(marks) == sorted(run_all.PARTS)


RESTLESS, QUIET = Noise(0.33, ()), Noise(0.05, ())


def test_a_restless_machine_gets_no_figures() -> None:
    with pytest.raises(results.Restless, match=r"moved by 33% .*; accepted: .* or --noisy to say so"):
        results.machine(2, {}, allow_noisy=False, check=lambda: RESTLESS)


def test_unless_they_are_called_noisy() -> None:
    where = results.machine(2, {}, allow_noisy=True, check=lambda: RESTLESS)
    assert (where.spread, where.noisy) == (0.33, "the read bandwidth moved by 33% over 5 probes")


def test_a_quiet_machine_says_how_quiet() -> None:
    where = results.machine(2, {"llama.cpp": "b1"}, allow_noisy=False, check=lambda: QUIET)
    assert (where.spread, where.noisy, where.software["llama.cpp"]) == (0.05, None, "b1")


def test_counts_need_no_quiet_machine() -> None:
    where = results.machine(2, {}, allow_noisy=False, check=None)
    assert (where.spread, where.noisy) == (None, None)


def test_a_part_that_cannot_be_measured_leaves_its_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are measured; the program ends with status 1."""
    DECODE.save(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    monkeypatch.setattr(results, "DIRECTORY", tmp_path)
    monkeypatch.setattr(tables, "PAGE", page)
    parts = {"decode": run_all.Part(lambda _: []), "prefix": run_all.Part(lambda _: [{"kept": 1}], counts=True)}
    monkeypatch.setattr(run_all, "PARTS", parts)
    monkeypatch.setattr(run_all, "noise", lambda: RESTLESS)
    monkeypatch.setattr(sys, "argv", ["run_all.py"])
    assert run_all.main() == 1
    assert "decode: not measured: the read bandwidth moved" in capsys.readouterr().err
    assert Result.load(tmp_path / "decode.cpu-avx512.json") == DECODE
    assert Result.load(next(tmp_path.glob("prefix.*.json"))).rows == [{"kept": 1}]
    assert "| 1,234 | 71 %" in page.read_text()
