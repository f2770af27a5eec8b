"""What a file is: its name says what it should be, its first bytes whether it is.

A name that promises something else than the content holds is refused, so that nobody reads a page of bytes as text.
"""

from typing import BinaryIO

from openk2.server.files.extraction.found import Refused
from openk2.server.files.extraction.package import opened

OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
"""Kind → the part every file of it has."""

MEDIA_TYPES = {
    "text": "text/plain",
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}

_BY_SUFFIX = {
    "pdf": "pdf",
    "docx": "docx",
    "docm": "docx",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "pptx": "pptx",
    "pptm": "pptx",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
}
_SUFFIX_MEDIA_TYPES = {"csv": "text/csv", "md": "text/markdown", "json": "application/json"}

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKED = b"PK\x03\x04"
_EMPTY_PACKED = b"PK\x05\x06"

ACCEPTED = "text, Markdown, code, csv, json, html, pdf, docx, xlsx, pptx"


def kind_of(name: str, file: BinaryIO) -> str:
    """`text`, `html`, `pdf`, `docx`, `xlsx` or `pptx`; leaves `file` at its beginning. Raises Refused."""
    suffix = suffix_of(name)
    promised = _BY_SUFFIX.get(suffix, "text")
    held = _held(file)
    file.seek(0)
    if held == "old":
        raise Refused(
            "the file is in an old Office format, or protected by a password; accepted: docx, xlsx or pptx without one"
        )
    if held == "zip":
        what = "an archive" if promised == "text" else f"an archive without the parts of a {promised} file"
        raise Refused(f"the file is {what}; accepted: {ACCEPTED}")
    if held == "text" and promised not in ("text", "html"):
        raise Refused(f"the file is named .{suffix}, but its content is no {promised} file; accepted: {ACCEPTED}")
    if held != "text" and held != promised:
        named = f"named .{suffix}" if suffix else "named without an extension"
        raise Refused(f"the file is {named}, but holds a {held} file; accepted: a name that ends in .{held}")
    return promised if held == "text" else held


def media_type_of(name: str, kind: str) -> str:
    """The media type that goes with a file's name and kind."""
    return _SUFFIX_MEDIA_TYPES.get(suffix_of(name), MEDIA_TYPES[kind]) if kind == "text" else MEDIA_TYPES[kind]


def suffix_of(name: str) -> str:
    """`Report.PDF` → `pdf`; empty where there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _held(file: BinaryIO) -> str:
    head = file.read(1024)
    if head.startswith(_OLD_OFFICE):
        return "old"
    if b"%PDF-" in head:
        return "pdf"
    if not head.startswith((_PACKED, _EMPTY_PACKED)):
        return "text"
    with opened(file) as archive:
        names = set(archive.namelist())
    return next((kind for kind, part in OFFICE_PARTS.items() if part in names), "zip")
