"""Patterns of JSON schemas in the dialect of the grammar compiler (Rust's regex syntax).

JSON Schema means ECMA-262's dialect, validators use their language's own (Python's `re`), and the three disagree on
what `\\w` holds, on what `[` means in a class, on a brace that is no quantifier. The translation matches a text only
where all of them do: classes become the characters that every dialect puts into them, and whatever has no counterpart
is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_SPACES = (
    r" \t\n\r\x0b\x0c\x1c-\x1f\x85\x{a0}\x{1680}\x{180e}"
    r"\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"
)
_NARROW: Mapping[str, str] = {
    "d": "0-9",
    "D": r"[^\p{N}]",
    "w": "A-Za-z0-9_",
    "W": r"[\x00-\x7f&&[^A-Za-z0-9_]]",
    "s": r" \t\n\r\x0b\x0c",
    "S": f"[^{_SPACES}]",
}
"""What every dialect counts to a class."""
_BROAD: Mapping[str, str] = {
    "d": r"\p{N}",
    "D": "[^0-9]",
    "w": r"\p{L}\p{N}\p{M}\p{Pc}",
    "W": "[^A-Za-z0-9_]",
    "s": _SPACES,
    "S": r"[^ \t\n\r\x0b\x0c]",
}
"""What some dialect counts to it: for classes that are negated."""
_CONTROLS: Mapping[str, str] = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_ANY = r"[^\n\r\x{2028}\x{2029}]"
_QUANTIFIER = re.compile(r"\{([0-9]+)(,([0-9]*))?\}")
_GROUP = re.compile(r"\?(:|P?<[A-Za-z_]\w*>)")
_MOST_REPEATS = 10_000


def translated(pattern: str) -> str:
    """The pattern in Rust's syntax. Raises ValueError, which says why, for one that has no counterpart."""
    return _Translation(pattern).whole()


