"""Natural English from packages: encyclopaedia paragraphs, human dialogue, dictionaries, country profiles, balanced
prose, plays.
"""

from __future__ import annotations

import bz2
import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

from openk2.data.extract import Inputs
from openk2.errors import DataError


def hotpotqa(inputs: Inputs) -> Iterator[str]:
    """Opening paragraphs of Wikipedia articles, each under its title (the questions stay unused: they are for
    evaluation).
    """
    seen: set[str] = set()
    for item in json.loads(inputs.package.only("*/json/hotpotqa.json")):
        for title, sentences in item["context"]:
            text = "".join(sentences).strip()
            if text and text not in seen:
                seen.add(text)
                yield f"{title}\n\n{text}"


def squad(inputs: Inputs) -> Iterator[str]:
    """Whole Wikipedia articles, paragraph by paragraph (the questions stay unused)."""
    for article in json.loads(inputs.package.only("*/json/squad.json"))["data"]:
        paragraphs = [paragraph["context"].strip() for paragraph in article["paragraphs"]]
        yield "\n\n".join([article["title"].replace("_", " "), *paragraphs])


def chitchat(inputs: Inputs) -> Iterator[str]:
    """Human conversations; consecutive messages of one person become one turn, people become A and B."""
    for conversation in json.loads(inputs.package.only("*/dataset.json")).values():
        turns: list[tuple[str, list[str]]] = []
        for group in conversation["messages"]:
            for message in group:
                said = " ".join(str(message["text"]).split())
                if not said:
                    continue
                if turns and turns[-1][0] == message["sender"]:
                    turns[-1][1].append(said)
                else:
                    turns.append((message["sender"], [said]))
        letters = {
            sender: "AB"[number % 2] for number, sender in enumerate(dict.fromkeys(sender for sender, _ in turns))
        }
        if len(turns) >= 2 and len(letters) == 2:
            yield "\n".join(f"{letters[sender]}: {' '.join(said)}" for sender, said in turns)


def chatterbot(language: str) -> Any:
    """Question and answer pairs of the ChatterBot corpus in one language."""

    def extract(inputs: Inputs) -> Iterator[str]:
        for _, text in inputs.package.texts(f"*/data/{language}/*.yml"):
            turns: list[str] = []
            for line in text.splitlines():
                entry = re.match(r"^(- -|  -)\s+(.*)$", line)
                if entry is None:
                    continue
                if entry[1] == "- -" and turns:
                    yield _pair(turns)
                    turns = []
                turns.append(entry[2].strip().strip("\"'"))
            if turns:
                yield _pair(turns)

    return extract


def _pair(turns: list[str]) -> str:
    return "\n".join(f"{'AB'[number % 2]}: {turn}" for number, turn in enumerate(turns))


_NESTED = re.compile(r"\{\{[^{}]*\}\}|\{\|[^{}]*?\|\}", re.S)
_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")


def wikitext(inputs: Inputs) -> Iterator[str]:
    """Whole Wikipedia articles of gensim's test dump, wikitext markup removed."""
    dump = bz2.decompress(inputs.package.only("*/enwiki-latest-pages-articles1*.bz2")).decode("utf-8", "replace")
    for page in re.findall(r"<page>(.*?)</page>", dump, re.S):
        title = re.search(r"<title>(.*?)</title>", page)
        body = re.search(r"<text[^>]*>(.*?)</text>", page, re.S)
        if title is None or body is None or body[1].lstrip().lower().startswith("#redirect") or ":" in title[1]:
            continue
        yield f"{title[1]}\n\n{strip_wikitext(body[1])}"


def strip_wikitext(text: str) -> str:
    """The prose of a wikitext page: templates, tables, references, files and lists of links removed, links as their
    label.
    """
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"), ("&nbsp;", " ")):
        text = text.replace(entity, character)
    text = re.sub(
        r"<!--.*?-->|<ref[^>]*/>|<ref.*?</ref>|<(math|gallery|timeline|source)\b.*?</\1>", "", text, flags=re.S
    )
    while True:
        shorter = _NESTED.sub("", text)
        if shorter == text:
            break
        text = shorter
    for _ in range(3):
        text = re.sub(r"\[\[(?:File|Image|Category|[a-z\-]{2,12}):(?:[^\[\]]|\[\[[^\[\]]*\]\])*\]\]", "", text)
        text = _LINK.sub(r"\1", text)
    text = re.sub(r"\[https?://\S+ ?([^\]]*)\]", r"\1", text)
    text = re.sub(r"<[^>]+>|'{2,}", "", text)
    text = re.split(
        r"\n==+\s*(?:See also|References|External links|Further reading|Notes|Bibliography|Sources)\s*==+", text
    )[0]
    lines = []
    for line in text.splitlines():
        heading = re.match(r"^==+\s*(.*?)\s*==+$", line)
        if heading is not None:
            lines.append(heading[1])
        elif not line.startswith(("*", "#", ":", ";", "|", "!", "{", "}")):
            lines.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def shakespeare(inputs: Inputs) -> Iterator[str]:
    """The plays in modern spelling, act by act."""
    for name, text in inputs.package.texts("*/shksprdata/texts/*_gut.txt"):
        if "_gut_f" not in name:
            for act in re.split(r"\n(?=ACT [IVX]+)", text):
                yield act.strip()


