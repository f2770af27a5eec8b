"""Cleaning is a pure function of the text with stated properties."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from openk2.data.clean import clean, pieces, readable

TEXT = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\r\n\t \u00a0\u200b\ufeffe\u0301\ud800\x00"),
    ),
    max_size=200,
)


@given(TEXT, st.booleans())
def test_the_result_is_composed_and_free_of_control_characters(text: str, code: bool) -> None:
    result = clean(text, code=code)
    assert unicodedata.is_normalized("NFC", result)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff\ud800-\udfff]", result)
    result.encode("utf-8")


@given(TEXT, st.booleans())
def test_lines_end_without_spaces_and_gaps_are_bounded(text: str, code: bool) -> None:
    result = clean(text, code=code)
    assert all(line == line.rstrip() for line in result.split("\n"))
    assert "\n" * (4 if code else 3) not in result


def test_code_keeps_its_indentation_and_alignment() -> None:
    text = "def f():\n    x    = 1\n    return x\n"
    assert clean(text, code=True) == text.rstrip("\n")
    assert clean("    indented", code=True) == "    indented"


def test_prose_loses_runs_of_spaces_between_words() -> None:
    assert clean("one   two\u00a0three") == "one two three"


def test_mail_addresses_become_an_example() -> None:
    assert clean("Write to jane.doe+x@mail.example.org today.") == "Write to user@example.com today."


def test_boilerplate_lines_go_from_prose_but_stay_in_code() -> None:
    text = "Title\nAll rights reserved.\nCopyright (c) 2019 Somebody\nSkip to content\nText about copyright law."
    assert clean(text) == "Title\nText about copyright law."
    assert "All rights reserved." in clean(text, code=True)


def test_a_text_of_replacement_characters_is_not_readable() -> None:
    assert readable("a" * 98 + "\ufffd" * 2)
    assert not readable("a" * 97 + "\ufffd" * 3)


@given(st.text(st.sampled_from("ab \n"), max_size=300), st.integers(1, 50))
def test_pieces_are_short_enough_and_together_the_text(text: str, maximum: int) -> None:
    found = list(pieces(text, maximum))
    assert all(len(piece) <= maximum for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_pieces_end_at_a_blank_line_before_a_line_before_anything() -> None:
    assert list(pieces("aaaa\nbb\n\ncc\ndd", 11)) == ["aaaa\nbb", "cc\ndd"]
    assert list(pieces("aaaa\nbb\ncc", 9)) == ["aaaa\nbb", "cc"]
    assert list(pieces("abcdefgh", 3)) == ["abc", "def", "gh"]
