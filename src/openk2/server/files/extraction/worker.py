"""The confined process: a file on standard input, one JSON object on standard output.

It gives `{"text", "media_type", "pages", "title"}`, or `{"refused": line}`.
"""

import json
import sys
from dataclasses import asdict
from typing import BinaryIO

from openk2.server.files.extraction.confine import confine
from openk2.server.files.extraction.found import Found, Limits, Refused
from openk2.server.files.extraction.kinds import kind_of, media_type_of
from openk2.server.files.extraction.plain import decode


def main(name: str, limits: dict[str, float]) -> None:
    """Read standard input; `name` is the file's own, which is never opened."""
    bounds = Limits(**limits)  # type: ignore[arg-type]
    confine(bounds)
    try:
        answer = asdict(read(name, sys.stdin.buffer, bounds))
    except Refused as refusal:
        answer = {"refused": " ".join(str(refusal).split())}
    except MemoryError:
        answer = {"refused": f"reading the file takes more than {bounds.memory_bytes >> 20:,} MiB of memory"}
    except RecursionError:
        answer = {"refused": "the file is nested too deeply"}
    # Lone surrogates, which a PDF may hold, become question marks.
    json.dump(answer, sys.stdout, ensure_ascii=True)


def read(name: str, file: BinaryIO, limits: Limits) -> Found:
    """The text of a file; raises Refused."""
    kind = kind_of(name, file)
    if kind == "pdf":
        from openk2.server.files.extraction.pdf import read_pdf

        return read_pdf(file, limits)
    if kind == "docx":
        from openk2.server.files.extraction.word import read_word

        return read_word(file, limits)
    if kind == "xlsx":
        from openk2.server.files.extraction.sheets import read_sheets

        return read_sheets(file, limits)
    if kind == "pptx":
        from openk2.server.files.extraction.slides import read_slides

        return read_slides(file, limits)
    raw = file.read(4 * limits.characters + 1)
    if len(raw) > 4 * limits.characters:
        raise Refused(f"the file is larger than {4 * limits.characters:,} bytes, the most for text")
    if kind == "html":
        from openk2.server.files.extraction.web import read_web

        return read_web(raw, limits)
    text = decode(raw)
    if len(text) > limits.characters:
        raise Refused(f"the text is longer than {limits.characters:,} characters; accepted: a shorter file")
    return Found(text, media_type_of(name, kind))
