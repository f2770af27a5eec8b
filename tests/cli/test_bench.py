"""`openk2 bench`: every mode prints a report that agrees with itself; what cannot be measured is one line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from openk2.bench import machine
from openk2.chat.tokenizer import Tokenizer
from openk2.checkpoint import save_model
from openk2.cli.main import main
from openk2.config import K2Config
from openk2.model import K2Model

BANDWIDTH, PEAK = 40e9, 2e12
QUICK = ("--preset", "k2-debug", "--repeats", "2", "--tokens", "3", "--threads", "1")


@pytest.fixture(autouse=True)
def known_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Probes that take no time; the bandwidth moves from one to the next. Afterwards PyTorch has its threads again."""
    threads = torch.get_num_threads()
    bandwidths = iter([0.95 * BANDWIDTH, BANDWIDTH, 1.05 * BANDWIDTH] * 20)
    monkeypatch.setattr(machine, "read_bandwidth", lambda threads=None: next(bandwidths))
    monkeypatch.setattr(machine, "matmul_peak", lambda threads=None: PEAK)
    yield
    torch.set_num_threads(threads)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """(status, standard output, standard error)."""
    with pytest.raises(SystemExit) as caught:
        main(["bench", *map(str, arguments)])
    assert isinstance(caught.value.code, int)
    out, err = capsys.readouterr()
    return caught.value.code, out, err


def report(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """The JSON object, alone on standard output."""
    status, out, _ = run(capsys, *arguments, "--json")
    assert status == 0
    found: dict[str, Any] = json.loads(out)
    return found


FIELDS = {
    *(
        "mode",
        "model",
        "random_weights",
        "weights",
        "batch",
        "prompt",
        "depth",
        "step_tokens",
        "threads",
        "kernels",
        "exact",
    ),
    *("tokens_per_second", "repeats", "spread", "limit_tokens_per_second", "fraction_of_limit", "limit"),
    *("peak_memory_bytes", "probes", "cpu", "torch", "date"),
}
"""Of every report."""


@pytest.mark.parametrize(
    ("mode", "options", "more"),
    [
        ("decode", ("--batch", 2, "--depth", 40), {"tokens"}),
        ("decode", ("--prompt", 5, "--weights", "bf16"), {"tokens"}),
        ("prefill", ("--prompt", 20, "--step-tokens", 8), set()),
        (
            "serve",
            ("--batch", 2, "--prompt", 6, "--requests", 3),
            {"tokens", "requests", "rate", "time_to_first_token", "inter_token"},
        ),
        (
            "serve",
            ("--prompt", 6, "--requests", 3, "--rate", 1000),
            {"tokens", "requests", "rate", "time_to_first_token", "inter_token"},
        ),
    ],
    ids=["decode", "decode behind a prompt", "prefill in chunks", "serve", "serve at random moments"],
)
def test_a_report_has_every_field_and_agrees_with_itself(
    capsys: pytest.CaptureFixture[str], mode: str, options: tuple[object, ...], more: set[str]
) -> None:
    found = report(capsys, mode, *QUICK, *options)
    assert set(found) == FIELDS | more
    assert (found["mode"], found["model"], found["random_weights"]) == (mode, "k2-debug", True)
    assert found["threads"] == 1
    assert len(found["repeats"]) == 2
    assert min(found["repeats"]) <= found["tokens_per_second"] <= max(found["repeats"])
    assert found["fraction_of_limit"] == pytest.approx(found["tokens_per_second"] / found["limit_tokens_per_second"])
    assert found["peak_memory_bytes"] > 10 * 2**20
    assert len(found["probes"]["read_bytes_per_second"]) == 5
    assert len(found["probes"]["matmul_flops_per_second"]) == 2
    assert found["probes"]["spread"] == pytest.approx(0.1)
    for latencies in (found[name] for name in ("time_to_first_token", "inter_token") if name in found):
        assert 0 < latencies["p50"] <= latencies["p90"] <= latencies["p99"]


def test_the_limit_of_decoding_is_the_bytes_of_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, "decode", *QUICK, "--batch", 2, "--depth", 100)
    read = found["limit"]["weight_bytes_per_step"] + found["limit"]["latent_bytes_per_step"]
    assert found["limit_tokens_per_second"] == pytest.approx(2 * BANDWIDTH / read, rel=1e-3)
    deeper = report(capsys, "decode", *QUICK, "--batch", 2, "--depth", 200)
    grown = deeper["limit"]["latent_bytes_per_step"] - found["limit"]["latent_bytes_per_step"]
    numbers = 2 * 100 * 3 * K2Config.preset("k2-debug").cache_width
    assert grown in (2 * numbers, 4 * numbers), "a latent's numbers take 2 or 4 bytes"


def test_the_limit_of_a_prompt_is_its_operations(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, "prefill", *QUICK, "--prompt", 30)
    assert found["limit_tokens_per_second"] == pytest.approx(30 * PEAK / found["limit"]["flops_per_prompt"])


def test_narrow_weights_raise_the_limit_and_need_less_memory_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    read = [
        report(capsys, "decode", *QUICK, "--weights", weights)["limit"]["weight_bytes_per_step"]
        for weights in ("int4-all", "int4", "int8", "fp8", "bf16")
    ]
    assert read[0] < min(read[1:4])
    assert max(read[1:4]) < read[4]


def test_a_context_beyond_the_shape_is_measured_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    beyond = 2 * K2Config.preset("k2-debug").max_position_embeddings
    assert report(capsys, "decode", *QUICK, "--depth", beyond)["depth"] == beyond


def test_a_model_brings_its_own_weights(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    model = K2Model(K2Config.preset("k2-debug")).initialize(1)
    save_model(model, tmp_path / "m", format="int4")
    Tokenizer.bytes_only().save(tmp_path / "m")
    found = report(capsys, "decode", *QUICK, "--model", tmp_path / "m")
    assert (found["model"], found["random_weights"], found["weights"]) == (str(tmp_path / "m"), False, "stored")
    assert report(capsys, "decode", *QUICK, "--model", tmp_path / "m", "--weights", "bf16")["weights"] == "bf16"


def test_a_report_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "serve", *QUICK, "--prompt", 6, "--requests", 2)
    assert status == 0
    for fragment in ("serve, k2-debug, int4-all", "of the limit", "time to first token, ms: p50", "40.0 GB/s"):
        assert fragment in out


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (("dance",), "the mode is 'dance'; accepted: decode, prefill, serve"),
        (("decode", "--weights", "int3"), "weights is 'int3'; accepted: bf16, fp8, int4, int4-all, int8"),
        (("decode", "--batch", "0"), "batch is 0; accepted: 1 or more"),
        (("prefill", "--prompt", "0"), "the prompt has 0 tokens; accepted: 1 or more"),
        (("serve", "--depth", "9"), "depth is 9; accepted for serve: 0"),
        (("serve", "--rate", "0"), "the rate is 0.0; accepted: more than 0"),
        (("decode", "--preset", "k3"), "unknown preset 'k3'"),
        (("decode", "--model", "no-such-model"), "no-such-model"),
        (("decode", "--preset", "k2-debug", "--kernels", "sse"), "'sse'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_measured_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], fragment: str
) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert fragment in err
    assert err.count("\n") == 1
