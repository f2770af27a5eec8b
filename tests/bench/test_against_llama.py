"""Taking turns with neighbours: the order, the medians, and what becomes of one that fails."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import against_llama
import peers
import pytest
from peers import LlamaCpp, Openk2, ProgramFailed, Setup

SETUP = Setup("decode", "k2-debug", "bf16")


class Peer:
    """Gives speeds that are known, and notes when it was asked."""

    def __init__(self, name: str, speeds: list[float], order: list[str], fails_at: int | None = None) -> None:
        self.name, self._speeds, self._order, self._fails_at = name, speeds, order, fails_at

    def covers(self, setup: Setup) -> bool:
        return setup.depth == 0

    def measure(self, setup: Setup) -> dict[str, Any]:
        number = self._order.count(self.name)
        self._order.append(self.name)
        if number == self._fails_at:
            raise ProgramFailed("aborted")
        speed = self._speeds[number]
        facts = {"fraction_of_limit": speed / 100, "limit_tokens_per_second": 100.0, "peak_memory_bytes": 1}
        return {"tokens_per_second": speed, "kernels": "avx2", **facts}


def test_turns_alternate_and_medians_count() -> None:
    order: list[str] = []
    row = against_llama.compare(SETUP, [Peer("openk2", [60, 30, 50], order), Peer("llama.cpp", [20, 15, 50], order)], 3)
    assert order == ["openk2", "llama.cpp"] * 3
    assert row["openk2"]["tokens_per_second"] == 50
    assert row["openk2"]["fraction_of_limit"] == 0.5
    assert row["llama.cpp"] == {"tokens_per_second": 20, "rounds": [20, 15, 50]}
    assert row["ratios"] == {"llama.cpp": 2}, "the median of 3, 2 and 1, each of one round"


def test_a_neighbour_that_fails_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []
    row = against_llama.compare(SETUP, [Peer("openk2", [60] * 3, order), Peer("llama.cpp", [20] * 3, order, 1)], 3)
    assert order.count("openk2") == 3
    assert order.count("llama.cpp") == 2
    assert row["ratios"] == {}
    assert "llama.cpp is left out: aborted" in capsys.readouterr().err


def test_our_own_failure_is_one() -> None:
    with pytest.raises(ProgramFailed):
        against_llama.compare(SETUP, [Peer("openk2", [60] * 3, [], 0)], 3)


def test_who_does_not_cover_a_setup_is_not_asked() -> None:
    order: list[str] = []
    deep = Setup("decode", "k2-debug", "bf16", depth=9)
    ours = Peer("openk2", [60], order)
    ours.covers = lambda setup: True  # type: ignore[method-assign]
    assert against_llama.compare(deep, [ours, Peer("llama.cpp", [20], order)], 1)["ratios"] == {}
    assert order == ["openk2"]


def program(path: Path, prints: str) -> Path:
    """A program that notes its arguments and prints something."""
    path.write_text(f"#!/bin/sh\necho \"$@\" > {path}.arguments\ncat <<'END'\n{prints}\nEND\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_llama_bench_is_asked_and_read(tmp_path: Path) -> None:
    bench = program(tmp_path / "llama-bench", '[{"n_gen": 64, "avg_ts": 9, "samples_ts": [7.5, 10.5, 9.0]}]')
    program(
        tmp_path / "llama-batched-bench", 'a warning\n{"pp": 8, "tg": 64, "pl": 16, "speed_pp": 48, "speed_tg": 21.2}'
    )
    llama = LlamaCpp(bench, tmp_path / "models", ("-fa", "1"))
    assert llama.measure(SETUP) == {"tokens_per_second": 9.0}
    model = tmp_path / "models" / "k2-debug-bf16.gguf"
    assert model.stat().st_size > 300_000
    asked = (tmp_path / "llama-bench.arguments").read_text().strip()
    assert asked == f"-m {model} -t 2 -fa 1 -p 0 -n 64 -d 0 -r 3 -o json"
    assert llama.measure(Setup("decode", "k2-debug", "bf16", batch=16)) == {"tokens_per_second": 21.2}
    asked = (tmp_path / "llama-batched-bench.arguments").read_text().strip()
    assert asked.endswith("-tb 2 -c 1280 -npp 8 -ntg 64 -npl 16 --output-format jsonl")
    llama.measure(Setup("prefill", "k2-debug", "bf16", prompt=2048))
    assert "-p 2048 -n 0 " in (tmp_path / "llama-bench.arguments").read_text()


def test_a_program_that_fails_says_its_last_words() -> None:
    with pytest.raises(ProgramFailed, match=r"ended with status 3: .*alas"):
        peers.output(["sh", "-c", "echo alas >&2; exit 3"])


def test_llama_is_compared_at_the_same_width_only(tmp_path: Path) -> None:
    llama = LlamaCpp(program(tmp_path / "llama-bench", ""), tmp_path)
    assert llama.covers(SETUP)
    assert not llama.covers(Setup("decode", "k2-debug", "fp8"))
    assert not llama.covers(Setup("decode", "k2-debug", "bf16", depth=65_536)), "it would compute the context first"
    with pytest.raises(SystemExit, match="no such file"):
        LlamaCpp(tmp_path / "nothing", tmp_path)


@pytest.mark.slow
def test_our_own_speed_comes_from_our_own_command() -> None:
    found = Openk2().measure(Setup("decode", "k2-debug", "bf16", batch=2, tokens=4, repeats=1))
    assert found["prompt"] == peers.PROMPT_OF_A_BATCH
    assert found["tokens_per_second"] > 0
