"""A tokenizer's sample is divided between the kinds in proportion, and what a small kind leaves goes to the others."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import documents

from openk2.data.sampling import allot, document_files, sample_texts
from openk2.errors import DataError


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.floats(0.01, 100) | st.just(0.0)), min_size=1, max_size=12),
    st.integers(0, 10**10),
)
def test_nobody_gets_more_than_it_has_and_nothing_is_left_that_could_be_given(
    items: list[tuple[int, float]], total: int
) -> None:
    sizes, weights = [size for size, _ in items], [weight for _, weight in items]
    given_bytes = allot(sizes, total, weights)
    assert all(0 <= part <= size for part, size in zip(given_bytes, sizes, strict=True))
    assert all(part == 0 for part, weight in zip(given_bytes, weights, strict=True) if weight == 0)
    available = sum(size for size, weight in items if weight > 0)
    assert min(total, available) - len(items) <= sum(given_bytes) <= total


def test_equal_weights_share_what_a_small_kind_leaves() -> None:
    assert allot([10, 1000, 1000], 310, [1, 1, 1]) == [10, 150, 150]
    assert allot([1000, 1000], 300, [1, 2]) == [100, 200]


def test_texts_come_from_every_file_up_to_its_part(tmp_path: Path) -> None:
    files = [documents(tmp_path / f"{name}.jsonl", [name * 100] * 50) for name in ("a", "b", "c")]
    texts = list(sample_texts(files, 1500, {"c": 0.0}))
    assert {text[0] for text in texts} == {"a", "b"}
    assert texts.count("a" * 100) == texts.count("b" * 100) == 8  # 750 bytes each, whole documents


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no \.jsonl file"):
        document_files([tmp_path])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.jsonl: no such file"):
        document_files([tmp_path / "nowhere.jsonl"])
