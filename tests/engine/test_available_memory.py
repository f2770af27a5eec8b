"""What memory is free: the machine's, within the limit of the control group."""

from __future__ import annotations

from pathlib import Path

import pytest

from openk2.engine import memory

GIGABYTE = 2**30


@pytest.mark.parametrize(
    ("limit", "held", "expected"),
    [("max", 5, 20), (str(8 * GIGABYTE), 3, 5), (str(2 * GIGABYTE), 3, 0), (str(2**63 - 4096), 3, 20), (None, 0, 20)],
)
def test_the_smaller_of_what_is_free_and_what_the_group_leaves(
    limit: str | None, held: int, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meminfo, limit_file, statistics = (tmp_path / name for name in ("meminfo", "max", "stat"))
    meminfo.write_text(f"MemTotal: {24 * 2**20} kB\nMemAvailable: {20 * 2**20} kB\n")
    if limit is not None:
        limit_file.write_text(f"{limit}\n")
        statistics.write_text(f"file 123\nanon {held * GIGABYTE}\n")
    monkeypatch.setattr(memory, "_MEMINFO", meminfo)
    monkeypatch.setattr(memory, "_GROUPS", ((limit_file, statistics, "anon"),))
    assert memory.available_memory() == expected * GIGABYTE


def test_off_linux_it_is_the_whole_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = memory.available_memory()
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "none")
    assert 0 < free <= memory.available_memory()
