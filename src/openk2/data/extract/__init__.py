"""What each package's files become: plain texts, one function per package. Extractors read; they never import or run
what they read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from openk2.data.archive import Archive
from openk2.errors import DataError


@dataclass(frozen=True)
class Inputs:
    """What an extractor may read."""

    archive: Archive | None = None
    """The source's package, when it has one."""
    path: Path | None = None
    """The user's folder or file, for the `files` source."""
    seed: int = 0
    """For generated text."""

    @property
    def package(self) -> Archive:
        """The package; raises DataError for a source that has none."""
        if self.archive is None:
            raise DataError("this source reads a package but none was fetched")
        return self.archive
