"""Python source: the running interpreter's standard library and the modules inside wheels, without tests, data tables
and generated files.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from openk2.data.extract import Inputs

_UNWANTED = re.compile(
    r"(^|/)(tests?|testing|idle_test|locale|migrations|_vendor|vendor|externals|extern|lib2to3|pydoc_data|encodings|site-packages|dist-packages)(/|$)"
    r"|(^|/)(test_[^/]*|[^/]*_tests?|conftest|_version|version)\.py$"
)
_HEADER = re.compile(r"\A(?:#[^\n]*\n|[ \t]*\n)+")


def wheel(inputs: Inputs) -> Iterator[str]:
    """The Python modules of a wheel."""
    for name, text in inputs.package.texts("*.py"):
        if not _UNWANTED.search(name) and worth_reading(text):
            yield _without_licence_header(text)


def standard_library(inputs: Inputs) -> Iterator[str]:
    """The Python modules of the running interpreter's standard library."""
    root = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(root.rglob("*.py")):
        if _UNWANTED.search(path.relative_to(root).as_posix()):
            continue
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if worth_reading(text):
            yield _without_licence_header(text)


def worth_reading(text: str) -> bool:
    """False for tables and generated files: long lines, mostly digits and punctuation, hardly a statement."""
    lines = text.splitlines()
    if len(text) < 200 or not lines or max(map(len, lines)) > 400:
        return False
    letters = sum(character.isalpha() and character.isascii() for character in text)
    visible = sum(not character.isspace() for character in text)
    return letters > 0.55 * visible and ("def " in text or "class " in text)


def _without_licence_header(text: str) -> str:
    """The text without opening comments that state a licence."""
    header = _HEADER.match(text)
    if header is not None and re.search(r"licen[sc]e|copyright", header[0], re.I):
        return text[header.end() :]
    return text
