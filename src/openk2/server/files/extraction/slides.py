"""pptx (ECMA-376, part 1, chapter 19) → the text of each slide in order, with its tables and the speaker's notes."""

from typing import BinaryIO

from openk2.server.files.extraction.found import Found, Limits, Refused, TextSum
from openk2.server.files.extraction.kinds import MEDIA_TYPES
from openk2.server.files.extraction.package import Package, Start

_PRESENTATION = "ppt/presentation.xml"


def read_slides(file: BinaryIO, limits: Limits) -> Found:
    """The text of a presentation. Raises Refused."""
    package = Package(file, limits)
    parts = package.relations(_PRESENTATION)
    slides = []
    for event in package.events(_PRESENTATION):
        if isinstance(event, Start) and event.name == "sldId":
            _, part = parts.get(event.attributes.get("id", ""), ("", ""))
            slides.append(part)
    if len(slides) > limits.pages:
        raise Refused(f"the presentation has {len(slides):,} slides; accepted: at most {limits.pages:,}")
    text = TextSum(limits)
    for number, part in enumerate(slides, 1):
        text.add(f"[slide {number}]\n")
        if part in package:
            _write(text, package, part, set())
            for kind, notes in package.relations(part).values():
                if kind == "notesSlide" and notes in package:
                    said = TextSum(limits)
                    _write(said, package, notes, {"sldNum", "hdr", "ftr", "dt"})
                    if noted := str(said).strip():
                        text.add(f"[notes]\n{noted}\n")
        text.add("\n")
    return Found(str(text).strip(), MEDIA_TYPES["pptx"], len(slides), package.title())


def _write(text: TextSum, package: Package, part: str, without: set[str]) -> None:
    """The paragraphs of a slide; shapes of the kinds in `without` are left out."""
    line = ""
    cells: list[str] | None = None
    within_text = skipped = 0
    leave = False
    for event in package.events(part):
        if isinstance(event, str):
            if within_text and not skipped and not leave:
                line += event
            continue
        begins = isinstance(event, Start)
        match event.name:
            case "t":
                within_text += 1 if begins else -1
            case "Fallback":
                skipped += 1 if begins else -1
            case "sp":
                leave = False
            case "ph" if isinstance(event, Start):
                leave = event.attributes.get("type") in without
            case "br" if begins:
                line += "\n"
            case "tr" if begins:
                cells = []
            case "tc" if begins and cells is not None:
                cells.append("")
            case "tr" if cells is not None:
                text.add(" | ".join(cell.strip().replace("\n", " ") for cell in cells) + "\n")
                cells = None
            case "p" if not begins and line.strip():
                if cells:
                    cells[-1] += line + "\n"
                else:
                    text.add(line + "\n")
                line = ""
