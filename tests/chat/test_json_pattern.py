"""Patterns in the grammar compiler's dialect: nothing matches that some reader of the schema would refuse."""

from __future__ import annotations

import pytest

from openk2.chat.json_pattern import translated


@pytest.mark.parametrize(
    ("pattern", "made"),
    [
        (r"^\w{3}$", "^[A-Za-z0-9_]{3}$"),
        (r"^\d+?\.\d*$", r"^[0-9]+\x2e[0-9]*$"),
        (r"[^\w]", r"[^\p{L}\p{N}\p{M}\p{Pc}]"),
        ("[[&~-]", r"[\x5b\x26\x7e\x2d]"),
        ("[a-fé]", "[a-fé]"),
        (r"^\/a\-b", r"^\x2fa\x2db"),
        ("a{2,}x{", r"a{2,}x\x7b"),
        ("(?P<year>a|b)(c)", "(?:a|b)(?:c)"),
        (r"\u4e16\x41\n", "世A\\x0a"),
        (".", r"[^\n\r\x{2028}\x{2029}]"),
    ],
)
def test_a_pattern_means_what_every_dialect_means(pattern: str, made: str) -> None:
    assert translated(pattern) == made


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(?=a)b", "looks around"),
        ("(?<!a)b", "looks around"),
        ("(?i)a", "sets flags"),
        (r"(a)\1", r"\\1"),
        (r"\bword", r"\\b"),
        ("a++", "follows nothing"),
        ("*a", "follows nothing"),
        ("(a", "not closed"),
        ("a)", "was not opened"),
        ("[z-a]", "a range"),
        (r"[\d-x]", "a range"),
        ("[]a]", "begins with ]"),
        ("[a", "breaks off"),
        ("a{,3}", "without its smaller number"),
        ("a{99999}", "repetitions"),
        (r"\ud800", "hexadecimal digits"),
    ],
)
def test_what_has_no_counterpart_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        translated(pattern)