def grimm(inputs: Inputs) -> Iterator[str]:
    """Fairy tales of the Brothers Grimm."""
    rows = inputs.package.only("*/datasets/grimm-tales.tab").decode("utf-8", "replace").splitlines()
    for row in rows[3:]:
        longest = max(row.split("\t"), key=len)
        yield re.sub(r"\s+", " ", longest).strip().strip('"').replace('""', '"')


def brown(inputs: Inputs) -> Iterator[str]:
    """The Brown corpus, 500 texts of American English, part-of-speech tags removed."""
    for name in inputs.package.names("package/c[a-r][0-9][0-9]"):
        paragraphs = []
        for block in inputs.package.read(name).decode("utf-8", "replace").split("\n\n"):
            words = [word.rpartition("/")[0] for word in block.split()]
            if words:
                paragraphs.append(_join_words(words))
        yield "\n\n".join(paragraphs)


def _join_words(words: list[str]) -> str:
    """Tokenised words as running text: no space before punctuation, one kind of quotation mark."""
    text = " ".join(words).replace("`` ", '"').replace(" ''", '"').replace("``", '"').replace("''", '"')
    text = re.sub(r" ([.,;:?!)\]])", r"\1", text)
    text = re.sub(r"([.;:?!])(?: ?\1)+", r"\1", text)
    return re.sub(r"([(\[]) ", r"\1", text)


_PART = {"n": "noun", "v": "verb", "a": "adjective", "s": "adjective", "r": "adverb"}


def wordnet(inputs: Inputs) -> Iterator[str]:
    """Dictionary entries: the words of a synset, their part of speech, the gloss with its examples; twenty entries to
    a document.
    """
    for part in ("noun", "verb", "adj", "adv"):
        entries: list[str] = []
        for line in inputs.package.only(f"usr/share/wordnet/data.{part}").decode("utf-8", "replace").splitlines():
            if line.startswith(" ") or "|" not in line:
                continue
            data, gloss = line.split("|", 1)
            fields = data.split()
            words = [
                re.sub(r"\(\w+\)$", "", fields[4 + 2 * number]).replace("_", " ")
                for number in range(int(fields[3], 16))
            ]
            entries.append(f"{', '.join(words)} ({_PART[fields[2]]}): {gloss.strip()}")
            if len(entries) == 20:
                yield "\n".join(entries)
                entries = []
        if entries:
            yield "\n".join(entries)


def foldoc(inputs: Inputs) -> Iterator[str]:
    """The Free On-line Dictionary of Computing, one entry per document."""
    text = gzip.decompress(inputs.package.only("*/foldoc.dict.dz")).decode("utf-8", "replace")
    for entry in re.split(r"\n(?=\S[^\n]*\n\n?   )", text):
        head, _, body = entry.partition("\n")
        body = re.sub(r"\n\s*\{[^{}]*\(https?:[^{}]*\)\}\.?(?=\s*\n)", "\n", body)
        body = re.sub(r"\{([^{}()]*?)\s*(?:\([^{}]*\))?\}", r"\1", body)
        body = re.sub(r"\n[ \t]*\(\d{4}-\d\d-\d\d\)[\s.]*", "\n", body)
        paragraphs = [" ".join(block.split()) for block in re.split(r"\n\s*\n", body)]
        yield "\n\n".join([head.strip(), *(paragraph for paragraph in paragraphs if paragraph)])


def factbook(inputs: Inputs) -> Iterator[str]:
    """Country profiles: every field as one line under its section."""
    for name in inputs.package.names("package/*/*.json"):
        if "/meta/" in name:
            continue
        try:
            profile = json.loads(inputs.package.read(name))
        except ValueError as error:
            raise DataError(f"{name}: not JSON ({error})") from None
        government = profile.get("Government", {})
        country = _find_text(government, "Country name", "conventional short form") or _find_text(
            government, "Country name", "conventional long form"
        )
        for section, fields in profile.items():
            if isinstance(fields, dict):
                lines = [line for key, value in fields.items() for line in _leaves(key, value)]
                yield "\n".join([f"{country or name.rsplit('/', 1)[-1]}: {section}", *lines])


def _find_text(tree: Any, *keys: str) -> str:
    for key in keys:
        tree = tree.get(key, {}) if isinstance(tree, dict) else {}
    found = tree.get("text", "") if isinstance(tree, dict) else ""
    return "" if found in ("none", "NA") else str(found)


def _leaves(label: str, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        text = re.sub(r"<[^>]+>", "", value)
        yield f"{label}: {' '.join(text.split())}"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(label if key == "text" else f"{label}, {key}" if label else key, inner)
