"""Text of a stranger's file, read by a process that can do little harm and is killed when it takes too long.

The process gets the file as its standard input and an unlinked file for its answer, whose size the system bounds; it
gets no environment, no network where the system allows to take it away, and limits on memory and processor time
(`extraction/confine.py`). It starts in some 50 ms because it loads none of the package but `extraction/`.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from openk2.server.errors import ApiError
from openk2.server.files.extraction.found import Found, Limits

_PACKAGE = Path(__file__).resolve().parents[2]
_START = """
import sys, types
for name, folder in (("openk2", ""), ("openk2.server", "/server"), ("openk2.server.files", "/server/files")):
    package = types.ModuleType(name)
    package.__path__ = [sys.argv[1] + folder]
    sys.modules[name] = package
import json
from openk2.server.files.extraction.worker import main
main(sys.argv[2], json.loads(sys.argv[3]))
"""
"""The parents of `extraction` as bare folders, so that their own modules, with all the server behind them, stay out."""


class Extractor:
    """Reads files, a few at a time."""

    def __init__(self, limits: Limits | None = None, *, at_once: int = 2) -> None:
        self.limits = limits or Limits()
        self._places = asyncio.Semaphore(at_once)

    async def read(self, content: Path, name: str) -> Found:
        """The text of the file `content`, which its owner calls `name`. Raises ApiError (400) with one line that says
        why it cannot be read."""
        async with self._places:
            return await asyncio.to_thread(self._read, content, name)

    def _read(self, content: Path, name: str) -> Found:
        command = [sys.executable, "-I", "-B", "-c", _START, str(_PACKAGE), name, json.dumps(asdict(self.limits))]
        with tempfile.TemporaryFile() as output, content.open("rb") as file, tempfile.TemporaryDirectory() as empty:
            try:
                ended = subprocess.run(
                    command,
                    stdin=file,
                    stdout=output,
                    stderr=subprocess.DEVNULL,
                    cwd=empty,
                    env={"PATH": os.defpath, "LANG": "C.UTF-8"},
                    start_new_session=True,
                    timeout=self.limits.seconds,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise _refusal(f"reading it takes longer than {self.limits.seconds:g} seconds") from None
            output.seek(0)
            answer = output.read()
        if ended.returncode != 0:
            raise _refusal(self._why(ended.returncode))
        found = json.loads(answer)
        if "refused" in found:
            raise _refusal(found["refused"])
        return Found(**{**found, "text": _whole_characters(found["text"]), "title": _whole_characters(found["title"])})

    def _why(self, code: int) -> str:
        if code == -signal.SIGXCPU:
            return f"reading it takes more than {self.limits.cpu_seconds} seconds of processor time"
        if code in (-signal.SIGKILL, -signal.SIGSEGV, -signal.SIGABRT, 1):
            # Out of memory ends a process in one of these ways where Python could not say so itself.
            return f"reading it takes more memory than {self.limits.memory_bytes >> 20:,} MiB, or it is damaged"
        return "it is damaged, or cannot be read within the limits"


def _refusal(reason: str) -> ApiError:
    line = reason if reason.startswith(("the ", "a ", "reading the ")) else f"the file cannot be read: {reason}"
    return ApiError(400, line, param="file", code="file_not_readable")


def _whole_characters(text: str) -> str:
    """Half of a surrogate pair, which a PDF may hold, becomes the replacement character."""
    return text.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")
