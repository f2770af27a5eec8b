"""`openk2 kernels`: what was chosen and why, every level's outcome, and the same as JSON."""

from __future__ import annotations

import json
import shutil

import pytest

from openk2.cli.main import main
from openk2.kernels.native.choice import available
from openk2.kernels.native.levels import levels_of_this_machine

needs_compiler = pytest.mark.skipif(
    not levels_of_this_machine() or not shutil.which("c++"), reason="needs a C++ compiler"
)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """(status, standard output, standard error)."""
    with pytest.raises(SystemExit) as caught:
        main(["kernels", "--no-measure", *arguments])
    assert isinstance(caught.value.code, int)
    out, err = capsys.readouterr()
    return caught.value.code, out, err


@needs_compiler
def test_every_level_this_machine_can_run_passes_its_self_test(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENK2_KERNELS", raising=False)
    status, out, _ = run(capsys, "--json")
    report = json.loads(out)
    assert status == 0
    assert [level["level"] for level in report["levels"]] == list(levels_of_this_machine())
    for level in report["levels"]:
        assert level["compiled"]
        assert level["usable"] or not level["checks"], level["why_not"]  # without checks: the machine cannot run it
        for checked in level["checks"]:
            assert checked["error"] <= checked["bound"]
    usable = [level["level"] for level in report["levels"] if level["usable"]]
    assert (report["chosen"], report["why"]) == (usable[-1], "the fastest that passed")
    assert (report["read_bandwidth"], report["matmul_rates"]) == (None, None)


@needs_compiler
def test_a_level_is_chosen_by_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slowest = available().usable[0]
    monkeypatch.setenv("OPENK2_KERNELS", slowest)
    status, out, _ = run(capsys)
    assert status == 0
    assert out.startswith(f"{slowest}: OPENK2_KERNELS={slowest}\n")
    assert f"library      {available().library.path}\n" in out  # type: ignore[union-attr]


def test_the_reference_can_be_chosen_anywhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENK2_KERNELS", "reference")
    status, out, _ = run(capsys)
    assert status == 0
    assert out.startswith("reference: OPENK2_KERNELS=reference\n")


def test_an_unknown_name_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENK2_KERNELS", "turbo")
    status, out, err = run(capsys)
    assert (status, out) == (2, "")
    assert err.startswith("openk2: unknown OPENK2_KERNELS=turbo; accepted: auto, reference, avx2, ")
    assert err.count("\n") == 1