class _Translation:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern, self._at = pattern, 0

    def whole(self) -> str:
        made: list[str] = []
        quantified = False
        depth = 0
        while self._at < len(self._pattern):
            character = self._next()
            if character in "*+?" or (character == "{" and self._quantifier()):
                if quantified and character == "?":
                    # Whether a quantifier is lazy changes which match is found, not whether there is one.
                    quantified = False
                    continue
                if quantified or not made or made[-1] in ("(?:", "|"):
                    raise ValueError(f"a quantifier at {self._at - 1} that follows nothing it could repeat")
                quantified = True
                made.append(character if character != "{" else self._take_quantifier())
                continue
            quantified = False
            match character:
                case "\\":
                    made.append(self._escape())
                case "[":
                    made.append(self._class())
                case "(":
                    depth += 1
                    made.append(self._group())
                case ")":
                    depth -= 1
                    made.append(")")
                case ".":
                    made.append(_ANY)
                case "^" | "$" | "|":
                    made.append(character)
                case _:
                    made.append(_literal(character))
            if depth < 0:
                raise ValueError("a group that is closed and was not opened")
        if depth:
            raise ValueError("a group that is not closed")
        return "".join(made)

    def _next(self) -> str:
        if self._at >= len(self._pattern):
            raise ValueError("it breaks off")
        self._at += 1
        return self._pattern[self._at - 1]

    def _quantifier(self) -> bool:
        """Whether the brace just read begins a quantifier; else it is itself."""
        found = _QUANTIFIER.match(self._pattern, self._at - 1)
        if found is None and re.match(r"\{,[0-9]", self._pattern[self._at - 1 :]):
            raise ValueError("a quantifier without its smaller number")
        return found is not None

    def _take_quantifier(self) -> str:
        found = _QUANTIFIER.match(self._pattern, self._at - 1)
        assert found is not None
        if max(int(found[1]), int(found[3] or 0)) > _MOST_REPEATS:
            raise ValueError(f"more than {_MOST_REPEATS} repetitions")
        self._at = found.end()
        return found[0]

    def _group(self) -> str:
        if self._pattern.startswith("?", self._at):
            found = _GROUP.match(self._pattern, self._at)
            if found is None:
                kind = "looks around" if self._pattern[self._at + 1 : self._at + 3][:1] in "=!<" else "sets flags"
                raise ValueError(f"a group that {kind}")
            self._at = found.end()
        return "(?:"

    def _escape(self) -> str:
        character = self._next()
        if character in _NARROW:
            return f"[{_NARROW[character]}]"
        if character in "AZ":
            return {"A": "^", "Z": "$"}[character]
        if character in "pP":
            return f"\\{character}{self._property()}"
        return _literal(self._character(character))

    def _property(self) -> str:
        found = re.compile(r"\{[A-Za-z_=]+\}").match(self._pattern, self._at)
        if found is None:
            raise ValueError("a property of characters without its name")
        self._at = found.end()
        return found[0]

    def _character(self, escaped: str) -> str:
        """The one character that an escape stands for."""
        if escaped in _CONTROLS:
            return _CONTROLS[escaped]
        if escaped in "xu":
            size = 2 if escaped == "x" else 4
            digits = self._pattern[self._at : self._at + size]
            if not re.fullmatch(f"[0-9A-Fa-f]{{{size}}}", digits) or 0xD800 <= int(digits, 16) < 0xE000:
                raise ValueError(f"\\{escaped} without a character's {size} hexadecimal digits")
            self._at += size
            return chr(int(digits, 16))
        if escaped.isalnum() or escaped == "_":
            raise ValueError(f"\\{escaped}")
        return escaped

    def _class(self) -> str:
        negated = self._pattern.startswith("^", self._at)
        self._at += negated
        if self._pattern.startswith("]", self._at):
            raise ValueError("a class that begins with ]")
        sets = _BROAD if negated else _NARROW
        made = []
        while (character := self._next()) != "]":
            single = self._member(character)
            if single in sets and character == "\\":
                if self._pattern.startswith("-", self._at) and not self._pattern.startswith("-]", self._at):
                    raise ValueError(f"a range that begins with \\{single}")
                made.append(sets[single])
                continue
            if self._pattern.startswith("-", self._at) and not self._pattern.startswith("-]", self._at):
                self._at += 1
                character = self._next()
                last = self._member(character)
                if (last in sets and character == "\\") or character == "]" or ord(last) < ord(single):
                    raise ValueError(f"a range that does not end behind {single!r}")
                made.append(f"{_literal(single)}-{_literal(last)}")
                continue
            made.append(_literal(single))
        return f"[{'^' if negated else ''}{''.join(made)}]"

    def _member(self, character: str) -> str:
        """A character of a class, or the letter of a class within it."""
        if character != "\\":
            return character
        escaped = self._next()
        if escaped == "b":
            return "\b"
        return escaped if escaped in _NARROW else self._character(escaped)


def _literal(character: str) -> str:
    if character.isascii() and not character.isalnum():
        return f"\\x{ord(character):02x}"
    return character


def others(names: Iterable[str]) -> str:
    """A pattern of all keys of one line but these; a regular expression has no other way to say it than letter by
    letter."""
    tree: dict[str, Any] = {}
    for name in names:
        branch = tree
        for character in name:
            branch = branch.setdefault(character, {})
        branch[""] = {}
    return f"^(?:{_beside(tree)})$"


def _beside(branch: Mapping[str, Any]) -> str:
    """All endings but those in the tree."""
    letters = [letter for letter in branch if letter]
    ways = [] if "" in branch else [""]
    ways.append(f"[^\\n{''.join(map(_escaped, letters))}][^\\n]*")
    ways += [f"{_escaped(letter)}(?:{_beside(branch[letter])})" for letter in letters]
    return "|".join(ways)


def _escaped(letter: str) -> str:
    return letter if letter.isalnum() else f"\\x{{{ord(letter):x}}}"
