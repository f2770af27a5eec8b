"""Trajectories: executed, verified, rendered with the assistant's tokens marked; a killed run goes on."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openk2.chat.messages import Message, ToolSpec
from openk2.chat.template import render_with_mask
from openk2.chat.tokenizer import Tokenizer
from openk2.data.shards import TrajectoryShards
from openk2.environments import Mixture
from openk2.errors import RecipeError
from openk2.synthesis import generate, run
from openk2.synthesis.generate import Chunk, Plan, by_family, make_chunk
from openk2.synthesis.recipe import SynthesisRecipe, load_recipe

BYTES = Tokenizer.bytes_only()
PLAN = Plan(0, Mixture(families={"chat": 1.0, "read": 1.0, "write": 1.0}), 8192)


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    """Twelve tasks."""
    return make_chunk(0, 12, PLAN, BYTES, traces=12)


def test_a_chunk_always_comes_out_the_same(chunk: Chunk) -> None:
    other = make_chunk(0, 12, PLAN, BYTES, traces=12)
    assert (chunk.ids == other.ids).all()
    assert (chunk.mask == other.mask).all()
    assert chunk.traces == other.traces


def test_neighbouring_chunks_differ_from_each_other(chunk: Chunk) -> None:
    assert not set(make_chunk(12, 12, PLAN, BYTES, traces=12).traces) & set(chunk.traces)


def test_the_mask_marks_exactly_what_the_assistant_says(chunk: Chunk) -> None:
    for trace, (ids, mask) in zip(chunk.traces, chunk.trajectories(), strict=True):
        said = BYTES.decode([id for id, sampled in zip(ids, mask, strict=True) if sampled])
        expected = ""
        for message in json.loads(trace)["messages"]:
            if message["role"] != "assistant":
                continue
            expected += message["content"] or ""
            if calls := message.get("tool_calls"):
                body = "".join(
                    f"<|tool_call_begin|>{call['id']}<|tool_call_argument_begin|>{call['function']['arguments']}"
                    "<|tool_call_end|>"
                    for call in calls
                )
                expected += f"<|tool_calls_section_begin|>{body}<|tool_calls_section_end|>"
            expected += "<|im_end|>"
        assert said == expected


def test_the_sample_renders_to_the_trajectory(chunk: Chunk) -> None:
    for trace, (ids, mask) in zip(chunk.traces, chunk.trajectories(), strict=True):
        record = json.loads(trace)
        messages = [Message.from_openai(message) for message in record["messages"]]
        tools = [ToolSpec.from_openai(tool) for tool in record["tools"]]
        assert render_with_mask(messages, tools, tokenizer=BYTES) == (ids, mask)
        assert record["tokens"] == len(ids)


def test_calls_are_counted_through_the_dialogue(chunk: Chunk) -> None:
    for trace in chunk.traces:
        messages = json.loads(trace)["messages"]
        ids = [call["id"] for message in messages for call in message.get("tool_calls", ())]
        assert [int(id.rsplit(":", 1)[1]) for id in ids] == list(range(len(ids)))


@settings(max_examples=20)
@given(st.lists(st.lists(st.integers(0, 511), min_size=1, max_size=9), min_size=1, max_size=6))
def test_a_chunk_survives_the_disk(tmp_path_factory: pytest.TempPathFactory, dialogues: list[list[int]]) -> None:
    path = tmp_path_factory.mktemp("chunk") / "0.npz"
    ids = np.asarray([id for one in dialogues for id in one], np.int64)
    lengths = np.asarray([len(one) for one in dialogues], np.int64)
    made = Chunk(ids, (ids % 2).astype(np.uint8), lengths, ["chat"] * len(dialogues), ["x: why"], 3, ["{}"])
    made.save(path)
    read = Chunk.load(path)
    assert read.trajectories() == made.trajectories() == [(one, [id % 2 == 1 for id in one]) for one in dialogues]
    assert (read.families, read.rejected, read.too_long, read.traces) == (made.families, ["x: why"], 3, ["{}"])


def test_the_table_of_families_adds_up(chunk: Chunk) -> None:
    table = by_family([chunk, chunk])
    assert sum(row["trajectories"] for row in table.values()) == 2 * len(chunk.lengths)
    assert sum(row["tokens"] for row in table.values()) == 2 * len(chunk.ids)
    share = sum(row["assistant_share"] * row["tokens"] for row in table.values()) / (2 * len(chunk.ids))
    assert share == pytest.approx(chunk.mask.mean(), abs=1e-3)


def test_dialogues_longer_than_allowed_are_left_out_and_counted() -> None:
    lengths = make_chunk(0, 12, PLAN, BYTES).lengths
    limit = int(np.median(lengths))
    short = make_chunk(0, 12, Plan(0, PLAN.mixture, limit), BYTES)
    assert short.too_long == int((lengths > limit).sum()) > 0
    assert (short.lengths <= limit).all()


def test_what_the_verifier_refuses_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = generate.verify

    def strict(*arguments: object) -> object:
        verdict = real(*arguments)  # type: ignore[arg-type]
        task = arguments[0]
        if task.id.endswith("/3"):  # type: ignore[attr-defined]
            return type(verdict)(0.5, ("turn 1: not today",))
        return verdict

    monkeypatch.setattr(generate, "verify", strict)
    chunk = make_chunk(0, 5, PLAN, BYTES)
    assert len(chunk.lengths) == 4
    assert [reason.split(": ", 1)[1] for reason in chunk.rejected] == ["turn 1: not today"]


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SynthesisRecipe:
    """Twelve tasks in chunks of five."""
    monkeypatch.setattr(run, "CHUNK", 5)
    BYTES.save(tmp_path / "tokenizer")
    return SynthesisRecipe(
        str(tmp_path / "out"), str(tmp_path / "tokenizer"), 12, maximum_tokens=8192, sample=7, mixture=PLAN.mixture
    )


def test_a_run_writes_shards_sample_and_manifest(recipe: SynthesisRecipe) -> None:
    lines: list[str] = []
    report = run.synthesize(recipe, say=lines.append)
    shards = TrajectoryShards(report.output / "shards")
    shards.verify()
    assert len(shards.lengths) == report.manifest.documents == 12 - report.rejected - report.too_long
    ids, mask = shards.trajectory(0)
    sample = [json.loads(line) for line in (report.output / "sample.jsonl").read_text().splitlines()]
    assert len(sample) == 7
    assert sample[0]["tokens"] == len(ids) == len(mask)
    record = json.loads((report.output / "manifest.json").read_text())
    assert record["tokens"] == report.manifest.tokens == len(shards)
    assert sum(row["trajectories"] for row in record["families"].values()) == record["trajectories"]
    assert lines[-1].startswith("12/12 tasks")


def test_a_killed_run_goes_on_and_ends_the_same(recipe: SynthesisRecipe, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run.synthesize(recipe).manifest
    chunks = Path(recipe.output) / "chunks"
    (chunks / "00001.npz").unlink()
    (chunks / "00002.npz").rename(chunks / "00002.tmp")
    made: list[int] = []
    real = run.make_chunk

    def counting(first: int, *rest: object) -> Chunk:
        made.append(first)
        return real(first, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "make_chunk", counting)
    assert run.synthesize(recipe).manifest == whole
    assert made == [5, 10]


def test_another_recipe_begins_anew(recipe: SynthesisRecipe) -> None:
    first = run.synthesize(recipe).manifest
    second = run.synthesize(replace(recipe, seed=1)).manifest
    assert first.shards != second.shards
    assert run.synthesize(recipe).manifest == first


def test_the_project_s_recipe_can_be_read() -> None:
    recipe = load_recipe(Path(__file__).parents[2] / "recipes" / "tools-nano.toml")
    assert recipe.trajectories >= 10_000
    assert set(recipe.mixture.families) == set(run.environments.catalogue.TRAINED)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trajectories = 0", "trajectories: must be at least 1, not 0"),
        ("size = 3", "unknown key 'size'"),
        ("[mixture]\nrenamed_tools = 1.5", "mixture.renamed_tools: must be a share from 0 to 1, not 1.5"),
        ("[mixture.families]\ncook = 1.0", "'cook' is unknown; accepted: chat"),
        ("[mixture.families]\nsql_read = 1.0", "'sql_read' is held out for evaluation"),
        ("[mixture.families]\nchat = -1.0", "must not be negative"),
        ("[mixture.families]\nchat = 0.0", "every weight is 0"),
    ],
)
def test_a_wrong_recipe_is_one_line_that_names_the_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "recipe.toml"
    head = 'output = "o"\ntokenizer = "t"\n' + ("" if text.startswith("traj") else "trajectories = 5\n")
    path.write_text(head + text + "\n")
    with pytest.raises(RecipeError) as error:
        load_recipe(path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
