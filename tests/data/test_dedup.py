"""The first copy of a document or long paragraph stays, later ones go; code is never perforated."""

import re

from hypothesis import given
from hypothesis import strategies as st

from openk2.data.dedup import SHORTEST_PARAGRAPH, Deduplicator, fingerprint

LONG = "This paragraph is long enough that a second copy of it in the corpus is a repeat. "
OTHER = "Quite another paragraph, which is also long enough to be remembered when it is seen."


def test_a_repeated_document_is_dropped_whatever_its_case_and_spacing() -> None:
    seen = Deduplicator()
    assert seen.filter("A short text.") == "A short text."
    assert seen.filter("a  SHORT\ntext.") is None
    assert seen.dropped_documents == 1
    assert seen.dropped_bytes == len("a  SHORT\ntext.")


def test_a_repeated_paragraph_is_cut_out_of_prose() -> None:
    seen = Deduplicator()
    seen.filter(LONG)
    assert seen.filter(f"{OTHER}\n\n{LONG}") == OTHER
    assert seen.dropped_documents == 0
    assert seen.dropped_bytes == len(LONG) + 2


def test_prose_is_dropped_when_only_headings_are_left() -> None:
    seen = Deduplicator()
    seen.filter(LONG)
    assert seen.filter(f"Heading\n\n{LONG}") is None


def test_short_paragraphs_may_repeat() -> None:
    seen = Deduplicator()
    seen.filter(f"Yes.\n\n{LONG}")
    assert seen.filter(f"Yes.\n\n{OTHER}") == f"Yes.\n\n{OTHER}"


def test_code_with_some_repeated_blocks_stays_whole_and_with_many_goes() -> None:
    blocks = [f"def function_{name}(argument):\n    return argument + {name!r} * 20  # a line\n" for name in "abcd"]
    seen = Deduplicator()
    seen.filter("\n".join(blocks[:1]), code=True)
    mixed = "\n".join(blocks[:3])
    assert seen.filter(mixed, code=True) == mixed
    assert seen.filter("\n".join([*blocks[1:3], blocks[3]]), code=True) is None


PARAGRAPHS = st.lists(st.sampled_from([letter * SHORTEST_PARAGRAPH for letter in "abcdef"] + ["x", "y"]), min_size=1)


@given(st.lists(PARAGRAPHS.map("\n\n".join), max_size=8))
def test_no_long_paragraph_comes_out_of_two_documents(texts: list[str]) -> None:
    seen = Deduplicator()
    kept = [text for text in map(seen.filter, texts) if text is not None]
    marks = [
        {fingerprint(part) for part in re.split(r"\n\s*\n", text) if len(part) >= SHORTEST_PARAGRAPH} for text in kept
    ]
    assert sum(map(len, marks)) == len(set().union(*marks))


@given(st.lists(PARAGRAPHS.map("\n\n".join), max_size=8))
def test_nothing_is_lost_that_was_not_seen(texts: list[str]) -> None:
    seen = Deduplicator()
    kept = "\n\n".join(text for text in map(seen.filter, texts) if text is not None)
    for text in texts:
        assert all(part in kept for part in text.split("\n\n") if len(part) >= SHORTEST_PARAGRAPH)
