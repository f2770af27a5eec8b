"""PDF → text, page by page, with pypdf. Pages that are pictures hold no text and say so."""

import logging
from typing import Any, BinaryIO

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

from openk2.server.files.extraction.found import Found, Limits, Refused, TextSum

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read_pdf(file: BinaryIO, limits: Limits) -> Found:
    """The text of a PDF. Raises Refused."""
    try:
        return _read(PdfReader(file, strict=False), limits)
    except (Refused, MemoryError, RecursionError):
        raise
    except DependencyError:
        raise Refused("the PDF is encrypted in a way that is not read here; accepted: one without a password") from None
    except (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, ArithmeticError) as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise Refused(f"the PDF is damaged: {reason}") from None


def _read(reader: PdfReader, limits: Limits) -> Found:
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused("the PDF is protected by a password; accepted: one without")
    tree: Any = reader.root_object["/Pages"].get_object()
    declared = tree.get("/Count", 0)
    # The declared number is looked at first: counting the pages of a large file takes a while.
    if isinstance(declared, int) and declared > limits.pages:
        raise _too_many(declared, limits)
    pages = len(reader.pages)
    if pages > limits.pages:
        raise _too_many(pages, limits)
    text = TextSum(limits)
    empty = True
    for number, page in enumerate(reader.pages, 1):
        said = page.extract_text().strip()
        empty = empty and not said
        text.add(f"[page {number}]\n{said}\n\n")
    if empty:
        raise Refused("the PDF holds no text, only pictures; accepted: a PDF with text")
    title = reader.metadata.title if reader.metadata else None
    return Found(str(text).strip(), "application/pdf", pages, " ".join(str(title or "").split())[:300])


def _too_many(pages: int, limits: Limits) -> Refused:
    return Refused(f"the PDF has {pages:,} pages; accepted: at most {limits.pages:,}")
