"""Stop strings: the same text comes out however the stream is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.stopping import StopText

letters = st.text("ab", max_size=12)


def expected(text: str, stops: list[str]) -> str:
    found = [text.index(stop) for stop in stops if stop in text]
    return text[: min(found)] if found else text


def run(pieces: list[str], stops: list[str]) -> tuple[str, bool]:
    out, met = outcome(pieces, stops)
    return out, met is not None


def outcome(pieces: list[str], stops: list[str]) -> tuple[str, str | None]:
    stop = StopText(stops)
    out = "".join([stop.push(piece) for piece in pieces])
    out += stop.flush()
    return out, stop.met


@given(letters, st.lists(st.text("ab", min_size=1, max_size=4), max_size=3))
def test_every_split_in_two_gives_the_text_before_the_first_stop(text: str, stops: list[str]) -> None:
    for cut in range(len(text) + 1):
        assert run([text[:cut], text[cut:]], stops) == (expected(text, stops), expected(text, stops) != text)


@given(st.lists(st.text("abc", max_size=3), max_size=8), st.lists(st.text("abc", min_size=1, max_size=5), max_size=3))
def test_any_number_of_pieces_adds_up_to_the_same(pieces: list[str], stops: list[str]) -> None:
    text = "".join(pieces)
    assert run(pieces, stops) == run(list(text), stops) == (expected(text, stops), expected(text, stops) != text)


@given(letters, st.lists(st.text("ab", min_size=1, max_size=4), max_size=3))
def test_the_stop_string_that_was_met_is_the_same_however_the_text_is_cut(text: str, stops: list[str]) -> None:
    whole = outcome([text], stops)
    assert outcome(list(text), stops) == whole
    assert whole[1] is None or text.startswith(whole[0] + whole[1])


def test_text_that_cannot_begin_a_stop_string_comes_out_at_once() -> None:
    stop = StopText(["END", "STOP"])
    assert [stop.push(piece) for piece in ("a", "S", "T", "x", "E", "N", "D", "y")] == [
        "a",
        "",
        "",
        "STx",
        "",
        "",
        "",
        "",
    ]
    assert stop.stopped
    assert stop.flush() == ""


def test_an_unfinished_stop_string_comes_out_at_the_end() -> None:
    stop = StopText(["END"])
    assert stop.push("xEN") == "x"
    assert stop.flush() == "EN"
    assert not stop.stopped
