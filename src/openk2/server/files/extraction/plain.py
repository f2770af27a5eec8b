"""Text files: which encoding, and whether they are text at all."""

import re

from openk2.server.files.extraction.found import Refused

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode(raw: bytes, declared: str | None = None) -> str:
    """The text of a file: by its mark, else as `declared`, UTF-8, GB 18030 or Windows-1252, whichever fits first. Line
    ends become newlines and control characters go. Raises Refused for what is no text."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return _clean(_decoded(raw[len(mark) :], encoding) or _broken(encoding))
    if (at := raw.find(b"\x00")) >= 0:
        raise Refused(f"the file is not text: its byte {at:,} is zero; accepted: text in UTF-8, or a known format")
    text = _decoded(raw, declared) if declared else None
    if text is None:
        text = _decoded(raw, "utf-8")
    if text is None and _in_pairs(raw):
        text = _decoded(raw, "gb18030")
    if text is None:
        text = raw.decode("cp1252", errors="replace")
    controls = len(_CONTROLS.findall(text))
    if controls > 8 and controls > len(text) / 50:
        raise Refused("the file is not text: it is full of control characters; accepted: text in UTF-8")
    return _clean(text)


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _broken(encoding: str) -> str:
    raise Refused(f"the file says that it is {encoding.upper()}, and is not; accepted: text in UTF-8")


def _in_pairs(raw: bytes) -> bool:
    """Chinese in GB 18030 has its high bytes in even runs; accented letters of Windows-1252 mostly stand alone."""
    runs = [len(run) for run in _HIGH_RUNS.findall(raw[: 1 << 20])]
    return bool(runs) and sum(length % 2 == 0 for length in runs) >= 0.9 * len(runs)


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)
