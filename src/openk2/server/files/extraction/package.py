"""Office files are zip archives of XML parts (ECMA-376, part 2): opened and read within limits.

An archive can unpack to thousands of times its size, and XML can define entities that expand without end. So the
declared sizes are checked before anything is unpacked, the real ones while it is, and a part with a document type is
refused: no Office file has one.
"""

import posixpath
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from openk2.server.files.extraction.found import Limits, Refused

_PIECE = 1 << 16
_PARTS = 20_000


class Start:
    """An element begins; names are without their namespace."""

    __slots__ = ("attributes", "name")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes


class End:
    """An element ends."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


XmlEvent = Start | End | str
"""An element's begin or end, or text."""


def opened(file: BinaryIO) -> ZipFile:
    """An archive whose table of parts can be read. Raises Refused."""
    try:
        return ZipFile(file)
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Refused(f"the archive is damaged: {error}; accepted: a whole docx, xlsx or pptx") from None


class Package:
    """One Office file. `BadZipFile` and its like become Refused."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        self._unpacked = 0
        self._archive = opened(file)
        parts = self._archive.infolist()
        if len(parts) > _PARTS:
            raise Refused(f"the archive holds {len(parts):,} parts; accepted: at most {_PARTS:,}")
        for part in parts:
            self._check(part)
        if sum(part.file_size for part in parts) > limits.unpacked_bytes:
            raise self._too_large()
        self._names = {part.filename for part in parts}

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str) -> Iterator[bytes]:
        """A part's bytes, piece by piece."""
        try:
            with self._archive.open(name) as part:
                while piece := part.read(_PIECE):
                    self._unpacked += len(piece)
                    if self._unpacked > self._limits.unpacked_bytes:
                        raise self._too_large()
                    yield piece
        except KeyError:
            raise Refused(f"the file has no part {name}; it is damaged") from None
        except (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
            raise Refused(f"the part {name} is damaged: {error}") from None
        except Exception as error:
            # zlib, bz2 and lzma each have an error of their own.
            if isinstance(error, Refused | MemoryError):
                raise
            raise Refused(f"the part {name} is damaged: {error}") from None

    def events(self, name: str) -> Iterator[XmlEvent]:
        """A part's XML, event by event. Raises Refused where it is not well-formed or has a document type."""
        found: list[XmlEvent] = []
        parser = expat.ParserCreate(namespace_separator="\n")
        parser.buffer_text = True

        def refuse(*_: object) -> None:
            raise Refused(f"the part {name} has a document type, which no Office file has")

        def start(tag: str, attributes: dict[str, str]) -> None:
            # Where a name stands twice, `id` and `r:id`, the one of a namespace is the reference, and kept.
            in_order = sorted(attributes.items(), key=lambda item: "\n" in item[0])
            found.append(Start(_local(tag), {_local(key): value for key, value in in_order}))

        parser.StartDoctypeDeclHandler = refuse
        parser.EntityDeclHandler = refuse
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda tag: found.append(End(_local(tag)))
        parser.CharacterDataHandler = found.append
        try:
            for piece in self.read(name):
                parser.Parse(piece, False)
                yield from found
                found.clear()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused(f"the part {name} is damaged: {error}") from None
        yield from found

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: id → (kind, part)."""
        folder, base = posixpath.split(name)
        beside = posixpath.join(folder, "_rels", f"{base}.rels")
        relations = {}
        for event in self.events(beside) if beside in self else ():
            if isinstance(event, Start) and event.name == "Relationship":
                given = event.attributes
                if given.get("TargetMode") != "External":
                    target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", ""))).lstrip("/")
                    relations[given.get("Id", "")] = (given.get("Type", "").rpartition("/")[2], target)
        return relations

    def title(self) -> str:
        """The document's own title."""
        title = ""
        within = False
        for event in self.events("docProps/core.xml") if "docProps/core.xml" in self else ():
            if isinstance(event, str):
                title += event if within else ""
            else:
                within = isinstance(event, Start) and event.name == "title"
        return " ".join(title.split())[:300]

    def _check(self, part: ZipInfo) -> None:
        if part.flag_bits & 1:
            raise Refused("the file is protected by a password; accepted: one without")
        if part.file_size > 1 << 20 and part.file_size > self._limits.unpacked_ratio * max(1, part.compress_size):
            raise Refused(
                f"the part {part.filename[:80]!r} unpacks to {part.file_size:,} bytes from {part.compress_size:,}; "
                f"accepted: at most {self._limits.unpacked_ratio} times its size"
            )

    def _too_large(self) -> Refused:
        return Refused(f"the file unpacks to more than {self._limits.unpacked_bytes:,} bytes; accepted: less")


def _local(name: str) -> str:
    return name.rpartition("\n")[2]
