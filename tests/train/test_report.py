"""The report: what is read from metrics.jsonl, what the page shows of it, and that it needs nothing but itself."""

import json
import math
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from openk2.cli.report import app
from openk2.errors import TrainError
from openk2.train.report import read_run, summarise, write_report
from openk2.train.report.curves import extremes, peaks, scale_for, smooth
from openk2.train.report.metrics import Detail
from openk2.train.report.page import page
from openk2.train.report.tables import recipe_text

Record = dict[str, Any]
VOID = {"meta", "input", "link", "br", "img", "path"}
STEPS, LAYERS, HEADS, EXPERTS = 2000, 3, 4, 8
RECIPE: Record = {
    "name": "tiny",
    "source": [{"path": "shards/english", "weight": 0.75}, {"path": "shards/<code>", "weight": 0.25}],
    "model": {"preset": "k2-debug", "init": None, "seed": 0},
    "optimizer": {"lr": 0.002},
    "schedule": {"tokens": 4_000_000},
}


def start(name: str = "tiny", **changes: Any) -> Record:
    sources = [("shards/english", 300, 0.75), ("shards/<code>", 100, 0.25)]
    mixture = [{"source": s, "rows": r, "share": p, "epochs": 1.5, "left_out": 0} for s, r, p in sources]
    record = {"type": "start", "time": "2026-11-25T14:12:03+00:00", "name": name, "recipe": RECIPE}
    record |= {"parameters": 62_600_000, "active_parameters": 16_100_000, "workers": 2, "dtype": "float32"}
    return record | {"machine": "a laptop", "mixture": mixture, "tau": 100.0} | changes


def step(number: int, **changes: Any) -> Record:
    record = {"type": "step", "step": number, "tokens": 1000 * number, "loss": 2 + 7 * math.exp(-number / 100)}
    return record | {"lr": 0.002, "grad_norm": 0.4, "seconds": 0.5, "tokens_per_second": 2000.0} | changes


def detail(number: int) -> Record:
    logits = [[10.0 + layer + head for head in range(HEADS)] for layer in range(LAYERS)]
    logits[1][2] = 104.0 if number == 400 else 50.0
    load = [[(1 + expert) / 36 for expert in range(EXPERTS)] for _ in range(LAYERS - 1)]
    clipped = 1 if number == 400 else 0
    return {"type": "detail", "step": number, "max_logit_LH": logits, "clipped_heads": clipped, "load_LE": load}


def evaluation(number: int, kind: str, bits: float) -> Record:
    return {
        "type": "eval",
        "step": number,
        "tokens": 1000 * number,
        "kind": kind,
        "loss": 2 * bits,
        "bits_per_byte": bits,
    }


def records(steps: int = STEPS) -> list[Record]:
    """A run of 2,000 steps, killed after step 1,250, resumed from step 1,200, with a spike at step 700."""
    found = [start()]
    for number in [*range(1, 1251), 0, *range(1201, steps + 1)]:
        if number == 0:
            found.append({"type": "resume", "step": 1200, "time": "2026-11-25T15:00:00+00:00"})
            continue
        found.append(step(number, **({"loss": 8.5} if number == 700 else {})))
        if number == 700:
            found.append({"type": "spike", "step": 700, "loss": 8.5, "expected": 2.1})
        if number % 20 == 0:
            found.append(detail(number))
        if number % 500 == 0:
            # Chinese is best before the end.
            found += [
                evaluation(number, "english", 3 - number / 1000),
                evaluation(number, "chinese", 2 + (number > 500)),
            ]
    return [*found, {"type": "end", "step": steps, "reason": "done", "seconds": 1025.0}]


def write(directory: Path, lines: list[Record], tail: str = "") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + tail)
    return directory


