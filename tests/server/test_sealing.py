"""Signatures: what verifies is what was signed, under the same secret."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openk2.server.sealing import Seal

OURS, THEIRS = Seal(b"ours"), Seal(b"theirs")


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_signature_verifies_its_own_text_alone(text: str, other: str) -> None:
    assert OURS.verifies(text, OURS.sign(text))
    assert OURS.verifies(other, OURS.sign(text)) == (other == text)
    assert not THEIRS.verifies(text, OURS.sign(text))


@given(st.text(max_size=200))
def test_an_enclosed_text_comes_back_out(text: str) -> None:
    assert OURS.disclose(OURS.enclose(text)) == text
    assert THEIRS.disclose(OURS.enclose(text)) is None


@given(st.text(max_size=50), st.integers(0, 200), st.characters())
def test_a_signature_that_was_changed_holds_nothing(text: str, place: int, letter: str) -> None:
    sealed = OURS.enclose(text)
    changed = sealed[: place % len(sealed)] + letter + sealed[place % len(sealed) + 1 :]
    assert OURS.disclose(changed) in ((text,) if changed == sealed else (None, text))


@given(st.text(max_size=50))
def test_any_other_text_is_no_signature(text: str) -> None:
    assert OURS.disclose(text) is None
    assert not OURS.verifies("hm", text)
    assert OURS.disclose(f"k2e1.{text}") is None
