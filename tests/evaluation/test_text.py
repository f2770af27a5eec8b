"""Suite `text`: bits per byte of models and of the baselines."""

import json
import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.data.documents import Document
from openk2.data.tokenise import tokenise, tokenizer_hash
from openk2.errors import EvaluationError
from openk2.evaluation import text
from openk2.evaluation.ngram import KneserNey
from openk2.model import K2Model

BYTES = Tokenizer.bytes_only()


@settings(max_examples=200)
@example([3, 0, 3, 3], [3], 3)
@given(
    st.lists(st.integers(0, 4), min_size=2, max_size=60),
    st.lists(st.integers(0, 4), min_size=0, max_size=5),
    st.integers(1, 5),
)
def test_the_probabilities_after_any_context_sum_to_one(stream: list[int], context: list[int], order: int) -> None:
    model = KneserNey(np.asarray(stream), 5, order)
    total = sum(2.0 ** model.log2_probabilities(np.asarray([*context, id]))[-1] for id in range(5))
    assert total == pytest.approx(1.0)


def test_a_bigram_model_has_the_textbook_probabilities() -> None:
    stream = [0, 1, 0, 1, 0, 2, 1, 2, 0, 1]
    pairs = Counter(pairwise([stream[-1], *stream]))  # counted as a ring

    def mixed(counts: Counter[int], discount: float, lower: list[float]) -> list[float]:
        total = sum(counts.values())
        return [(max(counts[id] - discount, 0) + discount * len(counts) * lower[id]) / total for id in range(3)]

    def discount_of(counts: Counter[Any]) -> float:
        once, twice = (sum(count == n for count in counts.values()) for n in (1, 2))
        return once / (once + 2 * twice) if once and twice else 0.5

    continuations = Counter(id for _, id in pairs)
    unigram = mixed(continuations, discount_of(continuations), [1 / 3] * 3)
    model = KneserNey(np.asarray(stream), 3, 2)
    for before in range(3):
        after = Counter({id: count for (first, id), count in pairs.items() if first == before})
        bigram = mixed(after, discount_of(pairs), unigram)
        for id in range(3):
            first, second = 2.0 ** model.log2_probabilities(np.asarray([before, id]))
            assert first == pytest.approx(unigram[before])
            assert second == pytest.approx(bigram[id])


def test_a_longer_order_predicts_a_repeated_text_better() -> None:
    ids = np.frombuffer(b"the cat sat on the mat and the rat sat on the cat. " * 20, np.uint8)
    bits = [-KneserNey(ids, 256, order).log2_probabilities(ids).mean() for order in (1, 2, 3, 5)]
    assert bits == sorted(bits, reverse=True)
    assert bits[-1] < 0.5 < 3 < bits[0]


def test_an_unseen_id_has_a_probability() -> None:
    model = KneserNey(np.asarray([1, 2, 3] * 10), 10, 3)
    log2 = model.log2_probabilities(np.asarray([9, 9, 1, 2, 9]))
    assert np.isfinite(log2).all()
    assert log2[4] < log2[3]


@pytest.fixture(scope="module")
def model() -> K2Model:
    """Random weights."""
    return K2Model(K2Config.preset("k2-debug")).initialize(3).eval()


def _direct(model: K2Model, ids: list[int]) -> list[float]:
    """Nats of every id but the first, in one forward pass."""
    with torch.inference_mode():
        logits = model(torch.tensor([ids]))[0, :-1]
    return torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]), reduction="none").tolist()


def test_a_text_within_one_window_costs_what_the_model_says(model: K2Model) -> None:
    texts = ["A short text.", "Another one, in 2 parts."]
    ids = text.stream_of(BYTES, texts)
    nats = _direct(model, ids)
    expected = sum(cost for cost, id in zip(nats, ids[1:], strict=True) if id != BYTES.eos_id) / math.log(2)
    assert text.model_bits(model, BYTES, texts, 256) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("length", [15, 16, 17, 31, 32, 33, 40, 47, 48, 49, 100])
def test_windows_count_every_token_once_with_half_a_window_before_it(model: K2Model, length: int) -> None:
    body = "".join(chr(97 + (index * index) % 26) for index in range(length))
    ids = text.stream_of(BYTES, [body])
    expected = 0.0
    for place in range(1, len(ids)):
        start = 0 if place <= 16 else (place - 9) // 8 * 8
        window = ids[start : place + 1]
        assert place <= 16 or 8 < len(window) <= 17
        expected += _direct(model, window)[-1]
    assert text.model_bits(model, BYTES, [body], 16) == pytest.approx(expected / math.log(2), rel=1e-4)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """One kind, as `openk2 data build` lays it out."""
    for folder in ("documents", "holdout", "tokenizer"):
        (tmp_path / folder).mkdir()
    sentences = [f"the {colour} {thing} is here. " * 3 for colour in ("red", "blue", "old") for thing in ("cat", "hat")]
    lines = [Document(sentence, "test", "english").line() for sentence in sentences]
    (tmp_path / "documents/english.jsonl").write_bytes(b"".join(lines))
    (tmp_path / "holdout/english.jsonl").write_bytes(b"".join(lines[:3]))
    BYTES.save(tmp_path / "tokenizer")
    digest = tokenizer_hash(tmp_path / "tokenizer")
    tokenise(tmp_path / "documents/english.jsonl", tmp_path / "shards/english", BYTES, digest, lambda line: None)
    return tmp_path


def test_the_suite_measures_model_and_baselines(corpus: Path, model: K2Model) -> None:
    (row,) = text.measure(model, BYTES, corpus, 10_000, 64).values()
    assert row["documents"] == 3
    assert row["token_5gram"] == pytest.approx(row["byte_5gram"], rel=0.1)
    assert row["byte_5gram"] < 2 < row["gzip"] < row["model"]


def test_baselines_are_computed_once(corpus: Path, model: K2Model, monkeypatch: pytest.MonkeyPatch) -> None:
    first = text.measure(model, BYTES, corpus, 10_000, 64)
    assert len(json.loads((corpus / "baselines.json").read_text())) == 1
    monkeypatch.setattr(text, "KneserNey", None)
    assert text.measure(model, BYTES, corpus, 10_000, 64) == first
    assert "gzip" not in text.measure(model, BYTES, corpus, 10_000, 64, baselines=False)["english"]


def test_a_model_that_saw_a_part_is_compared_with_a_baseline_that_saw_as_much(corpus: Path, model: K2Model) -> None:
    places = corpus / "tokenizer", corpus / "shards/english", ["the old hat"]
    assert text.token_ngram_bits(*places, 10_000) == text.token_ngram_bits(*places)
    assert text.token_ngram_bits(*places, 50, 25) > text.token_ngram_bits(*places)
    row = text.measure(model, BYTES, corpus, 10_000, 64, seen={"english": 10_000})["english"]
    assert row["seen_5gram"] == row["token_5gram"]
    with pytest.raises(EvaluationError, match="no kind 'latin'; the corpus holds english"):
        text.measure(model, BYTES, corpus, seen={"latin": 1})


def test_a_limit_keeps_whole_documents(corpus: Path) -> None:
    file = corpus / "holdout/english.jsonl"
    assert len(text.held_out_texts(file, 1)) == 1
    assert len(text.held_out_texts(file, 10_000)) == 3


def test_a_directory_without_held_out_text_is_named(tmp_path: Path, model: K2Model) -> None:
    with pytest.raises(EvaluationError, match=r"holdout: no \.jsonl files; make them with `openk2 data build`"):
        text.measure(model, BYTES, tmp_path)
