"""Technical English: manuals written as reStructuredText and the documentation strings of service descriptions."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

from openk2.data.extract import Inputs

_ROLE = re.compile(r":[\w:+-]+:`~?!?([^`<]*?)(?:\s*<[^`>]*>)?`")
_DIRECTIVE = re.compile(
    r"^\.\. (?:_|currentmodule|module|index|toctree|highlight|contents|comment|meta|only|raw|image|figure|include).*$"
)


def manual(pattern: str) -> Any:
    """The reStructuredText files of a source distribution, roles and anchors removed, headings and code kept."""

    def extract(inputs: Inputs) -> Iterator[str]:
        for name, text in inputs.package.texts(pattern):
            if not re.search(r"/(?:releases|locale|tests)/", name):
                yield strip_rst(text)

    return extract


def strip_rst(text: str) -> str:
    """reStructuredText as readable text: roles become their label, underlines, anchors and page directives go."""
    kept: list[str] = []
    hidden = False
    for line in text.splitlines():
        if _DIRECTIVE.match(line):
            hidden = True
            continue
        if hidden and (line.startswith("   ") or not line.strip()):
            continue
        hidden = False
        if re.fullmatch(r"\s*([=\-~^\"'`*+#.])\1{2,}\s*", line):
            continue
        line = re.sub(r"^(\s*)\.\. (?:code-block|code|sourcecode|console|plot|math)::.*$", r"\1", line)
        line = re.sub(r"^(\s*)\.\. (?:\w+:)?(\w+):: ?(.*)$", r"\1\2: \3", line)
        line = _ROLE.sub(r"\1", line)
        kept.append(re.sub(r"`([^`<]+?)(?:\s*<[^`>]*>)?`__?", r"\1", line).replace("``", "`"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def botocore(inputs: Inputs) -> Iterator[str]:
    """Documentation strings of the newest description of every service, one document per operation or shape with
    enough text.
    """
    newest: dict[str, str] = {}
    for name in inputs.package.names("botocore/data/*/service-2.json.gz"):
        newest[name.split("/")[2]] = name  # names are sorted by date
    for service, name in newest.items():
        model = json.loads(gzip.decompress(inputs.package.read(name)))
        for group in ("operations", "shapes"):
            for item, body in model.get(group, {}).items():
                parts = [strip_html(body.get("documentation", ""))]
                for member, field in body.get("members", {}).items():
                    words = strip_html(field.get("documentation", ""))
                    if words:
                        parts.append(f"{member}: {words}")
                text = "\n\n".join(part for part in parts if part)
                if len(text) > 300:
                    yield f"{service} {item}\n\n{text}"


def strip_html(text: str) -> str:
    """HTML fragments as plain text: paragraphs and list items on their own lines, entities decoded."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"</?(?:p|ul|ol|li|div|dl|dt|dd|br|note|important)\b[^>]*>", "\n", text)
    text = re.sub(r"</?code>", "`", text)
    text = re.sub(r"<[^>]+>", "", text)
    for entity, character in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ):
        text = text.replace(entity, character)
    return "\n".join(line for line in (" ".join(part.split()) for part in text.split("\n")) if line)
