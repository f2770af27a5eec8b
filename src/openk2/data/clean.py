"""Cleaning one document: Unicode form, control characters, line ends, boilerplate lines, lengths. Pure functions, no
state.

Prose is normalised to NFC and loses hard line breaks of no meaning only at its ends; code keeps every space. A text
that is mostly undecodable or shorter than the recipe's minimum is dropped; a longer one than the maximum is cut at
paragraph ends.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\u200b\u2028\u2029\ud800-\udfff]")
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_BOILERPLATE = re.compile(
    r"^\s*(?:all rights reserved\.?|copyright \(?c?\)?.*\d{4}.*|©.*|table of contents|skip to (?:main "
    r")?content|was this page helpful\??"
    r"|(?:previous|next|index|up|home)(?:\s*[|>»]\s*\w+)*|cookie (?:policy|settings)|retrieved from .*)\s*$",
    re.I,
)


def clean(text: str, *, code: bool = False) -> str:
    """The text in NFC, with `\\n` line ends, without control characters, trailing spaces, e-mail addresses and
    boilerplate lines.
    """
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = unicodedata.normalize("NFC", text)
    text = _EMAIL.sub("user@example.com", text)
    lines = (line.rstrip() for line in text.split("\n"))
    if code:
        return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip("\n")
    text = "\n".join(re.sub(r"(?<=\S)(?: {2,}|\u00a0+)", " ", line) for line in lines if not _BOILERPLATE.match(line))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def readable(text: str) -> bool:
    """False when more than 2 % of the characters are replacement characters: the text was decoded with the wrong
    encoding.
    """
    return text.count("\ufffd") <= 0.02 * len(text)


def pieces(text: str, maximum: int) -> Iterator[str]:
    """The text in pieces of at most `maximum` characters, cut at a blank line, else at a line end, else anywhere."""
    while len(text) > maximum:
        cut = text.rfind("\n\n", maximum // 2, maximum)
        if cut < 0:
            cut = text.rfind("\n", maximum // 2, maximum)
        if cut < 0:
            cut = maximum
        yield text[:cut].rstrip()
        text = text[cut:].lstrip("\n")
    if text:
        yield text
