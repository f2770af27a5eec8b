"""A small pattern language for phrasings: `(a|b)` is one of both, `[a]` is there or not, `$name` is a value.

Patterns nest. A few parts combined give hundreds of wordings, which is what keeps a small model from learning the
wording instead of the task.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from functools import cache

_SPACES = re.compile(" {2,}")
_SLOT = re.compile(r"\$([a-z]+)")

Node = str | tuple["Node", ...] | list["Node"]
"""Text, a sequence (tuple), or alternatives (list)."""


def expand(rng: random.Random, pattern: str, values: Mapping[str, str]) -> str:
    """One wording of a pattern; raises KeyError for a slot without value."""
    words = _SPACES.sub(" ", _choose(rng, _parse(pattern)))
    return _SLOT.sub(lambda slot: values[slot[1]], words)


def _choose(rng: random.Random, node: Node) -> str:
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return _choose(rng, rng.choice(node))
    return "".join([_choose(rng, part) for part in node])


@cache
def _parse(pattern: str) -> Node:
    node, end = _sequence(pattern, 0)
    if end != len(pattern):
        raise ValueError(f"unbalanced pattern: {pattern}")
    return node


def _sequence(pattern: str, at: int) -> tuple[Node, int]:
    """Parts up to the bracket or bar that ends them."""
    parts: list[Node] = []
    while at < len(pattern) and pattern[at] not in "|)]":
        if pattern[at] in "([":
            closing = ")" if pattern[at] == "(" else "]"
            options: list[Node] = [""] if closing == "]" else []
            while True:
                option, at = _sequence(pattern, at + 1)
                options.append(option)
                if at >= len(pattern):
                    raise ValueError(f"unbalanced pattern: {pattern}")
                if pattern[at] == closing:
                    break
            parts.append(options)
            at += 1
        else:
            stop = next((i for i in range(at, len(pattern)) if pattern[i] in "([|)]"), len(pattern))
            parts.append(pattern[at:stop])
            at = stop
    return (parts[0] if len(parts) == 1 else tuple(parts)), at


def sentence(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]
