"""Generated exercises in quotation: words of a sentence become strings of JSON, SQL and Python.

A word after a space is one token, the same word after a quotation mark is another or several, and which ones has to be
learned word by word. A model that calls tools does this in every call, with words its user chose: so these exercises
go through the frequent words of English text, not through a list. Document `i` of a seed is fixed.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator

from openk2.data.extract import Inputs
from openk2.data.extract.prose import hotpotqa

WORDS = 5_000
"""How many words there are, the most frequent of them first."""
EXERCISES_PER_DOCUMENT = 8

_SENTENCES = (
    ("{field} {word}", '{{"{field}": {json}}}'),
    ("The {field} is {word}.", '{{"{field}": {json}}}'),
    ("Set {field} to {word}", '{{"{field}": {json}}}'),
    ("{field}: {word}", '{{"{field}": {json}}}'),
    ("Rows where {field} is {word}", "SELECT * FROM items WHERE {field} = {sql}"),
    ("Add {word} as {field}", "INSERT INTO items ({field}) VALUES ({sql})"),
    ("{field} = {word}", "{field} = {json}"),
    ("Lines that mention {word}", "search({json})"),
    ("Find {word}", "search({json})"),
    ("Does it say {word} anywhere?", "search({json})"),
    ("The file {word}.txt in {field}", '"{field}/{plain}.txt"'),
    ("The folder {word}", '"{plain}/"'),
)
_FIELDS = (
    "name",
    "query",
    "text",
    "city",
    "pattern",
    "value",
    "person",
    "item",
    "title",
    "key",
    "word",
    "label",
    "town",
)


def exercises(inputs: Inputs) -> Iterator[str]:
    """Documents of a few exercises each, without end; the words are those of the package's Wikipedia paragraphs."""
    counts = Counter(word for text in hotpotqa(inputs) for word in re.findall(r"[A-Za-z]{2,}", text))
    words = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:WORDS]]
    index = 0
    while True:
        yield _document(random.Random(f"quoting:{inputs.seed}:{index}"), words)
        index += 1


def _document(rng: random.Random, words: list[str]) -> str:
    arrow = rng.choice((" -> ", " => ", "\n", "\n> "))
    return "\n".join(
        (_listed if rng.random() < 0.3 else _single)(rng, words, arrow) for _ in range(EXERCISES_PER_DOCUMENT)
    )


def _single(rng: random.Random, words: list[str], arrow: str) -> str:
    """One value, of a word or two, in a sentence and in a statement."""
    word = " ".join(rng.sample(words, rng.choice((1, 1, 1, 2))))
    asked, answer = rng.choice(_SENTENCES)
    shown = rng.choice((word, word, word, f'"{word}"', f"'{word}'"))
    return (asked + arrow + answer).format(
        field=rng.choice(_FIELDS), word=shown, json=json.dumps(word), sql=f"'{word}'", plain=word.replace(" ", "_")
    )


def _listed(rng: random.Random, words: list[str], arrow: str) -> str:
    """A list of words, and the same as JSON."""
    chosen = rng.sample(words, rng.randint(2, 5))
    shown = rng.choice((", ", " ", " and ", "; ")).join(chosen)
    return f"{shown}{arrow}{json.dumps(chosen)}"
