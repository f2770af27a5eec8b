"""A build from recipe to shards: resumable after a kill at any moment, and only what changed is done again."""

import dataclasses
import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import BYTES, one_line

from openk2.chat.tokenizer import Tokenizer
from openk2.data import assemble, build
from openk2.data.assemble import choose_holdout
from openk2.data.documents import read_documents
from openk2.data.recipe import DataRecipe, HoldoutSection, parse_recipe
from openk2.data.shards import TokenShards
from openk2.errors import DataError

NOTES = [f"Note {number}: on day {number} the {word} was sold.\n\n{word} " * 4 for number, word in enumerate(
    ["apple", "bell", "candle", "drum", "engine", "flute", "glass", "hammer", "inkwell", "jacket", "kettle", "lamp"] * 4
)]  # fmt: skip
MODULES = [f"def function_{number}(value):\n    return value * {number} + {number**2}\n" * 3 for number in range(20)]


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two folders of texts and a byte tokenizer."""
    for kind, texts, suffix in (("notes", NOTES, "txt"), ("modules", MODULES, "py")):
        (tmp_path / kind).mkdir()
        for number, text in enumerate(texts):
            (tmp_path / kind / f"{number:02d}.{suffix}").write_text(text)
    BYTES.save(tmp_path / "bytes")
    return tmp_path


def recipe(folder: Path, **changes: Any) -> DataRecipe:
    table = {
        "output": str(folder / "corpus"),
        "source": [
            {"name": "files", "path": "notes", "label": "notes"},
            {"name": "files", "path": "modules", "label": "modules", "kind": "code"},
            {"name": "arithmetic", "maximum_bytes": 20_000},
        ],
        "clean": {"minimum_characters": 20},
        "holdout": {"fraction": 0.1, "minimum_bytes": 0, "maximum_bytes": 2_000},
        "tokenizer": {"path": str(folder / "bytes")},
        **changes,
    }
    return parse_recipe(table, directory=folder)


def content(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is really done: `extract LABEL`, `assemble`, `tokenise KIND`."""
    done: list[str] = []
    extract, together, batches = assemble._extract, build.assemble, build.tokenise.__globals__["_batches"]

    def noted(name: Callable[..., str], function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given, **named: (done.append(name(*given)), function(*given, **named))[1]

    monkeypatch.setattr(assemble, "_extract", noted(lambda entry, inputs, label, *_: f"extract {label}", extract))
    monkeypatch.setattr(build, "assemble", noted(lambda *_: "assemble", together))
    monkeypatch.setitem(
        build.tokenise.__globals__, "_batches", noted(lambda path, *_: f"tokenise {path.stem}", batches)
    )
    return done


EVERYTHING = [
    *("extract notes", "extract modules", "extract arithmetic", "assemble"),
    *("tokenise code", "tokenise english", "tokenise math"),
]


def test_a_finished_build_is_not_done_again(folder: Path, work: list[str]) -> None:
    first = build.build(recipe(folder))
    assert work == EVERYTHING
    before = content(folder / "corpus")
    work.clear()
    assert build.build(recipe(folder)) == first
    assert work == []
    assert content(folder / "corpus") == before


def test_shards_hold_the_training_documents_and_nothing_held_out(folder: Path) -> None:
    report = build.build(recipe(folder))
    for item, manifest in zip(report.kinds, report.shards, strict=True):
        training = [one.text for one in read_documents(report.output / "documents" / f"{item.kind}.jsonl")]
        held = [one.text for one in read_documents(report.output / "holdout" / f"{item.kind}.jsonl")]
        assert held
        assert not set(held) & set(training)
        assert (len(training), len(held)) == (item.documents, item.holdout_documents)
        assert sum(len(text.encode()) for text in held) == item.holdout_bytes
        shards = TokenShards(report.output / "shards" / item.kind)
        shards.verify()
        tokens = shards.read(0, len(shards)).tolist()
        assert BYTES.decode(tokens) == "".join(f"{text}[EOS]" for text in training)
        assert manifest.tokens == len(tokens)


def test_the_manifest_says_what_the_text_is_made_of(folder: Path) -> None:
    report = build.build(recipe(folder))
    found = json.loads((report.output / "manifest.json").read_text())
    assert [source["label"] for source in found["sources"]] == ["notes", "modules", "arithmetic"]
    assert found["sources"][2]["licence"] == "Apache-2.0 (generated here)"
    assert set(found["kinds"]) == set(found["shards"]) == {"code", "english", "math"}
    assert found["tokenizer"]["vocab_size"] == BYTES.vocab_size
    assert str(folder / "bytes") not in json.dumps(found["tokenizer"])


def test_killed_at_any_replaced_file_it_ends_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = recipe(folder, output=str(folder / "whole"))
    replace = os.replace
    steps = []
    monkeypatch.setattr(os, "replace", lambda *paths: (steps.append(paths), replace(*paths))[1])
    build.build(whole)
    expected = content(folder / "whole")
    assert len(steps) > 15
    for moment, step in enumerate(steps):
        target, after = folder / f"cut{moment}", moment % 2 == 1  # the kill comes just before or just after the step
        left = iter(range(moment))

        def dying(*paths: Any, left: Any = left, after: bool = after) -> None:
            last = next(left, None) is None
            if not last or after:
                replace(*paths)
            if last:
                raise Killed

        monkeypatch.setattr(os, "replace", dying)
        with pytest.raises(Killed):
            build.build(whole, output=target)
        monkeypatch.setattr(os, "replace", replace)
        build.build(whole, output=target)
        assert content(target) == expected, f"killed at step {moment}, {step}"


def test_a_new_source_extracts_only_itself(folder: Path, work: list[str]) -> None:
    build.build(recipe(folder))
    work.clear()
    more = [*({**dataclasses.asdict(entry)} for entry in recipe(folder).source)]
    table = [{key: value for key, value in entry.items() if value is not None} for entry in more]
    build.build(recipe(folder, source=[*table, {"name": "reading", "maximum_bytes": 5_000}]))
    assert work == ["extract reading", "assemble", "tokenise reading"]


def test_a_changed_file_redoes_its_source_and_kind(folder: Path, work: list[str]) -> None:
    build.build(recipe(folder))
    work.clear()
    (folder / "notes" / "00.txt").write_text("A new note, which says something that was not said in any other note.")
    build.build(recipe(folder))
    assert work == ["extract notes", "assemble", "tokenise english"]


def test_changed_cleaning_redoes_every_source(folder: Path, work: list[str]) -> None:
    build.build(recipe(folder))
    work.clear()
    build.build(recipe(folder, clean={"minimum_characters": 20, "maximum_characters": 200}))
    assert work[:4] == EVERYTHING[:4]


def test_a_changed_holdout_extracts_nothing(folder: Path, work: list[str]) -> None:
    build.build(recipe(folder))
    work.clear()
    build.build(recipe(folder, holdout={"fraction": 0.2, "minimum_bytes": 0, "maximum_bytes": 4_000}))
    assert not [step for step in work if step.startswith("extract")]
    assert "assemble" in work


def test_another_tokenizer_only_tokenises(folder: Path, work: list[str]) -> None:
    build.build(recipe(folder))
    work.clear()
    Tokenizer({**BYTES.ranks, b"th": 256}, digits=1).save(folder / "other")
    build.build(recipe(folder), tokenizer=folder / "other")
    assert work == ["tokenise code", "tokenise english", "tokenise math"]


def test_a_removed_kind_leaves_no_documents_behind(folder: Path) -> None:
    build.build(recipe(folder))
    build.build(recipe(folder, source=[{"name": "files", "path": "notes", "label": "notes"}]))
    for name in ("documents", "holdout"):
        assert [path.name for path in sorted((folder / "corpus" / name).glob("*.jsonl"))] == ["english.jsonl"]


def test_the_tokenizer_is_trained_once_and_another_size_is_refused(folder: Path) -> None:
    wanted = {"path": "tokenizer", "vocab_size": 560, "sample_bytes": 50_000}
    report = build.build(recipe(folder, tokenizer=wanted))
    trained = Tokenizer.from_directory(report.output / "tokenizer")
    assert trained.vocab_size == 560
    before = content(report.output)
    build.build(recipe(folder, tokenizer=wanted))
    assert content(report.output) == before
    with pytest.raises(DataError, match="holds a tokenizer of 560 ids") as caught:
        build.build(recipe(folder, tokenizer={**wanted, "vocab_size": 600}))
    one_line(caught.value)


def test_a_share_of_an_unknown_kind_is_refused(folder: Path) -> None:
    wanted = {"path": "tokenizer", "vocab_size": 560, "shares": {"cod": 2.0}}
    with pytest.raises(DataError, match="share of 'cod': no such kind of document; there are code, english, math"):
        build.build(recipe(folder, tokenizer=wanted))


def test_without_tokenizer_it_stops_after_the_documents(folder: Path) -> None:
    report = build.build(recipe(folder, tokenizer={}))
    assert report.shards == ()
    assert not (report.output / "shards").exists()


def test_two_builds_in_one_directory_are_refused(folder: Path) -> None:
    (folder / "corpus").mkdir()
    with (folder / "corpus" / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="another `openk2 data build` is writing here"):
            build.build(recipe(folder))


def test_an_optional_source_that_cannot_be_had_is_left_out_and_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise DataError("cannot fetch brown: no such package")

    monkeypatch.setattr(assemble, "fetch", refuse)
    notes = {"name": "files", "path": "notes", "label": "notes"}
    said: list[str] = []
    build.build(recipe(folder, source=[{"name": "brown", "optional": True}, notes]), say=said.append)
    assert "left out brown: cannot fetch brown: no such package" in said
    with pytest.raises(DataError, match="source brown: cannot fetch"):
        build.build(recipe(folder, source=[{"name": "brown"}, notes]))


def test_a_source_without_usable_text_is_named(folder: Path) -> None:
    with pytest.raises(DataError, match=r"source files: no document of at least 5000 characters in .*notes") as caught:
        build.build(recipe(folder, clean={"minimum_characters": 5000}))
    one_line(caught.value)


def test_the_amount_of_text_is_bounded(folder: Path) -> None:
    report = build.build(
        recipe(folder, source=[{"name": "files", "path": "notes", "label": "notes", "maximum_bytes": 1000}])
    )
    (kind,) = report.kinds
    assert 0 < kind.bytes + kind.holdout_bytes <= 1000


def test_another_seed_holds_out_other_documents(folder: Path) -> None:
    held = []
    for seed in (0, -1):
        report = build.build(recipe(folder, seed=seed, output=str(folder / f"corpus{seed}")))
        held.append({one.text for one in read_documents(report.output / "holdout" / "english.jsonl")})
    assert held[0] != held[1]


@given(
    st.lists(st.integers(1, 5_000), min_size=1, max_size=300),
    st.floats(0, 0.49),
    st.integers(0, 50_000),
    st.integers(0, 50_000),
)
def test_the_holdout_stays_within_its_bounds(sizes: list[int], fraction: float, first: int, second: int) -> None:
    rules = HoldoutSection(fraction, min(first, second), max(first, second))
    held = choose_holdout(sizes, rules)
    size = sum(sizes[number] for number in held)
    assert size <= min(rules.maximum_bytes, sum(sizes) / 5)
    if fraction == 0:
        assert not held
