"""xlsx (ECMA-376, part 1, chapter 18) → each sheet as CSV, with the values last computed; dates as dates.

A cell that a style shows as a date holds a number of days since 1899-12-30 (or 1904-01-01, where the workbook says so).
"""

import csv
import io
import re
from datetime import datetime, timedelta
from typing import BinaryIO

from openk2.server.files.extraction.found import Found, Limits, Refused, TextSum
from openk2.server.files.extraction.kinds import MEDIA_TYPES
from openk2.server.files.extraction.package import End, Package, Start

_WORKBOOK = "xl/workbook.xml"
_COLUMNS = 16_384
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_PATTERN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
"""Parts of a number format that are shown as they are."""


def read_sheets(file: BinaryIO, limits: Limits) -> Found:
    """The cells of a workbook. Raises Refused."""
    package = Package(file, limits)
    sheets, first_day = _sheets(package)
    if len(sheets) > limits.pages:
        raise Refused(f"the workbook has {len(sheets):,} sheets; accepted: at most {limits.pages:,}")
    shared, dates = _shared_texts(package, limits), _date_styles(package)
    text = TextSum(limits)
    for number, (name, part) in enumerate(sheets, 1):
        text.add(f"[sheet {number}: {name}]\n")
        if part in package:
            _Sheet(text, shared, dates, first_day).read(package, part)
        text.add("\n")
    return Found(str(text).strip(), MEDIA_TYPES["xlsx"], len(sheets), package.title())


def _sheets(package: Package) -> tuple[list[tuple[str, str]], datetime]:
    """Names and parts in order, and the day that is 0."""
    parts = package.relations(_WORKBOOK)
    sheets, first_day = [], datetime(1899, 12, 30)
    for event in package.events(_WORKBOOK):
        if isinstance(event, Start) and event.name == "workbookPr":
            if event.attributes.get("date1904") in ("1", "true"):
                first_day = datetime(1904, 1, 1)
        elif isinstance(event, Start) and event.name == "sheet":
            kind, part = parts.get(event.attributes.get("id", ""), ("", ""))
            if kind in ("worksheet", ""):
                sheets.append((" ".join(event.attributes.get("name", "").split()), part))
    return sheets, first_day


def _shared_texts(package: Package, limits: Limits) -> list[str]:
    """The texts that cells name by number."""
    texts: list[str] = []
    if "xl/sharedStrings.xml" not in package:
        return texts
    pieces: list[str] = []
    within, length = 0, 0
    for event in package.events("xl/sharedStrings.xml"):
        if isinstance(event, str):
            if within:
                pieces.append(event)
        elif event.name == "t":
            within += 1 if isinstance(event, Start) else -1
        elif event.name == "rPh":
            # How the text is read aloud, beside it.
            within -= 100 if isinstance(event, Start) else -100
        elif event.name == "si" and isinstance(event, End):
            texts.append("".join(pieces))
            length += len(texts[-1])
            pieces = []
            if length > 4 * limits.characters:
                raise Refused(f"the workbook holds more than {4 * limits.characters:,} characters; accepted: less")
    return texts


def _date_styles(package: Package) -> set[int]:
    """The numbers of those cell styles that show dates or times."""
    if "xl/styles.xml" not in package:
        return set()
    own: dict[str, str] = {}
    styles: list[str] = []
    within = False
    for event in package.events("xl/styles.xml"):
        if isinstance(event, str):
            continue
        if event.name == "cellXfs":
            within = isinstance(event, Start)
        elif isinstance(event, Start) and event.name == "numFmt":
            own[event.attributes.get("numFmtId", "")] = event.attributes.get("formatCode", "")
        elif isinstance(event, Start) and event.name == "xf" and within:
            styles.append(event.attributes.get("numFmtId", "0"))
    return {index for index, format in enumerate(styles) if _shows_date(format, own)}


def _shows_date(format: str, own: dict[str, str]) -> bool:
    if format in own:
        return any(letter in "dmyhs" for letter in _NOT_PATTERN.sub("", own[format]).lower())
    return format.isdigit() and len(format) < 4 and int(format) in _BUILT_IN_DATES


class _Sheet:
    def __init__(self, text: TextSum, shared: list[str], dates: set[int], first_day: datetime) -> None:
        self._text, self._shared, self._dates, self._first_day = text, shared, dates, first_day

    def read(self, package: Package, part: str) -> None:
        row: list[str] = []
        cell: dict[str, str] = {}
        pieces: dict[str, str] = {}
        open_elements: list[str] = []
        for event in package.events(part):
            if isinstance(event, Start):
                open_elements.append(event.name)
                if event.name == "row":
                    row = []
                elif event.name == "c":
                    cell, pieces = event.attributes, {}
            elif isinstance(event, str):
                kind = open_elements[-1] if open_elements else ""
                if kind in ("v", "t", "f") and "rPh" not in open_elements[-3:]:
                    pieces[kind] = pieces.get(kind, "") + event
            else:
                open_elements.pop()
                if event.name == "c":
                    column = _column(cell.get("r", ""), len(row))
                    row.extend([""] * (column - len(row)))
                    del row[column:]
                    row.append(self._value(cell, pieces))
                elif event.name == "row" and any(row):
                    self._text.add(_csv_line(row))

    def _value(self, cell: dict[str, str], pieces: dict[str, str]) -> str:
        kind, value = cell.get("t", "n"), pieces.get("v", "")
        if kind == "inlineStr":
            return pieces.get("t", "")
        if kind == "s":
            known = value.isdigit() and len(value) < 10 and int(value) < len(self._shared)
            return self._shared[int(value)] if known else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if not value and "f" in pieces:
            return f"={pieces['f']}"
        style = cell.get("s", "")
        if kind == "n" and style.isdigit() and len(style) < 9 and int(style) in self._dates:
            return self._date(value)
        return value

    def _date(self, value: str) -> str:
        try:
            moment = self._first_day + timedelta(seconds=round(float(value) * 86400))
        except (ValueError, OverflowError):
            return value
        if float(value) < 1:
            return moment.strftime("%H:%M:%S")
        return moment.strftime("%Y-%m-%d" if moment.time() == datetime.min.time() else "%Y-%m-%d %H:%M:%S")


def _column(reference: str, following: int) -> int:
    """`C7` → 2; a cell without a reference follows the one before."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
        if column > _COLUMNS:
            raise Refused(f"a cell is in column {reference[:8]!r}; accepted: at most {_COLUMNS:,} columns")
    return column - 1 if column else following


def _csv_line(row: list[str]) -> str:
    while row and not row[-1]:
        row.pop()
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(row)
    return line.getvalue()
