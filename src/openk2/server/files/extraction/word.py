"""docx (ECMA-376, part 1, chapter 17) → text: paragraphs, headings, tables, notes, and where a page ended."""

from collections.abc import Iterable
from typing import BinaryIO

from openk2.server.files.extraction.found import Found, Limits, Refused, TextSum
from openk2.server.files.extraction.kinds import MEDIA_TYPES
from openk2.server.files.extraction.package import End, Package, Start, XmlEvent

_DOCUMENT = "word/document.xml"
_NOTES = (("word/footnotes.xml", "footnotes"), ("word/endnotes.xml", "endnotes"))


def read_word(file: BinaryIO, limits: Limits) -> Found:
    """The text of a document. Raises Refused."""
    package = Package(file, limits)
    text = TextSum(limits)
    body = _Body(text)
    body.read(package.events(_DOCUMENT))
    for part, name in _NOTES:
        if part in package:
            notes = _Body(TextSum(limits))
            notes.read(package.events(part))
            if noted := str(notes.text).strip():
                text.add(f"\n[{name}]\n{noted}\n")
    if not (said := str(text).strip()):
        raise Refused("the document holds no text; accepted: one with text")
    return Found(f"[page 1]\n{said}", MEDIA_TYPES["docx"], body.page, package.title())


class _Body:
    """Page ends are those that the writing program noted when it last laid the text out, and those set by hand."""

    def __init__(self, text: TextSum) -> None:
        self.text = text
        self.page = 1
        self._line: list[str] = []
        self._style = ""
        self._cells: list[list[str]] = []
        """The cells so far of each table row that is open; a table may stand in another's cell."""
        self._said_on_page = False

    def read(self, events: Iterable[XmlEvent]) -> None:
        within_text = skipped = 0
        for event in events:
            if isinstance(event, str):
                if within_text and not skipped:
                    self._line.append(event)
            elif isinstance(event, End):
                match event.name:
                    case "t":
                        within_text -= 1
                    case "Fallback":
                        skipped -= 1
                    case _ if not skipped:
                        self._end(event.name)
            else:
                match event.name:
                    case "t":
                        within_text += 1
                    case "Fallback":
                        # The same text once more, for programs that do not know the first form.
                        skipped += 1
                    case _ if not skipped:
                        self._start(event)

    def _start(self, element: Start) -> None:
        match element.name:
            case "p":
                self._style = ""
            case "pStyle":
                self._style = element.attributes.get("val", "")
            case "tab":
                # Also the name of a tab stop, which belongs to no line yet.
                if self._line:
                    self._line.append("\t")
            case "br" if element.attributes.get("type") == "page":
                self._page_end()
            case "br" | "cr":
                self._line.append("\n")
            case "lastRenderedPageBreak":
                self._page_end()
            case "tr":
                self._cells.append([])
            case "tc" if self._cells:
                self._cells[-1].append("")

    def _end(self, name: str) -> None:
        if name == "p":
            self._paragraph()
        elif name == "tr" and self._cells:
            row = " | ".join(cell.strip().replace("\n", " ") for cell in self._cells.pop())
            self._put(row + "\n")

    def _paragraph(self) -> None:
        line = "".join(self._line)
        self._line.clear()
        level = self._style.removeprefix("Heading")
        if line.strip() and self._style.startswith("Heading") and level.isdigit():
            line = f"{'#' * min(6, int(level[:2]))} {line}"
        self._put(line + "\n")

    def _put(self, text: str) -> None:
        if self._cells and self._cells[-1]:
            self._cells[-1][-1] += text
        else:
            self._said_on_page = self._said_on_page or bool(text.strip())
            self.text.add(text)

    def _page_end(self) -> None:
        if self._cells:
            return
        line = "".join(self._line).rstrip()
        self._line.clear()
        if line:
            self._put(line + "\n")
        if self._said_on_page:
            self.page += 1
            self.text.add(f"\n[page {self.page}]\n")
        self._said_on_page = False
