"""HTML → the text a reader sees, with headings, lists and tables still told apart."""

import re
from html.parser import HTMLParser

from openk2.server.files.extraction.found import Found, Limits, TextSum
from openk2.server.files.extraction.plain import decode

_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset=["']?([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)
_UNSEEN = {"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "select"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LISTS = {"dd", "dl", "dt", "li", "ol", "ul"}
_TABLES = {"caption", "table", "tbody", "tfoot", "thead", "tr"}
_SECTIONS = {"article", "aside", "body", "details", "fieldset", "footer", "form", "header", "main", "nav", "section"}
_BLOCKS = {"address", "blockquote", "div", "figcaption", "figure", "hr", "p", "pre", "summary"}
_BLOCKS |= _HEADINGS | _LISTS | _TABLES | _SECTIONS
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")


class _Reader(HTMLParser):
    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.text = TextSum(limits)
        self.title = ""
        self._unseen = 0
        self._in_title = False
        self._pre = 0
        self._at_start = True
        """Of a line: space between blocks is none of theirs."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "title" and not self.title:
            self._in_title = True
        elif tag == "br":
            self._break()
        elif tag in ("td", "th"):
            if not self._at_start:
                self.text.add(" | ")
        elif tag in _BLOCKS:
            self._break()
            if tag == "pre":
                self._pre += 1
            elif tag == "li":
                self.text.add("- ")
            elif tag in _HEADINGS:
                self.text.add("\n" + "#" * int(tag[1]) + " ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "title":
            self._in_title = False
        elif tag in _BLOCKS:
            self._break()
            if tag == "pre":
                self._pre = max(0, self._pre - 1)
            elif tag in ("p", "table", "ul", "ol"):
                self.text.add("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._unseen:
            if not self._pre:
                data = re.sub(r"\s+", " ", data)
                if self._at_start:
                    data = data.lstrip()
            if data:
                self.text.add(data)
                self._at_start = False

    def _break(self) -> None:
        if not self._at_start:
            self.text.add("\n")
        self._at_start = True


def read_web(raw: bytes, limits: Limits) -> Found:
    """The text of a page. Raises Refused."""
    declared = _CHARSET.search(raw[:2048])
    reader = _Reader(limits)
    reader.feed(decode(raw, declared.group(1).decode() if declared else None))
    reader.close()
    text = _BLANK_LINES.sub("\n\n", str(reader.text)).strip()
    return Found(text, "text/html", title=" ".join(reader.title.split())[:300])
