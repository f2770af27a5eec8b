"""The pattern language of phrasings."""

import random

import pytest

from openk2.environments.phrasing import expand, sentence


def _all(pattern: str, **values: str) -> set[str]:
    return {expand(random.Random(seed), pattern, values) for seed in range(200)}


def test_alternatives_options_and_nesting() -> None:
    assert _all("(a|b)[ c]") == {"a", "b", "a c", "b c"}
    assert _all("x[ (a|b [c])]") == {"x", "x a", "x b ", "x b c"}
    assert _all("plain") == {"plain"}


def test_values_are_filled_in_last_and_never_read_as_patterns() -> None:
    assert _all("read $path[.]", path="(a|b) [c]  $x") == {"read (a|b) [c]  $x", "read (a|b) [c]  $x."}


def test_a_missing_value_and_unbalanced_brackets_are_errors() -> None:
    with pytest.raises(KeyError):
        expand(random.Random(0), "read $path", {})
    for pattern in ("(a|b", "a)", "[a", "a|b"):
        with pytest.raises(ValueError, match="unbalanced"):
            expand(random.Random(0), pattern, {})


def test_sentence_capitalises_only_the_first_letter() -> None:
    assert sentence("what is McX?") == "What is McX?"
    assert sentence("") == ""