class Page(HTMLParser):
    """Checks nesting, counts classes and collects what is fetched or linked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.classes: dict[str, int] = {}
        self.links: list[str] = []
        self.data: list[Any] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "class":
                for part in (value or "").split():
                    self.classes[part] = self.classes.get(part, 0) + 1
            if name in ("src", "href", "action", "data", "xlink:href", "srcset"):
                self.links.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"] and data.startswith("{"):
            self.data.append(json.loads(data))
        elif self.open[-1:] not in (["script"], ["style"]):
            self.text += data + "\n"


def test_summary_counts_each_step_once_and_all_time(tmp_path: Path) -> None:
    run = read_run(write(tmp_path, records()))
    summary = summarise(run)
    assert [item.step for item in run.steps] == list(range(1, STEPS + 1))
    assert [item.step for item in run.details] == list(range(20, STEPS + 1, 20))
    assert [item.step for item in run.evaluations if item.kind == "english"] == [500, 1000, 1500, 2000]
    assert (summary.steps, summary.tokens, summary.state) == (2000, 2_000_000, "done")
    assert (summary.resumes, summary.spikes, summary.clipped_heads, summary.max_logit) == (1, 1, 1, 104.0)
    assert summary.seconds == 0.5 * (1250 + 800)
    assert summary.held_out["english"].best == 1.0
    assert summary.held_out["english"].best_step == 2000
    assert (summary.held_out["chinese"].best, summary.held_out["chinese"].best_step) == (2.0, 500)
    assert summary.held_out["chinese"].last == 3.0
    assert summary.expert_imbalance == pytest.approx(8 / 4.5)
    assert summary.final_loss == pytest.approx(2.0, abs=1e-6)


def test_page_shows_what_the_metrics_hold(tmp_path: Path) -> None:
    directory = write(tmp_path, records())
    write_report([read_run(directory)], directory / "report.html")
    text = (directory / "report.html").read_text("utf-8")
    shown = Page(text)
    assert len(text.encode()) < 400_000
    # Loss, held-out, rate, norm, speed, logits, clipped heads, imbalance; two maps of heads and two of experts.
    assert (shown.classes["chart"], shown.classes["map"]) == (8, 4)
    titles = [chart["curves"][0]["name"] for chart in shown.data if "curves" in chart]
    assert titles[1] == "english"
    logits = next(chart for chart in shown.data if "curves" in chart and chart["curves"][0]["name"] == "layer 0")
    assert [curve["name"] for curve in logits["curves"]] == ["layer 0", "layer 1", "layer 2"]
    assert max(logits["curves"][1]["values"]) == 104
    # One path per map: the cell above the threshold exists in the map of the whole run only.
    assert shown.classes["over"] == 1
    for words in ("tiny", "62.6M parameters", "16.1M active", "QK-Clip τ = 100", "shards/<code>", "[[source]]"):
        assert words in shown.text
    assert "spike at step 700: loss 8.500, expected 2.100" in text
    assert "resumed from step 1,200" in text


def test_page_reaches_for_nothing_outside_itself(tmp_path: Path) -> None:
    text = page([read_run(write(tmp_path, records()))])
    assert Page(text).links == []
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(", text)
    assert "default-src 'none'" in text


def test_names_from_the_metrics_cannot_become_markup(tmp_path: Path) -> None:
    lines = [start(name="</script><script>alert(1)</script>"), step(1), step(2), evaluation(2, "</script><b>", 1.0)]
    text = page([read_run(write(tmp_path, lines))])
    Page(text)
    assert "<script>alert" not in text
    assert "</script><b>" not in text


def test_torn_last_line_is_dropped(tmp_path: Path) -> None:
    run = read_run(write(tmp_path, [start(), step(1), step(2)], tail='{"type":"step","st'))
    assert [item.step for item in run.steps] == [1, 2]
    assert summarise(run).state == "unfinished"


def test_line_torn_by_a_kill_in_front_of_a_resumption_is_dropped(tmp_path: Path) -> None:
    write(tmp_path, [start(), step(1), step(2)], tail='{"type":"step","st\n')
    with (tmp_path / "metrics.jsonl").open("a") as handle:
        handle.write(json.dumps({"type": "resume", "step": 1, "time": "2026"}) + "\n" + json.dumps(step(2)) + "\n")
    assert len(read_run(tmp_path).steps) == 2


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{", json.dumps(step(1))], "line 2: not valid JSON"),
        (["[1]"], "line 2: must be a JSON object"),
        ([json.dumps(step(1, loss="low"))], "line 2: loss: must be a number, not 'low'"),
        ([json.dumps({key: value for key, value in step(1).items() if key != "lr"})], "line 2: missing field 'lr'"),
        ([json.dumps(detail(1) | {"load_LE": [[1], [1, 2]]})], "line 2: load_LE: must be rows of numbers"),
        (
            [json.dumps(step(1)), json.dumps(detail(1)), json.dumps(detail(2) | {"load_LE": [[1.0]]})],
            "differ in layers",
        ),
        ([], "holds no finished step yet"),
    ],
)
def test_corrupt_metrics_are_one_line_with_the_place(tmp_path: Path, lines: list[str], message: str) -> None:
    (tmp_path / "metrics.jsonl").write_text("\n".join([json.dumps(start()), *lines]) + "\n")
    with pytest.raises(TrainError, match=re.escape(message)) as caught:
        read_run(tmp_path)
    assert "\n" not in str(caught.value)
    assert "metrics.jsonl" in str(caught.value)


def test_missing_metrics_or_start_are_train_errors(tmp_path: Path) -> None:
    with pytest.raises(TrainError, match="cannot be read"):
        read_run(tmp_path / "nowhere")
    with pytest.raises(TrainError, match="no start record"):
        read_run(write(tmp_path, [step(1)]))


def test_diverged_run_still_gives_a_page_and_valid_json(tmp_path: Path) -> None:
    lines = [start(), *(step(number, loss=math.nan, grad_norm=None) for number in range(1, 60))]
    run = read_run(write(tmp_path, lines))
    Page(page([run]))
    assert json.loads(json.dumps(summarise(run).json(), allow_nan=False))["final_loss"] is None


def test_run_of_one_step_gives_a_page(tmp_path: Path) -> None:
    assert Page(page([read_run(write(tmp_path, [start(), step(1)]))])).classes["chart"] == 4


def test_page_stays_small_for_the_full_shape(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    run = read_run(write(tmp_path, records()))
    details = tuple(
        Detail(number, draw.uniform(5, 120, (61, 64)), 3, draw.dirichlet(np.ones(384), 60))
        for number in range(10, STEPS + 1, 10)
    )
    assert len(page([replace(run, details=details)]).encode()) < 400_000


def test_several_runs_are_laid_over_one_another(tmp_path: Path) -> None:
    first = write(tmp_path / "a", records())
    other = RECIPE | {"optimizer": {"lr": 0.004}}
    second = write(tmp_path / "b", [start("second", recipe=other), *records(1500)[1:]])
    text = page([read_run(first), read_run(second)])
    shown = Page(text)
    loss = shown.data[0]
    assert [curve["name"] for curve in loss["curves"]] == ["tiny", "second"]
    assert len({curve["colour"] for curve in loss["curves"]}) == 2
    assert "optimizer.lr" in shown.text
    assert "schedule.tokens" not in shown.text.split("Learning")[0]
    assert "Held-out chinese" in shown.text


def test_command_writes_beside_the_run_and_prints_one_json_object(tmp_path: Path) -> None:
    directory = write(tmp_path, records())
    result = CliRunner().invoke(app, [str(directory), "--json"])
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert printed["report"] == str(directory / "report.html")
    assert (printed["tokens"], printed["held_out"]["english"]["best"]) == (2_000_000, 1.0)
    assert (directory / "report.html").exists()


def test_command_compares_runs_only_into_a_named_file(tmp_path: Path) -> None:
    runs = [str(write(tmp_path / name, records())) for name in "ab"]
    assert isinstance(CliRunner().invoke(app, runs).exception, TrainError)
    out = tmp_path / "both.html"
    result = CliRunner().invoke(app, [*runs, "--out", str(out), "--json"])
    assert [run["run"] for run in json.loads(result.stdout)["runs"]] == runs
    assert out.exists()


@given(st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=300), st.integers(4, 60))
def test_thinning_keeps_ends_and_extremes(values: list[float], limit: int) -> None:
    column = np.array(values)
    at = extremes(column, limit)
    assert len(at) <= limit
    assert (np.diff(at) > 0).all()
    assert (at[0], at[-1]) == (0, len(values) - 1)
    if np.isfinite(column).any():
        assert (np.nanmax(column[at]), np.nanmin(column[at])) == (np.nanmax(column), np.nanmin(column))


@given(st.integers(1, 200), st.integers(1, 50), st.integers(0, 10))
def test_peaks_keep_each_columns_maximum(count: int, limit: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(count, 3))
    at, shown = peaks(values, limit)
    assert len(at) == len(shown) <= limit
    assert at[-1] == count - 1
    assert (shown.max(axis=0) == values.max(axis=0)).all()


@given(st.integers(1, 400), st.floats(-5, 5), st.floats(-5, 5))
def test_smoothing_keeps_straight_lines_at_the_beginning_and_averages_the_end(
    count: int, slope: float, base: float
) -> None:
    line = base + slope * np.arange(count, dtype=np.float64)
    mean = smooth(line)
    assert len(mean) == count
    half = min(count - 1, 10)
    assert mean[0] == pytest.approx(base, abs=1e-9)
    assert mean[-1] == pytest.approx(line[-1 - half :].mean(), abs=1e-6)
    if count > 2 * half:
        assert mean[half] == pytest.approx(line[half], abs=1e-6)


def test_smoothing_leaves_gaps_out() -> None:
    assert smooth(np.array([1.0, math.nan, 1.0, 1.0])) == pytest.approx([1.0, 1.0, 1.0, 1.0])


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=20), st.booleans())
def test_scale_holds_its_values_and_its_ticks(values: list[float], log: bool) -> None:
    column = np.array(values)
    scale = scale_for(column, log=log)
    places = scale.place(column)
    assert (places >= -1e-9).all()
    assert (places <= 1 + 1e-9).all()
    ticks = scale.ticks(5)
    assert 1 <= len(ticks) <= 14
    assert ticks == sorted(ticks)
    inside = scale.place(np.array(ticks))
    assert (inside > -0.01).all()
    assert (inside < 1.01).all()


def test_recipe_is_written_as_toml_that_reads_back() -> None:
    read = tomllib.loads(recipe_text(RECIPE))
    assert read["source"] == RECIPE["source"]
    assert read["schedule"] == RECIPE["schedule"]
    assert read["model"] == {"preset": "k2-debug", "seed": 0}
